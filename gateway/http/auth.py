"""Who calls: access tokens, the keys that prove them, and the sessions that were ended early."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from urllib.parse import unquote_to_bytes

from redis.asyncio import Redis
from redis.exceptions import RedisError

from servicekit.errors import ServiceError, UnauthenticatedError, UnavailableError
from servicekit.tokens import Claims, TokenVerifier

log = logging.getLogger(__name__)

REVOKED_CHANNEL = "identity:revoked"

_KEYS_S = 300.0
_REVOKED_S = 5.0
_REVOKED_AT_FIRST_S = 3.0
_REVOKED_LOST_S = 30.0
_LISTEN_S = 1.0
_LISTEN_RETRY_S = 2.0
_CREDENTIALS = frozenset(
    {b"access_token", b"refresh_token", b"id_token", b"token", b"authorization", b"bearer", b"jwt", b"api_key"}
)


def refuse_query_credentials(query: bytes) -> None:
    """Refuses credentials in the URL: URLs end up in logs, histories and Referer headers.

    Raises:
        UnauthenticatedError: The query names one.
    """
    if query and any(_name(field) in _CREDENTIALS for field in query.split(b"&")):
        raise UnauthenticatedError("credentials in the URL are refused; send Authorization: Bearer <access token>")


def refuse_two_credentials(headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Refuses a request with two Authorization headers: a proxy before us may have read the other one.

    Raises:
        UnauthenticatedError: There are two.
    """
    if sum(name == b"authorization" for name, _ in headers) > 1:
        raise UnauthenticatedError("send one Authorization header")


def _name(field: bytes) -> bytes:
    """The name of a field of a query, however it is spelt."""
    return unquote_to_bytes(field.partition(b"=")[0].replace(b"+", b" ")).strip().lower()


class Guard:
    """Lets people in.

    Args:
        fetch_jwks: The signing keys as JSON; raises ServiceError.
        fetch_revoked: The sessions ended while their access tokens may still live; raises ServiceError.
        retry_s: Until either is asked for again, while it was never had.
    """

    def __init__(
        self,
        fetch_jwks: Callable[[], Awaitable[str]],
        fetch_revoked: Callable[[], Awaitable[frozenset[bytes]]],
        retry_s: float = 1.0,
    ) -> None:
        self.verifier = TokenVerifier(fetch_jwks)
        self._fetch_revoked = fetch_revoked
        self._retry_s = retry_s
        self._revoked_read_at = float("-inf")
        self._reread = asyncio.Event()
        self._has_keys, self._has_revoked = asyncio.Event(), asyncio.Event()

    async def informed(self) -> None:
        """Waits for the keys, without which nobody can be admitted, and a moment for the ended sessions."""
        await self._has_keys.wait()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._has_revoked.wait(), _REVOKED_AT_FIRST_S)

    async def admit(self, authorization: bytes | None) -> Claims:
        """The person behind an Authorization header, also while nobody knows which sessions were ended since.

        Raises:
            UnauthenticatedError: Nobody, or a token that is not valid.
            UnavailableError: The signing keys are not known yet, so nobody can tell.
        """
        token = _bearer(authorization)
        claims = self.verifier.recall(token)
        if claims is not None:
            return claims
        if not self.verifier.has_keys:
            raise UnavailableError("signing keys are not known yet; try again")
        return await self.verifier.verify(token)

    async def admit_strictly(self, authorization: bytes | None) -> Claims:
        """As `admit`, for everything that can wait until revocations are known again.

        Raises:
            UnauthenticatedError: Nobody, or a token that is not valid.
            UnavailableError: Keys or revocations are not known.
        """
        claims = await self.admit(authorization)
        if time.monotonic() - self._revoked_read_at > _REVOKED_LOST_S:
            raise UnavailableError("ended sessions cannot be looked up; only check-ins go on")
        return claims

    def end(self, session_id: bytes) -> None:
        """Admits nobody by this session any more; to be called once identity has ended it."""
        self.verifier.revoke(session_id)

    def is_ended(self, claims: Claims) -> bool:
        """Whether a person admitted before would not be now."""
        return claims.session_id in self.verifier.revoked or claims.expires_at <= time.time()

    async def watch_keys(self) -> None:
        """Keeps the signing keys current; for ever."""
        while True:
            await self.verifier.refresh_keys()
            if self.verifier.has_keys:
                self._has_keys.set()
            await asyncio.sleep(_KEYS_S if self.verifier.has_keys else self._retry_s)

    async def watch_revocations(self) -> None:
        """Keeps the ended sessions current; for ever."""
        while True:
            self._reread.clear()
            try:
                await self.verifier.learn_revoked(self._fetch_revoked)
                self._revoked_read_at = time.monotonic()
                self._has_revoked.set()
            except ServiceError as error:
                log.warning("cannot read the ended sessions: %s", error)
            try:
                await asyncio.wait_for(self._reread.wait(), _REVOKED_S if self._has_revoked.is_set() else self._retry_s)
            except TimeoutError:
                continue

    async def listen(self, redis: Redis) -> None:
        """Reads the ended sessions again as soon as identity says that there is a new one; for ever.

        It only hastens: with Redis gone the 5 s interval of `watch_revocations` remains.
        """
        while True:
            try:
                async with redis.pubsub(ignore_subscribe_messages=True) as channel:
                    await channel.subscribe(REVOKED_CHANNEL)
                    self._reread.set()
                    while True:
                        if await channel.get_message(timeout=_LISTEN_S):
                            self._reread.set()
            except (RedisError, OSError) as error:
                log.warning("not told of ended sessions: %s", error)
                await asyncio.sleep(_LISTEN_RETRY_S)


def _bearer(authorization: bytes | None) -> str:
    if authorization is None or authorization[:7].lower() != b"bearer ":
        raise UnauthenticatedError("send Authorization: Bearer <access token>")
    try:
        return authorization[7:].strip().decode("ascii")
    except UnicodeDecodeError:
        raise UnauthenticatedError("the access token is not valid; sign in again") from None
