"""Whether decisions that were handed over are recorded: whoever decides is told what came of it."""

import asyncio
import time
from collections.abc import Collection
from typing import Protocol

from servicekit.errors import UnavailableError

RECORDED_WITHIN_S = 1.5
_LOOK_EVERY_S = 0.05


class DecisionsPort(Protocol):
    """Stored decisions; raises UnavailableError when MySQL is gone."""

    async def recorded(self, decision_ids: Collection[bytes]) -> dict[bytes, bool]:
        """Those of these decisions that are recorded, and whether they were stale."""


async def until_recorded(stored: DecisionsPort, decision_ids: Collection[bytes], within_s: float) -> dict[bytes, bool]:
    """Which decisions are recorded, and whether stale, as soon as all are or the time is over."""
    until = time.monotonic() + within_s
    try:
        while True:
            recorded = await stored.recorded(decision_ids) if decision_ids else {}
            if len(recorded) == len(decision_ids) or time.monotonic() > until:
                return recorded
            await asyncio.sleep(_LOOK_EVERY_S)
    except UnavailableError:
        # MySQL is gone; the decisions wait in the queue.
        return {}
