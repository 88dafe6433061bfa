"""What changed of a person's records since their phone last asked.

A phone reads in rounds: page after page until nothing is left, then from shortly before that round began. The recorder
stamps changes with its clock and commits in another order, so every round goes back a little; what a phone gets twice
carries a revision, and the highest counts. The place is sealed: a phone cannot invent one.
"""

from typing import Protocol

from domainkit.sealed import SealBrokenError, SealedTextError, Sealer
from protos.checkin.v1 import checkin_pb2 as pb
from protos.credential.v1.credential_pb2 import Cursor
from servicekit.clock import SECOND_US, now_us
from services.checkin.records.records import ChangePosition
from services.checkin.records.stored import Stored

# Longer than a transaction of the recorder, and two clocks' difference, may be.
OVERLAP_US = 120 * SECOND_US


class RecordsPort(Protocol):
    """Stored attempts; raises UnavailableError when MySQL is gone."""

    async def changes_of(
        self, user_id: bytes, since: int, after: ChangePosition | None, size: int
    ) -> tuple[list[Stored], ChangePosition | None]:
        """A person's records changed since, and where to go on if there are more."""


class Changes:
    """Reads on from a cursor."""

    def __init__(self, records: RecordsPort, sealer: Sealer[Cursor]) -> None:
        self._records = records
        self._sealer = sealer

    async def after(self, user_id: bytes, text: str, size: int) -> pb.ListChangesResponse:
        """The next page of a person's changes.

        Args:
            text: The last page's cursor; one that is empty, impossible or somebody else's begins anew.

        Raises:
            UnavailableError: MySQL is gone.
        """
        cursor = self._open(user_id, text)
        if not cursor.after_at:
            cursor.next_since = max(cursor.since, now_us() - OVERLAP_US)
        found, more = await self._records.changes_of(user_id, cursor.since, _position(cursor), size)
        return pb.ListChangesResponse(
            changes=[stored.record() for stored in found],
            cursor=self._sealer.seal_text(_move(cursor, more), user_id),
            has_more=more is not None,
        )

    def _open(self, user_id: bytes, text: str) -> Cursor:
        try:
            cursor = self._sealer.open_text(text, user_id)
        except (SealedTextError, SealBrokenError):
            return Cursor(user_id=user_id)
        return cursor if cursor.since <= now_us() else Cursor(user_id=user_id)


def _position(cursor: Cursor) -> ChangePosition | None:
    if not cursor.after_at:
        return None
    return cursor.after_at, cursor.after_occurrence_id, cursor.after_direction


def _move(cursor: Cursor, more: ChangePosition | None) -> Cursor:
    """Further into this round, or to the start of the next."""
    if more is None:
        return Cursor(user_id=cursor.user_id, since=cursor.next_since)
    at, identifier, direction = more
    return Cursor(
        user_id=cursor.user_id,
        since=cursor.since,
        after_at=at,
        after_occurrence_id=identifier,
        after_direction=direction,
        next_since=cursor.next_since,
    )
