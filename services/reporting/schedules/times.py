"""When a schedule is due, by a clock on the wall. Pure.

Where clocks are set forward the time after the gap is meant, where they are set back the first of the two; so a daily
schedule is due once a day, whatever clocks do.

Source: RFC 5545, section 3.3.5.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from servicekit.clock import SECOND_US, from_datetime


class WallTime(NamedTuple):
    """A time of the day, each day or once a week.

    Attributes:
        weekday: 1 is Monday; 0: each day.
        time_zone: An IANA name.
    """

    minute_of_day: int
    weekday: int
    time_zone: str


class Span(NamedTuple):
    """What a run is about, from included, to not; and when the next one is due."""

    from_at: int
    to_at: int
    next_due_at: int


def next_after(wall: WallTime, at: int) -> int:
    """The first time it is due after a moment; microseconds since 1970 UTC."""
    day = _day_of(wall, at)
    while (found := _on(wall, day)) <= at or not _is_its(wall, day):
        day += timedelta(days=1)
    return found


def last_until(wall: WallTime, at: int) -> int:
    """The last time it was due, not after a moment."""
    day = _day_of(wall, at)
    while (found := _on(wall, day)) > at or not _is_its(wall, day):
        day -= timedelta(days=1)
    return found


def span(wall: WallTime, due_at: int, now: int) -> Span:
    """What the one run is about that serves every time from one that is due until now.

    Args:
        due_at: The first that nobody served; not after now.
    """
    latest = last_until(wall, max(due_at, now))
    return Span(last_until(wall, due_at - 1), latest, next_after(wall, latest))


def _day_of(wall: WallTime, at: int) -> date:
    return datetime.fromtimestamp(at // SECOND_US, ZoneInfo(wall.time_zone)).date()


def _on(wall: WallTime, day: date) -> int:
    zone = ZoneInfo(wall.time_zone)
    return from_datetime(datetime(day.year, day.month, day.day, *divmod(wall.minute_of_day, 60), tzinfo=zone))


def _is_its(wall: WallTime, day: date) -> bool:
    return wall.weekday in (0, day.isoweekday())
