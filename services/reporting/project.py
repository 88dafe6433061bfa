"""The end of a check-in's journey: recorded seats become live numbers.

Control comes from `worker.py` with the messages of `reporting.project.v1` and `reporting.activity.v1`, and goes to
Redis (`live.py`, one trip for all messages at hand) and MySQL (`store.py`). A message may come twice or late: whatever
is not newer than what is known has no effect.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar, cast

from google.protobuf.message import DecodeError, Message

from protos.activity.v1 import activity_pb2
from protos.checkin.v1 import checkin_pb2
from protos.reporting.v1 import reporting_pb2
from servicekit.clock import SECOND_US, now_us
from services.reporting.domain import IN, Activity, SeatView, Status, counters
from services.reporting.metrics import END_TO_END, LAG, UNREADABLE

log = logging.getLogger(__name__)

MessageT = TypeVar("MessageT", bound=Message)

# A number of a later release reads as none.
_METHODS = {1: "qr", 2: "code", 3: "nfc", 4: "place", 5: "staff"}
_PUNCTUALITIES = {1: "on_time", 2: "late", 3: "early_leave"}
_HELD = checkin_pb2.SeatState.STATE_HELD
_STATUSES = {
    checkin_pb2.OUTCOME_PENDING_REVIEW: Status.PENDING_REVIEW,
    checkin_pb2.OUTCOME_PROVISIONAL: Status.PROVISIONAL,
    checkin_pb2.OUTCOME_REFUSED: Status.REFUSED,
}
_NO_ATTEMPT = checkin_pb2.AttemptState()


class Change(NamedTuple):
    """A seat as it is now.

    Attributes:
        event: What viewers are told, a serialised `LiveBatch` of one event; empty for seats of the way out.
        received_at: When the attempt that speaks for the person arrived.
    """

    user_id: bytes
    direction: int
    revision: int
    view: SeatView
    event: bytes
    received_at: int


class LiveNumbers(Protocol):
    """Where the numbers are kept."""

    async def apply(self, changes: Mapping[bytes, Sequence[Change]]) -> list[Change]:
        """Stores the changes of each activity that are newer than what is stored, and returns those newly held.

        Atomic for each activity, and idempotent.

        Raises:
            UnavailableError: Redis is gone; some or all may be stored.
        """


class KnownActivities(Protocol):
    """Where activities are kept."""

    async def save(self, activities: Sequence[Activity]) -> None:
        """Stores those with a higher revision than the stored one. Idempotent.

        Raises:
            UnavailableError: MySQL is gone.
        """


class Projector:
    """Takes the messages of both queues."""

    def __init__(self, live: LiveNumbers, activities: KnownActivities) -> None:
        self._live = live
        self._activities = activities

    async def recorded(self, bodies: Iterable[bytes]) -> None:
        """Brings the numbers up to what `recorded.v1` messages say.

        Raises:
            UnavailableError: Not all of it could be stored; give the same messages again.
        """
        messages = decode(checkin_pb2.RecordedBatch, bodies)
        held = await self._live.apply(newest(seat for message in messages for seat in message.seats))
        now = now_us()
        END_TO_END.observe((now - change.received_at) / SECOND_US for change in held)
        LAG.observe((now - message.recorded_at) / SECOND_US for message in messages)

    async def changed(self, bodies: Iterable[bytes]) -> None:
        """Takes note of activities from `changed.v1` messages.

        Raises:
            UnavailableError: Give the same messages again.
        """
        await self._activities.save([to_activity(message) for message in decode(activity_pb2.ActivityChanged, bodies)])


def decode(message_type: type[MessageT], bodies: Iterable[bytes]) -> list[MessageT]:
    """The messages; one that nobody can read is logged, counted and left out, for read models can be rebuilt."""
    messages = []
    for body in bodies:
        try:
            messages.append(message_type.FromString(body))
        except DecodeError as error:
            UNREADABLE.inc()
            log.error("dropped a message that is no %s: %s", message_type.DESCRIPTOR.full_name, error)
    return messages


def newest(seats: Iterable[checkin_pb2.SeatState]) -> dict[bytes, list[Change]]:
    """The changes by activity, with each seat once, in its highest revision.

    A seat without activity, which no attempt stands on, is left out: no activity counts it.
    """
    latest: dict[tuple[bytes, bytes, int], checkin_pb2.SeatState] = {}
    for seat in seats:
        key = (seat.activity_id, seat.user_id, seat.direction)
        known = latest.get(key)
        if known is None or known.revision < seat.revision:
            latest[key] = seat
    changes: defaultdict[bytes, list[Change]] = defaultdict(list)
    for (activity_id, user_id, direction), seat in latest.items():
        if activity_id:
            changes[activity_id].append(to_change(user_id, direction, seat))
    return changes


def to_change(user_id: bytes, direction: int, seat: checkin_pb2.SeatState) -> Change:
    """What a seat says of its person."""
    is_held = seat.state == _HELD
    attempt = _holder(seat) if is_held else _best(seat)
    status = Status.CHECKED_IN if is_held else _STATUSES.get(attempt.outcome, Status.ABSENT)
    at = seat.effective_at if is_held else attempt.effective_at
    method, gate = _METHODS.get(attempt.method, ""), attempt.gate
    punctuality = _PUNCTUALITIES.get(attempt.punctuality, "")
    reasons = list(dict.fromkeys(reason.reason for reason in attempt.reasons))
    counted, event = [], b""
    if direction == IN:
        counted = counters(status, at, method, gate, punctuality, reasons)
        event = _event(user_id, status, method, gate, punctuality, at)
    view = SeatView(is_held, at, counted, int(status), method, gate, punctuality, reasons)
    return Change(user_id, direction, seat.revision, view, event, attempt.received_at)


def _holder(seat: checkin_pb2.SeatState) -> checkin_pb2.AttemptState:
    holder = seat.holder
    return next((attempt for attempt in seat.attempts if attempt.attempt_id == holder), _NO_ATTEMPT)


def _best(seat: checkin_pb2.SeatState) -> checkin_pb2.AttemptState:
    """The attempt that speaks for a person without a seat: the best, and of several the latest."""
    return max(seat.attempts, key=_rank, default=_NO_ATTEMPT)


def _rank(attempt: checkin_pb2.AttemptState) -> tuple[int, int]:
    return -_STATUSES.get(attempt.outcome, Status.ABSENT), attempt.received_at


def _event(user_id: bytes, status: Status, method: str, gate: str, punctuality: str, at: int) -> bytes:
    batch = reporting_pb2.LiveBatch()
    batch.events.add(
        user_id=user_id,
        status=cast(reporting_pb2.Status.ValueType, status),
        method=method,
        gate=gate,
        punctuality=punctuality,
        checked_in_at=at,
    )
    return batch.SerializeToString()


def to_activity(message: activity_pb2.ActivityChanged) -> Activity:
    """What reporting keeps of a change."""
    return Activity(
        message.activity_id,
        message.organisation_id,
        message.title,
        message.time_zone,
        message.state,
        message.revision,
        message.expected,
        message.capacity,
        max((window.closes_at for window in message.occurrences), default=None),
    )
