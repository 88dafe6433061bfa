"""Hundreds who watch an activity live: as many screens as it may have, and staff beside them, with all their streams.

What a stream brings is counted, not decoded: it is the servers that are measured.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import cast

import httpx

from servicekit import ids
from tests.load import http_load, phones
from tests.load.http_load import HOST, Balancer, Script, play, request
from tests.load.organiser import Activity, Organiser, SetupError, until_served
from tests.load.phones import Attempt, Person

# As many streams as one display or one person may have, and as many displays as an activity. Source: gateway/live.py,
# gateway/routes/displays.py.
STREAMS_EACH = 5
_DISPLAYS = 20
_AT_ONCE = 4
_OPENING_AT_ONCE = 16
_OPEN_WITHIN_S = 60.0
_OK, _BUSY, _AGAIN_S = 200, 503, 1.0


class BusyError(SetupError):
    """The server is too busy to open a stream at this moment."""


class Stream(asyncio.Protocol):
    """One live stream.

    Attributes:
        events: How often it told numbers.
        is_open: Done with its first numbers; failed when it ended before.
    """

    def __init__(self, asked: bytes) -> None:
        self.events = 0
        self.is_open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asked, self._is_answered = asked, False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asks for the stream."""
        cast("asyncio.Transport", transport).write(self._asked)

    def data_received(self, data: bytes) -> None:
        """Counts what it is told."""
        if not self._is_answered:
            self._is_answered = True
            status = int(data[9:12])
            if status != _OK:
                said = data.decode(errors="replace")
                self.is_open.set_exception(BusyError(said) if status == _BUSY else SetupError(said))
        self.events += data.count(b"data: ")
        if self.events and not self.is_open.done():
            self.is_open.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """A stream that nobody closed has failed."""
        if not self.is_open.done():
            self.is_open.set_exception(exc or ConnectionResetError("the stream ended before its first numbers"))


async def enlist(balancer: Balancer, organiser: Organiser, name: str, count: int) -> list[Person]:
    """Staff for the streams that screens do not have; they come to something first, as one may only hire guests."""
    beside = max(0, count - _DISPLAYS * STREAMS_EACH)
    staff = phones.people(name, -(-beside // STREAMS_EACH)) if beside else []
    if not staff:
        return []
    await phones.sign_in(balancer, staff)
    (welcome,) = await organiser.open_activities(1)
    await play(balancer, (Attempt(person, welcome).once() for person in staff), _AT_ONCE)
    await play(balancer, (_hired(organiser, person) for person in staff), _AT_ONCE)
    return staff


def _hired(organiser: Organiser, person: Person) -> Script:
    path = f"/v1/organisations/{organiser.organisation_id}/members"
    body = {"user_id": ids.to_text(person.user_id), "role": "staff"}
    yield from until_served(request("POST", path, body, organiser.token))


@asynccontextmanager
async def watched(
    balancer: Balancer, organiser: Organiser, activity: Activity, staff: Sequence[Person], count: int
) -> AsyncIterator[list[Stream]]:
    """So many open streams of an activity, each past its first numbers."""
    path = f"/v1/activities/{activity.activity_id}/live"
    credentials = [*await _cookies(balancer, organiser, activity, count), *(_bearer(person) for person in staff)]
    head = http_load.head("GET", path)
    asked = [head + each + b"\r\n" for each in credentials for _ in range(STREAMS_EACH)]
    streams: list[Stream] = []
    async with AsyncExitStack() as stack:
        few_at_once = asyncio.Semaphore(_OPENING_AT_ONCE)

        async def opened(each: bytes) -> None:
            async with few_at_once:
                transport, stream = await _open(each, balancer)
            stack.callback(transport.close)
            streams.append(stream)

        async with asyncio.timeout(_OPEN_WITHIN_S), asyncio.TaskGroup() as opening:
            for each in asked[:count]:
                opening.create_task(opened(each))
        yield streams


async def _open(asked: bytes, balancer: Balancer) -> tuple[asyncio.Transport, Stream]:
    """A stream past its first numbers; a browser whose stream ended before asks again, too."""
    loop = asyncio.get_running_loop()
    while True:
        transport, stream = await loop.create_connection(partial(Stream, asked), HOST, balancer.next().port)
        try:
            await stream.is_open
        except BusyError:
            transport.close()
            await asyncio.sleep(_AGAIN_S)
        except BaseException:
            transport.close()
            raise
        else:
            return transport, stream


def _bearer(person: Person) -> bytes:
    return f"Authorization: Bearer {person.token}\r\n".encode()


async def _cookies(balancer: Balancer, organiser: Organiser, activity: Activity, count: int) -> list[bytes]:
    path = f"/v1/activities/{activity.activity_id}/displays"
    found = []
    async with httpx.AsyncClient(base_url=f"http://{HOST}:{balancer.next().port}") as client:
        for _ in range(min(_DISPLAYS, -(-count // STREAMS_EACH))):
            made = await organiser.ask("POST", path, {"kind": "wall", "show_names": "none"})
            client.cookies.clear()
            answer = await client.post("/v1/displays/open", json={"code": made["url"].rpartition("/")[2]})
            answer.raise_for_status()
            found.append(b"Cookie: %b\r\n" % answer.headers["set-cookie"].partition(";")[0].encode())
    return found
