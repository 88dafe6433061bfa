"""A WeChat server to develop against: `python -m deploy.local.wechat`.

It speaks WeChat's HTTP protocol, so identity talks to it exactly as to the real one and only the base URL differs.
Every answer takes as long as a real one does. Codes `sim:<name>` sign in the person of that name, as often as one
likes; `sim:!<errcode>` answers that error; all other codes are made here, work once and last five minutes. Its page at
`/` signs its people in with one click; at `/console` they let a browser in to the console, and at `/place` they tell it
a place, as their phones would. It is a tool: the image of the processes does not contain it.

Source: WeChat mini-program server API (code2Session, getStableAccessToken, subscribeMessage.send, getPhoneNumber,
msgSecCheck); their error codes and texts.
"""

import asyncio
import base64
import hashlib
import json
import os
import re
import secrets
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

PAGE = Path(__file__).with_name("wechat.html")
# Another site's page must not reach this one through a name of its own that points here. The last one is this machine
# as the pods of `make cluster` see it.
_HOSTS = ["127.0.0.1", "localhost", "wechat", "10.200.0.1"]
STARTING_PEOPLE = ("demo", "王小明", "李芳", "张伟", "陈静", "刘洋")

_ERRORS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40013: "invalid appid",
    40029: "invalid code",
    40037: "invalid template_id",
    40125: "invalid appsecret",
    40163: "code been used",
    40226: "code blocked",
    41001: "access_token missing",
    42001: "access_token expired",
    43101: "user refuse to accept the msg",
    44002: "empty post data",
    45011: "api minute-quota reach limit must slower retry next minute",
    47001: "data format error",
    47003: "argument invalid",
    87014: "risky content",
}
_CODE_LIFE_S = 300
_TOKEN_LIFE_S = 7200
_OLD_TOKEN_LIFE_S = 300
_SIGN_INS_A_MINUTE = 100
_MESSAGES_KEPT = 1000
_OTHERS_SHOWN = 200
_NAME = re.compile(r"[^\s:!][^\r\n:]{0,63}")
_TEMPLATE_VALUE_LIMITS = {"thing": 20, "number": 32, "letter": 32, "symbol": 5, "character_string": 32, "phrase": 5}
_RISKY = "违规测试"
_LABEL_NORMAL, _LABEL_RISKY = 100, 20001


class WechatError(Exception):
    """An answer with an errcode, which WeChat sends with HTTP 200."""

    def __init__(self, errcode: int) -> None:
        super().__init__(_ERRORS.get(errcode, "unknown error"))
        self.errcode = errcode


@dataclass(slots=True)
class _Code:
    name: str
    expires_at: float
    used: bool = False


@dataclass(slots=True)
class Wechat:
    """Everything the pretended WeChat knows: people, codes, tokens, message grants, sent messages.

    Attributes:
        clock: Seconds, rising.
    """

    app_id: str
    app_secret: str
    clock: Callable[[], float] = time.monotonic
    people: dict[str, str] = field(default_factory=dict)
    sent: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_MESSAGES_KEPT))
    _codes: dict[str, _Code] = field(default_factory=dict)
    _tokens: dict[str, float] = field(default_factory=dict)
    _stable: str = ""
    _grants: Counter[tuple[str, str]] = field(default_factory=Counter)
    _sign_ins: Counter[tuple[str, int]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for name in STARTING_PEOPLE:
            self.openid(name)

    def openid(self, name: str) -> str:
        """The openid of a person, the same for ever; the person is known from now on."""
        if name not in self.people:
            digest = hashlib.sha256(f"{self.app_id}|{name}".encode()).digest()
            self.people[name] = "o" + base64.urlsafe_b64encode(digest).decode()[:27]
        return self.people[name]

    def new_code(self, name: str) -> str:
        """What `wx.login` or the phone-number button gives this person: works once, for five minutes."""
        now = self.clock()
        self._codes = {code: entry for code, entry in self._codes.items() if entry.expires_at > now}
        code = secrets.token_urlsafe(24)
        self._codes[code] = _Code(name, now + _CODE_LIFE_S)
        self.openid(name)
        return code

    def code_to_session(self, app_id: str, secret: str, code: str, grant_type: str) -> dict[str, Any]:
        """GET /sns/jscode2session.

        Raises:
            WechatError: 40013, 40125, 40002, 40029, 40163 or 45011.
        """
        self._check_app(app_id, secret)
        if grant_type != "authorization_code":
            raise WechatError(40002)
        name = self._redeem(code)
        self._count_sign_in(name)
        return {"openid": self.openid(name), "session_key": base64.b64encode(secrets.token_bytes(16)).decode()}

    def token(self, app_id: str, secret: str) -> dict[str, Any]:
        """GET /cgi-bin/token: a new access token; the ones before it end five minutes later."""
        self._check_app(app_id, secret)
        soon = self.clock() + _OLD_TOKEN_LIFE_S
        for old in self._tokens.keys() - {self._stable}:
            self._tokens[old] = min(self._tokens[old], soon)
        return self._token_answer(self._new_token())

    def stable_token(self, app_id: str, secret: str, *, force_refresh: bool) -> dict[str, Any]:
        """POST /cgi-bin/stable_token: the same access token until it ends or a refresh is forced."""
        self._check_app(app_id, secret)
        if force_refresh or self._tokens.get(self._stable, 0) <= self.clock():
            self._tokens.pop(self._stable, None)
            self._stable = self._new_token()
        return self._token_answer(self._stable)

    def check_token(self, token: str) -> None:
        """Every /wxa and message call.

        Raises:
            WechatError: 41001 missing, 40001 unknown, 42001 expired.
        """
        if not token:
            raise WechatError(41001)
        if token not in self._tokens:
            raise WechatError(40001)
        if self._tokens[token] <= self.clock():
            raise WechatError(42001)

    def grant(self, name: str, template_id: str) -> None:
        """The person allows one more message of this template, as in `wx.requestSubscribeMessage`."""
        self._grants[self.openid(name), template_id] += 1

    def send(self, message: dict[str, Any]) -> dict[str, Any]:
        """POST /cgi-bin/message/subscribe/send: each message uses up one grant.

        Raises:
            WechatError: 40003 nobody has that openid, 40037 no template, 47003 data of a wrong form, 43101 no grant.
        """
        openid, template_id = str(message.get("touser", "")), str(message.get("template_id", ""))
        self._check_openid(openid)
        if not template_id:
            raise WechatError(40037)
        if not _is_template_data(message.get("data")):
            raise WechatError(47003)
        if self._grants[openid, template_id] < 1:
            raise WechatError(43101)
        self._grants[openid, template_id] -= 1
        self.sent.append(message)
        return {"msgid": len(self.sent)}

    def phone_number(self, code: str) -> dict[str, Any]:
        """POST /wxa/business/getuserphonenumber: the person's number, the same for ever.

        Raises:
            WechatError: 40029 or 40163.
        """
        number = number_of(self._redeem(code))
        watermark = {"timestamp": int(time.time()), "appid": self.app_id}
        info = {"phoneNumber": number, "purePhoneNumber": number, "countryCode": "86", "watermark": watermark}
        return {"phone_info": info}

    def check_text(self, request: dict[str, Any]) -> dict[str, Any]:
        """POST /wxa/msg_sec_check, version 2 with its verdict, version 1 with its error.

        Raises:
            WechatError: 44002 no text, 40003 nobody has that openid (version 2), 87014 risky (version 1).
        """
        content = request.get("content")
        if not isinstance(content, str) or not content:
            raise WechatError(44002)
        text = " ".join(str(request.get(part, "")) for part in ("content", "title", "nickname", "signature"))
        if request.get("version") != 2:
            if _RISKY in text:
                raise WechatError(87014)
            return {}
        self._check_openid(str(request.get("openid", "")))
        verdict = {"suggest": "risky", "label": _LABEL_RISKY} if _RISKY in text else _PASS
        detail = {"strategy": "content_model", "errcode": 0, **verdict, "prob": 90}
        return {"trace_id": secrets.token_hex(8), "result": verdict, "detail": [detail]}

    def _check_app(self, app_id: str, secret: str) -> None:
        if app_id != self.app_id:
            raise WechatError(40013)
        if not secrets.compare_digest(secret.encode(), self.app_secret.encode()):
            raise WechatError(40125)

    def _check_openid(self, openid: str) -> None:
        if openid not in self.people.values():
            raise WechatError(40003)

    def _redeem(self, code: str) -> str:
        if code.startswith("sim:"):
            return _simulated(code.removeprefix("sim:"))
        entry = self._codes.get(code)
        if entry is None or entry.expires_at <= self.clock():
            raise WechatError(40029)
        if entry.used:
            raise WechatError(40163)
        entry.used = True
        return entry.name

    def _count_sign_in(self, name: str) -> None:
        minute = int(self.clock() // 60)
        if self._sign_ins.keys() and next(iter(self._sign_ins))[1] != minute:
            self._sign_ins.clear()
        self._sign_ins[name, minute] += 1
        if self._sign_ins[name, minute] > _SIGN_INS_A_MINUTE:
            raise WechatError(45011)

    def _new_token(self) -> str:
        now, token = self.clock(), secrets.token_urlsafe(48)
        self._tokens = {old: end for old, end in self._tokens.items() if end > now - _TOKEN_LIFE_S}
        self._tokens[token] = now + _TOKEN_LIFE_S
        return token

    def _token_answer(self, token: str) -> dict[str, Any]:
        return {"access_token": token, "expires_in": int(self._tokens[token] - self.clock())}


_PASS = {"suggest": "pass", "label": _LABEL_NORMAL}


def number_of(name: str) -> str:
    """The phone number of a person, eleven digits."""
    return f"138{int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) % 10**8:08d}"


def _simulated(text: str) -> str:
    if re.fullmatch(r"!-?\d{1,6}", text):
        raise WechatError(int(text[1:]))
    if not _NAME.fullmatch(text):
        raise WechatError(40029)
    return text


def _is_template_data(data: object) -> bool:
    """Whether data is {key: {"value": text}} with each text as short as the kind in its key's name allows."""
    if not isinstance(data, dict) or not data:
        return False
    for key, entry in data.items():
        value = entry.get("value") if isinstance(entry, dict) else None
        limit = _TEMPLATE_VALUE_LIMITS.get(str(key).rstrip("0123456789"), 100)
        if not isinstance(value, str) or not 0 < len(value) <= limit:
            return False
    return True


Handler = Callable[[Request], Awaitable[Response]]
Call = Callable[[Wechat, Request, dict[str, Any]], dict[str, Any]]


def _code_to_session(wechat: Wechat, request: Request, _: dict[str, Any]) -> dict[str, Any]:
    given = request.query_params
    return wechat.code_to_session(
        given.get("appid", ""), given.get("secret", ""), given.get("js_code", ""), given.get("grant_type", "")
    )


def _token(wechat: Wechat, request: Request, _: dict[str, Any]) -> dict[str, Any]:
    given = request.query_params
    if given.get("grant_type") != "client_credential":
        raise WechatError(40002)
    return wechat.token(given.get("appid", ""), given.get("secret", ""))


def _stable_token(wechat: Wechat, _: Request, body: dict[str, Any]) -> dict[str, Any]:
    if body.get("grant_type") != "client_credential":
        raise WechatError(40002)
    app_id, secret = str(body.get("appid", "")), str(body.get("secret", ""))
    return wechat.stable_token(app_id, secret, force_refresh=body.get("force_refresh") is True)


def _with_token(action: Callable[[Wechat, dict[str, Any]], dict[str, Any]]) -> Call:
    def call(wechat: Wechat, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        wechat.check_token(request.query_params.get("access_token", ""))
        return {"errcode": 0, "errmsg": "ok"} | action(wechat, body)

    return call


def _phone_number(wechat: Wechat, body: dict[str, Any]) -> dict[str, Any]:
    return wechat.phone_number(str(body.get("code", "")))


async def _body(request: Request) -> dict[str, Any]:
    if request.method != "POST":
        return {}
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise WechatError(47001) from None
    if not isinstance(body, dict):
        raise WechatError(47001)
    return body


def _protocol_routes(wechat: Wechat, latency_s: float) -> list[Route]:
    def answering(call: Call) -> Handler:
        async def handle(request: Request) -> Response:
            """One call of WeChat's API, errors and all."""
            pause = asyncio.create_task(asyncio.sleep(latency_s))
            try:
                answer = call(wechat, request, await _body(request))
            except WechatError as error:
                answer = {"errcode": error.errcode, "errmsg": str(error)}
            await pause
            # code2Session answers JSON as text/plain, and a client must cope with that.
            kind = "text/plain" if request.url.path.startswith("/sns/") else "application/json; encoding=utf-8"
            return Response(json.dumps(answer, ensure_ascii=False).encode(), media_type=kind)

        return handle

    return [
        Route("/sns/jscode2session", answering(_code_to_session)),
        Route("/cgi-bin/token", answering(_token)),
        Route("/cgi-bin/stable_token", answering(_stable_token), methods=["POST"]),
        Route("/cgi-bin/message/subscribe/send", answering(_with_token(Wechat.send)), methods=["POST"]),
        Route("/wxa/business/getuserphonenumber", answering(_with_token(_phone_number)), methods=["POST"]),
        Route("/wxa/msg_sec_check", answering(_with_token(Wechat.check_text)), methods=["POST"]),
    ]


class _Page:
    """What the page at `/` and tests use beside WeChat's protocol."""

    def __init__(self, wechat: Wechat, gateway_url: str) -> None:
        self.wechat = wechat
        self.gateway_url = gateway_url

    def routes(self) -> list[Route]:
        """All of it."""
        return [
            Route("/", self.page),
            Route("/sim/people", self.people),
            Route("/sim/people/{name}/code", self.make_code, methods=["POST"]),
            Route("/sim/people/{name}/sign-in", self.sign_in, methods=["POST"]),
            Route("/console", self.page),
            Route("/sim/people/{name}/console", self.let_in, methods=["POST"]),
            Route("/place", self.page),
            Route("/sim/people/{name}/place", self.tell_place, methods=["POST"]),
            Route("/sim/people/{name}/grants", self.grant, methods=["POST"]),
            Route("/sim/messages", self.messages),
            Route("/healthz", self.healthz),
        ]

    async def page(self, _: Request) -> Response:
        """The page itself."""
        return FileResponse(PAGE, media_type="text/html; charset=utf-8")

    async def people(self, _: Request) -> Response:
        """Those who are always there; apart from them the latest others, and how many others there are."""
        everyone = [{"name": name, "openid": openid} for name, openid in self.wechat.people.items()]
        always, others = everyone[: len(STARTING_PEOPLE)], everyone[len(STARTING_PEOPLE) :]
        return JSONResponse({"people": always, "others": others[: -_OTHERS_SHOWN - 1 : -1], "other_count": len(others)})

    async def make_code(self, request: Request) -> Response:
        """A code that works once."""
        return JSONResponse({"code": self.wechat.new_code(_name_in(request))})

    async def sign_in(self, request: Request) -> Response:
        """Signs a person in at the gateway, and hands its answer on."""
        return await self._at_gateway(lambda client: self._signed_in(client, _name_in(request)))

    async def let_in(self, request: Request) -> Response:
        """Lets a browser in to the console as a person, by the digits that it shows, as their phone would."""
        asked = await _body(request)
        return await self._answered(_name_in(request), asked, "approve", {"digits": str(asked.get("digits"))})

    async def tell_place(self, request: Request) -> Response:
        """Tells a browser of the console a place as a person, as if they chose it on the map of their phone."""
        asked = await _body(request)
        return await self._answered(_name_in(request), asked, "place", asked.get("place"))

    async def _answered(self, name: str, asked: dict[str, Any], deed: str, said: object) -> Response:
        """What becomes of a browser's ticket that a person answers."""

        async def answer(client: httpx.AsyncClient) -> httpx.Response:
            session = await self._signed_in(client, name)
            if session.is_error:
                return session
            phone = {"authorization": f"Bearer {session.json()['access_token']}"}
            path = f"/v1/auth/console/{quote(str(asked.get('ticket')), safe='')}/{deed}"
            return await client.post(path, json=said, headers=phone)

        return await self._at_gateway(answer)

    async def _signed_in(self, client: httpx.AsyncClient, name: str) -> httpx.Response:
        return await client.post("/v1/auth/wechat", json={"code": self.wechat.new_code(name)})

    async def _at_gateway(self, ask: Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]) -> Response:
        """The gateway's answer, handed on."""
        async with httpx.AsyncClient(base_url=self.gateway_url, timeout=5) as client:
            try:
                answer = await ask(client)
            except httpx.TransportError as error:
                return JSONResponse({"error": f"{self.gateway_url}: {type(error).__name__}"}, status_code=502)
        return Response(answer.content, answer.status_code, media_type="application/json")

    async def grant(self, request: Request) -> Response:
        """The person allows one more message of a template."""
        self.wechat.grant(_name_in(request), str((await _body(request)).get("template_id", "")))
        return JSONResponse({}, status_code=201)

    async def messages(self, _: Request) -> Response:
        """What was sent, oldest first."""
        return JSONResponse({"messages": list(self.wechat.sent)})

    async def healthz(self, _: Request) -> Response:
        """Whether it serves."""
        return PlainTextResponse("ok\n")


def _name_in(request: Request) -> str:
    return _simulated(request.path_params["name"])


async def _refuse(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, status_code=400)


def create_app(wechat: Wechat, gateway_url: str, latency_s: float = 0.08) -> Starlette:
    """The HTTP server around a pretended WeChat.

    Args:
        gateway_url: Where the page signs people in.
        latency_s: From the request to its answer, on WeChat's own paths.
    """
    return Starlette(
        routes=_protocol_routes(wechat, latency_s) + _Page(wechat, gateway_url).routes(),
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS)],
        exception_handlers={WechatError: _refuse},
    )


def main() -> None:
    """Serves with the settings in `WECHAT_*`."""
    environ = os.environ
    wechat = Wechat(environ["WECHAT_APP_ID"], Path(environ["WECHAT_APP_SECRET_FILE"]).read_text().strip())
    host, _, port = environ["WECHAT_ADDRESS"].rpartition(":")
    # No access log: the app secret is in the URLs.
    app = create_app(wechat, environ["WECHAT_GATEWAY_URL"])
    uvicorn.run(app, host=host, port=int(port), access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
