"""Forgets what was told long ago, a bounded number every minute."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from servicekit.errors import UnavailableError

log = logging.getLogger(__name__)

_EVERY_S = 60.0


async def forgetting(*forget: Callable[[], Awaitable[None]]) -> None:
    """Goes on for ever."""
    while True:
        try:
            for each in forget:
                await each()
        except UnavailableError as error:
            log.warning("old messages stay for now: %s", error)
        await asyncio.sleep(_EVERY_S)
