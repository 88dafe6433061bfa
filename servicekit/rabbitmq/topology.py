"""What RabbitMQ has to have: exchanges and queues, and the dead letters beside each queue that must lose nothing."""

from dataclasses import dataclass
from typing import Any, Literal

from aiormq.abc import AbstractChannel

DEAD_LETTERS = ".dlq"


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
