"""The last word on seats, on a real server."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.ids import new_id
from services.checkin.recording.record import Recorder
from services.checkin.recording.store import POLICY
from services.checkin.records.rulings import Rulings
from tests.contract.checkin.records.test_records import pending, rule


async def test_each_seat_has_its_last_word(recorder: Recorder, engine: AsyncEngine) -> None:
    """With who said it, when and why; nobody where a policy did, and nothing of what nobody decided on."""
    refused, approved, lapsed, left_alone = pending(), pending(), pending(), pending()
    await recorder.record([refused, approved, lapsed, left_alone])
    await rule(engine, refused, pb.DECISION_KIND_REFUSE)
    await rule(engine, approved, pb.DECISION_KIND_REFUSE)
    await rule(engine, approved, pb.DECISION_KIND_APPROVE, sequence=2)
    await rule(engine, lapsed, pb.DECISION_KIND_REFUSE, by=POLICY)
    seats = [(each.occurrence_id, each.user_id) for each in (refused, approved, lapsed, left_alone)]

    found = await Rulings(engine).of([*seats, (new_id(), new_id())])

    by_seat = {(each.occurrence_id, each.user_id): each for each in found}
    assert by_seat.keys() == set(seats[:3])
    kinds = [by_seat[seat].kind for seat in seats[:3]]
    assert kinds == [pb.DECISION_KIND_REFUSE, pb.DECISION_KIND_APPROVE, pb.DECISION_KIND_REFUSE]
    assert [bool(by_seat[seat].decided_by) for seat in seats[:3]] == [True, True, False]
    assert by_seat[seats[0]].reason == "看过现场录像" and by_seat[seats[1]].decided_at > by_seat[seats[0]].decided_at


async def test_a_hundred_seats_are_one_question(engine: AsyncEngine) -> None:
    """However many there are, nobody is asked about one by one."""
    asked: list[str] = []

    def note(*said: Any) -> None:
        asked.append(said[2])

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        await Rulings(engine).of([(new_id(), new_id()) for _ in range(100)])
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)
    assert sum("FROM decisions" in each for each in asked) == 1
