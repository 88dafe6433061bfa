"""Completion: what was provisional is decided later, as it would have been then."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from domainkit.sealed import Sealer
from protos.checkin.v1 import checkin_pb2 as pb
from protos.credential.v1 import credential_pb2
from protos.identity.v1 import identity_pb2
from servicekit.clock import SECOND_US, now_us
from servicekit.ids import new_id
from services.checkin.judging.antifraud_client import Assessment
from services.checkin.recording.complete import OVERDUE_US, Completion, undecided_copies
from services.checkin.rules.merge import Judgement
from services.checkin.rules.occurrence import ActivityState, Grade, Reason
from tests.factories import a_snapshot, an_attempt, an_occurrence
from tests.unit.checkin.accepting.test_accept import House

OTHER_KEY = {9: b"9" * 32}


@dataclass
class Ledger:
    """Open attempts in memory, and what is recorded of them."""

    open: dict[tuple[bytes, bytes], list[pb.Copy]] = field(default_factory=dict)
    recorded: list[pb.Copy] = field(default_factory=list)

    async def open_attempts(self, limit: int, skip: int) -> Mapping[tuple[bytes, bytes], Sequence[pb.Copy]]:
        """A page of them."""
        return dict(list(self.open.items())[skip : skip + limit])

    waiting: int = 0
    inbox: int = 0
    now: float = 100.0

    async def depth(self) -> int:
        """Messages in the queue."""
        return self.waiting

    async def holders(self, occurrence_id: bytes) -> Sequence[bytes]:
        """No holders: nobody is in."""
        return ()

    async def is_inbox_empty(self) -> bool:
        """As a test says."""
        return not self.inbox

    async def count_open(self) -> tuple[int, int | None]:
        """How many."""
        return len(self.open), None

    async def record_now(self, copies: Sequence[pb.Copy]) -> int:
        """Takes the decided copies."""
        self.recorded += copies
        return len(copies)

    async def flag_overdue(self, before_us: int) -> int:
        """Nobody reviews here."""
        return 0


async def provisional(house: House, ledger: Ledger, **changes: object) -> pb.Copy:
    """Somebody who checked in while antifraud was gone; it is back now."""
    healthy, house.antifraud.assessment = house.antifraud.assessment, None
    attempt = house.scan(**changes)
    await house.take(attempt)
    house.antifraud.assessment = healthy
    copy = house.dispatch.sent[-1]
    ledger.open[attempt.user_id, attempt.attempt_id] = [copy]
    return copy


def completion(house: House, ledger: Ledger) -> Completion:
    """Completion with the house's own judging."""
    return Completion(
        ledger, house.activities, house.judging, house.seats, ledger, house.evidence, ledger.depth, lambda: ledger.now
    )


async def test_a_provisional_attempt_is_accepted_as_of_its_arrival() -> None:
    """Its token has long expired by now; what counts is when it came, and its evidence is the original."""
    house, ledger = House(), Ledger()
    copy = await provisional(house, ledger)
    assert await completion(house, ledger).complete() == 1
    (decided,) = ledger.recorded
    assert (decided.judgement, decided.received_at) == (Judgement.ACCEPTED, copy.received_at)
    assert decided.evidence == copy.evidence


async def test_the_activity_counts_as_it_was_at_arrival() -> None:
    """It was cancelled afterwards; who was there before checked in."""
    house, ledger = House(), Ledger()
    copy = await provisional(house, ledger)
    house.activities.past[copy.occurrence_id, copy.received_at] = a_snapshot(house.occurrence)
    house.activities.snapshots = [a_snapshot(replace(house.occurrence, state=ActivityState.CANCELLED))]
    await completion(house, ledger).complete()
    assert [decided.judgement for decided in ledger.recorded] == [Judgement.ACCEPTED]


async def test_while_antifraud_is_gone_nothing_is_decided() -> None:
    """No verdict, no judgement."""
    house, ledger = House(), Ledger()
    await provisional(house, ledger)
    house.antifraud.assessment = None
    assert await completion(house, ledger).complete() == 0
    assert ledger.recorded == []


@pytest.mark.parametrize(
    ("reason", "judgement"),
    [("FENCE_OUTSIDE", Judgement.PENDING_REVIEW), ("BLOCKED", Judgement.REFUSED)],
)
async def test_only_what_could_have_been_mended_goes_to_review(reason: str, judgement: Judgement) -> None:
    """Somebody outside could have come nearer, had anybody told them."""
    house, ledger = House(), Ledger()
    await provisional(house, ledger)
    house.antifraud.assessment = Assessment(Judgement.REFUSED, 5000.0, (Reason(reason),))
    await completion(house, ledger).complete()
    assert [copy.judgement for copy in ledger.recorded] == [judgement]


@pytest.mark.parametrize(("is_listed", "judgement"), [(True, Judgement.ACCEPTED), (False, Judgement.PENDING_REVIEW)])
async def test_who_could_not_be_looked_up_on_a_roster_is_later(*, is_listed: bool, judgement: Judgement) -> None:
    """Who is not on it could have said who they are, had anybody told them: never refused for it."""
    house, ledger = House(an_occurrence(roster_id=bytes(16), not_listed_policy=Grade.REFUSE)), Ledger()
    house.rosters.is_gone = True
    copy = await provisional(house, ledger)
    assert await completion(house, ledger).complete() == 0
    house.rosters.is_gone = False
    if is_listed:
        house.rosters.listed.add((bytes(16), copy.user_id))
    await completion(house, ledger).complete()
    assert [copy.judgement for copy in ledger.recorded] == [judgement]


async def test_what_a_kiosk_took_is_judged_as_a_kiosks() -> None:
    """It keeps its name, which is none of the activity's gates, and nobody saw who came."""
    house, ledger, actor = House(an_occurrence(roster_id=bytes(16), gates=("东门",))), Ledger(), new_id()
    house.roles.roles[house.occurrence.organisation_id, actor] = identity_pb2.ROLE_STAFF
    house.rosters.is_gone = True
    named = {"method": pb.METHOD_STAFF, "actor_id": actor, "activity_id": house.occurrence.activity_id}
    attempt = an_attempt(**named, gate="签到台 1", display_id=new_id())
    await house.take(attempt)
    ledger.open[attempt.user_id, attempt.attempt_id] = [*house.dispatch.sent]
    house.rosters.is_gone = False
    await completion(house, ledger).complete()
    (decided,) = ledger.recorded
    assert (decided.judgement, decided.gate) == (Judgement.PENDING_REVIEW, "签到台 1")
    assert [reason.reason for reason in decided.reasons] == ["NOT_ON_ROSTER"]


@pytest.mark.parametrize("is_readable", [True, False])
@pytest.mark.parametrize(("gate", "kept"), [("东门", "东门"), ("<b>西</b>", ""), ("", "")])
@pytest.mark.parametrize("is_asked", [True, False], ids=["checkin took it", "the gateway took it"])
async def test_a_gate_is_one_of_the_activity_s_or_left_out(
    gate: str, kept: str, *, is_asked: bool, is_readable: bool
) -> None:
    """Whoever took the attempt, and whether or not they could look: staff see what was said of it."""
    house, ledger = House(an_occurrence(gates=("东门",))), Ledger()
    copy = await provisional(house, ledger, gate=gate)
    if not is_asked:
        copy.gate, copy.activity_id, copy.organisation_id = gate, b"", b""
        del copy.reasons[1:]
    if not is_readable:
        copy.evidence = b""
    await completion(house, ledger).complete()
    (decided,) = ledger.recorded
    assert decided.gate == kept
    assert ("GATE_UNKNOWN" in [reason.reason for reason in decided.reasons]) is (gate != kept)


async def test_a_full_room_refuses_in_completion_too() -> None:
    """The seat went to somebody else meanwhile."""
    house, ledger = House(an_occurrence(capacity=1)), Ledger()
    await provisional(house, ledger)
    await house.take(house.scan())
    await completion(house, ledger).complete()
    assert [reason.reason for reason in ledger.recorded[0].reasons] == ["CAPACITY_FULL"]


def test_a_copy_after_an_accepted_one_needs_no_judgement() -> None:
    """The person is in; a later undecided copy changes nothing."""
    accepted = pb.Copy(judgement=pb.JUDGEMENT_ACCEPTED, received_at=5 * SECOND_US)
    before = pb.Copy(judgement=pb.JUDGEMENT_UNDECIDED, received_at=4 * SECOND_US)
    after = pb.Copy(judgement=pb.JUDGEMENT_UNDECIDED, received_at=6 * SECOND_US)
    assert undecided_copies({(b"", b""): [accepted, before, after]}) == [before]


async def test_a_forgotten_count_is_restored_only_after_a_quiet_while() -> None:
    """Who was accepted before Redis forgot may still be in the queue, and must be counted first."""
    house, ledger = House(an_occurrence(capacity=2)), Ledger()
    await provisional(house, ledger)
    house.seats.is_uncounted = True
    ledger.waiting, completing = 1, completion(house, ledger)

    assert await completing.complete() == 0
    ledger.waiting = 0
    assert await completing.complete() == 0
    assert house.seats.is_uncounted
    ledger.now += 5
    assert await completing.complete() == 0
    assert not house.seats.is_uncounted
    assert await completing.complete() == 1


_DAMAGED = {
    "empty": lambda copy, house: b"",
    "garbled": lambda copy, house: b"garbled" * 20,
    "changed": lambda copy, house: copy.evidence[:-1] + b"?",
    "another attempt's": lambda copy, house: house.evidence.seal(credential_pb2.Evidence(code="1"), b"another"),
}


@pytest.mark.parametrize("damage", _DAMAGED.values(), ids=_DAMAGED)
async def test_evidence_that_does_not_open_goes_to_a_human_and_its_neighbours_go_on(
    damage: Callable[[pb.Copy, House], bytes],
) -> None:
    """Nobody can judge it by itself any more; the person was there, and somebody may know."""
    house, ledger = House(), Ledger()
    first, second = await provisional(house, ledger), await provisional(house, ledger)
    first.evidence = damage(first, house)
    assert await completion(house, ledger).complete() == 2
    told = {copy.attempt_id: (copy.judgement, [each.reason for each in copy.reasons]) for copy in ledger.recorded}
    assert told == {
        first.attempt_id: (Judgement.PENDING_REVIEW, ["EVIDENCE_UNREADABLE"]),
        second.attempt_id: (Judgement.ACCEPTED, []),
    }


async def test_evidence_that_does_not_open_and_belongs_nowhere_is_refused() -> None:
    """No reviewer would ever see it, and the person would wait for ever."""
    house, ledger = House(), Ledger()
    copy = await provisional(house, ledger)
    copy.evidence, copy.occurrence_id, copy.activity_id, copy.organisation_id = b"", b"", b"", b""
    await completion(house, ledger).complete()
    assert [(each.judgement, each.reasons[0].reason) for each in ledger.recorded] == [
        (Judgement.REFUSED, "EVIDENCE_UNREADABLE")
    ]


@pytest.mark.parametrize("part", ["evidence", "token"])
async def test_a_missing_key_is_waited_for_a_quarter_of_an_hour(part: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever dropped it reads which one, and may bring it back; then all is judged as if nothing had been."""
    house, ledger = House(), Ledger()
    later = Sealer(credential_pb2.Evidence, OTHER_KEY), Sealer(credential_pb2.QrToken, OTHER_KEY)
    here = house.evidence, house.qr
    if part == "evidence":
        house.judging._evidence = later[0]
        copy = await provisional(house, ledger)
        house.judging._evidence = here[0]
    else:
        house.judging._qr = later[1]
        copy = await provisional(house, ledger, token=house.token(later[1]))
        house.judging._qr = here[1]
        house.judging._opened.clear()
    ours, neighbour = copy.attempt_id, await provisional(house, ledger)
    copy.received_at = now_us()
    assert await completion(house, ledger).complete() == 1
    assert [each.attempt_id for each in ledger.recorded] == [neighbour.attempt_id]
    assert f"{ours.hex()} cannot be read: it is sealed with key 9" in caplog.text
    copy.received_at -= OVERDUE_US
    ledger.open = {key: copies for key, copies in ledger.open.items() if copies == [copy]}
    await completion(house, ledger).complete()
    assert [each.reason for each in ledger.recorded[-1].reasons] == ["EVIDENCE_UNREADABLE"]
