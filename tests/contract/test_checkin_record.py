"""The recorder's transaction on a real server: whatever arrives, in whatever order, becomes one truth."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.database import create_engine, is_lock_conflict
from servicekit.ids import new_id
from servicekit.outbox import Outbox
from services.checkin import store
from services.checkin.merge import Outcome, SeatState
from services.checkin.record import Recorder
from services.checkin.records import Records
from services.checkin.tables import metadata, outbox, seats
from tests.factories import STARTS_AT, a_copy


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine like the recorder's, on a schema with its tables."""
    engine = create_engine(database_url, count_changed_rows=True)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield engine
    await engine.dispose()


@pytest.fixture
def recorder(engine: AsyncEngine) -> Recorder:
    """A recorder whose effects stay in the outbox."""
    rows = Outbox(engine, outbox, {})
    return Recorder(lambda: store.transaction(engine, rows))


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
    engine: AsyncEngine, recorder: Recorder
) -> None:
    """Both taps of everybody, half of them through each of two recorders at the same time."""
    occurrence_id, people = new_id(), [new_id() for _ in range(40)]
    batches = [
        [a_try(person, occurrence_id, received_at=STARTS_AT + late, effective_at=STARTS_AT + late) for person in people]
        for late in (0, 3)
    ]
    await asyncio.gather(*(_record_patiently(recorder, batch) for batch in (batches[0], batches[1][::-1])))
    found = await stored_seats(engine, occurrence_id)
    assert sorted(holder for _, holder, _ in found) == sorted(copy.attempt_id for copy in batches[0])


async def _record_patiently(recorder: Recorder, batch: Sequence[pb.Copy]) -> None:
    for _ in range(20):
        try:
            await recorder.record(batch)
            return
        except DBAPIError as error:
            if not is_lock_conflict(error):
                raise
    raise AssertionError("the recorders kept deadlocking")


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
