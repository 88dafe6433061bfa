"""Inboxes in MySQL: what people find when they look, bounded in number and time."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit import ids
from servicekit.clock import now_us
from servicekit.mysql.database import unavailable_when_lost
from services.reporting.domain import DAY_US
from services.reporting.messaging.kinds import InboxKind
from services.reporting.tables import inbox

MESSAGES_AT_MOST = 500
_KEPT_US = 90 * DAY_US
_FORGET_AT_ONCE = 1000


class Message(NamedTuple):
    """Something to know.

    Attributes:
        title: What it is about is called.
        expected, came, on_leave: All 0: nobody knows.
        read_at: 0: not yet.
    """

    user_id: bytes
    organisation_id: bytes
    kind: InboxKind
    title: str
    export_id: bytes = b""
    reason: str = ""
    expected: int = 0
    came: int = 0
    on_leave: int = 0
    message_id: bytes = b""
    created_at: int = 0
    read_at: int = 0


async def add(connection: AsyncConnection, message: Message) -> None:
    """Puts a message into an inbox, in the caller's transaction; the oldest go where there are too many."""
    row = {**message._asdict(), "message_id": ids.new_id(), "created_at": now_us()}
    await connection.execute(insert(inbox).values(row))
    c = inbox.c
    newest = select(c.message_id).where(c.user_id == message.user_id).order_by(c.message_id.desc())
    if oldest := await connection.scalar(newest.offset(MESSAGES_AT_MOST).limit(1)):
        await connection.execute(inbox.delete().where(c.user_id == message.user_id, c.message_id <= oldest))


class Inbox:
    """What lies in inboxes. Every method raises UnavailableError when MySQL is gone."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of_person(self, user_id: bytes, before: bytes | None, size: int) -> Sequence[Message]:
        """Somebody's, the newest first; `before` is the last one of the page before."""
        query = select(inbox).where(inbox.c.user_id == user_id).order_by(inbox.c.message_id.desc()).limit(size)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                rows = await connection.execute(query.where(inbox.c.message_id < before) if before else query)
                return [_message(row._asdict()) for row in rows]

    async def unread_count(self, user_id: bytes) -> int:
        """How many somebody has not read."""
        query = select(func.count()).where(*_unread(user_id))
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                return await connection.scalar(query) or 0

    async def mark_read(self, user_id: bytes, message_id: bytes) -> None:
        """Notes that somebody has read one, or all where none is named; again, nothing happens."""
        its = [inbox.c.message_id == message_id] if message_id else []
        await self._change(update(inbox).where(*_unread(user_id), *its).values(read_at=now_us()))

    async def forget_old(self) -> None:
        """Forgets what is older than 90 days, a bounded number at once."""
        oldest = ids.least_id_at(now_us() - _KEPT_US)
        query = select(inbox.c.message_id).where(inbox.c.message_id < oldest).limit(_FORGET_AT_ONCE)
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                if found := (await connection.scalars(query)).all():
                    await connection.execute(inbox.delete().where(inbox.c.message_id.in_(found)))

    async def _change(self, statement: Any) -> None:
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                await connection.execute(statement)


def _unread(user_id: bytes) -> tuple[ColumnElement[bool], ...]:
    return inbox.c.user_id == user_id, inbox.c.read_at == 0


def _message(row: dict[str, Any]) -> Message:
    return Message(**{**row, "kind": InboxKind(row["kind"])})
