"""Whatever people did, in whatever order it was recorded and told: numbers, history and records equal a recount."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import ids
from servicekit.clock import SECOND_US
from servicekit.mysql.database import create_engine
from servicekit.rabbitmq.outbox import Outbox
from servicekit.redis import cache
from services.checkin.recording import store, transactions
from services.checkin.recording.record import Recorder
from services.checkin.records.records import Records
from services.checkin.rules import merge
from services.checkin.rules.merge import DecisionKind, Outcome
from services.checkin.tables import outbox
from services.reporting.domain import Activity, Counted, Window
from services.reporting.expected.tally import Member, Roster, Tallies, Tally, of_roster
from services.reporting.facts.history import History
from services.reporting.facts.points import POINTS
from services.reporting.facts.store import Facts
from services.reporting.facts.writer import FactWriter
from services.reporting.live.numbers import LiveReader, LiveWriter
from services.reporting.project import Projector, to_change
from services.reporting.store import Activities
from tests.contract.reporting.recounting import DAY, LONG_AGO, assert_a_recount, assert_reports
from tests.contract.schemas import migrated
from tests.factories import STARTS_AT, a_copy
from tests.fakes.reporting import FakeActivities

RECOUNTED = {"checked_in", "late", "inside", "method", "minute"}
IN, OUT = pb.DIRECTION_IN, pb.DIRECTION_OUT
MOVES = (Outcome.ACCEPTED, Outcome.DUPLICATE)
JUDGEMENTS = (pb.JUDGEMENT_ACCEPTED, pb.JUDGEMENT_PENDING_REVIEW, pb.JUDGEMENT_PENDING_REVIEW, pb.JUDGEMENT_REFUSED)
DECISIONS = (pb.DECISION_KIND_APPROVE, pb.DECISION_KIND_APPROVE, pb.DECISION_KIND_REFUSE, pb.DECISION_KIND_ANNUL)
# What ends with its activity is never let in.
NEVER_SAID = store.NOBODY, pb.DECISION_KIND_APPROVE
MARKS = (
    pb.DECISION_KIND_MARK_PRESENT,
    pb.DECISION_KIND_MARK_LATE,
    pb.DECISION_KIND_MARK_LEAVE,
    pb.DECISION_KIND_MARK_ABSENT,
    pb.DECISION_KIND_UNMARK,
)
METHODS = (pb.METHOD_QR, pb.METHOD_CODE, pb.METHOD_NFC, pb.METHOD_STAFF)
NAMES = {pb.METHOD_QR: "qr", pb.METHOD_CODE: "code", pb.METHOD_NFC: "nfc", pb.METHOD_STAFF: "staff"}
LATE = pb.Reason(reason="LATE", numbers={"late_by_s": 3600, "late_after_s": 300})

# Who comes or goes, when that counts as made, as what it is judged, whether it is late, or early, how, and whether it
# waited on a phone meanwhile.
TRIES = st.tuples(
    st.just("try"),
    st.integers(0, 1),
    st.sampled_from([IN, OUT]),
    st.integers(0, 5),
    st.sampled_from(JUDGEMENTS),
    st.sampled_from([True, True, False]),
    st.sampled_from(METHODS),
    st.booleans(),
)
# A further copy of one of the attempts so far: earlier or later, better or worse.
COPIES = st.tuples(st.just("copy"), st.integers(0, 3), st.integers(0, 5), st.sampled_from(JUDGEMENTS))
# What humans decide, some of it too late; what ends with its activity; and what lapses, both of which nobody decides.
RULINGS = st.tuples(
    st.just("rule"),
    st.integers(0, 3),
    st.sampled_from(DECISIONS),
    st.sampled_from([False] * 5 + [True]),
    st.sampled_from([None] * 3 + [store.NOBODY, store.POLICY]),
)
# What staff say somebody counts as, and whether only where nothing is said or held.
SAYINGS = st.tuples(
    st.just("mark"), st.integers(0, 1), st.sampled_from(MARKS), st.integers(0, 9), st.sampled_from([False, False, True])
)
# Somebody rebuilds the numbers from here on, or from as much as is recorded when they read it.
REBUILDS = st.tuples(st.just("rebuild"))
HISTORIES = st.lists(
    st.one_of(TRIES, TRIES, COPIES, RULINGS, RULINGS, SAYINGS, SAYINGS, REBUILDS), min_size=6, max_size=18
)


@dataclass
class World:
    """One activity: what its people did, and what was told of it."""

    recorder: Recorder
    occurrence_id: bytes = field(default_factory=ids.new_id)
    activity_id: bytes = field(default_factory=ids.new_id)
    users: Sequence[bytes] = field(default_factory=lambda: [ids.new_id(), ids.new_id()])
    copies: dict[bytes, list[pb.Copy]] = field(default_factory=dict)
    messages: list[bytes] = field(default_factory=list)
    marks: dict[bytes, list[pb.Decided]] = field(default_factory=dict)
    readings: list[tuple[int, Sequence[pb.SeatState]]] = field(default_factory=list)
    records: Records | None = None

    async def play(self, history: Sequence[tuple[object, ...]]) -> None:
        """Has everything of a history recorded, a batch each; what fits nobody is left out."""
        for kind, *step in history:
            if kind == "try":
                await self._record(self._try(*step))  # type: ignore[arg-type]
            elif kind == "mark":
                await self._mark(*step)  # type: ignore[arg-type]
            elif kind == "rebuild":
                seats = (await self.records.list_states(self.occurrence_id, 100, None)).seats  # type: ignore[union-attr]
                self.readings.append((len(self.messages), seats))
            elif self.copies and kind == "copy":
                await self._record(self._copy(*step))  # type: ignore[arg-type]
            elif self.copies:
                await self._rule(*step)  # type: ignore[arg-type]

    def _try(
        self,
        who: int,
        direction: int,
        second: int,
        judgement: pb.Judgement.ValueType,
        is_off: bool,
        method: pb.Method.ValueType,
        is_synced: bool,
    ) -> pb.Copy:
        copy = a_copy(
            user_id=self.users[who],
            occurrence_id=self.occurrence_id,
            activity_id=self.activity_id,
            organisation_id=self.activity_id,
            direction=direction,
            judgement=judgement,
            received_at=STARTS_AT + 3600 * SECOND_US,
            effective_at=STARTS_AT + second * SECOND_US,
            method=method,
            is_offline=is_synced,
            is_staff=method == pb.METHOD_STAFF,
        )
        if is_off and direction == OUT:
            copy.punctuality = pb.PUNCTUALITY_EARLY_LEAVE
        elif is_off:
            copy.punctuality, copy.late_by_s = pb.PUNCTUALITY_LATE, 3600
            copy.effective_punctuality = pb.PUNCTUALITY_ON_TIME
            copy.reasons.append(LATE)
        return copy

    def _copy(self, which: int, second: int, judgement: pb.Judgement.ValueType) -> pb.Copy:
        copy = pb.Copy()
        copy.CopyFrom(self._known(which))
        copy.received_at += (second - 2) * SECOND_US
        copy.effective_at = STARTS_AT + second * SECOND_US
        copy.judgement = judgement
        return copy

    async def _record(self, copy: pb.Copy) -> None:
        self.copies.setdefault(copy.attempt_id, []).append(copy)
        self._tell((await self.recorder.record([copy]))[0])

    async def _rule(self, which: int, kind: pb.DecisionKind.ValueType, is_stale: bool, by: bytes | None) -> None:
        copy = self._known(which)
        decided = pb.Decided(
            decision_id=ids.new_id(),
            kind=kind,
            occurrence_id=copy.occurrence_id,
            user_id=copy.user_id,
            direction=copy.direction,
            attempt_id=copy.attempt_id,
            decided_at=STARTS_AT + 7200 * SECOND_US,
            decided_by=by if by and (by, kind) != NEVER_SAID else ids.new_id(),
            saw_revision=10**6 if is_stale else 0,
            reason="坐在第一排",
        )
        self._tell((await self.recorder.decide([decided]))[0])

    async def _mark(self, who: int, kind: pb.DecisionKind.ValueType, second: int, is_only_unset: bool) -> None:
        decided = pb.Decided(
            decision_id=ids.new_id(),
            kind=kind,
            occurrence_id=self.occurrence_id,
            user_id=self.users[who],
            direction=IN,
            attempt_id=store.NO_ATTEMPT,
            decided_at=STARTS_AT + second * SECOND_US,
            decided_by=ids.new_id(),
            reason="点名",
            activity_id=self.activity_id,
            organisation_id=self.activity_id,
            only_unset=is_only_unset,
        )
        said = self.marks.setdefault(decided.user_id, [])
        if not (is_only_unset and await self._is_set(decided.user_id)):
            said.append(decided)
        self._tell((await self.recorder.decide([decided]))[0])

    async def _is_set(self, user_id: bytes) -> bool:
        """As staff could see it: a seat, or a mark."""
        marks = self.marks.get(user_id)
        seat = self.told().get((user_id, IN))
        is_marked = bool(marks) and marks[-1].kind != pb.DECISION_KIND_UNMARK  # type: ignore[index]
        return is_marked or (seat is not None and seat.state == pb.SeatState.STATE_HELD)

    def _known(self, which: int) -> pb.Copy:
        return list(self.copies.values())[which % len(self.copies)][0]

    def told(self) -> dict[tuple[bytes, int], pb.SeatState]:
        """The newest state of each seat that was told of."""
        batches = [pb.RecordedBatch.FromString(message) for message in self.messages]
        seats = sorted((seat for batch in batches for seat in batch.seats), key=lambda seat: seat.revision)
        return {(seat.user_id, seat.direction): seat for seat in seats}

    def _tell(self, effects: Sequence[object]) -> None:
        self.messages.append(effects[1].body)  # type: ignore[attr-defined]


@dataclass
class Truth:
    """Where somebody is by all they did, counted anew; and as what they count by what staff say of them."""

    outcomes: dict[bytes, Outcome]
    is_in: bool = False
    is_late: bool = False
    is_inside: bool = False
    left_at: int = 0
    left_early: bool = False
    mark: int = 0
    at: int = 0
    method: str = ""
    # By what they did alone, as their own records tell it.
    went_early: bool = False

    def counts(self) -> list[str]:
        """What of the numbers they are."""
        found = {"checked_in": self.is_in, "late": self.is_late, "inside": self.is_inside}
        counted = [name for name, is_so in found.items() if is_so]
        if self.is_in:
            counted += [f"method:{self.method}", f"minute:{self.at // 60_000_000}"]
        return counted


def recount(
    world: World, user_id: bytes, decisions: dict[tuple[bytes, bytes, int, int], list[merge.Decision]]
) -> Truth:
    """The truth about a person, by the law of seats and a plain reading of rules 23 and 24."""
    messages = {store.to_merge(copy).canonical: copy for copies in world.copies.values() for copy in copies}
    truth, moves = Truth({}), []
    for direction in (IN, OUT):
        own = [each for each in world.copies.values() if (each[0].user_id, each[0].direction) == (user_id, direction)]
        winners = [merge.winning_copy(merge.add_copies((), map(store.to_merge, copies))) for copies in own]
        ruled = decisions.get((world.occurrence_id, user_id, direction, 0), [])
        seat = merge.resolve_seat(winners, ruled)
        truth.outcomes |= seat.outcomes
        for winner in winners:
            copy = messages[winner.canonical]
            if seat.outcomes[winner.attempt_id] in MOVES:
                moves.append((copy.effective_at, copy.attempt_id, copy))
            if direction == IN and seat.holder == winner.attempt_id:
                truth.is_in, truth.at, truth.method = True, copy.effective_at, NAMES[copy.method]
                truth.is_late = copy.punctuality == pb.PUNCTUALITY_LATE and not was_approved(copy, ruled)
    if moves:
        *_, last = max(moves, key=lambda move: move[:2])
        truth.is_inside = last.direction == IN
        if not truth.is_inside:
            truth.left_at, truth.left_early = last.effective_at, last.punctuality == pb.PUNCTUALITY_EARLY_LEAVE
    truth.went_early = truth.left_early
    _overlay(truth, world.marks.get(user_id, ()))
    return truth


def _overlay(truth: Truth, said: Sequence[pb.Decided]) -> None:
    """A plain reading of rule 27: the last thing that staff said, whatever happened."""
    if not said or said[-1].kind == pb.DECISION_KIND_UNMARK:
        return
    last = said[-1]
    truth.mark = MARKS.index(last.kind) + 1
    if truth.mark in (pb.MARK_LEAVE, pb.MARK_ABSENT):
        truth.is_in = truth.is_late = truth.is_inside = truth.left_early = False
        truth.left_at = 0
        return
    if not truth.is_in:
        truth.at, truth.method = last.decided_at, "staff"
        truth.is_inside = truth.left_at < last.decided_at
        if truth.is_inside:
            truth.left_at, truth.left_early = 0, False
    truth.is_in, truth.is_late = True, truth.mark == pb.MARK_LATE


def was_approved(copy: pb.Copy, ruled: Sequence[merge.Decision]) -> bool:
    """Whether the last that counts of what humans said of it is yes."""
    verdicts = [
        each.kind
        for each in ruled
        if each.attempt_id == copy.attempt_id and not each.is_stale and each.kind is not DecisionKind.ANNUL
    ]
    return bool(verdicts) and verdicts[-1] is DecisionKind.APPROVE


async def project(world: World, writer: LiveWriter, history: FactWriter, order: object) -> None:
    """Has all messages projected in any order, some twice, and each time somebody reads all, the numbers rebuilt.

    What is told once a rebuild has begun goes into both generations. Facts are written, and filled in, on the way.
    """
    projector = Projector(writer, FakeActivities(), lambda each: None, history.offer)
    messages = world.messages + world.messages[::2]
    order.shuffle(messages)  # type: ignore[attr-defined]
    soon = set(messages[: len(messages) // 2])
    for read_at, seats in world.readings:
        # What is recorded after it was read is told after it began.
        await projector.recorded(each for each in world.messages[:read_at] if each in soon)
        owner = ids.new_id()
        assert await writer.begin(world.activity_id, owner)
        await projector.recorded(world.messages[read_at : read_at + 1])
        assert await writer.fill(world.activity_id, [to_change(seat) for seat in seats], owner)
        history.offer(to_change(seat) for seat in seats)
        await history.write()
        assert await writer.switch(world.activity_id, owner)
    await projector.recorded(messages)
    await history.write()


@pytest.fixture(scope="module")
def reporting_url(database_url: str) -> Iterator[str]:
    """A schema of reporting's own, made by its migrations."""
    with migrated(database_url, "reporting") as url:
        yield url


@pytest.fixture
async def facts_engine(reporting_url: str) -> AsyncIterator[AsyncEngine]:
    """Where facts are kept."""
    engine = create_engine(reporting_url, pool_timeout_s=10)
    yield engine
    await engine.dispose()


async def know(engine: AsyncEngine, world: World) -> None:
    """Tells reporting of the activity."""
    window = Window(world.occurrence_id, world.activity_id, 1, LONG_AGO, LONG_AGO, DAY, LONG_AGO)
    activity = Activity(
        *(world.activity_id, world.activity_id, "例会", "Asia/Shanghai", 2, 1, 0, 0, LONG_AGO, (window,)),
        roster_id=world.activity_id,
        kind=POINTS,
    )
    await Activities(engine).save([activity])


async def assert_history(
    engine: AsyncEngine, world: World, shown: Mapping[str, int], people: Mapping[bytes, Counted]
) -> None:
    """Facts say of everybody what live numbers say, and count as many, but by no minute."""
    history = History(engine)
    counts = (await history.numbers(world.occurrence_id)).counts
    of_both = {name: count for name, count in counts.items() if name.split(":")[0] in RECOUNTED}
    assert of_both == {name: count for name, count in shown.items() if not name.startswith("minute:")}
    told = (
        {person.user_id: person for person in await history.people(world.activity_id, world.occurrence_id)}
        if people
        else {}
    )
    assert {user_id: (person.presence, person.seat._replace(counters=[])) for user_id, person in told.items()} == {
        user_id: (person.presence, person.seat._replace(counters=[])) for user_id, person in people.items()
    }


def at_home(world: World, told: Mapping[tuple[bytes, int], pb.SeatState]) -> Mapping[tuple[bytes, int], pb.SeatState]:
    """As whoever rebuilds reads it: while nobody has tried no attempt says whose the occurrence is."""
    for seat in told.values() if not world.copies else ():
        seat.ClearField("activity_id")
        seat.ClearField("organisation_id")
    return told


def assert_of_roster(world: World, truths: Mapping[bytes, Truth], people: Sequence[Counted]) -> None:
    """Both are on a roster: who came, who is on leave and who has not come are as staff say."""
    roster = Roster(1, [Member(user_id, b"", "一班") for user_id in world.users])
    leave = sum(truth.mark == pb.MARK_LEAVE for truth in truths.values())
    tally = Tally(len(world.users), sum(truth.is_in for truth in truths.values()), leave)
    assert of_roster(roster, people, {}) == Tallies(tally, {"一班": tally})


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    # Each try is a second of two real servers: a history of sixteen steps can be read as it is.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(history=HISTORIES, order=st.randoms())
async def test_numbers_and_records_equal_a_recount(
    engine: AsyncEngine,
    facts_engine: AsyncEngine,
    redis: cache.Redis,
    history: list[tuple[object, ...]],
    order: object,
) -> None:
    """Ins, outs, late copies, syncs, reviews, annuls, endings and marks; told in any order, some twice.

    Somebody rebuilds the numbers in the middle of it. Whoever does reads of each seat what was told of it last.
    """
    recorder = Recorder(lambda: transactions.begin(engine, Outbox(engine, outbox, {})))
    world = World(recorder, records=Records(engine))
    await world.play(history)
    await know(facts_engine, world)
    await project(world, LiveWriter(redis, lambda activity_id: None), FactWriter(Facts(facts_engine)), order)

    keys = [(world.occurrence_id, user, direction, 0) for user in world.users for direction in (IN, OUT)]
    async with engine.connect() as connection:
        decisions = await store.read_decisions(connection, keys)
    truths = {user: recount(world, user, decisions) for user in world.users}
    counts = (await LiveReader(redis).numbers(world.activity_id, world.occurrence_id)).counts
    shown = {name: count for name, count in counts.items() if name.split(":")[0] in RECOUNTED}
    assert shown == Counter(name for truth in truths.values() for name in truth.counts())
    people = {
        person.user_id: person for person in await LiveReader(redis).people(world.activity_id, world.occurrence_id)
    }
    for user_id, truth in truths.items():
        person = people.get(user_id)
        if person is None:
            assert not (truth.mark or truth.is_in or truth.is_inside or truth.left_at)
            continue
        assert person.presence == (truth.is_inside, truth.left_at, truth.left_early)
        assert (person.seat.mark, person.seat.is_held) == (truth.mark, truth.is_in)
    assert_of_roster(world, truths, list(people.values()))
    await assert_history(facts_engine, world, shown, people)
    await assert_reports(facts_engine, world.activity_id, truths)
    await assert_a_recount(facts_engine, world.activity_id, world.occurrence_id)
    rebuilt = (await Records(engine).list_states(world.occurrence_id, 100, None)).seats
    assert {(seat.user_id, seat.direction): seat for seat in rebuilt} == at_home(world, world.told())
    for user_id, truth in truths.items():
        records = [stored.record() for stored in await Records(engine).list_of(user_id, 100, None)]
        assert {record.attempt_id: record.outcome for record in records} == truth.outcomes
        gone = [each for each in records if each.direction == OUT and each.outcome in MOVES]
        assert all((each.punctuality == pb.PUNCTUALITY_EARLY_LEAVE) == truth.went_early for each in gone)
        arrived = any(each.direction == IN and each.outcome in MOVES for each in records)
        assert all(("OUT_WITHOUT_IN" in [r.reason for r in each.reasons]) != arrived for each in gone)
