"""A bounded HTTP/1.1 load generator for loopback: raw asyncio protocols, prepared bytes, one process, one thread.

What one person does is a `Script`: a generator that yields the bytes of a request and is sent its `Answer`, or yields a
number of seconds to wait. `play` runs many scripts over a limited number of keep-alive connections, in turn over all
servers as a balancer would. An answer's time counts from when the request is handed to a connection, the TCP handshake
included, to the last byte of the body.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import msgspec
import uvloop

Result = TypeVar("Result")

HOST = "127.0.0.1"

_SWEEP_S = 0.25
_PROBE_S = 0.2
_PACE_S = 0.002
# What a phone sends along; only its length matters here.
_USER_AGENT = "Mozilla/5.0 (Linux; Android 14; Pixel 8) MicroMessenger/8.0.50 NetType/WIFI MiniProgramEnv/android"


@dataclass(slots=True)
class Answer:
    """What came back; status 0 and the error when nothing did. Times are of `time.perf_counter`, in seconds."""

    status: int
    body: bytes
    sent_at: float
    answered_at: float
    error: str = ""

    @property
    def took_s(self) -> float:
        """From the request to the last byte."""
        return self.answered_at - self.sent_at

    def json(self) -> Any:
        """The decoded body."""
        return msgspec.json.decode(self.body)


Step = bytes | float
Script = Generator[Step, Answer, None]


def request(method: str, path: str, body: object = None, token: str = "") -> bytes:
    """The bytes of a request with a JSON body, or with none."""
    return with_body(head(method, path, token), b"" if body is None else msgspec.json.encode(body))


def head(method: str, path: str, token: str = "") -> bytes:
    """The part of a request that stays the same from body to body."""
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nUser-Agent: {_USER_AGENT}\r\n{authorization}".encode()


def with_body(head: bytes, body: bytes, kind: str = "application/json") -> bytes:
    """A whole request."""
    if not body:
        return head + b"\r\n"
    return b"%bContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (head, kind.encode(), len(body), body)


@dataclass(frozen=True, slots=True)
class Server:
    """Where requests go; `ops_port` is where its readiness is asked for, 0 if nowhere."""

    port: int
    ops_port: int = 0

    async def is_ready(self) -> bool:
        """Whether a balancer should send it anything."""
        try:
            async with asyncio.timeout(1):
                reader, writer = await asyncio.open_connection(HOST, self.ops_port or self.port)
                writer.write(request("GET", "/readyz"))
                status = await reader.readline()
                writer.close()
        except (OSError, TimeoutError):
            return False
        return not self.ops_port or b" 200 " in status


class Balancer:
    """Gives servers in turn; one that refused a connection is left out until it says that it is ready."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self._servers = list(servers)
        self._in_service = list(servers)
        self._turn = 0
        self._probes: set[asyncio.Task[None]] = set()

    def next(self) -> Server:
        """The server for the next connection; with none in service, any."""
        self._turn += 1
        candidates = self._in_service or self._servers
        return candidates[self._turn % len(candidates)]

    def leave_out(self, server: Server) -> None:
        """Takes a server out of service and begins to probe it."""
        if server in self._in_service:
            self._in_service.remove(server)
            probe = asyncio.get_running_loop().create_task(self._probe(server))
            self._probes.add(probe)
            probe.add_done_callback(self._probes.discard)

    async def _probe(self, server: Server) -> None:
        while not await server.is_ready():  # noqa: ASYNC110  other processes ring no bell
            await asyncio.sleep(_PROBE_S)
        self._in_service.append(server)


async def play(
    balancer: Balancer,
    scripts: Iterable[Script],
    connections: int,
    *,
    rate: float = 0,
    timeout_s: float = 30,
    within_s: float = 600,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Plays all scripts to their end.

    Args:
        connections: At most so many requests at a time.
        rate: Scripts begun per second; 0 for as fast as the connections allow.
        timeout_s: For each answer.
        progress: Told now and then how many scripts have ended.

    Raises:
        TimeoutError: It took longer than `within_s` altogether.
        Exception: What a script raised; the others are abandoned.
    """
    run = _Run(balancer, iter(scripts), connections, rate)
    helpers = [asyncio.create_task(run.sweep(timeout_s, progress))]
    if rate:
        helpers.append(asyncio.create_task(run.pace()))
    try:
        async with asyncio.timeout(within_s):
            run.begin()
            await run.is_over
    finally:
        for helper in helpers:
            helper.cancel()
        run.close()
        if progress:
            progress(run.ended)


async def ask(balancer: Balancer, message: bytes, timeout_s: float = 30) -> Answer:
    """Sends one request on a connection of its own."""
    answers: list[Answer] = []
    await play(balancer, [once(message, answers)], 1, timeout_s=timeout_s)
    return answers[0]


def once(message: bytes, answers: list[Answer]) -> Script:
    """Sends one request and keeps its answer."""
    answers.append((yield message))


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Runs a load program's coroutine on uvloop."""
    return uvloop.run(main)


@dataclass(slots=True, eq=False)
class _Job:
    """A script under way, and the request it wants sent."""

    script: Script
    request: bytes = b""


class _Run:
    """Jobs, and the connections that carry them."""

    def __init__(self, balancer: Balancer, scripts: Iterator[Script], connections: int, rate: float) -> None:
        self.balancer = balancer
        self._loop = asyncio.get_running_loop()
        self.is_over: asyncio.Future[None] = self._loop.create_future()
        self.ended = 0
        self._scripts: Iterator[Script] | None = scripts
        self._rate = rate
        self._under_way = 0
        self._ready: deque[_Job] = deque()
        self._connections = [_Connection(self) for _ in range(connections)]
        self._idle: list[_Connection] = []
        self._connecting: set[asyncio.Task[None]] = set()

    def begin(self) -> None:
        """Hands every connection its first job; with a rate there is none yet."""
        for connection in self._connections:
            self._feed(connection)

    def answered(self, connection: "_Connection", job: _Job, answer: Answer) -> None:
        """Goes on with a job on the same connection, or with another one when it ended or pauses."""
        if self._advance(job, answer):
            connection.send(job)
        else:
            self._feed(connection)

    def connect(self, connection: "_Connection") -> None:
        """Opens a connection in the background."""
        task = self._loop.create_task(self._connect(connection))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    async def pace(self) -> None:
        """Begins scripts when they are due."""
        began, drawn = time.perf_counter(), 0
        while self._scripts is not None:
            while drawn < (time.perf_counter() - began) * self._rate and (job := self._draw()):
                drawn += 1
                self._ready.append(job)
            self._wake()
            await asyncio.sleep(_PACE_S)

    async def sweep(self, timeout_s: float, progress: Callable[[int], None] | None) -> None:
        """Ends requests that nobody answers."""
        while True:
            await asyncio.sleep(_SWEEP_S)
            if progress:
                progress(self.ended)
            oldest = time.perf_counter() - timeout_s
            for connection in self._connections:
                if connection.job is not None and connection.sent_at < oldest:
                    connection.fail("timeout")

    def close(self) -> None:
        """Drops all connections."""
        for task in self._connecting:
            task.cancel()
        for connection in self._connections:
            connection.close()

    async def _connect(self, connection: "_Connection") -> None:
        server = self.balancer.next()
        try:
            await self._loop.create_connection(lambda: connection, HOST, server.port)
        except OSError as error:
            if isinstance(error, ConnectionRefusedError):
                self.balancer.leave_out(server)
            connection.fail("refused" if isinstance(error, ConnectionRefusedError) else type(error).__name__)

    def _feed(self, connection: "_Connection") -> None:
        job = self._ready.popleft() if self._ready else None if self._rate else self._draw()
        if job is None:
            self._idle.append(connection)
        else:
            connection.send(job)

    def _wake(self) -> None:
        while self._ready and self._idle:
            self._idle.pop().send(self._ready.popleft())

    def _draw(self) -> _Job | None:
        while self._scripts is not None:
            script = next(self._scripts, None)
            if script is None:
                self._scripts = None
                self._check_over()
            else:
                job = _Job(script)
                self._under_way += 1
                if self._advance(job, None):
                    return job
        return None

    def _advance(self, job: _Job, answer: Answer | None) -> bool:
        """Whether the job has a request to send at once."""
        try:
            step = next(job.script) if answer is None else job.script.send(answer)
        except StopIteration:
            self._under_way -= 1
            self.ended += 1
            self._check_over()
            return False
        except Exception as error:
            # A script that breaks ends the run, and whoever started it is told why.
            if not self.is_over.done():
                self.is_over.set_exception(error)
            return False
        if isinstance(step, bytes):
            job.request = step
            return True
        self._loop.call_later(step, self._resume, job)
        return False

    def _resume(self, job: _Job) -> None:
        if self._advance(job, None):
            self._ready.append(job)
            self._wake()

    def _check_over(self) -> None:
        if self._scripts is None and not self._under_way and not self.is_over.done():
            self.is_over.set_result(None)


class _Connection(asyncio.Protocol):
    """A keep-alive connection with at most one request in flight; opened when it is needed."""

    __slots__ = ("_received", "_run", "_transport", "job", "sent_at")

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self.job: _Job | None = None
        self.sent_at = 0.0

    def send(self, job: _Job) -> None:
        """Sends a job's request, connecting first if need be."""
        self.job = job
        self.sent_at = time.perf_counter()
        if self._transport is None:
            self._run.connect(self)
        else:
            self._transport.write(job.request)

    def fail(self, error: str) -> None:
        """Ends the request in flight without an answer."""
        self.close()
        self._finish(0, b"", error)

    def close(self) -> None:
        """Drops the connection."""
        transport, self._transport = self._transport, None
        self._received = b""
        if transport is not None:
            transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports have the methods of asyncio.Transport but are none.
        self._transport = cast(asyncio.Transport, transport)
        if self.job is None:
            self.close()
        else:
            self._transport.write(self.job.request)

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else data
        message = _parse(self._received)
        if message is None:
            return
        status, body, stays = message
        self._received = b""
        if not stays:
            self.close()
        self._finish(status, body)

    def connection_lost(self, error: Exception | None) -> None:
        # Of a connection that was dropped here nothing is left to tell.
        if self._transport is None:
            return
        self._transport = None
        if self.job is not None:
            self._received = b""
            self._finish(0, b"", "reset" if error else "closed")

    def _finish(self, status: int, body: bytes, error: str = "") -> None:
        job, self.job = self.job, None
        if job is not None:
            self._run.answered(self, job, Answer(status, body, self.sent_at, time.perf_counter(), error))


def _parse(received: bytes) -> tuple[int, bytes, bool] | None:
    """Status, body and whether the connection stays open; None while bytes are missing.

    Only messages with a Content-Length are understood: all that are asked for here have one.
    """
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    head, body = received[: end + 2].lower(), received[end + 4 :]
    at = head.find(b"content-length:")
    length = int(head[at + 15 : head.index(b"\r\n", at)]) if at >= 0 else 0
    if len(body) < length:
        return None
    return int(head[9:12]), body, b"connection: close" not in head
