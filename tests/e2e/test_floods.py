"""Strangers who send without end do not keep the gateway from anybody."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from itertools import repeat

import pytest

from deploy.fleet import PROCESSES
from deploy.local.stack import Shape
from servicekit.process import end_all
from tests.e2e.api import Person

pytestmark = pytest.mark.alone

_PIECE = 16 * 1024
_PROBES = 100
_STRANGERS = 4
# 64 MB: no honest peer sends so much, and no machine takes long to.
_PIECES = 4096

Flood = Callable[[], Iterator[bytes]]


def _url() -> Iterator[bytes]:
    yield b"GET /"
    yield from repeat(b"a" * _PIECE, _PIECES)


def _header() -> Iterator[bytes]:
    yield b"GET /v1/me HTTP/1.1\r\nhost: x\r\nx-long: "
    yield from repeat(b"a" * _PIECE, _PIECES)


def _headers() -> Iterator[bytes]:
    yield b"GET /v1/me HTTP/1.1\r\nhost: x\r\n"
    yield from repeat(b"x-y: z\r\n" * (_PIECE // 8), _PIECES)


def _trailer() -> Iterator[bytes]:
    yield b"POST /v1/me HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx-long: "
    yield from repeat(b"a" * _PIECE, _PIECES)


def _requests() -> Iterator[bytes]:
    yield from repeat(b"GET / HTTP/1.1\r\n\r\n" * (_PIECE // 18), _PIECES)


_FLOODS: dict[str, tuple[Flood, set[str]]] = {
    "an endless URL": (_url, {"414"}),
    "an endless header": (_header, {"431"}),
    "endless headers": (_headers, {"431"}),
    "an endless trailer": (_trailer, {"400"}),
    "endless requests": (_requests, {"404"}),
}


async def _flood(port: int, flood: Flood) -> str:
    """Sends until nobody takes it any more.

    Returns:
        The status of the first answer; empty when there was none.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        with suppress(ConnectionError):
            for piece in flood():
                writer.write(piece)
                await writer.drain()
        with suppress(ConnectionError):
            return (await reader.read(_PIECE))[9:12].decode()
        return ""
    finally:
        writer.transport.abort()


@asynccontextmanager
async def _flooded(port: int, flood: Flood) -> AsyncIterator[Counter[str]]:
    """Four strangers at it, again and again, and what they were answered."""
    answers = Counter[str]()

    async def stranger() -> None:
        while True:
            answers[await _flood(port, flood)] += 1

    strangers = [asyncio.create_task(stranger()) for _ in range(_STRANGERS)]
    try:
        yield answers
    finally:
        await end_all(strangers)


@pytest.mark.parametrize("name", _FLOODS)
async def test_the_gateway_answers_while_strangers_flood_it(person: Person, name: str) -> None:
    """Every probe is answered, and every flood is cut off with a word."""
    flood, expected = _FLOODS[name]
    async with _flooded(Shape.of_running().http_port, flood) as answers:
        statuses = Counter([(await person.get("/v1/me")).status_code for _ in range(_PROBES)])
    assert statuses == {200: _PROBES}
    assert answers.total() > _STRANGERS and set(answers) <= expected | {""}, answers


@pytest.mark.parametrize("process", PROCESSES)
async def test_every_ops_port_bears_a_flood(process: str) -> None:
    """An endless head is refused there, too."""
    assert await _flood(PROCESSES[process].ops_port, _header) in ("431", "")
