"""What the SQL of people and of organisations shares."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domainkit.sealed import SealBrokenError, SealedTextError
from servicekit.mysql.database import unavailable_when_lost
from servicekit.unreadable import Unreadable
from services.identity.pii import Cell, Pii
from services.identity.tables import users

_NAMES = Unreadable("user_name")


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction; UnavailableError when the database is gone or busy."""
    with unavailable_when_lost():
        async with engine.begin() as connection:
            yield connection


async def lock_person(connection: AsyncConnection, user_id: bytes) -> None:
    """What is counted of a person stays as it is until the transaction ends."""
    await connection.execute(select(users.c.user_id).where(users.c.user_id == user_id).with_for_update())


def user_query(*user_ids: bytes) -> Select[Any]:
    """The query of these people."""
    return select(users.c.user_id, users.c.name, users.c.created_at).where(users.c.user_id.in_(user_ids))


def name_of(pii: Pii, row: Row[Any]) -> str:
    """Empty where there is none, or none that opens: then the person may give it anew."""
    try:
        return pii.open(row.name, Cell("users", "name", row.user_id)) if row.name else ""
    except (SealedTextError, SealBrokenError) as error:
        _NAMES.note(row.user_id, error)
        return ""
