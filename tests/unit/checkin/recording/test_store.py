"""What others read of a winning copy."""

import pytest

from protos.checkin.v1 import checkin_pb2 as pb
from services.checkin.recording.store import told
from services.checkin.rules.merge import Decision, DecisionKind
from tests.factories import a_copy

MINE, ANOTHER = bytes(15) + b"m", bytes(15) + b"a"


@pytest.mark.parametrize(("activity_id", "gate"), [(b"", ""), (bytes(16), "东门")])
def test_a_gate_at_which_nobody_has_looked_is_nobody_s_to_see(activity_id: bytes, gate: str) -> None:
    """Of an attempt taken while nobody could ask for its activity a phone may have said anything."""
    copy = a_copy(activity_id=activity_id, judgement=pb.JUDGEMENT_UNDECIDED, gate="东门")
    assert (told(copy, ()).gate, copy.gate) == (gate, "东门")
    approved = Decision(b"", 1, DecisionKind.APPROVE, copy.attempt_id, 1, is_stale=False)
    assert told(copy, [approved]).gate == gate


@pytest.mark.parametrize(
    ("kind", "judgement", "named", "reasons"),
    [
        (DecisionKind.REFUSE, pb.JUDGEMENT_PENDING_REVIEW, MINE, ["ACTIVITY_CANCELLED"]),
        (DecisionKind.REFUSE, pb.JUDGEMENT_UNDECIDED, MINE, ["ACTIVITY_CANCELLED"]),
        (DecisionKind.REFUSE, pb.JUDGEMENT_ACCEPTED, MINE, ["LATE"]),
        (DecisionKind.ANNUL, pb.JUDGEMENT_ACCEPTED, MINE, ["ACTIVITY_CANCELLED"]),
        (DecisionKind.ANNUL, pb.JUDGEMENT_ACCEPTED, ANOTHER, ["LATE"]),
    ],
)
def test_what_ended_with_its_activity_says_so(
    kind: DecisionKind, judgement: pb.Judgement.ValueType, named: bytes, reasons: list[str]
) -> None:
    """Unless it was accepted after all, which no refusal undoes, or it is another attempt that ended."""
    copy = a_copy(attempt_id=MINE, judgement=judgement, reasons=[pb.Reason(reason="LATE")])
    end = Decision(b"", 1, kind, named, 1, is_stale=False, is_end=True)
    assert [reason.reason for reason in told(copy, [end]).reasons] == reasons
