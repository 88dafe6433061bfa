"""A person's own records, page by page, the last to arrive first.

An attempt's arrival changes when a better copy of it turns up, which moves it to where the reader has been. So a list
of several pages ends with what changed since its first page was read: nothing that was there all the time is missed,
and what comes twice carries its id.
"""

from typing import NamedTuple, Protocol

from servicekit.clock import now_us
from services.checkin.changes import OVERLAP_US
from services.checkin.records import ChangePosition, Position, Stored


class Place(NamedTuple):
    """Where a list goes on.

    Attributes:
        part: 0 while it goes by arrival, 1 through what changed.
        at: When the last one shown arrived, or changed.
        identifier: Of the last one shown: the attempt; of a change its `ChangePosition`.
        direction: Of a change.
        since: From when on changes are shown: shortly before the first page was read.
    """

    part: int
    at: int
    identifier: bytes
    direction: int
    since: int


class RecordsPort(Protocol):
    """Stored attempts; both methods raise UnavailableError when MySQL is gone."""

    async def list_of(self, user_id: bytes, size: int, before: Position | None) -> list[Stored]:
        """A person's records by arrival."""

    async def changes_of(
        self, user_id: bytes, since: int, after: ChangePosition | None, size: int
    ) -> tuple[list[Stored], ChangePosition | None]:
        """Those that changed since, and where to go on if there are more."""


class OwnList:
    """Reads on from a place."""

    def __init__(self, records: RecordsPort) -> None:
        self._records = records

    async def page(self, user_id: bytes, size: int, place: Place | None) -> tuple[list[Stored], Place | None]:
        """The next page, and where to go on if there is more.

        Raises:
            UnavailableError: MySQL is gone.
        """
        since = place.since if place else now_us() - OVERLAP_US
        if place and place.part:
            return await self._changed(user_id, size, since, (place.at, place.identifier, place.direction))
        found = await self._records.list_of(user_id, size, (place.at, place.identifier) if place else None)
        if len(found) == size:
            last = found[-1].copy
            return found, Place(0, last.received_at, last.attempt_id, 0, since)
        if place is None:
            return found, None
        changed, more = await self._changed(user_id, size - len(found), since, None)
        known = {stored.key for stored in found}
        return found + [stored for stored in changed if stored.key not in known], more

    async def _changed(
        self, user_id: bytes, size: int, since: int, after: ChangePosition | None
    ) -> tuple[list[Stored], Place | None]:
        changed, more = await self._records.changes_of(user_id, since, after, size)
        return changed, Place(1, *more, since) if more else None
