"""What waits at cancelled activities ends with them, and nothing else does."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import pytest

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import now_us
from services.checkin.recording.store import NOBODY, POLICY, to_merge
from services.checkin.records.stored import Stored
from services.checkin.reviewing.ended import Ended
from services.checkin.rules import merge
from services.checkin.rules.lapse import Undecided
from services.checkin.rules.occurrence import ActivityState, Occurrence
from tests.factories import HOUR_US, a_copy, a_snapshot, an_occurrence
from tests.fakes.checkin import FakeActivities

OPEN, OVER, AFTER = (
    an_occurrence(occurrence_id=bytes([number]) * 16, state=state)
    for number, state in enumerate((ActivityState.PUBLISHED, ActivityState.CANCELLED, ActivityState.CANCELLED), 1)
)

AFTER_US = 72 * HOUR_US


@dataclass
class Waiting:
    """Attempts that wait, by occurrence, and what was decided of them."""

    copies: list[pb.Copy]
    decided: list[pb.Decided] = field(default_factory=list)
    asked: list[list[bytes]] = field(default_factory=list)

    async def occurrences_waiting(self, after: bytes, limit: int) -> Sequence[bytes]:
        """In order."""
        return sorted({copy.occurrence_id for copy in self.copies if copy.occurrence_id > after})[:limit]

    async def waiting(self, occurrence_id: bytes, limit: int) -> Sequence[Stored]:
        """All that wait there, in revision 7."""
        here = [copy for copy in self.copies if copy.occurrence_id == occurrence_id]
        return [Stored(copy, (copy,), merge.resolve_seat([to_merge(copy)], ()), 7) for copy in here[:limit]]

    async def lapsing(self, occurrence_ids: Collection[bytes], before_us: int, limit: int) -> Sequence[Stored]:
        """All that waits there and came before a moment."""
        self.asked.append(sorted(occurrence_ids))
        old = [each for each in self.copies if each.received_at <= before_us]
        here = [stored for one in occurrence_ids for stored in await self.waiting(one, limit)]
        return [stored for stored in here if stored.copy in old][:limit]

    async def decide(self, decisions: Sequence[pb.Decided]) -> None:
        """Records them."""
        self.decided += decisions


def pending(occurrence_id: bytes) -> pb.Copy:
    """An attempt that waits for a human."""
    return a_copy(occurrence_id=occurrence_id, judgement=pb.JUDGEMENT_PENDING_REVIEW, received_at=1)


@pytest.fixture
def waiting() -> Waiting:
    """One attempt each at an activity that goes on and at two that were cancelled."""
    return Waiting([pending(each.occurrence_id) for each in (OPEN, OVER, AFTER)])


def ending(waiting: Waiting, activities: FakeActivities, page: int = 200) -> Ended:
    """What is under test."""
    return Ended(waiting, waiting, activities, waiting.decide, AFTER_US, page)


async def test_only_what_waits_at_a_cancelled_activity_ends(waiting: Waiting) -> None:
    """By nobody, for that reason, on the revision that was seen: a human who was faster goes before."""
    await ending(waiting, FakeActivities([a_snapshot(each) for each in (OPEN, OVER, AFTER)])).look()
    told = [(each.attempt_id, each.kind, each.decided_by, each.saw_revision, each.reason) for each in waiting.decided]
    refuse = pb.DECISION_KIND_REFUSE
    assert told == [(copy.attempt_id, refuse, NOBODY, 7, "ACTIVITY_CANCELLED") for copy in waiting.copies[1:]]


async def test_what_an_annul_left_waiting_is_annulled(waiting: Waiting) -> None:
    """A refusal of what machines accepted counts for nothing: it would wait on, and end again and again."""
    waiting.copies = [a_copy(occurrence_id=OVER.occurrence_id)]
    await ending(waiting, FakeActivities([a_snapshot(OVER)])).look()
    assert [(each.kind, each.decided_by) for each in waiting.decided] == [(pb.DECISION_KIND_ANNUL, NOBODY)]


async def test_two_recorders_end_the_same_once(waiting: Waiting) -> None:
    """The id of a decision depends on nothing but what it ends."""
    activities = FakeActivities([a_snapshot(OVER)])
    await ending(waiting, activities).look()
    await ending(waiting, activities).look()
    assert len({each.decision_id for each in waiting.decided}) == len(waiting.decided) / 2 == 1


async def test_an_activity_that_nobody_knows_ends_nothing(waiting: Waiting) -> None:
    """What cannot be asked goes on waiting."""
    await ending(waiting, FakeActivities([])).look()
    assert waiting.decided == []


async def test_many_that_wait_are_looked_at_in_turn(waiting: Waiting) -> None:
    """A page at a time, and then from the first again."""
    house = ending(waiting, FakeActivities([a_snapshot(each) for each in (OPEN, OVER, AFTER)]), page=1)
    seen = []
    for _ in range(6):
        await house.look()
        seen.append(len(waiting.decided))
    assert seen == [0, 1, 2, 2, 2, 3]


def lapsing(policy: Undecided, closed_us: int, state: ActivityState = ActivityState.PUBLISHED) -> Occurrence:
    """An occurrence with a policy, closed so long ago."""
    return an_occurrence(undecided=policy, closes_at=now_us() - closed_us, state=state)


@pytest.mark.parametrize(
    ("policy", "state", "kinds"),
    [
        (Undecided.PRESENT, ActivityState.PUBLISHED, [pb.DECISION_KIND_APPROVE]),
        (Undecided.PRESENT, ActivityState.CLOSED, [pb.DECISION_KIND_APPROVE]),
        (Undecided.ABSENT, ActivityState.PUBLISHED, [pb.DECISION_KIND_REFUSE]),
        (Undecided.WAITS_ON, ActivityState.PUBLISHED, []),
        (Undecided.ABSENT, ActivityState.DRAFT, []),
    ],
)
async def test_what_waits_for_too_long_counts_as_the_policy_says(
    policy: Undecided, state: ActivityState, kinds: list[int]
) -> None:
    """By the policy, for that reason, on the revision that was seen."""
    over = lapsing(policy, AFTER_US + 1, state)
    waiting = Waiting([pending(over.occurrence_id)])
    await ending(waiting, FakeActivities([a_snapshot(over)])).look()
    told = [(each.kind, each.decided_by, each.saw_revision, each.reason) for each in waiting.decided]
    assert told == [(kind, POLICY, 7, "UNDECIDED") for kind in kinds]


async def test_before_its_time_nothing_lapses() -> None:
    """An hour before the 72 are over nobody is asked what waits there."""
    over = lapsing(Undecided.ABSENT, AFTER_US - HOUR_US)
    waiting = Waiting([pending(over.occurrence_id)])
    await ending(waiting, FakeActivities([a_snapshot(over)])).look()
    assert (waiting.decided, waiting.asked) == ([], [])


async def test_all_that_lapses_is_read_and_decided_at_once() -> None:
    """One round trip each for a page, whatever the activities say; of one seat one attempt, or the second is stale."""
    here, there = lapsing(Undecided.ABSENT, AFTER_US + 1), lapsing(Undecided.PRESENT, AFTER_US + 1)
    two = [pending(here.occurrence_id)] * 2
    waiting = Waiting([*two, pending(there.occurrence_id)])
    await ending(waiting, FakeActivities([a_snapshot(here), a_snapshot(there)])).look()
    assert waiting.asked == [sorted([here.occurrence_id, there.occurrence_id])]
    assert sorted(each.kind for each in waiting.decided) == [pb.DECISION_KIND_APPROVE, pb.DECISION_KIND_REFUSE]
