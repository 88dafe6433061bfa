"""Composes the recorder: `python -m services.checkin.worker`. The only writer of schema `checkin`, `inbox` apart."""

import asyncio
import logging
import time
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from domainkit.nfc_tags import TagKeys
from domainkit.person_codes import PersonKeys
from domainkit.sealed import Sealer
from protos.credential.v1 import credential_pb2
from servicekit import servers
from servicekit.clock import SECOND_US, now_us
from servicekit.clock_offset import watch_clock
from servicekit.errors import UnavailableError
from servicekit.keyring import parse_secrets
from servicekit.process import Process, Stop, run
from servicekit.rabbitmq.consumer import Consumer
from servicekit.rabbitmq.outbox import PUBLISH, Outbox, OutboxRow, publish_effect
from servicekit.rabbitmq.publisher import Publisher
from servicekit.redis.cache import Redis
from servicekit.rpc import client
from services.checkin.judging.antifraud_client import Antifraud
from services.checkin.judging.judging import Judging
from services.checkin.judging.nonces import Nonces
from services.checkin.judging.person_codes import PersonCodes
from services.checkin.judging.roster_client import Rosters
from services.checkin.judging.snapshots import Activities
from services.checkin.judging.staff import AdmittedAtTheDoor
from services.checkin.judging.tag_counters import TagCounters
from services.checkin.judging.taps import Taps
from services.checkin.queues import DECIDE_QUEUE, RECORD_QUEUE, TOPOLOGY
from services.checkin.recording import intake, transactions
from services.checkin.recording.complete import Completion, CountedAtTheDoor
from services.checkin.recording.drain import InboxDrain
from services.checkin.recording.intake import DecideWorker, RecordWorker
from services.checkin.recording.quiet import Quiet
from services.checkin.recording.record import Recorder
from services.checkin.recording.states import HINT
from services.checkin.recording.tag_trust import TagTrust
from services.checkin.recording.taps import TAPPED, tapped_effect, teller
from services.checkin.records.records import Records
from services.checkin.records.waiting import Waiting
from services.checkin.reviewing.ended import Ended
from services.checkin.seats.seats import Seats
from services.checkin.settings import RecorderSettings
from services.checkin.tables import outbox as outbox_rows

# One for each of: records, decisions, the inbox, a batch of it on its own, completion, what ended, the outbox and its
# deletions.
_CONNECTIONS = 8
_PREFETCH = 500
# About a thousand rows of some 350 bytes: a longer transaction holds its locks too long.
_MAXIMUM_BATCH_BYTES = 350_000
# A transaction costs some 4 ms whatever is in it: ten a second make a rush cheap, and live numbers stay under a second.
_PACE_S = 0.1
# The audit asks for a message in its first minutes; a day is for humans who look for one.
_NOTES_KEPT_US = 24 * 3600 * SECOND_US
_FORGET_EVERY_S = 600.0

log = logging.getLogger(__name__)


async def compose(process: Process, settings: RecorderSettings) -> None:
    """Builds the parts, registers how they stop, and consumes; needs no other process to be up."""
    engine = servers.mysql(
        process, settings, pool_size=_CONNECTIONS, pool_timeout_s=5, count_changed_rows=True, is_repeated=True
    )
    redis = servers.redis(process, settings)
    publisher = servers.publisher(process, settings, topology=TOPOLOGY)
    records = Records(engine)
    seats = Seats(redis, records.holders)
    activity = client.connect(process, process.settings.activity_target, "activity", retry=True)
    activities, counters = Activities(activity), TagCounters(redis)
    quiet = Quiet(partial(publisher.depth, RECORD_QUEUE), records.is_inbox_empty, time.monotonic)

    async def write_hints(row: OutboxRow) -> None:
        await seats.record(row.body)

    async def is_settled() -> bool:
        return await quiet.is_kept() and await outbox.is_done_with(TAPPED)

    trust = TagTrust(activities, counters, is_settled)
    tapped = tapped_effect(teller(activity), counters, trust.doubt)
    outbox = Outbox(engine, outbox_rows, {HINT: write_hints, PUBLISH: publish_effect(publisher), TAPPED: tapped})
    recorder = Recorder(lambda: transactions.begin(engine, outbox))
    worker = RecordWorker(recorder, outbox)

    def consumer(queue: str, name: str, pace_s: float = 0) -> Consumer:
        return servers.consumer(
            process,
            settings,
            queue,
            name,
            topology=TOPOLOGY,
            publisher=publisher,
            prefetch=_PREFETCH,
            max_bytes=_MAXIMUM_BATCH_BYTES,
            pace_s=pace_s,
            probe=lambda: intake.answers(engine),
        )

    decider = DecideWorker(recorder, outbox)
    process.background(consumer(RECORD_QUEUE, "recorder", _PACE_S).run(worker.handle), "records")
    process.background(consumer(DECIDE_QUEUE, "recorder-decide").run(decider.handle), "decisions")
    process.background(outbox.run(), "outbox")
    process.background(watch_clock(redis), "clock")
    process.background(_forget_batches(worker), "forget-batches")
    process.background(InboxDrain(engine, recorder, worker, outbox, publisher).run(), "inbox")
    process.background(activities.keep_fresh(), "activity-snapshots")
    process.background(trust.run(), "tag-trust")
    ended = Ended(records, Waiting(engine), activities, decider.decide_now, settings.undecided_after_s * SECOND_US)
    process.background(ended.run(), "ended")
    rosters = Rosters(activity)
    completion = _completion(process, settings, engine, redis, activities, rosters, seats, worker, publisher)
    process.background(completion.run(), "completion")
    process.at_stop(Stop.DRAINING, outbox.stop)


async def _forget_batches(worker: RecordWorker) -> None:
    """Removes the notes of messages that nobody asks for any more."""
    while True:
        try:
            await worker.forget_batches(now_us() - _NOTES_KEPT_US)
        except UnavailableError as error:
            log.info("notes of old messages stay for now: %s", error)
        await asyncio.sleep(_FORGET_EVERY_S)


def _completion(
    process: Process,
    settings: RecorderSettings,
    engine: AsyncEngine,
    redis: Redis,
    activities: Activities,
    rosters: Rosters,
    seats: Seats,
    worker: RecordWorker,
    publisher: Publisher,
) -> Completion:
    secrets = parse_secrets(settings.credential_secret)
    evidence = Sealer(credential_pb2.Evidence, secrets)
    judging = Judging(
        activities=activities,
        antifraud=Antifraud(client.connect(process, process.settings.antifraud_target, "antifraud", retry=True)),
        rosters=rosters,
        guesses=CountedAtTheDoor(),
        staff=AdmittedAtTheDoor(),
        codes=PersonCodes(PersonKeys(secrets), Nonces(redis)),
        taps=Taps(TagKeys(parse_secrets(settings.nfc_secret)), TagCounters(redis)),
        qr=Sealer(credential_pb2.QrToken, secrets),
        evidence=evidence,
    )
    depth = partial(publisher.depth, RECORD_QUEUE)
    return Completion(Records(engine), activities, judging, seats, worker, evidence, depth)


def main() -> None:
    """Runs the process to its end."""
    run("recorder", RecorderSettings, compose)


if __name__ == "__main__":
    main()
