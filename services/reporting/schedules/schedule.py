"""A schedule: what it has made, when, and who is told. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

from servicekit.clock import SECOND_US
from servicekit.errors import FieldError, InvalidArgumentError
from services.reporting.domain import DAY_US
from services.reporting.exports.job import LONGEST_PERIOD_US, OF_ORGANISATIONS, Wish, check
from services.reporting.periods.calendar import DEFAULT_ZONE, NO_ZONE, is_zone
from services.reporting.schedules.times import Span, WallTime, next_after

SCHEDULES_AT_MOST = 20
TITLE_CHARACTERS = 40
_MINUTES = 24 * 60
# What closed before nobody looks for: longer than an exporter is away, and phones may be offline for a
# week.
LATE_AT_MOST_US = 9 * DAY_US
# Facts are written half a second after the last who came.
SETTLES_US = 5 * SECOND_US


class Rhythm(IntEnum):
    """When; the numbers are those of reporting.v1.Rhythm."""

    DAILY = 1
    WEEKLY = 2
    AFTER_CLOSE = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """What people say of a schedule.

    Attributes:
        wish: Of an activity or of the organisation, without times.
        minute_of_day, weekday: As in `times.WallTime`.
        to_inbox: Its owner finds it there.
    """

    title: str
    wish: Wish
    rhythm: Rhythm
    minute_of_day: int = 0
    weekday: int = 0
    time_zone: str = DEFAULT_ZONE
    to_inbox: bool = True
    webhook_ids: tuple[bytes, ...] = ()
    is_paused: bool = False

    @property
    def wall(self) -> WallTime:
        """When it is due, where that is a time."""
        weekday = self.weekday if self.rhythm is Rhythm.WEEKLY else 0
        return WallTime(self.minute_of_day, weekday, self.time_zone)

    def next_due_at(self, now: int) -> int:
        """When it is due next; 0: at no time of its own."""
        return 0 if self.is_paused or self.rhythm is Rhythm.AFTER_CLOSE else next_after(self.wall, now)

    def wish_in(self, span: Span) -> Wish:
        """What is asked for each time: what an organisation held since the last one, or an activity as it is by now."""
        if self.wish.activity_id:
            return self.wish
        from_at = max(span.from_at, span.to_at - LONGEST_PERIOD_US)
        return replace(self.wish, from_at=from_at, to_at=span.to_at, time_zone=self.time_zone)

    def wish_of(self, activity_id: bytes) -> Wish:
        """What is asked for when an activity has closed."""
        return replace(self.wish, activity_id=activity_id, organisation_id=b"")


@dataclass(frozen=True, slots=True)
class Schedule:
    """A plan that somebody owns.

    Attributes:
        user_id: Its owner.
        paused_reason: Why it paused itself; empty: it did not.
        next_due_at: 0: paused, or after a close.
        last_run_at: 0: never.
    """

    schedule_id: bytes
    organisation_id: bytes
    user_id: bytes
    plan: Plan
    paused_reason: str
    created_at: int
    next_due_at: int
    last_run_at: int
    last_export_id: bytes


def check_plan(plan: Plan) -> None:
    """Refuses what cannot be done.

    Raises:
        InvalidArgumentError: Every field at fault, with the cure.
    """
    if faults := [*_faults(plan)]:
        raise InvalidArgumentError("this cannot be scheduled: " + faults[0].message, fields=faults)
    if plan.rhythm is Rhythm.AFTER_CLOSE:
        check(plan.wish_of(bytes(16)))
    else:
        check(plan.wish_in(Span(1, DAY_US, DAY_US)))


def _faults(plan: Plan) -> Iterator[FieldError]:
    if not 1 <= len(plan.title) <= TITLE_CHARACTERS or not plan.title.isprintable():
        yield FieldError("title", f"1 to {TITLE_CHARACTERS} characters in one line, such as 每周出勤")
    if plan.rhythm is not Rhythm.AFTER_CLOSE and not 0 <= plan.minute_of_day < _MINUTES:
        yield FieldError("time", "must be a time of the day such as 18:00")
    if plan.rhythm is Rhythm.WEEKLY and not 1 <= plan.weekday <= 7:
        yield FieldError("weekday", "must be 1 (Monday) to 7 for a weekly schedule")
    if not is_zone(plan.time_zone):
        yield FieldError("time_zone", NO_ZONE)
    if not plan.to_inbox and not plan.webhook_ids:
        yield FieldError("to_inbox", "somebody must be told: the inbox, a robot, or both")
    if len({*plan.webhook_ids}) < len(plan.webhook_ids):
        yield FieldError("webhook_ids", "names one twice")
    if plan.wish.shows_phones:
        yield FieldError("shows_phones", "phones are written whole only in what somebody asks for themselves")
    if not plan.wish.activity_id and plan.rhythm is not Rhythm.AFTER_CLOSE and plan.wish.report not in OF_ORGANISATIONS:
        yield FieldError("activity_id", "this report is of one activity; name it, or have it made after each close")
