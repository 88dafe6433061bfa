"""What the projector's consumers do with a batch, and when its heart beats."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from servicekit.errors import UnavailableError
from servicekit.rabbitmq.delivery import Delivery
from services.reporting.worker import Pulse, handler
from tests.fakes.reporting import FakeLive


class FakeBatch:
    """Deliveries, and whether they were acknowledged."""

    def __init__(self, *bodies: bytes) -> None:
        self.deliveries = [a_delivery(body, tag) for tag, body in enumerate(bodies, start=1)]
        self.is_acknowledged = False

    async def ack(self) -> None:
        """Notes that everything was acknowledged."""
        self.is_acknowledged = True


def a_delivery(body: bytes, tag: int) -> Delivery:
    """A message, the odd ones with a trace."""
    headers: dict[str, Any] = {"traceparent": f"00-{tag:032x}-{tag:016x}-01"} if tag % 2 else {}
    return Delivery(body, "", "recorded.v1", "recorder", headers, "checkin", "recorded.v1", None, False, tag)


async def test_a_batch_is_projected_at_once_and_then_acknowledged() -> None:
    """All bodies go together, in order, and the broker hears of it after they are stored."""
    batch, seen = FakeBatch(b"one", b"two"), []

    async def project(bodies: Sequence[bytes]) -> None:
        seen.append((list(bodies), batch.is_acknowledged))

    await handler(project)(batch)  # type: ignore[arg-type]

    assert seen == [([b"one", b"two"], False)]
    assert batch.is_acknowledged


async def test_what_could_not_be_projected_is_not_acknowledged() -> None:
    """The error reaches the consumer, which gives the batch back to the queue."""
    batch = FakeBatch(b"one")

    async def project(bodies: Sequence[bytes]) -> None:
        raise UnavailableError("Redis does not answer")

    with pytest.raises(UnavailableError):
        await handler(project)(batch)  # type: ignore[arg-type]
    assert not batch.is_acknowledged


@dataclass
class Projecting:
    """A projector as its pulse sees it: consumer, broker and Redis, all well."""

    live: FakeLive = field(default_factory=FakeLive)
    is_consuming: bool = True
    is_behind: bool = False
    has_broker: bool = True
    lost: int = 0

    def __post_init__(self) -> None:
        self.live.heartbeat_at = 1
        self.pulse = Pulse(self.live, self, self, self.depth, self.on_lost)  # type: ignore[arg-type]

    async def depth(self) -> int:
        """What the broker answers."""
        if not self.has_broker:
            raise UnavailableError("RabbitMQ does not answer")
        return 0

    def on_lost(self) -> None:
        """Counts."""
        self.lost += 1

    async def beats(self) -> bool:
        """Whether the heartbeat is renewed."""
        await self.pulse.beat()
        return self.live.heartbeat_at > 1


async def test_the_heart_beats_while_all_is_projected() -> None:
    """The numbers are current then, and nothing was lost."""
    projecting = Projecting()
    assert await projecting.beats()
    assert projecting.pulse.is_current
    assert not projecting.lost


@pytest.mark.parametrize("broken", [{"is_consuming": False}, {"is_behind": True}])
async def test_the_heart_stands_still_while_something_waits(broken: dict[str, bool]) -> None:
    """Without messages coming in, or with a queue that waited too long, numbers become stale."""
    projecting = Projecting(**broken)  # type: ignore[arg-type]
    assert not await projecting.beats()
    assert not projecting.pulse.is_current


async def test_the_heart_stands_still_while_the_broker_hangs() -> None:
    """A silent broker is not an empty queue: it is asked."""
    projecting = Projecting(has_broker=False)
    with pytest.raises(UnavailableError):
        await projecting.beats()
    assert projecting.live.heartbeat_at == 1


async def test_a_redis_that_forgot_is_noticed_within_a_beat() -> None:
    """No heart beats on numbers that are gone, and the comparison is told."""
    projecting = Projecting()
    projecting.live.forget()
    assert not await projecting.beats()
    assert projecting.lost == 1
