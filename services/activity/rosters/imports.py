"""Imports of rosters: what they are, and all SQL of their own rows. `applying.py` has that of what they change.

What was read stays for an hour after it was sent, and after it was applied for an hour in which it can be undone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, and_, delete, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit.clock import SECOND_US, from_datetime, now_us, to_datetime
from servicekit.mysql.database import unavailable_when_lost
from services.activity.errors import ImportNotFoundError, ImportStateError, ImportUnderWayError
from services.activity.rosters.comparing import Change, Kind
from services.activity.rosters.entries import BadRow, Column
from services.activity.rosters.entry_rows import Listed, check_room, on_roster, read
from services.activity.rosters.rosters import Roster, check, lock_roster, write_roster
from services.activity.rosters.sealing import SampleOf, Sealing
from services.activity.tables import roster_import_rows, roster_imports

LIFE_US = 3600 * SECOND_US
# Longer than a file may wait and be read; a reader that was not heard of until then is gone.
_READ_WITHIN_US = 180 * SECOND_US
_AT_ONCE = 500
_TAKEN_UP = 20
_SAMPLE = 10


class State(IntEnum):
    """As `activity.v1.RosterImport.State` numbers them."""

    READING = 1
    READY = 2
    APPLYING = 3
    APPLIED = 4
    UNDOING = 5
    UNDONE = 6
    FAILED = 7

    @property
    def word(self) -> str:
        """As people read it."""
        return self.name.lower()


UNDER_WAY = (State.APPLYING, State.UNDOING)


class Summary(msgspec.Struct, frozen=True):
    """What an import found and did, in people; `reason` says why it failed."""

    columns: list[Column] = []
    rows: int = 0
    added: int = 0
    changed: int = 0
    missing: int = 0
    unchanged: int = 0
    bad: int = 0
    removed: int = 0
    kept: int = 0
    skipped: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Import:
    """A file that was sent for a roster. `done` of `total` changes are dealt with; the sample is of its people."""

    import_id: bytes
    roster_id: bytes
    state: State
    created_at: int
    touched_at: int
    applied_at: int | None
    remove_missing: bool
    done: int
    total: int
    summary: Summary
    sample: list[SampleOf]

    @property
    def undo_until(self) -> int | None:
        """Until when it can be undone; None where it cannot."""
        return self.applied_at + LIFE_US if self.state is State.APPLIED and self.applied_at else None


_decode_summary = msgspec.json.Decoder(Summary).decode
_decode_bad = msgspec.msgpack.Decoder(list[tuple[int, int, str]]).decode


class Imports:
    """Imports in MySQL. Every method raises UnavailableError when the database is gone or busy."""

    def __init__(self, engine: AsyncEngine, sealing: Sealing) -> None:
        self._engine = engine
        self._sealing = sealing

    async def begin(self, import_id: bytes, roster_id: bytes, user_id: bytes) -> None:
        """Notes that a file is read."""
        now = to_datetime(now_us())
        row = {
            "import_id": import_id,
            "roster_id": roster_id,
            "state": State.READING,
            "created_at": now,
            "created_by": user_id,
            "touched_at": now,
            "remove_missing": 0,
            "done": 0,
            "total": 0,
            "summary": encoded(Summary()),
            "sample": b"",
            "bad": b"",
        }
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                await connection.execute(insert(roster_imports).values(row))

    async def current(self, roster_id: bytes) -> Sequence[Row[Any]]:
        """Everybody on a roster, sealed; see `listed.read`."""
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                rows: Sequence[Row[Any]] = (await connection.execute(on_roster(roster_id))).all()
                return rows

    def opened(self, rows: Iterable[Row[Any]]) -> list[Listed]:
        """Those of them who can be read; takes a while."""
        return [one for row in rows if (one := read(self._sealing, row))]

    def sealed(self, import_id: bytes, changes: Iterable[Change], before: Iterable[Row[Any]]) -> list[dict[str, Any]]:
        """Rows of what an import changes; takes a while."""
        known = {row.entry_id: row for row in before}
        made = []
        for position, change in enumerate(changes):
            one, row = change.listed, known.get(change.listed.entry_id)
            is_missing = change.kind is Kind.MISSING
            made.append(
                {
                    "import_id": import_id,
                    "position": position,
                    "kind": change.kind,
                    "entry_id": one.entry_id,
                    "group_name": one.group,
                    "said": row.said if row and is_missing else self._sealing.seal(one.entry_id, one.said),
                    "group_before": row.group_name if row else "",
                    "said_before": row.said if row else b"",
                }
            )
        return made

    async def ready(
        self,
        import_id: bytes,
        rows: Sequence[dict[str, Any]],
        summary: Summary,
        sample: Sequence[SampleOf],
        bad: Sequence[BadRow],
    ) -> None:
        """Stores what was found in a file; only then it can be applied."""
        with unavailable_when_lost():
            for start in range(0, len(rows), _AT_ONCE):
                async with self._engine.begin() as connection:
                    await connection.execute(insert(roster_import_rows), rows[start : start + _AT_ONCE])
            found = {
                "state": State.READY,
                "touched_at": to_datetime(now_us()),
                "total": len(rows),
                "summary": encoded(summary),
                "sample": self._sealing.seal_sample(import_id, sample[:_SAMPLE]),
                "bad": msgspec.msgpack.encode([(row.line, row.column, row.reason) for row in bad]),
            }
            async with self._engine.begin() as connection:
                await connection.execute(_update(import_id, State.READING).values(found))

    async def fail(self, import_id: bytes, reason: str, state: State = State.READING) -> None:
        """Ends one that is in this state, and says why."""
        failed = {
            "state": State.FAILED,
            "summary": encoded(Summary(reason=reason)),
            "touched_at": to_datetime(now_us()),
        }
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                await connection.execute(_update(import_id, state).values(failed))

    async def get(self, roster_id: bytes, import_id: bytes) -> Import:
        """One of them; whose reader is gone has failed.

        Raises:
            ImportNotFoundError: The roster has none of this id, or not any more.
        """
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                found = await self._get(connection, roster_id, import_id)
        if found.state is State.READING and found.touched_at + _READ_WITHIN_US < now_us():
            await self.fail(import_id, "IMPORT_LOST")
            return await self.get(roster_id, import_id)
        return found

    async def bad(self, roster_id: bytes, import_id: bytes) -> list[BadRow]:
        """The rows that were left out, in order.

        Raises:
            ImportNotFoundError: The roster has none of this id, or not any more.
        """
        query = select(roster_imports.c.bad).where(_is(roster_id, import_id))
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise ImportNotFoundError
        return [BadRow(*said) for said in _decode_bad(row.bad)] if row.bad else []

    async def apply(self, roster_id: bytes, import_id: bytes, *, remove_missing: bool) -> Import:
        """Lets its changes be made; twice is once.

        Raises:
            RosterNotFoundError, ImportNotFoundError: There is none.
            ImportStateError: There is nothing to apply.
            ImportUnderWayError: Another import changes the roster.
            RosterFullError: With those whom it adds too many would be on it.
            InvalidArgumentError: With its columns the roster would have too many.
        """
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                roster = await lock_roster(connection, roster_id)
                found = await self._get(connection, roster_id, import_id)
                if found.state in (State.APPLYING, State.APPLIED):
                    return found
                if found.state is not State.READY:
                    raise ImportStateError("applied", found.state.word)
                await _check_alone(connection, roster_id)
                await check_room(connection, roster_id, found.summary.added)
                await _add_columns(connection, roster, found.summary.columns)
                begun = {"state": State.APPLYING, "remove_missing": remove_missing, "touched_at": to_datetime(now_us())}
                await connection.execute(_update(import_id, State.READY).values(begun))
                return await self._get(connection, roster_id, import_id)

    async def undo(self, roster_id: bytes, import_id: bytes) -> Import:
        """Lets its changes be taken back; twice is once.

        Raises:
            RosterNotFoundError, ImportNotFoundError: There is none.
            ImportStateError: It was not applied, or more than an hour ago.
            ImportUnderWayError: Another import changes the roster.
        """
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                await lock_roster(connection, roster_id)
                found = await self._get(connection, roster_id, import_id)
                if found.state in (State.UNDOING, State.UNDONE):
                    return found
                if found.undo_until is None or found.undo_until <= now_us():
                    raise ImportStateError("undone", found.state.word)
                await _check_alone(connection, roster_id)
                begun = {"state": State.UNDOING, "done": 0, "touched_at": to_datetime(now_us())}
                await connection.execute(_update(import_id, State.APPLIED).values(begun))
                return await self._get(connection, roster_id, import_id)

    async def under_way(self, quiet_since: int) -> list[Import]:
        """Those whose job did nothing since then: it died with its process."""
        is_left = and_(roster_imports.c.state.in_(UNDER_WAY), roster_imports.c.touched_at < to_datetime(quiet_since))
        query = select(roster_imports.c.roster_id, roster_imports.c.import_id).where(is_left).limit(_TAKEN_UP)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                left = (await connection.execute(query)).all()
                return [await self._get(connection, *row) for row in left]

    async def forget_old(self) -> bool:
        """Deletes some of what is past its hour; whether there may be more."""
        since = to_datetime(now_us() - LIFE_US)
        is_over = or_(
            and_(roster_imports.c.state.not_in((*UNDER_WAY, State.APPLIED)), roster_imports.c.created_at < since),
            and_(roster_imports.c.state == State.APPLIED, roster_imports.c.applied_at < since),
        )
        old = select(roster_imports.c.import_id).where(is_over).limit(1)
        rows = text("DELETE FROM roster_import_rows WHERE import_id = :import_id LIMIT 1000")
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                import_id = await connection.scalar(old)
                if import_id is None:
                    return False
                gone = await connection.execute(rows, {"import_id": import_id})
                if gone.rowcount < 1000:
                    await connection.execute(delete(roster_imports).where(roster_imports.c.import_id == import_id))
        return True

    async def _get(self, connection: AsyncConnection, roster_id: bytes, import_id: bytes) -> Import:
        wanted = [column for column in roster_imports.c if column.name != "bad"]
        row = (await connection.execute(select(*wanted).where(_is(roster_id, import_id)))).one_or_none()
        if row is None:
            raise ImportNotFoundError
        return Import(
            row.import_id,
            row.roster_id,
            State(row.state),
            from_datetime(row.created_at),
            from_datetime(row.touched_at),
            from_datetime(row.applied_at) if row.applied_at else None,
            bool(row.remove_missing),
            row.done,
            row.total,
            _decode_summary(row.summary),
            self._sealing.open_sample(row.import_id, row.sample) if row.sample else [],
        )


def summary_of(changes: Sequence[Change], unchanged: int, columns: list[Column], bad: int) -> Summary:
    """What was found in a file."""
    added, changed, missing = (sum(change.kind is kind for change in changes) for kind in Kind)
    rows = added + changed + unchanged
    return Summary(columns, rows, added, changed, missing, unchanged, bad)


def encoded(summary: Summary) -> str:
    """As it is stored."""
    return msgspec.json.encode(summary).decode()


async def _check_alone(connection: AsyncConnection, roster_id: bytes) -> None:
    is_other = and_(roster_imports.c.roster_id == roster_id, roster_imports.c.state.in_(UNDER_WAY))
    if await connection.scalar(select(roster_imports.c.import_id).where(is_other).limit(1)):
        raise ImportUnderWayError


async def _add_columns(connection: AsyncConnection, roster: Roster, columns: Iterable[Column]) -> None:
    with_columns = roster.with_headings([column.heading for column in columns if column.field == "extra"])
    if with_columns != roster:
        check(with_columns)
        await write_roster(connection, with_columns)


def _update(import_id: bytes, state: State) -> Any:
    is_it = and_(roster_imports.c.import_id == import_id, roster_imports.c.state == state)
    return update(roster_imports).where(is_it)


def _is(roster_id: bytes, import_id: bytes) -> ColumnElement[bool]:
    return and_(roster_imports.c.import_id == import_id, roster_imports.c.roster_id == roster_id)
