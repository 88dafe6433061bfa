"""A publisher on a real RabbitMQ, over a wire that the test can cut, freeze and speak on."""

from collections.abc import AsyncIterator

import aio_pika
import pytest

from servicekit.rabbitmq.publisher import Publisher
from servicekit.rabbitmq.topology import Binding, Topology, work_queue
from tests.contract.servicekit.rabbitmq.queues import KEY, MEGABYTE, Observer
from tests.contract.wire import Wire


@pytest.fixture
async def wire(amqp_url: str) -> AsyncIterator[Wire]:
    """A line to the broker."""
    wire = Wire(amqp_url)
    await wire.open()
    yield wire
    wire.thaw()
    await wire.close()


@pytest.fixture
def topology(unique: str) -> Topology:
    """An exchange with one work queue, both of the test's own name."""
    return Topology((unique,), (work_queue(unique, Binding(unique, KEY), max_bytes=MEGABYTE),))


@pytest.fixture
async def observer(amqp_url: str, unique: str) -> AsyncIterator[Observer]:
    """Looks into queues, and removes the test's own when it is over."""
    connection = await aio_pika.connect(amqp_url)
    channel = await connection.channel(publisher_confirms=False)
    underlay = await channel.get_underlay_channel()
    yield Observer(underlay)
    for name in (unique, f"{unique}.dlq"):
        await underlay.queue_delete(name)
        await underlay.exchange_delete(name)
    await connection.close()


@pytest.fixture
async def publisher(wire: Wire, topology: Topology, observer: Observer) -> AsyncIterator[Publisher]:
    """A connected publisher."""
    publisher = Publisher(wire.url, process="test", topology=topology, timeout_s=5)
    publisher.start()
    assert await publisher.wait_connected(10)
    yield publisher
    await publisher.close()
