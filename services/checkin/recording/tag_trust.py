"""Has Redis trust readings of SUN tags again after it forgot them.

Control comes from the outbox (`taps.py`), which names occurrences at which readings could not be checked. Once all that
was accepted before is recorded, and activity has heard of it, nobody used a reading above a tag's highest recorded
counter: what is above it is fresh, and what is not goes to a human.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Protocol

from protos.activity.v1 import tags_pb2
from servicekit.errors import ServiceError
from services.checkin.judging.snapshots import Snapshot

log = logging.getLogger(__name__)

_INTERVAL_S = 1.0


class ActivitiesPort(Protocol):
    """Snapshots of occurrences; `renew` raises ServiceError."""

    async def renew(self, occurrence_ids: Collection[bytes]) -> None:
        """Reads these anew."""

    def get(self, key: bytes | str) -> Snapshot | None:
        """A snapshot by occurrence id."""


class CountersPort(Protocol):
    """See `judging.tag_counters.TagCounters`."""

    async def trust(self, activity_id: bytes, used: Mapping[bytes, int], closes_at: int) -> None:
        """Says up to which counter readings may have been used; idempotent, raises UnavailableError."""


class TagTrust:
    """Occurrences whose readings are doubted, until they are not any more.

    Args:
        is_settled: Whether all that was accepted before is recorded, and told to activity; raises ServiceError.
    """

    def __init__(
        self, activities: ActivitiesPort, counters: CountersPort, is_settled: Callable[[], Awaitable[bool]]
    ) -> None:
        self._activities = activities
        self._counters = counters
        self._is_settled = is_settled
        self._doubted: set[bytes] = set()

    def doubt(self, occurrence_id: bytes) -> None:
        """Has the readings of an occurrence's tags trusted again as soon as may be."""
        self._doubted.add(occurrence_id)

    async def run(self) -> None:
        """Looks every second; runs until cancelled."""
        while True:
            try:
                await self.restore()
            except ServiceError as error:
                log.warning("readings of tags go on to humans: %s", error)
            await asyncio.sleep(_INTERVAL_S)

    async def restore(self) -> None:
        """Trusts what is doubted, if everything is settled.

        Raises:
            ServiceError: MySQL, RabbitMQ, Redis or the activity service is gone.
        """
        doubted = [*self._doubted]
        if not doubted or not await self._is_settled():
            return
        await self._activities.renew(doubted)
        for occurrence_id in doubted:
            snapshot = self._activities.get(occurrence_id)
            if snapshot is not None:
                await self._trust(snapshot)
            self._doubted.discard(occurrence_id)

    async def _trust(self, snapshot: Snapshot) -> None:
        occurrence, sun = snapshot.occurrence, tags_pb2.NfcTag.KIND_SUN
        used = {tag.tag_id: tag.last_counter for tag in snapshot.tags.values() if tag.kind == sun}
        await self._counters.trust(occurrence.activity_id, used, occurrence.closes_at)
        log.info("readings of %d tags at occurrence %s are trusted again", len(used), occurrence.occurrence_id.hex())
