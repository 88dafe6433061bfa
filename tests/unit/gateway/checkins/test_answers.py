"""Records in JSON terms."""

from typing import Any

import pytest

from gateway.checkins.answers import to_checkin, to_record
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import ids


def a_record(**changes: Any) -> pb.Checkin:
    """A record with nothing but its ids and outcome."""
    fields = {"checkin_id": ids.new_id(), "attempt_id": ids.new_id(), "user_id": ids.new_id()}
    return pb.Checkin(**{**fields, "outcome": pb.OUTCOME_REFUSED, "distance_m": -1, **changes})


def test_what_is_not_known_is_null() -> None:
    """A credential that did not open leaves activity, place and distance empty."""
    checkin = to_checkin(a_record())

    assert (checkin.activity_id, checkin.occurrence_id, checkin.distance_m, checkin.checked_in_at) == (None,) * 4


def test_numbers_of_a_reason_stand_beside_it() -> None:
    """Whole numbers have no fraction, others one digit."""
    reason = pb.Reason(reason="FENCE_OUTSIDE", numbers={"distance_m": 2312.04, "radius_m": 500, "ratio": 4.6251})

    [view] = to_checkin(a_record(reasons=[reason])).reasons

    assert view == {"reason": "FENCE_OUTSIDE", "distance_m": 2312, "radius_m": 500, "ratio": 4.6}


def test_a_record_that_is_written_nested_only_reads_the_same() -> None:
    """As a checkin of a release to come writes it."""
    presented = pb.Presented(method=pb.METHOD_CODE, direction=pb.DIRECTION_OUT, gate="东门", is_offline=True)

    checkin = to_checkin(a_record(presented=presented))

    assert (checkin.method, checkin.direction, checkin.gate, checkin.is_offline) == ("code", "out", "东门", True)


def test_every_outcome_of_the_proto_has_a_word() -> None:
    """No answer of checkin is unknown here."""
    for outcome in pb.Outcome.values():
        if outcome != pb.OUTCOME_UNSPECIFIED:
            assert to_checkin(a_record(outcome=outcome)).outcome == pb.Outcome.Name(outcome)[8:].lower()


def an_event(kind: pb.Event.Kind.ValueType, reason: str = "", is_stale: bool = False) -> pb.Event:
    """One step of a history."""
    return pb.Event(kind=kind, at=1, reason=reason, is_stale=is_stale)


REFUSED = an_event(pb.Event.KIND_REFUSED, "请到前台登记")
APPEALED = an_event(pb.Event.KIND_APPEALED, "我在")


@pytest.mark.parametrize(
    ("outcome", "history", "message"),
    [
        (pb.OUTCOME_REFUSED, [REFUSED], "人工核验未通过：请到前台登记"),
        (pb.OUTCOME_ANNULLED, [an_event(pb.Event.KIND_ANNULLED, "代签")], "这次签到已被撤销：代签"),
        (pb.OUTCOME_REFUSED, [], "不在签到范围，请走近后再试"),
        (pb.OUTCOME_REFUSED, [an_event(pb.Event.KIND_REFUSED, "不对", is_stale=True)], "不在签到范围，请走近后再试"),
        (pb.OUTCOME_PENDING_REVIEW, [REFUSED, APPEALED], "不在签到范围，待人工核验，请留意结果"),
        (pb.OUTCOME_ACCEPTED, [REFUSED, APPEALED, an_event(pb.Event.KIND_APPROVED)], "签到成功"),
    ],
)
def test_what_a_human_decided_is_told_in_their_words(
    outcome: pb.Outcome.ValueType, history: list[pb.Event], message: str
) -> None:
    """Where it stands; the reasons of the judgement before say something else."""
    received = an_event(pb.Event.KIND_RECEIVED)
    record = a_record(outcome=outcome, reasons=[pb.Reason(reason="FENCE_OUTSIDE")], history=[received, *history])

    assert to_record(record).message == message
