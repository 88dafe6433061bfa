"""Whatever people did, in whatever order it was recorded and told: live numbers and records equal a recount."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import ids
from servicekit.clock import SECOND_US
from servicekit.rabbitmq.outbox import Outbox
from servicekit.redis import cache
from services.checkin.recording import store, transactions
from services.checkin.recording.record import Recorder
from services.checkin.records.records import Records
from services.checkin.rules import merge
from services.checkin.rules.merge import DecisionKind, Outcome
from services.checkin.tables import outbox
from services.reporting.live.numbers import LiveReader, LiveWriter
from services.reporting.project import Projector
from tests.factories import STARTS_AT, a_copy
from tests.fakes.reporting import FakeActivities

IN, OUT = pb.DIRECTION_IN, pb.DIRECTION_OUT
MOVES = (Outcome.ACCEPTED, Outcome.DUPLICATE)
JUDGEMENTS = (pb.JUDGEMENT_ACCEPTED, pb.JUDGEMENT_PENDING_REVIEW, pb.JUDGEMENT_PENDING_REVIEW, pb.JUDGEMENT_REFUSED)
DECISIONS = (pb.DECISION_KIND_APPROVE, pb.DECISION_KIND_APPROVE, pb.DECISION_KIND_REFUSE, pb.DECISION_KIND_ANNUL)
LATE = pb.Reason(reason="LATE", numbers={"late_by_s": 3600, "late_after_s": 300})

# Who comes or goes, when that counts as made, as what it is judged, and whether it is late, or early.
TRIES = st.tuples(
    st.just("try"),
    st.integers(0, 1),
    st.sampled_from([IN, OUT]),
    st.integers(0, 5),
    st.sampled_from(JUDGEMENTS),
    st.sampled_from([True, True, False]),
)
# A further copy of one of the attempts so far: earlier or later, better or worse.
COPIES = st.tuples(st.just("copy"), st.integers(0, 3), st.integers(0, 5), st.sampled_from(JUDGEMENTS))
# What humans decide, some of it too late; and what ends with its activity, which nobody decides.
RULINGS = st.tuples(
    st.just("rule"),
    st.integers(0, 3),
    st.sampled_from(DECISIONS),
    st.sampled_from([False] * 5 + [True]),
    st.sampled_from([False] * 3 + [True]),
)
HISTORIES = st.lists(st.one_of(TRIES, TRIES, COPIES, RULINGS, RULINGS), min_size=6, max_size=16)


@dataclass
class World:
    """One activity: what its people did, and what was told of it."""

    recorder: Recorder
    occurrence_id: bytes = field(default_factory=ids.new_id)
    activity_id: bytes = field(default_factory=ids.new_id)
    users: Sequence[bytes] = field(default_factory=lambda: [ids.new_id(), ids.new_id()])
    copies: dict[bytes, list[pb.Copy]] = field(default_factory=dict)
    messages: list[bytes] = field(default_factory=list)

    async def play(self, history: Sequence[tuple[object, ...]]) -> None:
        """Has everything of a history recorded, a batch each; what fits nobody is left out."""
        for kind, *step in history:
            if kind == "try":
                await self._record(self._try(*step))  # type: ignore[arg-type]
            elif self.copies and kind == "copy":
                await self._record(self._copy(*step))  # type: ignore[arg-type]
            elif self.copies:
                await self._rule(*step)  # type: ignore[arg-type]

    def _try(self, who: int, direction: int, second: int, judgement: pb.Judgement.ValueType, is_off: bool) -> pb.Copy:
        copy = a_copy(
            user_id=self.users[who],
            occurrence_id=self.occurrence_id,
            activity_id=self.activity_id,
            organisation_id=self.activity_id,
            direction=direction,
            judgement=judgement,
            received_at=STARTS_AT + 3600 * SECOND_US,
            effective_at=STARTS_AT + second * SECOND_US,
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

    async def _rule(self, which: int, kind: pb.DecisionKind.ValueType, is_stale: bool, is_end: bool) -> None:
        copy = self._known(which)
        decided = pb.Decided(
            decision_id=ids.new_id(),
            kind=kind,
            occurrence_id=copy.occurrence_id,
            user_id=copy.user_id,
            direction=copy.direction,
            attempt_id=copy.attempt_id,
            decided_at=STARTS_AT + 7200 * SECOND_US,
            decided_by=store.NOBODY if is_end and kind != pb.DECISION_KIND_APPROVE else ids.new_id(),
            saw_revision=10**6 if is_stale else 0,
            reason="坐在第一排",
        )
        self._tell((await self.recorder.decide([decided]))[0])

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
    """Where somebody is by all they did, counted anew."""

    outcomes: dict[bytes, Outcome]
    is_in: bool = False
    is_late: bool = False
    is_inside: bool = False
    left_at: int = 0
    left_early: bool = False


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
                truth.is_in = True
                truth.is_late = copy.punctuality == pb.PUNCTUALITY_LATE and not was_approved(copy, ruled)
    if moves:
        *_, last = max(moves, key=lambda move: move[:2])
        truth.is_inside = last.direction == IN
        if not truth.is_inside:
            truth.left_at, truth.left_early = last.effective_at, last.punctuality == pb.PUNCTUALITY_EARLY_LEAVE
    return truth


def was_approved(copy: pb.Copy, ruled: Sequence[merge.Decision]) -> bool:
    """Whether the last that counts of what humans said of it is yes."""
    verdicts = [
        each.kind
        for each in ruled
        if each.attempt_id == copy.attempt_id and not each.is_stale and each.kind is not DecisionKind.ANNUL
    ]
    return bool(verdicts) and verdicts[-1] is DecisionKind.APPROVE


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    # Each try is a second of two real servers: a history of sixteen steps can be read as it is.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(history=HISTORIES, order=st.randoms())
async def test_numbers_and_records_equal_a_recount(
    engine: AsyncEngine, redis: cache.Redis, history: list[tuple[object, ...]], order: object
) -> None:
    """Ins, outs, late copies, reviews, annuls and endings; the projector hears of them in any order, some twice.

    Whoever rebuilds reads of each seat what was told of it last.
    """
    world = World(Recorder(lambda: transactions.begin(engine, Outbox(engine, outbox, {}))))
    await world.play(history)
    messages = world.messages + world.messages[::2]
    order.shuffle(messages)  # type: ignore[attr-defined]
    await Projector(LiveWriter(redis, lambda activity_id: None), FakeActivities(), lambda each: None).recorded(messages)

    keys = [(world.occurrence_id, user, direction, 0) for user in world.users for direction in (IN, OUT)]
    async with engine.connect() as connection:
        decisions = await store.read_decisions(connection, keys)
    truths = {user: recount(world, user, decisions) for user in world.users}
    counts = (await LiveReader(redis).numbers(world.activity_id)).counts
    expected = Counter(
        name
        for truth in truths.values()
        for name, counts_here in (
            ("checked_in", truth.is_in),
            ("late", truth.is_late),
            ("inside", truth.is_inside),
        )
        if counts_here
    )
    assert {name: counts.get(name, 0) for name in ("checked_in", "late", "inside")} == {
        name: expected[name] for name in ("checked_in", "late", "inside")
    }
    for person in (await LiveReader(redis).people(world.activity_id)).people:
        truth = truths[person.user_id]
        assert person.presence == (truth.is_inside, truth.left_at, truth.left_early)
    rebuilt = (await Records(engine).list_states(world.occurrence_id, 100, None)).seats
    assert {(seat.user_id, seat.direction): seat for seat in rebuilt} == world.told()
    for user_id, truth in truths.items():
        records = [stored.record() for stored in await Records(engine).list_of(user_id, 100, None)]
        assert {record.attempt_id: record.outcome for record in records} == truth.outcomes
        gone = [each for each in records if each.direction == OUT and each.outcome in MOVES]
        assert all((each.punctuality == pb.PUNCTUALITY_EARLY_LEAVE) == truth.left_early for each in gone)
        arrived = any(each.direction == IN and each.outcome in MOVES for each in records)
        assert all(("OUT_WITHOUT_IN" in [r.reason for r in each.reasons]) != arrived for each in gone)
