"""Guests of an activity: who came without an account or a place on its roster, as staff wrote them down; all their SQL.

Names and phones stand sealed. Whatever is said first of a guest stays: phones that were without a network say it again.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Row, Select, func, insert, select, union
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domainkit.name_search import is_searchable
from domainkit.sealed import SealBrokenError, SealedTextError
from servicekit.clock import to_datetime
from servicekit.mysql.database import unavailable_when_lost
from services.activity.domain import Activity
from services.activity.metrics import GUESTS_OVER, UNREADABLE_GUEST
from services.activity.rosters.listed import is_meant, named_like
from services.activity.rosters.sealing import TAIL_DIGITS, Said, Sealing
from services.activity.tables import activities, guest_name_pairs, guests

QUOTA = 2000


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who came; without a name once they are erased."""

    guest_id: bytes
    name: str
    phone_tail: str = ""


class Guests:
    """Guests in MySQL. Every method raises UnavailableError when the database is gone or busy.

    Args:
        quota: How many an activity may have.
    """

    def __init__(self, engine: AsyncEngine, sealing: Sealing, quota: int = QUOTA) -> None:
        self._engine = engine
        self._sealing = sealing
        self.quota = quota

    async def of(self, activity_id: bytes, guest_ids: Collection[bytes]) -> dict[bytes, Guest]:
        """Those of these ids."""
        return {one.guest_id: one for one in await self._read(_of(activity_id).where(guests.c.guest_id.in_(guest_ids)))}

    async def page(self, activity_id: bytes, after: bytes | None, size: int) -> list[Guest]:
        """Those of an activity, by id.

        Args:
            after: The last one of the page before; None for the first page.
        """
        rest = _of(activity_id).where(guests.c.guest_id > (after or b""))
        return await self._read(rest.order_by(guests.c.guest_id).limit(size))

    async def search(self, activity_id: bytes, query: str, most: int) -> list[Guest]:
        """Those who are meant by part of a name, or by the last four digits of a phone."""
        if not (parts := list(self._may_be_meant(activity_id, query))):
            return []
        meant = union(*parts).subquery()
        found = await self._read(_of(activity_id).join(meant, meant.c.guest_id == guests.c.guest_id))
        return [one for one in found if is_meant(Said(one.name, phone=one.phone_tail), query)][:most]

    async def named_like(self, activity_id: bytes, query: str) -> Sequence[bytes]:
        """Those whose name may be like a query that says enough, and few others."""
        asked = self._sealing.pairs_asked(activity_id, query)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                return (
                    await connection.scalars(named_like(guest_name_pairs.c.guest_id, guest_name_pairs, asked))
                ).all()

    async def keep(self, activity: Activity, people: Sequence[Guest], by: bytes, at: int) -> dict[bytes, Guest]:
        """Writes down who is new, as far as there is room; whoever is kept by then, as they are kept.

        Args:
            by: Who says so.
        """
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                room = await self._room(connection, activity.activity_id)
                wanted = {one.guest_id: one for one in reversed(people)}
                known = select(guests.c.guest_id).where(
                    guests.c.activity_id == activity.activity_id, guests.c.guest_id.in_(wanted)
                )
                there = set((await connection.scalars(known)).all())
                new = [one for guest_id, one in wanted.items() if guest_id not in there]
                if len(new) > room:
                    GUESTS_OVER.inc()
                await self._insert(connection, activity, new[: max(0, room)], by, at)
        return await self.of(activity.activity_id, wanted)

    async def _room(self, connection: AsyncConnection, activity_id: bytes) -> int:
        """How many more there may be; no other transaction adds any before this one ends."""
        await connection.execute(
            select(activities.c.activity_id).where(activities.c.activity_id == activity_id).with_for_update()
        )
        count = select(func.count()).select_from(guests).where(guests.c.activity_id == activity_id)
        return self.quota - int(await connection.scalar(count) or 0)

    async def _insert(
        self, connection: AsyncConnection, activity: Activity, new: Sequence[Guest], by: bytes, at: int
    ) -> None:
        activity_id, sealing = activity.activity_id, self._sealing
        ours = {
            "activity_id": activity_id,
            "organisation_id": activity.definition.organisation_id,
            "created_at": to_datetime(at),
            "created_by": by,
        }
        rows = [
            ours
            | {
                "guest_id": one.guest_id,
                "said": sealing.seal_guest(activity_id, one.guest_id, Said(one.name, phone=one.phone_tail)),
                "phone_tail_index": next(iter(sealing.by_phone_tail(activity_id, one.phone_tail)), None),
            }
            for one in new
        ]
        pairs = [
            {"activity_id": activity_id, "guest_id": one.guest_id, "pair": pair}
            for one in new
            for pair in sorted(sealing.name_pairs(activity_id, one.name))
        ]
        for table, values in ((guests, rows), (guest_name_pairs, pairs)):
            if values:
                await connection.execute(insert(table), values)

    def _may_be_meant(self, activity_id: bytes, query: str) -> Iterator[Select[Any]]:
        if query.isdecimal() and len(query) == TAIL_DIGITS:
            tails = self._sealing.by_phone_tail(activity_id, query)
            yield select(guests.c.guest_id).where(
                guests.c.activity_id == activity_id, guests.c.phone_tail_index.in_(tails)
            )
        if is_searchable(query):
            asked = self._sealing.pairs_asked(activity_id, query)
            yield named_like(guest_name_pairs.c.guest_id, guest_name_pairs, asked)

    async def _read(self, query: Select[Any]) -> list[Guest]:
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        return [one for row in rows if (one := self._opened(row))]

    def _opened(self, row: Row[Any]) -> Guest | None:
        if not row.said:
            return Guest(row.guest_id, "")
        try:
            said = self._sealing.open_guest(row.activity_id, row.guest_id, row.said)
        except (SealedTextError, SealBrokenError, msgspec.MsgspecError) as error:
            UNREADABLE_GUEST.note(row.guest_id, error)
            return None
        return Guest(row.guest_id, said.name, said.phone)


def _of(activity_id: bytes) -> Select[Any]:
    return select(guests.c.activity_id, guests.c.guest_id, guests.c.said).where(guests.c.activity_id == activity_id)
