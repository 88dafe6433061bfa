"""What a consumer promises, on a real RabbitMQ."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pamqp.frame
import pytest
from pamqp.commands import Basic
from yarl import URL

from servicekit.errors import UnavailableError
from servicekit.rabbitmq.consumer import Batch, Consumer
from servicekit.rabbitmq.publisher import Publisher
from servicekit.rabbitmq.topology import Topology
from tests.contract.servicekit.rabbitmq.queues import KEY, Eventually, Observer, headers_of, publish
from tests.contract.wire import Wire


class Inbox:
    """A handler that collects bodies and can be made to wait or fail."""

    def __init__(self) -> None:
        self.bodies: list[list[bytes]] = []
        self.failures: list[Exception] = []
        self.open = asyncio.Event()
        self.open.set()

    async def handle(self, batch: Batch) -> None:
        """Notes a batch, waits for `open`, then fails or acknowledges."""
        self.bodies.append([delivery.body for delivery in batch.deliveries])
        await self.open.wait()
        if self.failures:
            raise self.failures.pop(0)
        await batch.ack()

    async def hoard(self, _: object) -> None:
        """Takes a message and never settles it."""

    @property
    def received(self) -> list[bytes]:
        """Every body, in order of arrival."""
        return [body for batch in self.bodies for body in batch]


@pytest.fixture
async def consume(wire: Wire, unique: str, topology: Topology) -> AsyncIterator[Callable[..., Consumer]]:
    """Starts consumers of the test's queue."""
    running: list[tuple[Consumer, asyncio.Task[None]]] = []

    def start(handle: Callable[[Batch], Awaitable[None]], **options: Any) -> Consumer:
        consumer = Consumer(wire.url, unique, process="test", topology=topology, **options)
        running.append((consumer, asyncio.create_task(consumer.run(handle))))
        return consumer

    yield start
    for consumer, task in running:
        await consumer.stop()
        await task


async def test_batches_form_by_themselves(
    publisher: Publisher, consume: Callable[..., Consumer], unique: str, eventually: Eventually
) -> None:
    """The first message goes at once; what came meanwhile goes together, in order."""
    inbox = Inbox()
    inbox.open.clear()
    consumer = consume(inbox.handle)
    await publish(publisher, unique, b"1")
    await eventually(lambda: inbox.bodies == [[b"1"]])
    await publish(publisher, unique, b"2", b"3", b"4")
    await eventually(lambda: waiting(consumer) == 3)
    inbox.open.set()
    await eventually(lambda: inbox.bodies == [[b"1"], [b"2", b"3", b"4"]])


async def test_a_batch_is_bounded(
    publisher: Publisher, consume: Callable[..., Consumer], unique: str, eventually: Eventually
) -> None:
    """By the number of messages and by their bytes, though one message always goes."""
    await publish(publisher, unique, *(b"%d" % n for n in range(5)), b"x" * 30, b"y" * 5, b"z" * 5)
    inbox = Inbox()
    inbox.open.clear()
    consumer = consume(inbox.handle, max_messages=3, max_bytes=10)
    await eventually(lambda: waiting(consumer) + len(inbox.received) == 8)
    inbox.open.set()
    await eventually(lambda: len(inbox.received) == 8)
    assert all(len(batch) <= 3 and (len(batch) == 1 or len(b"".join(batch)) <= 10) for batch in inbox.bodies)
    assert inbox.received[5:] == [b"x" * 30, b"y" * 5, b"z" * 5]


async def test_a_delivery_says_where_it_came_from(
    publisher: Publisher, consume: Callable[..., Consumer], unique: str, eventually: Eventually, amqp_url: str
) -> None:
    """The handler sees id, type, verified publisher, headers and route."""
    batches: list[Batch] = []

    async def handle(batch: Batch) -> None:
        batches.append(batch)
        await batch.ack()

    consume(handle)
    await publisher.publish(unique, KEY, b"body", message_id="id", type="T", headers={"traceparent": "00-aa"})
    await eventually(lambda: bool(batches))
    [delivery] = batches[0].deliveries
    assert (delivery.body, delivery.message_id, delivery.type) == (b"body", "id", "T")
    assert (delivery.user_id, delivery.headers) == (URL(amqp_url).user, {"traceparent": "00-aa"})
    assert (delivery.exchange, delivery.routing_key, delivery.redelivered) == (unique, KEY, False)
    assert delivery.published_at is not None


async def test_what_is_acknowledged_is_gone_and_the_rest_comes_again(
    publisher: Publisher, consume: Callable[..., Consumer], unique: str, eventually: Eventually
) -> None:
    """Messages are settled singly or all at once, and what a handler leaves returns to the queue."""
    seen: list[tuple[bytes, bool]] = []

    async def handle(batch: Batch) -> None:
        seen.extend((delivery.body, delivery.redelivered) for delivery in batch.deliveries)
        await batch.ack(*(d for d in batch.deliveries if d.body == b"good" or d.redelivered))
        await batch.requeue(*(d for d in batch.unsettled if d.body == b"returned"))

    await publish(publisher, unique, b"good", b"returned", b"left")
    consume(handle)
    await eventually(lambda: len(seen) == 5)
    assert sorted(seen) == sorted(
        [(b"good", False), (b"returned", False), (b"left", False), (b"returned", True), (b"left", True)]
    )


@pytest.mark.parametrize("error", [UnavailableError("no database"), RuntimeError("bug"), asyncio.CancelledError()])
async def test_a_failing_handler_gets_everything_again_after_a_pause(
    publisher: Publisher,
    consume: Callable[..., Consumer],
    unique: str,
    eventually: Eventually,
    error: Exception,
) -> None:
    """ "Not now" gives all back to the queue, in order, and consuming resumes by itself."""
    inbox = Inbox()
    inbox.failures = [error]
    await publish(publisher, unique, b"1", b"2", b"3")
    consume(inbox.handle, max_messages=2)
    await eventually(lambda: len(inbox.received) > 3 and inbox.received[-3:] == [b"1", b"2", b"3"])


async def test_a_dead_letter_keeps_its_story(
    publisher: Publisher, observer: Observer, consume: Callable[..., Consumer], unique: str, amqp_url: str
) -> None:
    """It moves with cause and origin, whatever its publisher claimed, and its neighbours go on."""
    done = asyncio.Event()

    async def handle(batch: Batch) -> None:
        for delivery in batch.deliveries:
            if delivery.body == b"poison":
                await batch.dead_letter(delivery, "cannot be decoded")
        await batch.ack()
        done.set()

    await publisher.publish(
        unique, KEY, b"poison", message_id="id", type="T", headers={"cause": "none", "traceparent": "00-aa"}
    )
    await publish(publisher, unique, b"fine")
    consumer = consume(handle, publisher=publisher)
    await done.wait()
    await consumer.stop()
    message = await observer.take(f"{unique}.dlq")
    assert message.body == b"poison"
    assert message.header.properties.message_id == "id"
    assert headers_of(message) == {
        "traceparent": "00-aa",
        "cause": "cannot be decoded",
        "original_user_id": URL(amqp_url).user,
        "original_exchange": unique,
        "original_routing_key": KEY,
    }
    assert await observer.count(unique) == 0


async def test_only_the_dead_part_of_a_message_goes_to_the_dead_letters(
    publisher: Publisher, observer: Observer, consume: Callable[..., Consumer], unique: str
) -> None:
    """The message is acknowledged with it; the rest of it is the handler's."""
    done = asyncio.Event()

    async def handle(batch: Batch) -> None:
        await batch.dead_letter(batch.deliveries[0], "the second half", b"poison")
        done.set()

    await publish(publisher, unique, b"fine, then poison")
    consumer = consume(handle, publisher=publisher)
    await done.wait()
    await consumer.stop()
    assert (await observer.take(f"{unique}.dlq")).body == b"poison"
    assert await observer.count(unique) == 0


async def test_what_is_put_off_comes_again_and_holds_up_nobody(
    publisher: Publisher, observer: Observer, consume: Callable[..., Consumer], unique: str
) -> None:
    """Others are acknowledged meanwhile, all at once, and it is still there."""
    seen: list[tuple[bytes, int]] = []
    done = asyncio.Event()

    async def handle(batch: Batch) -> None:
        seen.extend((delivery.body, delivery.tries) for delivery in batch.deliveries)
        for delivery in batch.deliveries:
            if delivery.body == b"early" and delivery.tries < 2:
                batch.put_off(delivery)
        await batch.ack()
        if (b"early", 2) in seen:
            done.set()

    await publish(publisher, unique, b"early", b"1", b"2")
    consumer = consume(handle)
    await done.wait()
    await consumer.stop()
    assert seen == [(b"early", 0), (b"1", 0), (b"2", 0), (b"early", 1), (b"early", 2)]
    assert await observer.count(unique) == 0


async def test_what_is_put_off_returns_to_the_queue_when_the_session_ends(
    publisher: Publisher,
    observer: Observer,
    consume: Callable[..., Consumer],
    unique: str,
    eventually: Eventually,
) -> None:
    """It was never settled, whatever was acknowledged beside it."""
    handled: list[bytes] = []

    async def handle(batch: Batch) -> None:
        for delivery in batch.deliveries:
            if delivery.body == b"early":
                batch.put_off(delivery)
        await batch.ack()
        handled.extend(delivery.body for delivery in batch.deliveries)

    await publish(publisher, unique, b"early", b"1")
    consumer = consume(handle)
    await eventually(lambda: b"1" in handled)
    await consumer.stop()

    async def it_is_back() -> bool:
        return await observer.count(unique) == 1

    await eventually(it_is_back)


async def test_while_the_probe_fails_the_queue_keeps_its_messages(
    publisher: Publisher, consume: Callable[..., Consumer], unique: str, eventually: Eventually
) -> None:
    """A handler without its database is not fed: nothing is delivered until the probe succeeds."""
    inbox = Inbox()
    inbox.failures = [UnavailableError("no database")]
    probes: list[bool] = []
    is_gone = False

    async def probe() -> None:
        probes.append(is_gone)
        if is_gone:
            raise UnavailableError("no database")

    consumer = consume(inbox.handle, probe=probe)
    await eventually(lambda: consumer.is_consuming)
    is_gone = True
    await publish(publisher, unique, b"1", b"2")
    await eventually(lambda: probes.count(True) > 2)
    assert len(inbox.bodies) == 1
    assert await publisher.depth(unique) == 2
    is_gone = False
    await eventually(lambda: inbox.received[-2:] == [b"1", b"2"] and consumer.is_consuming)


async def test_six_deaths_in_a_row_dead_letter_nothing(
    wire: Wire,
    publisher: Publisher,
    observer: Observer,
    consume: Callable[..., Consumer],
    unique: str,
    eventually: Eventually,
) -> None:
    """However often a consumer dies with them in hand, healthy messages are delivered once more."""
    bodies = [b"%d" % number for number in range(20)]
    await publish(publisher, unique, *bodies)

    async def die() -> None:
        inbox = Inbox()
        inbox.open.clear()
        dying = consume(inbox.handle)
        await eventually(lambda: len(inbox.received) + waiting(dying) == 20)
        wire.cut()
        inbox.failures = [ConnectionError("dead")]
        inbox.open.set()
        await dying.stop()
        wire.mend()

    for _ in range(6):
        await die()
    survivor = Inbox()
    consume(survivor.handle)
    await eventually(lambda: sorted(survivor.received) == sorted(bodies))
    assert await observer.count(f"{unique}.dlq") == 0


async def test_stopping_finishes_the_batch_in_hand_and_returns_the_rest(
    publisher: Publisher,
    observer: Observer,
    consume: Callable[..., Consumer],
    unique: str,
    eventually: Eventually,
) -> None:
    """Nothing is lost and nothing more is begun."""
    inbox = Inbox()
    inbox.open.clear()
    consumer = consume(inbox.handle, max_messages=1)
    await publish(publisher, unique, b"1", b"2", b"3")
    await eventually(lambda: waiting(consumer) == 2)
    stopped = asyncio.create_task(consumer.stop())
    await asyncio.sleep(0)
    inbox.open.set()
    await stopped
    assert inbox.bodies == [[b"1"]]

    async def two_are_back() -> bool:
        return await observer.count(unique) == 2

    await eventually(two_are_back)


async def test_a_lost_connection_brings_the_batch_again(
    wire: Wire, publisher: Publisher, consume: Callable[..., Consumer], unique: str, eventually: Eventually
) -> None:
    """An acknowledgement that cannot be sent does not fail the handler; the message comes a second time."""
    inbox = Inbox()
    inbox.open.clear()
    consumer = consume(inbox.handle)
    await publish(publisher, unique, b"1")
    await eventually(lambda: inbox.bodies == [[b"1"]])
    wire.cut()
    await eventually(lambda: not publisher.is_connected)
    inbox.open.set()
    wire.mend()
    await eventually(lambda: inbox.bodies == [[b"1"], [b"1"]])
    await eventually(lambda: consumer.is_consuming)


async def test_a_cancelled_consumer_comes_back(
    publisher: Publisher,
    observer: Observer,
    consume: Callable[..., Consumer],
    unique: str,
    eventually: Eventually,
) -> None:
    """When the broker ends the consumer, here by losing the queue, it is declared and consumed anew."""
    inbox = Inbox()
    consumer = consume(inbox.handle)
    await eventually(lambda: consumer.is_consuming)
    await observer.channel.queue_delete(unique)
    await eventually(lambda: not consumer.is_consuming)
    await eventually(lambda: consumer.is_consuming)
    await publish(publisher, unique, b"back")
    await eventually(lambda: inbox.received == [b"back"])


async def test_a_consumer_cancelled_by_the_broker_comes_back(
    wire: Wire, publisher: Publisher, consume: Callable[..., Consumer], unique: str, eventually: Eventually
) -> None:
    """As when its node leaves: the broker says so, and nothing else is wrong."""
    tags = overheard_tags(wire)
    inbox = Inbox()
    consumer = consume(inbox.handle)
    await eventually(lambda: bool(tags) and consumer.is_consuming)
    wire.say(Basic.Cancel(tags[0], nowait=True), channel=1)
    await eventually(lambda: len(tags) == 2 and consumer.is_consuming)
    await publish(publisher, unique, b"back")
    await eventually(lambda: inbox.received == [b"back"])


@pytest.mark.parametrize("others", [0, 1])
async def test_a_consumer_the_broker_forgot_asks_and_comes_back(
    wire: Wire,
    publisher: Publisher,
    observer: Observer,
    consume: Callable[..., Consumer],
    unique: str,
    eventually: Eventually,
    others: int,
) -> None:
    """Nobody told it; a silence does, also while another consumer is known but full."""
    tags = overheard_tags(wire)
    inbox = Inbox()
    consumer = consume(inbox.handle, silence_s=0.2)
    await eventually(lambda: bool(tags) and consumer.is_consuming)
    wire.forge(Basic.Cancel(tags[0], nowait=True), channel=1)
    for _ in range(others):
        await observer.channel.basic_qos(prefetch_count=1)
        await observer.channel.basic_consume(unique, Inbox().hoard)
        await publish(publisher, unique, b"hoarded")
    await publish(publisher, unique, b"back")
    await eventually(lambda: inbox.received == [b"back"])


async def test_it_starts_without_a_broker(
    wire: Wire,
    observer: Observer,
    topology: Topology,
    consume: Callable[..., Consumer],
    eventually: Eventually,
) -> None:
    """It waits for the broker, and can be stopped while it does."""
    wire.cut()
    early, patient = consume(Inbox().handle), consume(Inbox().handle)
    await early.stop()
    assert not patient.is_consuming
    wire.mend()
    await eventually(lambda: patient.is_consuming)


def overheard_tags(wire: Wire) -> list[str]:
    """The tags of consumers that clients begin from now on."""
    tags: list[str] = []

    def overhear(said: bytes) -> None:
        while said and not said.startswith(b"AMQP"):
            size, _, frame = pamqp.frame.unmarshal(said)
            said = said[size:]
            if isinstance(frame, Basic.Consume):
                tags.append(frame.consumer_tag)

    wire.overhear = overhear
    return tags


def waiting(consumer: Consumer) -> int:
    """Messages that the broker has sent ahead."""
    intake = consumer._intake
    return len(intake.waiting) if intake else 0
