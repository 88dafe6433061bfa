"""Marks on a real MariaDB: their seats, who is set already under the lock, what is told of them, and what they cost."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.ids import new_id
from services.checkin.recording.intake import repeating
from services.checkin.recording.record import Recorder
from services.checkin.recording.store import NO_ATTEMPT
from services.checkin.records.records import Records
from tests.factories import STARTS_AT, a_copy

PRESENT, LEAVE, ABSENT = (
    pb.DECISION_KIND_MARK_PRESENT,
    pb.DECISION_KIND_MARK_LEAVE,
    pb.DECISION_KIND_MARK_ABSENT,
)
HELD, FREE = pb.SeatState.STATE_HELD, pb.SeatState.STATE_FREE


def a_mark(occurrence_id: bytes, user_id: bytes, kind: pb.DecisionKind.ValueType = LEAVE, **changes: Any) -> pb.Decided:
    """What a teacher said of somebody."""
    values: dict[str, Any] = {
        "decision_id": new_id(),
        "kind": kind,
        "occurrence_id": occurrence_id,
        "user_id": user_id,
        "direction": pb.DIRECTION_IN,
        "attempt_id": NO_ATTEMPT,
        "decided_at": STARTS_AT,
        "decided_by": new_id(),
        "reason": "病假",
        "activity_id": b"a" * 16,
        "organisation_id": b"o" * 16,
    }
    return pb.Decided(**(values | changes))


def told(effects: Any) -> list[pb.SeatState]:
    """What read models hear."""
    return list(pb.RecordedBatch.FromString(effects[1].body).seats)


async def test_who_never_tried_may_be_marked(recorder: Recorder, engine: AsyncEngine) -> None:
    """Their seat is there from then on, free, and where it belongs; an attempt that comes later holds it."""
    copy = a_copy(activity_id=b"a" * 16, organisation_id=b"o" * 16)
    mark = a_mark(copy.occurrence_id, copy.user_id)
    effects, early = await recorder.decide([mark])
    [free] = told(effects)
    assert (early, free.state, free.mark, free.marked_at, free.marked_by) == (
        [],
        FREE,
        pb.MARK_LEAVE,
        STARTS_AT,
        mark.decided_by,
    )
    assert (free.activity_id, free.organisation_id) == (b"a" * 16, b"o" * 16)

    effects, _ = await recorder.record([copy])
    [held] = told(effects)
    assert (held.state, held.holder, held.mark) == (HELD, copy.attempt_id, pb.MARK_LEAVE)
    assert held.revision > free.revision
    [rebuilt] = (await Records(engine).list_states(copy.occurrence_id, 10, None)).seats
    assert rebuilt == held


async def test_a_mark_moves_no_seat_and_is_in_the_history(recorder: Recorder, engine: AsyncEngine) -> None:
    """Whoever is marked absent still holds what they held; they read who says otherwise, and why."""
    copy = a_copy()
    await recorder.record([copy])
    await recorder.decide([a_mark(copy.occurrence_id, copy.user_id, ABSENT, reason="代签")])
    await recorder.decide([a_mark(copy.occurrence_id, copy.user_id, pb.DECISION_KIND_UNMARK, reason="看错了")])

    [stored] = await Records(engine).list_of(copy.user_id, 10, None)
    assert (stored.record().outcome, stored.record().revision) == (pb.OUTCOME_ACCEPTED, 3)
    marked = [each for each in stored.history() if each.kind == pb.Event.KIND_MARKED]
    assert [(each.mark, each.reason) for each in marked] == [
        (pb.MARK_ABSENT, "代签"),
        (pb.MARK_UNSPECIFIED, "看错了"),
    ]


@pytest.mark.parametrize("judgement", [pb.JUDGEMENT_ACCEPTED, pb.JUDGEMENT_PENDING_REVIEW])
async def test_who_is_set_is_seen_when_it_is_recorded(
    recorder: Recorder, engine: AsyncEngine, judgement: pb.Judgement.ValueType
) -> None:
    """A held seat, or a mark before it in the same message, leaves what is only for who is unset without effect."""
    copy = a_copy(judgement=judgement)
    await recorder.record([copy])
    kinds = (ABSENT, PRESENT)
    marks = [a_mark(copy.occurrence_id, copy.user_id, kind, only_unset=True) for kind in kinds]
    effects, _ = await recorder.decide(marks)

    is_held = judgement == pb.JUDGEMENT_ACCEPTED
    recorded = await Records(engine).recorded([mark.decision_id for mark in marks])
    assert (await Records(engine).said(copy.occurrence_id, [copy.user_id]))[copy.user_id].is_held == is_held
    assert [recorded[mark.decision_id] for mark in marks] == [is_held, True]
    [seat] = told(effects)
    assert seat.mark == (pb.MARK_UNSPECIFIED if is_held else pb.MARK_ABSENT)


async def test_of_two_who_mark_the_unset_at_once_one_does(recorder: Recorder, engine: AsyncEngine) -> None:
    """And one at most where the person checks in at the same instant; whoever came second reads so."""
    occurrence_id, people = new_id(), [new_id() for _ in range(12)]
    by_two = [[a_mark(occurrence_id, one, kind, only_unset=True) for one in people] for kind in (LEAVE, ABSENT)]
    copies = [a_copy(occurrence_id=occurrence_id, user_id=one) for one in people[::2]]
    await asyncio.gather(
        repeating(lambda: recorder.decide(by_two[0])),
        repeating(lambda: recorder.decide(by_two[1][::-1])),
        repeating(lambda: recorder.record(copies)),
    )
    recorded = await Records(engine).recorded([mark.decision_id for marks in by_two for mark in marks])
    for number, (first, second) in enumerate(zip(*by_two, strict=True)):
        counting = [recorded[first.decision_id], recorded[second.decision_id]].count(False)
        assert counting == 1 or (counting == 0 and number % 2 == 0)


@contextmanager
def counting(engine: AsyncEngine) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)


async def test_two_hundred_cost_no_more_trips_than_one(recorder: Recorder, engine: AsyncEngine) -> None:
    """Neither to record, nor to read what they count as."""
    trips = []
    for people in (1, 200):
        occurrence_id, users = new_id(), [new_id() for _ in range(people)]
        with counting(engine) as sent:
            await recorder.decide([a_mark(occurrence_id, one) for one in users])
            said = await Records(engine).said(occurrence_id, users)
        assert {each.mark.kind for each in said.values() if each.mark} == {"mark_leave"}
        assert len(said) == people
        trips.append(len(sent))
    assert trips[0] == trips[1]
