"""When schedules are due, by clocks that are set forward and back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.clock import from_datetime
from services.reporting.schedules.times import WallTime, last_until, next_after, span

SHANGHAI, BERLIN, NEW_YORK, LORD_HOWE = "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"
SANTIAGO = "America/Santiago"


def at(text: str) -> int:
    """A moment in UTC."""
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=UTC))


def daily(clock: str, time_zone: str = SHANGHAI, weekday: int = 0) -> WallTime:
    """A time of each day, or of a week's day."""
    hours, minutes = map(int, clock.split(":"))
    return WallTime(hours * 60 + minutes, weekday, time_zone)


# Worked out by hand: when somebody looks, and when it is due next, in UTC.
NEXT = [
    (daily("18:00"), "2026-09-01T09:59:59", "2026-09-01T10:00:00"),
    (daily("18:00"), "2026-09-01T10:00:00", "2026-09-02T10:00:00"),
    (daily("00:00"), "2026-09-01T15:59:00", "2026-09-01T16:00:00"),
    (daily("07:30"), "2026-12-31T23:30:00", "2027-01-01T23:30:00"),
    # Mondays; 2026-09-07 is one.
    (daily("08:00", weekday=1), "2026-09-01T00:00:00", "2026-09-07T00:00:00"),
    (daily("08:00", weekday=1), "2026-09-07T00:00:00", "2026-09-14T00:00:00"),
    # Sunday evening in Shanghai, which is Sunday noon in UTC.
    (daily("20:00", weekday=7), "2026-09-06T11:59:00", "2026-09-06T12:00:00"),
    # Monday morning in Shanghai is still Sunday in UTC.
    (daily("07:00", weekday=1), "2026-09-06T22:00:00", "2026-09-06T23:00:00"),
    # Germany: summer ends on 25 October 2026 at 3:00, begins on 28 March 2027 at 2:00.
    (daily("08:00", BERLIN), "2026-10-24T06:00:00", "2026-10-25T07:00:00"),
    (daily("08:00", BERLIN), "2027-03-27T07:00:00", "2027-03-28T06:00:00"),
    # 2:30 comes twice: the first; and not at all: an hour later.
    (daily("02:30", BERLIN), "2026-10-24T12:00:00", "2026-10-25T00:30:00"),
    (daily("02:30", BERLIN), "2026-10-25T00:30:00", "2026-10-26T01:30:00"),
    (daily("02:30", BERLIN), "2027-03-27T12:00:00", "2027-03-28T01:30:00"),
    (daily("02:30", BERLIN), "2027-03-28T01:30:00", "2027-03-29T00:30:00"),
    (daily("02:30", NEW_YORK), "2027-03-13T12:00:00", "2027-03-14T07:30:00"),
    # There is no midnight in Santiago on 6 September 2026, and eleven at night comes twice on 4 April.
    (daily("00:00", SANTIAGO), "2026-09-05T12:00:00", "2026-09-06T04:00:00"),
    (daily("00:00", SANTIAGO), "2026-09-06T04:00:00", "2026-09-07T03:00:00"),
    (daily("23:30", SANTIAGO), "2026-04-04T12:00:00", "2026-04-05T02:30:00"),
    (daily("23:30", SANTIAGO), "2026-04-05T02:30:00", "2026-04-06T03:30:00"),
    # A week of 167 hours, and one of 169; Monday of the last week of a year.
    (daily("03:30", BERLIN, weekday=7), "2027-03-21T02:30:00", "2027-03-28T01:30:00"),
    (daily("03:30", BERLIN, weekday=7), "2026-10-18T01:30:00", "2026-10-25T02:30:00"),
    (daily("08:00", BERLIN, weekday=1), "2026-12-28T07:00:00", "2027-01-04T07:00:00"),
    # Half an hour, on 4 October 2026 at 2:00.
    (daily("02:15", LORD_HOWE), "2026-10-02T16:00:00", "2026-10-03T15:45:00"),
    # A leap day.
    (daily("12:00"), "2028-02-28T05:00:00", "2028-02-29T04:00:00"),
]


@pytest.mark.parametrize(("wall", "looked_at", "due_at"), NEXT)
def test_it_is_due_when_the_clock_on_the_wall_says_so(wall: WallTime, looked_at: str, due_at: str) -> None:
    """Whatever clocks do, once a day or week."""
    assert next_after(wall, at(looked_at)) == at(due_at)
    assert last_until(wall, at(due_at)) == at(due_at)


def test_missed_times_are_served_together() -> None:
    """Ten days away: one run, about all that nobody was told of."""
    wall = daily("18:00")
    served = span(wall, at("2026-09-01T10:00:00"), at("2026-09-11T09:00:00"))
    assert served == (at("2026-08-31T10:00:00"), at("2026-09-10T10:00:00"), at("2026-09-11T10:00:00"))


@given(
    minute=st.integers(0, 1439),
    weekday=st.integers(0, 7),
    zone=st.sampled_from([SHANGHAI, BERLIN, NEW_YORK, LORD_HOWE, SANTIAGO, "Asia/Kathmandu", "Africa/Casablanca"]),
    start=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),
)
def test_one_span_ends_where_the_next_begins(minute: int, weekday: int, zone: str, start: datetime) -> None:
    """Nothing is left out and nothing is in two of them, and no day has two."""
    wall, now = WallTime(minute, weekday, zone), from_datetime(start)
    days = []
    due = next_after(wall, now)
    for _ in range(4):
        served = span(wall, due, due)
        assert served.to_at == due and served.from_at < due < served.next_due_at
        assert last_until(wall, served.next_due_at - 1) == due
        days.append(datetime.fromtimestamp(due / 1e6, ZoneInfo(zone)).date())
        due = served.next_due_at
    assert all(
        later - earlier == timedelta(days=7 if weekday else 1) for earlier, later in zip(days, days[1:], strict=False)
    )
