"""The end of a check-in's journey: recorded seats become live numbers.

Control comes from `worker.py` with the messages of `reporting.project.v1` and `reporting.activity.v1`, and goes to
Redis (`live/numbers.py`, one trip for all messages at hand) and MySQL (`store.py`). A message may come twice or late:
whatever is not newer than what is known has no effect.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple, Protocol, TypeVar, cast

from google.protobuf.message import DecodeError, Message

from domainkit.presence import moment
from protos.activity.v1 import activity_pb2
from protos.checkin.v1 import checkin_pb2
from protos.reporting.v1 import reporting_pb2
from servicekit.clock import SECOND_US, now_us
from services.reporting.domain import (
    IN,
    OFFLINE_WINDOW_S,
    OUT,
    Activity,
    SeatView,
    Status,
    Window,
    counters,
    local_day,
    marked,
)
from services.reporting.metrics import END_TO_END, LAG, UNREADABLE

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
# Where a person is, whichever attempt holds the seat.
_COUNTS = (checkin_pb2.OUTCOME_ACCEPTED, checkin_pb2.OUTCOME_DUPLICATE)
_NO_ATTEMPT = checkin_pb2.AttemptState()

# Somebody who waited longer than this for their numbers shows that the queue is behind.
_BEHIND_US = 5 * SECOND_US
# In a queue without a message for so long nothing waits.
_QUIET_US = 5 * SECOND_US


class Change(NamedTuple):
    """A seat as it is now.

    Attributes:
        event: What viewers are told, a serialised `LiveBatch` of one event; empty for seats of the way out.
        received_at: When the attempt that speaks for the person arrived, or the mark that does.
        attempt: That attempt.
        refused_tries: How many of the seat's attempts were refused.
    """

    occurrence_id: bytes
    user_id: bytes
    direction: int
    revision: int
    view: SeatView
    event: bytes
    received_at: int
    attempt: checkin_pb2.AttemptState = _NO_ATTEMPT
    refused_tries: int = 0


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
    """Takes the messages of both queues.

    Args:
        activity_of: The activity of an occurrence, None if that is not known; must not block. For seats recorded while
            nobody knew: their token names the occurrence only.
        remember: Told of seats once the numbers say them; must not block.
    """

    def __init__(
        self,
        live: LiveNumbers,
        activities: KnownActivities,
        activity_of: Callable[[bytes], bytes | None],
        remember: Callable[[Iterable["Change"]], None] = lambda changes: None,
    ) -> None:
        self._live = live
        self._activities = activities
        self._activity_of = activity_of
        self._remember = remember
        self._projected_at = 0
        self._lag_us = 0

    @property
    def is_behind(self) -> bool:
        """Whether what is projected now was recorded more than 5 s ago."""
        return self._lag_us > _BEHIND_US and now_us() - self._projected_at < _QUIET_US

    async def recorded(self, bodies: Iterable[bytes]) -> None:
        """Brings the numbers up to what `recorded.v1` messages say.

        Raises:
            UnavailableError: Not all of it could be stored; give the same messages again.
        """
        messages = decode(checkin_pb2.RecordedBatch, bodies)
        seats = (seat for message in messages for seat in message.seats)
        changes = newest(seats, self._activity_of)
        held = await self._live.apply(changes)
        self._remember(chain.from_iterable(changes.values()))
        self._measure(messages, held)

    async def changed(self, bodies: Iterable[bytes]) -> None:
        """Takes note of activities from `changed.v1` messages.

        Raises:
            UnavailableError: Give the same messages again.
        """
        await self._activities.save([to_activity(message) for message in decode(activity_pb2.ActivityChanged, bodies)])

    def _measure(self, messages: Sequence[checkin_pb2.RecordedBatch], held: Iterable[Change]) -> None:
        now = self._projected_at = now_us()
        self._lag_us = max((now - message.recorded_at for message in messages), default=0)
        END_TO_END.observe((now - change.received_at) / SECOND_US for change in held)
        LAG.observe((now - message.recorded_at) / SECOND_US for message in messages)


def decode(message_type: type[MessageT], bodies: Iterable[bytes]) -> list[MessageT]:
    """The messages; one that nobody can read is noted and left out, for read models can be rebuilt."""
    messages = []
    for body in bodies:
        try:
            messages.append(message_type.FromString(body))
        except DecodeError as error:
            UNREADABLE.note(message_type.DESCRIPTOR.full_name, error)
    return messages


def newest(
    seats: Iterable[checkin_pb2.SeatState], activity_of: Callable[[bytes], bytes | None]
) -> dict[bytes, list[Change]]:
    """The changes by activity, with each seat once, in its highest revision.

    A seat of an occurrence that nobody knows yet is left out: the comparison brings it in.
    """
    latest: dict[tuple[bytes, bytes, int], checkin_pb2.SeatState] = {}
    for seat in seats:
        key = (seat.occurrence_id, seat.user_id, seat.direction)
        if not _is_seat(*key):
            UNREADABLE.note(seat.occurrence_id, "it has a seat that is none")
            continue
        known = latest.get(key)
        if known is None or known.revision < seat.revision:
            latest[key] = seat
    changes: defaultdict[bytes, list[Change]] = defaultdict(list)
    for seat in latest.values():
        if activity_id := seat.activity_id or activity_of(seat.occurrence_id):
            changes[activity_id].append(to_change(seat))
    return changes


def _is_seat(occurrence_id: bytes, user_id: bytes, direction: int) -> bool:
    return len(occurrence_id) == len(user_id) == 16 and direction in (IN, OUT)


def to_change(seat: checkin_pb2.SeatState) -> Change:
    """What a seat says of its person."""
    user_id, direction, is_held = seat.user_id, seat.direction, seat.state == _HELD
    last = max((each for each in seat.attempts if each.outcome in _COUNTS), key=_order, default=None)
    attempt = (_holder(seat) if direction == IN or last is None else last) if is_held else _best(seat)
    unheld = _STATUSES.get(attempt.outcome, Status.ABSENT) if seat.attempts else 0
    status = int(Status.CHECKED_IN if is_held else unheld)
    at = seat.effective_at if is_held and direction == IN else attempt.effective_at
    method, gate = _METHODS.get(attempt.method, ""), attempt.gate
    punctuality = _PUNCTUALITIES.get(attempt.punctuality, "")
    reasons = list(dict.fromkeys(reason.reason for reason in attempt.reasons))
    moved_at = moment(*_order(last)) if last is not None else ""
    view, event = SeatView(is_held, at, [], status, method, gate, punctuality, reasons, moved_at), b""
    if direction == IN:
        view = _with_counters(marked(view, seat.mark, seat.marked_at))
        event = _event(seat.occurrence_id, user_id, view)
    arrived_at = view.marked_at or attempt.received_at
    refused = sum(each.outcome == checkin_pb2.OUTCOME_REFUSED for each in seat.attempts)
    return Change(seat.occurrence_id, user_id, direction, seat.revision, view, event, arrived_at, attempt, refused)


def _with_counters(view: SeatView) -> SeatView:
    counted = counters(view.status, view.at, view.method, view.gate, view.punctuality, view.reasons)
    return view._replace(counters=counted)


def _holder(seat: checkin_pb2.SeatState) -> checkin_pb2.AttemptState:
    holder = seat.holder
    return next((attempt for attempt in seat.attempts if attempt.attempt_id == holder), _NO_ATTEMPT)


def _order(attempt: checkin_pb2.AttemptState) -> tuple[int, bytes]:
    return attempt.effective_at, attempt.attempt_id


def _best(seat: checkin_pb2.SeatState) -> checkin_pb2.AttemptState:
    """The attempt that speaks for a person without a seat: the best, and of several the latest."""
    return max(seat.attempts, key=_rank, default=_NO_ATTEMPT)


def _rank(attempt: checkin_pb2.AttemptState) -> tuple[int, int]:
    return -_STATUSES.get(attempt.outcome, Status.ABSENT), attempt.received_at


def _event(occurrence_id: bytes, user_id: bytes, view: SeatView) -> bytes:
    batch = reporting_pb2.LiveBatch()
    batch.events.add(
        user_id=user_id,
        status=cast(reporting_pb2.Status.ValueType, view.status),
        method=view.method,
        gate=view.gate,
        punctuality=view.punctuality,
        checked_in_at=view.at,
        mark=cast(reporting_pb2.Mark.ValueType, view.mark),
        occurrence_id=occurrence_id,
    )
    return batch.SerializeToString()


def to_activity(message: activity_pb2.ActivityChanged) -> Activity:
    """What reporting keeps of a change."""
    windows = tuple(
        Window(
            each.occurrence_id,
            message.activity_id,
            message.revision,
            each.opens_at,
            each.closes_at,
            local_day(each.starts_at or each.opens_at, message.time_zone) if message.time_zone else None,
            each.starts_at,
        )
        for each in message.occurrences
    )
    return Activity(
        message.activity_id,
        message.organisation_id,
        message.title,
        message.time_zone,
        message.state,
        message.revision,
        message.expected,
        message.capacity,
        max((window.closes_at for window in windows), default=None),
        windows,
        message.roster_id or None,
        message.offline_window_s if message.HasField("offline_window_s") else OFFLINE_WINDOW_S,
        message.questions,
        bool(message.rehearsal_of),
        message.kind,
    )
