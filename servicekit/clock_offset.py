"""How far this process's clock is from Redis's: every time rule uses the stamp of the process that took a request."""

import asyncio
import logging
import time

from prometheus_client import Gauge

from servicekit.redis.cache import Redis, RedisError

log = logging.getLogger(__name__)

_EVERY_S = 30.0

_OFFSET = Gauge("clock_offset_seconds", "This process's clock minus that of Redis.")


async def watch_clock(redis: Redis) -> None:
    """Keeps `clock_offset_seconds` current; runs until cancelled. Redis gone: it stays what it was."""
    while True:
        try:
            _OFFSET.set(await clock_offset_s(redis))
        except RedisError as error:
            log.info("the clock cannot be compared: %s", error)
        await asyncio.sleep(_EVERY_S)


async def clock_offset_s(redis: Redis) -> float:
    """The difference now, the way there and back shared in two.

    Raises:
        RedisError: It does not answer.
    """
    before = time.time()
    seconds, microseconds = await redis.time()
    return (before + time.time()) / 2 - (seconds + microseconds / 1e6)
