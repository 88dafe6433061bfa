"""Devices that staff used at a door, in Redis: `checkin:staff:{user_id}`, a sorted set of device ids by last use."""

import logging
import time
from collections.abc import Collection

from servicekit.errors import UnavailableError
from servicekit.redis.cache import Redis, trip

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

    async def meet(self, at_the_door: Collection[Device], brought_later: Collection[Device]) -> set[Device]:
        """Learns pairs of staff member and device, and says which of others were at a door within 30 days; one trip."""
        now, asked = time.time(), list(brought_later)
        pipeline = self._redis.pipeline(transaction=False)
        for user_id, device_id in asked:
            pipeline.zscore(_KEY + user_id, device_id)
        for user_id, device_id in at_the_door:
            key = _KEY + user_id
            pipeline.zadd(key, {device_id: now})
            pipeline.zremrangebyrank(key, 0, -_KEPT - 1)
            pipeline.expire(key, _LIFE_S)
        try:
            async with trip(self._redis):
                used_at = (await pipeline.execute())[: len(asked)]
        except UnavailableError as error:
            log.warning("devices of staff are neither learnt nor trusted until Redis is back: %s", error)
            return set()
        was_here = {device for device, at in zip(asked, used_at, strict=True) if at is not None and at > now - _LIFE_S}
        return was_here | set(asked).intersection(at_the_door)
