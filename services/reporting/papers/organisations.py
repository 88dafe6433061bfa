"""The figures of an organisation's period, as reports over history tell them."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import NamedTuple

from servicekit.errors import InvalidArgumentError
from services.reporting.behaviour.behaviour import Behaviour, Behaviours
from services.reporting.domain import local_day
from services.reporting.exports.job import Wish
from services.reporting.papers.organisation_report import Found
from services.reporting.periods.calendar import By, Period
from services.reporting.quality.quality import Qualities
from services.reporting.trends.trends import Asked, Trend, Trends

# Over more days time goes by weeks.
_BY_DAY = 31
# Each time some of what is not counted yet is; a year of the largest is done by then.
_ROUNDS = 200


class Reports(NamedTuple):
    """What is asked."""

    trends: Trends
    qualities: Qualities
    behaviours: Behaviours


def period_of(wish: Wish) -> Period:
    """The days that a file is of, where they are days."""
    return Period(local_day(wish.from_at, wish.zone.key), local_day(wish.to_at - 1, wish.zone.key))


async def found(
    reports: Reports, organisation_id: bytes, period: Period, told: Callable[[int], Awaitable[None]]
) -> Found:
    """All figures; groups of few people are left out.

    Args:
        told: Is told how many tenths are done.

    Raises:
        InvalidArgumentError: The period has too many occurrences.
        ServiceError: Something cannot be read.
    """
    by_time = By.DAY if period.days <= _BY_DAY else By.WEEK
    before = Period(period.first - timedelta(days=period.days), period.first - timedelta(days=1))
    whole = await _counted(reports.trends, Asked(organisation_id, period, by_time))
    await told(3)
    earlier = await _counted(reports.trends, Asked(organisation_id, before, by_time))
    await told(5)
    by_what = [
        await reports.trends.of(Asked(organisation_id, period, by)) for by in (By.ACTIVITY, By.GROUP, By.WEEKDAY)
    ]
    await told(7)
    quality = await reports.qualities.of(organisation_id, period, b"")
    await told(8)
    return Found(
        whole, earlier, by_what[0], by_what[1], by_what[2], quality, await _behaviour(reports, organisation_id, period)
    )


async def _counted(trends: Trends, asked: Asked) -> Trend:
    """A trend once everything is counted; as it is where that takes too long, which it says."""
    trend = await trends.of(asked)
    for _ in range(_ROUNDS):
        if not trend.counting:
            break
        left, trend = trend.counting, await trends.of(asked)
        if trend.counting == left:
            break
    return trend


async def _behaviour(reports: Reports, organisation_id: bytes, period: Period) -> Behaviour | None:
    try:
        return await reports.behaviours.of(organisation_id, period, b"", b"", sees_small=False)
    except InvalidArgumentError:
        return None
