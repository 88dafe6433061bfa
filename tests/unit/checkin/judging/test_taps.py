"""Touches of NFC tags: known and unknown ones, readings that are taken twice, and a Redis that cannot tell."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from domainkit.nfc_tags import TagKeys
from protos.activity.v1 import tags_pb2
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import SECOND_US
from servicekit.ids import new_id
from servicekit.rpc.status import from_status
from services.checkin.judging.antifraud_client import Assessment, to_request
from services.checkin.judging.snapshots import Snapshot
from services.checkin.judging.tag_counters import WINDOW
from services.checkin.rules.merge import Judgement, Outcome
from services.checkin.rules.occurrence import ActivityState, Method, Reason
from tests.factories import HOUR_US, STARTS_AT, a_snapshot, an_attempt, an_occurrence
from tests.fakes.nfc_chip import Chip
from tests.unit.checkin.accepting.test_accept import House

STATIC, SUN = tags_pb2.NfcTag.KIND_STATIC, tags_pb2.NfcTag.KIND_SUN
REPLAY, UNKNOWN = (Outcome.REFUSED, ["NFC_REPLAY"]), (Outcome.REFUSED, ["NFC_UNKNOWN"])
UNCHECKED = (Outcome.PENDING_REVIEW, ["NFC_UNCHECKED"])
ACCEPTED: tuple[Outcome, list[str]] = (Outcome.ACCEPTED, [])


class Hall(House):
    """An activity that takes tags, with a static one at its east gate and a SUN one."""

    def __init__(self, **changes: object) -> None:
        values: dict[str, object] = {
            "methods": frozenset({Method.QR, Method.NFC}),
            "gates": ("东门", "西门"),
            "is_place_checked": False,
        }
        super().__init__(an_occurrence(**(values | changes)))
        self.static_id, self.sun_id = new_id(), new_id()
        self.known({self.static_id: STATIC, self.sun_id: SUN})
        self.chip = Chip(bytes(7), *self.tag_keys.sun(self.sun_id))

    def known(self, kinds: Mapping[bytes, "tags_pb2.NfcTag.Kind.ValueType"]) -> Snapshot:
        """Has the snapshot say that these tags live."""
        [snapshot] = self.activities.snapshots
        snapshot.tags = {
            tag_id: tags_pb2.KnownTag(tag_id=tag_id, kind=kind, gate="东门" if kind == STATIC else "")
            for tag_id, kind in kinds.items()
        }
        return snapshot

    def text(self, tag_id: bytes) -> str:
        """What a tag of this activity says."""
        return self.tag_keys.text(tag_id, self.occurrence.activity_id)

    def touch(self) -> str:
        """What the SUN tag says once more."""
        return ".".join((self.text(self.sun_id), *self.chip.touch()))


def tapped(token: str, **changes: object) -> pb.Attempt:
    """Somebody brings what a tag said."""
    return an_attempt(**({"method": pb.METHOD_NFC, "token": token} | changes))


def made_at(at: int) -> bytes:
    """The id of a tag that was made at a moment (microseconds)."""
    return (at // 1000).to_bytes(6, "big") + new_id()[6:]


@pytest.fixture
def hall() -> Hall:
    """Everything healthy."""
    return Hall()


async def test_a_static_tag_is_assessed_like_a_place(hall: Hall) -> None:
    """Its text is all that was shown and anybody can repeat it; where it hangs is where the person was."""
    attempt = tapped(hall.text(hall.static_id), gate="西门")
    (record,) = await hall.take(attempt)
    assert (record.outcome, record.gate, record.presented.gate) == (Outcome.ACCEPTED, "东门", "东门")
    [item] = to_request([(attempt, a_snapshot(hall.occurrence))]).items
    assert len(hall.antifraud.asked) == 1 and item.place_is_credential
    [copy] = hall.dispatch.sent
    assert (copy.tag_id, copy.tag_counter, copy.gate) == (hall.static_id, 0, "东门")
    assert hall.tag_counters.trips == 0


async def test_a_gate_that_the_activity_has_no_more_is_told_of_no_tag(hall: Hall) -> None:
    """What the phone says is looked at as ever."""
    [snapshot] = hall.activities.snapshots
    snapshot.occurrence = replace(hall.occurrence, gates=("西门",))
    (record,) = await hall.take(tapped(hall.text(hall.static_id), gate="西门"))
    assert record.gate == "西门"


async def test_a_reading_proves_that_the_tag_was_touched(hall: Hall) -> None:
    """Where nothing asks for a place nobody is asked; the reading travels with the evidence."""
    attempt = tapped(hall.touch())
    assert await hall.told(attempt) == ACCEPTED
    assert hall.antifraud.asked == [] and hall.tag_counters.trips == 1
    [copy] = hall.dispatch.sent
    assert (copy.tag_id, copy.tag_counter) == (hall.sun_id, 1)
    [item] = to_request([(attempt, a_snapshot(hall.occurrence))]).items
    assert not item.place_is_credential


async def test_who_brings_no_touch_pays_nothing_for_it(hall: Hall) -> None:
    """No trip more on the hot path."""
    await hall.take(hall.scan(), hall.scan())
    assert hall.tag_counters.trips == 0


async def test_a_reading_belongs_to_the_first_attempt(hall: Hall) -> None:
    """Its retry passes; another attempt does not, the same person's neither, nor another's that has the same id."""
    attempt = tapped(reading := hall.touch())
    assert await hall.told(attempt) == ACCEPTED
    assert await hall.told(attempt) == ACCEPTED
    assert await hall.told(tapped(reading)) == REPLAY
    assert await hall.told(tapped(reading, attempt_id=attempt.attempt_id)) == REPLAY
    assert [copy.tag_id for copy in hall.dispatch.sent] == [hall.sun_id] * 2 + [b""] * 2


async def test_a_batch_is_one_trip_in_any_order(hall: Hall) -> None:
    """Two of one reading in it: one is first."""
    readings = [hall.touch() for _ in range(20)]
    records = await hall.take(*(tapped(each) for each in (*reversed(readings), readings[3])))
    assert [record.outcome for record in records] == [Outcome.ACCEPTED] * 20 + [Outcome.REFUSED]
    assert hall.tag_counters.trips == 1


async def test_what_is_older_than_the_window_is_taken_for_a_copy(hall: Hall) -> None:
    """But not where it waited on a phone: a human looks."""
    first, second, edge = hall.touch(), hall.touch(), hall.touch()
    hall.chip.counter = WINDOW + 2
    assert await hall.told(tapped(hall.touch())) == ACCEPTED
    assert await hall.told(tapped(edge)) == ACCEPTED
    assert await hall.told(tapped(second)) == REPLAY
    waited = tapped(first, is_offline=True, claimed_at=STARTS_AT - SECOND_US)
    assert await hall.told(waited) == (Outcome.PENDING_REVIEW, ["NFC_UNCHECKED", "OFFLINE_SLOT_UNVERIFIABLE"])


async def test_without_redis_a_human_decides(hall: Hall) -> None:
    """The copy says which reading it was, so that it can be kept from others later."""
    hall.tag_counters.is_gone = True
    assert await hall.told(tapped(hall.touch())) == UNCHECKED
    assert [copy.tag_counter for copy in hall.dispatch.sent] == [1]


async def test_what_redis_may_have_forgotten_goes_to_a_human(hall: Hall) -> None:
    """Until somebody says up to where readings may have been used."""
    hall.tag_counters.old.add(hall.sun_id)
    low, high = hall.touch(), hall.touch()
    assert await hall.told(tapped(low)) == UNCHECKED
    await hall.tag_counters.trust(b"", {hall.sun_id: 1}, 0)
    assert await hall.told(attempt := tapped(low)) == UNCHECKED
    assert await hall.told(attempt) == UNCHECKED
    assert await hall.told(tapped(low)) == REPLAY
    assert await hall.told(tapped(high)) == ACCEPTED


async def test_a_tag_that_is_none_of_the_activity_s_is_unknown(hall: Hall) -> None:
    """Revoked, of the other kind, of another secret, or no tag at all."""
    e, c = hall.chip.touch()
    other = TagKeys({1: b"\x07" * 32})
    for token in (
        hall.text(new_id()),
        hall.text(hall.sun_id),
        ".".join((hall.text(hall.static_id), *Chip(bytes(7), *hall.tag_keys.sun(hall.static_id)).touch())),
        other.text(hall.static_id, hall.occurrence.activity_id),
        f"{hall.text(hall.sun_id)}.{e}",
        f"{hall.text(hall.sun_id)}.{e}.{c[:-1]}0" if c[-1] != "0" else f"{hall.text(hall.sun_id)}.{e}.{c[:-1]}1",
        hall.tag_keys.text(hall.static_id, new_id()),
        "K7MCFG",
    ):
        assert await hall.told(tapped(token)) == UNKNOWN
    assert {copy.tag_id for copy in hall.dispatch.sent} == {b""}
    assert await hall.told(tapped(hall.text(hall.static_id), activity_id=new_id())) == UNKNOWN


async def test_a_tag_that_was_made_just_now_is_looked_for_anew(hall: Hall) -> None:
    """The word that an activity changed may come after the first touch; what is older is not asked about again."""
    newer, tag_id = a_snapshot(hall.occurrence), made_at(STARTS_AT - 59 * SECOND_US)
    newer.tags = {tag_id: tags_pb2.KnownTag(tag_id=tag_id, kind=STATIC)}
    hall.activities.newer = [newer]
    assert await hall.told(tapped(hall.text(made_at(STARTS_AT - 61 * SECOND_US)))) == UNKNOWN
    assert hall.activities.snapshots != [newer]
    assert await hall.told(tapped(hall.text(tag_id))) == ACCEPTED


async def test_a_tag_that_may_be_too_young_is_not_refused_while_nobody_can_be_asked(hall: Hall) -> None:
    """The phone keeps the touch; an older one is known to be none."""
    hall.activities.is_gone = True
    young, old = (hall.text(made_at(STARTS_AT - age * SECOND_US)) for age in (59, 61))
    [result] = (await hall.acceptance.accept([tapped(young)])).results
    assert from_status(result.status).reason == "UNAVAILABLE"
    assert await hall.told(tapped(old)) == UNKNOWN
    assert await hall.told(tapped(hall.text(hall.static_id))) == ACCEPTED


async def test_the_activity_s_own_rules_come_first(hall: Hall) -> None:
    """What is refused anyway takes no reading."""
    reading = hall.touch()
    assert (await hall.told(tapped(reading, received_at=STARTS_AT - 10 * HOUR_US)))[1] == ["TOO_EARLY"]
    [snapshot] = hall.activities.snapshots
    snapshot.occurrence = replace(hall.occurrence, state=ActivityState.CANCELLED)
    assert (await hall.told(tapped(reading)))[1] == ["ACTIVITY_CANCELLED"]
    snapshot.occurrence = replace(hall.occurrence, methods=frozenset({Method.QR}))
    assert (await hall.told(tapped(reading)))[1] == ["METHOD_NOT_ALLOWED"]
    assert hall.tag_counters.trips == 0


async def test_what_is_refused_anyway_was_seen_and_is_nobody_s(hall: Hall) -> None:
    """Staff see that a tag was touched, if only before the time; a text that was copied was no touch of a SUN tag."""
    early = STARTS_AT - 10 * HOUR_US
    for token in (hall.touch(), hall.text(hall.static_id), hall.text(hall.sun_id)):
        assert (await hall.told(tapped(token, received_at=early)))[1] == ["TOO_EARLY"]
    seen = [(copy.tag_id, copy.tag_counter) for copy in hall.dispatch.sent]
    assert seen == [(hall.sun_id, 0), (hall.static_id, 0), (b"", 0)]


async def test_a_tag_counts_until_it_was_revoked(hall: Hall) -> None:
    """By when the attempt arrived, which a receipt may prove later; from then on it is none."""
    [snapshot] = hall.activities.snapshots
    for tag in snapshot.tags.values():
        tag.revoked_at = STARTS_AT
    for says in (hall.touch, lambda: hall.text(hall.static_id)):
        assert await hall.told(tapped(says(), received_at=STARTS_AT - 1, has_receipt=True)) == ACCEPTED
        assert await hall.told(tapped(says(), received_at=STARTS_AT)) == UNKNOWN


async def test_who_waited_for_us_touched_before_many_others(hall: Hall) -> None:
    """The receipt says when; a human looks instead of sending them back to the tag."""
    first = hall.touch()
    hall.chip.counter = WINDOW + 1
    assert await hall.told(tapped(hall.touch())) == ACCEPTED
    assert await hall.told(tapped(first, has_receipt=True)) == UNCHECKED


async def test_a_tag_whose_readings_were_forgotten_though_it_is_young(hall: Hall) -> None:
    """Its activity was put off until after they were over: what is recorded may have been used."""
    [snapshot] = hall.activities.snapshots
    snapshot.tags[hall.sun_id].last_counter = 1
    used = hall.touch()
    assert await hall.told(tapped(used)) == UNCHECKED
    assert await hall.told(tapped(hall.touch())) == ACCEPTED


async def test_what_is_undecided_has_its_reading(hall: Hall) -> None:
    """While nobody can judge it others must not take it, and completion finds it its own."""
    [snapshot] = hall.activities.snapshots
    snapshot.read_at = float("-inf")
    reading = hall.touch()
    (record,) = await hall.take(attempt := tapped(reading))
    assert record.outcome == Outcome.PROVISIONAL
    snapshot.read_at = float("inf")
    assert await hall.told(tapped(reading)) == REPLAY
    assert await hall.told(attempt) == ACCEPTED


async def test_a_fence_has_its_say_of_a_reading(hall: Hall) -> None:
    """Where the activity asks for a place."""
    strict = Hall(is_place_checked=True)
    strict.antifraud.assessment = Assessment(Judgement.REFUSED, 900.0, (Reason("FENCE_OUTSIDE"),))
    assert await strict.told(tapped(strict.touch())) == (Outcome.REFUSED, ["FENCE_OUTSIDE"])


async def test_an_activity_that_cannot_be_looked_up_keeps_the_touch_on_the_phone(hall: Hall) -> None:
    """A tag proves no occurrence by itself."""
    hall.activities.snapshots, hall.activities.is_gone = [], True
    [result] = (await hall.acceptance.accept([tapped(hall.touch())])).results
    assert from_status(result.status).reason == "UNAVAILABLE"
