"""So many of something per person in a window, counted by all processes together, one by one whatever carries them.

Redis decides: one trip for a batch, item after item, so that nothing is gained by sending many at once. Redis gone,
each process counts for itself: the allowance gets larger by the number of processes, but never without end.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Sequence

from servicekit.errors import UnavailableError
from servicekit.redis.cache import Redis, Script, run_scripts, trip

log = logging.getLogger(__name__)

_SPEND = Script(__file__, "spend")

# Who, and whether it is one of those that count.
Item = tuple[bytes, bool]


class Allowance:
    """Counts what people do.

    Args:
        prefix: Of the keys in Redis.
        limit: How many there may be in a window.
        window_s: Counted from the first.
        capacity: People remembered in this process.
    """

    def __init__(self, redis: Redis, prefix: bytes, *, limit: int, window_s: int, capacity: int = 50_000) -> None:
        self._redis = redis
        self._prefix = prefix
        self._limit = limit
        self._window_s = window_s
        self._capacity = capacity
        self._local: OrderedDict[bytes, tuple[int, float]] = OrderedDict()

    def wait_s(self, person: bytes) -> float:
        """How long somebody waits of whom this process knows that all is spent, 0 for everybody else; no trip."""
        count, until = self._local.get(person, (0, 0.0))
        return max(until - time.monotonic(), 0.0) if count >= self._limit else 0.0

    async def spend(self, items: Sequence[Item]) -> list[float]:
        """Spends one of each person's for every item that counts; one trip, and never raises.

        Returns:
            For each item, in order: 0 if it was in time, else the seconds until the window ends.
        """
        if not items:
            return []
        try:
            waits = await self._spend_together(items)
        except UnavailableError as error:
            log.warning("%s is counted per process until Redis is back: %s", self._prefix.decode(), error)
            return [self._spend_here(*item) for item in items]
        for (person, counts), wait_s in zip(items, waits, strict=True):
            if wait_s:
                self._remember(person, self._limit, time.monotonic() + wait_s)
            else:
                self._spend_here(person, counts)
        return waits

    async def _spend_together(self, items: Sequence[Item]) -> list[float]:
        pipeline = self._redis.pipeline(transaction=False)
        flags = ["1" if counts else "0" for _, counts in items]
        keys: list[bytes | str] = [self._prefix + person for person, _ in items]
        _SPEND.add_to(pipeline, keys, [self._limit, self._window_s, *flags])
        async with trip(self._redis):
            [waits] = await run_scripts(self._redis, pipeline, _SPEND)
        assert isinstance(waits, list)
        return [float(wait_s) for wait_s in waits]

    def _spend_here(self, person: bytes, counts: bool) -> float:
        if wait_s := self.wait_s(person):
            return wait_s
        if counts:
            count, until = self._local.get(person, (0, 0.0))
            now = time.monotonic()
            self._remember(person, *((count + 1, until) if until > now else (1, now + self._window_s)))
        return 0.0

    def _remember(self, person: bytes, count: int, until: float) -> None:
        self._local[person] = (count, until)
        self._local.move_to_end(person)
        if len(self._local) > self._capacity:
            self._local.popitem(last=False)
