"""Compares the numbers with what `checkin` has recorded, and has rebuilt what differs.

Every minute, and at once when Redis has forgotten everything: number of seats and sum of revisions, by occurrence.
While check-ins go on the numbers are always a little behind, so a difference counts when none of ten readings, a second
apart, can be explained by what was recorded or projected while reading. Should a rush look like one all the same, its
numbers are rebuilt without need and without harm.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from typing import Protocol

from prometheus_client import Gauge

from servicekit import ids
from servicekit.clock import now_us
from servicekit.errors import ServiceError, UnavailableError
from services.reporting.domain import DAY_US, Totals, Window
from services.reporting.metrics import DIFFERENCES

log = logging.getLogger(__name__)

_EVERY_S = 60.0
_AGAIN_S = 2.0
_READINGS = 10
_APART_S = 1.0


class Numbers(Protocol):
    """What is shown. Both methods raise UnavailableError when Redis is gone."""

    async def totals(self, activity_ids: Collection[bytes]) -> dict[bytes, Totals]:
        """What the numbers of these activities contain, by occurrence."""

    async def beat(self, *, anew: bool = False) -> bool:
        """With `anew`: says that the numbers are whole again."""


class Records(Protocol):
    """What checkin has recorded, in sums."""

    async def totals(self, occurrence_ids: Sequence[bytes]) -> dict[bytes, Totals]:
        """Seats and revisions of these occurrences.

        Raises:
            UnavailableError: checkin is gone.
        """


class Windows(Protocol):
    """What there is to compare."""

    async def kept(self) -> list[Window]:
        """Every window whose numbers are kept.

        Raises:
            UnavailableError: MySQL is gone.
        """


class Comparison:
    """Compares for ever.

    Args:
        rebuild: Replaces the numbers of an activity; raises ServiceError when it cannot.
        is_current: Whether all that the broker holds has been projected; else what differs is on its way.
        sleep: Lets seconds pass.
        differences: Shows how many occurrences differ.
    """

    def __init__(
        self,
        windows: Windows,
        numbers: Numbers,
        records: Records,
        rebuild: Callable[[bytes], Awaitable[object]],
        is_current: Callable[[], bool],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        differences: Gauge = DIFFERENCES,
    ) -> None:
        self._windows = windows
        self._numbers = numbers
        self._records = records
        self._rebuild = rebuild
        self._is_current = is_current
        self._sleep = sleep
        self._differences = differences
        self._is_lost = False
        self._bell = asyncio.Event()

    def lost(self) -> None:
        """Redis has forgotten everything: compares at once, and rebuilds without a second look."""
        self._is_lost = True
        self._bell.set()

    async def run(self) -> None:
        """Compares until cancelled."""
        while True:
            try:
                is_whole = await self.compare()
            except UnavailableError as error:
                log.warning("the numbers are not compared: %s", error)
                is_whole = False
            with suppress(TimeoutError):
                async with asyncio.timeout(_EVERY_S if is_whole else _AGAIN_S):
                    await self._bell.wait()
            self._bell.clear()

    async def compare(self) -> bool:
        """Compares once, and rebuilds what differs; returns whether the numbers are whole now.

        Raises:
            UnavailableError: MySQL, Redis or checkin is gone.
        """
        if not self._is_current():
            return False
        soon = now_us() + DAY_US
        differing = await self._differing([each for each in await self._windows.kept() if each.opens_at < soon])
        if not self._is_lost:
            differing = await self._lasting(differing)
        self._differences.set(len(differing))
        now = now_us()
        # What is open now, people look at now.
        differing = sorted(differing, key=lambda window: not window.opens_at <= now < window.closes_at)
        is_whole = await self._rebuild_all({window.activity_id: None for window in differing})
        if is_whole and self._is_lost:
            await self._numbers.beat(anew=True)
            self._is_lost = False
        return is_whole

    async def _lasting(self, differing: Sequence[Window]) -> Sequence[Window]:
        for _ in range(_READINGS - 1):
            if not differing:
                break
            await self._sleep(_APART_S)
            differing = await self._differing(differing) if self._is_current() else []
        return differing

    async def _differing(self, windows: Sequence[Window]) -> Sequence[Window]:
        return await differing(self._numbers, self._records, windows)

    async def _rebuild_all(self, activity_ids: Collection[bytes]) -> bool:
        """Rebuilds one after the other; what cannot be rebuilt now leaves the others alone."""
        is_whole = True
        for activity_id in activity_ids:
            log.warning("numbers of %s differ from what is recorded", ids.to_text(activity_id))
            try:
                await self._rebuild(activity_id)
            except ServiceError as error:
                log.warning("numbers of %s are not rebuilt: %s", ids.to_text(activity_id), error)
                is_whole = False
        return is_whole


async def differing(numbers: Numbers, records: Records, windows: Sequence[Window]) -> Sequence[Window]:
    """Those whose numbers were not equal to what is recorded at any moment of reading.

    Raises:
        UnavailableError: MySQL, Redis or checkin is gone.
    """
    if not windows:
        return []
    activity_ids = list(dict.fromkeys(window.activity_id for window in windows))
    before = await numbers.totals(activity_ids)
    recorded = await records.totals([window.occurrence_id for window in windows])
    after = await numbers.totals(activity_ids)
    nothing = Totals()
    return [
        window
        for window in windows
        if not recorded.get(window.occurrence_id, nothing).is_between(
            before.get(window.occurrence_id, nothing), after.get(window.occurrence_id, nothing)
        )
    ]
