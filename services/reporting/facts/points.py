"""On which days people checked in to activities that give points: what facts say, in the order that cohorts ask for.

Written in the transaction of the facts, under the lock of their activity.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, text
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit.mysql.database import unavailable_when_lost
from services.reporting.domain import Activity, Status
from services.reporting.facts.fact import Fact, FactKey, Place
from services.reporting.tables import activities, points_days

# Of activity.v1.Kind, and of its State: what reports count.
POINTS, _UNTOLD, _HELD = 3, 0, (2, 3)
_FILL = text("""
INSERT IGNORE INTO points_days
SELECT f.activity_id, f.user_id, o.local_day, f.occurrence_id FROM facts f FORCE INDEX (by_time)
JOIN occurrences o ON o.occurrence_id = f.occurrence_id
WHERE f.activity_id = :activity_id AND f.is_shown = 1 AND f.status = 1 AND o.local_day IS NOT NULL
""")
# The first day of each in each activity comes from the key alone, then of all of these the first.
BEGINNERS = text("""
SELECT first_day, COUNT(*) AS people, SUM(day_1) AS day_1, SUM(day_7) AS day_7, SUM(day_30) AS day_30 FROM (
  SELECT first_day,
    EXISTS (SELECT 1 FROM points_days d WHERE d.activity_id IN :activity_ids AND d.user_id = b.user_id
      AND d.local_day = b.first_day + INTERVAL 1 DAY) AS day_1,
    EXISTS (SELECT 1 FROM points_days d WHERE d.activity_id IN :activity_ids AND d.user_id = b.user_id
      AND d.local_day = b.first_day + INTERVAL 7 DAY) AS day_7,
    EXISTS (SELECT 1 FROM points_days d WHERE d.activity_id IN :activity_ids AND d.user_id = b.user_id
      AND d.local_day = b.first_day + INTERVAL 30 DAY) AS day_30
  FROM (
    SELECT user_id, MIN(first_day) AS first_day FROM (
      SELECT activity_id, user_id, MIN(local_day) AS first_day FROM points_days
      WHERE activity_id IN :activity_ids GROUP BY activity_id, user_id
    ) firsts GROUP BY user_id HAVING MIN(first_day) BETWEEN :first AND :last
  ) b
) found GROUP BY first_day
""").bindparams(bindparam("activity_ids", expanding=True))


class Beginners(NamedTuple):
    """Who checked in for the first time on a day, and how many of them did again that many days later."""

    first_day: date
    people: int
    day_1: int
    day_7: int
    day_30: int


class PointsDays:
    """Reads days."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def beginners(self, organisation_id: bytes, activity_id: bytes, first: date, last: date) -> list[Beginners]:
        """Everybody whose first day lies in a span, by that day.

        Args:
            activity_id: Of days at this activity alone; empty: at any of the organisation that gives points.

        Raises:
            UnavailableError: MySQL is gone.
        """
        c = activities.c
        query = select(c.activity_id).where(
            c.organisation_id == organisation_id, c.kind == POINTS, c.is_rehearsal == 0, c.state.in_(_HELD)
        )
        if activity_id:
            query = query.where(c.activity_id == activity_id)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                ids = list(await connection.scalars(query))
                if not ids:
                    return []
                found = await connection.execute(BEGINNERS, {"activity_ids": ids, "first": first, "last": last})
                return [Beginners(row.first_day, row.people, *map(int, row[2:])) for row in found]


async def untold(connection: AsyncConnection, changed: Sequence[Activity]) -> list[bytes]:
    """Activities that are now known to give points, and were noted before that was told."""
    ids = [activity.activity_id for activity in changed if activity.kind == POINTS]
    query = select(activities.c.activity_id).where(activities.c.activity_id.in_(ids), activities.c.kind == _UNTOLD)
    return list(await connection.scalars(query)) if ids else []


async def fill(connection: AsyncConnection, activity_ids: Collection[bytes]) -> None:
    """Notes the days of all facts of activities that are locked. Idempotent."""
    for activity_id in sorted(activity_ids):
        await connection.execute(_FILL, {"activity_id": activity_id})


async def note(
    connection: AsyncConnection,
    known: Mapping[FactKey, Fact],
    fresh: Mapping[FactKey, Fact],
    places: Mapping[bytes, Place],
) -> None:
    """Notes the days of facts that were written, and strikes those of who is checked in no longer. Idempotent.

    Args:
        known: What was there before.
    """
    days, gone = [], defaultdict[tuple[bytes, bytes], list[bytes]](list)
    for key in sorted(fresh):
        if _is_checked_in(key, fresh[key]):
            days.append({**key._asdict(), "local_day": places[key.occurrence_id].local_day})
        elif key in known and _is_checked_in(key, known[key]):
            gone[key.activity_id, key.occurrence_id].append(key.user_id)
    if days:
        await connection.execute(insert(points_days).prefix_with("IGNORE"), days)
    c = points_days.c
    for (activity_id, occurrence_id), user_ids in gone.items():
        of_it = c.activity_id == activity_id, c.occurrence_id == occurrence_id
        await connection.execute(delete(points_days).where(*of_it, c.user_id.in_(user_ids)))


def _is_checked_in(key: FactKey, fact: Fact) -> bool:
    shown = fact.shown(key)
    return shown is not None and shown.seat.status == Status.CHECKED_IN
