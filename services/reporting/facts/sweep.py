"""Looks at night whether history says what is recorded, fills in what it does not, and forgets what is too old.

While an activity runs, and for a day after it, the comparison does so every minute (`compare.py`). Later a review may
still be decided, or a phone bring what waited: of 35 days everything is compared each night, of all the time before
once a month.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from servicekit import ids
from servicekit.clock import now_us
from servicekit.errors import ServiceError, UnavailableError
from services.reporting.compare import Numbers, Records, differing
from services.reporting.domain import DAY_US, Window
from services.reporting.facts.work import MONTHLY, NIGHTLY, Mark

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 600.0
_AT_ONCE = 500
_NIGHTLY_DAYS = 35
HOUR_US = DAY_US // 24
# In China it is three at night.
_NIGHT_UTC_HOUR = 19


class Stored(Protocol):
    """See `store.Activities`."""

    async def windows_between(self, since: int, until: int, after: bytes, limit: int) -> list[Window]:
        """Windows that closed in a span of time; raises UnavailableError when MySQL is gone."""


class Work(Protocol):
    """See `work.Work`."""

    async def claim(self, name: str, every_us: int) -> bool:
        """Whether it is time, and nobody else is at it; raises UnavailableError when MySQL is gone."""

    async def reached(self, name: str, mark: Mark) -> None:
        """Notes how far it is; raises UnavailableError when MySQL is gone."""


class Sweep:
    """Compares what is long over, for ever.

    Args:
        fill: Brings the facts of an activity up to what is recorded; raises ServiceError when it cannot.
        erase: Forgets what closed before a moment; raises UnavailableError when MySQL is gone.
        kept_us: How long facts are kept after the close.
        at_once: Occurrences that are compared in one go.
    """

    def __init__(
        self,
        stored: Stored,
        work: Work,
        facts: Numbers,
        records: Records,
        fill: Callable[[bytes], Awaitable[object]],
        erase: Callable[[int], Awaitable[int]],
        kept_us: int,
        at_once: int = _AT_ONCE,
    ) -> None:
        self._stored = stored
        self._work = work
        self._facts = facts
        self._records = records
        self._fill = fill
        self._erase = erase
        self._kept_us = kept_us
        self._at_once = at_once

    async def run(self) -> None:
        """Looks every ten minutes whether it is time, until cancelled."""
        while True:
            try:
                await self.look(now_us())
            except UnavailableError as error:
                log.warning("history is not compared: %s", error)
            await asyncio.sleep(_LOOK_EVERY_S)

    async def look(self, now: int) -> None:
        """Compares what is due, and forgets what is too old.

        Raises:
            UnavailableError: MySQL or checkin is gone; the next night goes on.
        """
        if now // HOUR_US % 24 != _NIGHT_UTC_HOUR:
            return
        oldest = now - self._kept_us
        recent = max(now - _NIGHTLY_DAYS * DAY_US, oldest)
        if await self._work.claim(NIGHTLY, DAY_US // 2):
            await self.sweep(recent, now)
            if erased := await self._erase(oldest):
                log.info("history of %d occurrences is as old as it is kept, and erased", erased)
        if await self._work.claim(MONTHLY, 28 * DAY_US):
            await self._work.reached(MONTHLY, Mark(done=1 + await self.sweep(oldest, recent)))

    async def sweep(self, since: int, until: int) -> int:
        """Compares every occurrence that closed in a span of time; returns how many activities were filled.

        Raises:
            UnavailableError: MySQL or checkin is gone.
        """
        after, filled = b"", 0
        while windows := await self._stored.windows_between(since, until, after, self._at_once):
            filled += await self._mend(await differing(self._facts, self._records, windows))
            after = windows[-1].occurrence_id
        return filled

    async def _mend(self, windows: Sequence[Window]) -> int:
        filled = 0
        for activity_id in dict.fromkeys(window.activity_id for window in windows):
            log.warning("history of %s differs from what is recorded", ids.to_text(activity_id))
            try:
                await self._fill(activity_id)
                filled += 1
            except ServiceError as error:
                log.warning("history of %s is not filled: %s", ids.to_text(activity_id), error)
        return filled
