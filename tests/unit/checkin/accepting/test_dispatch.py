"""A batch finds a durable place, the second one if need be, or nobody is told that it did."""

from dataclasses import dataclass, field

import pytest
from prometheus_client import REGISTRY

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import ids
from servicekit.breaker import AsyncBreaker, CircuitOpenError
from servicekit.errors import ServiceError, UnavailableError
from servicekit.rabbitmq.publisher import PublishRefusedError, PublishUnknownError
from services.checkin.accepting.dispatch import INBOX_S, PUBLISH_S, Decisions, Dispatch
from services.checkin.errors import NothingDurableError
from tests.factories import a_copy

BATCH = pb.AttemptedBatch(copies=[a_copy()])
PATIENCE_S = 2.0


@dataclass
class Broker:
    """Takes messages unless an error is in the way; what it was asked to take is kept either way."""

    error: ServiceError | None = None
    asked: list[tuple[str, str, bytes]] = field(default_factory=list)
    timeout_s: float = 0.0

    async def publish(
        self,
        exchange: str,
        routing_key: str,
        body: bytes,
        *,
        message_id: str,
        type: str,
        headers: dict[str, str],
        timeout_s: float,
    ) -> None:
        """Takes the message or raises."""
        self.asked.append((routing_key, message_id, body))
        self.timeout_s = timeout_s
        if self.error:
            raise self.error


@dataclass
class Rows:
    """The inbox, unless MySQL is gone."""

    is_gone: bool = False
    put_aside: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def put(self, message_id: bytes, body: bytes) -> None:
        """Takes the row or raises."""
        if self.is_gone:
            raise UnavailableError("no MySQL")
        self.put_aside.append((message_id, body))


def counted(result: str) -> float:
    """How many batches went that way."""
    return REGISTRY.get_sample_value("checkin_published_total", {"result": result}) or 0.0


def dispatch(broker: Broker, rows: Rows, fail_max: int = 5) -> Dispatch:
    """A dispatch between the two."""
    return Dispatch(broker, AsyncBreaker("rabbitmq", fail_max=fail_max), rows)


async def test_a_healthy_broker_gets_it_all() -> None:
    """A confirmed batch needs no second place."""
    broker, rows, before = Broker(), Rows(), counted("confirmed")

    sent = await dispatch(broker, rows).send(BATCH, PATIENCE_S)

    [(key, message_id, body)] = broker.asked
    assert sent == ids.from_text(message_id)
    assert (key, pb.AttemptedBatch.FromString(body)) == ("attempted.v1", BATCH)
    assert rows.put_aside == []
    assert counted("confirmed") == before + 1


@pytest.mark.parametrize("error", [PublishRefusedError("blocked"), PublishUnknownError("no answer in time")])
async def test_what_the_broker_does_not_confirm_goes_to_the_inbox(error: ServiceError) -> None:
    """The same bytes under the same id, whether the broker refused them or nobody knows."""
    broker, rows, before = Broker(error), Rows(), counted("inbox")

    sent = await dispatch(broker, rows).send(BATCH, PATIENCE_S)

    [(_, message_id, body)] = broker.asked
    assert sent == ids.from_text(message_id)
    assert rows.put_aside == [(sent, body)]
    assert counted("inbox") == before + 1


async def test_a_broker_at_rest_costs_no_time() -> None:
    """While the breaker is open, batches go to the inbox without asking."""
    broker, rows = Broker(PublishRefusedError("gone")), Rows()
    both = dispatch(broker, rows, fail_max=1)
    for _ in range(3):
        await both.send(BATCH, PATIENCE_S)

    assert len(broker.asked) == 1
    assert len(rows.put_aside) == 3


async def test_without_both_nobody_is_told_that_it_counts() -> None:
    """The caller learns that nothing durable has it, and when to come again."""
    before = counted("lost")
    with pytest.raises(NothingDurableError) as caught:
        await dispatch(Broker(PublishRefusedError("gone")), Rows(is_gone=True)).send(BATCH, PATIENCE_S)

    assert caught.value.retry_after_s
    assert counted("lost") == before + 1


@pytest.mark.parametrize(("within_s", "timeout_s"), [(0.9, 0.9 - INBOX_S), (5.0, PUBLISH_S)])
async def test_the_broker_leaves_time_for_the_inbox(within_s: float, timeout_s: float) -> None:
    """However little time there is, the second place gets its half second."""
    broker = Broker()
    await dispatch(broker, Rows()).send(BATCH, within_s)
    assert broker.timeout_s == pytest.approx(timeout_s)


async def test_decisions_wait_for_the_broker() -> None:
    """A human can try again, so a decision has no second place."""
    broker = Broker(PublishRefusedError("gone"))
    decisions = Decisions(broker, AsyncBreaker("rabbitmq", fail_max=1))

    with pytest.raises(PublishRefusedError):
        await decisions.send(pb.DecidedBatch())
    with pytest.raises(CircuitOpenError):
        await decisions.send(pb.DecidedBatch())
    assert [key for key, _, _ in broker.asked] == ["decided.v1"]
