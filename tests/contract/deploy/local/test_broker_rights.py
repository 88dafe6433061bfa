"""What each process may do in the real RabbitMQ, with its own user: what it needs, and nothing of the others'."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aio_pika
import pytest
from aiormq.abc import AbstractChannel
from aiormq.exceptions import ChannelAccessRefused
from pamqp.commands import Basic

from deploy.fleet import SECRETS
from services.activity.changes import TOPOLOGY as ACTIVITY
from services.checkin.queues import DECIDE_QUEUE, RECORD_QUEUE
from services.checkin.queues import TOPOLOGY as CHECKIN
from services.reporting.worker import CHANGED_QUEUE, RECORDED_QUEUE
from services.reporting.worker import TOPOLOGY as REPORTING

Act = Callable[[AbstractChannel], Awaitable[object]]

QUEUES = (RECORD_QUEUE, DECIDE_QUEUE, f"{RECORD_QUEUE}.dlq", f"{DECIDE_QUEUE}.dlq", RECORDED_QUEUE, CHANGED_QUEUE)
OWNED = {"recorder": QUEUES[:4], "projector": QUEUES[4:]}
KEYS = (("checkin", "attempted.v1"), ("checkin", "decided.v1"), ("checkin", "recorded.v1"), ("activity", "changed.v1"))
PUBLISHED = {
    "gateway": KEYS[:1],
    "checkin": KEYS[:2],
    "recorder": KEYS[2:3],
    "activity": KEYS[3:],
    "projector": (),
}
DEAD_LETTERS = {"recorder": (f"{RECORD_QUEUE}.dlq", f"{DECIDE_QUEUE}.dlq")}
EXCHANGES = {"recorder": ("checkin", *DEAD_LETTERS["recorder"]), "activity": ("activity",)}
DECLARED = {"recorder": CHECKIN, "activity": ACTIVITY, "projector": REPORTING}


@asynccontextmanager
async def entering(process: str) -> AsyncIterator[AbstractChannel]:
    """A channel as a process has it."""
    url = SECRETS / f"{process.upper()}_AMQP_URL"
    if not url.exists():
        pytest.fail("no server to test against: run `make up` first")
    connection = await aio_pika.connect(url.read_text().strip())
    async with connection:
        channel = connection.channel(publisher_confirms=True)
        await channel.initialize()
        yield await channel.get_underlay_channel()


def publishing(process: str, exchange: str, key: str) -> Act:
    """A message that is no message: it is not even routed where it may not be published."""
    properties = Basic.Properties(user_id=process)
    return lambda channel: channel.basic_publish(b"", exchange=exchange, routing_key=key, properties=properties)


def looking(queue: str) -> Act:
    """Takes nothing: what is got goes back as the channel closes."""
    return lambda channel: channel.basic_get(queue, no_ack=False)


def emptying(queue: str) -> Act:
    """Forgets everything in a queue."""
    return lambda channel: channel.queue_purge(queue)


def deleting_queue(queue: str) -> Act:
    """Deletes a queue, if it has neither consumers nor messages: ours have, or it would be declared anew."""
    return lambda channel: channel.queue_delete(queue, if_unused=True, if_empty=True)


def deleting_exchange(exchange: str) -> Act:
    """Deletes an exchange to which nothing is bound."""
    return lambda channel: channel.exchange_delete(exchange, if_unused=True)


def binding(queue: str) -> Act:
    """Sends to a queue what is meant for others."""
    return lambda channel: channel.queue_bind(queue, "checkin", "attempted.v1")


def forbidden(process: str) -> dict[str, Act]:
    """What a process must not do, by name."""
    acts: dict[str, Act] = {
        "declare a queue": lambda channel: channel.queue_declare("somebody.v1", exclusive=True),
        "declare an exchange": lambda channel: channel.exchange_declare("somebody"),
        "publish past the exchanges": publishing(process, "", RECORD_QUEUE),
    }
    for exchange, key in KEYS:
        if (exchange, key) not in PUBLISHED[process]:
            acts[f"publish {key}"] = publishing(process, exchange, key)
    for queue in QUEUES:
        if queue not in OWNED.get(process, ()):
            acts |= {
                f"read {queue}": looking(queue),
                f"purge {queue}": emptying(queue),
                f"delete {queue}": deleting_queue(queue),
                f"bind {queue}": binding(queue),
            }
    for exchange in ("checkin", "activity", f"{RECORD_QUEUE}.dlq"):
        if exchange not in EXCHANGES.get(process, ()):
            acts[f"delete exchange {exchange}"] = deleting_exchange(exchange)
    if process not in DEAD_LETTERS:
        acts["write a dead letter"] = publishing(process, f"{RECORD_QUEUE}.dlq", "attempted.v1")
    return acts


FORBIDDEN = [
    pytest.param(process, act, id=f"{process}: {name}")
    for process in PUBLISHED
    for name, act in forbidden(process).items()
]


@pytest.mark.parametrize(("process", "act"), FORBIDDEN)
async def test_nobody_reaches_into_what_is_others(process: str, act: Act) -> None:
    """The broker refuses it, whatever a process that was broken into would like."""
    async with entering(process) as channel:
        with pytest.raises(ChannelAccessRefused):
            await act(channel)


@pytest.mark.parametrize("process", DECLARED)
async def test_who_consumes_or_owns_may_declare_it(process: str) -> None:
    """All of it, and read its queues."""
    async with entering(process) as channel:
        await DECLARED[process].declare(channel)
        for queue in OWNED.get(process, ()):
            await channel.basic_get(queue, no_ack=False)


@pytest.mark.parametrize("process", ["gateway", "checkin"])
async def test_who_only_publishes_may_publish(process: str) -> None:
    """Batches with nothing in them are recorded as nothing."""
    async with entering(process) as channel:
        for exchange, key in PUBLISHED[process]:
            assert isinstance(await publishing(process, exchange, key)(channel), Basic.Ack)


async def test_nobody_publishes_in_another_s_name() -> None:
    """The broker compares."""
    async with entering("checkin") as channel:
        with pytest.raises(Exception, match="PRECONDITION_FAILED"):
            await publishing("gateway", "checkin", "attempted.v1")(channel)
