"""What follows of touches: activity is told, doubts are kept, and readings are trusted again when all is settled."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import pytest

from domainkit.credentials import checkin_id
from protos.activity.v1 import tags_pb2
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.errors import UnavailableError
from servicekit.ids import new_id
from services.checkin.judging.taps import Reading, Verdict
from services.checkin.recording.quiet import QUIET_S, Quiet
from services.checkin.recording.store import has_columns
from services.checkin.recording.tag_trust import TagTrust
from services.checkin.recording.taps import TAPPED, Tap, tapped_effect, taps_of
from tests.factories import a_copy, a_snapshot, an_occurrence
from tests.fakes.checkin import FakeActivities, FakeTagCounters

TAG = new_id()


def touched(counter: int = 0, *reasons: str) -> pb.Copy:
    """A copy of somebody's touch."""
    copy = a_copy(tag_id=TAG, tag_counter=counter)
    copy.reasons.extend(pb.Reason(reason=reason) for reason in reasons)
    return copy


@dataclass
class Yard:
    """Where the effect is carried out; `is_gone` is an activity service that is."""

    counters: FakeTagCounters = field(default_factory=FakeTagCounters)
    told: list[Tap] = field(default_factory=list)
    doubted: list[bytes] = field(default_factory=list)
    is_gone: bool = False

    async def tell(self, taps: Sequence[Tap]) -> None:
        """Has activity know."""
        if self.is_gone:
            raise UnavailableError("the activity service is gone")
        self.told += taps

    async def carry_out(self, *copies: pb.Copy) -> None:
        """What follows of these copies."""
        for row in taps_of(copies):
            assert row.kind == TAPPED
            await tapped_effect(self.tell, self.counters, self.doubted.append)(row)


def test_what_was_no_touch_has_no_effect() -> None:
    """Nor has one whose credential led nowhere."""
    assert taps_of([a_copy(), a_copy(tag_id=TAG, occurrence_id=b"")]) == []


def test_a_copy_of_a_touch_is_kept_whole() -> None:
    """No column says which tag it was, and what is canonical must stay so."""
    assert not has_columns(touched())
    assert has_columns(a_copy())


async def test_activity_is_told_of_touches() -> None:
    """One effect for all that one transaction recorded; nobody doubts what was checked."""
    yard, first, second = Yard(), touched(7), touched()
    await yard.carry_out(first, a_copy(), second)
    assert [(tap.tag_id, tap.counter, tap.seen_at) for tap in yard.told] == [
        (TAG, 7, first.received_at),
        (TAG, 0, second.received_at),
    ]
    assert yard.counters.taken == {} and yard.doubted == []


async def test_a_reading_that_nobody_could_check_is_kept_from_others() -> None:
    """Its own attempt has it, and its occurrence is doubted."""
    yard, copy = Yard(), touched(7, "NFC_UNCHECKED")
    await yard.carry_out(copy, touched(8))
    assert yard.doubted == [copy.occurrence_id]
    owner = checkin_id(copy.user_id, copy.attempt_id)
    assert yard.counters.taken == {(TAG, 7): (owner, False)}
    assert await yard.counters.take([Reading(b"", TAG, 7, new_id(), 0)]) == [Verdict.USED]


@pytest.mark.parametrize("is_trusted", [True, False])
async def test_what_nobody_could_judge_keeps_its_reading(is_trusted: bool) -> None:
    """Redis was gone as well when it came: others must not have it, and where that is sure it is the attempt's."""
    yard, copy = Yard(), touched(7)
    copy.judgement = pb.JUDGEMENT_UNDECIDED
    if is_trusted:
        await yard.counters.trust(b"", {TAG: 0}, 0)
    await yard.carry_out(copy)
    owner = checkin_id(copy.user_id, copy.attempt_id)
    assert yard.counters.taken == {(TAG, 7): (owner, is_trusted)} and yard.doubted == []
    assert await yard.counters.take([Reading(b"", TAG, 7, new_id(), 0)]) == [Verdict.USED]


def test_a_static_tag_that_nobody_could_judge_has_no_reading() -> None:
    """There is nothing to keep."""
    copy = touched()
    copy.judgement = pb.JUDGEMENT_UNDECIDED
    [row] = taps_of([copy])
    assert msgspec.msgpack.decode(row.body)[0][5:] == [b"", False]


def test_what_an_older_recorder_left_to_be_done_is_read() -> None:
    """Its rows say nothing of judgements."""
    [row] = taps_of([touched(7)])
    [tap] = msgspec.msgpack.decode(row.body)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode([tap[:6]]), type=list[Tap])[0].is_undecided is False


@pytest.mark.parametrize("gone", ["activity", "redis"])
async def test_who_is_gone_is_told_later(gone: str) -> None:
    """The effect has not happened; doing it again changes nothing."""
    yard, copy = Yard(), touched(7, "NFC_UNCHECKED")
    yard.is_gone, yard.counters.is_gone = gone == "activity", gone == "redis"
    with pytest.raises(UnavailableError):
        await yard.carry_out(copy)
    assert yard.doubted == []
    yard.is_gone = yard.counters.is_gone = False
    await yard.carry_out(copy)
    await yard.carry_out(copy)
    assert set(yard.doubted) == {copy.occurrence_id} and len(yard.counters.taken) == 1


@dataclass
class Doubt:
    """An occurrence with a SUN tag, read up to 5, and a static one, whose readings are doubted."""

    is_settled: bool = False

    def __post_init__(self) -> None:
        occurrence = an_occurrence()
        snapshot = a_snapshot(occurrence)
        sun, static = tags_pb2.NfcTag.KIND_SUN, tags_pb2.NfcTag.KIND_STATIC
        snapshot.tags = {
            TAG: tags_pb2.KnownTag(tag_id=TAG, kind=sun, last_counter=5),
            b"static": tags_pb2.KnownTag(tag_id=b"static", kind=static),
        }
        self.activities = FakeActivities([a_snapshot(occurrence)], newer=[snapshot])
        self.counters = FakeTagCounters()
        self.trust = TagTrust(self.activities, self.counters, self._settled)
        self.trust.doubt(occurrence.occurrence_id)

    async def _settled(self) -> bool:
        return self.is_settled


async def test_readings_are_trusted_once_all_is_settled() -> None:
    """Of SUN tags, above what activity knows by then; and that once."""
    doubt = Doubt()
    await doubt.trust.restore()
    assert doubt.counters.since == {}
    doubt.is_settled = True
    await doubt.trust.restore()
    assert doubt.counters.since == {TAG: 5}
    doubt.counters.since.clear()
    await doubt.trust.restore()
    assert doubt.counters.since == {}


@pytest.mark.parametrize("gone", ["activity", "redis"])
async def test_a_doubt_stays_until_everybody_was_there(gone: str) -> None:
    """What cannot be asked or told is asked and told again."""
    doubt = Doubt(is_settled=True)
    doubt.activities.is_gone, doubt.counters.is_gone = gone == "activity", gone == "redis"
    with pytest.raises(UnavailableError):
        await doubt.trust.restore()
    doubt.activities.is_gone = doubt.counters.is_gone = False
    await doubt.trust.restore()
    assert doubt.counters.since == {TAG: 5}


async def test_it_is_quiet_when_nothing_waited_for_a_while() -> None:
    """In the queue or in the inbox; whatever comes between begins it anew."""
    now, waiting, inbox = [100.0], [0], [True]

    async def depth() -> int:
        return waiting[0]

    async def is_inbox_empty() -> bool:
        return inbox[0]

    quiet = Quiet(depth, is_inbox_empty, lambda: now[0])
    assert not await quiet.is_kept()
    now[0] += QUIET_S
    assert await quiet.is_kept()
    waiting[0] = 1
    assert not await quiet.is_kept()
    waiting[0], inbox[0] = 0, False
    assert not await quiet.is_kept()
    inbox[0] = True
    now[0] += QUIET_S
    assert not await quiet.is_kept()
