"""Processes that die at the worst moment, and messages that come twice: nothing is lost, nobody is doubled."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import closing

import aio_pika
import grpc
import pytest
import pytest_asyncio
from sqlalchemy import make_url

from deploy.fleet import VHOST
from protos.checkin.v1 import checkin_pb2 as pb
from protos.checkin.v1.checkin_pb2_grpc import CheckinServiceStub
from servicekit import ids
from servicekit.clock import now_us
from servicekit.rabbitmq.publisher import Publisher, PublishUnknownError
from tests.e2e import stack
from tests.e2e.api import Activity, Api, Json, Person, by_qr, expect, outcome
from tests.e2e.stack import BrokerProxy, Outage, attempts_of, eventually, lasting_token, metric, outbox_ids, seats_of
from tests.factories import a_copy, an_attempt

pytestmark = pytest.mark.alone

_EXCHANGE, _ATTEMPTED, _QUEUE = "checkin", "attempted.v1", "checkin.record.v1"
_DEAD = f"{_QUEUE}.dlq"


@pytest_asyncio.fixture(loop_scope="session")
async def broker() -> AsyncIterator[aio_pika.abc.AbstractChannel]:
    """RabbitMQ, as somebody who may look at everything."""
    url = make_url(stack.secret("CHECKIN_AMQP_URL"))
    url = url.set(username="admin", password=stack.secret("rabbitmq-admin"), database=VHOST)
    connection = await aio_pika.connect(url.render_as_string(hide_password=False))
    async with connection:
        yield await connection.channel()


@pytest_asyncio.fixture(loop_scope="session")
async def proxy() -> AsyncIterator[BrokerProxy]:
    """What a process of the test's own takes for RabbitMQ."""
    async with stack.broker_proxy() as proxy:
        yield proxy


@pytest.fixture
def outage() -> Iterator[Outage]:
    """The stack without its recorder, until the test ends it or is over."""
    outage = Outage("recorder")
    try:
        yield outage
    finally:
        outage.end()


async def shown_as_checked_in(activity: Activity, count: int) -> None:
    """Waits until the organiser sees so many people."""

    async def shown() -> bool:
        return bool((await activity.stats())["checked_in"] == count)

    await eventually(shown)


async def one_recorder(broker: aio_pika.abc.AbstractChannel) -> bool:
    """Whether exactly one recorder consumes."""
    queue = await broker.declare_queue(_QUEUE, passive=True)
    return queue.declaration_result.consumer_count == 1


def holder_of(person: Person) -> tuple[str, int]:
    """The attempt that holds a person's only seat, and the seat's revision."""
    [seat] = seats_of(person.user_id)
    return ids.to_text(seat["holder"]), seat["revision"]


async def test_the_same_message_twice(
    activity: Activity, person: Person, api: Api, broker: aio_pika.abc.AbstractChannel
) -> None:
    """The bytes of a check-in, delivered once more, change nothing."""
    tap = by_qr(await activity.token())
    message = await _overheard(broker, person, tap)
    before = holder_of(person)

    await _publish(message.body, message.message_id or "")
    # The queue keeps its order: when this one is recorded, so is the repetition.
    other = await api.sign_in()
    assert outcome(await other.check_in(by_qr(await activity.token()))) == "accepted"
    await eventually(lambda: attempts_of(other.user_id))

    [row] = attempts_of(person.user_id)
    assert (row["revision"], row["copies"]) == (1, None)
    assert holder_of(person) == before == (tap["attempt_id"], 1)
    await shown_as_checked_in(activity, 2)


async def _overheard(
    broker: aio_pika.abc.AbstractChannel, person: Person, tap: Json
) -> aio_pika.abc.AbstractIncomingMessage:
    """Lets a person check in and returns the message that it became, recorded by then."""
    queue = await broker.declare_queue(exclusive=True)
    await queue.bind(_EXCHANGE, _ATTEMPTED)
    expect(await person.check_in(tap), 201)
    await eventually(lambda: attempts_of(person.user_id))
    async with asyncio.timeout(10), queue.iterator(no_ack=True) as messages:
        async for message in messages:
            if ids.from_text(tap["attempt_id"]) in message.body:
                return message
    raise AssertionError("the broker never had it")


async def _publish(
    body: bytes, message_id: str = "e2e", *, user: str = "CHECKIN", exchange: str = _EXCHANGE, **headers: str
) -> None:
    """Publishes an attempted.v1 as checkin does, unless another process is named."""
    publisher = Publisher(stack.secret(f"{user}_AMQP_URL"), process="e2e")
    publisher.start()
    try:
        assert await publisher.wait_connected(5)
        await publisher.publish(
            exchange, _ATTEMPTED, body, message_id=message_id, type=_ATTEMPTED, headers=headers, timeout_s=5
        )
    finally:
        await publisher.close()


def a_refused(**changes: object) -> pb.Copy:
    """Somebody's copy whose credential did not open, so that nobody else hears of it."""
    nowhere = {"occurrence_id": b"", "activity_id": b"", "organisation_id": b""}
    return a_copy(**{**nowhere, "judgement": pb.JUDGEMENT_REFUSED, "received_at": now_us(), **changes})


def is_stored(copy: pb.Copy) -> bool:
    """Whether the attempt of a copy is in the record."""
    return bool(attempts_of(ids.to_text(copy.user_id)))


async def dead_letters(broker: aio_pika.abc.AbstractChannel) -> list[aio_pika.abc.AbstractIncomingMessage]:
    """Takes all dead letters away."""
    queue, found = await broker.get_queue(_DEAD, ensure=True), []
    while message := await queue.get(no_ack=True, fail=False):
        found.append(message)
    return found


async def test_a_poison_copy_goes_aside_alone(broker: aio_pika.abc.AbstractChannel) -> None:
    """Its neighbours in the same message are recorded; it waits among the dead letters, with its cause."""
    await dead_letters(broker)
    good, bad = [a_refused(), a_refused()], a_refused(gate="x" * 65)

    await _publish(pb.AttemptedBatch(copies=[good[0], bad, good[1]]).SerializeToString())
    await eventually(lambda: all(map(is_stored, good)))
    replayed = await eventually(_replayed_one)

    assert "stays: MySQL refuses it" in replayed
    [letter] = await dead_letters(broker)
    assert list(pb.AttemptedBatch.FromString(letter.body).copies) == [bad]
    assert letter.headers["original_user_id"] == "checkin"
    assert not is_stored(bad)


def _replayed_one() -> str:
    """What a replay said, once there was something to replay."""
    said = stack.run("recorder", "services.checkin.recording.replay").stdout
    return said if len(said.splitlines()) > 1 else ""


async def test_a_dead_letter_is_replayed_once_its_cause_is_gone(broker: aio_pika.abc.AbstractChannel) -> None:
    """What can be recorded leaves the dead letters; what somebody else than the recorder put there stays."""
    await dead_letters(broker)
    told = {"cause": "no such column", "original_user_id": "checkin"}
    healed, forged = a_refused(), a_refused()
    healed_body, forged_body = (pb.AttemptedBatch(copies=[copy]).SerializeToString() for copy in (healed, forged))
    await _publish(healed_body, user="RECORDER", exchange=_DEAD, **told)
    letter = aio_pika.Message(forged_body, message_id="e2e", type=_ATTEMPTED, headers=dict(told), user_id="admin")
    await broker.default_exchange.publish(letter, _DEAD)

    listed = stack.run("recorder", "services.checkin.recording.replay", "--list")
    assert listed.stdout.count("no such column") == 2
    assert not is_stored(healed)
    replayed = stack.run("recorder", "services.checkin.recording.replay")

    assert is_stored(healed)
    assert not is_stored(forged)
    assert "stays: put there by 'admin'" in replayed.stdout
    assert [letter.user_id for letter in await dead_letters(broker)] == ["admin"]


async def test_checkin_puts_nothing_among_the_dead_letters(broker: aio_pika.abc.AbstractChannel) -> None:
    """Whatever happens to that process: they are the recorder's."""
    body = pb.AttemptedBatch(copies=[a_refused()]).SerializeToString()
    with pytest.raises(PublishUnknownError, match="ACCESS_REFUSED"):
        await _publish(body, exchange=_DEAD)


async def test_what_came_through_the_inbox_is_recorded_and_gone() -> None:
    """Written as checkin writes it while RabbitMQ is gone, though checkin may not read it away."""
    copy, message_id = a_refused(), ids.new_id()
    with closing(stack.connect("checkin")) as connection, connection.cursor() as cursor:
        body = pb.AttemptedBatch(copies=[copy]).SerializeToString()
        cursor.execute("INSERT INTO inbox VALUES (%s, %s, 'checkin', UTC_TIMESTAMP(6))", (message_id, body))
    await eventually(lambda: is_stored(copy))
    assert stack.query("SELECT 1 FROM inbox WHERE message_id = %s", message_id) == []


async def test_kill_checkin_between_seat_hint_and_publish(
    activity: Activity, person: Person, proxy: BrokerProxy
) -> None:
    """A tap whose process died with the seat claimed and nothing published leaves the seat to the next tap."""
    token = lasting_token(activity.occurrence_id)
    lost = an_attempt(user_id=ids.from_text(person.user_id), received_at=now_us(), token=token)
    async with stack.victim("checkin", proxy.port) as victim:

        async def connected() -> bool:
            return metric(await victim.metrics(), 'amqp_connected{connection="checkin-publish"}') == 1

        await eventually(connected)
        proxy.swallow("publish")
        async with stack.channel_to("checkin", victim.ports["grpc"]) as channel:
            request = pb.BatchCreateCheckinsRequest(attempts=[lost])
            call = CheckinServiceStub(channel).BatchCreateCheckins(request, timeout=2)
            with stack.remembered() as redis:
                await eventually(lambda: redis.hgetall(stack.seat_hints(activity.occurrence_id)))
            victim.kill()
            with pytest.raises(grpc.aio.AioRpcError):
                await call

    tap = by_qr(await activity.token())
    answer = await person.check_in(tap)

    # The hint still says that the lost attempt sits there; the answer may say so, the record does not.
    assert outcome(answer) in ("accepted", "duplicate")
    await shown_as_checked_in(activity, 1)
    assert holder_of(person) == (tap["attempt_id"], 1)
    [row] = attempts_of(person.user_id)
    assert ids.to_text(row["attempt_id"]) == tap["attempt_id"]
    assert (await person.record(answer.json()["checkin"]["id"]))["outcome"] == "accepted"


async def test_kill_the_recorder_before_its_commit(
    activity: Activity, person: Person, proxy: BrokerProxy, broker: aio_pika.abc.AbstractChannel, outage: Outage
) -> None:
    """A recorder that dies inside its transaction has recorded nothing, and the next one records it once."""
    tap = by_qr(lasting_token(activity.occurrence_id))
    async with stack.victim("recorder", proxy.port) as victim:
        await eventually(lambda: one_recorder(broker))
        with closing(stack.connect("recorder")) as connection, connection.cursor() as cursor:
            connection.begin()
            cursor.execute(_OCCUPY, (ids.from_text(activity.occurrence_id), ids.from_text(person.user_id)))
            expect(await person.check_in(tap), 201)
            await eventually(_a_recorder_waits)
            victim.kill()
            assert attempts_of(person.user_id) == []
            connection.rollback()

    outage.end()

    await shown_as_checked_in(activity, 1)
    assert holder_of(person) == (tap["attempt_id"], 1)
    assert len(attempts_of(person.user_id)) == 1


# The very seat that the recorder is about to insert; never committed.
_OCCUPY = """
    INSERT INTO seats (occurrence_id, user_id, direction, pass_no, state, revision, fingerprint)
    VALUES (%s, %s, 1, 0, 1, 1, 'occupied')
"""


def _a_recorder_waits() -> bool:
    """Whether a recorder has been at its seats for a second, which it is only when somebody locks them."""
    waiting = """
        SELECT 1 FROM information_schema.processlist
        WHERE user = 'recorder' AND LEFT(info, 17) = 'INSERT INTO seats' AND time >= 1
    """
    return bool(stack.query(waiting, user="admin"))


async def test_kill_the_recorder_after_its_commit_before_its_ack(
    activity: Activity, person: Person, proxy: BrokerProxy, broker: aio_pika.abc.AbstractChannel, outage: Outage
) -> None:
    """What was committed and not acknowledged comes again, and finds itself recorded."""
    tap = by_qr(lasting_token(activity.occurrence_id))
    async with stack.victim("recorder", proxy.port) as victim:
        await eventually(lambda: one_recorder(broker))
        proxy.swallow("consume")
        expect(await person.check_in(tap), 201)
        await eventually(lambda: attempts_of(person.user_id))
        victim.kill()
    before = holder_of(person)

    outage.end()

    async def recognised() -> bool:
        return metric(await stack.metrics_of("recorder"), 'checkin_persisted_total{result="known"}') >= 1

    await eventually(recognised)
    assert holder_of(person) == before == (tap["attempt_id"], 1)
    [row] = attempts_of(person.user_id)
    assert (row["revision"], row["copies"]) == (1, None)
    await shown_as_checked_in(activity, 1)


async def test_kill_the_recorder_after_its_commit_before_the_outbox_publish(
    activity: Activity, person: Person, proxy: BrokerProxy, broker: aio_pika.abc.AbstractChannel, outage: Outage
) -> None:
    """What was committed and not told to anybody is told by the next recorder."""
    tap = by_qr(lasting_token(activity.occurrence_id))
    earlier = outbox_ids()
    async with stack.victim("recorder", proxy.port) as victim:
        await eventually(lambda: one_recorder(broker))
        proxy.swallow("publish")
        expect(await person.check_in(tap), 201)
        await eventually(lambda: attempts_of(person.user_id))
        victim.kill()
    untold = outbox_ids() - earlier
    assert untold
    assert (await activity.stats())["checked_in"] == 0

    outage.end()

    await shown_as_checked_in(activity, 1)
    await eventually(lambda: not untold & outbox_ids())
    assert holder_of(person) == (tap["attempt_id"], 1)
