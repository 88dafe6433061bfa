"""Periods of days, and by what occurrences are put together. Pure.

A day is that of an occurrence's start in its activity's own time zone, so a period needs none; only "today" does.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from servicekit.clock import SECOND_US
from servicekit.errors import invalid

DEFAULT_ZONE = "Asia/Shanghai"
DEFAULT_DAYS, MAXIMUM_DAYS = 30, 366
NO_ZONE = f"must be a name of the IANA time zone database, such as {DEFAULT_ZONE}"
_A_DAY = "must be a day such as 2026-09-01"


class By(IntEnum):
    """What a point is of; the numbers are those of reporting.v1.By."""

    HOUR = 1
    DAY = 2
    WEEK = 3
    ACTIVITY = 4
    GROUP = 5
    WEEKDAY = 6


class Period(NamedTuple):
    """Days, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1


def period(from_day: str, to_day: str, time_zone: str, now: int, fields: tuple[str, str] = ("from", "to")) -> Period:
    """The period that somebody asks for; what they leave open is the last 30 days.

    Args:
        time_zone: An IANA name, where "today" is looked up; empty: China's.
        now: Microseconds since 1970 UTC.
        fields: What the days are called where they were asked for.

    Raises:
        InvalidArgumentError: No such day or time zone, the wrong way round, or too long.
    """
    today = today_in(time_zone, now)
    last = _day(fields[1], to_day) if to_day else today
    first = _day(fields[0], from_day) if from_day else last - timedelta(days=DEFAULT_DAYS - 1)
    if not to_day and first > last:
        last = first
    if first > last:
        raise invalid(fields[0], f"{first} is after {last}; turn them round")
    found = Period(first, last)
    if found.days > MAXIMUM_DAYS:
        raise invalid(fields[0], f"{found.days} days are too many at once; ask for at most {MAXIMUM_DAYS}")
    return found


def today_in(time_zone: str, now: int) -> date:
    """The day that it is in a time zone.

    Args:
        time_zone: An IANA name; empty: China's.
        now: Microseconds since 1970 UTC.

    Raises:
        InvalidArgumentError: There is no such time zone.
    """
    if not is_zone(time_zone or DEFAULT_ZONE):
        raise invalid("time_zone", NO_ZONE)
    return datetime.fromtimestamp(now / SECOND_US, ZoneInfo(time_zone or DEFAULT_ZONE)).date()


def is_zone(name: str) -> bool:
    """Whether there is such a time zone."""
    try:
        return bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def key_of(by: By, day: date, starts_at: int, time_zone: str) -> str:
    """What an occurrence is put together with.

    Args:
        day: Of its start, in its time zone.
        starts_at: Microseconds since 1970 UTC.

    Raises:
        KeyError: It is not put together by time.
    """
    if by is By.HOUR:
        return f"{datetime.fromtimestamp(starts_at // SECOND_US, UTC).astimezone(ZoneInfo(time_zone)).hour:02d}"
    return _KEYS[by](day)


def week_of(day: date) -> date:
    """The Monday of a day's week (ISO 8601)."""
    return day - timedelta(days=day.isoweekday() - 1)


_KEYS: Mapping[By, Callable[[date], str]] = {
    By.DAY: date.isoformat,
    By.WEEK: lambda day: week_of(day).isoformat(),
    By.WEEKDAY: lambda day: str(day.isoweekday()),
}


def _day(field: str, text: str) -> date:
    try:
        found = date.fromisoformat(text) if len(text) == len("2026-09-01") else None
    except ValueError:
        found = None
    if found is None or not 1970 <= found.year < 9999:
        raise invalid(field, _A_DAY)
    return found
