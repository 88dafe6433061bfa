"""Composes the recorder: `python -m services.checkin.worker`. The only writer of schema `checkin`, `inbox` apart."""

import asyncio
import logging
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from domainkit.sealed import Sealer
from protos.credential.v1 import credential_pb2
from servicekit import process
from servicekit.clock import SECOND_US, now_us
from servicekit.clock_offset import watch_clock
from servicekit.errors import UnavailableError
from servicekit.keyring import parse_secrets
from servicekit.mysql.database import create_engine
from servicekit.process import Process, Stop
from servicekit.rabbitmq.consumer import Consumer, Handle
from servicekit.rabbitmq.outbox import PUBLISH, Outbox, OutboxRow, publish_effect
from servicekit.rabbitmq.publisher import Publisher
from servicekit.redis import cache
from servicekit.rpc import client
from servicekit.settings import CredentialSettings, load
from services.checkin.judging.antifraud_client import Antifraud
from services.checkin.judging.judging import Judging
from services.checkin.judging.snapshots import Activities
from services.checkin.judging.staff import AdmittedAtTheDoor
from services.checkin.queues import DECIDE_QUEUE, RECORD_QUEUE, TOPOLOGY
from services.checkin.recording import intake, store
from services.checkin.recording.complete import Completion, CountedAtTheDoor
from services.checkin.recording.drain import InboxDrain
from services.checkin.recording.intake import DecideWorker, RecordWorker
from services.checkin.recording.record import HINT, Recorder
from services.checkin.records.records import Records
from services.checkin.seats.seats import Seats
from services.checkin.settings import RecorderSettings
from services.checkin.tables import outbox as outbox_rows

# One for each of: records, decisions, the inbox, a batch of it on its own, completion, the outbox and its deletions.
_CONNECTIONS = 7
_PREFETCH = 500
# About a thousand rows of some 350 bytes: a longer transaction holds its locks too long.
_MAXIMUM_BATCH_BYTES = 350_000
# A transaction costs some 4 ms whatever is in it: ten a second make a rush cheap, and live numbers stay under a second.
_PACE_S = 0.1
# The audit asks for a message in its first minutes; a day is for humans who look for one.
_NOTES_KEPT_US = 24 * 3600 * SECOND_US
_FORGET_EVERY_S = 600.0

log = logging.getLogger(__name__)


async def compose(settings: RecorderSettings, credentials: CredentialSettings, running: Process) -> None:
    """Builds the parts; nothing here needs another process to be up."""
    secrets = parse_secrets(credentials.credential_secret)
    engine = create_engine(
        settings.database_url, pool_size=_CONNECTIONS, pool_timeout_s=5, count_changed_rows=True, is_repeated=True
    )
    redis = cache.connect(settings.redis_url)
    publisher = Publisher(settings.amqp_url, process="recorder", topology=TOPOLOGY)
    publisher.start()
    seats = Seats(redis)

    async def write_hints(row: OutboxRow) -> None:
        await seats.record(row.body)

    outbox = Outbox(engine, outbox_rows, {HINT: write_hints, PUBLISH: publish_effect(publisher)})
    recorder = Recorder(lambda: store.transaction(engine, outbox))
    worker = RecordWorker(recorder, outbox)

    def consumer(queue: str, name: str, pace_s: float = 0) -> Consumer:
        return Consumer(
            settings.amqp_url,
            queue,
            process=name,
            topology=TOPOLOGY,
            publisher=publisher,
            prefetch=_PREFETCH,
            max_bytes=_MAXIMUM_BATCH_BYTES,
            pace_s=pace_s,
            probe=lambda: intake.answers(engine),
        )

    _consume(running, consumer(RECORD_QUEUE, "recorder", _PACE_S), worker.handle)
    _consume(running, consumer(DECIDE_QUEUE, "recorder-decide"), DecideWorker(recorder, outbox).handle)
    running.background(outbox.run(), "outbox")
    running.background(watch_clock(redis), "clock")
    running.background(_forget_batches(worker), "forget-batches")
    running.background(InboxDrain(engine, recorder, worker, outbox, publisher).run(), "inbox")
    running.background(_completion(running, secrets, engine, seats, worker, publisher).run(), "completion")
    running.at_stop(Stop.DRAINING, outbox.stop)
    for close in (publisher.close, engine.dispose, redis.aclose):
        running.at_stop(Stop.CLIENTS, close)


def _consume(running: Process, consumer: Consumer, handle: Handle) -> None:
    """Consumes until SIGTERM; what is in hand then is finished, the rest goes back to the queue."""
    running.background(consumer.run(handle), "consume")
    running.at_stop(Stop.CONSUMING, consumer.stop)


async def _forget_batches(worker: RecordWorker) -> None:
    """Removes the notes of messages that nobody asks for any more."""
    while True:
        try:
            await worker.forget_batches(now_us() - _NOTES_KEPT_US)
        except UnavailableError as error:
            log.info("notes of old messages stay for now: %s", error)
        await asyncio.sleep(_FORGET_EVERY_S)


def _completion(
    running: Process,
    secrets: dict[int, bytes],
    engine: AsyncEngine,
    seats: Seats,
    worker: RecordWorker,
    publisher: Publisher,
) -> Completion:
    activities = Activities(client.connect(running, running.settings.activity_target, "activity", retry=True))
    running.background(activities.keep_fresh(), "activity-snapshots")
    evidence = Sealer(credential_pb2.Evidence, secrets)
    judging = Judging(
        activities=activities,
        antifraud=Antifraud(client.connect(running, running.settings.antifraud_target, "antifraud", retry=True)),
        guesses=CountedAtTheDoor(),
        staff=AdmittedAtTheDoor(),
        qr=Sealer(credential_pb2.QrToken, secrets),
        evidence=evidence,
    )
    depth = partial(publisher.depth, RECORD_QUEUE)
    return Completion(Records(engine), activities, judging, seats, worker, evidence, depth)


def main() -> None:
    """Runs until SIGTERM."""
    settings, credentials = load(RecorderSettings), load(CredentialSettings)
    process.run("recorder", settings, partial(compose, settings, credentials))


if __name__ == "__main__":
    main()
