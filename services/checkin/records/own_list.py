"""A person's own records, page by page, the last to arrive first.

An attempt's arrival changes when a better copy of it turns up, which moves it to where the reader has been. So a list
of several pages ends with what changed since its first page was read: nothing that was there all the time is missed,
and what comes twice carries its id.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import now_us
from services.checkin.records.cursor import OVERLAP_US
from services.checkin.records.records import ChangePosition, Position
from services.checkin.records.stored import Stored


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

    async def page(
        self, user_id: bytes, size: int, place: Place | None, fresh: Mapping[Position, pb.Checkin]
    ) -> tuple[list[pb.Checkin], Place | None]:
        """The next page, and where to go on if there is more.

        Args:
            fresh: What is answered and not recorded yet; it has its place among the others.

        Raises:
            UnavailableError: MySQL is gone.
        """
        since = place.since if place else now_us() - OVERLAP_US
        if place and place.part:
            return await self._changed(user_id, size, since, (place.at, place.identifier, place.direction))
        before = (place.at, place.identifier) if place else None
        listed = {at: record for at, record in fresh.items() if before is None or at < before}
        stored = await self._records.list_of(user_id, size, before)
        listed |= {(one.copy.received_at, one.copy.attempt_id): one.record() for one in stored}
        shown = sorted(listed, reverse=True)[:size]
        records = [listed[at] for at in shown]
        if len(listed) >= size:
            return records, Place(0, *shown[-1], 0, since)
        if place is None:
            return records, None
        changed, more = await self._changed(user_id, size - len(records), since, None)
        known = {record.attempt_id for record in records}
        return records + [record for record in changed if record.attempt_id not in known], more

    async def _changed(
        self, user_id: bytes, size: int, since: int, after: ChangePosition | None
    ) -> tuple[list[pb.Checkin], Place | None]:
        changed, more = await self._records.changes_of(user_id, since, after, size)
        return [stored.record() for stored in changed], Place(1, *more, since) if more else None
