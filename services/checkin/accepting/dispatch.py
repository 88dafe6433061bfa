"""Handing over what must not be lost: judged batches and human decisions.

RabbitMQ, confirmed; and for batches, when it does not take them, a row of `checkin.inbox`. Nothing is answered before
one of the two has what was sent.
"""

import asyncio
from typing import Protocol

from sqlalchemy import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import clock, ids, telemetry
from servicekit.breaker import AsyncBreaker
from servicekit.errors import UnavailableError
from servicekit.rabbitmq.publisher import PublishUnknownError
from services.checkin.errors import NothingDurableError
from services.checkin.metrics import PUBLISHED
from services.checkin.queues import ATTEMPTED, DECIDED, EXCHANGE, PUBLISHER
from services.checkin.tables import inbox

PUBLISH_S = 0.8
INBOX_S = 0.5


class PublishPort(Protocol):
    """`servicekit.rabbitmq.publisher.Publisher`."""

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
        """Returns when the broker has the message, raises UnavailableError within `timeout_s` otherwise."""


class InboxPort(Protocol):
    """The second durable place."""

    async def put(self, message_id: bytes, body: bytes) -> None:
        """Returns when the row is committed, raises UnavailableError within INBOX_S otherwise; it may be there then."""


class Inbox:
    """Rows of `checkin.inbox`, which the recorder drains.

    Args:
        engine: Of a user who may insert there; used for nothing else.
    """

    def __init__(self, engine: AsyncEngine, breaker: AsyncBreaker) -> None:
        self._engine = engine
        self._breaker = breaker

    async def put(self, message_id: bytes, body: bytes) -> None:
        """Inserts one batch.

        Raises:
            UnavailableError: MySQL is gone or slow.
        """
        row = {
            "message_id": message_id,
            "body": body,
            "publisher": PUBLISHER,
            "received_at": clock.to_datetime(clock.now_us()),
        }
        async with self._breaker.calling():
            try:
                async with asyncio.timeout(INBOX_S), self._engine.begin() as connection:
                    await connection.execute(insert(inbox).values(row))
            except (TimeoutError, SQLAlchemyError) as error:
                raise UnavailableError(f"the inbox takes nothing: {type(error).__name__}", retry_after_s=2) from error


class Dispatch:
    """The way of a batch from the judging side to the recorder."""

    def __init__(self, publisher: PublishPort, breaker: AsyncBreaker, second: InboxPort) -> None:
        self._publisher = publisher
        self._breaker = breaker
        self._second = second

    async def send(self, batch: pb.AttemptedBatch, within_s: float) -> bytes:
        """Returns when the broker has the batch on disk, or the inbox has it in a committed row.

        Args:
            within_s: What both may take together, at least a little more than INBOX_S.

        Returns:
            The id of its message.

        Raises:
            NothingDurableError: Neither took it, or nobody knows; it may still be delivered later.
        """
        message_id, body = ids.new_id(), batch.SerializeToString()
        try:
            await _publish(self._publisher, self._breaker, ATTEMPTED, message_id, body, within_s - INBOX_S)
        except UnavailableError as error:
            PUBLISHED.labels("unknown" if isinstance(error, PublishUnknownError) else "refused").inc()
            await self._put_aside(message_id, body)
        else:
            PUBLISHED.labels("confirmed").inc()
        return message_id

    async def _put_aside(self, message_id: bytes, body: bytes) -> None:
        """A publish of unknown outcome may bring the same batch twice, which the merge law makes one."""
        try:
            await self._second.put(message_id, body)
        except UnavailableError as error:
            PUBLISHED.labels("lost").inc()
            raise NothingDurableError(
                "the check-in could not be stored; it is kept on the phone", retry_after_s=2
            ) from error
        PUBLISHED.labels("inbox").inc()


class Decisions:
    """The way of human decisions to the recorder, which numbers them; they can wait, so there is no second place."""

    def __init__(self, publisher: PublishPort, breaker: AsyncBreaker) -> None:
        self._publisher = publisher
        self._breaker = breaker

    async def send(self, batch: pb.DecidedBatch) -> None:
        """Returns when the broker has the decisions on disk; repeating the same decision_ids is harmless.

        Raises:
            UnavailableError: It does not have them, or nobody knows.
        """
        body = batch.SerializeToString()
        await _publish(self._publisher, self._breaker, DECIDED, ids.new_id(), body, PUBLISH_S)


async def _publish(
    publisher: PublishPort, breaker: AsyncBreaker, key: str, message_id: bytes, body: bytes, within_s: float
) -> None:
    async with breaker.calling():
        await publisher.publish(
            EXCHANGE,
            key,
            body,
            message_id=ids.to_text(message_id),
            type=key,
            headers=telemetry.headers(),
            timeout_s=min(PUBLISH_S, within_s),
        )
