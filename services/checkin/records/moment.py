"""One moment of the database, as of which everything that one call returns is read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit.mysql.database import unavailable_when_lost
from services.checkin.recording.store import read_attempts
from services.checkin.records.stored import Stored, resolve


@asynccontextmanager
async def moment(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection on which everything is read as of the first statement: revisions and contents agree.

    Raises:
        UnavailableError: MySQL is gone.
    """
    with unavailable_when_lost():
        async with engine.connect() as connection:
            # For the next transaction only.
            await connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield connection


async def reviewed(engine: AsyncEngine, query: Select[tuple[bytes, bytes]]) -> list[Stored]:
    """The attempts whose keys a query finds, in its order, as reviewers see them."""
    async with moment(engine) as connection:
        keys = [(row.user_id, row.attempt_id) for row in await connection.execute(query)]
        found = await resolve(connection, await read_attempts(connection, keys), True)
    return [found[key] for key in keys]
