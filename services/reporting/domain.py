"""What reporting keeps of a seat, what it counts and compares, and how lists of people are filtered and paged."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import IntEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domainkit.presence import Presence, moment, presence

SECOND_US = 1_000_000
MINUTE_US = 60_000_000
DAY_US = 86_400_000_000
# Of activity.v1.State.
_CANCELLED = 4
# Of an activity whose message did not say.
OFFLINE_WINDOW_S = 7200

# How finely people are counted by time, in minutes, back from the last who came: each minute for two hours, each
# quarter of an hour for a day, and before that each four hours, which begin with the day in China.
QUARTER, BLOCK = 15, 240
MINUTES_KEPT, QUARTERS_KEPT = 120, 1440
SPANS = {"minute": 1, "quarter": QUARTER, "block": BLOCK}

IN, OUT = 1, 2
EARLY = "early_leave"
_ONLY_LEFT = "OUT_WITHOUT_IN"

# Occurrence, person, IN or OUT.
SeatKey = tuple[bytes, bytes, int]


class Status(IntEnum):
    """Where a person stands in an activity; the numbers are those of reporting.v1.Status."""

    CHECKED_IN = 1
    PENDING_REVIEW = 2
    PROVISIONAL = 3
    REFUSED = 4
    ABSENT = 5


class Mark(IntEnum):
    """What staff say somebody counts as, whatever they did; the numbers are those of checkin.v1.Mark."""

    NONE = 0
    PRESENT = 1
    LATE = 2
    LEAVE = 3
    ABSENT = 4


# Of somebody marked: their status, 0 for none, and how they came.
_MARKED: Mapping[int, tuple[int, str]] = {
    Mark.PRESENT: (Status.CHECKED_IN, "on_time"),
    Mark.LATE: (Status.CHECKED_IN, "late"),
    Mark.LEAVE: (0, ""),
    Mark.ABSENT: (Status.ABSENT, ""),
}
_STAFF = "staff"
_NO_ATTEMPT = bytes(16)
_COUNTED: Mapping[int, list[str]] = {
    Status.PENDING_REVIEW: ["pending_review"],
    Status.PROVISIONAL: ["provisional"],
    Status.REFUSED: ["refused"],
}


class SeatView(NamedTuple):
    """A seat as lists and counters need it. `live/project.lua` reads some fields by position.

    Attributes:
        is_held: Somebody holds it, or counts as if they did: see `marked`.
        at: The effective time of the attempt that speaks for the person: of a held seat to come in its holder, of one
            to go the latest.
        counters: Those that count this seat once.
        reasons: Of the attempt that speaks for the person.
        status: 0 where nothing was tried, and for who is marked as on leave.
        last: The latest accepted or duplicate attempt, as `moment` writes it; empty where there is none.
        mark: What staff say the person counts as, a `Mark`; and since when. Stored of who is marked alone.
    """

    is_held: bool
    at: int
    counters: list[str]
    status: int
    method: str
    gate: str
    punctuality: str
    reasons: list[str]
    last: str = ""
    mark: int = 0
    marked_at: int = 0

    @property
    def last_moved(self) -> str:
        """When a held seat was last asked for, else empty; an earlier release wrote only when its holder did."""
        return (self.last or moment(self.at, b"")) if self.is_held else ""


class Counted(NamedTuple):
    """A person in an occurrence of an activity.

    Attributes:
        left: The seat to go; None for who never asked to.
        occurrence_id: Empty for who never tried to come.
    """

    user_id: bytes
    seat: SeatView
    left: SeatView | None = None
    occurrence_id: bytes = b""

    @property
    def presence(self) -> Presence:
        """Whether they are there, and when they left; of who counts as not having come, neither."""
        return Presence(False) if self.seat.mark in (Mark.LEAVE, Mark.ABSENT) else where(self.seat, self.left)

    @property
    def punctualities(self) -> tuple[str, ...]:
        """How they came, and that they left before the end."""
        return (self.seat.punctuality, EARLY) if self.presence.is_early else (self.seat.punctuality,)


class Cursor(NamedTuple):
    """Where a list goes on.

    Attributes:
        began: When the last fact of all was written, as the first page was read.
        part: 0 while everybody is shown, by time; 1 for those whose facts were written since.
        number: Of the last person shown the time, or when their fact was written.
        user_id, occurrence_id: The last person shown, and where.
    """

    began: int
    part: int
    number: int
    user_id: bytes
    occurrence_id: bytes


def marked(view: SeatView, mark: int, marked_at: int) -> SeatView:
    """A seat to come in as staff say that it counts (rule 27 of the law).

    Who counts as having come came by what they did where that holds the seat, else when and by whom they were marked.
    """
    if mark not in _MARKED:
        return view
    status, punctuality = _MARKED[mark]
    has_come = status == Status.CHECKED_IN
    if not view.is_held and (has_come or not view.at):
        view = view._replace(at=marked_at)
    if not view.is_held and has_come:
        view = view._replace(method=_STAFF, gate="", last=moment(marked_at, _NO_ATTEMPT))
    return view._replace(is_held=has_come, status=int(status), punctuality=punctuality, mark=mark, marked_at=marked_at)


def where(entered: SeatView | None, left: SeatView | None) -> Presence:
    """Where a person is, by both their seats."""
    came = entered.last_moved if entered else ""
    if left is None:
        return Presence(bool(came))
    return presence(came, left.last_moved, left.at, left.punctuality == EARLY)


def counted(seats: Mapping[SeatKey, SeatView]) -> Iterator[Counted]:
    """Everybody once an occurrence, with both their seats; who went without having come is told so.

    A seat that the last attempt, or the last mark, has left is nobody's.
    """
    seats = {key: view for key, view in seats.items() if view.status or view.mark}
    for (occurrence_id, user_id, direction), view in seats.items():
        twin = seats.get((occurrence_id, user_id, OUT if direction == IN else IN))
        if direction == IN:
            only_left = twin is not None and twin.is_held and not view.is_held and not view.mark
            shown = view._replace(reasons=[*view.reasons, _ONLY_LEFT]) if only_left else view
            yield Counted(user_id, shown, twin, occurrence_id)
        elif twin is None and view.is_held:
            absent = view._replace(is_held=False, status=int(Status.ABSENT), punctuality="", reasons=[_ONLY_LEFT])
            yield Counted(user_id, absent, view, occurrence_id)


def counters(status: int, at: int, method: str, gate: str, punctuality: str, reasons: Iterable[str]) -> list[str]:
    """The counters of an activity that count a person once.

    Minutes, methods, gates and lateness are of people checked in; reasons are of everybody who is counted at all, which
    somebody absent is not.
    """
    if status in _COUNTED:
        return [*_COUNTED[status], *(f"reason:{reason}" for reason in reasons)]
    if status != Status.CHECKED_IN:
        return []
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
    """When an occurrence of an activity is open, as of the activity's revision.

    Attributes:
        local_day: Of its start, in the activity's time zone, as it was first told; None where nobody noted it.
        starts_at: 0 where nobody noted it.
    """

    occurrence_id: bytes
    activity_id: bytes
    revision: int
    opens_at: int
    closes_at: int
    local_day: date | None = None
    starts_at: int = 0


@dataclass(frozen=True, slots=True)
class Activity:
    """What reporting knows of an activity.

    Attributes:
        expected: How many are expected where there is no roster; 0 when nobody knows.
        capacity: 0 when it is unlimited.
        closes_at: When the last window closes; None for a draft without one.
        windows: Of its occurrences, in order of opening; empty for one of a list.
        roster_id: Who is expected; None: open to all.
        offline_window_s: For how long after the close phones may bring what they did offline.
        questions: How many things whoever was accepted is asked.
        is_rehearsal: It tries a draft out, and no statistics count it.
        kind: An activity.v1.Kind; 0 where an earlier release noted it.
        window: The only one that is looked at, and by whose times all is told; None: all of it.
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
    roster_id: bytes | None = None
    offline_window_s: int = OFFLINE_WINDOW_S
    questions: int = 0
    is_rehearsal: bool = False
    kind: int = 0
    window: Window | None = None

    @property
    def occurrence_id(self) -> bytes:
        """Of the only window that is looked at; empty: of all."""
        return self.window.occurrence_id if self.window else b""

    def at(self, occurrence_id: bytes) -> "Activity | None":
        """Only one of its windows; None where it has no such window."""
        window = next((each for each in self.windows if each.occurrence_id == occurrence_id), None)
        return replace(self, window=window, closes_at=window.closes_at) if window else None

    def shown_at(self, now: int) -> "Activity":
        """Only the window of a moment: the newest that had opened, else the first."""
        opened = (each for each in reversed(self.windows) if each.opens_at <= now)
        window = next(opened, self.windows[0] if self.windows else None)
        return replace(self, window=window, closes_at=window.closes_at) if window else self

    @property
    def is_cancelled(self) -> bool:
        """Whether it takes no place: nobody is expected at it, and nobody is absent from it."""
        return self.state == _CANCELLED

    def is_settled(self, now: int) -> bool:
        """Whether nothing from before the close can come any more: only then is anybody absent (rule 7 of the law)."""
        return self.closes_at is not None and now >= self.closes_at + self.offline_window_s * SECOND_US

    def is_dropped(self, now: int) -> bool:
        """Whether its live numbers have expired, a day after the close."""
        return self.closes_at is not None and now > self.closes_at + DAY_US


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

    def admits(self, person: Counted) -> bool:
        """Whether the list shows this person."""
        seat = person.seat
        return (
            (not self.status or seat.status == self.status)
            and (not self.method or seat.method == self.method)
            and (not self.reason or self.reason in seat.reasons)
            and (not self.gate or seat.gate == self.gate)
            and (not self.punctuality or self.punctuality in person.punctualities)
            and (not self.from_at or seat.at >= self.from_at)
            and (not self.to_at or seat.at < self.to_at)
        )


def local_day(at: int, time_zone: str) -> date:
    """The day of a moment in a time zone."""
    return datetime.fromtimestamp(at / SECOND_US, ZoneInfo(time_zone)).date()
