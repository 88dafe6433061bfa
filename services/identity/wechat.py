"""The WeChat API, as far as sign-in needs it.

Source: developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType

import httpx
import msgspec

from servicekit.breaker import AsyncBreaker
from servicekit.errors import RateLimitedError, ServiceError, UnavailableError
from services.identity.errors import BlockedError, WechatCodeError
from services.identity.metrics import WECHAT

log = logging.getLogger(__name__)

_TIMEOUT_S = 2.0
_SLOW_S = 1.5
_MAXIMUM_CODE_CHARACTERS = 128
_CLASSES = {
    40029: "invalid_code",
    40163: "invalid_code",
    45011: "rate_limited",
    40226: "blocked",
    40013: "credentials",
    40125: "credentials",
    -1: "busy",
}


class _Answer(msgspec.Struct):
    """`session_key` is left out on purpose: what is never read cannot leak."""

    openid: str = ""
    errcode: int = 0


_decode = msgspec.json.Decoder(_Answer).decode


class WechatClient:
    """Asks WeChat who a code belongs to.

    No URL is ever logged or put into an error: the app secret is in it.

    Args:
        connections: To WeChat at most; further callers wait.
        transport: What carries the requests; None for the network.
    """

    def __init__(
        self,
        base_url: str,
        app_id: str,
        app_secret: str,
        *,
        connections: int,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._identification = MappingProxyType({"appid": app_id, "secret": app_secret})
        # One client per connection: httpx's pool looks at every connection for every request, which at 64 of them cost
        # 7.7 ms of CPU per request instead of 1.0 [measured]. The last one used is the warmest.
        self._clients: asyncio.LifoQueue[httpx.AsyncClient] = asyncio.LifoQueue()
        verify = httpx.create_ssl_context()
        for _ in range(connections):
            client = httpx.AsyncClient(
                base_url=base_url,
                timeout=_TIMEOUT_S,
                limits=httpx.Limits(max_connections=1),
                transport=transport,
                verify=verify,
                trust_env=False,
            )
            self._clients.put_nowait(client)
        self._breaker = AsyncBreaker("wechat", slow_s=_SLOW_S)

    async def exchange(self, code: str) -> str:
        """The openid behind a code of wx.login; a code works once.

        Raises:
            WechatCodeError: Unknown, used, too old, or not a code at all.
            BlockedError: WeChat regards the account as high risk.
            RateLimitedError: This person or this app asked too often.
            UnavailableError: WeChat is busy, too slow, gone, or refuses our app id or secret.
        """
        if not (code.isascii() and code.isprintable() and 1 <= len(code) <= _MAXIMUM_CODE_CHARACTERS):
            raise WechatCodeError
        async with self._breaker.calling():
            answer = await self._get({"js_code": code, "grant_type": "authorization_code"})
            WECHAT.labels("jscode2session", _class(answer)).inc()
            if answer.errcode or not answer.openid:
                raise _refusal(answer.errcode)
        return answer.openid

    async def _get(self, parameters: Mapping[str, str]) -> _Answer:
        try:
            # httpx bounds each phase of a request, this all of them together.
            async with asyncio.timeout(_TIMEOUT_S), self._client() as client:
                response = await client.get("/sns/jscode2session", params={**self._identification, **parameters})
            if response.status_code == httpx.codes.OK:
                return _decode(response.content)
            log.warning("WeChat answered with HTTP status %d", response.status_code)
        except (TimeoutError, httpx.HTTPError, msgspec.DecodeError) as error:
            # Their texts and tracebacks may carry the URL.
            log.warning("WeChat cannot be asked: %s", type(error).__name__)
        WECHAT.labels("jscode2session", "unavailable").inc()
        raise _unavailable()

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[httpx.AsyncClient]:
        client = await self._clients.get()
        try:
            yield client
        finally:
            self._clients.put_nowait(client)

    async def close(self) -> None:
        """Closes the connections that nobody uses."""
        while not self._clients.empty():
            await self._clients.get_nowait().aclose()


def _class(answer: _Answer) -> str:
    if answer.openid and not answer.errcode:
        return "ok"
    return _CLASSES.get(answer.errcode, "other")


def _refusal(errcode: int) -> ServiceError:
    match errcode:
        case 40029 | 40163:
            return WechatCodeError()
        case 45011:
            return RateLimitedError("WeChat asks for a pause; sign in again in a minute", retry_after_s=60)
        case 40226:
            return BlockedError()
        case 40013 | 40125:
            log.error("WeChat refuses IDENTITY_WECHAT_APP_ID or IDENTITY_WECHAT_APP_SECRET: errcode %d", errcode)
        case _:
            log.warning("WeChat answered with errcode %d", errcode)
    return _unavailable()


def _unavailable() -> UnavailableError:
    return UnavailableError("WeChat sign-in does not answer just now; try again", retry_after_s=2)
