"""All SQL of activities and their windows, as `changed.v1` tells of them; other tables have theirs in their rooms."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Row, Select, Table, bindparam, select, update
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from protos.activity.v1 import activity_pb2 as pb
from servicekit.clock import from_datetime, to_datetime
from servicekit.mysql.database import is_data_refused, unavailable_when_lost
from servicekit.unreadable import Unreadable
from services.reporting.domain import Activity, Window
from services.reporting.facts import points
from services.reporting.tables import activities, occurrences

_CHANGES = Unreadable("activity_change")
# Facts lie by the day, an amended window moves none; and when one was written last is theirs to say.
_FROZEN = ("local_day", "facts_at")
_ACTIVITY = [column for column in activities.columns if column.name not in _FROZEN]


class Activities:
    """Activities and their windows as `changed.v1` last described them."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def save(self, changed: Sequence[Activity]) -> None:
        """See `project.KnownActivities`; what no column can hold is noted and left out."""
        try:
            await self._save(changed)
        except (OverflowError, DBAPIError) as error:
            if isinstance(error, DBAPIError) and not is_data_refused(error):
                raise
            if len(changed) == 1:
                _CHANGES.note(changed[0].activity_id, getattr(error, "orig", error))
                return
            for each in changed:
                await self.save([each])

    async def _save(self, changed: Sequence[Activity]) -> None:
        if not changed:
            return
        windows = [window for activity in changed for window in activity.windows]
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                untold = await points.untold(connection, changed)
                await _keep_newest(connection, activities, [_activity_row(activity) for activity in changed])
                await _keep_newest(connection, occurrences, [_window_row(window) for window in windows])
                await points.fill(connection, untold)

    async def get(self, activity_id: bytes) -> Activity | None:
        """An activity with its windows, if a message told of it.

        Raises:
            UnavailableError: MySQL is gone.
        """
        query = select(*_ACTIVITY).where(activities.c.activity_id == activity_id)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                row = (await connection.execute(query)).one_or_none()
        if row is None:
            return None
        windows = await self.windows_of(activity_id)
        return replace(_to_activity(row), windows=tuple(sorted(windows, key=lambda window: window.opens_at)))

    async def windows(self, closing_after: int) -> list[Window]:
        """Those that close after a moment, the last ones to close first.

        Raises:
            UnavailableError: MySQL is gone.
        """
        query = select(occurrences).where(occurrences.c.closes_at > to_datetime(closing_after))
        return await self._windows(query.order_by(occurrences.c.closes_at.desc()))

    async def windows_of(self, activity_id: bytes) -> list[Window]:
        """All windows of an activity, in order of closing.

        Raises:
            UnavailableError: MySQL is gone.
        """
        query = select(occurrences).where(occurrences.c.activity_id == activity_id)
        return await self._windows(query.order_by(occurrences.c.closes_at))

    async def windows_between(
        self, since: int, until: int, after: bytes, limit: int, organisation_id: bytes = b""
    ) -> list[Window]:
        """Windows that closed in a span of time, or of one organisation alone, in order of their ids.

        Args:
            after: The id of the last one that was dealt with; empty: from the first.

        Raises:
            UnavailableError: MySQL is gone.
        """
        query = select(occurrences).where(
            occurrences.c.closes_at >= to_datetime(since),
            occurrences.c.closes_at < to_datetime(until),
            occurrences.c.occurrence_id > after,
        )
        if organisation_id:
            of_it = select(activities.c.activity_id).where(activities.c.organisation_id == organisation_id)
            query = query.where(occurrences.c.activity_id.in_(of_it))
        return await self._windows(query.order_by(occurrences.c.occurrence_id).limit(limit))

    async def held_between(self, organisation_id: bytes, from_at: int, to_at: int) -> list[Activity]:
        """Activities of an organisation that have an occurrence which opens in a span of time.

        No rehearsals, and nothing that was cancelled.

        Raises:
            UnavailableError: MySQL is gone.
        """
        opens_at, states = occurrences.c.opens_at, (pb.STATE_PUBLISHED, pb.STATE_CLOSED)
        inside = select(occurrences.c.activity_id).where(
            opens_at >= to_datetime(from_at), opens_at < to_datetime(to_at)
        )
        query = (
            select(*_ACTIVITY)
            .where(activities.c.organisation_id == organisation_id, activities.c.state.in_(states))
            .where(activities.c.is_rehearsal == 0)
            .where(activities.c.activity_id.in_(inside))
            .order_by(activities.c.activity_id)
        )
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        return list(map(_to_activity, rows))

    async def _windows(self, query: Select[Any]) -> list[Window]:
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        return [_to_window(row) for row in rows]


async def _keep_newest(connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Stores each row unless one of the same key has its revision or a higher one."""
    if not rows:
        return
    [key] = table.primary_key
    # Sorted, so that two projectors lock in one order.
    ordered = sorted(rows, key=lambda row: bytes(row[key.name]))
    await connection.execute(insert(table).on_duplicate_key_update({key.name: key}), ordered)
    moving = [column.name for column in table.columns if column is not key and column.name not in _FROZEN]
    columns: dict[str, Any] = {name: bindparam(name) for name in moving}
    replace = update(table).where(key == bindparam("key"), table.c.revision < bindparam("newer")).values(columns)
    await connection.execute(
        replace,
        [{name: row[name] for name in moving} | {"key": row[key.name], "newer": row["revision"]} for row in ordered],
    )


def _activity_row(activity: Activity) -> dict[str, Any]:
    row = {field.name: getattr(activity, field.name) for field in fields(activity) if field.name != "windows"}
    closes_at = None if activity.closes_at is None else to_datetime(activity.closes_at)
    return row | {"closes_at": closes_at}


def _to_activity(row: Row[Any]) -> Activity:
    closes_at = None if row.closes_at is None else from_datetime(row.closes_at)
    return Activity(**{**row._asdict(), "closes_at": closes_at, "is_rehearsal": bool(row.is_rehearsal)})


def _window_row(window: Window) -> dict[str, Any]:
    times = {"opens_at": to_datetime(window.opens_at), "closes_at": to_datetime(window.closes_at)}
    return {**window._asdict(), **times, "starts_at": to_datetime(window.starts_at) if window.starts_at else None}


def _to_window(row: Row[Any]) -> Window:
    opens_at, closes_at = from_datetime(row.opens_at), from_datetime(row.closes_at)
    starts_at = from_datetime(row.starts_at) if row.starts_at else 0
    return Window(row.occurrence_id, row.activity_id, row.revision, opens_at, closes_at, row.local_day, starts_at)
