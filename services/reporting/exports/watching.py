"""For how long something waits, told by a process that does not serve it, so that a dead one is noticed too."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from prometheus_client import Gauge

from servicekit.errors import UnavailableError

log = logging.getLogger(__name__)

_EVERY_S = 30.0


async def watch(gauge: Gauge, waiting_s: Callable[[], Awaitable[float]]) -> None:
    """Looks for ever."""
    while True:
        try:
            gauge.set(await waiting_s())
        except UnavailableError as error:
            log.warning("nobody knows for how long something waits: %s", error)
        await asyncio.sleep(_EVERY_S)
