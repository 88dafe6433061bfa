"""What reporting keeps of a seat, what it counts and compares, and how lists of people are filtered and paged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

MINUTE_US = 60_000_000
DAY_US = 86_400_000_000

IN, OUT = 1, 2


class Status(IntEnum):
    """Where a person stands in an activity; the numbers are those of reporting.v1.Status."""

    CHECKED_IN = 1
    PENDING_REVIEW = 2
    PROVISIONAL = 3
    REFUSED = 4
    ABSENT = 5


_COUNTED = {
    Status.PENDING_REVIEW: ["pending_review"],
    Status.PROVISIONAL: ["provisional"],
    Status.REFUSED: ["refused"],
}


class SeatView(NamedTuple):
    """A seat as lists and counters need it. The script in `live.py` reads the first three fields by position.

    Attributes:
        at: The effective time of the seat's holder, else of the attempt that speaks for the person.
        counters: Those that count this seat once.
        reasons: Of the attempt that speaks for the person.
    """

    is_held: bool
    at: int
    counters: list[str]
    status: int
    method: str
    gate: str
    punctuality: str
    reasons: list[str]


class Counted(NamedTuple):
    """A person in an activity."""

    user_id: bytes
    seat: SeatView


def counters(status: Status, at: int, method: str, gate: str, punctuality: str, reasons: Iterable[str]) -> list[str]:
    """The counters of an activity that count a person once.

    Minutes, methods, gates and lateness are of people checked in; reasons are of everybody who is counted at all, which
    somebody absent is not.
    """
    if status is Status.ABSENT:
        return []
    if status is not Status.CHECKED_IN:
        return [*_COUNTED[status], *(f"reason:{reason}" for reason in reasons)]
    found = ["checked_in", f"minute:{at // MINUTE_US}", f"method:{method}"]
    if gate:
        found.append(f"gate:{gate}")
    if punctuality == "late":
        found.append("late")
    found.extend(f"reason:{reason}" for reason in reasons)
    return found


class Totals(NamedTuple):
    """What is compared of an occurrence: how many seats there are, and the sum of their revisions."""

    seats: int = 0
    revisions: int = 0

    def is_between(self, before: "Totals", after: "Totals") -> bool:
        """Whether a copy that read `before` and `after` around this reading may be equal. Totals only ever grow."""
        return before.seats <= self.seats <= after.seats and before.revisions <= self.revisions <= after.revisions


class Window(NamedTuple):
    """When an occurrence of an activity is open, as of the activity's revision."""

    occurrence_id: bytes
    activity_id: bytes
    revision: int
    opens_at: int
    closes_at: int


@dataclass(frozen=True, slots=True)
class Activity:
    """What reporting knows of an activity.

    Attributes:
        expected: People on the roster; 0 when it is open.
        capacity: 0 when it is unlimited.
        closes_at: When the last window closes; None for a draft without one.
        windows: What a change says of the occurrences; empty for one that was read.
    """

    activity_id: bytes
    organisation_id: bytes
    title: str
    time_zone: str
    state: int
    revision: int
    expected: int
    capacity: int
    closes_at: int | None
    windows: tuple[Window, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Filter:
    """Whom a list shows; empty text and 0 ask for nothing. Times are of the seat, from included, to not."""

    status: int = 0
    method: str = ""
    reason: str = ""
    gate: str = ""
    punctuality: str = ""
    from_at: int = 0
    to_at: int = 0

    def admits(self, seat: SeatView) -> bool:
        """Whether the list shows this person."""
        return (
            (not self.status or seat.status == self.status)
            and (not self.method or seat.method == self.method)
            and (not self.reason or self.reason in seat.reasons)
            and (not self.gate or seat.gate == self.gate)
            and (not self.punctuality or seat.punctuality == self.punctuality)
            and (not self.from_at or seat.at >= self.from_at)
            and (not self.to_at or seat.at < self.to_at)
        )


def page(people: Iterable[Counted], after: tuple[int, bytes] | None, size: int) -> tuple[Sequence[Counted], bool]:
    """One page of a list, the latest first, then by user, and whether there is more.

    Args:
        after: Time and user of the last one on the page before.
    """
    rest = (person for person in people if after is None or _position(person) > (-after[0], after[1]))
    found = sorted(rest, key=_position)
    return found[:size], len(found) > size


def _position(person: Counted) -> tuple[int, bytes]:
    return -person.seat.at, person.user_id
