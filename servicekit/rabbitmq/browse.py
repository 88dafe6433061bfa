"""RabbitMQ for operators: a look at the oldest messages of a queue, which stay unless they are acknowledged."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiormq.abc import AbstractChannel
from pamqp.commands import Basic

from servicekit.errors import UnavailableError
from servicekit.rabbitmq.consumer import Batch
from servicekit.rabbitmq.delivery import Delivery
from servicekit.rabbitmq.session import CONNECT_TIMEOUT_S, LOST, honest_cancellation, session


@asynccontextmanager
async def browse(url: str, queue: str, *, process: str, limit: int, ca_file: str = "") -> AsyncIterator[Batch]:
    """Takes the oldest messages of a queue in hand; what is not acknowledged goes back when the block ends.

    Raises:
        UnavailableError: RabbitMQ is gone, has no such queue or does not let us.
    """
    try:
        with honest_cancellation():
            async with session(url, ca_file, f"{process}-browse", None, confirms=False) as channel:
                yield Batch([delivery async for delivery in _oldest(channel, queue, limit)], channel, queue)
    except LOST as error:
        raise UnavailableError(f"cannot read {queue}: {error!r}") from error


async def _oldest(channel: AbstractChannel, queue: str, limit: int) -> AsyncIterator[Delivery]:
    for _ in range(limit):
        message = await channel.basic_get(queue, timeout=CONNECT_TIMEOUT_S)
        if isinstance(message.delivery, Basic.GetEmpty):
            return
        yield Delivery.of(message)
