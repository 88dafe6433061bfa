"""Queues of a test: what is put into them, and what a plain client sees there."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiormq.abc import AbstractChannel

from servicekit.rabbitmq.publisher import Publisher

Eventually = Callable[[Callable[[], bool | Awaitable[bool]]], Awaitable[None]]

KEY = "happened.v1"
MEGABYTE = 1_000_000


class Observer:
    """A plain client that sees what is in a queue."""

    def __init__(self, channel: AbstractChannel) -> None:
        self.channel = channel

    async def count(self, queue: str) -> int:
        """Messages that are ready."""
        return (await self.channel.queue_declare(queue, passive=True)).message_count or 0

    async def take(self, queue: str) -> Any:
        """The oldest message."""
        return await self.channel.basic_get(queue, no_ack=True)


async def publish(publisher: Publisher, exchange: str, *bodies: bytes) -> None:
    """Publishes one message per body; its id is its body."""
    for body in bodies:
        await publisher.publish(exchange, KEY, body, message_id=body[:32].decode(), type="test.v1.Happened")


def headers_of(message: Any) -> dict[str, Any]:
    """What the publisher wrote, without the broker's own count of deliveries."""
    return {name: value for name, value in message.header.properties.headers.items() if name != "x-delivery-count"}
