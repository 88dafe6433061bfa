"""What the projector's consumers do with a batch: project, then acknowledge."""

from collections.abc import Sequence
from typing import Any

import pytest

from servicekit.broker import Delivery
from servicekit.errors import UnavailableError
from services.reporting.worker import handler


class FakeBatch:
    """Deliveries, and whether they were acknowledged."""

    def __init__(self, *bodies: bytes) -> None:
        self.deliveries = [a_delivery(body, tag) for tag, body in enumerate(bodies, start=1)]
        self.is_acknowledged = False

    async def ack(self) -> None:
        """All of them."""
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
