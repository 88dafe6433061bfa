"""Who is on a roster: people are put on it, said anew, taken off, and found, one at a time.

An entry is an interval: who is taken off was on the roster until then, and is judged so.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, exists, select, union
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domainkit.name_search import is_named_like, is_searchable
from servicekit.clock import now_us
from servicekit.mysql import idempotency
from servicekit.mysql.database import unavailable_when_lost
from servicekit.mysql.idempotency import Intent
from servicekit.rabbitmq.outbox import Outbox, OutboxRow
from services.activity.errors import NumberTakenError, RosterEntryNotFoundError
from services.activity.quotas import Quotas
from services.activity.rosters.entry_rows import (
    QUOTA,
    Listed,
    check_room,
    end_all,
    holders_of,
    insert_all,
    on_roster,
    read,
    rewrite_all,
)
from services.activity.rosters.members import record
from services.activity.rosters.rosters import Roster, check, lock_roster, write_roster
from services.activity.rosters.sealing import TAIL_DIGITS, Said, Sealing
from services.activity.tables import FOREVER, idempotency_keys, roster_bindings, roster_entries, roster_name_pairs

_PHONE_DIGITS = 11
# More of them would not find fewer people.
_MOST_PAIRS = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries of a roster; what is empty or None asks for nothing."""

    query: str = ""
    group: str | None = None
    is_bound: bool | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Entries by their ids, by how these end, or by who they are."""

    entry_ids: Collection[bytes] = ()
    tails: Collection[bytes] = ()
    user_ids: Collection[bytes] = ()


class Entries:
    """Entries in MySQL. Every method raises UnavailableError when the database is gone or busy.

    Args:
        quota: How many may be on one roster.
    """

    def __init__(
        self, engine: AsyncEngine, outbox: Outbox, sealing: Sealing, quotas: Quotas, quota: int = QUOTA
    ) -> None:
        self._engine = engine
        self._outbox = outbox
        self._sealing = sealing
        self._quotas = quotas
        self._quota = quota

    async def page(self, roster_id: bytes, wanted: Wanted, after: bytes | None, size: int) -> list[Listed]:
        """Those who are on a roster, in the order in which they were added.

        Args:
            after: The last one of the page before; None for the first page.
        """
        found: list[Listed] = []
        while len(found) < size:
            least = size - len(found)
            rows = await self._rows(self._query(roster_id, wanted, after).limit(least))
            found += (one for row in rows if (one := read(self._sealing, row)) and is_meant(one.said, wanted.query))
            if len(rows) < least:
                break
            after = rows[-1].entry_id
        return found

    async def find(self, roster_id: bytes, asked: Asked) -> list[Listed]:
        """Those of these who are on a roster now."""
        entries, bindings = roster_entries.c, roster_bindings.c
        of_roster = select(entries.entry_id).where(entries.roster_id == roster_id)
        theirs = select(bindings.entry_id).where(bindings.roster_id == roster_id, bindings.valid_to == FOREVER)
        meant = union(
            of_roster.where(entries.entry_id.in_(asked.entry_ids)),
            of_roster.where(entries.entry_tail.in_(asked.tails)),
            theirs.where(bindings.user_id.in_(asked.user_ids)),
        ).subquery()
        rows = await self._rows(on_roster(roster_id).join(meant, meant.c.entry_id == entries.entry_id))
        return [one for row in rows if (one := read(self._sealing, row))]

    async def named_like(self, roster_id: bytes, query: str) -> Sequence[bytes]:
        """Those whose name may be like a query that says enough, and few others; who is off it by now, too."""
        asked = self._sealing.pairs_asked(roster_id, query)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                theirs = named_like(roster_name_pairs.c.entry_id, roster_name_pairs, asked)
                return (await connection.scalars(theirs)).all()

    async def add(self, roster_id: bytes, one: Listed, intent: Intent) -> Listed:
        """Puts somebody on a roster, from now on, or finds whom this intent put there before.

        Raises:
            RosterNotFoundError: There is none.
            RosterFullError: As many are on it as may be.
            NumberTakenError: Somebody on it has the number.
            InvalidArgumentError: With its columns the roster would have too many.
            IdempotencyKeyReusedError: The key belongs to another request.
            RosterEntryNotFoundError: They were put there before, and are off it by now.
            TooManyChangesError: The organisation changed as much as it may.
        """

        told: list[OutboxRow] = []

        async def effect() -> bytes:
            await self._prepare(connection, await lock_roster(connection, roster_id), one)
            await check_room(connection, roster_id, 1, self._quota)
            await insert_all(connection, self._sealing, roster_id, [one], now_us())
            told.extend(await record(connection, self._outbox, roster_id))
            return one.entry_id

        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                made = await idempotency.once(connection, idempotency_keys, intent, effect)
                added = one if made == one.entry_id else await self._get(connection, roster_id, made)
        await self._outbox.deliver_now(told)
        return added

    async def change(self, roster_id: bytes, entry_id: bytes, move: Callable[[Listed], Listed]) -> Listed:
        """Says anew what is known of somebody; what changes nothing writes nothing.

        Raises:
            RosterNotFoundError, RosterEntryNotFoundError: There is none.
            NumberTakenError: Somebody else on the roster has the number.
            InvalidArgumentError: With its columns the roster would have too many.
            TooManyChangesError: The organisation changed as much as it may.
        """
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                roster = await lock_roster(connection, roster_id)
                before = await self._get(connection, roster_id, entry_id)
                after, told = move(before), list[OutboxRow]()
                if after != before:
                    await self._prepare(connection, roster, after)
                    await rewrite_all(connection, self._sealing, roster_id, [after])
                    told = await record(connection, self._outbox, roster_id)
        await self._outbox.deliver_now(told)
        return after

    async def remove(self, roster_id: bytes, entry_id: bytes) -> None:
        """Takes somebody off a roster, from now on; who they are is over with it.

        Raises:
            RosterNotFoundError, RosterEntryNotFoundError: There is none.
            TooManyChangesError: The organisation changed as much as it may.
        """
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                roster = await lock_roster(connection, roster_id)
                await self._get(connection, roster_id, entry_id)
                await self._quotas.change(roster.organisation_id)
                left = await end_all(connection, [entry_id], now_us())
                told = await record(connection, self._outbox, roster_id, left=left)
        await self._outbox.deliver_now(told)

    async def _prepare(self, connection: AsyncConnection, roster: Roster, one: Listed) -> None:
        """Counts the change, and sees that somebody on the roster may say this."""
        await self._quotas.change(roster.organisation_id)
        taken = await holders_of(connection, self._sealing, roster.roster_id, [one.said.number])
        if taken.keys() - {one.entry_id}:
            raise NumberTakenError
        with_columns = roster.with_headings(one.said.extra)
        if with_columns != roster:
            check(with_columns)
            await write_roster(connection, with_columns)

    async def _get(self, connection: AsyncConnection, roster_id: bytes, entry_id: bytes) -> Listed:
        query = on_roster(roster_id).where(roster_entries.c.entry_id == entry_id)
        row = (await connection.execute(query)).one_or_none()
        one = read(self._sealing, row) if row else None
        if one is None:
            raise RosterEntryNotFoundError
        return one

    async def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                rows: Sequence[Row[Any]] = (await connection.execute(query)).all()
                return rows

    def _query(self, roster_id: bytes, wanted: Wanted, after: bytes | None) -> Select[Any]:
        query = on_roster(roster_id)
        if after is not None:
            query = query.where(roster_entries.c.entry_id > after)
        if wanted.group is not None:
            query = query.where(roster_entries.c.group_name == wanted.group)
        if wanted.is_bound is not None:
            is_bound = roster_bindings.c.binding_id.is_not(None)
            query = query.where(is_bound if wanted.is_bound else ~is_bound)
        if wanted.query:
            # A table of its own, so that each part is found by its own index rather than by going through the roster.
            meant = union(*self._may_be_meant(roster_id, wanted.query)).subquery()
            query = query.join(meant, meant.c.entry_id == roster_entries.c.entry_id)
        return query

    def _may_be_meant(self, roster_id: bytes, query: str) -> Iterator[Select[Any]]:
        """Everybody who is meant, and few others."""
        columns, sealing = roster_entries.c, self._sealing
        of_roster = select(columns.entry_id).where(columns.roster_id == roster_id)
        yield of_roster.where(columns.number_index.in_(sealing.by_number(roster_id, query)))
        if query.isdecimal() and len(query) == _PHONE_DIGITS:
            yield of_roster.where(columns.phone_index.in_(sealing.by_phone(roster_id, query)))
        if query.isdecimal() and len(query) == TAIL_DIGITS:
            yield of_roster.where(columns.phone_tail_index.in_(sealing.by_phone_tail(roster_id, query)))
        if is_searchable(query):
            yield named_like(roster_name_pairs.c.entry_id, roster_name_pairs, sealing.pairs_asked(roster_id, query))


def named_like(owner: ColumnElement[bytes], pairs: Table, asked: Sequence[Sequence[bytes]]) -> Select[Any]:
    """Whose name has all of some pairs, and so few others than who is meant.

    Args:
        owner: A column of `pairs`.
        asked: For each pair as what it may be stored.
    """
    first, *others = asked[:_MOST_PAIRS]
    return select(owner).where(pairs.c.pair.in_(first), *(_has_pair(owner, pairs, other) for other in others))


def _has_pair(owner: ColumnElement[bytes], pairs: Table, digests: Sequence[bytes]) -> ColumnElement[bool]:
    other = pairs.alias()
    return exists().where(other.c[str(owner.key)] == owner, other.c.pair.in_(digests))


def is_meant(said: Said, query: str) -> bool:
    """Whether a query says a number, a phone or its end, or part of a name."""
    if not query or query in (said.number, said.phone):
        return True
    is_tail = query.isdecimal() and len(query) == TAIL_DIGITS and said.phone.endswith(query)
    return is_tail or is_searchable(query) and is_named_like(said.name, query)
