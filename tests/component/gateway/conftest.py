"""A whole gateway on the loopback: real HTTP, real mTLS, a real Redis, and fake services that record what they get."""

import asyncio
import base64
import json
import shutil
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from subprocess import DEVNULL, Popen
from types import MappingProxyType
from typing import Any

import httpx
import pytest
import pytest_asyncio
import uvloop
from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway.server import compose
from gateway.settings import Settings
from protos.activity.v1 import (
    activity_pb2_grpc,
    door_pb2_grpc,
    participants_pb2_grpc,
    rosters_pb2_grpc,
    tags_pb2_grpc,
)
from protos.checkin.v1 import checkin_pb2, checkin_pb2_grpc
from protos.identity.v1 import identity_pb2, identity_pb2_grpc
from protos.reporting.v1 import exports_pb2_grpc, reporting_pb2_grpc, reports_pb2_grpc
from servicekit import ids
from servicekit.errors import NotFoundError, ServiceError
from servicekit.http.limits import Limits
from servicekit.process import end_all
from servicekit.rpc.interceptors import by, for_person, person
from servicekit.rpc.server import Registration, serve
from servicekit.rpc.status import to_status
from servicekit.tokens import TokenVerifier
from tests.component.conftest import LoopbackProcess, Signer
from tests.ports import reserved_port

# Nobody listens there: what checkin does not take is not taken.
_NO_BROKER = "amqp://gateway:none@127.0.0.1:1/none"
SECRET = "1:" + bytes(range(32)).hex()
# Nothing here is asked over TLS; a client without a context of its own reads every authority of the machine.
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
# Of the console, unless a test serves one: what lies in the checkout would be read anew for each gateway.
_NOTHING_BUILT = "/nonexistent"

LIMITS = Limits()
# One of each service: until it is answered, the time of a call goes into connecting.
_ID = ids.to_text(ids.new_id())
_READS = ("/v1/me", f"/v1/activities/{_ID}", f"/v1/activities/{_ID}/stats", f"/v1/checkins/{_ID}")
_OPEN = (
    *("SignInWithWechat", "RefreshSession", "GetJwks", "ListRevokedSessions", "BatchCreateCheckins", "GetLiveStats"),
    "ListLatest",
    *("BatchGetOccurrences", "PreviewDisplay", "OpenDisplay", "GetScreen", "ResolveAtKiosk"),
    *("OpenTicket", "RedeemTicket", "RefreshConsole", "EndConsole"),
)
# What a gateway asks by itself, whoever asks it for anything.
_BY_ITSELF = ("GetJwks", "ListRevokedSessions")


# Rows that share what lasts run in one loop with it.
of_a_table = pytest.mark.asyncio(loop_scope="module")


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop of our processes: how connections end is the loop's business."""
    return {"uvloop": uvloop.new_event_loop}


class GatewayProcess(LoopbackProcess):
    """A loopback process that also ends its background tasks."""

    def __init__(self, tls: Path, settings: Mapping[str, str]) -> None:
        super().__init__("gateway", tls)
        self.settings = self.settings.model_copy(update=dict(settings))
        self._background: list[asyncio.Task[None]] = []

    def background(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Runs the work until `end`."""
        self._background.append(asyncio.create_task(work, name=name))

    async def end(self) -> None:
        """Ends the background tasks, then the rest in its order; a task that failed fails the test."""
        await end_all(self._background)
        for task in self._background:
            with suppress(asyncio.CancelledError):
                await task
        await super().end()


class Services:
    """The four services behind the gateway, as one object.

    Each method answers with what a test put into `answers` under its name (a message, a list of pieces, an error, or a
    function of the request), and `calls` holds the requests in order with the person behind each, but for those that a
    gateway makes by itself.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any, bytes | None]] = []
        self.answers: dict[str, Any] = {}

    def requests(self, method: str) -> list[Any]:
        """The requests of one method."""
        return [request for name, request, _ in self.calls if name == method]

    def attempts(self) -> list[checkin_pb2.Attempt]:
        """Every attempt that reached checkin."""
        return [attempt for request in self.requests("BatchCreateCheckins") for attempt in request.attempts]

    async def begin(self, signer: Signer) -> None:
        """Keys are known, nobody's session has ended, and every attempt is accepted."""
        self.answers = {
            "GetJwks": identity_pb2.Jwks(json=await signer.verifier()._fetch_jwks()),
            "ListRevokedSessions": identity_pb2.ListRevokedSessionsResponse(),
            "BatchCreateCheckins": accept,
        }

    async def answer(self, method: str, request: Any, user_id: bytes | None) -> Any:
        """Records a call and answers it."""
        if method not in _BY_ITSELF:
            self.calls.append((method, request, user_id))
        answer = self.answers.get(method, NotFoundError("there is no such thing"))
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, Coroutine):
            answer = await answer
        if isinstance(answer, ServiceError):
            raise answer
        return answer


def _servicer(base: type, services: Services) -> object:
    """A servicer whose every method goes to `services`."""

    def method(name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        async def handle(self: object, request: Any, context: Any) -> Any:
            answer = await services.answer(name, request, None if name in _OPEN else person().user_id)
            if not isinstance(answer, list):
                return answer
            for piece in answer:
                await context.write(piece)
            return None

        return handle

    return type(f"Fake{base.__name__}", (base,), {name: method(name) for name in dir(base) if name[0].isupper()})()


# By process.
_SERVICES: dict[str, dict[type, Registration]] = {
    "identity": {
        identity_pb2_grpc.IdentityServiceServicer: identity_pb2_grpc.add_IdentityServiceServicer_to_server,
        identity_pb2_grpc.ConsoleServiceServicer: identity_pb2_grpc.add_ConsoleServiceServicer_to_server,
    },
    "activity": {
        activity_pb2_grpc.ActivityServiceServicer: activity_pb2_grpc.add_ActivityServiceServicer_to_server,
        activity_pb2_grpc.PlaceServiceServicer: activity_pb2_grpc.add_PlaceServiceServicer_to_server,
        activity_pb2_grpc.DisplayServiceServicer: activity_pb2_grpc.add_DisplayServiceServicer_to_server,
        tags_pb2_grpc.TagServiceServicer: tags_pb2_grpc.add_TagServiceServicer_to_server,
        door_pb2_grpc.DoorServiceServicer: door_pb2_grpc.add_DoorServiceServicer_to_server,
        participants_pb2_grpc.ParticipantServiceServicer: (
            participants_pb2_grpc.add_ParticipantServiceServicer_to_server
        ),
        door_pb2_grpc.DoorServiceServicer: door_pb2_grpc.add_DoorServiceServicer_to_server,
        rosters_pb2_grpc.RosterServiceServicer: rosters_pb2_grpc.add_RosterServiceServicer_to_server,
        rosters_pb2_grpc.RosterImportServiceServicer: rosters_pb2_grpc.add_RosterImportServiceServicer_to_server,
    },
    "checkin": {checkin_pb2_grpc.CheckinServiceServicer: checkin_pb2_grpc.add_CheckinServiceServicer_to_server},
    "reporting": {
        reporting_pb2_grpc.ReportingServiceServicer: reporting_pb2_grpc.add_ReportingServiceServicer_to_server,
        exports_pb2_grpc.ExportServiceServicer: exports_pb2_grpc.add_ExportServiceServicer_to_server,
        reports_pb2_grpc.ReportsServiceServicer: reports_pb2_grpc.add_ReportsServiceServicer_to_server,
    },
}


async def serve_fake(
    name: str, address: str, tls: Path, services: Services, verifier: TokenVerifier
) -> LoopbackProcess:
    """Serves what one process serves under its name."""
    access = {
        f"/{name}.v1.{base.__name__.removesuffix('Servicer')}/{method}": (
            by("gateway") if method in _OPEN else for_person("gateway")
        )
        for base in _SERVICES[name]
        for method in dir(base)
        if method[0].isupper()
    }

    def register(servicer: Services, server: Any) -> None:
        for base, add in _SERVICES[name].items():
            add(_servicer(base, servicer), server)

    process = LoopbackProcess(name, tls)
    await serve(process, address, register, services, access, verifier)
    return process


class Gateway:
    """The gateway under test, as a client sees it."""

    def __init__(
        self, port: int, services: Services, signer: Signer, redis: Redis, served: dict[str, LoopbackProcess]
    ) -> None:
        self.port = port
        self.services = services
        self.signer = signer
        self.redis = redis
        self._served = served
        self.http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10, verify=_NO_TLS)

    async def begin(self, *reads: str) -> None:
        """Waits until these are answered; then its services were asked nothing yet."""
        await self.services.begin(self.signer)
        for path in reads:
            await until(partial(_is_answered, self, path))
        self.services.calls.clear()

    async def lose(self, service: str) -> None:
        """Ends one of the services for good."""
        await self._served.pop(service).end()

    def bearer(self, user_id: bytes | None = None) -> dict[str, str]:
        """The header of a signed-in person, a new one unless named."""
        return {"authorization": f"Bearer {self.signer.token(user_id or ids.new_id())}"}

    async def raw(self, request: bytes) -> bytes:
        """Sends bytes and reads until the answer's body is there, or the connection ends."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        writer.close()
        return head + body


def session_of(header: Mapping[str, str]) -> bytes:
    """The session of the access token in a header."""
    payload = header["authorization"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return ids.from_text(claims["sid"])


def accept(request: checkin_pb2.BatchCreateCheckinsRequest) -> checkin_pb2.BatchCreateCheckinsResponse:
    """Accepts every attempt of a batch."""
    return checkin_pb2.BatchCreateCheckinsResponse(
        results=[checkin_pb2.CheckinResult(checkin=a_record(attempt)) for attempt in request.attempts]
    )


def a_record(attempt: checkin_pb2.Attempt, **changes: Any) -> checkin_pb2.Checkin:
    """The record of an accepted attempt."""
    fields = {
        "checkin_id": ids.new_id(),
        "attempt_id": attempt.attempt_id,
        "activity_id": ids.new_id(),
        "occurrence_id": ids.new_id(),
        "user_id": attempt.user_id,
        "outcome": checkin_pb2.OUTCOME_ACCEPTED,
        "punctuality": checkin_pb2.PUNCTUALITY_ON_TIME,
        "checked_in_at": attempt.received_at,
        "distance_m": 12.4,
        "method": attempt.method,
        "direction": attempt.direction,
        "activity_title": "开工大会",
        "place_name": "一号厅",
    }
    return checkin_pb2.Checkin(**{**fields, **changes})


def refuse(error: ServiceError) -> Callable[[Any], checkin_pb2.BatchCreateCheckinsResponse]:
    """Gives every attempt of a batch the same error as its own result."""

    def answer(request: checkin_pb2.BatchCreateCheckinsRequest) -> checkin_pb2.BatchCreateCheckinsResponse:
        results = [checkin_pb2.CheckinResult(status=to_status(error)) for _ in request.attempts]
        return checkin_pb2.BatchCreateCheckinsResponse(results=results)

    return answer


def judge_as(**changes: Any) -> Callable[[Any], checkin_pb2.BatchCreateCheckinsResponse]:
    """Answers every attempt of a batch with a record changed like this."""

    def answer(request: checkin_pb2.BatchCreateCheckinsRequest) -> checkin_pb2.BatchCreateCheckinsResponse:
        records = [a_record(attempt, **changes) for attempt in request.attempts]
        return checkin_pb2.BatchCreateCheckinsResponse(
            results=[checkin_pb2.CheckinResult(checkin=record) for record in records]
        )

    return answer


async def until(condition: Callable[[], Coroutine[Any, Any, bool]]) -> None:
    """Waits for something outside this process to become true; 30 s at most."""
    async with asyncio.timeout(30):
        while not await condition():  # noqa: ASYNC110  nobody here could set an event
            await asyncio.sleep(0.01)


async def at_once(send: Callable[[], Coroutine[Any, Any, httpx.Response]]) -> tuple[Counter[int], httpx.Response]:
    """Twenty requests at the same instant, so that no bucket fills meanwhile: how many got which status, and a 429.

    Those that a busy machine had no time for (503) are left out.
    """
    answers = await asyncio.gather(*(send() for _ in range(20)))
    refused = next(answer for answer in answers if answer.status_code == 429)
    return Counter(answer.status_code for answer in answers if answer.status_code != 503), refused


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A private Redis, for which nobody needs a password."""
    program = shutil.which("redis-server")
    assert program is not None, "install redis-server"
    port, folder = reserved_port(), tmp_path_factory.mktemp("redis")
    options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
    with Popen([program, *options], stdout=DEVNULL) as server:
        yield f"redis://127.0.0.1:{port}/0"
        server.terminate()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A client of the private Redis, which is empty."""
    client = Redis.from_url(redis_url)
    await until(lambda: _answers(client))
    await client.flushdb()
    yield client
    await client.aclose()


@asynccontextmanager
async def a_gateway(
    tls: Path,
    signer: Signer,
    redis_url: str,
    redis: Redis,
    limits: Limits = LIMITS,
    http: Mapping[str, Any] = MappingProxyType({}),
    public_url: str = "http://127.0.0.1:8080",
    **changes: Any,
) -> AsyncIterator[Gateway]:
    """A running gateway, connected to its services, which accept every attempt; settings may be changed.

    Args:
        limits: What it bears from strangers.
        http: Settings of its public port, as variables.
    """
    services = Services()
    await services.begin(signer)
    addresses = {name: f"127.0.0.1:{reserved_port()}" for name in _SERVICES}
    verifier = signer.verifier()
    served = {name: await serve_fake(name, address, tls, services, verifier) for name, address in addresses.items()}
    targets = {f"{name}_target": address for name, address in addresses.items()}
    process = GatewayProcess(tls, targets | {"public_url": public_url})
    port = reserved_port()
    shared = {"QIANDAO_CREDENTIAL_SECRET": SECRET, "QIANDAO_HTTP_PORT": port, **http}
    own: dict[str, Any] = {"redis_url": redis_url, "amqp_url": _NO_BROKER, "wechat_check": "WeChatCheck_1:s3cret"}
    own |= {"console_folder": _NOTHING_BUILT, **changes}
    await compose(process, Settings(**shared, **own), limits)
    gateway = Gateway(port, services, signer, redis, served)
    await gateway.begin(*_READS)
    yield gateway
    await gateway.http.aclose()
    for ending in (process, *served.values()):
        await ending.end()


@pytest.fixture
async def gateway(tls: Path, signer: Signer, redis_url: str, redis: Redis) -> AsyncIterator[Gateway]:
    """See `a_gateway`."""
    async with a_gateway(tls, signer, redis_url, redis) as gateway:
        yield gateway


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def _of_module(tls: Path, signer: Signer, redis_url: str) -> AsyncIterator[Gateway]:
    async with Redis.from_url(redis_url) as redis:
        await until(lambda: _answers(redis))
        async with a_gateway(tls, signer, redis_url, redis) as gateway:
            yield gateway


@pytest_asyncio.fixture(loop_scope="module")
async def lasting(_of_module: Gateway) -> Gateway:
    """One for all tests `of_a_table` of a file: none of them uses up or leaves anything that another would find."""
    await _of_module.begin(_READS[0])
    return _of_module


@pytest.fixture
async def redisless(tls: Path, signer: Signer, redis: Redis) -> AsyncIterator[Gateway]:
    """A gateway whose Redis is gone."""
    async with a_gateway(tls, signer, "redis://127.0.0.1:1/0", redis) as gateway:
        yield gateway


async def _is_answered(gateway: Gateway, path: str) -> bool:
    # Neither is a connection that a busy machine has not served in time.
    with suppress(httpx.TransportError):
        return (await gateway.http.get(path, headers=gateway.bearer())).status_code != 503
    return False


async def _answers(client: Redis) -> bool:
    try:
        return bool(await client.ping())
    except RedisError:
        return False
