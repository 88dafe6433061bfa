"""How far long work is, so that whoever goes on, after whatever, begins where it ended."""

from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit.clock import now_us, to_datetime
from servicekit.mysql.database import unavailable_when_lost
from services.reporting.domain import DAY_US
from services.reporting.tables import fact_work

NIGHTLY, MONTHLY = "nightly", "monthly"
_AGAIN_US = DAY_US // 2
_GOES_ON_US = 7 * DAY_US


class Mark(NamedTuple):
    """The last occurrence that was dealt with, and how many were."""

    occurrence_id: bytes = b""
    done: int = 0


class Work:
    """Kept in MySQL. Every method raises UnavailableError when that is gone."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def claim(self, name: str, every_us: int) -> bool:
        """Whether work that is done once in a while is due; then it is the caller's, and due again later.

        What nobody came to the end of is due again in half a day.
        """
        now = now_us()
        this_one = fact_work.c.name == name
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                row = {"name": name, "occurrence_id": b"", "done": 0, "began_at": to_datetime(0)}
                await connection.execute(insert(fact_work).values(row).on_duplicate_key_update(name=fact_work.c.name))
                began_at, is_unfinished = fact_work.c.began_at, fact_work.c.done == 0
                due = (began_at <= to_datetime(now - every_us)) | (
                    is_unfinished & (began_at <= to_datetime(now - _AGAIN_US))
                )
                began = fact_work.update().where(this_one, due).values(began_at=to_datetime(now))
                return bool((await connection.execute(began)).rowcount)

    async def is_whole(self) -> bool:
        """Whether everything that was over before history began is filled in."""
        query = select(fact_work.c.name).where(fact_work.c.name == MONTHLY, fact_work.c.done > 0)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                return await connection.scalar(query) is not None

    async def begin(self, name: str) -> Mark:
        """Where some work ended that was not done to its end; the beginning for what is new, or lay for a week."""
        lately = fact_work.c.began_at > to_datetime(now_us() - _GOES_ON_US)
        query = select(fact_work).where(fact_work.c.name == name, lately)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                row = (await connection.execute(query)).one_or_none()
        if row:
            return Mark(row.occurrence_id, row.done)
        await self.end(name)
        return Mark()

    async def reached(self, name: str, mark: Mark) -> None:
        """Notes how far it is."""
        row = {**mark._asdict(), "name": name, "began_at": to_datetime(now_us())}
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                await connection.execute(insert(fact_work).values(row).on_duplicate_key_update(mark._asdict()))

    async def end(self, name: str) -> None:
        """It is done."""
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                await connection.execute(delete(fact_work).where(fact_work.c.name == name))
