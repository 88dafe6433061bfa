"""Rosters of an organisation: what they are, and all SQL of their own rows.

Whoever changes who is on a roster locks its row first, and lets its revision grow in the same transaction.
"""

import base64
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Row, Select, and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit import plain_text
from servicekit.clock import from_datetime, now_us, to_datetime
from servicekit.errors import FieldError, InvalidArgumentError, invalid
from servicekit.ids import to_text
from servicekit.mysql import idempotency
from servicekit.mysql.database import unavailable_when_lost
from servicekit.mysql.idempotency import Intent
from services.activity.domain import State
from services.activity.errors import RosterInUseError, RosterNotFoundError, TooManyRostersError
from services.activity.metrics import ROSTERS_OVER
from services.activity.quotas import Quotas
from services.activity.rosters.entries import MAX_CHARACTERS, MAX_EXTRA, field_of
from services.activity.tables import (
    FOREVER,
    activities,
    idempotency_keys,
    occurrences,
    roster_bindings,
    roster_entries,
    rosters,
)

QUOTA = 50
MAX_TITLE = 100


class ExtraColumn(NamedTuple):
    """What else is known of people, by its heading, and whether they are shown it."""

    heading: str
    is_shown: bool = False


@dataclass(frozen=True, slots=True)
class Roster:
    """A list of people that an organisation expects."""

    roster_id: bytes
    organisation_id: bytes
    title: str
    created_at: int
    revision: int = 1
    extra: tuple[ExtraColumn, ...] = ()

    def with_headings(self, headings: Collection[str]) -> "Roster":
        """With columns for these too, which nobody is shown so far."""
        known = {column.heading for column in self.extra}
        added = [ExtraColumn(heading) for heading in headings if heading not in known]
        return replace(self, extra=(*self.extra, *added))


class Count(NamedTuple):
    """How many are on a roster now, and of how many somebody said who they are."""

    entries: int
    bound: int


_decode_extra = msgspec.json.Decoder(tuple[ExtraColumn, ...]).decode


def check(roster: Roster) -> None:
    """Looks at what organisers say of a roster.

    Raises:
        InvalidArgumentError: Names all fields at fault, by their JSON paths, with the cure.
    """
    if faults := list(_faults(roster)):
        raise InvalidArgumentError(f"{faults[0].field}: {faults[0].message}", fields=faults)


def _faults(roster: Roster) -> Iterator[FieldError]:
    if fault := plain_text.fault(roster.title, MAX_TITLE):
        yield FieldError("title", fault)
    if len(roster.extra) > MAX_EXTRA:
        yield FieldError("extra", f"must be at most {MAX_EXTRA} columns; put what belongs together into one")
    headings = [column.heading for column in roster.extra]
    for index, heading in enumerate(headings):
        where = f"extra.{index}.heading"
        if fault := plain_text.fault(heading, MAX_CHARACTERS):
            yield FieldError(where, fault)
        elif field_of(heading):
            yield FieldError(where, f"is what {field_of(heading)} is called in files; choose another word")
        elif heading in headings[:index]:
            yield FieldError(where, "is there twice")


class Rosters:
    """Rosters in MySQL. Every method raises UnavailableError when the database is gone or busy.

    Args:
        quota: How many an organisation may have.
    """

    def __init__(self, engine: AsyncEngine, quotas: Quotas, quota: int = QUOTA) -> None:
        self._engine = engine
        self._quotas = quotas
        self._quota = quota

    async def create(self, roster: Roster, intent: Intent) -> Roster:
        """Stores a new roster, or finds the one that this intent made before.

        Raises:
            TooManyRostersError: The organisation has as many as it may.
            IdempotencyKeyReusedError: The key belongs to another request.
            TooManyChangesError: The organisation changed as much as it may.
            RosterNotFoundError: It was made before, and is deleted by now.
        """

        async def effect() -> bytes:
            await self._quotas.change(roster.organisation_id)
            await self._check_room(connection, roster.organisation_id)
            row = {
                "roster_id": roster.roster_id,
                "organisation_id": roster.organisation_id,
                "title": roster.title,
                "revision": roster.revision,
                "extra": _encoded(roster.extra),
                "created_at": to_datetime(roster.created_at),
                "created_by": intent.user_id,
            }
            await connection.execute(insert(rosters).values(row))
            return roster.roster_id

        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                made = await idempotency.once(connection, idempotency_keys, intent, effect)
                return roster if made == roster.roster_id else await lock_roster(connection, made)

    async def page(self, organisation_id: bytes, before: bytes | None, size: int) -> list[Roster]:
        """Rosters of an organisation, the newest first.

        Args:
            before: The last one of the page before; None for the first page.
        """
        wanted = and_(rosters.c.organisation_id == organisation_id, rosters.c.deleted_at.is_(None))
        if before is not None:
            wanted &= rosters.c.roster_id < before
        query = select(rosters).where(wanted).order_by(rosters.c.roster_id.desc()).limit(size)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                return [_read(row) for row in (await connection.execute(query)).all()]

    async def get(self, roster_id: bytes) -> Roster:
        """One of them.

        Raises:
            RosterNotFoundError: There is none.
        """
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                row = (await connection.execute(select(rosters).where(_is(roster_id)))).one_or_none()
        if row is None:
            raise RosterNotFoundError
        return _read(row)

    async def change(self, roster_id: bytes, move: Callable[[Roster], Roster]) -> Roster:
        """Applies a move under the row's lock; one that changes nothing writes nothing.

        Raises:
            RosterNotFoundError: There is none.
            TooManyChangesError: The organisation changed as much as it may.
        """
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                before = await lock_roster(connection, roster_id)
                after = move(before)
                if after != before:
                    await self._quotas.change(before.organisation_id)
                    await write_roster(connection, after)
                return after

    async def delete(self, roster_id: bytes) -> None:
        """Hides a roster for good; what was judged by it stays.

        Raises:
            RosterNotFoundError: There is none.
            RosterInUseError: A published activity that is not over expects its people.
        """
        now = to_datetime(now_us())
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                roster = await lock_roster(connection, roster_id)
                goes_on = and_(activities.c.state == State.PUBLISHED, occurrences.c.closes_at > now)
                using = expecting(roster.organisation_id, roster_id).where(goes_on)
                activity_id = await connection.scalar(using.limit(1))
                if activity_id is not None:
                    raise RosterInUseError(to_text(activity_id))
                gone = update(rosters).where(rosters.c.roster_id == roster_id).values(deleted_at=now)
                await connection.execute(gone)

    async def counts(self, roster_ids: Sequence[bytes]) -> Mapping[bytes, Count]:
        """How many are on each of these."""
        if not roster_ids:
            return {}
        on_it = and_(roster_entries.c.roster_id.in_(roster_ids), roster_entries.c.valid_to == FOREVER)
        is_theirs = and_(roster_bindings.c.entry_id == roster_entries.c.entry_id, roster_bindings.c.valid_to == FOREVER)
        query = (
            select(roster_entries.c.roster_id, func.count(), func.count(roster_bindings.c.binding_id))
            .join(roster_bindings, is_theirs, isouter=True)
            .where(on_it)
            .group_by(roster_entries.c.roster_id)
        )
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                found = {row[0]: Count(row[1], row[2]) for row in (await connection.execute(query)).all()}
        return {roster_id: found.get(roster_id, Count(0, 0)) for roster_id in roster_ids}

    async def groups(self, roster_id: bytes) -> list[tuple[str, int]]:
        """Each group of a roster and how many are in it, by name; "" for those of none."""
        group = roster_entries.c.group_name
        on_it = and_(roster_entries.c.roster_id == roster_id, roster_entries.c.valid_to == FOREVER)
        query = select(group, func.count()).where(on_it).group_by(group).order_by(group)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                return [(row[0], row[1]) for row in (await connection.execute(query)).all()]

    async def occurrences_of(self, roster: Roster) -> list[bytes]:
        """Those to which its people were, are or will be expected."""
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                using = expecting(roster.organisation_id, roster.roster_id)
                found = await connection.execute(using.with_only_columns(occurrences.c.occurrence_id))
                return list(found.scalars())

    async def _check_room(self, connection: AsyncConnection, organisation_id: bytes) -> None:
        """Lets an organisation make one more; whoever else does so waits for the lock on its oldest one."""
        of_it = rosters.c.organisation_id == organisation_id
        await connection.execute(
            select(rosters.c.roster_id).where(of_it).order_by(rosters.c.roster_id).limit(1).with_for_update()
        )
        there = select(func.count()).select_from(rosters).where(of_it, rosters.c.deleted_at.is_(None))
        if (await connection.scalar(there) or 0) >= self._quota:
            ROSTERS_OVER.inc()
            raise TooManyRostersError(self._quota)


async def lock_roster(connection: AsyncConnection, roster_id: bytes) -> Roster:
    """A roster on which nobody else changes anything before this transaction ends.

    Raises:
        RosterNotFoundError: There is none.
    """
    row = (await connection.execute(select(rosters).where(_is(roster_id)).with_for_update())).one_or_none()
    if row is None:
        raise RosterNotFoundError
    return _read(row)


async def hold_roster(connection: AsyncConnection, roster_id: bytes) -> None:
    """Lets nobody delete a roster before this transaction ends.

    Raises:
        InvalidArgumentError: It is deleted.
    """
    held = select(rosters.c.roster_id).where(_is(roster_id)).with_for_update(read=True)
    if await connection.scalar(held) is None:
        raise invalid("roster_id", "is deleted; choose another roster, or none")


async def write_roster(connection: AsyncConnection, roster: Roster) -> None:
    """Stores what is said of a roster, whose lock this transaction holds."""
    said = {"title": roster.title, "extra": _encoded(roster.extra)}
    await connection.execute(update(rosters).where(rosters.c.roster_id == roster.roster_id).values(said))


def expecting(organisation_id: bytes, roster_id: bytes) -> Select[Any]:
    """The activities of an organisation that name a roster of it, a row for each occurrence."""
    named = f'"roster_id":"{base64.b64encode(roster_id).decode()}"'
    return (
        select(activities.c.activity_id)
        .join(occurrences, occurrences.c.activity_id == activities.c.activity_id)
        .where(
            activities.c.organisation_id == organisation_id,
            activities.c.definition.contains(named, autoescape=True),
        )
    )


def _is(roster_id: bytes) -> ColumnElement[bool]:
    return and_(rosters.c.roster_id == roster_id, rosters.c.deleted_at.is_(None))


def _encoded(extra: Sequence[ExtraColumn]) -> str:
    return msgspec.json.encode(extra).decode()


def _read(row: Row[Any]) -> Roster:
    return Roster(
        row.roster_id,
        row.organisation_id,
        row.title,
        from_datetime(row.created_at),
        row.revision,
        _decode_extra(row.extra),
    )
