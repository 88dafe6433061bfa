"""Values for tests, ready to be changed in the one point a test is about."""

from dataclasses import replace
from typing import Any

from domainkit.copies import settle
from protos.antifraud.v1 import antifraud_pb2
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.ids import new_id
from services.checkin.judging.snapshots import Snapshot
from services.checkin.rules.occurrence import ActivityState, Grade, Method, Occurrence

SECOND_US = 1_000_000
HOUR_US = 3600 * SECOND_US
# A Tuesday morning.
STARTS_AT = 1_800_000_000 * SECOND_US


def an_occurrence(**changes: Any) -> Occurrence:
    """An event of two hours that opens 30 minutes before, with QR and a fence."""
    occurrence = Occurrence(
        occurrence_id=new_id(),
        activity_id=new_id(),
        organisation_id=new_id(),
        state=ActivityState.PUBLISHED,
        title="新生讲座",
        place_name="图书馆报告厅",
        starts_at=STARTS_AT,
        ends_at=STARTS_AT + 2 * HOUR_US,
        opens_at=STARTS_AT - HOUR_US // 2,
        closes_at=STARTS_AT + 2 * HOUR_US,
        late_after_s=None,
        late_policy=Grade.ACCEPT,
        offline_policy=Grade.REVIEW,
        offline_window_s=7200,
        methods=frozenset({Method.QR, Method.CODE, Method.PLACE}),
        capacity=0,
        code="K7M2QX",
        epoch=1,
        is_place_checked=True,
    )
    return replace(occurrence, **changes)


def a_snapshot(occurrence: Occurrence, read_at: float = float("inf")) -> Snapshot:
    """A snapshot that is always fresh unless `read_at` says otherwise."""
    return Snapshot(occurrence, antifraud_pb2.Rule(), read_at, read_at)


def an_attempt(**changes: Any) -> pb.Attempt:
    """A person's first try by QR, at the start of the event, without a token yet."""
    attempt = pb.Attempt(
        user_id=new_id(),
        attempt_id=new_id(),
        received_at=STARTS_AT,
        method=pb.METHOD_QR,
        direction=pb.DIRECTION_IN,
        device_id="phone-1",
        body_hash=bytes(16),
        location=pb.Location(latitude=25.04, longitude=102.71, accuracy_m=12, age_ms=800),
    )
    for name, value in changes.items():
        setattr(attempt, name, value)
    return settle(attempt)


def a_copy(**changes: Any) -> pb.Copy:
    """An accepted copy of an attempt that came at the start of the event."""
    values: dict[str, Any] = {
        "user_id": new_id(),
        "attempt_id": new_id(),
        "occurrence_id": new_id(),
        "activity_id": new_id(),
        "organisation_id": new_id(),
        "received_at": STARTS_AT,
        "effective_at": STARTS_AT,
        "judgement": pb.JUDGEMENT_ACCEPTED,
        "method": pb.METHOD_QR,
        "direction": pb.DIRECTION_IN,
        "body_hash": bytes(16),
        "evidence": b"sealed",
        "punctuality": pb.PUNCTUALITY_ON_TIME,
        "distance_m": 12.5,
        "accuracy_m": 18.0,
    }
    return pb.Copy(**(values | changes))
