"""The WeChat API, as far as sign-in and the phone-number button need it.

Source: WeChat mini-program server API: code2Session, getStableAccessToken, getPhoneNumber.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any, TypeVar

import httpx
import msgspec

from servicekit.breaker import AsyncBreaker
from servicekit.errors import RateLimitedError, ServiceError, UnavailableError
from services.identity.errors import BlockedError, PhoneCodeError, WechatCodeError
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
    40001: "access_token",
    42001: "access_token",
    -1: "busy",
}
_CODE_ERRORS = frozenset({40029, 40163})
_TOKEN_ERRORS = frozenset({40001, 42001})
# WeChat gives the same token until five minutes before its end.
_TOKEN_SPARE_S = 300
_HOME = "86"


class _Answer(msgspec.Struct):
    """What every answer may say."""

    errcode: int = 0


class _Session(_Answer):
    """`session_key` is left out on purpose: what is never read cannot leak."""

    openid: str = ""


class _Token(_Answer):
    access_token: str = ""
    expires_in: int = 0


class _Number(msgspec.Struct, rename="camel"):
    pure_phone_number: str = ""
    country_code: str = ""


class _Phone(_Answer):
    phone_info: _Number | None = None


AnswerT = TypeVar("AnswerT", bound=_Answer)


class WechatClient:
    """Asks WeChat who, and what number, a code belongs to.

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
        self._token, self._token_ends_at = "", 0.0

    async def exchange(self, code: str) -> str:
        """The openid behind a code of wx.login; a code works once.

        Raises:
            WechatCodeError: Unknown, used, too old, or not a code at all.
            BlockedError: WeChat regards the account as high risk.
            RateLimitedError: This person or this app asked too often.
            UnavailableError: WeChat is busy, too slow, gone, or refuses our app id or secret.
        """
        if not _may_be_code(code):
            raise WechatCodeError
        parameters = {**self._identification, "js_code": code, "grant_type": "authorization_code"}
        async with self._breaker.calling():
            answer = await self._ask("jscode2session", _Session, "GET", "/sns/jscode2session", params=parameters)
            self._count("jscode2session", answer, is_ok=bool(answer.openid))
            if answer.errcode or not answer.openid:
                raise _refusal(answer.errcode)
        return answer.openid

    async def phone_number(self, code: str) -> str:
        """The number behind a code of the phone-number button; a code works once.

        Returns:
            Eleven digits; of another country with + and its code before.

        Raises:
            PhoneCodeError: Unknown, used, too old, or not a code at all.
            RateLimitedError: This app asked too often.
            UnavailableError: WeChat is busy, too slow, gone, or refuses our app id or secret.
        """
        if not _may_be_code(code):
            raise PhoneCodeError
        async with self._breaker.calling():
            answer = await self._phone(code, await self._access_token())
            if answer.errcode in _TOKEN_ERRORS:
                self._token = ""
                answer = await self._phone(code, await self._access_token())
            if answer.errcode in _CODE_ERRORS:
                raise PhoneCodeError
            number = answer.phone_info
            if answer.errcode or number is None or not number.pure_phone_number:
                raise _refusal(answer.errcode)
        is_home = number.country_code in ("", _HOME)
        return number.pure_phone_number if is_home else f"+{number.country_code}{number.pure_phone_number}"

    async def _phone(self, code: str, token: str) -> _Phone:
        path = "/wxa/business/getuserphonenumber"
        answer = await self._ask(
            "getuserphonenumber", _Phone, "POST", path, params={"access_token": token}, json={"code": code}
        )
        self._count("getuserphonenumber", answer, is_ok=answer.phone_info is not None)
        return answer

    async def _access_token(self) -> str:
        """The app's token, the same one in every process."""
        if not self._token or time.monotonic() >= self._token_ends_at:
            request = {**self._identification, "grant_type": "client_credential"}
            answer = await self._ask("stable_token", _Token, "POST", "/cgi-bin/stable_token", json=request)
            self._count("stable_token", answer, is_ok=bool(answer.access_token))
            if answer.errcode or not answer.access_token:
                raise _refusal(answer.errcode)
            self._token = answer.access_token
            self._token_ends_at = time.monotonic() + answer.expires_in - _TOKEN_SPARE_S
        return self._token

    async def _ask(self, call: str, kind: type[AnswerT], method: str, path: str, **request: Any) -> AnswerT:
        try:
            # httpx bounds each phase of a request, this all of them together.
            async with asyncio.timeout(_TIMEOUT_S), self._client() as client:
                response = await client.request(method, path, **request)
            if response.status_code == httpx.codes.OK:
                return msgspec.json.decode(response.content, type=kind)
            log.warning("WeChat answered with HTTP status %d", response.status_code)
        except (TimeoutError, httpx.HTTPError, msgspec.DecodeError) as error:
            # Their texts and tracebacks may carry the URL.
            log.warning("WeChat cannot be asked: %s", type(error).__name__)
        WECHAT.labels(call, "unavailable").inc()
        raise _unavailable()

    def _count(self, call: str, answer: _Answer, *, is_ok: bool) -> None:
        WECHAT.labels(call, "ok" if is_ok and not answer.errcode else _CLASSES.get(answer.errcode, "other")).inc()

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


def _may_be_code(code: str) -> bool:
    return code.isprintable() and 1 <= len(code) <= _MAXIMUM_CODE_CHARACTERS


def _refusal(errcode: int) -> ServiceError:
    match errcode:
        case 40029 | 40163:
            return WechatCodeError()
        case 45011:
            return RateLimitedError("WeChat asks for a pause; try again in a minute", retry_after_s=60)
        case 40226:
            return BlockedError()
        case 40013 | 40125:
            log.error("WeChat refuses IDENTITY_WECHAT_APP_ID or IDENTITY_WECHAT_APP_SECRET: errcode %d", errcode)
        case _:
            log.warning("WeChat answered with errcode %d", errcode)
    return _unavailable()


def _unavailable() -> UnavailableError:
    return UnavailableError("WeChat does not answer just now; try again", retry_after_s=2)
