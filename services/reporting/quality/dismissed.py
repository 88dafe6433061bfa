"""Advice that an organiser does not want to see."""

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit.mysql.database import unavailable_when_lost
from services.reporting.tables import activities, dismissed_advice


class DismissedAdvice:
    """Kept in MySQL. Every method raises UnavailableError when that is gone."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of(self, organisation_id: bytes) -> Collection[tuple[bytes, str]]:
        """The activities and codes of what is hidden in an organisation."""
        table = dismissed_advice
        query = select(table.c.activity_id, table.c.code).where(table.c.organisation_id == organisation_id)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                return {(row.activity_id, row.code) for row in await connection.execute(query)}

    async def hide(self, organisation_id: bytes, activity_id: bytes, code: str, by: bytes, now: int) -> bool:
        """Hides a piece of advice; False where the organisation has no such activity. Idempotent."""
        of_it = select(activities.c.activity_id).where(
            activities.c.activity_id == activity_id, activities.c.organisation_id == organisation_id
        )
        row = {
            "organisation_id": organisation_id,
            "activity_id": activity_id,
            "code": code,
            "dismissed_by": by,
            "dismissed_at": now,
        }
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                if await connection.scalar(of_it) is None:
                    return False
                statement = insert(dismissed_advice).values(row)
                await connection.execute(statement.on_duplicate_key_update(dismissed_by=by, dismissed_at=now))
                return True

    async def show(self, organisation_id: bytes, activity_id: bytes, code: str) -> None:
        """Shows it again. Idempotent."""
        c = dismissed_advice.c
        this_one = (c.organisation_id == organisation_id, c.activity_id == activity_id, c.code == code)
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                await connection.execute(delete(dismissed_advice).where(*this_one))
