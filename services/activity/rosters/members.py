"""Which person an entry of a roster is, and since when: all SQL of bindings, and of who is on a roster.

Entries and bindings are intervals. Whoever changes either holds the lock of the roster's row, raises its revision in
the same transaction and tells Redis through the outbox (`record`): one after the other, so that of two who take an
entry, or of two entries that one person takes, one wins.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit import ids
from servicekit.clock import to_datetime
from servicekit.mysql.database import unavailable_when_lost
from servicekit.rabbitmq.outbox import Outbox, OutboxRow
from services.activity.errors import AlreadyListedError, EntryTakenError, RosterEntryNotFoundError, RosterNotFoundError
from services.activity.rosters.present import Change, Present
from services.activity.rosters.rosters import lock_roster
from services.activity.tables import FOREVER, roster_bindings, roster_entries, roster_invites, rosters

_NOBODY = bytes(16)


class How(IntEnum):
    """What says that an entry is a person."""

    PHONE = 1
    INVITE = 2
    STAFF = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody who is expected; `said` is sealed, `user_id` empty while nobody said that it is them."""

    entry_id: bytes
    group: str
    said: bytes
    user_id: bytes = b""


@dataclass(frozen=True, slots=True)
class Binding:
    """That an entry is a person from now on, because of what, and who says so."""

    roster_id: bytes
    entry_id: bytes
    user_id: bytes
    how: How
    bound_by: bytes
    at: int


_ON = roster_entries.c.valid_to == FOREVER
_BOUND = roster_bindings.c.valid_to == FOREVER
_WHO = and_(roster_bindings.c.entry_id == roster_entries.c.entry_id, _BOUND)
_ENTRY = (
    roster_entries.c.entry_id,
    roster_entries.c.group_name,
    roster_entries.c.said,
    roster_bindings.c.user_id,
)


class Members:
    """Bindings in MySQL. Every method raises UnavailableError when the database is gone or busy."""

    def __init__(self, engine: AsyncEngine, outbox: Outbox) -> None:
        self._engine = engine
        self._outbox = outbox

    async def bind(self, binding: Binding) -> None:
        """Makes an entry a person's. Twice is once.

        Raises:
            RosterNotFoundError: There is no such roster.
            RosterEntryNotFoundError: Nobody of this id is on it.
            EntryTakenError: The entry is somebody else.
            AlreadyListedError: The person is another entry.
        """
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                rows = await bind(connection, self._outbox, binding)
        await self._outbox.deliver_now(rows)

    async def unbind(self, roster_id: bytes, entry_id: bytes, at: int) -> None:
        """Makes an entry nobody's from a moment on. Twice is once.

        Raises:
            RosterNotFoundError: There is no such roster.
            RosterEntryNotFoundError: Nobody of this id is on it.
        """
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                await lock_roster(connection, roster_id)
                await _require(connection, roster_id, entry_id)
                left = await end(connection, [entry_id], at)
                # Or whoever used it would be the entry again.
                used = and_(roster_invites.c.entry_id == entry_id, roster_invites.c.used_by.is_not(None))
                await connection.execute(update(roster_invites).where(used).values(used_by=_NOBODY))
                rows = await record(connection, self._outbox, roster_id, left=left) if left else []
        await self._outbox.deliver_now(rows)

    async def entry_of(self, roster_id: bytes, user_id: bytes) -> Entry | None:
        """Which entry a person is now; None where they are none."""
        found = await self._entries(roster_id, roster_bindings.c.user_id == user_id)
        return found[0] if found else None

    async def entry(self, roster_id: bytes, entry_id: bytes) -> Entry | None:
        """Who is on a roster now under an id; None where nobody is."""
        found = await self._entries(roster_id, roster_entries.c.entry_id == entry_id)
        return found[0] if found else None

    async def of_phone(self, roster_id: bytes, indexes: Collection[bytes]) -> list[Entry]:
        """Entries that have a number, as it may be indexed."""
        return await self._entries(roster_id, roster_entries.c.phone_index.in_(indexes))

    async def at(self, roster_id: bytes, asked: Sequence[tuple[bytes, int]]) -> list[bytes]:
        """For each person and moment, in order, the entry that they then were; empty for none.

        Somebody who is an entry and nobody else goes by the entry's id.
        """
        user_ids = {user_id for user_id, _ in asked}
        bound = select(
            roster_bindings.c.user_id,
            roster_entries.c.entry_id,
            roster_entries.c.valid_from,
            roster_entries.c.valid_to,
            roster_bindings.c.valid_from.label("bound_from"),
            roster_bindings.c.valid_to.label("bound_to"),
        ).where(
            roster_bindings.c.roster_id == roster_id,
            roster_bindings.c.user_id.in_(user_ids),
            roster_bindings.c.entry_id == roster_entries.c.entry_id,
        )
        guests = select(roster_entries.c.entry_id, roster_entries.c.valid_from, roster_entries.c.valid_to).where(
            roster_entries.c.roster_id == roster_id, roster_entries.c.entry_id.in_(user_ids)
        )
        spans: dict[bytes, list[tuple[datetime, datetime, bytes]]] = {}
        for row in await self._read(bound):
            since, until = max(row.valid_from, row.bound_from), min(row.valid_to, row.bound_to)
            spans.setdefault(row.user_id, []).append((since, until, row.entry_id))
        for row in await self._read(guests):
            spans.setdefault(row.entry_id, []).append((row.valid_from, row.valid_to, row.entry_id))
        return [_then(spans.get(user_id, ()), to_datetime(at)) for user_id, at in asked]

    async def present(self, roster_id: bytes) -> Present | None:
        """Everybody who is bound to an entry now; None where there is no such roster."""
        bound = select(roster_bindings.c.user_id).where(
            roster_bindings.c.roster_id == roster_id,
            _BOUND,
            _ON,
            roster_bindings.c.entry_id == roster_entries.c.entry_id,
        )
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                # Nobody changes it between the revision and the people.
                try:
                    revision = (await lock_roster(connection, roster_id)).revision
                except RosterNotFoundError:
                    return None
                return Present(revision, list((await connection.scalars(bound)).all()))

    async def _entries(self, roster_id: bytes, wanted: ColumnElement[bool]) -> list[Entry]:
        query = (
            select(*_ENTRY)
            .select_from(roster_entries.outerjoin(roster_bindings, _WHO))
            .where(roster_entries.c.roster_id == roster_id, _ON, wanted)
        )
        return list(map(_entry, await self._read(query)))

    async def _read(self, query: Any) -> Sequence[Row[Any]]:
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                return (await connection.execute(query)).all()


async def record(
    connection: AsyncConnection,
    outbox: Outbox,
    roster_id: bytes,
    *,
    joined: Sequence[bytes] = (),
    left: Sequence[bytes] = (),
) -> list[OutboxRow]:
    """Raises a roster's revision, and writes what Redis is told of it: rows to deliver after the commit.

    Args:
        connection: In the transaction that makes the change.
        joined: People who are on the roster from now on.
        left: People who are so no longer.
    """
    revision = (await lock_roster(connection, roster_id)).revision + 1
    await connection.execute(update(rosters).where(rosters.c.roster_id == roster_id).values(revision=revision))
    rows = [Change(roster_id, revision, joined, left).row()]
    await outbox.write(connection, rows)
    return rows


async def bind(connection: AsyncConnection, outbox: Outbox, binding: Binding) -> list[OutboxRow]:
    """Makes an entry a person's within a transaction; see `Members.bind`. Returns rows to deliver after the commit."""
    await lock_roster(connection, binding.roster_id)
    await _require(connection, binding.roster_id, binding.entry_id)
    entry_id, user_id = roster_bindings.c.entry_id, roster_bindings.c.user_id
    theirs = (roster_bindings.c.roster_id == binding.roster_id) & (user_id == binding.user_id)
    either = select(entry_id, user_id).where(_BOUND, (entry_id == binding.entry_id) | theirs)
    for bound in await connection.execute(either):
        if bound.user_id != binding.user_id:
            raise EntryTakenError
        if bound.entry_id != binding.entry_id:
            raise AlreadyListedError
        return []
    row = {
        "binding_id": ids.new_id(),
        "roster_id": binding.roster_id,
        "entry_id": binding.entry_id,
        "user_id": binding.user_id,
        "how": binding.how,
        "bound_by": binding.bound_by,
        "valid_from": to_datetime(binding.at),
        "valid_to": FOREVER,
    }
    await connection.execute(insert(roster_bindings).values(row))
    return await record(connection, outbox, binding.roster_id, joined=[binding.user_id])


async def end(connection: AsyncConnection, entry_ids: Collection[bytes], at: int) -> list[bytes]:
    """Ends the bindings of entries within a transaction that holds their roster; returns whose they were."""
    going_on = and_(roster_bindings.c.entry_id.in_(entry_ids), _BOUND)
    left = (await connection.scalars(select(roster_bindings.c.user_id).where(going_on))).all()
    if left:
        await connection.execute(update(roster_bindings).where(going_on).values(valid_to=to_datetime(at)))
    return list(left)


async def _require(connection: AsyncConnection, roster_id: bytes, entry_id: bytes) -> None:
    of_it = and_(roster_entries.c.entry_id == entry_id, roster_entries.c.roster_id == roster_id, _ON)
    if await connection.scalar(select(roster_entries.c.entry_id).where(of_it)) is None:
        raise RosterEntryNotFoundError


def _then(spans: Iterable[tuple[datetime, datetime, bytes]], at: datetime) -> bytes:
    return next((entry_id for since, until, entry_id in spans if since <= at < until), b"")


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.entry_id, row.group_name, row.said, row.user_id or b"")
