"""RabbitMQ, the consuming half: messages in batches that form by themselves, through every outage.

Whatever a handler has not settled when its session ends is delivered again, so
handlers bear repetitions and nothing is lost with them.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from aiormq.abc import AbstractChannel, DeliveredMessage

from servicekit.errors import UnavailableError
from servicekit.rabbitmq.delivery import Delivery
from servicekit.rabbitmq.publisher import DEAD, Publisher
from servicekit.rabbitmq.session import (
    CONNECT_TIMEOUT_S,
    LOST,
    PAUSE_S,
    Backoff,
    honest_cancellation,
    pause_until,
    session,
)
from servicekit.rabbitmq.topology import Topology
from servicekit.series import from_start

log = logging.getLogger(__name__)

_PROBE_PAUSE_S = (0.2, 2.0)
_PUT_OFF_S = 1.0


class Batch:
    """Messages to be handled together. Each is settled once: acknowledged, requeued or dead-lettered.

    Attributes:
        deliveries: All of them, in the order of the queue.
    """

    def __init__(
        self,
        deliveries: Sequence[Delivery],
        channel: AbstractChannel,
        queue: str,
        publisher: Publisher | None = None,
        intake: "_Intake | None" = None,
    ) -> None:
        self.deliveries = list(deliveries)
        self._open = {delivery.tag: delivery for delivery in deliveries}
        self._channel = channel
        self._queue = queue
        self._publisher = publisher
        self._intake = intake or _Intake()

    @property
    def unsettled(self) -> list[Delivery]:
        """Those that the broker still counts as ours."""
        return list(self._open.values())

    async def ack(self, *deliveries: Delivery) -> None:
        """Tells the broker to forget these, or all that are unsettled, in one frame, when none are named.

        A lost connection is only logged: the broker will deliver again, which handlers must bear in any case.
        """
        await self._settle(deliveries, lambda tag, multiple: self._channel.basic_ack(tag, multiple=multiple))

    async def requeue(self, *deliveries: Delivery) -> None:
        """Gives these, or all that are unsettled when none are named, back to the queue."""
        await self._settle(deliveries, lambda tag, multiple: self._channel.basic_nack(tag, multiple=multiple))

    async def dead_letter(self, delivery: Delivery, cause: str, body: bytes | None = None) -> None:
        """Moves a message, or the part of it that `body` holds, to `<queue>.dlq`, and acknowledges it.

        Raises:
            PublishRefusedError, PublishUnknownError: It is still in the queue.
        """
        assert self._publisher is not None, "a consumer that dead-letters needs a publisher"
        await self._publisher.dead_letter(self._queue, delivery, cause, body)
        await self.ack(delivery)

    def put_off(self, delivery: Delivery) -> None:
        """Keeps a message in hand and has it handled again in a second, its `tries` one higher.

        Meanwhile others go on. The broker still counts it as ours: when the session ends it returns to the queue.
        """
        del self._open[delivery.tag]
        self._intake.put_off(delivery)

    async def _settle(self, deliveries: Sequence[Delivery], send: Callable[[int, bool], Awaitable[None]]) -> None:
        settled = [delivery.tag for delivery in deliveries] if deliveries else list(self._open)
        # One batch is in hand at a time and all before it are settled, unless put off, so "all up to the last" means
        # just these.
        is_all = not deliveries and not self._intake.later
        frames = [(tag, True) for tag in settled[-1:]] if is_all else [(tag, False) for tag in settled]
        for tag in settled:
            del self._open[tag]
            self._intake.later.discard(tag)
        try:
            with honest_cancellation():
                for tag, multiple in frames:
                    await send(tag, multiple)
        except LOST as error:
            log.warning("%s: %d messages will be delivered again: %r", self._queue, len(settled), error)


Handle = Callable[[Batch], Awaitable[None]]


@dataclass(slots=True)
class _Intake:
    """What one session has received and not yet handed on, and the bell that rings for whatever happens to it."""

    waiting: deque[Delivery] = field(default_factory=deque)
    # Tags that were put off and are not settled yet: they are out of order.
    later: set[int] = field(default_factory=set)
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    is_cancelled: bool = False

    async def receive(self, message: DeliveredMessage) -> None:
        """Keeps a message for the next batch."""
        self.waiting.append(Delivery.of(message))
        self.bell.set()

    def put_off(self, delivery: Delivery) -> None:
        """A message shall come again."""
        self.later.add(delivery.tag)
        asyncio.get_running_loop().call_later(_PUT_OFF_S, self._bring_again, delivery)

    def _bring_again(self, delivery: Delivery) -> None:
        self.waiting.append(replace(delivery, tries=delivery.tries + 1))
        self.bell.set()

    def cancel(self, _: object) -> None:
        """The broker cancelled the consumer, as it does when the queue is deleted."""
        self.is_cancelled = True
        self.bell.set()


class Consumer:
    """Hands the messages of a queue to a handler, in batches that form by themselves; for one event loop.

    The first message goes at once; what comes while it is handled goes together in the next batch. One batch is in hand
    at a time. Everything that is not settled goes back to the queue when the session ends, for whatever reason.

    Args:
        url: amqp://user:password@host:port/vhost.
        queue: Its name; it must exist or be part of `topology`.
        process: The connection shows in the broker as `<process>-consume`.
        ca_file: TLS, verified by this authority; empty: as the URL says.
        topology: Declared at each connect.
        publisher: For dead letters; None if the handler makes none.
        prefetch: Messages the broker sends ahead.
        max_messages: Messages in a batch at most.
        max_bytes: Bodies in a batch at most, unless a single one is longer.
        pace_s: From one batch to the next at least, unless a full one waits; an idle queue's first message never
            waits. 0: no pace.
        silence_s: After so long without a message the broker is asked whether it still knows the consumer.
        probe: Awaited before each session; raises UnavailableError while the handler could do nothing, and then the
            queue keeps its messages. None: the handler can always do something.
    """

    def __init__(
        self,
        url: str,
        queue: str,
        *,
        process: str,
        ca_file: str = "",
        topology: Topology | None = None,
        publisher: Publisher | None = None,
        prefetch: int = 500,
        max_messages: int = 500,
        max_bytes: int = 4 * 1024 * 1024,
        pace_s: float = 0.0,
        silence_s: float = 15.0,
        probe: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._url = url
        self._ca_file = ca_file
        self._queue = queue
        self._pace_s = pace_s
        self._silence_s = silence_s
        self._probe = probe
        self._name = f"{process}-consume"
        self._topology = topology
        self._publisher = publisher
        if publisher is not None:
            from_start(DEAD, queue=(queue,))
        self._prefetch = prefetch
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._intake: _Intake | None = None
        self._stopping = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def is_consuming(self) -> bool:
        """Whether messages come in."""
        return self._intake is not None and not self._intake.is_cancelled

    async def run(self, handle: Handle) -> None:
        """Consumes until stopped, through every outage.

        Args:
            handle: Settles what it can. If it raises, that means "not now": consuming ends, the rest of the batch and
                all that waits go back to the queue, and it starts again after 0.5 to 5 s, and not before the probe
                succeeds. What it leaves unsettled is requeued at once, so it must settle or raise.
        """
        self._idle.clear()
        backoff = Backoff(*PAUSE_S)
        try:
            while not self._stopping.is_set():
                if await self._is_worth_it():
                    await self._consume_once(handle, backoff)
        finally:
            self._idle.set()

    async def stop(self) -> None:
        """Ends `run`: the batch in hand is finished, the rest goes back to the queue, the connection closes."""
        self._stopping.set()
        if self._intake is not None:
            self._intake.bell.set()
        await self._idle.wait()

    async def _is_worth_it(self) -> bool:
        """Waits until the probe succeeds; False when it is time to stop."""
        backoff = Backoff(*_PROBE_PAUSE_S)
        while self._probe is not None and not self._stopping.is_set():
            try:
                await self._probe()
                break
            except UnavailableError as error:
                log.warning("%s: not consuming yet: %s", self._name, error)
                await pause_until(self._stopping, backoff.pause_s())
        return not self._stopping.is_set()

    async def _consume_once(self, handle: Handle, backoff: Backoff) -> None:
        """One session, and the pause after one that failed."""
        try:
            with honest_cancellation():
                async with session(self._url, self._ca_file, self._name, self._topology, confirms=False) as channel:
                    await self._consume(channel, handle, backoff)
        except Exception as error:
            # Nothing may end the loop but `stop`; leaving the session has returned its messages to the queue.
            pause_s = backoff.pause_s()
            log.warning("%s: %r; consuming again in %.1f s", self._name, error, pause_s)
            await pause_until(self._stopping, pause_s)

    async def _consume(self, channel: AbstractChannel, handle: Handle, backoff: Backoff) -> None:
        intake = self._intake = _Intake()
        closing = channel.closing
        closing.add_done_callback(lambda _: intake.bell.set())
        channel.on_consumer_cancel_callbacks.add(intake.cancel)
        try:
            await channel.basic_qos(prefetch_count=self._prefetch)
            await channel.basic_consume(self._queue, intake.receive)
            started_at = -self._pace_s
            while await self._has_work(channel, intake):
                await self._gather(intake, started_at)
                started_at = time.monotonic()
                batch = Batch(self._take(intake.waiting), channel, self._queue, self._publisher, intake)
                await self._hand_over(batch, handle)
                backoff.reset()
        finally:
            self._intake = None
            closing.cancel()

    async def _hand_over(self, batch: Batch, handle: Handle) -> None:
        try:
            await handle(batch)
        except UnavailableError:
            raise
        except Exception:
            log.exception("%s: the handler failed", self._name)
            raise
        await batch.requeue()

    async def _has_work(self, channel: AbstractChannel, intake: _Intake) -> bool:
        """Waits for messages; False when it is time to stop.

        Raises:
            ConnectionError: The connection is lost or the broker cancelled the consumer.
        """
        while not self._stopping.is_set():
            if channel.is_closed:
                raise ConnectionError("connection lost")
            if intake.is_cancelled:
                raise ConnectionError("the broker cancelled the consumer")
            if intake.waiting:
                return True
            intake.bell.clear()
            try:
                async with asyncio.timeout(self._silence_s):
                    await intake.bell.wait()
            except TimeoutError:
                await self._assert_consuming(channel, intake)
        return False

    async def _assert_consuming(self, channel: AbstractChannel, intake: _Intake) -> None:
        """A long silence may be an empty queue, or a consumer that was forgotten, here or where another one is known.

        Raises:
            ConnectionError: The queue has messages for us that do not come, or has no consumer at all.
        """
        queue = await channel.queue_declare(self._queue, passive=True, timeout=CONNECT_TIMEOUT_S)
        # What is put off takes up some of the prefetch, so that a silence may be our own.
        is_passed_over = queue.message_count and not intake.waiting and not intake.later
        if is_passed_over or not queue.consumer_count:
            raise ConnectionError("the broker forgot the consumer")

    async def _gather(self, intake: _Intake, started_at: float) -> None:
        """Keeps the pace, so that a steady stream makes few large batches; a full batch need not wait."""
        left_s = started_at + self._pace_s - time.monotonic()
        if left_s > 0 and sum(len(delivery.body) for delivery in intake.waiting) < self._max_bytes:
            await pause_until(self._stopping, left_s)

    def _take(self, waiting: deque[Delivery]) -> list[Delivery]:
        taken = [waiting.popleft()]
        size = len(taken[0].body)
        while waiting and len(taken) < self._max_messages:
            size += len(waiting[0].body)
            if size > self._max_bytes:
                break
            taken.append(waiting.popleft())
        return taken
