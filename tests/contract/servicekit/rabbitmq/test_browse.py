"""Looking into a queue of a real RabbitMQ."""

from servicekit.rabbitmq.browse import browse
from servicekit.rabbitmq.publisher import Publisher
from tests.contract.servicekit.rabbitmq.queues import Eventually, Observer, publish


async def test_dead_letters_are_read_and_put_back_unless_acknowledged(
    publisher: Publisher, observer: Observer, unique: str, amqp_url: str, eventually: Eventually
) -> None:
    """A look takes the oldest in hand, as many as asked for."""
    await publish(publisher, unique, b"1", b"2", b"3")
    async with browse(amqp_url, unique, process="test", limit=2) as batch:
        assert [delivery.body for delivery in batch.deliveries] == [b"1", b"2"]
        await batch.ack(batch.deliveries[1])

    async def two_are_back() -> bool:
        return await observer.count(unique) == 2

    await eventually(two_are_back)
    async with browse(amqp_url, unique, process="test", limit=9) as batch:
        assert [delivery.body for delivery in batch.deliveries] == [b"1", b"3"]
