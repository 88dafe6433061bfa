"""Makes the changes of an import, or takes them back: a transaction for 500 of them, under the roster's lock.

A job that died goes on where it was: what is dealt with is counted in the transaction that deals with it. What somebody
else changed since the file was looked at, or since it was applied, is left alone.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from msgspec import structs
from sqlalchemy import Row, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit.clock import now_us, to_datetime
from servicekit.errors import NotFoundError
from servicekit.mysql.database import unavailable_when_lost
from servicekit.rabbitmq.outbox import Outbox, OutboxRow
from services.activity.rosters.comparing import Kind
from services.activity.rosters.entry_rows import Listed, end_all, holders_of, insert_all, restore_all, rewrite_all
from services.activity.rosters.imports import UNDER_WAY, Import, Imports, State, Summary, encoded
from services.activity.rosters.members import record
from services.activity.rosters.rosters import Rosters, lock_roster
from services.activity.rosters.sealing import Sealing
from services.activity.tables import FOREVER, roster_bindings, roster_entries, roster_import_rows, roster_imports

_AT_ONCE = 500


class AttendancePort(Protocol):
    """Who came; raises UnavailableError when checkin is gone."""

    async def who_came(self, occurrence_ids: Collection[bytes], user_ids: Collection[bytes]) -> set[bytes]:
        """Those of these people who hold a seat in one of these occurrences."""


class Applying:
    """Every method raises UnavailableError when MySQL or checkin is gone; then the same call goes on later."""

    def __init__(
        self,
        engine: AsyncEngine,
        outbox: Outbox,
        sealing: Sealing,
        rosters: Rosters,
        imports: Imports,
        attendance: AttendancePort,
    ) -> None:
        self._engine = engine
        self._outbox = outbox
        self._sealing = sealing
        self._rosters = rosters
        self._imports = imports
        self._attendance = attendance

    async def step(self, roster_id: bytes, import_id: bytes) -> bool:
        """Deals with the next 500 changes, forwards or back; False when there is nothing more to do."""
        try:
            found = await self._imports.get(roster_id, import_id)
            if found.state not in UNDER_WAY:
                return False
            rows = await self._rows(import_id, found.done)
            stays = await self._who_stays(found, rows)
            with unavailable_when_lost():
                async with self._engine.begin() as connection:
                    has_more, told = await self._deal(connection, found, rows, stays)
            await self._outbox.deliver_now(told)
            return has_more
        except NotFoundError:
            return False

    async def _rows(self, import_id: bytes, done: int) -> Sequence[Row[Any]]:
        columns = roster_import_rows.c
        next_ones = and_(columns.import_id == import_id, columns.position >= done)
        query = select(roster_import_rows).where(next_ones).order_by(columns.position).limit(_AT_ONCE)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                rows: Sequence[Row[Any]] = (await connection.execute(query)).all()
                return rows

    async def _who_stays(self, found: Import, rows: Iterable[Row[Any]]) -> set[bytes]:
        """Of those whom this would take off the roster, the entries of those who have checked in."""
        leaving = Kind.ADDED if found.state is State.UNDOING else Kind.MISSING
        entry_ids = [row.entry_id for row in rows if row.kind == leaving]
        if not entry_ids or (leaving is Kind.MISSING and not found.remove_missing):
            return set()
        bindings = roster_bindings.c
        bound = and_(bindings.entry_id.in_(entry_ids), bindings.valid_to == FOREVER)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                query = select(bindings.user_id, bindings.entry_id).where(bound)
                of_user = {row.user_id: row.entry_id for row in (await connection.execute(query)).all()}
        roster = await self._rosters.get(found.roster_id)
        occurrence_ids = await self._rosters.occurrences_of(roster)
        # A guest, who is nobody of WeChat's, checks in under the id of the entry.
        came = await self._attendance.who_came(occurrence_ids, [*of_user, *entry_ids])
        return {of_user.get(user_id, user_id) for user_id in came}

    async def _deal(
        self, connection: AsyncConnection, found: Import, rows: Sequence[Row[Any]], stays: Collection[bytes]
    ) -> tuple[bool, list[OutboxRow]]:
        await lock_roster(connection, found.roster_id)
        columns = roster_imports.c
        is_next = and_(columns.import_id == found.import_id, columns.state == found.state, columns.done == found.done)
        if await connection.scalar(select(columns.import_id).where(is_next).with_for_update()) is None:
            # Another process deals with it too, and was faster.
            return True, []
        at, is_undone = now_us(), found.state is State.UNDOING
        batch = await _batch(connection, self._sealing, found, rows)
        deeds = batch.undoing(stays) if is_undone else batch.making(stays)
        told = await self._do(connection, found, deeds, at)
        # Rows of whoever was erased are gone: what comes next is told by where these end.
        done = rows[-1].position + 1 if rows else found.total
        changes: dict[str, Any] = {
            "done": done,
            "touched_at": to_datetime(at),
            "summary": encoded(deeds.counted(found.summary)),
        }
        if has_more := done < found.total:
            pass
        elif is_undone:
            changes |= {"state": State.UNDONE}
        else:
            changes |= {"state": State.APPLIED, "applied_at": to_datetime(at)}
        await connection.execute(update(roster_imports).where(is_next).values(changes))
        return has_more, told

    async def _do(self, connection: AsyncConnection, found: Import, deeds: "_Deeds", at: int) -> list[OutboxRow]:
        if not deeds.done:
            return []
        await insert_all(connection, self._sealing, found.roster_id, deeds.added, at, deeds.sealed)
        await rewrite_all(connection, self._sealing, found.roster_id, deeds.rewritten, deeds.sealed)
        left = await end_all(connection, deeds.ended, at)
        joined = await restore_all(connection, self._sealing, found.roster_id, deeds.restored)
        columns = roster_import_rows.c
        are_done = and_(columns.import_id == found.import_id, columns.position.in_(deeds.done))
        await connection.execute(update(roster_import_rows).where(are_done).values(done_at=to_datetime(at)))
        return await record(connection, self._outbox, found.roster_id, joined=joined, left=left)


@dataclass(slots=True)
class _Deeds:
    """What is to be done of a batch; `done` has the positions of it, `restored` who comes back, and since when."""

    added: list[Listed] = field(default_factory=list)
    rewritten: list[Listed] = field(default_factory=list)
    ended: list[bytes] = field(default_factory=list)
    restored: list[tuple[Listed, datetime]] = field(default_factory=list)
    sealed: dict[bytes, bytes] = field(default_factory=dict)
    done: list[int] = field(default_factory=list)
    removed: int = 0
    kept: int = 0
    skipped: int = 0

    def counted(self, summary: Summary) -> Summary:
        """The counts of an import with these."""
        return structs.replace(
            summary,
            removed=summary.removed + self.removed,
            kept=summary.kept + self.kept,
            skipped=summary.skipped + self.skipped,
        )


@dataclass(frozen=True, slots=True)
class _Batch:
    """Rows of an import, how their entries are now, and who has the numbers that they bring."""

    sealing: Sealing
    found: Import
    rows: Sequence[Row[Any]]
    current: Mapping[bytes, Row[Any]]
    holders: Mapping[bytes, bytes]

    def making(self, stays: Collection[bytes]) -> _Deeds:
        """What the file asks for, as far as nobody changed it meanwhile."""
        deeds = _Deeds()
        for row in self.rows:
            if row.kind == Kind.MISSING and not self.found.remove_missing:
                continue
            if row.entry_id in stays:
                deeds.kept += 1
                continue
            if not self._may_make(row):
                deeds.skipped += 1
                continue
            deeds.done.append(row.position)
            if row.kind == Kind.MISSING:
                deeds.removed += 1
                deeds.ended.append(row.entry_id)
                continue
            deeds.sealed[row.entry_id] = row.said
            people = deeds.added if row.kind == Kind.ADDED else deeds.rewritten
            people.append(Listed(row.entry_id, self.sealing.open(row.entry_id, row.said), row.group_name))
        return deeds

    def undoing(self, stays: Collection[bytes]) -> _Deeds:
        """What takes it back, as far as nobody changed it since."""
        deeds = _Deeds()
        for row in self.rows:
            if row.done_at is None:
                continue
            if row.entry_id in stays:
                deeds.kept += 1
                continue
            if not self._may_undo(row):
                deeds.skipped += 1
                continue
            deeds.done.append(row.position)
            if row.kind == Kind.ADDED:
                deeds.removed += 1
                deeds.ended.append(row.entry_id)
                continue
            before = Listed(row.entry_id, self.sealing.open(row.entry_id, row.said_before), row.group_before)
            deeds.sealed[row.entry_id] = row.said_before
            if row.kind == Kind.CHANGED:
                deeds.rewritten.append(before)
            else:
                deeds.restored.append((before, row.done_at))
        return deeds

    def _may_make(self, row: Row[Any]) -> bool:
        now = self.current.get(row.entry_id)
        if row.kind == Kind.ADDED:
            return now is None and not self._is_taken(row.entry_id, row.said)
        is_as_seen = now is not None and (now.said, now.group_name, now.valid_to) == (
            row.said_before,
            row.group_before,
            FOREVER,
        )
        return is_as_seen and (row.kind == Kind.MISSING or not self._is_taken(row.entry_id, row.said))

    def _may_undo(self, row: Row[Any]) -> bool:
        now = self.current.get(row.entry_id)
        if now is None or now.said != row.said or now.group_name != row.group_name:
            return False
        if row.kind == Kind.MISSING:
            return bool(now.valid_to == row.done_at) and not self._is_taken(row.entry_id, row.said_before)
        is_free = row.kind == Kind.ADDED or not self._is_taken(row.entry_id, row.said_before)
        return bool(now.valid_to == FOREVER) and is_free

    def _is_taken(self, entry_id: bytes, sealed: bytes) -> bool:
        """Whether somebody else has the number that this says."""
        number = self.sealing.open(entry_id, sealed).number
        indexes = self.sealing.by_number(self.found.roster_id, number)
        return any(self.holders.get(index, entry_id) != entry_id for index in indexes)


async def _batch(connection: AsyncConnection, sealing: Sealing, found: Import, rows: Sequence[Row[Any]]) -> _Batch:
    entry_ids = [row.entry_id for row in rows]
    query = select(roster_entries).where(roster_entries.c.entry_id.in_(entry_ids))
    current = {row.entry_id: row for row in (await connection.execute(query)).all()}
    said = [sealing.open(row.entry_id, sealed) for row in rows for sealed in (row.said, row.said_before) if sealed]
    holders = await holders_of(connection, sealing, found.roster_id, [each.number for each in said if each.number])
    return _Batch(sealing, found, rows, current, {index: entry_id for entry_id, index in holders.items()})
