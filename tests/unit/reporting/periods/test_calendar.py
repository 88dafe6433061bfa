"""Days, weeks and hours where people are, worked out by hand; and periods that nobody can be told of."""

from datetime import UTC, date, datetime

import pytest

from servicekit.clock import from_datetime
from servicekit.errors import InvalidArgumentError
from services.reporting.domain import local_day
from services.reporting.periods.calendar import By, Period, key_of, period

NOW = from_datetime(datetime(2026, 11, 27, 16, 30, tzinfo=UTC))

# A start in UTC, where it is, and by hand: the day there, the Monday of its week, the weekday, and the hour.
_BY_HAND = [
    # Past midnight in China while London still has the day before.
    ("2026-11-27T16:30:00", "Asia/Shanghai", "2026-11-28", "2026-11-23", "6", "00"),
    ("2026-11-27T16:30:00", "Europe/London", "2026-11-27", "2026-11-23", "5", "16"),
    # Sunday night here is Monday morning there: another week.
    ("2026-11-29T15:59:59", "Asia/Shanghai", "2026-11-29", "2026-11-23", "7", "23"),
    ("2026-11-29T16:00:00", "Asia/Shanghai", "2026-11-30", "2026-11-30", "1", "00"),
    # New York sets clocks back on 2026-11-01 at 06:00 UTC: half past one comes twice.
    ("2026-11-01T05:30:00", "America/New_York", "2026-11-01", "2026-10-26", "7", "01"),
    ("2026-11-01T06:30:00", "America/New_York", "2026-11-01", "2026-10-26", "7", "01"),
    ("2026-11-01T04:59:59", "America/New_York", "2026-11-01", "2026-10-26", "7", "00"),
    ("2026-11-01T03:59:59", "America/New_York", "2026-10-31", "2026-10-26", "6", "23"),
    # And forward on 2026-03-08 at 07:00 UTC: there is no half past two.
    ("2026-03-08T06:59:59", "America/New_York", "2026-03-08", "2026-03-02", "7", "01"),
    ("2026-03-08T07:00:00", "America/New_York", "2026-03-08", "2026-03-02", "7", "03"),
    # Berlin's day of 23 hours ends at 22:00 UTC.
    ("2026-03-29T21:59:59", "Europe/Berlin", "2026-03-29", "2026-03-23", "7", "23"),
    ("2026-03-29T22:00:00", "Europe/Berlin", "2026-03-30", "2026-03-30", "1", "00"),
    # Santiago goes from midnight to one on 2026-09-06, and from midnight back to eleven on 2026-04-05.
    ("2026-09-06T03:59:59", "America/Santiago", "2026-09-05", "2026-08-31", "6", "23"),
    ("2026-09-06T04:00:00", "America/Santiago", "2026-09-06", "2026-08-31", "7", "01"),
    ("2026-04-05T02:30:00", "America/Santiago", "2026-04-04", "2026-03-30", "6", "23"),
    ("2026-04-05T03:30:00", "America/Santiago", "2026-04-04", "2026-03-30", "6", "23"),
    ("2026-04-05T04:00:00", "America/Santiago", "2026-04-05", "2026-03-30", "7", "00"),
    # Half an hour of summer time, a quarter of an hour off, and the day line.
    ("2026-04-04T14:59:59", "Australia/Lord_Howe", "2026-04-05", "2026-03-30", "7", "01"),
    ("2026-04-04T15:00:00", "Australia/Lord_Howe", "2026-04-05", "2026-03-30", "7", "01"),
    ("2026-06-30T18:15:00", "Asia/Kathmandu", "2026-07-01", "2026-06-29", "3", "00"),
    ("2026-06-30T10:00:00", "Pacific/Kiritimati", "2026-07-01", "2026-06-29", "3", "00"),
    # A week that begins in the old year, and one of 53.
    ("2026-01-01T02:00:00", "Asia/Shanghai", "2026-01-01", "2025-12-29", "4", "10"),
    ("2027-01-03T02:00:00", "Asia/Shanghai", "2027-01-03", "2026-12-28", "7", "10"),
]


@pytest.mark.parametrize(("utc", "zone", "day", "week", "weekday", "hour"), _BY_HAND)
def test_an_occurrence_lies_where_its_people_say(
    utc: str, zone: str, day: str, week: str, weekday: str, hour: str
) -> None:
    """Day, week, weekday and hour are those of its own time zone, also where clocks are moved."""
    starts_at = from_datetime(datetime.fromisoformat(utc).replace(tzinfo=UTC))
    its_day = local_day(starts_at, zone)
    found = {by: key_of(by, its_day, starts_at, zone) for by in (By.DAY, By.WEEK, By.WEEKDAY, By.HOUR)}
    assert found == {By.DAY: day, By.WEEK: week, By.WEEKDAY: weekday, By.HOUR: hour}


def test_what_is_left_open_is_the_last_thirty_days_there() -> None:
    """It is half past midnight in China, and the day before in New York."""
    assert period("", "", "", NOW) == Period(date(2026, 10, 30), date(2026, 11, 28))
    assert period("", "", "America/New_York", NOW) == Period(date(2026, 10, 29), date(2026, 11, 27))
    assert period("2026-11-01", "", "", NOW) == Period(date(2026, 11, 1), date(2026, 11, 28))
    assert period("", "2026-01-31", "", NOW) == Period(date(2026, 1, 2), date(2026, 1, 31))
    assert period("2027-01-01", "", "", NOW) == Period(date(2027, 1, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("first", "last", "zone", "field", "says"),
    [
        ("2026-09-02", "2026-09-01", "", "from", "after"),
        ("1926-09-01", "2026-09-01", "", "from", "such as 2026-09-01"),
        ("2000-01-01", "2100-01-01", "", "from", "at most 366"),
        ("2025-09-01", "2026-09-02", "", "from", "367 days"),
        ("2026-02-30", "", "", "from", "such as"),
        ("", "tomorrow", "", "to", "such as"),
        ("", "20260901", "", "to", "such as"),
        ("", "9999-12-31", "", "to", "such as"),
        ("", "2026-09-01T0", "", "to", "such as"),
        ("", "", "Mars/Olympus", "time_zone", "IANA"),
        ("", "", "../../etc/passwd", "time_zone", "IANA"),
    ],
)
def test_a_period_that_cannot_be_told_names_the_field_and_the_cure(
    first: str, last: str, zone: str, field: str, says: str
) -> None:
    """The wrong way round, a hundred years, no day, no zone."""
    with pytest.raises(InvalidArgumentError) as refused:
        period(first, last, zone, NOW)
    [fault] = refused.value.fields
    assert fault.field == field
    assert says in fault.message


def test_a_whole_leap_year_is_told() -> None:
    """366 days."""
    assert period("2028-01-01", "2028-12-31", "", NOW).days == 366
