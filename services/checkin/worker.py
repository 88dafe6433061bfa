"""Composes the recorder: `python -m services.checkin.worker`. The only writer of schema `checkin`, `inbox` apart."""

import asyncio
import logging
from collections.abc import Sequence

from google.protobuf.message import DecodeError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from protos.checkin.v1 import checkin_pb2 as pb
from protos.credential.v1 import credential_pb2
from servicekit import cache, process, telemetry
from servicekit.batching import BATCH_SIZE
from servicekit.broker import Batch, Consumer, Delivery, Publisher
from servicekit.database import create_engine, is_connection_lost, is_duplicate_key, is_lock_conflict
from servicekit.outbox import Outbox, OutboxRow, publish_effect
from servicekit.process import Process, Stop
from servicekit.rpc import client
from servicekit.sealed import Sealer, parse_secrets
from servicekit.settings import CredentialSettings, load
from services.checkin import metrics, store
from services.checkin.activities import Activities
from services.checkin.antifraud_client import Antifraud
from services.checkin.complete import Completion, CountedAtTheDoor
from services.checkin.dispatch import RECORD_QUEUE, TOPOLOGY
from services.checkin.judging import Judging
from services.checkin.record import HINT, Recorder
from services.checkin.records import Records
from services.checkin.seats import Seats
from services.checkin.settings import RecorderSettings
from services.checkin.tables import outbox as outbox_rows

log = logging.getLogger(__name__)

_PREFETCH = 500
# About a thousand rows of some 350 bytes: a longer transaction holds its locks too long.
_MAXIMUM_BATCH_BYTES = 350_000
# A transaction costs some 4 ms whatever is in it: ten a second make a rush cheap, and live numbers stay under a second.
_PACE_S = 0.1
_REPEATS = 5
# What a gateway may say without the checkin service; anything else it says is undecided, whatever it claims.
_GATEWAY_REFUSALS = frozenset({"QR_MALFORMED", "QR_SIGNATURE", "QR_EXPIRED", "QR_FUTURE"})
_PUBLISHERS = frozenset({"checkin", "gateway"})


class UntrustedMessageError(Exception):
    """The message cannot be recorded: not a batch, or not from somebody who may say so."""


class RecordWorker:
    """Takes batches of messages off the queue and has them recorded."""

    def __init__(self, recorder: Recorder, outbox: Outbox) -> None:
        self._recorder = recorder
        self._outbox = outbox

    async def handle(self, batch: Batch) -> None:
        """Records a batch of messages, then acknowledges it; raises when MySQL is gone, so that it comes again."""
        links = [telemetry.parse_traceparent(delivery.headers.get("traceparent")) for delivery in batch.deliveries]
        with telemetry.span("checkin record", links=links, root=any(links)):
            messages = await self._readable(batch)
            effects = await self._record_halving(batch, messages)
            # The acknowledgement never waits for a publish.
            await batch.ack()
            await self._outbox.deliver_now(effects)

    async def record_now(self, copies: Sequence[pb.Copy]) -> None:
        """Records copies that come from no queue, and carries out what follows."""
        await self._outbox.deliver_now(await self._record(copies))

    async def _readable(self, batch: Batch) -> list[tuple[Delivery, list[pb.Copy]]]:
        """The copies of each message; messages that cannot be read go to the dead letters."""
        readable = []
        for delivery in batch.deliveries:
            try:
                readable.append((delivery, to_copies(delivery)))
            except UntrustedMessageError as error:
                await batch.dead_letter(delivery, str(error))
        return readable

    async def _record_halving(
        self, batch: Batch, messages: Sequence[tuple[Delivery, list[pb.Copy]]]
    ) -> list[OutboxRow]:
        """Records all, or finds the message that MySQL refuses by halving and sets it aside."""
        copies = [copy for _, group in messages for copy in group]
        if not copies:
            return []
        try:
            return await self._record(copies)
        except DBAPIError as error:
            if is_connection_lost(error) or is_lock_conflict(error):
                raise
            if len(messages) == 1:
                await batch.dead_letter(messages[0][0], f"MySQL refused it: {error.orig}")
                return []
            middle = len(messages) // 2
            first = await self._record_halving(batch, messages[:middle])
            return first + await self._record_halving(batch, messages[middle:])

    async def _record(self, copies: Sequence[pb.Copy]) -> list[OutboxRow]:
        BATCH_SIZE.labels("record").observe(len(copies))
        for repeat in range(_REPEATS):
            try:
                effects, new = await self._recorder.record(copies)
            except DBAPIError as error:
                if repeat == _REPEATS - 1 or not (is_lock_conflict(error) or is_duplicate_key(error)):
                    raise
                log.info("another recorder was faster, repeating: %s", error.orig)
            else:
                metrics.PERSISTED.labels("new").inc(new)
                metrics.PERSISTED.labels("known").inc(len(copies) - new)
                return effects
        raise AssertionError("unreachable: the last repeat returns or raises")


def to_copies(delivery: Delivery) -> list[pb.Copy]:
    """The copies of an attempted.v1 message, with no more trust than its publisher has.

    Raises:
        UntrustedMessageError: Not such a message, or from neither checkin nor gateway.
    """
    if delivery.user_id not in _PUBLISHERS:
        raise UntrustedMessageError(f"published by {delivery.user_id!r}, who may not")
    try:
        copies = list(pb.AttemptedBatch.FromString(delivery.body).copies)
    except DecodeError as error:
        raise UntrustedMessageError(f"not an attempted.v1: {error}") from error
    for copy in copies:
        if len(copy.user_id) != 16 or len(copy.attempt_id) != 16 or copy.received_at <= 0:
            raise UntrustedMessageError("a copy without user, attempt or time")
        if delivery.user_id == "gateway" and not _may_gateway_say(copy):
            copy.judgement = pb.JUDGEMENT_UNDECIDED
    return copies


def _may_gateway_say(copy: pb.Copy) -> bool:
    refused = copy.judgement == pb.JUDGEMENT_REFUSED
    return refused and len(copy.reasons) == 1 and copy.reasons[0].reason in _GATEWAY_REFUSALS


async def compose(running: Process) -> None:
    """Builds the parts; nothing here needs another process to be up."""
    settings = load(RecorderSettings)
    engine = create_engine(
        settings.database_url, pool_size=4, pool_timeout_s=5, count_changed_rows=True, is_repeated=True
    )
    redis = cache.connect(settings.redis_url)
    publisher = Publisher(settings.amqp_url, process="recorder", topology=TOPOLOGY)
    publisher.start()
    seats = Seats(redis)

    async def write_hints(row: OutboxRow) -> None:
        await seats.record(row.body)

    effects = {HINT: write_hints, "publish": publish_effect(publisher)}
    outbox = Outbox(engine, outbox_rows, effects)
    recorder = Recorder(lambda: store.transaction(engine, outbox))
    consumer = Consumer(
        settings.amqp_url,
        RECORD_QUEUE,
        process="recorder",
        topology=TOPOLOGY,
        publisher=publisher,
        prefetch=_PREFETCH,
        max_bytes=_MAXIMUM_BATCH_BYTES,
        pace_s=_PACE_S,
    )
    worker = RecordWorker(recorder, outbox)
    running.background(outbox.run(), "outbox")
    running.background(_completion(running, engine, seats, worker).run(), "completion")
    consuming = asyncio.create_task(consumer.run(worker.handle), name="consume")
    running.at_stop(Stop.CONSUMING, consumer.stop)
    running.at_stop(Stop.DRAINING, lambda: asyncio.wait_for(consuming, 15))
    for close in (publisher.close, engine.dispose, redis.aclose):
        running.at_stop(Stop.CLIENTS, close)


def _completion(running: Process, engine: AsyncEngine, seats: Seats, worker: RecordWorker) -> Completion:
    secrets = parse_secrets(load(CredentialSettings).credential_secret)
    activities = Activities(client.connect(running, running.settings.activity_target, "activity", retry=True))
    running.background(activities.keep_fresh(), "activity-snapshots")
    evidence = Sealer(credential_pb2.Evidence, secrets)
    judging = Judging(
        activities=activities,
        antifraud=Antifraud(client.connect(running, running.settings.antifraud_target, "antifraud", retry=True)),
        guesses=CountedAtTheDoor(),
        qr=Sealer(credential_pb2.QrToken, secrets),
        evidence=evidence,
    )
    return Completion(Records(engine), judging, seats, worker, evidence)


def main() -> None:
    """Runs until SIGTERM."""
    process.run("recorder", load(RecorderSettings).ops_address, compose)


if __name__ == "__main__":
    main()
