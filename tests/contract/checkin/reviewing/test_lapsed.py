"""What nobody decides is decided once by the policy of its activity: on a real server, whoever dies or is faster."""

import asyncio
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import now_us
from servicekit.ids import new_id
from services.checkin.recording.intake import repeating
from services.checkin.recording.record import Recorder
from services.checkin.recording.store import POLICY
from services.checkin.records.records import Records
from services.checkin.records.stored import Stored
from services.checkin.records.waiting import Waiting
from services.checkin.reviewing.decision import Word, to_decided
from services.checkin.reviewing.ended import Ended
from services.checkin.rules.lapse import Undecided
from services.checkin.rules.merge import DecisionKind, Outcome
from services.checkin.rules.occurrence import Occurrence
from services.checkin.tables import decisions
from tests.factories import HOUR_US, a_copy, a_snapshot, an_occurrence
from tests.fakes.checkin import FakeActivities

AFTER_US = 72 * HOUR_US
HUMAN = new_id()


class Hall:
    """One occurrence that closed 73 hours ago, with a policy, and what was tried there."""

    def __init__(self, engine: AsyncEngine, recorder: Recorder, policy: Undecided) -> None:
        self.engine = engine
        self.recorder = recorder
        self.records = Records(engine)
        self.occurrence: Occurrence = an_occurrence(closes_at=now_us() - AFTER_US - HOUR_US, undecided=policy)

    async def attempt(self, judgement: int = pb.JUDGEMENT_PENDING_REVIEW, **changes: object) -> bytes:
        """Records one that came when it closed; returns its checkin id."""
        home = {name: getattr(self.occurrence, name) for name in ("occurrence_id", "activity_id", "organisation_id")}
        values = {"judgement": judgement, "received_at": self.occurrence.closes_at, **home, **changes}
        copy = a_copy(**values)
        await self.recorder.record([copy])
        [stored] = [one for one in await self.records.list_of(copy.user_id, 9, None) if one.copy == copy]
        return stored.checkin_id

    async def decide(self, identifier: bytes, kind: DecisionKind, hours_ago: int = 0) -> None:
        """A human does, on what they see now."""
        decided = to_decided(Word(HUMAN, kind, "看过录像"), await self.stored(identifier), new_id())
        decided.decided_at = now_us() - hours_ago * HOUR_US
        await self.recorder.decide([decided])

    async def look(self, decide: Callable[[Sequence[pb.Decided]], object] | None = None) -> None:
        """A recorder looks once."""
        activities = FakeActivities([a_snapshot(self.occurrence)])
        carry_out = decide or self.carry_out
        await Ended(self.records, Waiting(self.engine), activities, carry_out, AFTER_US).look()  # type: ignore[arg-type]

    async def carry_out(self, decided: Sequence[pb.Decided]) -> None:
        """As the recorder does it: what another one holds is tried again."""
        await repeating(lambda: self.recorder.decide(decided))

    async def stored(self, identifier: bytes) -> Stored:
        """As it is now."""
        return (await self.records.find([identifier]))[identifier]

    async def reads(self, identifier: bytes) -> tuple[Outcome, list[str]]:
        """What everybody reads of it, and why."""
        stored = await self.stored(identifier)
        return stored.outcome, [reason.reason for reason in stored.told.reasons]

    async def lapses(self) -> int:
        """How many decisions of the policy there are, stale or not."""
        here = decisions.c.occurrence_id == self.occurrence.occurrence_id
        query = select(func.count()).where(here, decisions.c.decided_by == POLICY)
        async with self.engine.connect() as connection:
            return await connection.scalar(query) or 0


@pytest.fixture(params=[Undecided.PRESENT, Undecided.ABSENT])
def hall(request: pytest.FixtureRequest, engine: AsyncEngine, recorder: Recorder) -> Hall:
    """See `Hall`, with either policy."""
    return Hall(engine, recorder, request.param)


def counted(hall: Hall) -> Outcome:
    """What the policy makes of it."""
    return Outcome.ACCEPTED if hall.occurrence.undecided is Undecided.PRESENT else Outcome.REFUSED


async def test_it_counts_as_the_policy_says_and_tells_why(hall: Hall) -> None:
    """What was doubtful stays told; the list of those who review has it as decided, and a second look finds nothing."""
    identifier = await hall.attempt(reasons=[pb.Reason(reason="FENCE_OUTSIDE", numbers={"distance_m": 900})])
    await hall.look()
    await hall.look()
    assert await hall.reads(identifier) == (counted(hall), ["UNDECIDED", "FENCE_OUTSIDE"])
    assert (await hall.lapses(), await hall.records.waiting(hall.occurrence.occurrence_id, 9)) == (1, [])
    stored = await hall.stored(identifier)
    assert [event.is_lapse for event in stored.history()] == [False, True]
    decided = {pb.REVIEW_STATE_APPROVED, pb.REVIEW_STATE_REFUSED}
    assert stored.review_state in decided


async def test_a_human_overrules_it_afterwards(hall: Hall) -> None:
    """Either way; then nothing is told of the policy any more."""
    identifier = await hall.attempt()
    await hall.look()
    was_present = counted(hall) is Outcome.ACCEPTED
    await hall.decide(identifier, DecisionKind.ANNUL if was_present else DecisionKind.APPROVE)
    await hall.look()
    assert await hall.reads(identifier) == (Outcome.ANNULLED if was_present else Outcome.ACCEPTED, [])


@pytest.mark.parametrize("is_human_first", [True, False])
async def test_of_two_who_decide_at_once_the_first_counts(hall: Hall, is_human_first: bool) -> None:
    """Both read the same revision; the other is kept as stale and counts for nothing."""
    identifier = await hall.attempt()
    kind = DecisionKind.REFUSE if counted(hall) is Outcome.ACCEPTED else DecisionKind.APPROVE
    human = to_decided(Word(HUMAN, kind, "看过录像"), await hall.stored(identifier), new_id())

    async def race(decided: Sequence[pb.Decided]) -> None:
        """The human's arrives before, or after."""
        for one in [[human], decided] if is_human_first else [decided, [human]]:
            await hall.recorder.decide(one)

    await hall.look(race)
    by_human = Outcome.REFUSED if kind is DecisionKind.REFUSE else Outcome.ACCEPTED
    assert (await hall.reads(identifier))[0] is (by_human if is_human_first else counted(hall))
    rulings = (await hall.stored(identifier)).rulings
    assert [ruling.decision.is_stale for ruling in rulings] == [False, True]


async def test_two_recorders_at_once_decide_once(hall: Hall) -> None:
    """On every attempt, however they get in each other's way."""
    identifiers = [await hall.attempt() for _ in range(12)]
    await asyncio.gather(*(hall.look() for _ in range(4)))
    assert {(await hall.reads(one))[0] for one in identifiers} == {counted(hall)}
    assert await hall.lapses() == len(identifiers)


@pytest.mark.parametrize("is_committed", [True, False])
async def test_killed_at_any_point_it_is_done_by_the_next_look(hall: Hall, is_committed: bool) -> None:
    """Before its transaction, or after it and before anybody heard of it."""
    identifier = await hall.attempt()

    async def die(decided: Sequence[pb.Decided]) -> None:
        """As kill -9 would end it."""
        if is_committed:
            await hall.recorder.decide(decided)
        raise SystemError("killed")

    with pytest.raises(SystemError):
        await hall.look(die)
    await hall.look()
    assert ((await hall.reads(identifier))[0], await hall.lapses()) == (counted(hall), 1)


async def test_while_mysql_is_gone_it_waits(hall: Hall, database_url: str) -> None:
    """A connection that dies on the way changes nothing; the next look decides."""
    identifier = await hall.attempt()

    async def lose(decided: Sequence[pb.Decided]) -> None:
        """Every connection of this server's dies."""
        async with hall.engine.connect() as connection:
            await connection.exec_driver_sql("KILL CONNECTION_ID()")

    with pytest.raises(Exception, match=r".+"):
        await hall.look(lose)
    await hall.look()
    assert ((await hall.reads(identifier))[0], await hall.lapses()) == (counted(hall), 1)


async def test_an_appeal_that_nobody_answers_leaves_the_no(hall: Hall) -> None:
    """Of machines or of a human; and humans have their time from then on."""
    refused, rejected = await hall.attempt(pb.JUDGEMENT_REFUSED), await hall.attempt()
    await hall.decide(rejected, DecisionKind.REFUSE, hours_ago=200)
    for each in (refused, rejected):
        await hall.decide(each, DecisionKind.APPEAL, hours_ago=71)
    await hall.look()
    assert await hall.lapses() == 0

    await age(hall, 2)
    await hall.look()
    assert {(await hall.reads(each))[0] for each in (refused, rejected)} == {Outcome.REFUSED}


async def test_what_comes_after_the_time_has_its_own(hall: Hall) -> None:
    """An attempt that waited on a phone for days is for humans as long as any other."""
    late = await hall.attempt(received_at=now_us() - 71 * HOUR_US, is_offline=True)
    await hall.look()
    assert (await hall.reads(late))[0] is Outcome.PENDING_REVIEW
    late = await hall.attempt(received_at=now_us() - AFTER_US - 1, is_offline=True)
    await hall.look()
    assert (await hall.reads(late))[0] is counted(hall)


async def test_what_nobody_has_judged_waits_on(hall: Hall) -> None:
    """Completion judges it, however long that takes, and then it lapses."""
    user_id, attempt_id = new_id(), new_id()
    both = {"user_id": user_id, "attempt_id": attempt_id}
    await hall.attempt(pb.JUDGEMENT_UNDECIDED, **both)
    while await hall.recorder.flag_overdue(now_us(), 200):
        pass
    await hall.look()
    assert await hall.lapses() == 0
    await hall.attempt(pb.JUDGEMENT_PENDING_REVIEW, judged_at=now_us(), **both)
    await hall.look()
    assert await hall.lapses() == 1


async def test_who_came_again_after_an_annul_is_not_let_in_by_it(hall: Hall) -> None:
    """A human's no stands; the seat is annulled anew, for a review takes back nothing that machines accepted."""
    person = new_id()
    first = await hall.attempt(pb.JUDGEMENT_ACCEPTED, user_id=person, received_at=now_us() - 90 * HOUR_US)
    await hall.decide(first, DecisionKind.ANNUL, hours_ago=80)
    again = await hall.attempt(pb.JUDGEMENT_ACCEPTED, user_id=person, received_at=now_us() - 79 * HOUR_US)
    await hall.look()
    await hall.look()
    assert (await hall.reads(again), await hall.lapses()) == ((Outcome.ANNULLED, ["UNDECIDED"]), 1)


async def age(hall: Hall, hours: int) -> None:
    """Makes every decision so much older."""
    async with hall.engine.begin() as connection:
        await connection.execute(text(f"UPDATE decisions SET decided_at = decided_at - INTERVAL {hours} HOUR"))
