"""What a sample of phones measured: how long people waited for their answer, and scans and positions that failed.

Phones tell a tenth of what they measure, in batches, and each person counts once (`weighing`). It is counted by
activity and day, in buckets, so that it stays small however many tell.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from itertools import accumulate
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Select, exists, func, select
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit.clock import SECOND_US, to_datetime
from servicekit.mysql.database import unavailable_when_lost
from services.reporting.domain import DAY_US
from services.reporting.periods.calendar import Period
from services.reporting.tables import activities, client_counts, occurrences

# From tap to answer, milliseconds, up to and including.
ANSWERS_MS = (250, 500, 750, 1000, 1500, 2000, 3000, 5000, 10_000, 30_000)
ANSWER, ANSWER_MS = "answer:", "answer_ms"
_PLAIN: Mapping[str, str] = {
    "scan_failed": "scans_failed",
    "scan_cancelled": "scans_cancelled",
    "locate": "locates",
    "locate_failed": "locates_failed",
}


class Event(NamedTuple):
    """What a phone measured of an activity; `took_ms` is 0 where it measured no time."""

    name: str
    activity_id: bytes
    took_ms: int


class ClientCounts:
    """Counts in MySQL. Every method raises UnavailableError when that is gone."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def count(self, events: Iterable[Event], now: int) -> None:
        """Counts events of activities that are open within a day; nobody tries to check in to others."""
        by_activity: defaultdict[bytes, Counter[str]] = defaultdict(Counter)
        for event in events:
            by_activity[event.activity_id].update(_counts(event))
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                known = await connection.execute(_open_near(by_activity, now))
                rows = sorted(
                    (activity_id, _today(time_zone, now), name, amount)
                    for activity_id, time_zone in known.all()
                    for name, amount in by_activity[activity_id].items()
                )
                if rows:
                    table = client_counts
                    statement = insert(table).values(rows)
                    more = table.c.amount + statement.inserted.amount
                    await connection.execute(statement.on_duplicate_key_update(amount=more))

    async def of(self, activity_ids: Collection[bytes], period: Period) -> dict[tuple[bytes, date], Counter[str]]:
        """What was measured, by activity and day."""
        table, found = client_counts, defaultdict[tuple[bytes, date], Counter[str]](Counter)
        query = select(table.c.activity_id, table.c.local_day, table.c.name, func.sum(table.c.amount).label("amount"))
        query = query.where(table.c.activity_id.in_(activity_ids))
        query = query.where(table.c.local_day.between(period.first, period.last))
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                for row in await connection.execute(query.group_by(*table.primary_key)):
                    found[row.activity_id, row.local_day][row.name] = int(row.amount)
        return found


def _open_near(activity_ids: Collection[bytes], now: int) -> Select[Any]:
    """Which of some activities have an occurrence that is open within a day."""
    a, o = activities.c, occurrences.c
    is_near = (o.opens_at <= to_datetime(now + DAY_US)) & (o.closes_at >= to_datetime(now - DAY_US))
    one = exists().where(o.activity_id == a.activity_id, is_near)
    return select(a.activity_id, a.time_zone).where(a.activity_id.in_(activity_ids), one)


class Answered(NamedTuple):
    """How long people waited from tap to answer, of those whose phones told.

    Attributes:
        p95_ms: The end of the bucket under which 95 of 100 lie; 0 where nobody told.
    """

    measured: int = 0
    mean_ms: int = 0
    p95_ms: int = 0


def answered(counts: Mapping[str, int]) -> Answered:
    """From the buckets and the sum."""
    buckets = [counts.get(f"{ANSWER}{number}", 0) for number in range(1, len(ANSWERS_MS) + 2)]
    total = sum(buckets)
    if not total:
        return Answered()
    ends = zip((*ANSWERS_MS, ANSWERS_MS[-1]), accumulate(buckets), strict=True)
    p95_ms = next(end for end, below in ends if 20 * below >= 19 * total)
    return Answered(total, round(counts.get(ANSWER_MS, 0) / total), p95_ms)


def _counts(event: Event) -> Mapping[str, int]:
    """What an event adds; a word of a later release adds nothing."""
    if event.name in _PLAIN:
        return {_PLAIN[event.name]: 1}
    if event.name == "tap_to_answer":
        return {f"{ANSWER}{bisect_left(ANSWERS_MS, event.took_ms) + 1}": 1, ANSWER_MS: event.took_ms}
    return {}


def _today(time_zone: str, now: int) -> date:
    return datetime.fromtimestamp(now // SECOND_US, UTC).astimezone(ZoneInfo(time_zone or "UTC")).date()
