"""The windows of activities, as far as this process knows: learnt in the background, so that projecting never waits."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

from servicekit.clock import now_us
from servicekit.errors import UnavailableError
from services.reporting.domain import DAY_US, Window

log = logging.getLogger(__name__)

_LEARN_S = 30.0


class Stored(Protocol):
    """Where windows are stored; both methods raise UnavailableError when that is gone."""

    async def windows(self, closing_after: int) -> list[Window]:
        """Those that close after a moment, the last ones to close first."""

    async def windows_of(self, activity_id: bytes) -> list[Window]:
        """All windows of an activity."""


class Windows:
    """Those whose numbers are kept: that are yet to close, or did so within a day."""

    def __init__(self, stored: Stored) -> None:
        self._stored = stored
        self._closings: dict[bytes, int] = {}
        self._activities: dict[bytes, bytes] = {}

    def closes_at(self, activity_id: bytes) -> int | None:
        """When an activity's last window closes; None if that is not known."""
        return self._closings.get(activity_id)

    def activity_of(self, occurrence_id: bytes) -> bytes | None:
        """The activity of an occurrence; None if that is not known."""
        return self._activities.get(occurrence_id)

    async def kept(self) -> list[Window]:
        """All of them, as they are stored now.

        Raises:
            UnavailableError: MySQL is gone.
        """
        windows = await self._stored.windows(now_us() - DAY_US)
        self._remember(windows)
        return windows

    async def of_activity(self, activity_id: bytes) -> list[Window]:
        """Every window of an activity, long closed ones too.

        Raises:
            UnavailableError: MySQL is gone.
        """
        return await self._stored.windows_of(activity_id)

    async def learn(self) -> None:
        """Reads them every 30 s; runs until cancelled."""
        while True:
            try:
                await self.kept()
            except UnavailableError as error:
                log.warning("windows are not learnt anew: %s", error)
            await asyncio.sleep(_LEARN_S)

    def _remember(self, windows: Sequence[Window]) -> None:
        self._activities = {window.occurrence_id: window.activity_id for window in windows}
        # The last one to close comes first, and of equal keys the last stays.
        self._closings = {window.activity_id: window.closes_at for window in reversed(windows)}
