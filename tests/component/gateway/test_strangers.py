"""What strangers may send, on real sockets: to the gateway's public port, and to an ops port, which everybody has."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from itertools import repeat
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from redis.asyncio import Redis

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import ids
from servicekit.health import Health
from servicekit.http.limits import Limits
from tests.component.conftest import Signer
from tests.component.gateway.checkins.test_route import a_body
from tests.component.gateway.conftest import Gateway, a_gateway, accept, until
from tests.ports import reserved_port

QUICK = Limits(head_s=0.6, body_s=0.6, unread_s=0.6, idle_s=60, slow_s=0.2, slow_heads=3)
CONNECTIONS = 16

HEAD = b"GET /v1/nothing HTTP/1.1\r\nhost: x\r\n"
CHUNKED = (
    b"POST /v1/auth/wechat HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
)


class Stranger(asyncio.Protocol):
    """One connection, of somebody who reads while he sends."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self._answer = b""
        self._news = asyncio.Event()
        self._is_over = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Keeps it."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Keeps what is said."""
        self._answer += data
        self._news.set()

    def eof_received(self) -> None:
        """Nothing more is said, so nothing more is sent."""
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Notes that the connection is over."""
        self._is_over = True
        self._news.set()

    async def send(self, *pieces: bytes) -> None:
        """Sends piece by piece, as long as somebody is there."""
        for piece in pieces:
            if self.transport.is_closing():
                return
            self.transport.write(piece)
            await asyncio.sleep(0)

    async def drip(self, piece: bytes) -> bytes:
        """Sends a piece again and again, slowly, until there is an answer."""
        while not self._news.is_set():
            await self.send(piece)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), 0.05)
        return await self.heard()

    async def heard(self) -> bytes:
        """All that is answered until the connection ends."""
        while not self._is_over:
            await self._next()
        return self._answer

    async def next_answer(self) -> bytes:
        """The head of the next answer, once its body is there."""
        while True:
            head, end, body = self._answer.partition(b"\r\n\r\n")
            if end and len(body) >= (length := int(head.split(b"content-length: ")[1].split(b"\r\n")[0])):
                self._answer = body[length:]
                return head
            assert not self._is_over, self._answer
            await self._next()

    async def _next(self) -> None:
        await self._news.wait()
        self._news.clear()


@dataclass
class Port:
    """A server under attack."""

    server: str
    number: int
    gateway: Gateway | None = None

    async def connect(self) -> Stranger:
        """A connection of a stranger's."""
        _, stranger = await asyncio.get_running_loop().create_connection(Stranger, "127.0.0.1", self.number)
        return stranger

    async def refused(self, *pieces: bytes) -> bytes:
        """What a stranger is answered who sends these pieces, one by one, until the connection ends."""
        stranger = await self.connect()
        await stranger.send(*pieces)
        return await stranger.heard()

    def count(self, reason: str) -> float:
        """How often something was refused for this reason."""
        return REGISTRY.get_sample_value("http_refused_total", {"server": self.server, "reason": reason}) or 0.0

    async def still_answers(self) -> bool:
        """Whether anybody else is served."""
        return (await self.refused(HEAD + b"connection: close\r\n\r\n")).startswith(b"HTTP/1.1 404 ")


@asynccontextmanager
async def an_ops_port(limits: Limits) -> AsyncIterator[Port]:
    """The port that every process has."""
    port = reserved_port()
    health = Health(f"127.0.0.1:{port}", limits)
    health.page("/large", lambda: "a" * 2_000_000)
    await health.start()
    yield Port("ops", port)
    await health.stop()


@pytest.fixture
async def public(tls: Path, signer: Signer, redis_url: str, redis: Redis) -> AsyncIterator[Port]:
    """The gateway's public port."""
    async with a_gateway(tls, signer, redis_url, redis, QUICK, {"QIANDAO_HTTP_CONNECTIONS": CONNECTIONS}) as gateway:
        await gateway.http.aclose()
        yield Port("public", gateway.port, gateway)


@pytest.fixture
async def ops() -> AsyncIterator[Port]:
    """An ops port."""
    async with an_ops_port(replace(QUICK, connections=CONNECTIONS)) as port:
        yield port


@pytest.fixture(params=["public", "ops"])
def port(request: pytest.FixtureRequest) -> Port:
    """Either."""
    found: Port = request.getfixturevalue(request.param)
    return found


def pieces(start: bytes, again: bytes, number: int = 512) -> Iterator[bytes]:
    """A beginning, and then the same without end, nearly."""
    yield start
    yield from repeat(again, number)


LONG = b"a" * 16_384

OVERSIZED: dict[str, tuple[list[bytes], int, str]] = {
    "an endless path": ([*pieces(b"GET /", LONG)], 414, "URL_TOO_LONG"),
    "an endless query": ([*pieces(b"GET /?a=", LONG)], 414, "URL_TOO_LONG"),
    "a whole request with a long URL": ([b"GET /" + b"a" * 4096 + b" HTTP/1.1\r\n\r\n"], 414, "URL_TOO_LONG"),
    "an endless header": ([*pieces(HEAD + b"x: ", LONG)], 431, "HEAD_TOO_LARGE"),
    "an endless name of a header": ([*pieces(HEAD, LONG)], 431, "HEAD_TOO_LARGE"),
    "endless headers": ([*pieces(HEAD, b"x: y\r\n" * 2048)], 431, "HEAD_TOO_LARGE"),
    "a whole request with a large head": ([HEAD + b"x: " + LONG + b"\r\n\r\n"], 431, "HEAD_TOO_LARGE"),
    "endless empty lines": ([*pieces(b"\r\n", b"\r\n" * 4096)], 431, "HEAD_TOO_LARGE"),
    "an endless trailer": ([*pieces(CHUNKED + b"0\r\nx: ", LONG)], 400, "FRAMING_TOO_LARGE"),
    "endless trailers": ([*pieces(CHUNKED + b"0\r\n", b"x: y\r\n" * 2048)], 400, "FRAMING_TOO_LARGE"),
    "an endless chunk extension": ([*pieces(CHUNKED + b"5;a=", LONG)], 400, "FRAMING_TOO_LARGE"),
    "TLS": ([b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"], 400, "MALFORMED"),
    "HTTP/2": ([b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"], 400, "MALFORMED"),
    "a path that is no text": ([b"GET /\xff\xfe HTTP/1.1\r\n\r\n"], 400, "MALFORMED"),
    "a bad chunk": ([CHUNKED + b"zz\r\n"], 400, "MALFORMED"),
}
# Its app answers without waiting for a body, and the answer to a request is one.
OF_BODIES = ("an endless trailer", "endless trailers", "an endless chunk extension")


@pytest.mark.parametrize("attack", OVERSIZED)
async def test_what_is_too_large_is_refused_with_a_word(port: Port, attack: str) -> None:
    """The status and the reason say what; the connection ends; the next one is served."""
    sent, status, reason = OVERSIZED[attack]
    before = port.count(reason.lower())

    answer = await port.refused(*sent)

    head, _, body = answer.partition(b"\r\n\r\n")
    if port.server == "ops" and attack in OF_BODIES:
        assert head.startswith(b"HTTP/1.1 404 ")
    else:
        assert head.startswith(b"HTTP/1.1 %d " % status), answer
        assert b"content-type: application/problem+json" in head and b"connection: close" in head
        assert (json.loads(body)["status"], json.loads(body)["reason"]) == (status, reason)
        assert port.count(reason.lower()) == before + 1
    assert await port.still_answers()


async def test_the_largest_head_is_served(port: Port) -> None:
    """At the limits a request is like any other, in one piece or in many."""
    url = b"/" + b"a" * 4095
    filler = b"b" * (16_384 - len(url) - len(b"x") - 4 - len(b"connectionclose") - 4)
    request = b"GET " + url + b" HTTP/1.1\r\nconnection: close\r\nx: " + filler + b"\r\n\r\n"

    for sent in ([request], [request[start : start + 1000] for start in range(0, len(request), 1000)]):
        assert (await port.refused(*sent)).startswith(b"HTTP/1.1 404 ")


SLOW: dict[str, tuple[bytes, bytes, str]] = {
    "half a head": (HEAD + b"x: ", b"", "HEAD_TIMEOUT"),
    "a head that drips": (HEAD + b"x: ", b"a", "HEAD_TIMEOUT"),
    "empty lines that drip": (b"", b"\r\n", "HEAD_TIMEOUT"),
    "no byte of a body": (CHUNKED, b"", "BODY_TIMEOUT"),
    "a body that drips": (CHUNKED, b"1\r\na\r\n", "BODY_TIMEOUT"),
}


@pytest.mark.parametrize("attack", SLOW)
async def test_what_is_too_slow_is_refused_with_a_word(port: Port, attack: str) -> None:
    """Dripping on does not help: the time is for the whole of it."""
    start, drop, reason = SLOW[attack]
    before = port.count(reason.lower())
    stranger = await port.connect()
    await stranger.send(start)

    answer = await stranger.drip(drop)

    if port.server == "ops" and reason == "BODY_TIMEOUT":
        assert answer.startswith(b"HTTP/1.1 404 ")
    else:
        assert answer.startswith(b"HTTP/1.1 408 ") and json.loads(answer.partition(b"\r\n\r\n")[2])["reason"] == reason
    assert port.count(reason.lower()) == before + 1


async def test_a_second_head_has_its_time_too(port: Port) -> None:
    """A connection that was served once is no safer."""
    stranger = await port.connect()
    await stranger.send(HEAD + b"\r\n")
    assert (await stranger.next_answer()).startswith(b"HTTP/1.1 404 ")

    assert (await stranger.drip(b"\r\n")).startswith(b"HTTP/1.1 408 ")


async def test_who_says_nothing_is_shown_out(port: Port) -> None:
    """Without a word, for there was no request to answer."""
    before = port.count("head_timeout")

    assert await port.refused() == b""
    assert port.count("head_timeout") == before + 1


async def test_idle_connections_end(port: Port) -> None:
    """What was served, and says no more, is closed in its time, and is no refusal."""
    async with an_ops_port(replace(QUICK, idle_s=1)) as idle:
        before = idle.count("head_timeout")
        answer = await idle.refused(HEAD + b"\r\n")

    assert answer.startswith(b"HTTP/1.1 404 ")
    assert idle.count("head_timeout") == before


async def test_slow_heads_of_one_address_are_limited() -> None:
    """The fourth that takes its time is refused; whoever sends at once is served."""
    async with an_ops_port(replace(QUICK, head_s=60)) as port:
        strangers = [await port.connect() for _ in range(QUICK.slow_heads + 1)]
        for stranger in strangers:
            await stranger.send(HEAD)
        hearing = [asyncio.create_task(stranger.heard()) for stranger in strangers]

        refused, others = await asyncio.wait(hearing, return_when=asyncio.FIRST_COMPLETED)

        assert [task.result()[9:12] for task in refused] == [b"503"]
        assert await port.still_answers()
        for stranger in strangers:
            await stranger.send(b"connection: close\r\n\r\n")
        assert {answer[9:12] for answer in await asyncio.gather(*others)} == {b"404"}


async def test_a_crowd_from_one_address_is_served(port: Port) -> None:
    """A campus behind one address comes at the same instant: nobody there is slow."""
    strangers = [await port.connect() for _ in range(CONNECTIONS - 1)]
    for stranger in strangers:
        await stranger.send(HEAD + b"connection: close\r\n\r\n")

    assert {(await stranger.heard())[9:12] for stranger in strangers} == {b"404"}


async def test_a_trusted_proxy_is_never_counted(tls: Path, signer: Signer, redis_url: str, redis: Redis) -> None:
    """It has everybody's connections; their time is limited all the same."""
    proxies = {"QIANDAO_TRUSTED_PROXIES": "127.0.0.0/8"}
    async with a_gateway(tls, signer, redis_url, redis, QUICK, proxies) as gateway:
        port = Port("public", gateway.port)
        strangers = [await port.connect() for _ in range(3 * QUICK.slow_heads)]
        for stranger in strangers:
            await stranger.send(HEAD)
        assert {(await stranger.heard())[9:12] for stranger in strangers} == {b"408"}


async def test_a_full_server_closes_who_is_idle(port: Port) -> None:
    """Connections that only lie there do not keep anybody out."""
    idle = [await port.connect() for _ in range(CONNECTIONS)]
    for stranger in idle:
        await stranger.send(HEAD + b"\r\n")
        await stranger.next_answer()

    assert await port.still_answers()
    assert await idle[0].heard() == b""


async def test_a_full_server_says_so(public: Port) -> None:
    """While every connection has a request under way the next one is told to come back."""
    gateway, go_on = public.gateway, asyncio.Event()
    assert gateway is not None

    async def judge(request: pb.BatchCreateCheckinsRequest) -> pb.BatchCreateCheckinsResponse:
        await go_on.wait()
        return accept(request)

    gateway.services.answers["BatchCreateCheckins"] = judge
    busy = [await public.connect() for _ in range(CONNECTIONS)]
    for stranger in busy:
        await stranger.send(_checkin(gateway))

    answer = await public.refused(HEAD + b"\r\n")
    go_on.set()

    assert answer.startswith(b"HTTP/1.1 503 ") and b"TOO_MANY_CONNECTIONS" in answer and b"retry-after: " in answer
    assert {(await stranger.next_answer())[9:12] for stranger in busy} == {b"201"}


def _checkin(gateway: Gateway, trailer: bytes = b"", authorization: str | None = None) -> bytes:
    """A check-in; with a trailer it is sent in chunks."""
    body = json.dumps(a_body()).encode()
    bearer = gateway.bearer()["authorization"] if authorization is None else authorization
    head = f"POST /v1/checkins HTTP/1.1\r\nauthorization: {bearer}\r\ncontent-type: application/json\r\n".encode()
    if trailer:
        return head + b"transfer-encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n%s\r\n" % (len(body), body, trailer)
    return head + b"content-length: %d\r\n\r\n%s" % (len(body), body)


async def test_a_trailer_is_no_header(public: Port) -> None:
    """What comes behind a body says nothing of who sent it: proxies in front of us look at headers only."""
    assert public.gateway is not None
    trailer = f"authorization: {public.gateway.bearer()['authorization']}\r\n".encode()
    stranger = await public.connect()
    await stranger.send(_checkin(public.gateway, trailer, authorization=""))

    assert (await stranger.next_answer()).startswith(b"HTTP/1.1 401 ")
    assert public.gateway.services.attempts() == []


async def test_a_body_that_never_came_is_not_an_empty_one(public: Port) -> None:
    """What was announced and stayed away is no request at all, also where a body may be left out."""
    assert public.gateway is not None
    path = f"/v1/activities/{ids.to_text(ids.new_id())}/publish"
    head = f"POST {path} HTTP/1.1\r\nauthorization: {public.gateway.bearer()['authorization']}\r\n"

    assert (await public.refused(f"{head}content-length: 9\r\n\r\n".encode())).startswith(b"HTTP/1.1 408 ")
    assert (await public.refused(f"{head}connection: close\r\n\r\n".encode())).startswith(b"HTTP/1.1 404 ")
    assert len(public.gateway.services.calls) == 1


async def test_too_many_requests_at_once_on_one_connection(port: Port) -> None:
    """Those that wait are answered, in order; the last of them says that the connection ends."""
    request = HEAD + b"\r\n"
    before = port.count("too_many_pipelined")

    answer = await port.refused(request * 5000)

    assert answer.count(b"HTTP/1.1 404 ") == 1 + QUICK.pipelined and answer.count(b"connection: close") == 1
    assert port.count("too_many_pipelined") == before + 1
    assert await port.still_answers()


async def test_an_answer_that_nobody_reads_is_dropped() -> None:
    """Whoever asks and does not read holds no answer, and no connection, for long."""
    async with an_ops_port(QUICK) as port:
        before = port.count("answer_unread")
        stranger = await port.connect()
        stranger.transport.pause_reading()
        await stranger.send(b"GET /large HTTP/1.1\r\n\r\n" * 10)

        async def is_dropped() -> bool:
            return port.count("answer_unread") > before

        await until(is_dropped)
        stranger.transport.abort()


async def test_a_large_body_that_nobody_wants_is_read_for_a_while(public: Port) -> None:
    """Its answer has come; after some megabytes of the rest the connection ends."""
    head = b"POST /v1/auth/wechat HTTP/1.1\r\ncontent-length: 999999999\r\n\r\n"
    before = public.count("body_too_large")

    answer = await public.refused(*pieces(head, LONG))

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert public.count("body_too_large") == before + 1


async def test_nothing_is_told_of_it_line_by_line(port: Port, caplog: pytest.LogCaptureFixture) -> None:
    """What any stranger can do as often as he likes is counted, not logged."""
    await port.refused(b"\x16\x03\x01")
    stranger = await port.connect()
    await stranger.send(b"GET /v1/nothing HTTP/1.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n")
    assert (await stranger.next_answer()).startswith(b"HTTP/1.1 404 ")

    assert [record for record in caplog.records if record.name.startswith("uvicorn") and record.levelno > 20] == []
