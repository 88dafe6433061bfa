"""Devices that staff used at a door, in Redis: `checkin:staff:{user_id}`, a sorted set of device ids by last use."""

import logging
import time
from collections.abc import Collection, Iterable

from servicekit.cache import Redis, trip
from servicekit.errors import UnavailableError

log = logging.getLogger(__name__)

_KEY = b"checkin:staff:"
_LIFE_S = 30 * 24 * 3600
# Those used last; nobody stands at a door with more.
_KEPT = 20

Device = tuple[bytes, str]


class Devices:
    """Remembers a device for 30 days after its last use; while Redis is gone nothing is learnt and none is known."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def learn(self, devices: Iterable[Device]) -> None:
        """Remembers pairs of staff member and device; one trip."""
        now = time.time()
        pipeline = self._redis.pipeline(transaction=False)
        for user_id, device_id in devices:
            key = _KEY + user_id
            pipeline.zadd(key, {device_id: now})
            pipeline.zremrangebyrank(key, 0, -_KEPT - 1)
            pipeline.expire(key, _LIFE_S)
        try:
            async with trip(self._redis):
                await pipeline.execute()
        except UnavailableError as error:
            log.warning("devices of staff are not remembered: %s", error)

    async def known(self, devices: Collection[Device]) -> set[Device]:
        """Those used at a door within 30 days; one trip."""
        order = list(devices)
        pipeline = self._redis.pipeline(transaction=False)
        for user_id, device_id in order:
            pipeline.zscore(_KEY + user_id, device_id)
        try:
            async with trip(self._redis):
                used_at = await pipeline.execute()
        except UnavailableError as error:
            log.warning("no device of staff is trusted until Redis is back: %s", error)
            return set()
        since = time.time() - _LIFE_S
        return {device for device, at in zip(order, used_at, strict=True) if at is not None and at > since}
