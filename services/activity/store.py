"""All SQL of activity. A change, its version, its effects and its idempotency key are one transaction."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from itertools import groupby
from typing import Any, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Row, Select, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from protos.activity.v1 import activity_pb2 as pb
from servicekit import idempotency
from servicekit.clock import SECOND_US, from_datetime, now_us, to_datetime
from servicekit.database import is_duplicate_key, unavailable_when_lost
from servicekit.errors import UnavailableError
from servicekit.idempotency import Intent
from servicekit.outbox import Outbox, OutboxRow
from services.activity import changes
from services.activity.definition import Definition
from services.activity.domain import Activity, Occurrence, State
from services.activity.errors import ActivityNotFoundError
from services.activity.memory import Key, Memory
from services.activity.messages import to_snapshots
from services.activity.tables import activities, activity_versions, idempotency_keys, occurrences, switches

T = TypeVar("T")

# One draw in a few hundred thousand meets a code in use, even after years.
_CODE_DRAWS = 5
_LONGEST_SWITCH_US = 24 * 3600 * SECOND_US

_decode_definition = msgspec.json.Decoder(Definition).decode


class Store:
    """Activities in MySQL.

    Every method raises UnavailableError when the database is gone or busy.
    """

    def __init__(self, engine: AsyncEngine, outbox: Outbox) -> None:
        self._engine = engine
        self._outbox = outbox
        self._memory = Memory()
        self._switched_on: Sequence[pb.Switch] = ()

    async def create(self, draft: Callable[[], Activity], intent: Intent) -> Activity:
        """Stores a new activity, or finds the one that this intent made before.

        Args:
            draft: Makes the activity; called again when its code turns out to be taken.

        Raises:
            IdempotencyKeyReusedError: The key belongs to another request.
        """

        async def attempt() -> Activity:
            activity = draft()
            rows = changes.rows_of(activity)

            async def effect() -> bytes:
                await self._insert(connection, activity, intent.user_id)
                await self._outbox.write(connection, rows)
                return activity.activity_id

            async with self._engine.begin() as connection:
                made = await idempotency.once(connection, idempotency_keys, intent, effect)
            return await self._announce(activity, rows) if made == activity.activity_id else await self._require(made)

        return await _until_code_is_free(attempt)

    async def change(self, activity_id: bytes, move: Callable[[Activity], Activity]) -> Activity:
        """Applies a move of the domain under the row's lock; one that changes nothing writes nothing.

        Args:
            move: May raise; may be called again when the code it drew turns out to be taken.

        Raises:
            ActivityNotFoundError: There is none.
        """

        async def attempt() -> Activity:
            async with self._engine.begin() as connection:
                before = await _lock(connection, activity_id)
                after = move(before)
                if after is before:
                    return before
                rows = changes.rows_of(after)
                await connection.execute(
                    update(activities).where(activities.c.activity_id == activity_id).values(_mutable_columns(after))
                )
                await self._add_version(connection, after)
                await self._outbox.write(connection, rows)
            return await self._announce(after, rows)

        return await _until_code_is_free(attempt)

    async def get(self, activity_id: bytes) -> Activity | None:
        """One activity."""
        found = await self.find(activity_ids=[activity_id])
        return found[0] if found else None

    async def find(
        self,
        *,
        activity_ids: Collection[bytes] = (),
        occurrence_ids: Collection[bytes] = (),
        codes: Collection[str] = (),
    ) -> list[Activity]:
        """Those with any of these keys, once each; one statement per kind of key.

        An activity found by occurrence alone comes with the occurrences asked for. While MySQL is gone, those found
        before by the same keys are found again as they were.
        """
        conditions = [
            column.in_(list(keys))
            for column, keys in (
                (activities.c.activity_id, activity_ids),
                (activities.c.code, codes),
                (occurrences.c.occurrence_id, occurrence_ids),
            )
            if keys
        ]
        keys: set[Key] = {*activity_ids, *codes, *occurrence_ids}
        try:
            found = await self._read_any(conditions)
        except UnavailableError:
            if (remembered := self._memory.recall(keys)) is None:
                raise
            return remembered
        self._memory.keep(keys, found)
        return found

    async def _read_any(self, conditions: Iterable[ColumnElement[bool]]) -> list[Activity]:
        found: dict[bytes, Activity] = {}
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                for condition in conditions:
                    for activity in await _read(connection, _query().where(condition)):
                        found.setdefault(activity.activity_id, activity)
        return list(found.values())

    async def switches(self) -> Sequence[pb.Switch]:
        """What operators have turned on; while MySQL is gone, what was on when it was last read.

        Switches last for a day at most, so the newest row of each is among those set since then.
        """
        recent = switches.c.set_at > to_datetime(now_us() - _LONGEST_SWITCH_US)
        query = select(switches).where(recent).order_by(switches.c.set_at, switches.c.switch_id)
        try:
            with unavailable_when_lost():
                async with self._engine.connect() as connection:
                    newest = {(row.name, row.signal): row for row in await connection.execute(query)}
        except UnavailableError:
            return self._switched_on
        self._switched_on = [_to_switch(row) for row in newest.values() if from_datetime(row.expires_at) > now_us()]
        return self._switched_on

    async def page(self, organisation_ids: Collection[bytes], before: bytes | None, size: int) -> list[Activity]:
        """Activities of these organisations, newest first.

        Args:
            before: The last activity of the page before; None for the first page.
        """
        wanted: ColumnElement[bool] = activities.c.organisation_id.in_(list(organisation_ids))
        if before is not None:
            wanted &= activities.c.activity_id < before
        newest = activities.c.activity_id.desc()
        chosen = select(activities.c.activity_id).where(wanted).order_by(newest).limit(size).subquery()
        query = _query().join(chosen, chosen.c.activity_id == activities.c.activity_id)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                return await _read(connection, query)

    async def _require(self, activity_id: bytes) -> Activity:
        activity = await self.get(activity_id)
        if activity is None:
            raise ActivityNotFoundError
        return activity

    async def _insert(self, connection: AsyncConnection, activity: Activity, created_by: bytes) -> None:
        row = {
            "activity_id": activity.activity_id,
            "organisation_id": activity.definition.organisation_id,
            "definition": msgspec.json.encode(activity.definition).decode(),
            "created_at": to_datetime(activity.created_at),
            "created_by": created_by,
        }
        await connection.execute(insert(activities).values(row | _mutable_columns(activity)))
        await connection.execute(
            insert(occurrences).values([_occurrence_columns(activity, it) for it in activity.occurrences])
        )
        await self._add_version(connection, activity)

    async def _add_version(self, connection: AsyncConnection, activity: Activity) -> None:
        snapshot = pb.BatchGetOccurrencesResponse(occurrences=to_snapshots(activity))
        row = {
            "activity_id": activity.activity_id,
            "revision": activity.revision,
            "valid_from": to_datetime(now_us()),
            "snapshot": snapshot.SerializeToString(),
        }
        await connection.execute(insert(activity_versions).values(row))

    async def _announce(self, activity: Activity, rows: Sequence[OutboxRow]) -> Activity:
        await self._outbox.deliver_now(rows)
        return activity


def _to_switch(row: Row[Any]) -> pb.Switch:
    return pb.Switch(name=row.name, signal=row.signal, grace_s=row.grace_s, expires_at=from_datetime(row.expires_at))


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


def _query() -> Select[Any]:
    return (
        select(activities, *(column for column in occurrences.c if column.name != "activity_id"))
        .join(occurrences, occurrences.c.activity_id == activities.c.activity_id)
        .order_by(activities.c.activity_id.desc(), occurrences.c.starts_at)
    )


async def _lock(connection: AsyncConnection, activity_id: bytes) -> Activity:
    query = _query().where(activities.c.activity_id == activity_id).with_for_update()
    found = await _read(connection, query)
    if not found:
        raise ActivityNotFoundError
    return found[0]


async def _read(connection: AsyncConnection, query: Select[Any]) -> list[Activity]:
    rows = (await connection.execute(query)).all()
    return [_activity(list(group)) for _, group in groupby(rows, key=lambda row: row.activity_id)]


def _activity(rows: Sequence[Row[Any]]) -> Activity:
    head = rows[0]
    return Activity(
        activity_id=head.activity_id,
        definition=_decode_definition(head.definition),
        occurrences=tuple(_occurrences(rows)),
        code=head.code,
        created_at=from_datetime(head.created_at),
        epoch=head.epoch,
        state=State(head.state),
        revision=head.revision,
        published_at=None if head.published_at is None else from_datetime(head.published_at),
    )


def _occurrences(rows: Iterable[Row[Any]]) -> Iterable[Occurrence]:
    for row in rows:
        times = map(from_datetime, (row.starts_at, row.ends_at, row.opens_at, row.closes_at))
        yield Occurrence(row.occurrence_id, *times)


def _mutable_columns(activity: Activity) -> dict[str, object]:
    return {
        "state": int(activity.state),
        "revision": activity.revision,
        "epoch": activity.epoch,
        "code": activity.code,
        "published_at": None if activity.published_at is None else to_datetime(activity.published_at),
    }


def _occurrence_columns(activity: Activity, occurrence: Occurrence) -> dict[str, object]:
    return {
        "occurrence_id": occurrence.occurrence_id,
        "activity_id": activity.activity_id,
        "starts_at": to_datetime(occurrence.starts_at),
        "ends_at": to_datetime(occurrence.ends_at),
        "opens_at": to_datetime(occurrence.opens_at),
        "closes_at": to_datetime(occurrence.closes_at),
    }
