"""Builds the numbers of an activity anew from what `checkin` has recorded, while check-ins go on.

Control comes from the comparison (`compare.py`) and from the command (`rebuild.py`), and goes to `checkin` page by page
and to Redis (`live/numbers.py`):

1. A marker with an owner and an expiry says that a new generation is being built: from here on the projector puts
   whatever it is told into both generations.
2. The pages of `ListRecords` fill the new one. What was recorded before its page was read is in the page; what was
   recorded later is told by `recorded.v1`, and goes to both. The higher revision wins, as ever.
3. The new generation takes the place of the old one at once, and viewers are told.

Whoever dies on the way leaves the old generation as it was; the marker expires, and the next one starts over.
"""

import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from typing import Protocol

from protos.checkin.v1 import checkin_pb2
from servicekit import ids
from servicekit.errors import UnavailableError
from services.reporting.domain import Window
from services.reporting.errors import ActivityNotFoundError, RebuildBusyError, RebuildLostError
from services.reporting.metrics import REBUILDS
from services.reporting.project import Change, to_change

log = logging.getLogger(__name__)


class Generations(Protocol):
    """The numbers, old and new. Every method raises UnavailableError when Redis is gone."""

    async def begin(self, activity_id: bytes, owner: bytes) -> bool:
        """Begins an empty generation; False when somebody else is building one."""

    async def fill(self, activity_id: bytes, changes: Sequence[Change], owner: bytes) -> bool:
        """Adds seats to it; False when it is not the owner's any more."""

    async def switch(self, activity_id: bytes, owner: bytes) -> bool:
        """Puts it in the place of the old one; False when it is not the owner's any more."""

    async def abandon(self, activity_id: bytes, owner: bytes) -> None:
        """Throws it away, if it is still the owner's."""


class Records(Protocol):
    """What checkin has recorded, seat by seat."""

    def pages(self, occurrence_id: bytes) -> AsyncIterator[Sequence[checkin_pb2.SeatState]]:
        """All seats of an occurrence, each as it is when its page is read.

        Raises:
            UnavailableError: checkin is gone.
        """


class Windows(Protocol):
    """Which occurrences an activity has."""

    async def of_activity(self, activity_id: bytes) -> list[Window]:
        """Every window of an activity.

        Raises:
            UnavailableError: MySQL is gone.
        """


class Rebuilder:
    """Rebuilds one activity at a time."""

    def __init__(self, live: Generations, records: Records, windows: Windows) -> None:
        self._live = live
        self._records = records
        self._windows = windows

    async def rebuild(self, activity_id: bytes, told: Callable[[int], None] = lambda seats: None) -> int:
        """Replaces the numbers of an activity; returns how many seats were read. Idempotent.

        Args:
            told: Called with the number of seats after each page.

        Raises:
            ActivityNotFoundError: No message told of occurrences of it; nothing was touched.
            RebuildBusyError: Somebody else rebuilds it.
            RebuildLostError: Redis lost it on the way.
            UnavailableError: checkin, MySQL or Redis is gone. The old numbers go on.
        """
        windows = await self._windows.of_activity(activity_id)
        if not windows:
            raise ActivityNotFoundError
        owner, started_at = ids.new_id(), time.monotonic()
        if not await self._live.begin(activity_id, owner):
            REBUILDS.labels("busy").inc()
            raise RebuildBusyError
        try:
            seats = await self._build(windows, owner, told)
            if not await self._live.switch(activity_id, owner):
                raise RebuildLostError
        except BaseException:
            REBUILDS.labels("failed").inc()
            # Redis being gone changes nothing: the marker expires by itself.
            with suppress(UnavailableError):
                await self._live.abandon(activity_id, owner)
            raise
        REBUILDS.labels("switched").inc()
        taken_s = time.monotonic() - started_at
        log.info("numbers of %s rebuilt from %d seats in %.2f s", ids.to_text(activity_id), seats, taken_s)
        return seats

    async def _build(self, windows: Sequence[Window], owner: bytes, told: Callable[[int], None]) -> int:
        seats = 0
        for window in windows:
            async for page in self._records.pages(window.occurrence_id):
                if not await self._live.fill(window.activity_id, [to_change(seat) for seat in page], owner):
                    raise RebuildLostError
                seats += len(page)
                told(seats)
        return seats
