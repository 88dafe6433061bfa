"""Robots of group chats to develop against: `python -m deploy.local.robots`.

It speaks the protocols of the robots of 企业微信, 飞书 and 钉钉 over TLS, as they do: keys that nobody made are
refused, signatures are checked, and whoever says too much is refused for a while, each in the words of its own. Its
page, which is on plain HTTP, makes robots and shows what their chats would. It is a tool: the image of the processes
does not contain it.

Sources: https://developer.work.weixin.qq.com/document/path/91770,
https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot,
https://open.dingtalk.com/document/orgapp/custom-robot-access.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

PAGE = Path(__file__).with_name("robots.html")
_HOSTS = ["127.0.0.1", "localhost", "robots"]
_KINDS = ("wecom", "feishu", "dingtalk")
_MESSAGES_KEPT = 1000
_ROBOTS_KEPT = 1000
_MINUTE_S, _SIGNED_WITHIN_S = 60, 3600
_LIMITS = {"wecom": 20, "feishu": 100, "dingtalk": 20}
_FEISHU_A_SECOND = 5
_FAULTS = ("", "outage", "limited", "http429", "slow", "huge", "redirect")

Answer = tuple[int, dict[str, Any]]


@dataclass(slots=True)
class Robot:
    """A robot of a chat.

    Attributes:
        fault: What is wrong with its host; empty: nothing.
        said_at: When its last messages came.
    """

    kind: str
    key: str
    secret: str
    fault: str = ""
    said_at: deque[float] = field(default_factory=lambda: deque(maxlen=max(_LIMITS.values()) + 1))


@dataclass(slots=True)
class Robots:
    """All robots, and what they said.

    Attributes:
        clock: Seconds since 1970.
    """

    clock: Callable[[], float] = time.time
    known: dict[str, Robot] = field(default_factory=dict)
    said: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_MESSAGES_KEPT))

    def make(self, kind: str, *, is_signed: bool) -> Robot:
        """A new robot; the oldest goes where there are too many."""
        robot = Robot(kind, secrets.token_hex(16), f"SEC{secrets.token_hex(16)}" if is_signed else "")
        self.known[robot.key] = robot
        if len(self.known) > _ROBOTS_KEPT:
            del self.known[next(iter(self.known))]
        return robot

    def wecom(self, key: str, _: dict[str, str], body: dict[str, Any]) -> Answer:
        """POST /cgi-bin/webhook/send?key=."""
        robot = self._robot("wecom", key)
        if robot is None:
            return 200, {"errcode": 93000, "errmsg": "invalid webhook url"}
        text = _text_of(body)
        if text is None:
            return 200, {"errcode": 40008, "errmsg": "invalid message type"}
        if self._is_too_much(robot):
            return 200, {"errcode": 45009, "errmsg": "api freq out of limit"}
        return self._keep(robot, text)

    def feishu(self, key: str, _: dict[str, str], body: dict[str, Any]) -> Answer:
        """POST /open-apis/bot/v2/hook/<key>."""
        robot = self._robot("feishu", key)
        if robot is None:
            return 200, {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}
        timestamp = str(body.get("timestamp", ""))
        if robot.secret and not self._is_signed(timestamp, 1, body.get("sign"), f"{timestamp}\n{robot.secret}", ""):
            return 200, {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"}
        text = _text_of(body)
        if text is None:
            return 200, {"code": 9499, "msg": "Bad Request"}
        if self._is_too_much(robot):
            return 200, {"code": 11232, "msg": "frequency limited"}
        return self._keep(robot, text)

    def dingtalk(self, key: str, query: dict[str, str], body: dict[str, Any]) -> Answer:
        """POST /robot/send?access_token=[&timestamp=&sign=]."""
        robot = self._robot("dingtalk", key)
        if robot is None:
            return 200, {"errcode": 300001, "errmsg": "token is not exist"}
        timestamp, message = query.get("timestamp", ""), f"{query.get('timestamp', '')}\n{robot.secret}"
        if robot.secret and not self._is_signed(timestamp, 1000, query.get("sign"), robot.secret, message):
            return 200, {"errcode": 310000, "errmsg": "sign not match"}
        text = _text_of(body)
        if text is None:
            return 200, {"errcode": 400105, "errmsg": "unsupported msgtype"}
        if self._is_too_much(robot):
            return 200, {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}
        return self._keep(robot, text)

    def _robot(self, kind: str, key: str) -> Robot | None:
        robot = self.known.get(key)
        return robot if robot and robot.kind == kind else None

    def _is_signed(self, timestamp: str, units_a_second: int, sign: object, key: str, message: str) -> bool:
        if not timestamp.isdigit() or abs(self.clock() - int(timestamp) / units_a_second) > _SIGNED_WITHIN_S:
            return False
        made = base64.b64encode(hmac.digest(key.encode(), message.encode(), hashlib.sha256)).decode()
        return isinstance(sign, str) and hmac.compare_digest(sign, made)

    def _is_too_much(self, robot: Robot) -> bool:
        now = self.clock()
        lately = [at for at in robot.said_at if at > now - _MINUTE_S]
        is_burst = robot.kind == "feishu" and sum(at > now - 1 for at in lately) >= _FEISHU_A_SECOND
        return robot.fault == "limited" or is_burst or len(lately) >= _LIMITS[robot.kind]

    def _keep(self, robot: Robot, text: str) -> Answer:
        robot.said_at.append(self.clock())
        self.said.append({"kind": robot.kind, "key": robot.key, "text": text, "at": self.clock()})
        if robot.kind == "feishu":
            return 200, {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"}
        return 200, {"errcode": 0, "errmsg": "ok"}


def _text_of(body: dict[str, Any]) -> str | None:
    """What a message says; None: it is none of text."""
    is_feishu = "msg_type" in body
    if body.get("msg_type" if is_feishu else "msgtype") != "text":
        return None
    said = body.get("content" if is_feishu else "text")
    text = said.get("text" if is_feishu else "content") if isinstance(said, dict) else None
    return text if isinstance(text, str) and 0 < len(text.encode()) <= 2048 else None


def _urls(robot: Robot, host: str) -> str:
    paths = {
        "wecom": f"/cgi-bin/webhook/send?key={robot.key}",
        "feishu": f"/open-apis/bot/v2/hook/{robot.key}",
        "dingtalk": f"/robot/send?access_token={robot.key}",
    }
    return f"https://{host}{paths[robot.kind]}"


def chats(robots: Robots) -> Starlette:
    """What the three speak."""

    def answering(call: Callable[[str, dict[str, str], dict[str, Any]], Answer], name: str) -> Any:
        async def handle(request: Request) -> Response:
            """One message to a robot, errors and all."""
            query = dict(request.query_params)
            key = query.get(name, "") or request.path_params.get("key", "")
            robot = robots.known.get(key)
            if robot and (broken := await _broken(robot.fault)):
                return broken
            try:
                body = json.loads(await request.body())
            except ValueError:
                body = {}
            status, answer = call(key, query, body if isinstance(body, dict) else {})
            return JSONResponse(answer, status)

        return handle

    return Starlette(
        routes=[
            Route("/cgi-bin/webhook/send", answering(robots.wecom, "key"), methods=["POST"]),
            Route("/open-apis/bot/v2/hook/{key}", answering(robots.feishu, ""), methods=["POST"]),
            Route("/robot/send", answering(robots.dingtalk, "access_token"), methods=["POST"]),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS)],
    )


async def _broken(fault: str) -> Response | None:
    match fault:
        case "outage":
            return PlainTextResponse("bad gateway", 502)
        case "http429":
            return PlainTextResponse("slow down", 429, headers={"retry-after": "7"})
        case "huge":
            return Response(b"x" * 1_000_000, 200)
        case "redirect":
            return Response(b"", 302, headers={"location": "http://127.0.0.1/"})
        case "slow":
            await asyncio.sleep(_MINUTE_S)
    return None


class _Page:
    """What the page at `/` and tests use beside the protocols."""

    def __init__(self, robots: Robots, host: str) -> None:
        self.robots = robots
        self.host = host

    def routes(self) -> list[Route]:
        """All of it."""
        return [
            Route("/", self.page),
            Route("/sim/robots", self.shown, methods=["GET"]),
            Route("/sim/robots", self.make, methods=["POST"]),
            Route("/sim/robots/{key}/fault", self.break_it, methods=["POST"]),
            Route("/sim/messages", self.messages),
            Route("/healthz", self.healthz),
        ]

    async def page(self, _: Request) -> Response:
        """The page itself."""
        return FileResponse(PAGE, media_type="text/html; charset=utf-8")

    async def shown(self, _: Request) -> Response:
        """All robots, the newest first."""
        return JSONResponse({"robots": [self._robot(each) for each in reversed(self.robots.known.values())]})

    async def make(self, request: Request) -> Response:
        """A new robot."""
        asked = await _body(request)
        if asked.get("kind") not in _KINDS:
            return JSONResponse({"error": f"kind must be one of {', '.join(_KINDS)}"}, 400)
        robot = self.robots.make(asked["kind"], is_signed=asked.get("signed") is True and asked["kind"] != "wecom")
        return JSONResponse(self._robot(robot), 201)

    async def break_it(self, request: Request) -> Response:
        """Something is wrong with a robot's host from now on, or nothing any more."""
        robot, fault = self.robots.known.get(request.path_params["key"]), (await _body(request)).get("fault")
        if robot is None or fault not in _FAULTS:
            return JSONResponse({"error": f"there is no such robot, or fault is none of {_FAULTS}"}, 400)
        robot.fault = fault
        return JSONResponse(self._robot(robot))

    async def messages(self, request: Request) -> Response:
        """What was said, oldest first; of one robot where `key` names it."""
        key = request.query_params.get("key")
        return JSONResponse({"messages": [each for each in self.robots.said if key in (None, each["key"])]})

    async def healthz(self, _: Request) -> Response:
        """Whether it serves."""
        return PlainTextResponse("ok\n")

    def _robot(self, robot: Robot) -> dict[str, Any]:
        said = {"kind": robot.kind, "key": robot.key, "secret": robot.secret, "fault": robot.fault}
        return {**said, "url": _urls(robot, self.host)}


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def page(robots: Robots, host: str) -> Starlette:
    """The page, and what tests ask.

    Args:
        host: host:port where robots are told to be.
    """
    return Starlette(
        routes=_Page(robots, host).routes(),
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS)],
    )


async def serve() -> None:
    """Serves with the settings in `ROBOTS_*`."""
    environ, robots = os.environ, Robots()
    certificate = {
        "ssl_certfile": environ["ROBOTS_TLS_CERT_FILE"],
        "ssl_keyfile": environ["ROBOTS_TLS_KEY_FILE"],
    }
    plain = _server(page(robots, environ["ROBOTS_PUBLIC_HOST"]), environ["ROBOTS_ADDRESS"])
    sealed = _server(chats(robots), environ["ROBOTS_TLS_ADDRESS"], **certificate)
    await asyncio.gather(plain.serve(), sealed.serve())


def _server(app: Starlette, address: str, **certificate: Any) -> uvicorn.Server:
    host, _, port = address.rpartition(":")
    # No access log: keys are in the URLs.
    options = {"access_log": False, "log_level": "warning", **certificate}
    return uvicorn.Server(uvicorn.Config(app, host=host, port=int(port), **options))


if __name__ == "__main__":
    asyncio.run(serve())
