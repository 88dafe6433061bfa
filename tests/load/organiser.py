"""The organiser's side of a load run, over the public API: activities, the screen that shows a QR, the live viewer."""

import asyncio
from collections.abc import AsyncIterator, Generator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import msgspec

from servicekit import ids
from tests.load import http_load
from tests.load.http_load import HOST, Answer, Balancer, Script, play, request

LATITUDE, LONGITUDE, RADIUS_M = 31.2304, 121.4737, 500
BSSID = "3c:7c:3f:00:1a:2b"

_AT_ONCE = 8
_SCREEN_RETRY_S = 1.0
_BUSY, _AGAIN_S = 503, 1.0


class SetupError(Exception):
    """The API did not do what a load run needs; the text is its answer."""


@dataclass(slots=True, eq=False)
class Activity:
    """A published activity, and the token that its screen shows at this moment."""

    activity_id: str
    occurrence_id: bytes
    token: bytes = b""
    refresh_in_s: float = 0.0


class Organiser:
    """A signed-in person with an organisation."""

    def __init__(self, balancer: Balancer, access_token: str, organisation_id: str) -> None:
        self._balancer = balancer
        self.token = access_token
        self.organisation_id = organisation_id

    @classmethod
    async def sign_in(cls, balancer: Balancer, name: str) -> "Organiser":
        """Signs in and founds an organisation."""
        session = expect(await http_load.ask(balancer, request("POST", "/v1/auth/wechat", {"code": f"sim:{name}"})))
        token = session["access_token"]
        founded = await http_load.ask(balancer, request("POST", "/v1/organisations", {"name": f"压测 {name}"}, token))
        return cls(balancer, token, expect(founded)["id"])

    async def open_activities(self, count: int, changes: Mapping[str, Any] = MappingProxyType({})) -> list[Activity]:
        """Creates and publishes activities whose window is open, and reads their first QR.

        Args:
            changes: What differs from the usual definition.
        """
        opened: list[Activity] = []
        definitions = ({**self._definition(number), **changes} for number in range(count))
        await play(self._balancer, (self._open(definition, opened) for definition in definitions), _AT_ONCE)
        return opened

    def _open(self, definition: Mapping[str, Any], opened: list[Activity]) -> Script:
        made = expect((yield request("POST", "/v1/activities", definition, self.token)))
        path = f"/v1/activities/{made['id']}"
        expect((yield request("POST", f"{path}/publish", token=self.token)))
        activity = Activity(made["id"], ids.from_text(made["occurrences"][0]["id"]))
        _show(activity, expect((yield request("GET", f"{path}/qr", token=self.token))))
        opened.append(activity)

    def _definition(self, number: int) -> dict[str, Any]:
        now = datetime.now(UTC)
        return {
            "organisation_id": self.organisation_id,
            "kind": "event",
            "title": f"压测活动 {number + 1}",
            "time_zone": "Asia/Shanghai",
            "starts_at": (now - timedelta(minutes=5)).isoformat(),
            "ends_at": (now + timedelta(hours=3)).isoformat(),
            "place": {
                "name": "大礼堂",
                "latitude": LATITUDE,
                "longitude": LONGITUDE,
                "coord": "gcj02",
                "radius_m": RADIUS_M,
            },
            "wifi": [{"ssid": "Hall", "bssid": BSSID}],
            "methods": ["qr"],
        }

    @asynccontextmanager
    async def screens(self, activities: Sequence[Activity]) -> AsyncIterator[None]:
        """Keeps the tokens of activities current, as screens would."""
        tasks = [asyncio.create_task(self._show(activity)) for activity in activities]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()

    async def _show(self, activity: Activity) -> None:
        while True:
            await asyncio.sleep(activity.refresh_in_s)
            answer = await self._get(f"/v1/activities/{activity.activity_id}/qr")
            if answer.status == 200:
                _show(activity, answer.json())
            else:
                # A screen keeps what it shows until there is something newer.
                activity.refresh_in_s = _SCREEN_RETRY_S

    async def stats(self, activity: Activity) -> dict[str, Any] | None:
        """The numbers of an activity; None when there are none at the moment."""
        answer = await self._get(f"/v1/activities/{activity.activity_id}/stats")
        return answer.json() if answer.status == 200 else None

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """The body of a successful answer; SetupError for any other."""
        return expect(await http_load.ask(self._balancer, request(method, path, body, self.token)))

    async def _get(self, path: str) -> Answer:
        return await http_load.ask(self._balancer, request("GET", path, token=self.token), timeout_s=5)

    @asynccontextmanager
    async def viewer(self, activity: Activity) -> AsyncIterator["Viewer"]:
        """An open live stream, past its first snapshot."""
        reader, writer = await asyncio.open_connection(HOST, self._balancer.next().port)
        writer.write(request("GET", f"/v1/activities/{activity.activity_id}/live", token=self.token))
        viewer = Viewer(reader)
        task = asyncio.create_task(viewer.watch())
        try:
            await viewer.sees(0)
            yield viewer
        finally:
            task.cancel()
            writer.close()


class Viewer:
    """Somebody who watches the numbers live."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._moved = asyncio.Event()
        self.checked_in = -1
        self.events = 0

    async def watch(self) -> None:
        """Reads the stream to its end."""
        async for line in self._reader:
            if line.startswith(b"data: "):
                self.events += 1
                self.checked_in = msgspec.json.decode(line[6:]).get("checked_in", self.checked_in)
                self._moved.set()

    async def sees(self, checked_in: int, within_s: float = 15) -> bool:
        """Whether so many are shown as checked in, within that time."""
        try:
            async with asyncio.timeout(within_s):
                while self.checked_in < checked_in:
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            return False
        return True


def expect(answer: Answer) -> Any:
    """The decoded body of a success.

    Raises:
        SetupError: It was none.
    """
    if not 200 <= answer.status < 300:
        raise SetupError(f"{answer.status} {answer.error}{answer.body.decode(errors='replace')[:400]}")
    return answer.json()


def until_served(asked: bytes) -> Generator[bytes | float, Answer, Any]:
    """Asks again while the servers are busy, as phones do; the decoded body of the success.

    Raises:
        SetupError: It was none.
    """
    while (answer := (yield asked)).status == _BUSY:
        yield _AGAIN_S
    return expect(answer)


def _show(activity: Activity, qr: dict[str, Any]) -> None:
    activity.token = qr["token"].encode()
    activity.refresh_in_s = max(1.0, qr["refresh_in_s"])
