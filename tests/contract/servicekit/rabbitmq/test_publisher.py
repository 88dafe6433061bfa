"""What a publisher promises, on a real RabbitMQ."""

import asyncio

import pytest
from pamqp.commands import Connection
from prometheus_client import REGISTRY
from yarl import URL

from servicekit.errors import UnavailableError
from servicekit.rabbitmq.publisher import Publisher, PublishRefusedError, PublishUnknownError
from servicekit.rabbitmq.topology import Binding, Topology, derived_queue
from tests.contract.servicekit.rabbitmq.queues import KEY, MEGABYTE, Eventually, Observer, headers_of, publish
from tests.contract.wire import Wire


async def test_a_message_carries_what_it_is_and_who_sent_it(
    publisher: Publisher, observer: Observer, unique: str, amqp_url: str
) -> None:
    """Persistent, with id, type, time, verified user and headers."""
    await publisher.publish(unique, KEY, b"body", message_id="id", type="T", headers={"traceparent": "00-aa"})
    message = await observer.take(unique)
    properties = message.header.properties
    assert message.body == b"body"
    assert (properties.delivery_mode, properties.message_id, properties.message_type) == (2, "id", "T")
    assert properties.user_id == URL(amqp_url).user
    assert headers_of(message) == {"traceparent": "00-aa"}
    assert properties.timestamp is not None


async def test_an_unroutable_message_is_refused(publisher: Publisher, unique: str) -> None:
    """No queue takes it, so it is nowhere."""
    with pytest.raises(PublishRefusedError):
        await publisher.publish(unique, "nobody.listens", b"body", message_id="id", type="T")
    await publish(publisher, unique, b"the next one works")


async def test_a_full_queue_refuses(publisher: Publisher, unique: str) -> None:
    """Beyond its bytes a work queue says no instead of losing something."""
    with pytest.raises(PublishRefusedError):
        for number in range(20):
            await publish(publisher, unique, b"%06d" % number + bytes(MEGABYTE // 4))


async def test_a_full_derived_queue_drops_its_oldest(
    wire: Wire, observer: Observer, unique: str, eventually: Eventually
) -> None:
    """A queue that can be rebuilt never fails the publisher."""
    topology = Topology((unique,), (derived_queue(unique, Binding(unique, KEY), max_bytes=2000),))
    publisher = Publisher(wire.url, process="test", topology=topology, timeout_s=5)
    publisher.start()
    await publisher.wait_connected(10)
    await publish(publisher, unique, *(b"%06d" % number + bytes(1000) for number in range(10)))
    oldest = await observer.take(unique)
    assert oldest.body[:6] > b"000000"
    await publisher.close()


async def test_it_starts_without_a_broker_and_finds_it_later(
    wire: Wire, topology: Topology, observer: Observer, unique: str
) -> None:
    """Until then every publish is a definite no."""
    wire.cut()
    publisher = Publisher(wire.url, process="test", topology=topology)
    publisher.start()
    assert not await publisher.wait_connected(0.05)
    with pytest.raises(PublishRefusedError):
        await publish(publisher, unique, b"too early")
    wire.mend()
    assert await publisher.wait_connected(10)
    await publish(publisher, unique, b"now")
    assert (await observer.take(unique)).body == b"now"
    await publisher.close()


async def test_it_comes_back_after_a_lost_connection(
    wire: Wire, publisher: Publisher, unique: str, eventually: Eventually
) -> None:
    """Lost is noticed at once, and mended in the background."""
    wire.cut()
    await eventually(lambda: not publisher.is_connected)
    wire.mend()
    await eventually(lambda: publisher.is_connected)
    await publish(publisher, unique, b"again")


async def test_no_answer_in_time_leaves_the_outcome_unknown(
    wire: Wire, publisher: Publisher, observer: Observer, unique: str, eventually: Eventually
) -> None:
    """A publish that timed out may still be delivered later, and here it is."""
    wire.freeze()
    with pytest.raises(PublishUnknownError):
        await publisher.publish(unique, KEY, b"late", message_id="id", type="T", timeout_s=0.1)
    wire.thaw()

    async def is_there() -> bool:
        return await observer.count(unique) == 1

    await eventually(is_there)


async def test_losing_the_connection_leaves_the_outcome_unknown(wire: Wire, publisher: Publisher, unique: str) -> None:
    """A publish under way when the line is cut fails as unknown, not as cancelled."""
    wire.freeze()
    publishing = asyncio.create_task(publish(publisher, unique, b"lost"))
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_soon(wire.cut)
    with pytest.raises(PublishUnknownError):
        await publishing


async def test_a_cancelled_publish_is_cancelled(wire: Wire, publisher: Publisher, unique: str) -> None:
    """A caller who gives up is not told of a lost connection."""
    wire.freeze()
    publishing = asyncio.create_task(publish(publisher, unique, b"given up"))
    await asyncio.sleep(0)
    publishing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await publishing


async def test_an_alarm_blocks_it_until_it_is_over(
    wire: Wire, topology: Topology, observer: Observer, unique: str, eventually: Eventually
) -> None:
    """While blocked nothing is sent, the metric says so and the breaker is told."""
    causes: list[str] = []
    publisher = Publisher(wire.url, process="test", topology=topology, on_blocked=causes.append)
    publisher.start()
    await publisher.wait_connected(10)
    wire.say(Connection.Blocked("low on memory"))
    await eventually(lambda: REGISTRY.get_sample_value("amqp_blocked") == 1)
    assert await publisher.is_blocked()
    assert causes
    for refused in (publisher.check(), publish(publisher, unique, b"not now")):
        with pytest.raises(PublishRefusedError):
            await refused
    wire.say(Connection.Unblocked())
    await eventually(lambda: REGISTRY.get_sample_value("amqp_blocked") == 0)
    await publisher.check()
    await publish(publisher, unique, b"now")
    await publisher.close()


async def test_it_counts_what_is_ready(publisher: Publisher, observer: Observer, unique: str) -> None:
    """What a consumer has in hand is not counted."""
    assert await publisher.depth(unique) == 0
    await publish(publisher, unique, b"1", b"2", b"3")
    await observer.channel.basic_get(unique)
    assert await publisher.depth(unique) == 2


async def test_nobody_knows_how_deep_a_missing_queue_is(
    publisher: Publisher, unique: str, eventually: Eventually
) -> None:
    """That is no zero, and costs nobody the connection for long."""
    with pytest.raises(UnavailableError):
        await publisher.depth(f"{unique}.missing")
    await eventually(lambda: publisher.is_connected)
    await publish(publisher, unique, b"goes on")


async def test_closing_does_not_wait_for_a_dead_line(wire: Wire, publisher: Publisher) -> None:
    """A broker that no longer reads cannot hold up a shutdown."""
    wire.freeze()
    async with asyncio.timeout(5):
        await publisher.close()
