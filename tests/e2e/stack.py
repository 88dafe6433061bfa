"""The running stack from below the public API: what is stored, what the broker holds, and how to break a process."""

import asyncio
import fcntl
import os
import signal
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import grpc
import httpx
import pymysql
from pymysql.cursors import DictCursor
from redis import Redis
from sqlalchemy import make_url

from deploy.fleet import PROCESSES, ROOT, SECRETS, TLS, Place, environment, instance, local_place
from deploy.local import launch, stack
from domainkit.sealed import Sealer
from protos.credential.v1.credential_pb2 import QrToken
from servicekit.ids import from_text
from servicekit.keyring import parse_secrets
from tests.ports import reserved_port

PATIENCE_S = 60.0
# Each look is a request that several processes answer: more of them would take a core from those that are awaited.
_POLL_S = 0.05
# No page is asked over TLS; a client without a context of its own reads every authority of the machine, 25 ms of CPU.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

Row = dict[str, Any]


async def eventually(probe: Callable[[], Any], within_s: float = PATIENCE_S) -> Any:
    """What `probe`, a function or coroutine function, gives once that is truthy.

    Raises:
        AssertionError: It was not in time; shows what came last.
    """
    last = None
    try:
        async with asyncio.timeout(within_s):
            while True:
                result = probe()
                last = await result if isinstance(result, Awaitable) else result
                if last:
                    return last
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        raise AssertionError(f"not within {within_s:.0f} s; in the end {last!r}") from None


def secret(name: str) -> str:
    """A secret of the local stack."""
    return (SECRETS / name).read_text().strip()


def sealed(occurrence_id: str, *, issued_s_ago: int = 0, life_s: int = 60, epoch: int = 1, secrets: str = "") -> str:
    """A QR token as the activity service makes it, or would if something were wrong."""
    sealer = Sealer(QrToken, parse_secrets(secrets or secret("credential")))
    issued_at = int(time.time()) - issued_s_ago
    token = QrToken(occurrence_id=from_text(occurrence_id), issued_at=issued_at, life_s=life_s, epoch=epoch)
    return sealer.seal_text(token)


def lasting_token(occurrence_id: str) -> str:
    """One that outlives whatever a test does before it is scanned: what a screen shows may be over in ten seconds."""
    return sealed(occurrence_id, life_s=300)


def connect(user: str, schema: str = "checkin") -> "pymysql.Connection[DictCursor]":
    """MySQL, a schema as one of its users."""
    host, _, port = Place().mysql.partition(":")
    return pymysql.connect(
        host=host,
        port=int(port),
        user=user,
        password=secret(f"mysql-{user}"),
        database=schema,
        cursorclass=DictCursor,
        autocommit=True,
    )


def query(statement: str, *parameters: object, user: str = "checkin") -> list[Row]:
    """Rows, by default as the service may read them."""
    with closing(connect(user)) as connection, connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def attempts_of(user_id: str) -> list[Row]:
    """Everything stored of one person's attempts."""
    return query("SELECT * FROM attempts WHERE user_id = %s ORDER BY received_at", from_text(user_id))


def seats_of(user_id: str) -> list[Row]:
    """The seats one person asked for."""
    return query("SELECT * FROM seats WHERE user_id = %s", from_text(user_id))


def outbox_ids() -> set[bytes]:
    """The effects that still wait."""
    return {row["outbox_id"] for row in query("SELECT outbox_id FROM outbox")}


def remembered() -> Redis:
    """Redis as checkin sees it."""
    return Redis.from_url(secret("CHECKIN_REDIS_URL"))


def seat_hints(occurrence_id: str) -> str:
    """The key of an occurrence's seat hints."""
    return f"checkin:seats:{{{from_text(occurrence_id).hex()}}}"


def answers_key(user_id: str) -> bytes:
    """The key of what one person was answered."""
    identifier = from_text(user_id)
    return b"checkin:told:{%d}:" % (identifier[15] % 4) + identifier


def metric(text: str, sample: str) -> float:
    """A sample of a metrics page; 0 when it is not there yet."""
    values = (line.rpartition(" ") for line in text.splitlines())
    return next((float(value) for name, _, value in values if name == sample), 0.0)


async def metrics_of(process: str) -> str:
    """The metrics page of a process of the stack."""
    running = launch.running(process)
    assert running is not None, f"{process} does not run"
    return (await _page(running.ports["ops"], "/metrics")).text


async def _page(ops_port: int, path: str) -> httpx.Response:
    async with httpx.AsyncClient(verify=NO_TLS) as http:
        return await http.get(f"http://127.0.0.1:{ops_port}{path}")


class Outage:
    """The stack without some of its processes or servers; nobody else starts or stops anything until it ends."""

    may_begin = False

    def __init__(self, *gone: str) -> None:
        assert self.may_begin, "mark the test as alone: others run beside it"
        counts = stack.Shape.of_running().counts
        self._names = [instance(name, each) for name in gone for each in range(counts.get(name, 1))]
        self._lock = (launch.RUN / "lock").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        for name in self._names:
            launch.stop(name, grace_s=30)

    def end(self) -> None:
        """Starts the process again, once."""
        if not self._lock.closed:
            self._lock.close()
            subprocess.run((stack.PYTHON, "-m", "deploy.local.stack", "restart", *self._names), cwd=ROOT, check=True)


@dataclass
class Victim:
    """A process of a test's own, beside the stack's."""

    process: "subprocess.Popen[bytes]"
    ports: Mapping[str, int]

    def kill(self) -> None:
        """`kill -9`."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    async def metrics(self) -> str:
        """Its metrics page."""
        return (await _page(self.ports["ops"], "/metrics")).text

    async def is_ready(self) -> bool:
        """Whether it may serve."""
        assert self.process.poll() is None, f"it ended with {self.process.returncode}; see {launch.LOGS}/e2e.log"
        with suppress(httpx.TransportError):
            return (await _page(self.ports["ops"], "/readyz")).is_success
        return False


def run(
    process: str, module: str, *arguments: str, changes: Mapping[str, str] = MappingProxyType({})
) -> "subprocess.CompletedProcess[str]":
    """Runs a command to its end in the environment of one of the stack's processes, with some URLs in it changed."""
    shape = stack.Shape.of_running()
    variables = environment(PROCESSES[process], {"ops": 0, "grpc": 0}, local_place(shape.counts, shape.http_port))
    for name, url in changes.items():
        _set_url(variables, name, url)
    command, clean = (stack.PYTHON, "-m", module, *arguments), _with_ours(variables)
    return subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, timeout=60)


@asynccontextmanager
async def victim(name: str, amqp_port: int) -> AsyncIterator[Victim]:
    """One more replica of a process, ready, on ports of its own, with the broker behind a proxy."""
    amqp_url = f"{PROCESSES[name].prefix}AMQP_URL"
    async with replica(name, {amqp_url: changed_url(amqp_url, port=amqp_port)}) as found:
        yield found


@asynccontextmanager
async def replica(
    name: str, changes: Mapping[str, str] = MappingProxyType({}), within_s: float = PATIENCE_S
) -> AsyncIterator[Victim]:
    """One more replica of a process, ready, on ports of its own, with some URLs or other settings changed."""
    process, shape = PROCESSES[name], stack.Shape.of_running()
    ports = {"ops": reserved_port(), "grpc": reserved_port(), "http": reserved_port()}
    variables = environment(process, ports, local_place(shape.counts, shape.http_port))
    for variable, url in changes.items():
        _set_url(variables, variable, url)
    found = Victim(_spawn(process.module, variables), ports)
    try:
        await eventually(found.is_ready, within_s)
        yield found
    finally:
        found.kill()


def _spawn(module: str, variables: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    with (launch.LOGS / "e2e.log").open("ab") as log:
        return subprocess.Popen(
            (stack.PYTHON, "-m", module), cwd=ROOT, env=_with_ours(variables), stdout=log, stderr=log
        )


def changed_url(name: str, **changes: Any) -> str:
    """A URL of the local stack, with another password or port."""
    return make_url(secret(name)).set(**changes).render_as_string(hide_password=False)


def _set_url(variables: dict[str, str], name: str, url: str) -> None:
    """In place of the file that holds the stack's own, if one does."""
    variables.pop(f"{name}_FILE", None)
    variables[name] = url


def _with_ours(variables: Mapping[str, str]) -> dict[str, str]:
    """What a process finds, and of our environment only what Python needs."""
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **variables}


@asynccontextmanager
async def channel_to(name: str, port: int) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to a service, with the gateway's certificate."""
    ca, key, certificate = ((TLS / file).read_bytes() for file in ("ca.pem", "gateway.key", "gateway.pem"))
    credentials = grpc.ssl_channel_credentials(ca, key, certificate)
    options = [("grpc.ssl_target_name_override", name)]
    async with grpc.aio.secure_channel(f"127.0.0.1:{port}", credentials, options) as channel:
        yield channel


@dataclass
class BrokerProxy:
    """A TCP proxy before RabbitMQ that can lose what a process says on connections of one purpose.

    The broker's own words always pass, so that the process notices nothing until its deadlines do.
    """

    port: int = 0
    _lost: set[bytes] = field(default_factory=set)
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    def swallow(self, purpose: str) -> None:
        """From now on, loses all that is said on connections named `<process>-<purpose>`."""
        self._lost.add(f"-{purpose}".encode())

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection to its end."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        host, _, port = Place().amqp.partition(":")
        broker_reader, broker_writer = await asyncio.open_connection(host, int(port))
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._say(reader, broker_writer))
                both.create_task(_pass_on(broker_reader, writer))
        except* OSError:
            pass
        finally:
            self._tasks.discard(task)

    async def _say(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Passes on what the process says; its name comes in the first bytes."""
        said = b""
        try:
            while chunk := await reader.read(65536):
                said = said if len(said) > 4096 else said + chunk
                if not any(name in said for name in self._lost):
                    writer.write(chunk)
                    await writer.drain()
        finally:
            writer.close()

    async def close(self) -> None:
        """Ends every connection."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    finally:
        writer.close()


@asynccontextmanager
async def broker_proxy() -> AsyncIterator[BrokerProxy]:
    """A proxy that serves."""
    proxy = BrokerProxy()
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()
