"""Forgets what is older than history is kept: facts, and what they added up to.

An occurrence at a time, which is told by when it closed: its facts go in batches, then its counts, which are taken out
of its day's. Whoever dies on the way leaves the counts, by which the next night finds it.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, exists, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit.clock import to_datetime
from servicekit.mysql.database import unavailable_when_lost
from services.reporting.facts.store import lock
from services.reporting.tables import activities, day_counts, facts, occurrence_counts, occurrences, points_days

_OCCURRENCES_AT_ONCE = 100
_FACTS_AT_ONCE = 1000
_TAKE_OUT = text("""
INSERT INTO day_counts (organisation_id, local_day, name, amount)
SELECT :organisation_id, :local_day, c.name, -c.amount FROM occurrence_counts c WHERE c.occurrence_id = :occurrence_id
ON DUPLICATE KEY UPDATE amount = day_counts.amount + VALUES(amount)
""")


class Eraser:
    """Erases for ever.

    Args:
        occurrences: Read at once.
        people: Erased at once.
    """

    def __init__(
        self, engine: AsyncEngine, occurrences: int = _OCCURRENCES_AT_ONCE, people: int = _FACTS_AT_ONCE
    ) -> None:
        self._engine = engine
        self._occurrences_at_once = occurrences
        self._facts_at_once = people

    async def erase(self, before: int) -> int:
        """Forgets every occurrence that closed before a moment; returns how many there were. Idempotent.

        Raises:
            UnavailableError: MySQL is gone; what is erased stays so.
        """
        erased = 0
        while rows := await self._closed(before):
            for row in rows:
                await self._erase(row)
            erased += len(rows)
        return erased

    async def _closed(self, before: int) -> Sequence[Any]:
        counts = exists().where(occurrence_counts.c.occurrence_id == occurrences.c.occurrence_id)
        query = (
            select(
                *(occurrences.c.occurrence_id, occurrences.c.activity_id, occurrences.c.local_day),
                activities.c.organisation_id,
            )
            .join(activities, activities.c.activity_id == occurrences.c.activity_id)
            .where(occurrences.c.closes_at < to_datetime(before), counts)
            .limit(self._occurrences_at_once)
        )
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                return (await connection.execute(query)).all()

    async def _erase(self, row: Row[Any]) -> None:
        with unavailable_when_lost():
            after: bytes | None = b""
            while after is not None:
                async with self._engine.begin() as connection:
                    await lock(connection, [row.activity_id])
                    after = await _erase_facts(connection, row, after, self._facts_at_once)
            async with self._engine.begin() as connection:
                await lock(connection, [row.activity_id])
                await _erase_counts(connection, row)


async def _erase_facts(connection: AsyncConnection, row: Row[Any], after: bytes, limit: int) -> bytes | None:
    """Erases a batch of an occurrence's facts; returns the person after whom to go on, None at the end."""
    of_it = (
        facts.c.activity_id == row.activity_id,
        facts.c.occurrence_id == row.occurrence_id,
        facts.c.user_id > after,
    )
    query = select(facts.c.user_id).where(*of_it).order_by(facts.c.user_id).limit(limit)
    users: Sequence[bytes] = (await connection.scalars(query)).all()
    if not users:
        return None
    for table in (facts, points_days):
        await connection.execute(
            delete(table).where(
                table.c.activity_id == row.activity_id,
                table.c.occurrence_id == row.occurrence_id,
                table.c.user_id > after,
                table.c.user_id <= users[-1],
            )
        )
    return users[-1]


async def _erase_counts(connection: AsyncConnection, row: Row[Any]) -> None:
    await connection.execute(_TAKE_OUT, row._asdict())
    nothing = (
        day_counts.c.organisation_id == row.organisation_id,
        day_counts.c.local_day == row.local_day,
        day_counts.c.amount == 0,
    )
    await connection.execute(delete(day_counts).where(*nothing))
    of_it = occurrence_counts.c.occurrence_id == row.occurrence_id
    await connection.execute(delete(occurrence_counts).where(of_it))
