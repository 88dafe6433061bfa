"""Draining the inbox: batches that came straight to MySQL while RabbitMQ was gone.

`dispatch.py` puts them there. They go through the same record function as those of the queue, in one transaction with
their deletion; whatever came both ways is one truth all the same.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import SECOND_US, from_datetime, now_us
from servicekit.errors import UnavailableError
from servicekit.ids import to_text
from servicekit.mysql.database import unavailable_when_lost
from servicekit.rabbitmq.delivery import Delivery
from servicekit.rabbitmq.session import Backoff
from services.checkin import metrics
from services.checkin.queues import ATTEMPTED, EXCHANGE, RECORD_QUEUE
from services.checkin.recording.intake import OutboxPort, RecordWorker, repeating
from services.checkin.recording.messages import UntrustedMessageError, by_message, to_copies
from services.checkin.recording.record import Recorder
from services.checkin.recording.store import UnreadableAttemptError
from services.checkin.recording.transactions import InboxRow
from services.checkin.tables import inbox

log = logging.getLogger(__name__)

_INTERVAL_S = 1.0
_PAUSE_S = (1.0, 10.0)
# A batch has a hundred copies or so in a rush: about a thousand rows to a transaction.
_PAGE = 8


class DeadLettersPort(Protocol):
    """Where copies go that nobody can record."""

    async def dead_letter(self, queue: str, delivery: Delivery, cause: str, body: bytes | None = None) -> None:
        """Returns when they are safe there, raises UnavailableError otherwise."""


class InboxDrain:
    """Empties the inbox into the record; several recorders may."""

    def __init__(
        self,
        engine: AsyncEngine,
        recorder: Recorder,
        worker: RecordWorker,
        outbox: OutboxPort,
        dead_letters: DeadLettersPort,
    ) -> None:
        self._engine = engine
        self._recorder = recorder
        self._worker = worker
        self._outbox = outbox
        self._dead_letters = dead_letters

    async def run(self) -> None:
        """Looks every second; runs until cancelled."""
        backoff = Backoff(*_PAUSE_S)
        while True:
            try:
                await self.drain()
            except (UnavailableError, DBAPIError) as error:
                log.warning("the inbox waits: %s", error)
                await asyncio.sleep(backoff.pause_s())
            else:
                backoff.reset()
                await asyncio.sleep(_INTERVAL_S)

    async def drain(self) -> None:
        """Records all that waits, save what another recorder has in hand or nobody can bury now.

        Raises:
            UnavailableError: MySQL is gone.
        """
        is_waiting, after = await self._measure(), b""
        while is_waiting:
            tried = await self._drain_page(after)
            is_waiting = len(tried) == _PAGE
            after = tried[-1].message_id if tried else after

    async def _drain_page(self, after: bytes) -> Sequence[InboxRow]:
        try:
            drained = await repeating(lambda: self._recorder.drain(_read, after, _PAGE))
        except (DBAPIError, UntrustedMessageError, UnreadableAttemptError) as error:
            log.warning("taking the inbox one by one: %s", error)
            return await repeating(lambda: self._recorder.hand_over(self._take, after, _PAGE))
        metrics.PERSISTED.labels("new").inc(drained.new)
        metrics.PERSISTED.labels("known").inc(drained.copies - drained.new)
        await self._outbox.deliver_now(drained.effects)
        return drained.batches

    async def _take(self, row: InboxRow) -> bool:
        """Records what can be of one batch and buries the rest; False when that is not possible now."""
        try:
            await self._take_or_bury(_to_delivery(row))
        except UnavailableError as error:
            log.warning("batch %s stays in the inbox: %s", to_text(row.message_id), error)
            return False
        return True

    async def _take_or_bury(self, delivery: Delivery) -> None:
        try:
            dead = await self._worker.take(delivery)
        except UntrustedMessageError as error:
            await self._dead_letters.dead_letter(RECORD_QUEUE, delivery, str(error))
            return
        for _, cause, copies in by_message(dead):
            body = pb.AttemptedBatch(copies=copies).SerializeToString()
            await self._dead_letters.dead_letter(RECORD_QUEUE, delivery, cause, body)

    async def _measure(self) -> bool:
        """Whether anything waits."""
        query = select(func.count(), func.min(inbox.c.received_at)).select_from(inbox)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                count, oldest = (await connection.execute(query)).one()
        metrics.INBOX_DEPTH.set(count)
        metrics.INBOX_OLDEST.set((now_us() - from_datetime(oldest)) / SECOND_US if oldest else 0)
        return bool(count)


def _read(row: InboxRow) -> list[pb.Copy]:
    parts = to_copies(_to_delivery(row))
    for part in parts:
        if part.cause:
            raise UntrustedMessageError(part.cause)
    return [part.item for part in parts]


def _to_delivery(row: InboxRow) -> Delivery:
    """The batch as it would have come through the queue."""
    message_id = to_text(row.message_id)
    return Delivery(row.body, message_id, ATTEMPTED, row.publisher, {}, EXCHANGE, ATTEMPTED, None, False, 0)
