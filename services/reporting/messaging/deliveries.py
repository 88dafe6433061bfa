"""All SQL of what robots are to say: taken up by one sender at a time, each robot at its own rate."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, func, select, update
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit import ids
from servicekit.clock import SECOND_US, now_us
from servicekit.mysql.database import unavailable_when_lost
from services.reporting.messaging.inbox import Message, add
from services.reporting.messaging.kinds import Delivered, InboxKind, Result
from services.reporting.messaging.robots import PROTOCOLS
from services.reporting.messaging.webhooks import Webhook, webhook_of
from services.reporting.tables import deliveries, webhooks

# Whoever sends has an answer long before, or is dead.
LEASE_US = 30 * SECOND_US
_AT_ONCE = 20
_KEPT_US = 30 * 86_400 * SECOND_US
_FORGET_AT_ONCE = 1000


class Delivery(NamedTuple):
    """What a robot is to say.

    Attributes:
        export_id: Empty: it is a test.
        attempts: With this one.
        due_at: When its sender is taken for dead.
    """

    delivery_id: bytes
    webhook: Webhook
    user_id: bytes
    export_id: bytes
    text: str
    attempts: int
    created_at: int
    due_at: int


async def queue(connection: AsyncConnection, webhook_id: bytes, user_id: bytes, export_id: bytes, text: str) -> None:
    """Has a robot say something, in the caller's transaction."""
    now = now_us()
    row = {
        "delivery_id": ids.new_id(),
        "webhook_id": webhook_id,
        "user_id": user_id,
        "export_id": export_id,
        "text": text,
        "state": Delivered.WAITING,
        "attempts": 0,
        "created_at": now,
        "due_at": now,
        "reason": "",
    }
    await connection.execute(insert(deliveries).values(row))


class Deliveries:
    """Deliveries in MySQL. Every method raises UnavailableError when that is gone."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def test(self, webhook: Webhook, user_id: bytes, text: str) -> None:
        """Has a robot say that it works; one that waits to do so already does not do so twice."""
        waits = select(func.count()).where(
            deliveries.c.webhook_id == webhook.webhook_id,
            deliveries.c.state == Delivered.WAITING,
            deliveries.c.export_id == b"",
        )
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                if not await connection.scalar(waits):
                    await queue(connection, webhook.webhook_id, user_id, b"", text)

    async def claim(self, now: int) -> Delivery | None:
        """Takes up what is due of a robot that may speak; None: nothing is.

        Whoever takes it up moves both times first, so that nobody else does, and the robot is silent until its next.
        """
        with unavailable_when_lost():
            for row in await self._due(now):
                delivery = Delivery(
                    *(row.delivery_id, webhook_of(row._asdict()), row.user_id, row.export_id, row.text),
                    *(row.attempts + 1, row.delivery_created_at, now + LEASE_US),
                )
                if await self._take(delivery, now, row.due_at):
                    return delivery
        return None

    async def sent(self, delivery: Delivery) -> None:
        """Notes that the chat has it."""
        await self._end(delivery, Delivered.SENT, Result.SENT)

    async def put_back(self, delivery: Delivery, reason: str, due_at: int, robot_at: int) -> None:
        """Has it tried again later.

        Args:
            robot_at: When the robot may say anything again.
        """
        its = update(deliveries).where(*_held(delivery)).values(due_at=due_at, reason=reason)
        spoken = update(webhooks).where(webhooks.c.webhook_id == delivery.webhook.webhook_id)
        later = func.greatest(webhooks.c.next_at, robot_at)
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                await connection.execute(its)
                await connection.execute(spoken.values(last_at=now_us(), last_result=reason, next_at=later))

    async def fail(self, delivery: Delivery, reason: str) -> None:
        """Notes that it comes to nothing; of all but tests somebody is told."""
        await self._end(delivery, Delivered.FAILED, reason)

    async def forget_old(self) -> None:
        """Forgets what is long over, a bounded number at once."""
        oldest, c = ids.least_id_at(now_us() - _KEPT_US), deliveries.c
        query = select(c.delivery_id).where(c.delivery_id < oldest).limit(_FORGET_AT_ONCE)
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                if found := (await connection.scalars(query)).all():
                    await connection.execute(deliveries.delete().where(c.delivery_id.in_(found)))

    async def waiting_s(self) -> float:
        """For how long the oldest that is not delivered has waited; 0 where none does."""
        now = now_us()
        query = select(func.min(deliveries.c.created_at)).where(deliveries.c.state == Delivered.WAITING)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                oldest = await connection.scalar(query)
        return (now - oldest) / SECOND_US if oldest else 0.0

    async def _due(self, now: int) -> Sequence[Row[Any]]:
        d, w = deliveries.c, webhooks.c
        query = (
            select(
                *(d.delivery_id, d.user_id, d.export_id, d.text, d.attempts, d.due_at),
                *(d.created_at.label("delivery_created_at"), *webhooks.columns),
            )
            .join(webhooks, w.webhook_id == d.webhook_id)
            .where(d.state == Delivered.WAITING, d.due_at <= now, w.next_at <= now)
            .order_by(d.due_at)
            .limit(_AT_ONCE)
        )
        async with self._engine.connect() as connection:
            rows: Sequence[Row[Any]] = (await connection.execute(query)).all()
            return rows

    async def _take(self, delivery: Delivery, now: int, seen_due_at: int) -> bool:
        w, d, pause_us = webhooks.c, deliveries.c, PROTOCOLS[delivery.webhook.kind].pause_us
        speaks = update(webhooks).where(w.webhook_id == delivery.webhook.webhook_id, w.next_at <= now)
        its = update(deliveries).where(
            d.delivery_id == delivery.delivery_id, d.state == Delivered.WAITING, d.due_at == seen_due_at
        )
        async with self._engine.begin() as connection:
            if not (await connection.execute(its.values(due_at=delivery.due_at, attempts=delivery.attempts))).rowcount:
                return False
            if not (await connection.execute(speaks.values(next_at=now + pause_us))).rowcount:
                await connection.rollback()
                return False
        return True

    async def _end(self, delivery: Delivery, state: Delivered, reason: str) -> None:
        its = update(deliveries).where(*_held(delivery)).values(state=state, reason=reason)
        spoken = update(webhooks).where(webhooks.c.webhook_id == delivery.webhook.webhook_id)
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                if not (await connection.execute(its)).rowcount:
                    return
                await connection.execute(spoken.values(last_at=now_us(), last_result=reason))
                if state is Delivered.FAILED and delivery.export_id:
                    await add(connection, _untold(delivery, reason))


def _untold(delivery: Delivery, reason: str) -> Message:
    robot = delivery.webhook
    return Message(
        *(delivery.user_id, robot.organisation_id, InboxKind.DELIVERY_FAILED, robot.label),
        *(delivery.export_id, reason),
    )


def _held(delivery: Delivery) -> tuple[ColumnElement[bool], ...]:
    c = deliveries.c
    return c.delivery_id == delivery.delivery_id, c.state == Delivered.WAITING, c.due_at == delivery.due_at
