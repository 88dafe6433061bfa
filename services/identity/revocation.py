"""Ended sessions: told to every gateway at once, and re-read by all, so that a lost message costs seconds."""

import asyncio
import logging

from servicekit import clock
from servicekit.errors import UnavailableError
from servicekit.redis.cache import Redis, RedisError
from servicekit.tokens import TokenVerifier
from services.identity.domain import ACCESS_LIFE_S
from services.identity.people import People

log = logging.getLogger(__name__)

CHANNEL = "identity:revoked"
_REREAD_S = 5.0


class Revocations:
    """Which sessions are over while their access tokens may still live.

    Args:
        verifier: This process's own, whose revoked set is kept current.
    """

    def __init__(self, people: People, redis: Redis, verifier: TokenVerifier) -> None:
        self._people = people
        self._redis = redis
        self._verifier = verifier

    async def current(self) -> list[bytes]:
        """The revoked sessions, from MySQL.

        Raises:
            UnavailableError: The database is gone or busy.
        """
        return await self._people.revoked_since(clock.now_us() - ACCESS_LIFE_S * clock.SECOND_US)

    async def announce(self, session_id: bytes) -> None:
        """Tells the gateways; without Redis they learn it from their next reading."""
        self._verifier.revoke(session_id)
        try:
            await self._redis.publish(CHANNEL, session_id)
        except RedisError as error:
            log.warning("a revocation was not announced: %s", error)

    async def watch(self) -> None:
        """Keeps the verifier's set current; runs until cancelled."""
        while True:
            try:
                await self._verifier.learn_revoked(self.current)
            except UnavailableError as error:
                log.warning("revocations are as of the last reading: %s", error)
            await asyncio.sleep(_REREAD_S)
