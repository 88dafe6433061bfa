"""Sessions of RabbitMQ that outlive it, for those who publish (`publisher.py`) and those who consume (`consumer.py`).

A process keeps one connection to publish and one to consume, for during an alarm the broker stops reading publishers
while consumers go on. Both come back by themselves: a session is a plain aio-pika connection with one channel, and when
anything about it fails the whole of it is thrown away and another one follows after a jittered pause. aio-pika's robust
connection is not used: it holds its objects weakly, waits without jitter, and does not restore a consumer that the
broker cancelled.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import aio_pika
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS
from aiormq.abc import AbstractChannel
from prometheus_client import Gauge

from servicekit.rabbitmq.topology import Topology
from servicekit.settings import trusting

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 5.0
_CLOSE_TIMEOUT_S = 2.0
_HEARTBEAT_S = 10
PAUSE_S = (0.5, 5.0)

LOST = (*CONNECTION_EXCEPTIONS, TimeoutError)

_CONNECTED = Gauge("amqp_connected", "1 while the connection is up.", ["connection"])


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


async def connect(url: str, ca_file: str, **options: Any) -> AbstractConnection:
    """A connection to RabbitMQ; by TLS where `ca_file` names an authority, whatever the URL says."""
    if ca_file:
        # The scheme decides; a context alone would be ignored.
        url = url.replace("amqp://", "amqps://", 1)
        options["ssl_context"] = trusting(ca_file)
    connection: AbstractConnection = await aio_pika.connect(url, **options)
    return connection


@asynccontextmanager
async def session(
    url: str, ca_file: str, name: str, topology: Topology | None, *, confirms: bool
) -> AsyncIterator[AbstractChannel]:
    """One channel on a connection of its own, with everything declared; both end together."""
    connection = await connect(url, ca_file, name=name, heartbeat=_HEARTBEAT_S, timeout=CONNECT_TIMEOUT_S)
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


async def _close(connection: AbstractConnection, name: str) -> None:
    try:
        with honest_cancellation():
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await connection.close()
    except LOST as error:
        log.info("%s: closed without a goodbye: %r", name, error)
