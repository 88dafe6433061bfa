"""For how long exports wait, told by the process that takes them, so that a dead exporter is noticed too."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from servicekit.errors import UnavailableError
from services.reporting.exports.metrics import WAITING

log = logging.getLogger(__name__)

_EVERY_S = 30.0


async def watch(waiting_s: Callable[[], Awaitable[float]]) -> None:
    """Looks for ever."""
    while True:
        try:
            WAITING.set(await waiting_s())
        except UnavailableError as error:
            log.warning("nobody knows for how long exports wait: %s", error)
        await asyncio.sleep(_EVERY_S)
