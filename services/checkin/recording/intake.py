"""From messages to the recorder: what is repeated, and what becomes of items that nobody can record.

Control comes from the consumers of `checkin.record.v1` and `checkin.decide.v1`, from `drain.py` and from completion,
and goes on to `record.py`; `messages.py` says what a message holds. One is acknowledged when all of it is committed, or
the dead part of it is in the dead letters; while MySQL is gone the handlers raise, and the queues keep what they have.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Protocol, TypeVar

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import telemetry
from servicekit.batching import BATCH_SIZE
from servicekit.errors import UnavailableError
from servicekit.ids import from_text, is_id
from servicekit.mysql.database import is_connection_lost, is_data_refused, is_duplicate_key, is_lock_conflict
from servicekit.rabbitmq.consumer import Batch
from servicekit.rabbitmq.delivery import Delivery
from servicekit.rabbitmq.outbox import OutboxRow
from servicekit.rabbitmq.session import Backoff
from services.checkin import metrics
from services.checkin.queues import PUBLISHER
from services.checkin.recording.messages import Item, Part, UntrustedMessageError, by_message, to_copies, to_decisions
from services.checkin.recording.record import Recorder
from services.checkin.recording.store import UnreadableAttemptError

log = logging.getLogger(__name__)

Result = TypeVar("Result")

_REPEATS = 5
_REPEAT_PAUSE_S = (0.01, 0.2)
# A transaction takes milliseconds, or a second where another one holds a seat: this long, MySQL hangs.
_TRANSACTION_S = 10.0
_PROBE_S = 2.0
# About ten seconds: nobody decides on an attempt that is not recorded, unless records were set back.
_TRIES = 10
_UNKNOWN_ATTEMPT = "nobody knows its attempt on that seat"
_OVERDUE_PAGE = 200
_FORGOTTEN_AT_ONCE = 1000
# What a transaction may meet that is one item's fault.
_REFUSED = (DBAPIError, UnreadableAttemptError)
_NO_MESSAGE = Delivery(b"", "", "", "", {}, "", "", None, False, 0)


class OutboxPort(Protocol):
    """Carries out effects after the commit that noted them."""

    async def deliver_now(self, rows: Sequence[OutboxRow]) -> None:
        """Tries each once; what fails is repeated by others."""


class RecordWorker:
    """Has copies recorded, whichever way they come."""

    def __init__(self, recorder: Recorder, outbox: OutboxPort) -> None:
        self._recorder = recorder
        self._outbox = outbox

    async def handle(self, batch: Batch) -> None:
        """Records messages of `checkin.record.v1` and acknowledges them.

        Raises:
            UnavailableError: MySQL is gone, or there is something dead and RabbitMQ does not take it.
        """
        with _span("checkin record", batch.deliveries):
            parts = await _trusted(batch, to_copies)
            effects, dead = await self._sift(parts)
            for delivery, cause, copies in by_message(dead):
                await batch.dead_letter(delivery, cause, pb.AttemptedBatch(copies=copies).SerializeToString())
            # The acknowledgement never waits for a publish, the dead letters' apart.
            await batch.ack()
            await self._outbox.deliver_now(effects)

    async def take(self, delivery: Delivery) -> list[Part[pb.Copy]]:
        """Records one message whatever is wrong with it, and returns what nobody can record.

        Raises:
            UntrustedMessageError: None of it can.
            UnavailableError: MySQL is gone.
        """
        effects, dead = await self._sift(to_copies(delivery))
        await self._outbox.deliver_now(effects)
        return dead

    async def record_now(self, copies: Sequence[pb.Copy]) -> int:
        """Records copies that come from no message, and carries out what follows; returns how many could be.

        Raises:
            UnavailableError: MySQL is gone.
        """
        effects, dead = await sift([Part(_NO_MESSAGE, copy) for copy in copies], self._record)
        for part in dead:
            log.error("attempt %s stays undecided: %s", part.item.attempt_id.hex(), part.cause)
        await self._outbox.deliver_now(effects)
        return len(copies) - len(dead)

    async def flag_overdue(self, before_us: int) -> int:
        """Shows reviewers up to 200 attempts that nobody could decide since before a moment; returns how many are new.

        Raises:
            UnavailableError: MySQL is gone.
        """
        return await repeating(lambda: self._recorder.flag_overdue(before_us, _OVERDUE_PAGE))

    async def forget_batches(self, before_us: int) -> None:
        """Removes the notes of messages that were made before a moment.

        Raises:
            UnavailableError: MySQL is gone.
        """
        removed = _FORGOTTEN_AT_ONCE
        while removed == _FORGOTTEN_AT_ONCE:
            removed = await repeating(lambda: self._recorder.forget(before_us, _FORGOTTEN_AT_ONCE))

    async def _sift(self, parts: Sequence[Part[pb.Copy]]) -> tuple[list[OutboxRow], list[Part[pb.Copy]]]:
        """Records what can be, and notes which messages are recorded whole; in the same transaction where it is one."""
        live, dead = _apart(parts)
        if not live:
            return [], dead
        try:
            return await self._record([part.item for part in live], _whole(live, dead)), dead
        except _REFUSED as error:
            effects, refused = await _halve(live, self._record, error)
        # What was halved speaks for no whole message, so that its note comes last.
        dead += refused
        if whole := _whole(live, dead):
            await repeating(lambda: self._recorder.note(whole))
        return effects, dead

    async def _record(self, copies: Sequence[pb.Copy], message_ids: Collection[bytes] = ()) -> list[OutboxRow]:
        BATCH_SIZE.labels("record").observe(len(copies))
        effects, new = await repeating(lambda: self._recorder.record(copies, message_ids))
        metrics.PERSISTED.labels("new").inc(new)
        metrics.PERSISTED.labels("known").inc(len(copies) - new)
        return effects


class DecideWorker:
    """Has human decisions numbered and recorded."""

    def __init__(self, recorder: Recorder, outbox: OutboxPort) -> None:
        self._recorder = recorder
        self._outbox = outbox

    async def handle(self, batch: Batch) -> None:
        """Records messages of `checkin.decide.v1` and acknowledges them; those on unknown attempts wait their turn.

        Raises:
            UnavailableError: MySQL is gone, or there is something dead and RabbitMQ does not take it.
        """
        with _span("checkin decide", batch.deliveries):
            parts = await _trusted(batch, to_decisions)
            effects, dead, early = await self._sift(parts)
            given_up = [replace(part, cause=_UNKNOWN_ATTEMPT) for part in early if _is_given_up(part)]
            for delivery in {part.delivery.tag: part.delivery for part in early if not _is_given_up(part)}.values():
                batch.put_off(delivery)
            for delivery, cause, decisions in by_message(dead + given_up):
                # What is dead in a message that was put off is found again with it.
                if delivery in batch.unsettled:
                    await batch.dead_letter(delivery, cause, pb.DecidedBatch(decisions=decisions).SerializeToString())
            await batch.ack()
            await self._outbox.deliver_now(effects)

    async def decide_now(self, decisions: Sequence[pb.Decided]) -> None:
        """Records decisions that come from no message, and carries out what follows.

        Raises:
            UnavailableError: MySQL is gone.
        """
        effects, dead, early = await self._sift([Part(_NO_MESSAGE, decided) for decided in decisions])
        for part in dead + early:
            log.error("a decision on attempt %s is not recorded: %s", part.item.attempt_id.hex(), part.cause)
        await self._outbox.deliver_now(effects)

    async def take(self, delivery: Delivery) -> list[Part[pb.Decided]]:
        """Records one message whatever is wrong with it, and returns what nobody can record, or not yet.

        Raises:
            UntrustedMessageError: None of it can.
            UnavailableError: MySQL is gone.
        """
        effects, dead, early = await self._sift(to_decisions(delivery))
        await self._outbox.deliver_now(effects)
        return dead + [replace(part, cause=_UNKNOWN_ATTEMPT) for part in early]

    async def _sift(
        self, parts: Sequence[Part[pb.Decided]]
    ) -> tuple[list[OutboxRow], list[Part[pb.Decided]], list[Part[pb.Decided]]]:
        early: set[bytes] = set()

        async def record(decisions: Sequence[pb.Decided]) -> list[OutboxRow]:
            effects, unknown = await repeating(lambda: self._recorder.decide(decisions))
            early.update(each.decision_id for each in unknown)
            metrics.PERSISTED.labels("decided").inc(len(decisions) - len(unknown))
            return effects

        effects, dead = await sift(parts, record)
        return effects, dead, [part for part in parts if part.item.decision_id in early]


async def repeating(transact: Callable[[], Awaitable[Result]], within_s: float = _TRANSACTION_S) -> Result:
    """Runs a transaction until it is committed: another one was in the way, or nobody knows how it ended.

    Args:
        within_s: What one try may take.

    Raises:
        UnavailableError: MySQL is gone, hangs or cannot serve us at all.
        DBAPIError: It refuses the data.
    """
    backoff = Backoff(*_REPEAT_PAUSE_S)
    for repeat in range(1, _REPEATS + 1):
        try:
            async with asyncio.timeout(within_s):
                return await transact()
        except DBAPIError as error:
            is_passing = is_connection_lost(error) or is_lock_conflict(error) or is_duplicate_key(error)
            if is_data_refused(error) and not (is_passing and repeat < _REPEATS):
                raise
            if not is_passing or repeat == _REPEATS:
                raise UnavailableError(f"MySQL does not take it now: {error.orig}") from error
            log.info("repeating a transaction: %s", error.orig)
        except (TimeoutError, PoolTimeoutError, OSError) as error:
            raise UnavailableError(f"MySQL does not answer: {error!r}") from error
        await asyncio.sleep(backoff.pause_s())
    raise AssertionError("unreachable: the last repeat returns or raises")


async def sift(
    parts: Sequence[Part[Item]], record: Callable[[Sequence[Item]], Awaitable[list[OutboxRow]]]
) -> tuple[list[OutboxRow], list[Part[Item]]]:
    """Has everything recorded that can be, and finds by halving what MySQL refuses or what is stored forbids.

    Returns:
        The effects that are due, and the dead parts, each with its cause.
    """
    live, dead = _apart(parts)
    if not live:
        return [], dead
    try:
        return await record([part.item for part in live]), dead
    except _REFUSED as error:
        effects, refused = await _halve(live, record, error)
    return effects, dead + refused


async def _halve(
    live: Sequence[Part[Item]], record: Callable[[Sequence[Item]], Awaitable[list[OutboxRow]]], error: Exception
) -> tuple[list[OutboxRow], list[Part[Item]]]:
    """What becomes of parts that cannot be recorded together."""
    if len(live) == 1:
        cause = f"MySQL refuses it: {error.orig}" if isinstance(error, DBAPIError) else str(error)
        return [], [replace(part, cause=cause) for part in live]
    middle = len(live) // 2
    effects, dead = await sift(live[:middle], record)
    more_effects, more_dead = await sift(live[middle:], record)
    return effects + more_effects, dead + more_dead


async def _trusted(batch: Batch, read: Callable[[Delivery], list[Part[Item]]]) -> list[Part[Item]]:
    """What the messages hold that may be believed; the others go to the dead letters."""
    parts: list[Part[Item]] = []
    for delivery in batch.deliveries:
        try:
            parts += read(delivery)
        except UntrustedMessageError as error:
            await batch.dead_letter(delivery, str(error))
    return parts


def _apart(parts: Sequence[Part[Item]]) -> tuple[Sequence[Part[Item]], list[Part[Item]]]:
    """What may be recorded, and what certainly cannot."""
    dead = [part for part in parts if part.cause]
    return [part for part in parts if not part.cause] if dead else parts, dead


def _whole(live: Iterable[Part[pb.Copy]], dead: Iterable[Part[pb.Copy]]) -> list[bytes]:
    """Checkin's messages that have nothing dead in them."""
    messages = {part.delivery.tag: part.delivery for part in live}
    for part in dead:
        messages.pop(part.delivery.tag, None)
    return [from_text(delivery.message_id) for delivery in messages.values() if _is_checkins(delivery)]


def _is_checkins(delivery: Delivery) -> bool:
    """Whether somebody waits for a note of it: what else there is has no such id, or nobody who asks for it."""
    return delivery.user_id == PUBLISHER and is_id(delivery.message_id)


async def answers(engine: AsyncEngine) -> None:
    """Whether there is anything to record into; takes 2 s at most.

    Raises:
        UnavailableError: MySQL is gone.
    """
    try:
        async with asyncio.timeout(_PROBE_S), engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except (DBAPIError, TimeoutError, PoolTimeoutError, OSError) as error:
        raise UnavailableError(f"MySQL does not answer: {error!r}") from error


def _is_given_up(part: Part[pb.Decided]) -> bool:
    return part.delivery.tries >= _TRIES


def _span(name: str, deliveries: Iterable[Delivery]) -> AbstractContextManager[object]:
    links = [telemetry.parse_traceparent(delivery.headers.get("traceparent")) for delivery in deliveries]
    return telemetry.span(name, links=links, root=any(links))
