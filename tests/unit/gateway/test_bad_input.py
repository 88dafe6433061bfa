"""What every route says to bad input: each field wrong in each usual way, several at once, and bodies that are none.

`golden/bad_input.json` holds by route and by field what is answered (the status and the fields at fault, or `taken`)
to what is wrong. Whoever means to change an answer runs this file with QIANDAO_WRITE_GOLDEN=1 and reads the difference.
"""

import json
import os
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn, cast

import httpx
import pytest

from domainkit.person_codes import PersonKeys
from gateway.app import build
from gateway.checkins.batch import Many
from gateway.checkins.open_attempts import Provisional
from gateway.checkins.receipts import Receipts
from gateway.checkins.route import CheckinRoute
from gateway.http.addresses import Proxies
from gateway.routes.dependencies import Parts
from gateway.settings import Settings
from servicekit import ids
from servicekit.errors import ConflictError
from servicekit.tokens import Claims

_GOLDEN = Path(__file__).parent / "golden" / "bad_input.json"
_SECRETS = {1: bytes(32)}
_SETTINGS: dict[str, Any] = {
    "redis_url": "redis://127.0.0.1:1/0",
    "amqp_url": "amqp://a:b@127.0.0.1:1/c",
    "ops_address": "127.0.0.1:1",
    "QIANDAO_CREDENTIAL_SECRET": f"1:{bytes(range(32)).hex()}",
}
_ID = "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f"
_AT = "2026-09-01T08:00:00+08:00"
_KEY = {"idempotency-key": "k-1"}
_PAGE = {"page_size": "10", "page_token": "t"}

Json = Any
Answer = tuple[str, list[str]]

_PLACE = {"name": "一号厅", "latitude": 31.2, "longitude": 121.4, "coord": "gcj02", "radius_m": 200}
_POLICY = {"fence": "off", "wifi": "off", "place": "any", "late": "accept", "offline": "review", "face": "off"}
_ACTIVITY = {
    "organisation_id": _ID,
    "kind": "event",
    "title": "开工大会",
    "time_zone": "Asia/Shanghai",
    "starts_at": _AT,
    "ends_at": _AT,
    "opens_before_s": 0,
    "closes_after_s": 0,
    "late_after_s": 0,
    "place": _PLACE,
    "wifi": [{"ssid": "office", "bssid": "3C:7C:3F:00:1A:2B"}],
    "methods": ["qr"],
    "policy": _POLICY,
    "qr_period_s": 60,
    "strict": False,
    "capacity": 0,
    "offline_window_s": 7200,
    "gates": ["北门"],
    "roster": "open",
    "reentry": "once",
}
_SITE = {name: _ACTIVITY[name] for name in ("place", "wifi")}
_CHANGES = {name: value for name, value in _ACTIVITY.items() if name not in ("organisation_id", "roster")} | {
    "revision": 7
}
_ATTEMPT = {
    "attempt_id": _ID,
    "method": "qr",
    "token": "T",
    "direction": "in",
    "gate": "",
    "location": {"latitude": 31.2, "longitude": 121.4, "accuracy_m": 12, "coord": "gcj02", "age_ms": 300},
    "wifi": {"ssid": "office", "bssid": "3c:7c:3f:00:1a:2b"},
    "device_id": "phone",
    "claimed_at": _AT,
    "elapsed_ms": 0,
    "receipt": "",
    "client": {"scene": 1, "scan_ms": 1, "locate_ms": 1, "platform": "ios", "app_version": "1"},
}
_PEOPLE = {
    "status": "refused",
    "q": "小",
    "method": "qr",
    "reason": "LATE",
    "gate": "北",
    "punctuality": "late",
    "from": _AT,
    "to": _AT,
}
_DECISION = {"revision": 1, "reason": "r"}
_INVITE = {"role": "staff", "expires_at": _AT, "uses": 2, "group": "三班", "activity_id": _ID}
_ENTRY = {
    "name": "王小明",
    "number": "1",
    "phone": "13800000000",
    "group": "一班",
    "note": "n",
    "extra": {"座位": "A7"},
}
_SAID = {"detail": "text", "label": "衣服尺码", "value": "L", "phone_code": "c"}
_MANY = {"decision": "approve", "reason": "r", "items": [{"id": _ID, "revision": 1}]}
_OFFLINE = {"decision": "approve", "occurrence_id": _ID, "offline": True}

# Good requests: what goes in the query, in headers and in the body.
_GOOD: dict[str, tuple[Mapping[str, str], Mapping[str, str], Json]] = {
    "POST /v1/auth/wechat": ({}, {}, {"code": "c"}),
    "POST /v1/auth/refresh": ({}, {}, {"refresh_token": "r", "device_id": "d"}),
    "POST /v1/auth/console": ({}, {}, None),
    "POST /v1/auth/console/poll": ({}, {}, {"ticket": _ID, "poll_secret": "s" * 43}),
    "GET /v1/auth/console/{id}": ({}, {}, None),
    "POST /v1/auth/console/{id}/approve": ({}, {}, {"digits": "07"}),
    "POST /v1/auth/console/{id}/deny": ({}, {}, None),
    "POST /v1/auth/console/{id}/place": ({}, {}, {"name": "一号厅", "latitude": 31.2, "longitude": 121.4}),
    "POST /v1/place-tickets": ({}, {}, None),
    "POST /v1/place-tickets/poll": ({}, {}, {"ticket": _ID, "poll_secret": "s" * 43}),
    "GET /v1/me/sessions": ({}, {}, None),
    "DELETE /v1/me/sessions/{id}": ({}, {}, None),
    "PUT /v1/me": ({}, {}, {"name": "小明"}),
    "PATCH /v1/me": ({}, {}, {"name": "小明"}),
    "POST /v1/organisations": ({}, _KEY, {"name": "一班"}),
    "GET /v1/organisations": ({"archived": "true", **_PAGE}, {}, None),
    "POST /v1/organisations/{id}/archive": ({}, {}, None),
    "POST /v1/organisations/{id}/unarchive": ({}, {}, None),
    "GET /v1/organisations/{id}/members": ({"name": "小明", "group": "三班", **_PAGE}, {}, None),
    "POST /v1/organisations/{id}/members": ({}, {}, {"user_id": _ID, "role": "staff"}),
    "PATCH /v1/organisations/{id}/members/{id}": ({}, {}, {"role": "staff", "group": "三班"}),
    "PUT /v1/organisations/{id}/members/{id}": ({}, {}, {"role": "staff", "group": "三班"}),
    "DELETE /v1/organisations/{id}/members/{id}": ({}, {}, None),
    "POST /v1/organisations/{id}/invites": ({}, _KEY, _INVITE),
    "GET /v1/invites/preview": ({"code": "K7MCFGHJ4R9XWT"}, {}, None),
    "POST /v1/invites/accept": ({}, {}, {"code": "K7MCFGHJ4R9XWT"}),
    "GET /v1/activities/{id}/me/entry": ({}, {}, None),
    "POST /v1/activities/{id}/me/phone": ({}, {}, {"code": "c"}),
    "POST /v1/rosters/{id}/entries/{id}/invite": ({}, {}, None),
    "GET /v1/roster-invites/preview": ({"code": "K7MCFGHJ4R9XWT"}, {}, None),
    "POST /v1/roster-invites/accept": ({}, {}, {"code": "K7MCFGHJ4R9XWT"}),
    "PUT /v1/rosters/{id}/entries/{id}/person": ({}, {}, {"user_id": _ID}),
    "DELETE /v1/rosters/{id}/entries/{id}/person": ({}, {}, None),
    "GET /v1/activities/{id}/staff": (_PAGE, {}, None),
    "DELETE /v1/activities/{id}/staff/{id}": ({}, {}, None),
    "GET /v1/organisations/{id}/places": (_PAGE, {}, None),
    "POST /v1/organisations/{id}/places": ({}, _KEY, _SITE),
    "PUT /v1/organisations/{id}/places/{id}": ({}, {}, _SITE),
    "POST /v1/organisations/{id}/places/{id}/wifi": ({}, {}, {"wifi": _SITE["wifi"]}),
    "DELETE /v1/organisations/{id}/places/{id}": ({}, {}, None),
    "POST /v1/organisations/{id}/rosters": ({}, _KEY, {"title": "新生"}),
    "GET /v1/organisations/{id}/rosters": (_PAGE, {}, None),
    "GET /v1/rosters/{id}": ({}, {}, None),
    "PATCH /v1/rosters/{id}": ({}, {}, {"title": "新生", "extra": [{"heading": "座位", "is_shown": True}]}),
    "PUT /v1/rosters/{id}": ({}, {}, {"title": "新生", "extra": [{"heading": "座位", "is_shown": True}]}),
    "DELETE /v1/rosters/{id}": ({}, {}, None),
    "GET /v1/rosters/{id}/groups": ({}, {}, None),
    "GET /v1/rosters/{id}/entries": ({"q": "小明", "group": "一班", "is_bound": "true", **_PAGE}, {}, None),
    "POST /v1/rosters/{id}/entries": ({}, _KEY, _ENTRY),
    "PUT /v1/rosters/{id}/entries/{id}": ({}, {}, _ENTRY),
    "DELETE /v1/rosters/{id}/entries/{id}": ({}, {}, None),
    "POST /v1/rosters/{id}/imports": ({}, {"accept-language": "zh-CN"}, None),
    "GET /v1/rosters/{id}/imports/{id}": ({}, {"accept-language": "zh-CN"}, None),
    "GET /v1/rosters/{id}/imports/{id}/bad-rows": (_PAGE, {"accept-language": "zh-CN"}, None),
    "GET /v1/rosters/{id}/imports/{id}/bad-rows.csv": ({}, {"accept-language": "zh-CN"}, None),
    "POST /v1/rosters/{id}/imports/{id}/apply": ({}, {"accept-language": "zh-CN"}, {"remove_missing": True}),
    "POST /v1/rosters/{id}/imports/{id}/undo": ({}, {"accept-language": "zh-CN"}, None),
    "GET /v1/rosters/{id}/file": ({"format": "csv"}, {}, None),
    "GET /v1/activities/{id}/me": ({}, {}, None),
    "PUT /v1/activities/{id}/me/answer": ({}, {}, {"answer": "leave"}),
    "PUT /v1/activities/{id}/me/details": ({}, {}, {"details": [_SAID]}),
    "GET /v1/organisations/{id}/privacy": ({}, {}, None),
    "PATCH /v1/organisations/{id}/privacy": ({}, {}, {"keeps_days": 180, "purpose": "p"}),
    "PUT /v1/organisations/{id}/privacy": ({}, {}, {"keeps_days": 180, "purpose": "p"}),
    "GET /v1/me/export": ({}, {}, None),
    "DELETE /v1/me": ({}, {}, None),
    "POST /v1/me/subscriptions": ({}, _KEY, {"grants": [{"template_id": "t", "result": "accept"}]}),
    "POST /v1/activities": ({}, _KEY, _ACTIVITY),
    "GET /v1/activities": ({"organisation_id": _ID, **_PAGE}, {}, None),
    "GET /v1/activities/resolve": ({"code": "K7M2PQ"}, {}, None),
    "GET /v1/activities/resolve ": ({"activity_id": _ID}, {}, None),
    "POST /v1/activities/resolve": ({}, {}, {"token": "T"}),
    "GET /v1/activities/{id}": ({}, {}, None),
    "PATCH /v1/activities/{id}": ({}, {"if-match": "7"}, _CHANGES),
    "PUT /v1/activities/{id}": ({}, {"if-match": "7"}, _CHANGES),
    "DELETE /v1/activities/{id}": ({}, {}, None),
    "POST /v1/activities/{id}/copy": ({}, _KEY, {"starts_at": _AT, "title": "第二讲"}),
    "POST /v1/activities/{id}/reopen": ({}, {}, None),
    "POST /v1/activities/{id}/rehearsal": ({}, {}, None),
    "POST /v1/activities/{id}/publish": ({}, {}, None),
    "POST /v1/activities/{id}/close": ({}, {}, None),
    "POST /v1/activities/{id}/cancel": ({}, {}, None),
    "GET /v1/activities/{id}/qr": ({}, {}, None),
    "GET /v1/activities/{id}/qr.svg": ({"size": "256", "ecc": "M"}, {}, None),
    "GET /v1/activities/{id}/qr.png": ({"size": "256", "ecc": "M"}, {}, None),
    "POST /v1/activities/{id}/qr/revoke": ({}, {}, None),
    "POST /v1/activities/{id}/displays": ({}, {}, {"kind": "kiosk", "show_names": "masked", "gate": "北门"}),
    "GET /v1/activities/{id}/displays": ({}, {}, None),
    "DELETE /v1/activities/{id}/displays/{id}": ({}, {}, None),
    "POST /v1/activities/{id}/nfc-tags": ({}, {}, {"kind": "static", "label": "前门左侧", "gate": "北门"}),
    "GET /v1/activities/{id}/nfc-tags": ({}, {}, None),
    "DELETE /v1/activities/{id}/nfc-tags/{id}": ({}, {}, None),
    "GET /v1/displays/preview": ({"code": "K7MCFGHJ4R9XWTK7MCFG"}, {}, None),
    "POST /v1/displays/open": ({}, {}, {"code": "K7MCFGHJ4R9XWTK7MCFG"}),
    "POST /v1/displays/checkins": ({}, {}, {"attempt_id": _ID, "entry_code": "K7MCF-GHJ4R", "person_token": ""}),
    "GET /v1/activities/{id}/stats": ({}, {}, None),
    "GET /v1/activities/{id}/people": ({**_PEOPLE, **_PAGE}, {}, None),
    "GET /v1/activities/{id}/live": ({}, {"last-event-id": "1-1"}, None),
    "GET /v1/me/checkins": (_PAGE, {}, None),
    "GET /v1/checkins/{id}": ({}, {}, None),
    "POST /v1/checkins/{id}/appeal": ({}, _KEY, {"reason": "r"}),
    "POST /v1/checkins/{id}/annul": ({}, _KEY, _DECISION),
    "GET /v1/reviews": ({"activity_id": _ID, "state": "pending", **_PAGE}, {}, None),
    "GET /v1/reviews/{id}": ({}, {}, None),
    "GET /v1/activities/{id}/people/{id}/tries": ({}, {}, None),
    "POST /v1/reviews/{id}/approve": ({}, _KEY, _DECISION),
    "POST /v1/reviews/{id}/refuse": ({}, _KEY, _DECISION),
    "POST /v1/reviews/batch": ({}, _KEY, _MANY),
    "POST /v1/reviews/batch ": ({}, _KEY, _OFFLINE),
    "POST /v1/client-events": (
        {},
        {},
        {"events": [{"name": "sync", "took_ms": 1, "reason": "denied", "platform": "ios"}]},
    ),
    "POST /v1/checkins": ({}, {}, _ATTEMPT),
    "POST /v1/checkins/sync": ({}, {}, {"attempts": [], "cursor": "c"}),
    "POST /v1/activities/{id}/door/look": ({}, {}, {"attempt_id": _ID, "user_id": _ID}),
    "POST /v1/activities/{id}/door/look ": (
        {},
        {},
        {"attempt_id": _ID, "guest": {"id": _ID, "name": "李四", "phone_tail": "5678"}},
    ),
    "POST /v1/activities/{id}/checkins/batch": ({}, {}, {"checkins": [{"attempt_id": _ID, "user_id": _ID}]}),
}

_WRONG: dict[str, str] = {
    "null": "null",
    "true": "true",
    "7": "7",
    "-1": "-1",
    "1.5": "1.5",
    "1.0": "1.0",
    "2^70": str(2**70),
    "NaN": "NaN",
    "1e999": "1e999",
    "empty": '""',
    "text": '"seven"',
    "digits": '"7"',
    "long": json.dumps("x" * 1025),
    "half a character": r'"\ud83d"',
    "list": "[]",
    "list of null": "[null]",
    "long list": json.dumps([None] * 300),
    "object": "{}",
    "no offset": '"2026-09-01T08:00:00"',
    "no calendar": '"2026-13-01T08:00:00Z"',
    "out of time": '"0001-01-01T00:00:00+23:59"',
    "space": '"2026-09-01 08:00:00Z"',
    "nanoseconds": '"2026-09-01T08:00:00.123456789Z"',
    "upper id": json.dumps(_ID.upper()),
}
_WRONG_TEXT: dict[str, str] = {
    "empty": "",
    "text": "seven",
    "7": "7",
    "-1": "-1",
    "1.5": "1.5",
    "2^70": str(2**70),
    "null": "null",
    "long": "x" * 1025,
    "no offset": "2026-09-01T08:00:00",
    "upper id": _ID.upper(),
}
# By the cookie of a display alone.
_OF_DISPLAYS = {"POST /v1/displays/checkins"}
# Bodies that are wrong as a whole.
_BODIES: dict[str, bytes] = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "text": b'"x"',
    "a number": b"7",
    "cut off": b'{"',
    "two": b"{}{}",
    "not UTF-8": b'{"name":"\xff"}',
    "deep": b"[" * 30_000,
    "many digits": b"1" * 6000,
    "an empty object": b"{}",
}


class Everybody:
    """A guard who knows everybody, each time as somebody new, so that no bucket fills."""

    async def admit(self, authorization: bytes | None) -> Claims:
        """Somebody."""
        return Claims(ids.new_id(), ids.new_id(), 2e9, "token")

    admit_strictly = admit

    def is_ended(self, claims: Claims) -> bool:
        """Nobody's session is."""
        return False


class Taking:
    """Services, a line and live streams: whatever comes to them was taken, and they say so."""

    def __getattr__(self, name: str) -> Any:
        return self._in_pieces if name == "ExportRoster" else self

    async def _in_pieces(self, *_: object, **__: object) -> AsyncIterator[NoReturn]:
        raise ConflictError("taken")
        yield

    async def __call__(self, *_: object, **__: object) -> NoReturn:
        """Takes it."""
        raise ConflictError("taken")

    @asynccontextmanager
    async def counted(self, address: str) -> AsyncIterator[None]:
        """Counts no failure."""
        yield


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """The whole HTTP surface, behind which everything is taken."""
    taking, guard = cast(Any, Taking()), cast(Any, Everybody())
    receipts, provisional = Receipts(_SECRETS), Provisional(taking)
    settings = Settings(**_SETTINGS)
    many = Many(taking, receipts, provisional, taking, taking, PersonKeys(_SECRETS))
    parts = Parts(
        taking, guard, taking, many, PersonKeys(_SECRETS), settings, Proxies(), taking, "http://127.0.0.1:8080"
    )
    app = build(parts, CheckinRoute(guard, receipts, taking, provisional))

    async def with_state(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "state": {}}, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(with_state), base_url="http://gateway") as client:
        yield client


def _spoilt(body: Json, at: str = "") -> Iterator[tuple[str, str, str]]:
    """Every way to spoil one field of a body: field, what is wrong, the body as text."""
    for field in [*body] if isinstance(body, dict) else range(len(body)):
        where = f"{at}.{field}".lstrip(".")
        for name, wrong in _WRONG.items():
            yield where, name, _text(_replaced(body, field, "@")).replace('"@"', wrong)
        if isinstance(body[field], dict | list):
            for inside, name, text in _spoilt(body[field], where):
                yield inside, name, _text(_replaced(body, field, "@")).replace('"@"', text)
    if isinstance(body, dict):
        for field in body:
            yield f"{at}.{field}".lstrip("."), "missing", _text({k: v for k, v in body.items() if k != field})
        yield f"{at}.colour".lstrip("."), "unknown", _text(body | {"colour": "red"})


def _replaced(body: Json, field: Any, value: Json) -> Json:
    return body | {field: value} if isinstance(body, dict) else [*body[:field], value, *body[field + 1 :]]


def _text(body: Json) -> str:
    return json.dumps(body)


def _all_wrong(body: Json, wrong: Json) -> Json:
    """The body with every leaf wrong."""
    if isinstance(body, dict):
        return {field: _all_wrong(value, wrong) for field, value in body.items()}
    return [_all_wrong(value, wrong) for value in body] if isinstance(body, list) and body else wrong


async def _said(http: httpx.AsyncClient, request: httpx.Request) -> Answer:
    """Status and fields of an answer; each fault has a cure."""
    response = await http.send(request)
    problem = response.json() if response.content else {}
    if response.status_code == 200:
        results = [one["problem"] for one in problem["results"]]
        return "results", [error["field"] for one in results for error in one.get("errors", [])]
    if response.status_code in (204, 409):
        return "taken", []
    errors = problem.get("errors", [])
    assert problem["reason"] in ("INVALID_ARGUMENT", "NOT_FOUND"), problem
    assert problem["detail"] and all(error["message"] for error in errors), problem
    return str(response.status_code), [error["field"] for error in errors]


def _a_display() -> dict[str, str]:
    """Each time another one, so that no bucket fills."""
    return {"cookie": f"qiandao_display={secrets.token_urlsafe(32)}"}


async def _answers(http: httpx.AsyncClient, route: str) -> dict[str, dict[str, str]]:
    """By field and answer, what was wrong."""
    method, _, path = route.strip().partition(" ")
    query, headers, body = _GOOD[route]
    found: dict[str, dict[str, str]] = {}

    async def ask(field: str, wrong: str, at: str = "", **changes: Any) -> None:
        content = changes.get("content", b"" if body is None else json.dumps(body).encode())
        typed = {"content-type": "application/json"} if body is not None else {}
        sent = http.build_request(
            method,
            at or path.replace("{id}", _ID),
            params=changes.get("params", query),
            headers={**changes.get("headers", headers), **typed, **(_a_display() if route in _OF_DISPLAYS else {})},
            content=content,
        )
        status, fields = await _said(http, sent)
        answers, answer = found.setdefault(field, {}), " ".join([status, *fields])
        answers[answer] = f"{answers[answer]}, {wrong}" if answer in answers else wrong

    await ask("", "nothing")
    if "{id}" in path:
        await ask("{id}", "7", path.replace("{id}", "7"))
        await ask("{id}", "upper id", path.replace("{id}", _ID.upper()))
    for place, given in (("params", query), ("headers", headers)):
        for field in given:
            for name, wrong in _WRONG_TEXT.items():
                await ask(field, name, "", **{place: {**given, field: wrong}})
            await ask(field, "missing", "", **{place: {name: text for name, text in given.items() if name != field}})
    if query:
        await ask("query", "all wrong", params=dict.fromkeys(query, "x" * 1025))
    if body is not None:
        for field, name, text in _spoilt(body):
            await ask(field, name, content=text.encode())
        for name, content in _BODIES.items():
            await ask("body", name, content=content)
        for value in (None, -1, "x" * 1025, {"colour": 1}):
            spoilt = _all_wrong(body, value)
            await ask("body", f"all {json.dumps(value)[:9]}", content=json.dumps(spoilt).encode())
        nulls, spaced = json.dumps(_all_wrong(body, None)).encode(), dict.fromkeys(headers, "a b")
        await ask("body", "all null, and headers", content=nulls, headers=spaced)
    return found


@pytest.mark.parametrize("route", _GOOD)
async def test_bad_input_is_answered_as_ever(http: httpx.AsyncClient, route: str) -> None:
    """Same status, same reason, the same fields, whatever is wrong."""
    answers = await _answers(http, route)
    if "QIANDAO_WRITE_GOLDEN" in os.environ:
        known = json.loads(_GOLDEN.read_text()) if _GOLDEN.exists() else {}
        _GOLDEN.write_text(json.dumps({**known, route: answers}, ensure_ascii=False, indent=1) + "\n")
    assert answers == json.loads(_GOLDEN.read_text())[route]
