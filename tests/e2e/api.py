"""A client of the public HTTP API: people with phones, an organiser's activity, and its live stream."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from servicekit import ids
from tests.e2e.stack import eventually

LATITUDE, LONGITUDE, RADIUS_M = 25.04, 102.71, 200
# 222 m for every 0.002 degrees: one inside the fence, one outside whatever the accuracy.
INSIDE, OUTSIDE = LATITUDE + 0.0001, LATITUDE + 0.02

Json = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """Somebody with a phone, or a browser with the cookie of a display; nobody when there is neither."""

    http: httpx.AsyncClient
    name: str = ""
    user_id: str = ""
    access_token: str = field(default="", repr=False)
    cookie: str = field(default="", repr=False)

    async def request(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Any request in their name; `request` as httpx takes it."""
        headers = self.headers | request.pop("headers", {})
        return await self.http.request(method, path, headers=headers, **request)

    @property
    def headers(self) -> dict[str, str]:
        """What proves who they are."""
        if self.cookie:
            return {"cookie": self.cookie}
        return {"authorization": f"Bearer {self.access_token}"} if self.access_token else {}

    async def get(self, path: str, **parameters: Any) -> httpx.Response:
        """A GET."""
        return await self.request("GET", path, params=parameters)

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> httpx.Response:
        """A POST, of JSON if there is a body."""
        return await self.request("POST", path, json=body)

    async def check_in(self, attempt: Mapping[str, Any], traceparent: str = "") -> httpx.Response:
        """One try; as on the wire, the same attempt may be sent again."""
        headers = {"traceparent": traceparent} if traceparent else {}
        return await self.request("POST", "/v1/checkins", json=attempt, headers=headers)

    async def record(self, checkin_id: str) -> Json:
        """One of their own records."""
        found: Json = expect(await self.get(f"/v1/checkins/{checkin_id}"))["checkin"]
        return found


@dataclass(frozen=True)
class Activity:
    """A published activity as its organiser holds it."""

    owner: Person
    id: str
    occurrence_id: str
    code: str

    @property
    def path(self) -> str:
        """Where it is."""
        return f"/v1/activities/{self.id}"

    async def token(self) -> str:
        """What its screen shows now."""
        return str(expect(await self.owner.get(f"{self.path}/qr"))["token"])

    async def stats(self) -> Json:
        """Its numbers."""
        return expect(await self.owner.get(f"{self.path}/stats"))

    async def link(self, maker: Person | None = None, **changes: str) -> tuple[Json, str]:
        """A new display, and the code that opens it."""
        made = expect(await (maker or self.owner).post(f"{self.path}/displays", changes))
        return made["display"], made["url"].rpartition("/")[2]

    async def screen(self, maker: Person | None = None, **changes: str) -> Person:
        """A browser that is a display of it."""
        _, code = await self.link(maker, **changes)
        return await open_display(self.owner.http, code)

    async def people(self, **filters: str) -> list[Json]:
        """Who is where in it."""
        found: list[Json] = expect(await self.owner.get(f"{self.path}/people", **filters))["people"]
        return found

    async def these_people(self, count: int, **filters: str) -> list[Json]:
        """The same once they are so many: lists come a moment after the numbers."""

        async def all_there() -> list[Json] | None:
            found = await self.people(**filters)
            return found if len(found) == count else None

        found: list[Json] = await eventually(all_there) if count else await self.people(**filters)
        return found

    @asynccontextmanager
    async def live(self) -> AsyncIterator[AsyncIterator[tuple[str, Json]]]:
        """Its live stream as (event, data) pairs."""
        async with self.live_to(self.owner) as events:
            yield events

    @asynccontextmanager
    async def live_to(self, viewer: Person) -> AsyncIterator[AsyncIterator[tuple[str, Json]]]:
        """Its live stream as somebody sees it."""
        headers = viewer.headers
        async with viewer.http.stream("GET", f"{self.path}/live", headers=headers, timeout=30) as response:
            if response.status_code != 200:
                raise AssertionError(f"{response.status_code} {(await response.aread()).decode()}")
            yield _events(response)


@dataclass(frozen=True)
class Api:
    """The front door."""

    http: httpx.AsyncClient

    @property
    def nobody(self) -> Person:
        """Who has not signed in."""
        return Person(self.http)

    async def sign_in(self, name: str = "") -> Person:
        """A new person, or once more the one of that name; each time with a session of its own."""
        name = name or f"e2e-{uuid4().hex[:16]}"
        session = expect(await self.nobody.post("/v1/auth/wechat", {"code": f"sim:{name}"}))
        return Person(self.http, name, session["user"]["id"], session["access_token"])

    async def found(self, owner: Person) -> str:
        """A new organisation; returns its id."""
        return str(expect(await owner.post("/v1/organisations", {"name": "测试组织"}))["id"])

    async def introduce(self, owner: Person, organisation_id: str, *people: Person) -> None:
        """Has people come to something of the organisation: whom it does not know can be neither member nor let in."""
        before = await self.open_activity(owner, organisation_id, title="迎新")
        for person in people:
            expect(await person.check_in(by_qr(await before.token())))

    async def draft(self, owner: Person, organisation_id: str, **changes: Any) -> Json:
        """A new activity that nobody outside knows of yet."""
        return expect(await owner.post("/v1/activities", definition(organisation_id) | changes))

    async def open_activity(self, owner: Person, organisation_id: str, **changes: Any) -> Activity:
        """A new published activity whose window is open."""
        made = await self.draft(owner, organisation_id, **changes)
        activity = Activity(owner, made["id"], made["occurrences"][0]["id"], made["code"])
        expect(await owner.post(f"{activity.path}/publish"))
        return activity


async def open_display(http: httpx.AsyncClient, code: str) -> Person:
    """A browser that opened a link."""
    opened = await http.post("/v1/displays/open", json={"code": code})
    expect(opened)
    return Person(http, cookie=opened.headers["set-cookie"].partition(";")[0])


def definition(organisation_id: str) -> Json:
    """An event of two hours that has just begun, with a fence that refuses."""
    now = datetime.now(UTC)
    return {
        "organisation_id": organisation_id,
        "kind": "event",
        "title": "新生讲座",
        "starts_at": (now - timedelta(minutes=5)).isoformat(),
        "ends_at": (now + timedelta(hours=2)).isoformat(),
        "place": {
            "name": "图书馆报告厅",
            "latitude": LATITUDE,
            "longitude": LONGITUDE,
            "coord": "gcj02",
            "radius_m": RADIUS_M,
        },
        "policy": {"fence": "refuse"},
        "methods": ["qr", "code", "place"],
    }


def new_invite(role: str = "staff", **changes: Any) -> Json:
    """An invite for a day."""
    return {"role": role, "expires_at": (datetime.now(UTC) + timedelta(days=1)).isoformat()} | changes


def by_qr(token: str, **changes: Any) -> Json:
    """A new attempt with a scanned QR."""
    return _attempt("qr", token=token) | changes


def by_code(code: str, **changes: Any) -> Json:
    """A new attempt with a typed code."""
    return _attempt("code", code=code) | changes


def by_nfc(token: str, **changes: Any) -> Json:
    """A new attempt with what a tag said."""
    return _attempt("nfc", token=token) | changes


def by_place(activity_id: str, **changes: Any) -> Json:
    """A new attempt with nothing to show but where the phone is."""
    return _attempt("place", activity_id=activity_id) | changes


def at(latitude: float, longitude: float = LONGITUDE) -> Json:
    """A location as a phone sends it."""
    return {"latitude": latitude, "longitude": longitude, "accuracy_m": 10, "coord": "gcj02", "age_ms": 200}


def _attempt(method: str, **credential: str) -> Json:
    return {
        "attempt_id": ids.to_text(ids.new_id()),
        "method": method,
        **credential,
        "location": at(INSIDE),
        "device_id": f"phone-{uuid4().hex[:8]}",
    }


def expect(response: httpx.Response, *statuses: int) -> Json:
    """The body of a success, or of one of these statuses.

    Raises:
        AssertionError: It was something else; says what.
    """
    is_expected = response.status_code in statuses if statuses else response.is_success
    assert is_expected, f"{response.request.method} {response.request.url}: {response.status_code} {response.text}"
    body: Json = response.json()
    return body


def outcome(response: httpx.Response) -> str:
    """How an answered attempt ended, also of a refusal, whose problem holds the record."""
    return str(expect(response, 200, 201, 202, 422)["checkin"]["outcome"])


async def _events(response: httpx.Response) -> AsyncIterator[tuple[str, Json]]:
    event = ""
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            event = value
        elif name == "data":
            yield event, json.loads(value)
