"""Idempotency keys: a request that creates, sent again, creates nothing and gets the first answer.

A key is scoped (user, route, key) and stored in the transaction of the effect, so either both are there or neither.
Two requests with one key at the same time wait for each other on the row. Keys live for 24 hours.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import (
    BINARY,
    VARBINARY,
    Column,
    ColumnElement,
    Index,
    MetaData,
    String,
    Table,
    and_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.mysql import DATETIME, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit import clock
from servicekit.errors import ConflictError, UnavailableError, invalid
from servicekit.mysql.database import unavailable_when_lost

log = logging.getLogger(__name__)

LIFE_US = 24 * 3600 * clock.SECOND_US
MAXIMUM_KEY_CHARACTERS = 64
_FORGET_AT_ONCE = 1000
_FORGET_EVERY_S = 60.0


class IdempotencyKeyReusedError(ConflictError):
    """The key was used within 24 hours for a request that said something else."""

    reason = "IDEMPOTENCY_KEY_REUSED"


@dataclass(frozen=True, slots=True)
class Intent:
    """One request as its sender means it.

    Args:
        route: Full RPC method name; at most 96 ASCII characters.
        key: What the client sent; empty when it sent none.
        body: Canonical bytes of the request, such as protobuf's deterministic serialisation.
    """

    user_id: bytes
    route: str
    key: str
    body: bytes

    def __post_init__(self) -> None:
        """Refuses keys that cannot be stored as they are.

        Raises:
            InvalidArgumentError: The key is too long or not printable ASCII.
        """
        if len(self.key) > MAXIMUM_KEY_CHARACTERS or not (self.key.isascii() and self.key.isprintable()):
            raise invalid("idempotency_key", f"must be 1 to {MAXIMUM_KEY_CHARACTERS} printable ASCII characters")


def idempotency_table(metadata: MetaData) -> Table:
    """`idempotency_keys` of the owning service's schema."""
    return Table(
        "idempotency_keys",
        metadata,
        Column("user_id", BINARY(16), primary_key=True),
        Column("route", String(96, collation="utf8mb4_bin"), primary_key=True),
        Column("idempotency_key", String(MAXIMUM_KEY_CHARACTERS, collation="utf8mb4_bin"), primary_key=True),
        Column("body_hash", BINARY(32), nullable=False),
        Column("answer", VARBINARY(1024)),
        Column("created_at", DATETIME(fsp=6), nullable=False),
        Index("idempotency_keys_created_at", "created_at"),
    )


async def once(
    connection: AsyncConnection, table: Table, intent: Intent, effect: Callable[[], Awaitable[bytes]]
) -> bytes:
    """Runs `effect` on the first call of an intent; later ones get its answer.

    Args:
        connection: In the transaction in which `effect` writes; rolling it back forgets the key too.
        effect: Returns what a repetition needs to answer, at most 1 KB: usually the id of what it made.

    Returns:
        What `effect` returned, now or the first time.

    Raises:
        IdempotencyKeyReusedError: The key belongs to another body.
    """
    if not intent.key:
        return await effect()
    body_hash = sha256(intent.body).digest()
    answer = await _earlier_answer(connection, table, intent, body_hash)
    if answer is None:
        answer = await effect()
        await connection.execute(update(table).where(_is_key_of(table, intent)).values(answer=answer))
    return answer


async def forget_old(connection: AsyncConnection, table: Table) -> None:
    """Deletes a bounded number of keys past their life; `once` ignores those in any case."""
    oldest = clock.to_datetime(clock.now_us() - LIFE_US)
    statement = f"DELETE FROM {table.name} WHERE created_at < :oldest LIMIT {_FORGET_AT_ONCE}"  # noqa: S608  constants
    await connection.execute(text(statement), {"oldest": oldest})


async def forget_old_keys(engine: AsyncEngine, table: Table) -> None:
    """Deletes keys past their life, a bounded number a minute; for ever."""
    while True:
        try:
            with unavailable_when_lost():
                async with engine.begin() as connection:
                    await forget_old(connection, table)
        except UnavailableError as error:
            log.warning("old idempotency keys stay for now: %s", error)
        await asyncio.sleep(_FORGET_EVERY_S)


async def _earlier_answer(connection: AsyncConnection, table: Table, intent: Intent, body_hash: bytes) -> bytes | None:
    """Takes the row's lock, making the row when there is none; the answer if another request left one."""
    now_us = clock.now_us()
    row = {
        "user_id": intent.user_id,
        "route": intent.route,
        "idempotency_key": intent.key,
        "body_hash": body_hash,
        "created_at": clock.to_datetime(now_us),
    }
    await connection.execute(insert(table).values(row).on_duplicate_key_update(user_id=table.c.user_id))
    found = (await connection.execute(select(table).where(_is_key_of(table, intent)))).one()
    if found.answer is None:
        return None
    if clock.from_datetime(found.created_at) < now_us - LIFE_US:
        await connection.execute(update(table).where(_is_key_of(table, intent)).values(row | {"answer": None}))
        return None
    if found.body_hash != body_hash:
        raise IdempotencyKeyReusedError("this Idempotency-Key was used for another request; take a new one")
    return bytes(found.answer)


def _is_key_of(table: Table, intent: Intent) -> ColumnElement[bool]:
    return and_(
        table.c.user_id == intent.user_id,
        table.c.route == intent.route,
        table.c.idempotency_key == intent.key,
    )
