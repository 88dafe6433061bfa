"""Tags of activities, and all their SQL. Their keys and what they say follow from their ids: none of it is stored."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

from cachetools import LRUCache
from sqlalchemy import Row, Select, and_, bindparam, case, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit.clock import SECOND_US, from_datetime, now_us, to_datetime
from servicekit.errors import UnavailableError
from servicekit.mysql.database import unavailable_when_lost
from servicekit.rabbitmq.outbox import Outbox, OutboxRow
from services.activity.changes import HASTEN
from services.activity.domain import Activity
from services.activity.errors import TagNotFoundError, TooManyTagsError
from services.activity.metrics import TAGS_OVER
from services.activity.quotas import Quotas
from services.activity.rows import lock
from services.activity.tables import nfc_tags

QUOTA = 50
_LISTED = 100
# How long after one was revoked somebody may still ask whether it lived: what could not be judged is, within a day.
_KNOWN_US = 24 * 3600 * SECOND_US
# As many activities as are remembered of other things, for the time MySQL is gone.
_REMEMBERED = 10_000


Reading = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


class Kind(IntEnum):
    """What its chip can, as `activity.v1.NfcTag.Kind` numbers it."""

    STATIC = 1
    SUN = 2


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag; `kind` is a number of `activity.v1.NfcTag`, times are microseconds since 1970 UTC."""

    tag_id: bytes
    activity_id: bytes
    kind: int
    label: str
    gate: str
    created_at: int
    created_by: bytes
    revoked_at: int | None = None
    last_seen_at: int | None = None
    last_counter: int = 0


class Tap(NamedTuple):
    """That a tag was seen; `counter` is 0 of a static one."""

    seen_at: int
    counter: int


class Tags:
    """Tags in MySQL. Every method raises UnavailableError when the database is gone or busy.

    Args:
        reading: A connection for what checkin waits for (`store.Store.reading`).
        quota: How many of an activity may live at a time.
    """

    def __init__(
        self, engine: AsyncEngine, reading: Reading, outbox: Outbox, quotas: Quotas, quota: int = QUOTA
    ) -> None:
        self._engine = engine
        self._reading = reading
        self._outbox = outbox
        self._quotas = quotas
        self._quota = quota
        self._remembered: LRUCache[bytes, Sequence[Tag]] = LRUCache(_REMEMBERED)

    async def add(self, tag: Tag) -> None:
        """Stores a new one.

        Raises:
            ActivityNotFoundError: There is no such activity.
            TooManyTagsError: The activity has as many as may live.
            TooManyChangesError: The organisation changed as much as it may.
        """
        row = {
            "tag_id": tag.tag_id,
            "activity_id": tag.activity_id,
            "kind": tag.kind,
            "label": tag.label,
            "gate": tag.gate,
            "created_at": to_datetime(tag.created_at),
            "created_by": tag.created_by,
            "last_counter": 0,
        }
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                # Whoever else adds one waits here.
                activity = await lock(connection, tag.activity_id)
                await _check_room(connection, tag.activity_id, self._quota)
                await self._quotas.change(activity.definition.organisation_id)
                await connection.execute(insert(nfc_tags).values(row))
                effects = await self._hasten(connection, activity)
        await self._outbox.deliver_now(effects)

    async def revoke(self, activity: Activity, tag_id: bytes, by: bytes, now_us: int) -> None:
        """Ends one for good. Idempotent.

        Raises:
            TagNotFoundError: The activity has none of this id.
        """
        of_it = and_(nfc_tags.c.tag_id == tag_id, nfc_tags.c.activity_id == activity.activity_id)
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                found = await connection.scalar(select(nfc_tags.c.tag_id).where(of_it).with_for_update())
                if found is None:
                    raise TagNotFoundError
                living = update(nfc_tags).where(of_it, nfc_tags.c.revoked_at.is_(None))
                await connection.execute(living.values(revoked_at=to_datetime(now_us), revoked_by=by))
                effects = await self._hasten(connection, activity)
        await self._outbox.deliver_now(effects)

    async def _hasten(self, connection: AsyncConnection, activity: Activity) -> list[OutboxRow]:
        """Has snapshot caches read the activity anew."""
        occurrence_ids = b"".join(occurrence.occurrence_id for occurrence in activity.occurrences)
        effects = [OutboxRow.effect(HASTEN, occurrence_ids)]
        await self._outbox.write(connection, effects)
        return effects

    async def of_activity(self, activity_id: bytes) -> list[Tag]:
        """The living ones first, the newest of each first; a hundred at most."""
        order = nfc_tags.c.revoked_at.is_not(None), nfc_tags.c.tag_id.desc()
        query = select(nfc_tags).where(nfc_tags.c.activity_id == activity_id).order_by(*order).limit(_LISTED)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                return list(map(_tag, (await connection.execute(query)).all()))

    async def known(self, activity_ids: Collection[bytes], at: int = 0) -> Mapping[bytes, Sequence[Tag]]:
        """Those that live or did within a day, by activity: a hundred of each at most, the living ones before others.

        One statement, and as last read while MySQL is gone.

        Args:
            at: As of a moment, microseconds since 1970 UTC, and never from memory; 0: now.
        """
        if not activity_ids:
            return {}
        try:
            found = await self._known(activity_ids, at)
        except UnavailableError:
            if at or not all(activity_id in self._remembered for activity_id in activity_ids):
                raise
            return {activity_id: self._remembered[activity_id] for activity_id in activity_ids}
        if not at:
            self._remembered.update(found)
        return found

    async def _known(self, activity_ids: Collection[bytes], at: int) -> dict[bytes, list[Tag]]:
        found: dict[bytes, list[Tag]] = {activity_id: [] for activity_id in activity_ids}
        async with self._reading() as connection:
            for row in await connection.execute(_known(activity_ids, at)):
                found[row.activity_id].append(_tag(row))
        return found

    async def record(self, taps: Mapping[bytes, Tap]) -> None:
        """Keeps when tags were seen and their highest counters, by tag; unknown ones are ignored. One statement."""
        if not taps:
            return
        columns = nfc_tags.c
        seen = case({tag_id: to_datetime(tap.seen_at) for tag_id, tap in taps.items()}, value=columns.tag_id)
        counter = case({tag_id: tap.counter for tag_id, tap in taps.items()}, value=columns.tag_id)
        change = update(nfc_tags).where(columns.tag_id.in_(bindparam("tag_ids", list(taps), expanding=True)))
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                await connection.execute(
                    change.values(
                        last_seen_at=func.greatest(func.coalesce(columns.last_seen_at, seen), seen),
                        last_counter=func.greatest(columns.last_counter, counter),
                    )
                )


def _known(activity_ids: Collection[bytes], at: int) -> Select[Any]:
    """See `Tags.known`."""
    columns = nfc_tags.c
    is_known = or_(columns.revoked_at.is_(None), columns.revoked_at > to_datetime((at or now_us()) - _KNOWN_US))
    wanted = and_(columns.activity_id.in_(list(activity_ids)), is_known)
    if at:
        wanted = and_(wanted, columns.created_at <= to_datetime(at))
    order = columns.revoked_at.is_not(None), columns.revoked_at.desc()
    place = func.row_number().over(partition_by=columns.activity_id, order_by=order)
    placed = select(nfc_tags, place.label("place")).where(wanted).subquery()
    return select(placed).where(placed.c.place <= _LISTED)


async def _check_room(connection: AsyncConnection, activity_id: bytes, quota: int) -> None:
    living = and_(nfc_tags.c.activity_id == activity_id, nfc_tags.c.revoked_at.is_(None))
    if (await connection.scalar(select(func.count()).select_from(nfc_tags).where(living)) or 0) >= quota:
        TAGS_OVER.inc()
        raise TooManyTagsError(quota)


def latest(taps: Iterable[tuple[bytes, Tap]]) -> dict[bytes, Tap]:
    """Of each tag the last that was seen of it, and its highest counter."""
    found: dict[bytes, Tap] = {}
    for tag_id, tap in taps:
        before = found.get(tag_id, tap)
        found[tag_id] = Tap(max(before.seen_at, tap.seen_at), max(before.counter, tap.counter))
    return found


def _tag(row: Row[Any]) -> Tag:
    return Tag(
        tag_id=row.tag_id,
        activity_id=row.activity_id,
        kind=row.kind,
        label=row.label,
        gate=row.gate,
        created_at=from_datetime(row.created_at),
        created_by=row.created_by,
        revoked_at=None if row.revoked_at is None else from_datetime(row.revoked_at),
        last_seen_at=None if row.last_seen_at is None else from_datetime(row.last_seen_at),
        last_counter=row.last_counter,
    )
