"""However an attempt came to wait at a cancelled activity: it ends once, on a real server, and waits no more."""

from collections.abc import Sequence

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import now_us
from servicekit.ids import new_id
from services.checkin.recording.record import Recorder
from services.checkin.records.records import Records
from services.checkin.records.waiting import Waiting
from services.checkin.reviewing.ended import Ended
from services.checkin.rules.occurrence import ActivityState
from tests.factories import HOUR_US, a_copy, a_snapshot, an_occurrence
from tests.fakes.checkin import FakeActivities


async def decide(recorder: Recorder, copy: pb.Copy, kind: pb.DecisionKind.ValueType) -> None:
    """A human decides on an attempt, whatever it reads."""
    decided = pb.Decided(
        decision_id=new_id(),
        kind=kind,
        occurrence_id=copy.occurrence_id,
        user_id=copy.user_id,
        direction=copy.direction,
        attempt_id=copy.attempt_id,
        decided_at=now_us() - HOUR_US,
        decided_by=new_id(),
        reason="代签",
    )
    await recorder.decide([decided])


async def wait_pending(recorder: Recorder, copy: pb.Copy) -> None:
    """Machines are not sure of it."""
    copy.judgement = pb.JUDGEMENT_PENDING_REVIEW
    await recorder.record([copy])


async def wait_overdue(recorder: Recorder, copy: pb.Copy) -> None:
    """Nobody could judge it for a quarter of an hour."""
    copy.judgement = pb.JUDGEMENT_UNDECIDED
    await recorder.record([copy])
    while await recorder.flag_overdue(copy.received_at + 1, 200):
        pass


async def wait_appealed(recorder: Recorder, copy: pb.Copy) -> None:
    """It was refused, and its person said no to that."""
    copy.judgement = pb.JUDGEMENT_REFUSED
    await recorder.record([copy])
    await decide(recorder, copy, pb.DECISION_KIND_APPEAL)


async def wait_annulled(recorder: Recorder, copy: pb.Copy) -> None:
    """The person's check-in was annulled, and they checked in again."""
    first = a_copy(user_id=copy.user_id, occurrence_id=copy.occurrence_id, received_at=now_us() - 2 * HOUR_US)
    await recorder.record([first])
    await decide(recorder, first, pb.DECISION_KIND_ANNUL)
    copy.received_at = now_us() - HOUR_US // 2
    await recorder.record([copy])


@pytest.mark.parametrize("wait", [wait_pending, wait_overdue, wait_appealed, wait_annulled])
async def test_what_waits_ends_once(recorder: Recorder, engine: AsyncEngine, wait: object) -> None:
    """Told as cancelled; a second look finds nothing to decide."""
    records, over = Records(engine), an_occurrence(occurrence_id=new_id(), state=ActivityState.CANCELLED)
    copy, made = a_copy(occurrence_id=over.occurrence_id), list[pb.Decided]()
    await wait(recorder, copy)  # type: ignore[operator]
    assert [stored.key[1] for stored in await records.waiting(over.occurrence_id, 9)] == [copy.attempt_id]

    async def decide_now(decisions: Sequence[pb.Decided]) -> None:
        """Records what was decided."""
        made.extend(decisions)
        await recorder.decide(decisions)

    for _ in range(2):
        await Ended(records, Waiting(engine), FakeActivities([a_snapshot(over)]), decide_now, HOUR_US).look()
    (stored,) = [one for one in await records.list_of(copy.user_id, 9, None) if one.key[1] == copy.attempt_id]
    assert [reason.reason for reason in stored.record().reasons] == ["ACTIVITY_CANCELLED"]
    assert (len(made), await records.waiting(over.occurrence_id, 9)) == (1, [])
