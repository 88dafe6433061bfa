"""All SQL of activity. A change, its version, its effects and its idempotency key are one transaction."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from protos.activity.v1 import activity_pb2 as pb
from servicekit.breaker import AsyncBreaker
from servicekit.clock import SECOND_US, now_us, to_datetime
from servicekit.errors import UnavailableError
from servicekit.mysql import idempotency
from servicekit.mysql.database import is_duplicate_key, unavailable_when_lost
from servicekit.mysql.idempotency import Intent
from servicekit.rabbitmq.outbox import Outbox, OutboxRow
from servicekit.timed_cache import TimedCache
from services.activity import changes
from services.activity.domain import ANY, Activity, Sought, State
from services.activity.errors import ActivityNotFoundError, RevisionStaleError
from services.activity.memory import Key, Memory
from services.activity.quotas import Quotas
from services.activity.rosters.rosters import hold_roster
from services.activity.rows import (
    count_running,
    differences_since,
    insert_activity,
    is_listed,
    is_sought,
    lock,
    query,
    read,
    readable,
    rehearsals_of,
    rows_by_activity,
    snapshots_of,
    to_switch,
    update_activity,
)
from services.activity.tables import activities, activity_versions, idempotency_keys, occurrences, switches

T = TypeVar("T")

# One draw in a few hundred thousand meets a code in use, even after years.
_CODE_DRAWS = 5
_LONGEST_SWITCH_S = 24 * 3600
# Checkin waits half a second for all it asks, and what is remembered must still reach it.
_READ_S = 0.3
_REST_S = 1.0
_SWITCHES_LIFE_S = 1.0


class Store:
    """Activities in MySQL.

    Every method raises UnavailableError when the database is gone or busy. One that hangs costs its reads 0.3 s a few
    times, and then once per second.
    """

    def __init__(self, engine: AsyncEngine, outbox: Outbox, quotas: Quotas) -> None:
        self._engine = engine
        self._quotas = quotas
        self._outbox = outbox
        self._breaker = AsyncBreaker("mysql", fail_max=3, reset_s=_REST_S)
        self._memory = Memory()
        self._switches: TimedCache[None, Sequence[pb.Switch]] = TimedCache(
            self._read_switches, _SWITCHES_LIFE_S, stale_s=_LONGEST_SWITCH_S
        )

    async def create(self, draft: Callable[[], Activity], intent: Intent) -> Activity:
        """Stores a new activity, or finds the one that this intent made before.

        Args:
            draft: Makes the activity; called again when its code turns out to be taken.

        Raises:
            IdempotencyKeyReusedError: The key belongs to another request.
            TooManyActivitiesError: The organisation made as many as it may.
        """

        async def attempt() -> Activity:
            activity = replace(draft(), valid_from=now_us())
            rows = changes.rows_of(activity)

            async def effect() -> bytes:
                await self._quotas.make(activity.definition.organisation_id)
                await insert_activity(connection, activity, intent.user_id)
                await self._outbox.write(connection, rows)
                return activity.activity_id

            async with self._engine.begin() as connection:
                made = await idempotency.once(connection, idempotency_keys, intent, effect)
            if made != activity.activity_id:
                return await self._require(made)
            await self._announce(rows, [activity])
            return activity

        return await _until_code_is_free(attempt)

    async def change(
        self,
        activity_id: bytes,
        move: Callable[[Activity], Activity],
        *,
        by: bytes | None = None,
        seen: int | None = None,
    ) -> Activity:
        """Applies a move of the domain under the row's lock; one that changes nothing writes nothing.

        Args:
            move: May raise; may be called again when the code it drew turns out to be taken.
            by: The person who changes it.
            seen: The revision that they know; None where it does not matter.

        Raises:
            ActivityNotFoundError: There is none.
            RevisionStaleError: It has another revision by now.
            TooManyChangesError: The organisation changed as much as it may.
        """

        async def attempt() -> Activity:
            async with self._engine.begin() as connection:
                before = await lock(connection, activity_id)
                after = move(before)
                if after is before:
                    return before
                if seen not in (None, before.revision):
                    raise RevisionStaleError(before.revision, await differences_since(connection, before, seen))
                await self._quotas.change(before.definition.organisation_id)
                changed = [(before, after)]
                if before.state is State.DRAFT and after.state is not State.DRAFT:
                    changed += [(each, each.cancel()) for each in await rehearsals_of(connection, activity_id)]
                rows, stored = await self._store(connection, changed, by)
            await self._announce(rows, stored)
            return stored[0]

        return await _until_code_is_free(attempt)

    async def rehearse(self, activity_id: bytes, make: Callable[[Activity], Activity], by: bytes) -> Activity:
        """Stores a rehearsal of a draft; those made before it are cancelled.

        Args:
            make: From the draft to its rehearsal; may raise, and is called again when its code turns out to be taken.

        Raises:
            ActivityNotFoundError: There is no such draft.
            TooManyActivitiesError: The organisation made as many as it may.
        """

        async def attempt() -> Activity:
            async with self._engine.begin() as connection:
                draft = await lock(connection, activity_id)
                rehearsal = replace(make(draft), valid_from=now_us())
                await self._quotas.make(draft.definition.organisation_id)
                earlier = [(each, each.cancel()) for each in await rehearsals_of(connection, activity_id)]
                rows, stored = await self._store(connection, earlier, by)
                await _hold_roster(connection, rehearsal)
                await insert_activity(connection, rehearsal, by)
                rows += (made := changes.rows_of(rehearsal))
                await self._outbox.write(connection, made)
            await self._announce(rows, [*stored, rehearsal])
            return rehearsal

        return await _until_code_is_free(attempt)

    async def _store(
        self, connection: AsyncConnection, changed: Iterable[tuple[Activity, Activity]], by: bytes | None
    ) -> tuple[list[OutboxRow], list[Activity]]:
        """Writes what changes made of activities, and what follows."""
        stored, rows = [], []
        for before, after in changed:
            after = after.stored_after(before, now_us())
            await _hold_roster(connection, after)
            await update_activity(connection, before, after, by)
            stored.append(after)
            rows += changes.rows_of(after)
        await self._outbox.write(connection, rows)
        return rows, stored

    async def get(self, activity_id: bytes) -> Activity | None:
        """The activity of an id; None where there is none."""
        found = await self.find(activity_ids=[activity_id])
        return found[0] if found else None

    async def record_turnouts(self, turnouts: Mapping[bytes, int]) -> None:
        """Keeps how many came, by occurrence; those unknown are ignored."""
        people = case(dict(turnouts), value=occurrences.c.occurrence_id)
        known = occurrences.c.occurrence_id.in_(list(turnouts))
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                await connection.execute(update(occurrences).where(known).values(turnout=people))

    async def find(
        self,
        *,
        activity_ids: Collection[bytes] = (),
        occurrence_ids: Collection[bytes] = (),
        codes: Collection[str] = (),
    ) -> list[Activity]:
        """Those with any of these keys, once each, with all their occurrences; one statement per kind of key.

        While MySQL is gone they come as they were last read, if all of them were.
        """
        conditions = []
        if activity_ids:
            conditions.append(activities.c.activity_id.in_(list(activity_ids)))
        if codes:
            conditions.append(activities.c.code.in_(list(codes)))
        if occurrence_ids:
            conditions.append(activities.c.activity_id.in_(_of_occurrences(occurrence_ids)))
        keys: set[Key] = {*activity_ids, *codes, *occurrence_ids}
        try:
            found = await self._read_any(conditions)
        except UnavailableError:
            if (remembered := self._memory.recall(keys)) is None:
                raise
            return remembered
        self._memory.keep(found)
        return found

    async def find_as_of(
        self, at: int, *, activity_ids: Collection[bytes] = (), occurrence_ids: Collection[bytes] = ()
    ) -> list[pb.OccurrenceSnapshot]:
        """Occurrences as they were at a moment; those that did not exist yet are left out. Never from memory.

        Args:
            at: Microseconds since 1970 UTC.
        """
        versions = activity_versions
        of_occurrences = versions.c.activity_id.in_(_of_occurrences(occurrence_ids))
        wanted = versions.c.activity_id.in_(list(activity_ids)) | of_occurrences
        newest = (
            select(versions.c.activity_id, func.max(versions.c.revision).label("revision"))
            .where(wanted, versions.c.valid_from <= to_datetime(at))
            .group_by(versions.c.activity_id)
            .subquery()
        )
        is_newest = and_(versions.c.activity_id == newest.c.activity_id, versions.c.revision == newest.c.revision)
        async with self.reading() as connection:
            rows = (await connection.execute(select(versions).join(newest, is_newest))).all()
        return [
            snapshot
            for row in rows
            for snapshot in snapshots_of(row)
            if row.activity_id in activity_ids or snapshot.occurrence_id in occurrence_ids
        ]

    async def _read_any(self, conditions: Iterable[ColumnElement[bool]]) -> list[Activity]:
        found: dict[bytes, Activity] = {}
        async with self.reading() as connection:
            for condition in conditions:
                for activity in await read(connection, query().where(condition)):
                    found.setdefault(activity.activity_id, activity)
        return list(found.values())

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read on, for 0.3 s."""
        try:
            async with self._breaker.calling():
                with unavailable_when_lost():
                    async with asyncio.timeout(_READ_S), self._engine.connect() as connection:
                        yield connection
        except TimeoutError:
            raise UnavailableError("the database does not answer; try again", retry_after_s=2) from None

    async def switches(self) -> Sequence[pb.Switch]:
        """What operators have turned on; while MySQL is gone, what was on when it was last read.

        Nothing, where they could not be read since this process began.
        """
        now = now_us()
        try:
            return [switch for switch in await self._switches.get(None) if switch.expires_at > now]
        except UnavailableError:
            return ()

    async def _read_switches(self, _: None) -> Sequence[pb.Switch]:
        """The newest row of each switch: they last for a day at most, so it is among those set since then."""
        recent = switches.c.set_at > to_datetime(now_us() - _LONGEST_SWITCH_S * SECOND_US)
        query = select(switches).where(recent).order_by(switches.c.set_at, switches.c.switch_id)
        async with self.reading() as connection:
            newest = {(row.name, row.signal): row for row in await connection.execute(query)}
        return [to_switch(row) for row in newest.values()]

    async def count_running(self, organisation_id: bytes, at: int) -> int:
        """How many of an organisation's activities are published and not over at a moment, rehearsals left out."""
        async with self.reading() as connection:
            count: int = (await connection.execute(count_running(organisation_id, at))).scalar_one()
            return count

    async def page(
        self,
        organisation_ids: Collection[bytes],
        before: bytes | None,
        size: int,
        activity_ids: Collection[bytes] = (),
        sought: Sought = ANY,
    ) -> list[Activity]:
        """Activities of these organisations and these others, newest first; fewer than `size` only at the end.

        Args:
            before: The last activity of the page before; None for the first page.
            sought: Those alone.
        """
        theirs = [activities.c.organisation_id.in_(list(organisation_ids))]
        if activity_ids:
            theirs.append(activities.c.activity_id.in_(list(activity_ids)))
        wanted = and_(or_(*theirs), is_listed(), *is_sought(sought))
        if before is not None:
            wanted &= activities.c.activity_id < before
        newest = activities.c.activity_id.desc()
        chosen = select(activities.c.activity_id).where(wanted).order_by(newest).limit(size).subquery()
        wanted_rows = query().join(chosen, chosen.c.activity_id == activities.c.activity_id)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                stored = await rows_by_activity(connection, wanted_rows)
        found = readable(stored)
        if len(stored) == size > len(found):
            found += await self.page(
                organisation_ids, stored[-1][0].activity_id, size - len(found), activity_ids, sought
            )
        return found

    async def _require(self, activity_id: bytes) -> Activity:
        activity = await self.get(activity_id)
        if activity is None:
            raise ActivityNotFoundError
        return activity

    async def _announce(self, rows: Sequence[OutboxRow], stored: Iterable[Activity]) -> None:
        for activity in stored:
            if activity.state is State.DELETED:
                self._memory.forget(activity.activity_id)
            else:
                self._memory.keep([activity])
        await self._outbox.deliver_now(rows)


def _of_occurrences(occurrence_ids: Collection[bytes]) -> Select[tuple[bytes]]:
    """The ids of the activities of some occurrences."""
    return select(occurrences.c.activity_id).where(occurrences.c.occurrence_id.in_(list(occurrence_ids)))


async def _hold_roster(connection: AsyncConnection, activity: Activity) -> None:
    """Where people can still check in, whom it expects stays; raises InvalidArgumentError where it is deleted."""
    goes_on = activity.state is State.PUBLISHED and activity.closes_at > now_us()
    if goes_on and (roster_id := activity.definition.roster_id):
        await hold_roster(connection, roster_id)


async def _until_code_is_free(attempt: Callable[[], Awaitable[T]]) -> T:
    """Repeats a transaction whose new code met one in use."""
    for _ in range(_CODE_DRAWS - 1):
        try:
            with unavailable_when_lost():
                return await attempt()
        except IntegrityError as error:
            if not is_duplicate_key(error):
                raise
    with unavailable_when_lost():
        return await attempt()
