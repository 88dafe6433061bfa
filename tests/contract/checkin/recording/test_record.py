"""The recorder's transaction on a real server: whatever arrives, in whatever order, becomes one truth."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import from_datetime
from servicekit.ids import new_id
from services.checkin.recording import store
from services.checkin.recording.intake import repeating
from services.checkin.recording.record import Recorder
from services.checkin.records.records import Records
from services.checkin.rules import merge
from services.checkin.rules.merge import Outcome, ReviewState, SeatState
from services.checkin.tables import decisions, reviews, seats
from tests.factories import HOUR_US, STARTS_AT, a_copy


def a_try(user_id: bytes, occurrence_id: bytes, **changes: object) -> pb.Copy:
    """One of several attempts of a person at one occurrence."""
    return a_copy(user_id=user_id, occurrence_id=occurrence_id, **changes)


async def stored_seats(engine: AsyncEngine, occurrence_id: bytes) -> list[tuple[int, bytes | None, int]]:
    """State, holder and revision of an occurrence's seats."""
    query = select(seats.c.state, seats.c.holder, seats.c.revision).where(seats.c.occurrence_id == occurrence_id)
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(query)]


async def test_a_batch_of_new_people_becomes_a_row_and_a_held_seat_each(
    recorder: Recorder, engine: AsyncEngine
) -> None:
    """The common case: everybody new, everybody accepted."""
    occurrence_id = new_id()
    copies = [a_copy(occurrence_id=occurrence_id) for _ in range(50)]
    _, new = await recorder.record(copies)
    assert new == 50
    found = await stored_seats(engine, occurrence_id)
    assert {(state, revision) for state, _, revision in found} == {(SeatState.HELD, 1)}
    assert {holder for _, holder, _ in found} == {copy.attempt_id for copy in copies}


async def test_the_same_message_twice_changes_nothing(recorder: Recorder, engine: AsyncEngine) -> None:
    """Redelivery is harmless, and its hints go out again all the same."""
    copy = a_copy()
    first, _ = await recorder.record([copy])
    again, new = await recorder.record([copy])
    assert new == 0
    assert await stored_seats(engine, copy.occurrence_id) == [(SeatState.HELD, copy.attempt_id, 1)]
    assert [row.kind for row in again] == [row.kind for row in first]


async def test_two_taps_have_one_holder_and_the_earlier_one_holds(recorder: Recorder, engine: AsyncEngine) -> None:
    """The later tap is recorded first and gives way when the earlier one arrives."""
    user_id, occurrence_id = new_id(), new_id()
    early = a_try(user_id, occurrence_id, received_at=STARTS_AT, effective_at=STARTS_AT)
    late = a_try(user_id, occurrence_id, received_at=STARTS_AT + 9, effective_at=STARTS_AT + 9)
    await recorder.record([late])
    await recorder.record([early])
    assert await stored_seats(engine, occurrence_id) == [(SeatState.HELD, early.attempt_id, 2)]
    records = [stored.record() for stored in await Records(engine).list_of(user_id, 10, None)]
    assert [record.outcome for record in records] == [Outcome.DUPLICATE, Outcome.ACCEPTED]
    assert records[0].duplicate_of.checkin_id == records[1].checkin_id


async def test_a_copy_survives_its_columns_to_the_byte(recorder: Recorder, engine: AsyncEngine) -> None:
    """What is read back serialises as it came: canonical bytes decide between copies."""
    copy = a_copy(
        judgement=pb.JUDGEMENT_PENDING_REVIEW,
        reasons=[pb.Reason(reason="FENCE_UNCERTAIN", numbers={"distance_m": 512.25, "radius_m": 500.0})],
        gate="东门",
        late_by_s=7,
        punctuality=pb.PUNCTUALITY_LATE,
        evidence=bytes(range(200)),
        is_offline=True,
        judged_at=STARTS_AT + 77,
        is_staff=True,
        actor_id=new_id(),
        effective_punctuality=pb.PUNCTUALITY_LATE,
        effective_late_by_s=3,
    )
    await recorder.record([copy])
    async with engine.connect() as connection:
        found = await store.read_attempts(connection, [(copy.user_id, copy.attempt_id)])
    (stored,) = found[copy.user_id, copy.attempt_id]
    assert stored.SerializeToString(deterministic=True) == copy.SerializeToString(deterministic=True)


async def test_an_attempt_whose_credential_did_not_open_is_kept_for_its_person(
    recorder: Recorder, engine: AsyncEngine
) -> None:
    """No occurrence, no seat, one row."""
    refused = a_copy(
        occurrence_id=b"", activity_id=b"", organisation_id=b"",
        judgement=pb.JUDGEMENT_REFUSED, reasons=[pb.Reason(reason="QR_SIGNATURE")],
    )  # fmt: skip
    effects, new = await recorder.record([refused])
    assert (effects, new) == ([], 1)
    (stored,) = await Records(engine).list_of(refused.user_id, 10, None)
    record = stored.record()
    assert (record.outcome, record.reasons[0].reason) == (Outcome.REFUSED, "QR_SIGNATURE")


async def test_a_second_copy_with_another_credential_moves_the_attempt_to_its_seat(
    recorder: Recorder, engine: AsyncEngine
) -> None:
    """The winning copy says where the attempt belongs; the seat it leaves is free again."""
    user_id, attempt_id, here, there = new_id(), new_id(), new_id(), new_id()
    pending = a_try(user_id, here, attempt_id=attempt_id, judgement=pb.JUDGEMENT_PENDING_REVIEW, body_hash=bytes(16))
    accepted = a_try(user_id, there, attempt_id=attempt_id, received_at=STARTS_AT + 5, body_hash=b"\1" * 16)
    await recorder.record([pending])
    await recorder.record([accepted])
    assert await stored_seats(engine, here) == [(SeatState.FREE, None, 2)]
    assert await stored_seats(engine, there) == [(SeatState.HELD, attempt_id, 1)]


async def test_two_recorders_with_the_same_people_end_with_one_holder_each(
    engine: AsyncEngine, recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    """Both taps of everybody, each half in its own order through one of two recorders; they never deadlock."""
    caplog.set_level("INFO", "services.checkin.recording.intake")
    occurrence_id, people = new_id(), [new_id() for _ in range(40)]
    batches = [
        [a_try(person, occurrence_id, received_at=STARTS_AT + late, effective_at=STARTS_AT + late) for person in people]
        for late in (0, 3)
    ]
    await asyncio.gather(*(_record_patiently(recorder, batch) for batch in (batches[0], batches[1][::-1])))
    found = await stored_seats(engine, occurrence_id)
    assert sorted(holder or b"" for _, holder, _ in found) == sorted(copy.attempt_id for copy in batches[0])
    assert "Deadlock" not in caplog.text


@pytest.mark.parametrize("table", ["seats", "attempts"])
async def test_rows_are_locked_in_the_order_of_their_seats(engine: AsyncEngine, recorder: Recorder, table: str) -> None:
    """However a batch is ordered: two recorders that take the same locks in the same order do not deadlock."""
    occurrence_id, people = new_id(), sorted(new_id() for _ in range(9))
    statements: list[str] = []
    event.listen(engine.sync_engine, "before_cursor_execute", lambda *call: statements.append(call[2]))

    await recorder.record([a_try(person, occurrence_id) for person in people[::-1]])

    (inserted,) = [text for text in statements if text.startswith(f"INSERT INTO {table} ")]
    places = [inserted.lower().index(person.hex()) for person in people]
    assert places == sorted(places)


async def _record_patiently(recorder: Recorder, batch: Sequence[pb.Copy]) -> None:
    await repeating(lambda: recorder.record(batch))


arrivals = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(1, 4), st.booleans()), min_size=1, max_size=12
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrivals=arrivals, cuts=st.lists(st.integers(1, 4), min_size=12, max_size=12), order=st.randoms())
async def test_any_order_and_grouping_stores_the_same_truth(
    recorder: Recorder, engine: AsyncEngine, arrivals: list[tuple[int, int, int, bool]], cuts: list[int], order: object
) -> None:
    """Attempts, times and judgements at random, recorded twice in different batches, end alike."""
    names = [new_id() for _ in range(3)]
    histories = []
    for shuffled in (False, True):
        user_id, occurrence_id = new_id(), new_id()
        copies = [
            a_try(
                user_id, occurrence_id, attempt_id=names[who], received_at=STARTS_AT + at,
                effective_at=STARTS_AT + at, judgement=judgement, is_staff=staff,
                activity_id=bytes(16), organisation_id=bytes(16),
            )
            for who, at, judgement, staff in arrivals
        ]  # fmt: skip
        if shuffled:
            order.shuffle(copies)  # type: ignore[attr-defined]
        widths, start = iter(cuts), 0
        while start < len(copies):
            width = next(widths) if shuffled else len(copies)
            await recorder.record(copies[start : start + width])
            start += width
        (seat,) = await stored_seats(engine, occurrence_id)
        records = [stored.record() for stored in await Records(engine).list_of(user_id, 50, None)]
        told = sorted((record.attempt_id, record.outcome, record.checked_in_at) for record in records)
        histories.append((seat[:2], told))
    assert histories[0] == histories[1]


async def test_a_value_its_column_cannot_hold_raises_instead_of_being_cut(recorder: Recorder) -> None:
    """Nothing is truncated silently."""
    with pytest.raises(DBAPIError):
        await recorder.record([a_copy(gate="x" * 65)])


async def test_an_undecided_attempt_stays_open_until_its_judgement_comes(
    recorder: Recorder, engine: AsyncEngine
) -> None:
    """Completion finds it, with its copies, and finds it no more once it is decided."""
    undecided = a_copy(judgement=pb.JUDGEMENT_UNDECIDED)
    decided = pb.Copy()
    decided.CopyFrom(undecided)
    decided.judgement = pb.JUDGEMENT_ACCEPTED
    key, records = (undecided.user_id, undecided.attempt_id), Records(engine)
    await recorder.record([undecided])
    assert (await records.open_attempts(100_000))[key] == (undecided,)
    await recorder.record([decided])
    assert key not in await records.open_attempts(100_000)
    assert await stored_seats(engine, undecided.occurrence_id) == [(SeatState.HELD, undecided.attempt_id, 2)]


async def test_a_seat_says_when_it_changed_and_only_then(recorder: Recorder, engine: AsyncEngine) -> None:
    """A new revision comes with the recorder's time; a repetition leaves both as they were."""
    user_id, occurrence_id = new_id(), new_id()
    late, early = (a_try(user_id, occurrence_id, effective_at=STARTS_AT + at) for at in (9, 0))
    times = []
    for copy in (late, late, early):
        await recorder.record([copy])
        async with engine.connect() as connection:
            query = select(seats.c.changed_at).where(seats.c.occurrence_id == occurrence_id)
            times.append((await connection.execute(query)).scalar_one())
    assert times[0] == times[1] < times[2]


# --- Decisions


def a_decision(copy: pb.Copy, kind: pb.DecisionKind.ValueType, **changes: object) -> pb.Decided:
    """What a human decided on a copy's attempt, an hour after the start, having seen its first revision."""
    values: dict[str, object] = {
        "decision_id": new_id(),
        "kind": kind,
        "occurrence_id": copy.occurrence_id,
        "user_id": copy.user_id,
        "direction": copy.direction,
        "attempt_id": copy.attempt_id,
        "decided_at": STARTS_AT + HOUR_US,
        "decided_by": new_id(),
        "saw_revision": 1,
        "reason": "坐在第一排",
    }
    return pb.Decided(**(values | changes))  # type: ignore[arg-type]


async def stored_decisions(engine: AsyncEngine, occurrence_id: bytes) -> list[tuple[int, int, bool]]:
    """Sequence, kind and staleness of what was decided in an occurrence."""
    query = select(decisions.c.sequence, decisions.c.kind, decisions.c.is_stale)
    query = query.where(decisions.c.occurrence_id == occurrence_id).order_by(decisions.c.sequence)
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(query)]


async def listed(engine: AsyncEngine, occurrence_id: bytes) -> dict[bytes, ReviewState]:
    """State by attempt of what reviewers of an occurrence are shown."""
    query = select(reviews.c.attempt_id, reviews.c.state).where(reviews.c.occurrence_id == occurrence_id)
    async with engine.connect() as connection:
        return {row.attempt_id: ReviewState(row.state) for row in await connection.execute(query)}


async def test_an_approval_seats_the_person_and_is_told(recorder: Recorder, engine: AsyncEngine) -> None:
    """It is numbered, raises the revision, closes the case, and its effects carry the new state."""
    copy = a_copy(judgement=pb.JUDGEMENT_PENDING_REVIEW)
    await recorder.record([copy])
    assert await listed(engine, copy.occurrence_id) == {copy.attempt_id: ReviewState.PENDING}
    effects, early = await recorder.decide([a_decision(copy, pb.DECISION_KIND_APPROVE)])
    assert early == []
    assert await stored_seats(engine, copy.occurrence_id) == [(SeatState.HELD, copy.attempt_id, 2)]
    assert await stored_decisions(engine, copy.occurrence_id) == [(1, pb.DECISION_KIND_APPROVE, False)]
    assert await listed(engine, copy.occurrence_id) == {copy.attempt_id: ReviewState.APPROVED}
    told = pb.RecordedBatch.FromString(effects[1].body)
    assert (told.seats[0].revision, told.seats[0].holder) == (2, copy.attempt_id)
    assert told.seats[0].activity_id == copy.activity_id


async def test_who_is_approved_is_as_late_as_they_were(recorder: Recorder, engine: AsyncEngine) -> None:
    """Until then by arrival; what no column says of the only copy is kept all the same, and read models are told."""
    late = pb.Reason(reason="LATE", numbers={"late_by_s": 3600, "late_after_s": 300})
    copy = a_copy(
        judgement=pb.JUDGEMENT_PENDING_REVIEW,
        is_offline=True,
        punctuality=pb.PUNCTUALITY_LATE,
        late_by_s=3600,
        effective_punctuality=pb.PUNCTUALITY_ON_TIME,
        reasons=[late],
    )
    await recorder.record([copy])
    [before] = await Records(engine).list_of(copy.user_id, 10, None)
    assert (before.copy, before.record().late_by_s) == (copy, 3600)

    effects, _ = await recorder.decide([a_decision(copy, pb.DECISION_KIND_APPROVE)])

    [stored] = await Records(engine).list_of(copy.user_id, 10, None)
    [told] = pb.RecordedBatch.FromString(effects[1].body).seats[0].attempts
    [rebuilt] = (await Records(engine).list_states(copy.occurrence_id, 10, None)).seats[0].attempts
    assert told == rebuilt
    for read in (stored.record(), told):
        assert (read.punctuality, read.late_by_s, list(read.reasons)) == (pb.PUNCTUALITY_ON_TIME, 0, [])


async def test_what_waited_when_its_activity_ended_says_so(recorder: Recorder, engine: AsyncEngine) -> None:
    """It is refused for that alone, by nobody, and is no case of a reviewer's any more."""
    copy = a_copy(judgement=pb.JUDGEMENT_PENDING_REVIEW, reasons=[pb.Reason(reason="FENCE_UNCERTAIN")])
    await recorder.record([copy])
    end = a_decision(copy, pb.DECISION_KIND_REFUSE, decided_by=store.NOBODY, reason="ACTIVITY_CANCELLED")
    effects, _ = await recorder.decide([end])

    [stored] = await Records(engine).list_of(copy.user_id, 10, None)
    record, [told] = stored.record(), pb.RecordedBatch.FromString(effects[1].body).seats[0].attempts
    assert record.outcome == told.outcome == pb.OUTCOME_REFUSED
    assert [reason.reason for reason in record.reasons] == ["ACTIVITY_CANCELLED"]
    assert [reason.reason for reason in told.reasons] == ["ACTIVITY_CANCELLED"]
    assert [event.reason for event in stored.history()] == ["", ""]
    assert await listed(engine, copy.occurrence_id) == {copy.attempt_id: ReviewState.CLOSED}


async def test_of_several_times_a_person_went_the_last_counts(recorder: Recorder, engine: AsyncEngine) -> None:
    """In, out before the end, in again, out after it: nobody left early, whichever attempt holds the seat."""
    user_id, occurrence_id = new_id(), new_id()
    early, on_time = pb.PUNCTUALITY_EARLY_LEAVE, pb.PUNCTUALITY_ON_TIME
    way = [(1, on_time), (2, early), (1, on_time), (2, on_time)]
    copies = [
        a_try(user_id, occurrence_id, direction=direction, punctuality=punctuality, effective_at=STARTS_AT + minute)
        for minute, (direction, punctuality) in enumerate(way)
    ]
    seen = []
    for copy in copies:
        await recorder.record([copy])
        records = [stored.record() for stored in await Records(engine).list_of(user_id, 10, None)]
        seen.append({record.punctuality for record in records if record.direction == pb.DIRECTION_OUT})
    assert seen == [set(), {early}, {on_time}, {on_time}]
    last = next(record for record in records if record.attempt_id == copies[-1].attempt_id)
    assert (last.outcome, [reason.reason for reason in last.reasons]) == (Outcome.DUPLICATE, ["LEFT_AGAIN"])


async def test_who_went_without_having_come_reads_so(recorder: Recorder, engine: AsyncEngine) -> None:
    """Until they have come, which their phone learns although the seat to go has not changed."""
    user_id, occurrence_id = new_id(), new_id()
    await recorder.record([a_try(user_id, occurrence_id, direction=pb.DIRECTION_OUT, effective_at=STARTS_AT + 60)])
    records = Records(engine)
    [alone] = await records.list_of(user_id, 10, None)
    assert [reason.reason for reason in alone.record().reasons] == ["OUT_WITHOUT_IN"]
    since = await _last_change(engine, occurrence_id)

    await recorder.record([a_try(user_id, occurrence_id)])

    changed, _ = await records.changes_of(user_id, since, None, 10)
    assert {stored.copy.direction: list(stored.record().reasons) for stored in changed} == {1: [], 2: []}


async def _last_change(engine: AsyncEngine, occurrence_id: bytes) -> int:
    query = select(seats.c.changed_at).where(seats.c.occurrence_id == occurrence_id)
    async with engine.connect() as connection:
        return from_datetime((await connection.scalars(query)).one())


async def test_the_same_decision_twice_has_one_effect(recorder: Recorder, engine: AsyncEngine) -> None:
    """A known decision_id is acknowledged without effect, whether it comes in one batch or in two."""
    copy = a_copy()
    await recorder.record([copy])
    annul = a_decision(copy, pb.DECISION_KIND_ANNUL)
    await recorder.decide([annul, annul])
    assert await recorder.decide([annul]) == ([], [])
    assert await stored_seats(engine, copy.occurrence_id) == [(SeatState.ANNULLED, None, 2)]
    assert await stored_decisions(engine, copy.occurrence_id) == [(1, pb.DECISION_KIND_ANNUL, False)]


@pytest.mark.parametrize("is_one_batch", [True, False])
async def test_the_second_of_two_who_saw_the_same_decides_nothing(
    recorder: Recorder, engine: AsyncEngine, is_one_batch: bool
) -> None:
    """Both are kept in order; the later one is stale, in the same batch too."""
    copy = a_copy(judgement=pb.JUDGEMENT_PENDING_REVIEW)
    await recorder.record([copy])
    both = [a_decision(copy, pb.DECISION_KIND_REFUSE), a_decision(copy, pb.DECISION_KIND_APPROVE)]
    for batch in [both] if is_one_batch else [both[:1], both[1:]]:
        await recorder.decide(batch)
    assert await stored_decisions(engine, copy.occurrence_id) == [
        (1, pb.DECISION_KIND_REFUSE, False), (2, pb.DECISION_KIND_APPROVE, True),
    ]  # fmt: skip
    assert await stored_seats(engine, copy.occurrence_id) == [(SeatState.FREE, None, 2)]
    assert await listed(engine, copy.occurrence_id) == {copy.attempt_id: ReviewState.REFUSED}


async def test_a_decision_raises_the_revision_although_nothing_else_changes(
    recorder: Recorder, engine: AsyncEngine
) -> None:
    """Approving who is accepted already changes nobody's state, and still is a change somebody saw."""
    copy = a_copy()
    await recorder.record([copy])
    await recorder.decide([a_decision(copy, pb.DECISION_KIND_APPROVE, saw_revision=0)])
    assert await stored_seats(engine, copy.occurrence_id) == [(SeatState.HELD, copy.attempt_id, 2)]


async def test_a_decision_on_an_unknown_attempt_waits_and_holds_up_nobody(
    recorder: Recorder, engine: AsyncEngine
) -> None:
    """It is given back, nothing of it is recorded, and its neighbour is; once the attempt is there it counts."""
    known, unknown = a_copy(), a_copy(judgement=pb.JUDGEMENT_PENDING_REVIEW)
    await recorder.record([known])
    waiting = a_decision(unknown, pb.DECISION_KIND_APPROVE)
    _, early = await recorder.decide([waiting, a_decision(known, pb.DECISION_KIND_ANNUL)])
    assert early == [waiting]
    assert await stored_seats(engine, known.occurrence_id) == [(SeatState.ANNULLED, None, 2)]
    assert await stored_seats(engine, unknown.occurrence_id) == []
    await recorder.record([unknown])
    await recorder.decide([waiting])
    assert await stored_seats(engine, unknown.occurrence_id) == [(SeatState.HELD, unknown.attempt_id, 2)]


async def test_an_attempt_pushed_off_its_list_comes_back_on_it(recorder: Recorder, engine: AsyncEngine) -> None:
    """Pending, superseded while another attempt holds the seat, pending again once that one is annulled."""
    user_id, occurrence_id = new_id(), new_id()
    pending = a_try(user_id, occurrence_id, judgement=pb.JUDGEMENT_PENDING_REVIEW)
    accepted = a_try(user_id, occurrence_id)
    await recorder.record([pending])
    await recorder.record([accepted])
    assert await listed(engine, occurrence_id) == {pending.attempt_id: ReviewState.CLOSED}
    await recorder.decide([a_decision(accepted, pb.DECISION_KIND_ANNUL, saw_revision=2)])
    found = await listed(engine, occurrence_id)
    assert found == {pending.attempt_id: ReviewState.PENDING, accepted.attempt_id: ReviewState.CLOSED}


async def test_who_was_accepted_at_once_is_on_no_list(recorder: Recorder, engine: AsyncEngine) -> None:
    """Neither new nor repeated nor as a duplicate."""
    user_id, occurrence_id = new_id(), new_id()
    taps = [a_try(user_id, occurrence_id, effective_at=STARTS_AT + at) for at in (0, 3)]
    await recorder.record(taps[:1])
    await recorder.record(taps)
    assert await listed(engine, occurrence_id) == {}


async def test_what_nobody_could_decide_for_long_is_shown_to_reviewers_once(
    recorder: Recorder, engine: AsyncEngine
) -> None:
    """Completion goes on, and its judgement closes the case."""
    old, young = a_copy(judgement=pb.JUDGEMENT_UNDECIDED), a_copy(judgement=pb.JUDGEMENT_UNDECIDED)
    young.received_at = young.effective_at = STARTS_AT + HOUR_US
    await recorder.record([old, young])
    before = STARTS_AT + 1
    while await recorder.flag_overdue(before, 100):
        pass
    assert await listed(engine, old.occurrence_id) == {old.attempt_id: ReviewState.PENDING}
    assert await listed(engine, young.occurrence_id) == {}
    decided = pb.Copy()
    decided.CopyFrom(old)
    decided.judgement, decided.judged_at = pb.JUDGEMENT_ACCEPTED, STARTS_AT + HOUR_US
    await recorder.record([decided])
    assert await listed(engine, old.occurrence_id) == {old.attempt_id: ReviewState.CLOSED}


happenings = st.lists(
    st.one_of(
        st.tuples(st.just("copy"), st.integers(0, 2), st.integers(1, 4)),
        st.tuples(st.just("decision"), st.integers(0, 2), st.integers(1, 4)),
    ),
    max_size=8,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happened=happenings)
async def test_what_two_recorders_do_at_once_is_what_the_law_makes_of_it(
    recorder: Recorder, engine: AsyncEngine, happened: list[tuple[str, int, int]]
) -> None:
    """Copies and decisions in two hands, all delivered twice, leave the seat that the stored rows resolve to."""
    user_id, occurrence_id, names = new_id(), new_id(), [new_id() for _ in range(3)]
    tries = [a_try(user_id, occurrence_id, attempt_id=name) for name in names]
    copies = [a_try(user_id, occurrence_id, attempt_id=names[who], judgement=what, received_at=STARTS_AT + at,
                    activity_id=bytes(16), organisation_id=bytes(16))
              for at, (kind, who, what) in enumerate(happened) if kind == "copy"]  # fmt: skip
    decided = [a_decision(tries[who], pb.DecisionKind.ValueType(what), saw_revision=0)
               for kind, who, what in happened if kind == "decision"]  # fmt: skip
    hands = [_record_patiently(recorder, some) for some in (copies[::2], copies[1::2], copies)]
    await asyncio.gather(*hands, *(_decide_patiently(recorder, some) for some in (decided, decided[::-1])))
    await _decide_patiently(recorder, decided)
    if not copies:
        return
    async with engine.connect() as connection:
        seat = (occurrence_id, user_id, pb.DIRECTION_IN, 0)
        stored = (await store.read_attempts_of_seats(connection, [seat])).values()
        law = merge.resolve_seat(
            (merge.winning_copy(map(store.to_merge, of_one)) for of_one in stored),
            (await store.read_decisions(connection, [seat])).get(seat, ()),
        )
    [(state, holder, revision)] = await stored_seats(engine, occurrence_id)
    assert (state, holder) == (law.state, law.holder)
    sequences = [sequence for sequence, _, _ in await stored_decisions(engine, occurrence_id)]
    assert sequences == list(range(1, len(sequences) + 1))
    assert revision > len(sequences)
    shown = await listed(engine, occurrence_id)
    pending = {attempt_id for attempt_id, outcome in law.outcomes.items() if outcome is Outcome.PENDING_REVIEW}
    assert pending == {attempt_id for attempt_id, state in shown.items() if state is ReviewState.PENDING} - {
        attempt_id for attempt_id, outcome in law.outcomes.items() if outcome is Outcome.PROVISIONAL
    }


async def _decide_patiently(recorder: Recorder, batch: Sequence[pb.Decided]) -> None:
    await repeating(lambda: recorder.decide(batch))
