"""RabbitMQ, the publishing half: confirmed messages, and the dead letters of whoever consumes.

Trace context travels in message headers, by hand.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime

from aio_pika.exceptions import DeliveryError, PublishError
from aiormq.abc import AbstractChannel
from pamqp.commands import Basic
from prometheus_client import Counter, Gauge
from yarl import URL

from servicekit.errors import UnavailableError
from servicekit.rabbitmq.delivery import Delivery
from servicekit.rabbitmq.session import LOST, PAUSE_S, Backoff, honest_cancellation, pause_until, session
from servicekit.rabbitmq.topology import DEAD_LETTERS, Topology

log = logging.getLogger(__name__)

_BLOCKED_PROBE_S = 0.05
_BLOCKED_INTERVAL_S = 0.25
_PERSISTENT = 2
# A header that does not fit a frame would cost the connection.
_LONGEST_CAUSE = 500

_BLOCKED = Gauge("amqp_blocked", "1 while the broker does not read from this publisher.")
DEAD = Counter("amqp_dead_letters_total", "Messages, or parts of them, put into the dead letters.", ["queue"])


class PublishRefusedError(UnavailableError):
    """The broker does not have the message and will not get it: not connected, blocked, refused or unroutable."""


class PublishUnknownError(UnavailableError):
    """No answer in time, or the connection was lost: the broker may have the message, or deliver it later."""


class Publisher:
    """Publishes persistent messages and returns when the broker has them; for one event loop.

    Args:
        url: amqp://user:password@host:port/vhost. Messages carry the user, which the broker verifies.
        process: The connection shows in the broker as `<process>-publish`.
        ca_file: TLS, verified by this authority; empty: as the URL says.
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
        ca_file: str = "",
        topology: Topology | None = None,
        timeout_s: float = 0.8,
        on_blocked: Callable[[str], None] | None = None,
    ) -> None:
        self._url = url
        self._ca_file = ca_file
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

    async def dead_letter(self, queue: str, delivery: Delivery, cause: str, body: bytes | None = None) -> None:
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
        async with session(self._url, self._ca_file, self._name, self._topology, confirms=True) as channel:
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
