"""Robots on a real database and the simulator of their protocols: rates, outages, and who is told in the end."""

import asyncio
from collections.abc import Sequence
from functools import partial
from operator import attrgetter
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.robots import Robot as Simulated
from deploy.local.robots import Robots, chats
from servicekit import ids
from servicekit.clock import SECOND_US, now_us
from servicekit.keyring import parse_secrets
from servicekit.mysql.idempotency import Intent
from services.reporting.domain import DAY_US
from services.reporting.messaging.deliveries import LEASE_US, Deliveries, queue
from services.reporting.messaging.inbox import MESSAGES_AT_MOST, Inbox, Message, add
from services.reporting.messaging.kinds import Delivered, InboxKind, WebhookKind
from services.reporting.messaging.outgoing import Outside
from services.reporting.messaging.robots import PROTOCOLS, Robot
from services.reporting.messaging.sending import Sender
from services.reporting.messaging.webhooks import RobotKeys, Webhook, Webhooks
from services.reporting.tables import deliveries, webhooks
from tests.contract.conftest import Eventually

OWNER = b"p" * 16
KEYS = RobotKeys(parse_secrets(f"1:{'0123456789abcdef' * 4}"))
HOSTS = {protocol.name: frozenset({"localhost"}) for protocol in PROTOCOLS.values()}
PATHS = {
    "wecom": "/cgi-bin/webhook/send?key=",
    "feishu": "/open-apis/bot/v2/hook/",
    "dingtalk": "/robot/send?access_token=",
}


class Chat:
    """A robot that an organisation knows, and the chat it speaks into."""

    def __init__(self, engine: AsyncEngine, robots: Robots, simulated: Simulated, webhook: Webhook) -> None:
        self._engine = engine
        self._robots = robots
        self.simulated = simulated
        self.webhook = webhook

    async def says(self, *texts: str, export_id: bytes = b"e" * 16) -> None:
        """It is to say so."""
        async with self._engine.begin() as connection:
            for text in texts:
                await queue(connection, self.webhook.webhook_id, OWNER, export_id, text)

    @property
    def said(self) -> list[str]:
        """What the chat shows."""
        return [each["text"] for each in self._robots.said if each["key"] == self.simulated.key]

    async def result(self) -> str:
        """What organisers are told of it."""
        [found] = await Webhooks(self._engine, KEYS).of_organisation(self.webhook.organisation_id)
        return found.last_result


@pytest.fixture
async def robots(engine: AsyncEngine) -> Robots:
    """The simulator; nothing waits."""
    async with engine.begin() as connection:
        await connection.execute(deliveries.delete())
        await connection.execute(webhooks.delete())
    return Robots()


async def chat(engine: AsyncEngine, robots: Robots, kind: WebhookKind = WebhookKind.WECOM, secret: str = "") -> Chat:
    """A robot of a kind, in an organisation of its own."""
    name = PROTOCOLS[kind].name
    simulated = robots.make(name, is_signed=PROTOCOLS[kind].is_signed)
    robot = Robot(kind, f"https://localhost{PATHS[name]}{simulated.key}", secret or simulated.secret)
    made = await Webhooks(engine, KEYS).create(Intent(OWNER, "route", "", b""), ids.new_id(), "群", robot)
    return Chat(engine, robots, simulated, made)


def sender(engine: AsyncEngine, robots: Robots, addresses: Sequence[str] = ("8.8.8.8",)) -> Sender:
    """One that reaches the simulator."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    transport = httpx.ASGITransport(app=chats(robots))
    return Sender(Deliveries(engine), KEYS, Outside(resolve=resolve, transport=transport), HOSTS)


async def send(engine: AsyncEngine, its: Sender, now: int = 0) -> int:
    """Sends what is due by a moment; returns how many attempts that took."""
    attempts = 0
    while delivery := await Deliveries(engine).claim(now or now_us()):
        await its.work(delivery)
        attempts += 1
    return attempts


async def rows(engine: AsyncEngine) -> Sequence[Any]:
    """What there is to say, the oldest first."""
    async with engine.connect() as connection:
        return (await connection.execute(select(deliveries).order_by(deliveries.c.delivery_id))).all()


@pytest.mark.parametrize("kind", [*WebhookKind])
async def test_each_protocol_is_spoken(engine: AsyncEngine, robots: Robots, kind: WebhookKind) -> None:
    """With a signature where there can be one."""
    there = await chat(engine, robots, kind)
    await there.says("应到 2")
    await send(engine, sender(engine, robots))
    assert there.said == ["应到 2"] and await there.result() == "SENT"


@pytest.mark.parametrize(("kind", "in_a_minute"), [(WebhookKind.WECOM, 19), (WebhookKind.FEISHU, 92)])
async def test_a_robot_keeps_its_rate(engine: AsyncEngine, robots: Robots, kind: WebhookKind, in_a_minute: int) -> None:
    """Whatever waits, in a minute it says less than it may, one after the other; the rest comes later."""
    there, began = await chat(engine, robots, kind), now_us()
    await there.says(*(str(each) for each in range(100)))
    clock, its = began, sender(engine, robots)
    robots.clock = lambda: clock / SECOND_US
    while clock < began + 60 * SECOND_US:
        await send(engine, its, clock)
        clock += 50_000
    assert len(there.said) == pytest.approx(in_a_minute, abs=2)
    assert await there.result() == "SENT"


async def test_two_senders_say_a_thing_once(engine: AsyncEngine, robots: Robots) -> None:
    """Though they look at the same moment, again and again."""
    there = [await chat(engine, robots) for _ in range(5)]
    for each in there:
        await each.says("x")
    its = sender(engine, robots)
    await asyncio.gather(*(send(engine, its) for _ in range(6)))
    assert [each.said for each in there] == [["x"]] * 5


async def test_after_an_outage_it_is_said(engine: AsyncEngine, robots: Robots) -> None:
    """Tried again and again, ever more rarely, and said once."""
    there = await chat(engine, robots)
    there.simulated.fault = "outage"
    await there.says("x")
    its, clock, waits = sender(engine, robots), now_us(), []
    for _ in range(4):
        assert await send(engine, its, clock) == 1
        [row] = await rows(engine)
        waits.append(round((row.due_at - now_us()) / SECOND_US))
        clock = row.due_at
    assert waits == [5, 30, 120, 600] and await there.result() == "UNREACHABLE"
    there.simulated.fault = ""
    await send(engine, its, clock)
    assert there.said == ["x"] and await there.result() == "SENT"


@pytest.mark.parametrize(
    "content", [b'{"errcode":' + b"[" * 60_000, b"\xff\xfe", b"<html>", b"", b'{"errcode":"0"}'], ids=range(5)
)
async def test_who_answers_nonsense_is_in_nobodys_way(engine: AsyncEngine, robots: Robots, content: bytes) -> None:
    """It is asked again later, as one that cannot be reached; meanwhile others speak."""
    mad, sane = [await chat(engine, robots) for _ in range(2)]
    for each in (mad, sane):
        await each.says("x")

    def answer(asked: httpx.Request) -> httpx.Response:
        is_mad = mad.simulated.key in str(asked.url)
        return httpx.Response(200, content=content if is_mad else b'{"errcode":0}')

    async def resolve(host: str, port: int) -> Sequence[str]:
        return ("8.8.8.8",)

    outside = Outside(resolve=resolve, transport=httpx.MockTransport(answer))
    assert await send(engine, Sender(Deliveries(engine), KEYS, outside, HOSTS)) == 2
    assert (await mad.result(), await sane.result()) == ("UNREACHABLE", "SENT")
    assert sorted(row.state for row in await rows(engine)) == [Delivered.WAITING, Delivered.SENT]


async def test_a_pause_that_is_asked_for_is_kept(engine: AsyncEngine, robots: Robots) -> None:
    """Retry-After of seven seconds, for all that the robot is to say."""
    there = await chat(engine, robots)
    there.simulated.fault = "http429"
    await there.says("x", "y")
    began = now_us()
    assert await send(engine, sender(engine, robots), began + 1) == 1
    there.simulated.fault = ""
    assert await send(engine, sender(engine, robots), began + 6 * SECOND_US) == 0
    its = sender(engine, robots)
    await send(engine, its, began + 9 * SECOND_US)
    await send(engine, its, began + 15 * SECOND_US)
    assert sorted(there.said) == ["x", "y"]


async def test_after_a_day_somebody_is_told(engine: AsyncEngine, robots: Robots) -> None:
    """That it came to nothing, by the name of the robot; of a test nobody is."""
    there = await chat(engine, robots)
    there.simulated.fault = "outage"
    await there.says("x")
    await there.says("y", export_id=b"")
    async with engine.begin() as connection:
        await connection.execute(update(deliveries).values(created_at=now_us() - DAY_US))
    its = sender(engine, robots)
    await send(engine, its)
    await send(engine, its, now_us() + 10 * SECOND_US)
    assert {row.state for row in await rows(engine)} == {Delivered.FAILED}
    [told] = await told_of(engine, there)
    assert (told.kind, told.title, told.reason, told.export_id) == (
        *(InboxKind.DELIVERY_FAILED, "群", "UNREACHABLE"),
        b"e" * 16,
    )


async def told_of(engine: AsyncEngine, there: Chat) -> list[Message]:
    """What the owner finds of an organisation."""
    found = await Inbox(engine).of_person(OWNER, None, 500)
    return [each for each in found if each.organisation_id == there.webhook.organisation_id]


@pytest.mark.parametrize(
    ("kind", "secret", "addresses", "result"),
    [
        (WebhookKind.FEISHU, "SECwrong", ("8.8.8.8",), "SIGNATURE_REFUSED"),
        (WebhookKind.DINGTALK, "SECwrong", ("8.8.8.8",), "SIGNATURE_REFUSED"),
        (WebhookKind.FEISHU, "", ("127.0.0.1",), "ADDRESS_REFUSED"),
    ],
)
async def test_what_would_be_refused_again_is_not_tried_again(
    engine: AsyncEngine, robots: Robots, kind: WebhookKind, secret: str, addresses: Sequence[str], result: str
) -> None:
    """The owner is told at once."""
    there = await chat(engine, robots, kind, secret)
    await there.says("x")
    assert await send(engine, sender(engine, robots, addresses)) == 1
    [told] = await told_of(engine, there)
    assert told.reason == result == await there.result() and there.said == []


async def test_a_key_that_is_gone_is_told(engine: AsyncEngine, robots: Robots) -> None:
    """Whoever deletes a robot in the chat learns so."""
    there = await chat(engine, robots)
    robots.known.clear()
    await there.says("x")
    await send(engine, sender(engine, robots))
    assert await there.result() == "KEY_REFUSED"


async def test_who_died_while_sending_leaves_it_to_the_next(engine: AsyncEngine, robots: Robots) -> None:
    """Half a minute later."""
    there = await chat(engine, robots)
    await there.says("x")
    now = now_us()
    assert await Deliveries(engine).claim(now) is not None
    assert await send(engine, sender(engine, robots), now + LEASE_US - SECOND_US) == 0
    assert await send(engine, sender(engine, robots), now + LEASE_US + SECOND_US) == 1
    assert there.said == ["x"]


async def test_an_inbox_is_bounded(engine: AsyncEngine, eventually: Eventually) -> None:
    """The oldest go; reading is one's own, once. Within a millisecond, messages have no order."""
    me = ids.new_id()
    async with engine.begin() as connection:
        for title, many in [("old", 3), ("new", MESSAGES_AT_MOST)]:
            for _ in range(many):
                await add(connection, Message(me, b"o" * 16, InboxKind.EXPORT_READY, title))
            await eventually(partial(_sorts_later, ids.new_id()))
    box = Inbox(engine)
    found = await box.of_person(me, None, 1000)
    assert [each.title for each in found] == ["new"] * MESSAGES_AT_MOST
    assert found == sorted(found, key=attrgetter("message_id"), reverse=True)
    assert await box.unread_count(me) == MESSAGES_AT_MOST
    await box.mark_read(ids.new_id(), found[0].message_id)
    assert await box.unread_count(me) == MESSAGES_AT_MOST
    await box.mark_read(me, found[0].message_id)
    assert await box.unread_count(me) == MESSAGES_AT_MOST - 1
    await box.mark_read(me, b"")
    assert await box.unread_count(me) == 0


def _sorts_later(than: bytes) -> bool:
    return ids.least_id_at(now_us()) > than
