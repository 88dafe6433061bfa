"""Lets no phone weigh more than any other: what it measured counts once a day of each kind, at each activity.

Whoever is signed in may tell of any activity, whether they belong to it or not: people whose scans came to nothing are
the evidence, and nothing else says that they were there. So everybody counts, and nobody twice. What somebody told is
kept for a day as digests, in Redis; while that is gone nothing is counted.

Keys: `measured:{person}`, a set.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Protocol, cast

from servicekit.redis.cache import Redis, Script, run_scripts, trip
from services.reporting.quality.client import Event

# More than anybody measures in a day, who goes from one activity to the next.
_MOST, _DAY_S, _DIGEST_BYTES = 200, 86_400, 8
# Both say that somebody could not scan.
_SAME = {"scan_cancelled": "scan_failed"}
_WEIGH = Script(__file__, "weigh", MOST=_MOST, LIFE_S=_DAY_S)


class Counts(Protocol):
    """See `client.ClientCounts`."""

    async def count(self, events: Sequence[Event], now: int) -> None:
        """Counts events; raises UnavailableError."""


class Weighing:
    """Counts what nobody has told before."""

    def __init__(self, redis: Redis, counts: Counts) -> None:
        self._redis = redis
        self._counts = counts

    async def count(self, user_id: bytes, events: Sequence[Event], now: int) -> None:
        """Counts what is new of what somebody tells; one trip to Redis, whatever they tell.

        Raises:
            UnavailableError: Redis or MySQL is gone.
        """
        if new := await self._new(user_id, events):
            await self._counts.count(new, now)

    async def _new(self, user_id: bytes, events: Sequence[Event]) -> list[Event]:
        pipeline = self._redis.pipeline(transaction=False)
        _WEIGH.add_to(pipeline, [f"measured:{user_id.hex()}"], [_digest(event) for event in events])
        async with trip(self._redis):
            [places] = await run_scripts(self._redis, pipeline, _WEIGH)
        return [events[place - 1] for place in cast(list[int], places)]


def _digest(event: Event) -> bytes:
    kind = _SAME.get(event.name, event.name)
    return blake2b(kind.encode(), key=event.activity_id, digest_size=_DIGEST_BYTES).digest()
