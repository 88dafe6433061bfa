"""What robots of group chats are sent, how that is signed, and what they mean by their answers. Pure.

Sources: https://developer.work.weixin.qq.com/document/path/91770 (企业微信群机器人),
https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot (飞书自定义机器人),
https://open.dingtalk.com/document/orgapp/custom-robot-access (钉钉自定义机器人).
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

import msgspec

from servicekit.clock import SECOND_US
from servicekit.errors import FieldError, InvalidArgumentError
from services.reporting.messaging.kinds import Result, WebhookKind

_URL_CHARACTERS = 512
_SECRET_CHARACTERS = 128
_TAIL = 4


class Protocol(NamedTuple):
    """How robots of one kind are reached.

    Attributes:
        name: As hosts are said in settings.
        path: Of their URL; one that ends with / has the key after it.
        parameter: Of the query, which holds the key; empty: the path does.
        pause_us: Between two messages of a robot, so that it never says more than it may in a minute.
        is_signed: Whether it can ask for a signature.
    """

    name: str
    path: str
    parameter: str
    pause_us: int
    is_signed: bool


PROTOCOLS: Mapping[WebhookKind, Protocol] = {
    # 20 a minute.
    WebhookKind.WECOM: Protocol("wecom", "/cgi-bin/webhook/send", "key", 3_200_000, is_signed=False),
    # 100 a minute, 5 a second.
    WebhookKind.FEISHU: Protocol("feishu", "/open-apis/bot/v2/hook/", "", 650_000, is_signed=True),
    # 20 a minute; who says more is silent for ten.
    WebhookKind.DINGTALK: Protocol("dingtalk", "/robot/send", "access_token", 3_200_000, is_signed=True),
}


class Robot(NamedTuple):
    """Where a robot is, and what proves that we may speak through it.

    Attributes:
        secret: What messages are signed with; empty: they are not.
    """

    kind: WebhookKind
    url: str
    secret: str = ""

    @property
    def key_tail(self) -> str:
        """The last characters of its key, by which people tell it from others."""
        return _key(self.kind, urlsplit(self.url))[-_TAIL:]


class Outgoing(NamedTuple):
    """A request to a robot."""

    url: str
    body: bytes


class Verdict(NamedTuple):
    """What a robot's answer means.

    Attributes:
        wait_us: For how long it asks for a pause; 0: it does not say.
    """

    result: Result
    wait_us: int = 0


def check(robot: Robot, hosts: Mapping[str, frozenset[str]]) -> None:
    """Refuses what is no robot of its kind.

    Args:
        hosts: By the names of protocols, as host or host:port.

    Raises:
        InvalidArgumentError: Every field at fault, with the cure.
    """
    faults, protocol = [], PROTOCOLS[robot.kind]
    known = hosts.get(protocol.name, frozenset())
    if not known:
        faults.append(
            FieldError("kind", f"robots of {protocol.name} are switched off here: no host of theirs is allowed")
        )
    elif not _is_its(robot, known):
        form = f"https://{min(known)}{protocol.path}" + (f"?{protocol.parameter}=..." if protocol.parameter else "...")
        faults.append(FieldError("url", f"must be the robot's address as the chat shows it: {form}"))
    if robot.secret and not protocol.is_signed:
        faults.append(FieldError("secret", "these robots take no signature; leave it out"))
    if len(robot.secret) > _SECRET_CHARACTERS or not (robot.secret.isascii() and robot.secret.isprintable()):
        faults.append(FieldError("secret", f"at most {_SECRET_CHARACTERS} characters, as the chat shows it"))
    if faults:
        raise InvalidArgumentError("this is no robot: " + faults[0].message, fields=faults)


def request(robot: Robot, text: str, now: int) -> Outgoing:
    """What is sent to a robot to have it say a text; whatever might address people in it is taken out.

    Args:
        now: Microseconds since 1970 UTC.
    """
    said = text.replace("<", "＜").replace(">", "＞").replace("@", "＠")
    match robot.kind:
        case WebhookKind.FEISHU:
            body: dict[str, Any] = {"msg_type": "text", "content": {"text": said}}
            if robot.secret:
                timestamp = str(now // SECOND_US)
                body = {"timestamp": timestamp, "sign": feishu_sign(robot.secret, timestamp), **body}
            return Outgoing(robot.url, msgspec.json.encode(body))
        case WebhookKind.DINGTALK:
            return Outgoing(
                _signed_url(robot, now), msgspec.json.encode({"msgtype": "text", "text": {"content": said}})
            )
        case WebhookKind.WECOM:
            return Outgoing(robot.url, msgspec.json.encode({"msgtype": "text", "text": {"content": said}}))


def feishu_sign(secret: str, timestamp: str) -> str:
    """Of nothing, with the time in seconds and the secret as the key."""
    return _mac(f"{timestamp}\n{secret}", "")


def dingtalk_sign(secret: str, timestamp: str) -> str:
    """Of the time in milliseconds and the secret, with the secret as the key."""
    return _mac(secret, f"{timestamp}\n{secret}")


# What each says in `errcode`, or `code`; everything else is worth another try.
_CODES: Mapping[WebhookKind, Mapping[int, Result]] = {
    WebhookKind.WECOM: {
        93000: Result.KEY_REFUSED,
        93008: Result.KEY_REFUSED,
        93004: Result.KEY_REFUSED,
        40008: Result.CONTENT_REFUSED,
        40058: Result.CONTENT_REFUSED,
        45009: Result.RATE_LIMITED,
        45033: Result.RATE_LIMITED,
    },
    WebhookKind.FEISHU: {
        19001: Result.KEY_REFUSED,
        19007: Result.KEY_REFUSED,
        19021: Result.SIGNATURE_REFUSED,
        19022: Result.ADDRESS_REFUSED,
        19024: Result.CONTENT_REFUSED,
        19002: Result.CONTENT_REFUSED,
        11232: Result.RATE_LIMITED,
        11233: Result.RATE_LIMITED,
    },
    WebhookKind.DINGTALK: {
        300001: Result.KEY_REFUSED,
        300005: Result.KEY_REFUSED,
        400101: Result.KEY_REFUSED,
        400013: Result.KEY_REFUSED,
        130101: Result.RATE_LIMITED,
        410100: Result.RATE_LIMITED,
        43004: Result.CONTENT_REFUSED,
        400105: Result.CONTENT_REFUSED,
    },
}
# One code for a signature, a word that is missing, and an address that is not on their list.
_DINGTALK_SECURITY, _FEISHU_BAD = 310000, 9499
_PAUSES_US = {WebhookKind.DINGTALK: 600 * SECOND_US}
_PAUSE_US = 60 * SECOND_US


class _Answer(msgspec.Struct):
    errcode: int | None = None
    errmsg: str = ""
    code: int | None = None
    msg: str = ""


def verdict(kind: WebhookKind, status: int, content: bytes, retry_after_s: int = 0) -> Verdict:
    """What an answer means.

    Args:
        retry_after_s: As its header says; 0: there is none.
    """
    if status == 429:
        return Verdict(Result.RATE_LIMITED, retry_after_s * SECOND_US or _PAUSES_US.get(kind, _PAUSE_US))
    try:
        # Its code says what became of a message, in whatever letters it says why.
        answer = msgspec.json.decode(content.decode(errors="replace"), type=_Answer)
    except (ValueError, RecursionError):
        return Verdict(Result.UNREACHABLE, retry_after_s * SECOND_US)
    code = answer.code if kind is WebhookKind.FEISHU else answer.errcode
    if code == 0 and status == 200:
        return Verdict(Result.SENT)
    result = _result(kind, code, answer.errmsg or answer.msg)
    waits = _PAUSES_US.get(kind, _PAUSE_US) if result is Result.RATE_LIMITED else 0
    return Verdict(result, retry_after_s * SECOND_US or waits)


def _result(kind: WebhookKind, code: int | None, said: str) -> Result:
    if kind is WebhookKind.DINGTALK and code == _DINGTALK_SECURITY:
        return Result.SIGNATURE_REFUSED if "sign" in said or "timestamp" in said else Result.CONTENT_REFUSED
    if kind is WebhookKind.FEISHU and code == _FEISHU_BAD:
        return Result.RATE_LIMITED if "too many" in said.lower() else Result.CONTENT_REFUSED
    return _CODES[kind].get(code or 0, Result.UNREACHABLE)


def _is_its(robot: Robot, hosts: frozenset[str]) -> bool:
    if len(robot.url) > _URL_CHARACTERS or not robot.url.isascii() or not robot.url.isprintable() or " " in robot.url:
        return False
    try:
        parts = urlsplit(robot.url)
        is_there = parts.scheme == "https" and parts.netloc.lower() in hosts and not parts.fragment
    except ValueError:
        return False
    protocol = PROTOCOLS[robot.kind]
    if protocol.parameter:
        is_whole = parts.path == protocol.path and [name for name, _ in parse_qsl(parts.query)] == [protocol.parameter]
    else:
        is_whole = parts.path.startswith(protocol.path) and not parts.query
    return is_there and is_whole and bool(_key(robot.kind, parts)) and "/" not in _key(robot.kind, parts)


def _key(kind: WebhookKind, parts: SplitResult) -> str:
    protocol = PROTOCOLS[kind]
    return (
        dict(parse_qsl(parts.query)).get(protocol.parameter, "")
        if protocol.parameter
        else parts.path.removeprefix(protocol.path)
    )


def _signed_url(robot: Robot, now: int) -> str:
    if not robot.secret:
        return robot.url
    timestamp = str(now // 1000)
    return f"{robot.url}&{urlencode({'timestamp': timestamp, 'sign': dingtalk_sign(robot.secret, timestamp)})}"


def _mac(key: str, message: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), message.encode(), hashlib.sha256)).decode()
