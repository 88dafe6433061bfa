"""Records in JSON terms."""

from typing import Any

from gateway.checkins.answers import to_checkin
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
