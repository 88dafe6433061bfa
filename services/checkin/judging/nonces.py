"""To which attempts personal codes belong, in Redis: `checkin:code:` and what a code says -> attempt_id; 24 hours."""

import logging
from collections.abc import Sequence

from servicekit.errors import UnavailableError
from servicekit.redis.cache import Redis, trip
from services.checkin.judging.person_codes import Showing

log = logging.getLogger(__name__)

_KEY = b"checkin:code:"
_LIFE_S = 24 * 3600


class Nonces:
    """A code belongs to the attempt that first shows it in its time."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def owners(self, showings: Sequence[Showing]) -> list[bytes | None] | None:
        """The attempt that each belongs to from now on, in order; one trip. None for all when Redis is gone."""
        pipeline = self._redis.pipeline(transaction=False)
        for said, attempt_id, is_alive in showings:
            if is_alive:
                pipeline.set(_KEY + said, attempt_id, nx=True, get=True, ex=_LIFE_S)
            else:
                pipeline.get(_KEY + said)
        try:
            async with trip(self._redis):
                found = await pipeline.execute()
        except UnavailableError as error:
            log.warning("personal codes go to humans until Redis is back: %s", error)
            return None
        return [
            owner or (showing.attempt_id if showing.is_alive else None)
            for showing, owner in zip(showings, found, strict=True)
        ]
