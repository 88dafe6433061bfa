"""All SQL of the columns that people chose last, and of who took whole phones."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit import ids
from servicekit.clock import now_us
from servicekit.mysql.database import unavailable_when_lost
from services.reporting.exports.job import Job
from services.reporting.exports.kinds import Report
from services.reporting.tables import export_columns, export_downloads


class Choices:
    """Kept in MySQL. Every method raises UnavailableError when that is gone."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def chosen(self, user_id: bytes, report: Report) -> Sequence[str]:
        """The columns that somebody chose last, in their order; none where they never did."""
        c = export_columns.c
        query = select(c.chosen).where(c.user_id == user_id, c.report == report)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                return (await connection.scalar(query) or "").split()

    async def choose(self, user_id: bytes, report: Report, columns: Sequence[str]) -> None:
        """Remembers columns."""
        chosen = " ".join(columns)
        row = insert(export_columns).values(user_id=user_id, report=report, chosen=chosen)
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                await connection.execute(row.on_duplicate_key_update(chosen=chosen))

    async def downloaded(self, job: Job, user_id: bytes) -> None:
        """Writes down for good who took whole phones, before they have them."""
        row = {
            "download_id": ids.new_id(),
            "export_id": job.export_id,
            "organisation_id": job.organisation_id,
            "user_id": user_id,
            "downloaded_at": now_us(),
        }
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                await connection.execute(insert(export_downloads).values(row))
