"""Cohorts are of weeks, and tell nothing of days that are not over."""

from collections.abc import Sequence
from datetime import date

from servicekit.clock import now_us
from services.reporting.behaviour.cohorts import Cohort, CohortReader, cohorts_of
from services.reporting.facts.points import Beginners
from services.reporting.periods.calendar import Period, today_in, week_of

# A Monday.
MONDAY = date(2026, 9, 7)


class FakeDays:
    """Whoever began, and in which span that was asked."""

    def __init__(self, *found: Beginners) -> None:
        self.found = list(found)
        self.asked: tuple[date, date] | None = None

    async def beginners(self, organisation_id: bytes, activity_id: bytes, first: date, last: date) -> list[Beginners]:
        """See `cohorts.Days`."""
        self.asked = first, last
        return self.found


def test_beginners_of_a_week_are_a_cohort() -> None:
    """Whatever the order; a week without any has none."""
    found = [
        Beginners(date(2026, 9, 21), 1, 1, 1, 1),
        Beginners(date(2026, 9, 13), 3, 2, 1, 0),
        Beginners(MONDAY, 2, 1, 0, 2),
    ]
    assert cohorts_of(found, date(2027, 1, 1)) == [
        Cohort(MONDAY, 5, [3, 1, 2]),
        Cohort(date(2026, 9, 21), 1, [1, 1, 1]),
    ]


def test_a_day_that_is_not_over_for_all_is_not_told() -> None:
    """Who began on the Sunday has their next day on the 14th, their seventh on the 20th, their 30th on 13 October."""
    told = {
        date(2026, 9, 14): [None, None, None],
        date(2026, 9, 15): [1, None, None],
        date(2026, 9, 20): [1, None, None],
        date(2026, 9, 21): [1, 1, None],
        date(2026, 10, 13): [1, 1, None],
        date(2026, 10, 14): [1, 1, 1],
    }
    beginners = [Beginners(MONDAY, 1, 1, 1, 1)]
    assert {today: cohorts_of(beginners, today)[0].again for today in told} == told


async def _read(days: FakeDays, *, sees_small: bool) -> Sequence[object]:
    period = Period(date(2020, 1, 8), date(2020, 1, 14))
    return await CohortReader(days).of(b"", period, b"", "", sees_small=sees_small)


async def test_weeks_are_told_whole_and_few_people_to_owners_alone() -> None:
    """A cohort of four is hidden from organisers, in the sum too."""
    days = FakeDays(Beginners(date(2020, 1, 6), 4, 4, 4, 4), Beginners(date(2020, 1, 13), 10, 5, 3, 2))
    assert await _read(days, sees_small=True) == (
        Period(date(2020, 1, 6), date(2020, 1, 19)),
        [Cohort(date(2020, 1, 6), 4, [4, 4, 4]), Cohort(date(2020, 1, 13), 10, [5, 3, 2])],
        *(14, 7, 0),
    )
    assert days.asked == (date(2020, 1, 6), date(2020, 1, 19))
    assert (await _read(days, sees_small=False))[1:] == ([Cohort(date(2020, 1, 13), 10, [5, 3, 2])], 10, 3, 1)


async def test_the_way_to_the_seventh_day_is_of_cohorts_that_had_one() -> None:
    """Who began this week is not among those who did not come again."""
    today = today_in("", now_us())
    days = FakeDays(Beginners(date(2020, 1, 13), 10, 5, 3, 2), Beginners(week_of(today), 50, 0, 0, 0))
    found = await _read(days, sees_small=True)
    assert found[2:4] == (10, 3)
