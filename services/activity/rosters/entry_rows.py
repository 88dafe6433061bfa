"""Rows of those who are on a roster, many at once; whoever writes them holds the roster's lock."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, delete, exists, func, insert, select, tuple_, update
from sqlalchemy.dialects.mysql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from domainkit.sealed import SealBrokenError, SealedTextError
from servicekit.clock import from_datetime, to_datetime
from services.activity.errors import RosterFullError
from services.activity.metrics import ROSTER_ENTRIES_OVER, UNREADABLE_ENTRY
from services.activity.rosters.members import end
from services.activity.rosters.sealing import Said, Sealing
from services.activity.tables import FOREVER, roster_bindings, roster_entries, roster_name_pairs

QUOTA = 50_000

_WRITTEN = ("group_name", "said", "number_index", "phone_index", "phone_tail_index")
_NO_INTERVAL = {"valid_from": FOREVER, "valid_to": FOREVER}


@dataclass(frozen=True, slots=True)
class Bound:
    """Who an entry is; `how` as `activity.v1.RosterEntry.Bound.How` numbers it."""

    user_id: bytes
    how: int
    since: int


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry that goes on."""

    entry_id: bytes
    said: Said
    group: str = ""
    bound: Bound | None = None


def on_roster(roster_id: bytes) -> Select[Any]:
    """Those who are on a roster now, by id, each with who they are."""
    bindings = roster_bindings
    is_theirs = and_(bindings.c.entry_id == roster_entries.c.entry_id, bindings.c.valid_to == FOREVER)
    return (
        select(
            roster_entries,
            *(bindings.c.binding_id, bindings.c.user_id, bindings.c.how, bindings.c.valid_from.label("bound_since")),
        )
        .join(bindings, is_theirs, isouter=True)
        .where(roster_entries.c.roster_id == roster_id, roster_entries.c.valid_to == FOREVER)
        .order_by(roster_entries.c.entry_id)
    )


def read(sealing: Sealing, row: Row[Any]) -> Listed | None:
    """A row of `on_roster`; None for what cannot be read. Who was erased has no name."""
    try:
        said = sealing.open(row.entry_id, row.said) if row.said else Said("")
    except (SealedTextError, SealBrokenError) as error:
        UNREADABLE_ENTRY.note(row.entry_id, error)
        return None
    bound = Bound(row.user_id, row.how, from_datetime(row.bound_since)) if row.binding_id else None
    return Listed(row.entry_id, said, row.group_name, bound)


async def check_room(connection: AsyncConnection, roster_id: bytes, more: int, quota: int = QUOTA) -> None:
    """Looks whether so many more may be on a roster, whose lock this transaction holds.

    Raises:
        RosterFullError: They may not.
    """
    on_it = and_(roster_entries.c.roster_id == roster_id, roster_entries.c.valid_to == FOREVER)
    count = await connection.scalar(select(func.count()).select_from(roster_entries).where(on_it))
    if (count or 0) + more > quota:
        ROSTER_ENTRIES_OVER.inc()
        raise RosterFullError(quota)


async def holders_of(
    connection: AsyncConnection, sealing: Sealing, roster_id: bytes, numbers: Collection[str]
) -> dict[bytes, bytes]:
    """Who on a roster has one of these numbers: by entry its index."""
    indexes = [index for number in numbers for index in sealing.by_number(roster_id, number)]
    if not indexes:
        return {}
    columns = roster_entries.c
    has_one = and_(columns.roster_id == roster_id, columns.number_index.in_(indexes), columns.valid_to == FOREVER)
    found = await connection.execute(select(columns.entry_id, columns.number_index).where(has_one))
    return {row.entry_id: row.number_index for row in found.all()}


async def insert_all(
    connection: AsyncConnection,
    sealing: Sealing,
    roster_id: bytes,
    people: Sequence[Listed],
    at: int,
    sealed: Mapping[bytes, bytes] | None = None,
) -> None:
    """Puts people on a roster from a time on.

    Args:
        sealed: By entry, what they say as it is to be stored, where that is sealed already.
    """
    interval = {"valid_from": to_datetime(at), "valid_to": FOREVER}
    rows = [_columns(sealing, roster_id, one, sealed or {}) | interval for one in people]
    if rows:
        await connection.execute(insert(roster_entries), rows)
        await _index_names(connection, sealing, roster_id, people)


async def rewrite_all(
    connection: AsyncConnection,
    sealing: Sealing,
    roster_id: bytes,
    people: Sequence[Listed],
    sealed: Mapping[bytes, bytes] | None = None,
) -> None:
    """Says anew what is known of people who are on a roster; see `insert_all`."""
    # They are there, so nothing is inserted: one statement for all, where UPDATE would take one for each.
    rows = [_columns(sealing, roster_id, one, sealed or {}) | _NO_INTERVAL for one in people]
    if rows:
        statement = upsert(roster_entries)
        written = {name: statement.inserted[name] for name in _WRITTEN}
        await connection.execute(statement.on_duplicate_key_update(written), rows)
        await _forget_names(connection, [one.entry_id for one in people])
        await _index_names(connection, sealing, roster_id, people)


async def end_all(connection: AsyncConnection, entry_ids: Collection[bytes], at: int) -> list[bytes]:
    """Takes people off their roster from a time on; returns who of them was somebody."""
    goes_on = and_(roster_entries.c.entry_id.in_(entry_ids), roster_entries.c.valid_to == FOREVER)
    await connection.execute(update(roster_entries).where(goes_on).values(valid_to=to_datetime(at)))
    await _forget_names(connection, entry_ids)
    return await end(connection, entry_ids, at)


async def empty_all(connection: AsyncConnection, entry_ids: Collection[bytes]) -> None:
    """Leaves of people their groups and who they are, and nothing that names them; they stay on their roster."""
    nothing = {"said": b"", "number_index": None, "phone_index": None, "phone_tail_index": None}
    await connection.execute(update(roster_entries).where(roster_entries.c.entry_id.in_(entry_ids)).values(nothing))
    await _forget_names(connection, entry_ids)


async def restore_all(
    connection: AsyncConnection, sealing: Sealing, roster_id: bytes, people: Sequence[tuple[Listed, datetime]]
) -> list[bytes]:
    """Puts people back as if they had never been taken off, and who they were, save who is somebody else there by now.

    Args:
        people: Each with when they were taken off.

    Returns:
        Who of them is somebody again.
    """
    if not people:
        return []
    entry_ids = [one.entry_id for one, _ in people]
    entries, bindings = roster_entries, roster_bindings
    await connection.execute(update(entries).where(entries.c.entry_id.in_(entry_ids)).values(valid_to=FOREVER))
    await _index_names(connection, sealing, roster_id, [one for one, _ in people])
    newer = bindings.alias()
    is_elsewhere = exists().where(
        newer.c.roster_id == roster_id, newer.c.user_id == bindings.c.user_id, newer.c.valid_to == FOREVER
    )
    ended = tuple_(bindings.c.entry_id, bindings.c.valid_to).in_([(one.entry_id, at) for one, at in people])
    returning = select(bindings.c.binding_id, bindings.c.user_id).where(ended, ~is_elsewhere)
    found = (await connection.execute(returning)).all()
    back = bindings.c.binding_id.in_([row.binding_id for row in found])
    await connection.execute(update(bindings).where(back).values(valid_to=FOREVER))
    return [row.user_id for row in found]


def _columns(sealing: Sealing, roster_id: bytes, one: Listed, sealed: Mapping[bytes, bytes]) -> dict[str, object]:
    columns: dict[str, object] = {"entry_id": one.entry_id, "roster_id": roster_id, "group_name": one.group}
    columns |= sealing.columns(roster_id, one.entry_id, one.said)
    return columns | ({"said": sealed[one.entry_id]} if one.entry_id in sealed else {})


async def _index_names(
    connection: AsyncConnection, sealing: Sealing, roster_id: bytes, people: Sequence[Listed]
) -> None:
    pairs = [
        {"entry_id": one.entry_id, "pair": pair}
        for one in people
        for pair in sorted(sealing.name_pairs(roster_id, one.said.name))
    ]
    if pairs:
        await connection.execute(insert(roster_name_pairs), pairs)


async def _forget_names(connection: AsyncConnection, entry_ids: Collection[bytes]) -> None:
    await connection.execute(delete(roster_name_pairs).where(roster_name_pairs.c.entry_id.in_(entry_ids)))
