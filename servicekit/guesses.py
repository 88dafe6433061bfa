"""A limit on what can be guessed: wrong tries per person in a window, one counter shared by every service that asks.

Redis gone, each process counts for itself: the limit gets looser by the number of processes, but never opens.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Collection, Iterable

from servicekit.cache import Redis, trip
from servicekit.errors import UnavailableError

log = logging.getLogger(__name__)

_KEY = b"guess:"


class GuessLimit:
    """Counts wrong guesses.

    Args:
        limit: Wrong guesses that lock the person.
        window_s: Counted from the first wrong guess.
        capacity: People remembered in this process while Redis is gone.
    """

    def __init__(self, redis: Redis, limit: int = 5, window_s: int = 600, capacity: int = 50_000) -> None:
        self._redis = redis
        self._limit = limit
        self._window_s = window_s
        self._capacity = capacity
        self._local: OrderedDict[bytes, tuple[int, float]] = OrderedDict()

    async def locked(self, people: Collection[bytes]) -> set[bytes]:
        """Those of these people who may not guess again yet; one trip."""
        locked = {person for person in people if self._count(person) >= self._limit}
        if not people:
            return locked
        order = list(people)
        try:
            async with trip(self._redis):
                counts = await self._redis.mget([_KEY + person for person in order])
        except UnavailableError as error:
            log.warning("guesses are limited per process until Redis is back: %s", error)
            return locked
        return locked | {person for person, count in zip(order, counts, strict=True) if int(count or 0) >= self._limit}

    async def count_wrong(self, people: Iterable[bytes]) -> None:
        """Counts a wrong guess of each; one trip."""
        pipeline = self._redis.pipeline(transaction=False)
        for person in people:
            self._count_locally(person)
            pipeline.incr(_KEY + person)
            pipeline.expire(_KEY + person, self._window_s, nx=True)
        try:
            async with trip(self._redis):
                await pipeline.execute()
        except UnavailableError as error:
            log.warning("guesses are limited per process until Redis is back: %s", error)

    def _count(self, person: bytes) -> int:
        count, until = self._local.get(person, (0, 0.0))
        return count if until > time.monotonic() else 0

    def _count_locally(self, person: bytes) -> None:
        count = self._count(person)
        until = self._local[person][1] if count else time.monotonic() + self._window_s
        self._local[person] = (count + 1, until)
        self._local.move_to_end(person)
        if len(self._local) > self._capacity:
            self._local.popitem(last=False)
