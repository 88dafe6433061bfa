"""All SQL of schema `reporting`."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit.clock import from_datetime, to_datetime
from servicekit.database import unavailable_when_lost
from services.reporting.domain import Activity
from services.reporting.tables import activities

_KEEP_STORED = insert(activities).on_duplicate_key_update(activity_id=activities.c.activity_id)
_REPLACE_OLDER = (
    update(activities)
    .where(activities.c.activity_id == bindparam("key"), activities.c.revision < bindparam("newer"))
    .values({column.name: bindparam(column.name) for column in activities.columns if not column.primary_key})
)


class Activities:
    """Activities as `changed.v1` last described them."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def save(self, changed: Sequence[Activity]) -> None:
        """See `project.KnownActivities`."""
        # Sorted, so that two projectors lock in one order.
        rows = [_to_row(activity) for activity in sorted(changed, key=lambda activity: activity.activity_id)]
        if not rows:
            return
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                await connection.execute(_KEEP_STORED, rows)
                newer = [{**row, "key": row["activity_id"], "newer": row["revision"]} for row in rows]
                await connection.execute(_REPLACE_OLDER, newer)

    async def get(self, activity_id: bytes) -> Activity | None:
        """An activity, if a message told of it.

        Raises:
            UnavailableError: MySQL is gone.
        """
        query = select(activities).where(activities.c.activity_id == activity_id)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                row = (await connection.execute(query)).one_or_none()
        return _to_activity(row) if row else None

    async def closings(self, since: int) -> dict[bytes, int]:
        """When each activity closes that does so after `since`.

        Raises:
            UnavailableError: MySQL is gone.
        """
        query = select(activities.c.activity_id, activities.c.closes_at).where(
            activities.c.closes_at > to_datetime(since)
        )
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        return {row.activity_id: from_datetime(row.closes_at) for row in rows}


def _to_row(activity: Activity) -> dict[str, Any]:
    closes_at = None if activity.closes_at is None else to_datetime(activity.closes_at)
    return {**asdict(activity), "closes_at": closes_at}


def _to_activity(row: Row[Any]) -> Activity:
    closes_at = None if row.closes_at is None else from_datetime(row.closes_at)
    return Activity(**{**row._asdict(), "closes_at": closes_at})
