"""How many sign-ins may fail from one address: a hundred at once and a hundred a second, and good ones cost nothing.

Behind one address there may be a whole campus, so it is the failures that are counted. Each sign-in takes a token from
its address before anybody is asked, and has it back unless it fails: many at once gain nothing. Redis makes the
replicas share: it is told of each failure, and says when an address has used up what all of them give. Redis gone, each
counts for itself.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway import metrics
from gateway.http.buckets import Buckets
from servicekit.errors import Kind, RateLimitedError, ServiceError, UnavailableError
from servicekit.redis.cache import Redis, Script, run_scripts, trip

log = logging.getLogger(__name__)

_PREFIX = b"gateway:failed:"
_FAILURES = {Kind.UNAUTHENTICATED, Kind.PERMISSION_DENIED, Kind.INVALID_ARGUMENT, Kind.NOT_FOUND}
# However much the replicas let through together, nobody waits longer than this for the next try.
_LONGEST_WAIT_S = 10

_FAILED = Script(__file__, "failed", LONGEST_WAIT_S=_LONGEST_WAIT_S)


class FailedSignInsError(RateLimitedError):
    """Too many sign-ins failed from this address."""

    reason = "TOO_MANY_FAILED_SIGN_INS"


class Failures:
    """Failed sign-ins by address.

    Args:
        per_s: How many may fail in a second, and at once.
    """

    def __init__(self, redis: Redis, per_s: float) -> None:
        self._redis = redis
        self._burst = max(1, int(per_s))
        self._per_s = per_s
        self._buckets = Buckets(self._burst, per_s)

    @asynccontextmanager
    async def counted(self, address: str) -> AsyncIterator[None]:
        """Around one sign-in; an error that is the caller's counts as a failure.

        Raises:
            FailedSignInsError: Too many have failed.
        """
        key = address.encode()
        if wait_s := self._buckets.take(key):
            metrics.FAILED_SIGN_INS_OVER.inc()
            raise FailedSignInsError("too many sign-ins failed from your network; try again", retry_after_s=wait_s)
        try:
            yield
        except ServiceError as error:
            if error.kind in _FAILURES:
                await self._tell(key)
            else:
                self._buckets.give_back(key)
            raise
        self._buckets.give_back(key)

    async def _tell(self, key: bytes) -> None:
        """Notes a failure for all replicas; an address that has none left with them has none left here."""
        pipeline = self._redis.pipeline(transaction=False)
        _FAILED.add_to(pipeline, [_PREFIX + key], [str(1 / self._per_s), str(self._burst / self._per_s)])
        try:
            async with trip(self._redis):
                [wait_ms] = await run_scripts(self._redis, pipeline, _FAILED)
        except UnavailableError as error:
            log.warning("failed sign-ins are counted per process until Redis is back: %s", error)
            return
        assert isinstance(wait_ms, int)
        if wait_ms:
            self._buckets.empty(key, wait_ms / 1000)
