"""RabbitMQ: what it has to have, sessions that outlive it, and confirmed publishing; `consumer.py` is the other half.

A process keeps one connection to publish and one to consume, for during an alarm the broker stops reading publishers
while consumers go on. Both come back by themselves: a session is a plain aio-pika connection with one channel, and when
anything about it fails the whole of it is thrown away and another one follows after a jittered pause. aio-pika's robust
connection is not used: it holds its objects weakly, waits without jitter, and does not restore a consumer that the
broker cancelled. Trace context travels in message headers, by hand.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import aio_pika
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, DeliveryError, PublishError
from aiormq.abc import AbstractChannel
from pamqp.commands import Basic
from prometheus_client import Counter, Gauge
from yarl import URL

from servicekit.errors import UnavailableError
from servicekit.settings import ServerSettings, load, trusting

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 5.0
_CLOSE_TIMEOUT_S = 2.0
_HEARTBEAT_S = 10
PAUSE_S = (0.5, 5.0)
_BLOCKED_PROBE_S = 0.05
_BLOCKED_INTERVAL_S = 0.25
_PERSISTENT = 2
DEAD_LETTERS = ".dlq"
# A header that does not fit a frame would cost the connection.
_LONGEST_CAUSE = 500

LOST = (*CONNECTION_EXCEPTIONS, TimeoutError)

_BLOCKED = Gauge("amqp_blocked", "1 while the broker does not read from this publisher.")
_CONNECTED = Gauge("amqp_connected", "1 while the connection is up.", ["connection"])
DEAD = Counter("amqp_dead_letters_total", "Messages, or parts of them, put into the dead letters.", ["queue"])


class PublishRefusedError(UnavailableError):
    """The broker does not have the message and will not get it: not connected, blocked, refused or unroutable."""


class PublishUnknownError(UnavailableError):
    """No answer in time, or the connection was lost: the broker may have the message, or deliver it later."""


@dataclass(frozen=True, slots=True)
class Binding:
    """Messages of a topic exchange that a queue gets."""

    exchange: str
    routing_key: str


@dataclass(frozen=True, slots=True)
class Queue:
    """A quorum queue. It has no delivery limit: a limit counts crashes and requeues against healthy messages.

    Its arguments cannot change once it exists; a queue with other ones needs another name.
    """

    name: str
    bindings: tuple[Binding, ...]
    max_bytes: int
    overflow: Literal["reject-publish", "drop-head"]

    @property
    def arguments(self) -> dict[str, Any]:
        """What it is declared with."""
        return {"x-queue-type": "quorum", "x-overflow": self.overflow, "x-max-length-bytes": self.max_bytes}


def work_queue(name: str, *bindings: Binding, max_bytes: int) -> Queue:
    """A queue that holds the only copy: full, it refuses; dead letters go to `<name>.dlq`, which has no bound."""
    return Queue(name, bindings, max_bytes, "reject-publish")


def derived_queue(name: str, *bindings: Binding, max_bytes: int) -> Queue:
    """A queue whose content can be rebuilt: full, it drops its oldest, so that it never fails the publisher."""
    return Queue(name, bindings, max_bytes, "drop-head")


@dataclass(frozen=True, slots=True)
class Topology:
    """Topic exchanges and queues; whoever needs them declares them at each connect, which is idempotent."""

    exchanges: tuple[str, ...] = ()
    queues: tuple[Queue, ...] = ()

    async def declare(self, channel: AbstractChannel) -> None:
        """Makes what is missing; blocks for a round trip each."""
        for exchange in self.exchanges:
            await channel.exchange_declare(exchange, exchange_type="topic", durable=True)
        for queue in self.queues:
            await channel.queue_declare(queue.name, durable=True, arguments=queue.arguments)
            for binding in queue.bindings:
                await channel.queue_bind(queue.name, binding.exchange, binding.routing_key)
            if queue.overflow == "reject-publish":
                await _declare_dead_letters(channel, queue.name + DEAD_LETTERS)


async def _declare_dead_letters(channel: AbstractChannel, name: str) -> None:
    """Queue and fanout exchange of one name: writing there needs a right of its own, unlike the default exchange."""
    await channel.exchange_declare(name, exchange_type="fanout", durable=True)
    await channel.queue_declare(name, durable=True, arguments={"x-queue-type": "quorum"})
    await channel.queue_bind(name, name)


class Backoff:
    """Pauses that double from `first_s` to at most `longest_s`, each shortened by chance by up to a half."""

    def __init__(self, first_s: float, longest_s: float) -> None:
        self._first_s = self._next_s = first_s
        self._longest_s = longest_s

    def pause_s(self) -> float:
        """How long to pause now."""
        self._next_s, pause_s = min(self._next_s * 2, self._longest_s), self._next_s
        return pause_s * random.uniform(0.5, 1)  # noqa: S311  jitter, not a secret

    def reset(self) -> None:
        """All is well again."""
        self._next_s = self._first_s


async def pause_until(stopping: asyncio.Event, seconds: float) -> None:
    """Sleeps, but not beyond the moment that says to stop."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stopping.wait()


@contextmanager
def honest_cancellation() -> Iterator[None]:
    """Makes a lost connection look like one: aiormq tells those who wait on it with CancelledError, too."""
    try:
        yield
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise ConnectionError("the connection was closed") from error


async def connect(url: str, **options: Any) -> AbstractConnection:
    """A connection to RabbitMQ; by TLS where the settings name an authority, whatever the URL says."""
    if ca_file := load(ServerSettings).amqp_ca_file:
        # The scheme decides; a context alone would be ignored.
        url = url.replace("amqp://", "amqps://", 1)
        options["ssl_context"] = trusting(ca_file)
    connection: AbstractConnection = await aio_pika.connect(url, **options)
    return connection


@asynccontextmanager
async def session(url: str, name: str, topology: Topology | None, *, confirms: bool) -> AsyncIterator[AbstractChannel]:
    """One channel on a connection of its own, with everything declared; both end together."""
    connection = await connect(url, name=name, heartbeat=_HEARTBEAT_S, timeout=CONNECT_TIMEOUT_S)
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            channel = connection.channel(publisher_confirms=confirms, on_return_raises=confirms)
            await channel.initialize()
            underlay = await channel.get_underlay_channel()
            if topology is not None:
                await topology.declare(underlay)
        _CONNECTED.labels(name).set(1)
        log.info("%s: connected", name)
        yield underlay
    finally:
        _CONNECTED.labels(name).set(0)
        await _close(connection, name)


async def _close(connection: aio_pika.abc.AbstractConnection, name: str) -> None:
    try:
        with honest_cancellation():
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await connection.close()
    except LOST as error:
        log.info("%s: closed without a goodbye: %r", name, error)


class Publisher:
    """Publishes persistent messages and returns when the broker has them; for one event loop.

    Args:
        url: amqp://user:password@host:port/vhost. Messages carry the user, which the broker verifies.
        process: The connection shows in the broker as `<process>-publish`.
        topology: Declared at each connect; None for those who may not.
        timeout_s: How long a publish may take.
        on_blocked: Told the cause, about four times a second, while the broker blocks publishers; for
            `AsyncBreaker.force_open`.
    """

    def __init__(
        self,
        url: str,
        *,
        process: str,
        topology: Topology | None = None,
        timeout_s: float = 0.8,
        on_blocked: Callable[[str], None] | None = None,
    ) -> None:
        self._url = url
        self._user = URL(url).user
        self._name = f"{process}-publish"
        self._topology = topology
        self._timeout_s = timeout_s
        self._on_blocked = on_blocked
        self._channel: AbstractChannel | None = None
        self._connected = asyncio.Event()
        self._was_blocked = False
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Connects in the background and keeps connected; the broker need not be there."""
        self._task = asyncio.create_task(self._keep_connected(), name=self._name)

    async def close(self) -> None:
        """Disconnects; publishes still under way become PublishUnknownError."""
        self._stopping.set()
        if self._task is not None:
            await self._task

    @property
    def is_connected(self) -> bool:
        """Whether a publish would reach the broker's socket."""
        return self._channel is not None and not self._channel.is_closed

    async def wait_connected(self, timeout_s: float) -> bool:
        """Waits for the connection; returns whether it is up."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._connected.wait()
        return self.is_connected

    async def is_blocked(self) -> bool:
        """Whether the broker said that it does not read from us; takes 50 ms if so. Not connected is not blocked."""
        if self._channel is None or self._channel.is_closed:
            return False
        try:
            async with asyncio.timeout(_BLOCKED_PROBE_S):
                await self._channel.connection.ready()
        except TimeoutError:
            return True
        return False

    async def check(self) -> None:
        """The probe of a breaker.

        Raises:
            PublishRefusedError: Not connected, or blocked.
        """
        self._ready_channel()
        if await self.is_blocked():
            raise PublishRefusedError("RabbitMQ blocks publishers")

    async def publish(
        self,
        exchange: str,
        routing_key: str,
        body: bytes,
        *,
        message_id: str,
        type: str,
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> None:
        """Returns when every queue that the message was routed to has it on disk.

        Args:
            message_id: The same for each repetition of a message, and no other message's.
            headers: `traceparent`, for one.
            timeout_s: Instead of the publisher's own.

        Raises:
            PublishRefusedError: The broker does not have it; repeating it elsewhere makes no second copy.
            PublishUnknownError: The broker may have it; a repetition may be a second copy.
        """
        channel = self._ready_channel()
        properties = Basic.Properties(
            content_type="application/protobuf",
            headers=dict(headers or {}),
            delivery_mode=_PERSISTENT,
            message_id=message_id,
            timestamp=datetime.now(UTC),
            message_type=type,
            user_id=self._user,
        )
        try:
            with honest_cancellation():
                await channel.basic_publish(
                    body,
                    exchange=exchange,
                    routing_key=routing_key,
                    properties=properties,
                    mandatory=True,
                    timeout=self._timeout_s if timeout_s is None else timeout_s,
                )
        except PublishError as error:
            raise PublishRefusedError(f"no queue takes {routing_key} of {exchange}") from error
        except DeliveryError as error:
            raise PublishRefusedError(f"a queue of {routing_key} is full or has no leader") from error
        except LOST as error:
            raise PublishUnknownError(f"no confirmation from RabbitMQ: {error!r}") from error

    async def depth(self, queue: str) -> int:
        """How many messages of a queue are ready, those in a consumer's hand not counted.

        Raises:
            UnavailableError: Nobody knows; or there is no such queue.
        """
        try:
            with honest_cancellation():
                declared = await self._ready_channel().queue_declare(queue, passive=True, timeout=self._timeout_s)
        except LOST as error:
            raise UnavailableError(f"RabbitMQ does not tell of {queue}: {error!r}") from error
        return declared.message_count or 0

    async def dead_letter(self, queue: str, delivery: "Delivery", cause: str, body: bytes | None = None) -> None:
        """Puts a message into the dead letters of a queue, with `cause` and where it came from in its headers.

        Args:
            body: Instead of the message's own: the part of it that is dead.

        Raises:
            PublishRefusedError, PublishUnknownError: It may not be there.
        """
        headers = {
            **delivery.headers,
            "cause": cause[:_LONGEST_CAUSE],
            "original_user_id": delivery.user_id,
            "original_exchange": delivery.exchange,
            "original_routing_key": delivery.routing_key,
        }
        await self.publish(
            queue + DEAD_LETTERS,
            delivery.routing_key,
            delivery.body if body is None else body,
            message_id=delivery.message_id,
            type=delivery.type,
            headers=headers,
        )
        DEAD.labels(queue).inc()
        log.warning("message %s of %s dead-lettered: %s", delivery.message_id, queue, cause)

    def _ready_channel(self) -> AbstractChannel:
        if self._channel is None or self._channel.is_closed:
            raise PublishRefusedError("not connected to RabbitMQ")
        # What is sent into a blocked connection is delivered after the alarm: nobody wants that late copy.
        if self._was_blocked:
            raise PublishRefusedError("RabbitMQ blocks publishers")
        return self._channel

    async def _keep_connected(self) -> None:
        backoff = Backoff(*PAUSE_S)
        while not self._stopping.is_set():
            try:
                with honest_cancellation():
                    await self._stay_connected(backoff)
            except Exception as error:
                # Nothing may end the loop but `close`: a publisher that connects no more looks alive.
                pause_s = backoff.pause_s()
                log.warning("%s: %r; again in %.1f s", self._name, error, pause_s)
                await pause_until(self._stopping, pause_s)

    async def _stay_connected(self, backoff: Backoff) -> None:
        async with session(self._url, self._name, self._topology, confirms=True) as channel:
            backoff.reset()
            self._channel = channel
            self._connected.set()
            try:
                await self._watch(channel)
            finally:
                self._channel = None
                self._connected.clear()
                self._note_blocked(False)

    async def _watch(self, channel: AbstractChannel) -> None:
        """Stays until the publisher stops, and notes meanwhile whether it is blocked.

        Raises:
            ConnectionError: The channel is closed.
        """
        while not self._stopping.is_set():
            if channel.is_closed:
                raise ConnectionError("connection lost")
            self._note_blocked(await self.is_blocked())
            await pause_until(self._stopping, _BLOCKED_INTERVAL_S)

    def _note_blocked(self, is_blocked: bool) -> None:
        self._was_blocked = is_blocked
        _BLOCKED.set(is_blocked)
        if is_blocked and self._on_blocked is not None:
            self._on_blocked("RabbitMQ blocks publishers")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as it came.

    Attributes:
        user_id: Who published it, verified by the broker; empty if the publisher did not say.
        published_at: The publisher's clock, whole seconds, UTC; None if it did not say.
        redelivered: It may have been delivered before, here or elsewhere.
        tries: How often this session has put it off.
        tag: Its number on the channel.
    """

    body: bytes
    message_id: str
    type: str
    user_id: str
    headers: Mapping[str, Any]
    exchange: str
    routing_key: str
    published_at: datetime | None
    redelivered: bool
    tag: int
    tries: int = 0
