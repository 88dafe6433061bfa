"""Whether people come again who began to collect points: by the week of their first check-in, and how far they got.

That somebody opened an activity and did not check in is kept nowhere, so the way begins with the first check-in.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple, Protocol

from servicekit.clock import now_us
from services.reporting.facts.points import Beginners
from services.reporting.periods.calendar import Period, today_in, week_of
from services.reporting.trends.trends import SMALL_GROUP

# Days after the first on which it is asked whether people came again.
AFTER_DAYS = (1, 7, 30)
_WEEK = timedelta(days=6)


class Cohort(NamedTuple):
    """Who checked in for the first time in one week.

    Attributes:
        again: How many did so again as many days later as `AFTER_DAYS` says; None while that day is not over for all.
    """

    week: date
    people: int
    again: Sequence[int | None]


class Cohorts(NamedTuple):
    """What there is to tell.

    Attributes:
        first: Who began in the weeks whose seventh day after is over.
        day_7: Who of these came again on that day.
        hidden: Cohorts that are too small to be shown.
    """

    period: Period
    cohorts: Sequence[Cohort]
    first: int
    day_7: int
    hidden: int


class Days(Protocol):
    """See `facts.points.PointsDays`."""

    async def beginners(self, organisation_id: bytes, activity_id: bytes, first: date, last: date) -> list[Beginners]:
        """Who began, by day; raises UnavailableError."""


class CohortReader:
    """Puts beginners together by week."""

    def __init__(self, days: Days) -> None:
        self._days = days

    async def of(
        self, organisation_id: bytes, period: Period, activity_id: bytes, time_zone: str, *, sees_small: bool
    ) -> Cohorts:
        """The cohorts of the weeks that a period touches.

        Args:
            activity_id: Empty: any that gives points.
            time_zone: Where "today" is looked up.
            sees_small: Whether cohorts of few are told.

        Raises:
            UnavailableError: MySQL is gone.
        """
        first, last = week_of(period.first), week_of(period.last) + _WEEK
        found = await self._days.beginners(organisation_id, activity_id, first, last)
        cohorts = cohorts_of(found, today_in(time_zone, now_us()))
        shown = [cohort for cohort in cohorts if sees_small or cohort.people >= SMALL_GROUP]
        ripe = [(cohort.people, cohort.again[1]) for cohort in shown if cohort.again[1] is not None]
        return Cohorts(
            Period(first, last),
            shown,
            sum(people for people, _ in ripe),
            sum(again or 0 for _, again in ripe),
            len(cohorts) - len(shown),
        )


def cohorts_of(beginners: Sequence[Beginners], today: date) -> list[Cohort]:
    """One for each week in which anybody began, in order."""
    by_week: dict[date, list[Beginners]] = {}
    for each in sorted(beginners):
        by_week.setdefault(week_of(each.first_day), []).append(each)
    return [_cohort(week, each, today) for week, each in by_week.items()]


def _cohort(week: date, beginners: Sequence[Beginners], today: date) -> Cohort:
    again = [sum(each) for each in zip(*(one[2:] for one in beginners), strict=True)]
    is_over = [week + _WEEK + timedelta(days=days) < today for days in AFTER_DAYS]
    ripe = [count if over else None for count, over in zip(again, is_over, strict=True)]
    return Cohort(week, sum(one.people for one in beginners), ripe)
