"""What waits for a human at an activity that was cancelled ends with it, for its person and on the reviewers' list.

The recorder process runs it. It decides like a human who refuses, on the revision it saw, so that whatever happens
meanwhile goes before; what is decided or judged later and waits again ends again.
"""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Protocol

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.errors import ServiceError
from services.checkin.judging.snapshots import Snapshot
from services.checkin.recording.store import NOBODY
from services.checkin.records.stored import Stored
from services.checkin.reviewing.decision import Word, to_decided
from services.checkin.rules.merge import DecisionKind
from services.checkin.rules.occurrence import ActivityState

log = logging.getLogger(__name__)

INTERVAL_S = 5.0
_FIRST = b""
_CANCELLED = Word(NOBODY, DecisionKind.REFUSE, "ACTIVITY_CANCELLED")


class RecordsPort(Protocol):
    """What waits for a human; raises UnavailableError when MySQL is gone."""

    async def occurrences_waiting(self, after: bytes, limit: int) -> Sequence[bytes]:
        """Occurrences at which something waits, in order, those beyond an id."""

    async def waiting(self, occurrence_id: bytes, limit: int) -> Sequence[Stored]:
        """What waits at one, the longest waiting first."""


class ActivitiesPort(Protocol):
    """Occurrences as they are."""

    async def renew(self, occurrence_ids: Collection[bytes]) -> None:
        """Reads these anew; ServiceError when the activity service is gone."""

    def get(self, key: bytes) -> Snapshot | None:
        """One that was read."""


class Ended:
    """Ends what waits at cancelled activities.

    Args:
        decide: Records decisions and carries out what follows; raises UnavailableError when MySQL is gone.
        page: Occurrences in one look, and attempts in one transaction.
    """

    def __init__(
        self,
        records: RecordsPort,
        activities: ActivitiesPort,
        decide: Callable[[Sequence[pb.Decided]], Awaitable[None]],
        page: int = 200,
    ) -> None:
        self._records = records
        self._activities = activities
        self._decide = decide
        self._page = page
        self._after = _FIRST

    async def run(self) -> None:
        """Looks every 5 s; runs until cancelled."""
        while True:
            try:
                await self.look()
            except ServiceError as error:
                log.warning("what waits at cancelled activities ends later: %s", error)
            await asyncio.sleep(INTERVAL_S)

    async def look(self) -> None:
        """Ends what waits at the cancelled ones of the next occurrences.

        Raises:
            ServiceError: MySQL or the activity service is gone.
        """
        occurrences = await self._records.occurrences_waiting(self._after, self._page)
        self._after = occurrences[-1] if len(occurrences) == self._page else _FIRST
        if occurrences:
            await self._activities.renew(occurrences)
        for occurrence_id in occurrences:
            snapshot = self._activities.get(occurrence_id)
            if snapshot and snapshot.occurrence.state is ActivityState.CANCELLED:
                waiting = await self._records.waiting(occurrence_id, self._page)
                await self._decide([to_decided(_CANCELLED, stored, _decision_id(stored)) for stored in waiting])


def _decision_id(stored: Stored) -> bytes:
    """The same for whichever recorder ends the same."""
    said = b"|".join((NOBODY, stored.checkin_id, str(stored.revision).encode()))
    return hashlib.blake2b(said, digest_size=16).digest()
