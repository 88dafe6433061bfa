"""Places that an organisation has saved, with the access points only seen there: what they are, and all their SQL."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit.clock import from_datetime, to_datetime
from servicekit.mysql import idempotency
from servicekit.mysql.database import unavailable_when_lost
from servicekit.mysql.idempotency import Intent
from services.activity.definition import Place, Wifi
from services.activity.errors import PlaceNotFoundError, TooManyPlacesError
from services.activity.metrics import PLACES_OVER, UNREADABLE_PLACE
from services.activity.quotas import Quotas
from services.activity.tables import idempotency_keys, places

QUOTA = 200


@dataclass(frozen=True, slots=True)
class Site:
    """Where to be, and what is only seen there."""

    place: Place
    wifi: tuple[Wifi, ...] = ()

    def learned(self, seen: Iterable[Wifi]) -> "Site":
        """With access points that a phone saw there; of one that is known the name, where it had none."""
        known = {each.bssid: each for each in self.wifi}
        for each in seen:
            if each.bssid not in known or not known[each.bssid].ssid:
                known[each.bssid] = each
        return replace(self, wifi=tuple(known.values()))


@dataclass(frozen=True, slots=True)
class SavedPlace:
    """A site of an organisation."""

    place_id: bytes
    organisation_id: bytes
    site: Site
    created_at: int


_decode = msgspec.json.Decoder(Site).decode


class Places:
    """Saved places in MySQL. Every method raises UnavailableError when the database is gone or busy.

    Args:
        quota: How many an organisation may save.
    """

    def __init__(self, engine: AsyncEngine, quotas: Quotas, quota: int = QUOTA) -> None:
        self._engine = engine
        self._quotas = quotas
        self._quota = quota

    async def page(self, organisation_id: bytes, before: bytes | None, size: int) -> list[SavedPlace]:
        """Places of an organisation, the newest first.

        Args:
            before: The last place of the page before; None for the first page.
        """
        wanted: ColumnElement[bool] = places.c.organisation_id == organisation_id
        if before is not None:
            wanted &= places.c.place_id < before
        query = select(places).where(wanted).order_by(places.c.place_id.desc()).limit(size)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        found = [place for row in rows if (place := _read(row))]
        if len(rows) == size > len(found):
            found += await self.page(organisation_id, rows[-1].place_id, size - len(found))
        return found

    async def save(self, place: SavedPlace, intent: Intent) -> SavedPlace:
        """Stores a new place, or finds the one that this intent made before.

        Raises:
            TooManyPlacesError: The organisation has as many as it may.
            IdempotencyKeyReusedError: The key belongs to another request.
            TooManyChangesError: The organisation changed as much as it may.
        """

        async def effect() -> bytes:
            await self._quotas.change(place.organisation_id)
            await _check_room(connection, place.organisation_id, self._quota)
            row = {
                "place_id": place.place_id,
                "organisation_id": place.organisation_id,
                "site": msgspec.json.encode(place.site).decode(),
                "created_at": to_datetime(place.created_at),
                "created_by": intent.user_id,
            }
            await connection.execute(insert(places).values(row))
            return place.place_id

        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                made = await idempotency.once(connection, idempotency_keys, intent, effect)
                return place if made == place.place_id else await _lock(connection, place.organisation_id, made)

    async def change(self, organisation_id: bytes, place_id: bytes, move: Callable[[Site], Site]) -> SavedPlace:
        """Applies a move under the row's lock; one that changes nothing writes nothing.

        Raises:
            PlaceNotFoundError: The organisation has none of this id.
            TooManyChangesError: The organisation changed as much as it may.
        """
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                before = await _lock(connection, organisation_id, place_id)
                after = replace(before, site=move(before.site))
                if after != before:
                    await self._quotas.change(organisation_id)
                    site = msgspec.json.encode(after.site).decode()
                    await connection.execute(update(places).where(places.c.place_id == place_id).values(site=site))
                return after

    async def delete(self, organisation_id: bytes, place_id: bytes) -> None:
        """Forgets a place; activities that were made with it keep what they say.

        Raises:
            PlaceNotFoundError: The organisation has none of this id.
        """
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                gone = await connection.execute(delete(places).where(_is(organisation_id, place_id)))
        if not gone.rowcount:
            raise PlaceNotFoundError


async def _check_room(connection: AsyncConnection, organisation_id: bytes, quota: int) -> None:
    """Lets an organisation save one more; whoever else does so waits for the lock on its oldest place."""
    of_it = places.c.organisation_id == organisation_id
    await connection.execute(
        select(places.c.place_id).where(of_it).order_by(places.c.place_id).limit(1).with_for_update()
    )
    count = await connection.scalar(select(func.count()).select_from(places).where(of_it))
    if (count or 0) >= quota:
        PLACES_OVER.inc()
        raise TooManyPlacesError(quota)


async def _lock(connection: AsyncConnection, organisation_id: bytes, place_id: bytes) -> SavedPlace:
    query = select(places).where(_is(organisation_id, place_id)).with_for_update()
    row = (await connection.execute(query)).one_or_none()
    place = _read(row) if row else None
    if place is None:
        raise PlaceNotFoundError
    return place


def _is(organisation_id: bytes, place_id: bytes) -> ColumnElement[bool]:
    return and_(places.c.place_id == place_id, places.c.organisation_id == organisation_id)


def _read(row: Row[Any]) -> SavedPlace | None:
    """None for what cannot be read."""
    try:
        return SavedPlace(row.place_id, row.organisation_id, _decode(row.site), from_datetime(row.created_at))
    except msgspec.MsgspecError as error:
        UNREADABLE_PLACE.note(row.place_id, error)
        return None
