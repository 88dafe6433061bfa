"""Composes the checkin service: `python -m services.checkin.server`."""

import asyncio
import logging
from functools import partial

from domainkit.guesses import guess_limit
from domainkit.names import Names
from domainkit.nfc_tags import TagKeys
from domainkit.person_codes import PersonKeys
from domainkit.roles import Roles
from domainkit.sealed import Sealer
from domainkit.signing_keys import signing_keys
from domainkit.subject_names import EntryNames, GuestNames
from protos.checkin.v1 import checkin_pb2_grpc
from protos.credential.v1 import credential_pb2
from protos.identity.v1.identity_pb2_grpc import IdentityServiceStub
from servicekit import servers
from servicekit.breaker import AsyncBreaker
from servicekit.clock import SECOND_US
from servicekit.clock_offset import watch_clock
from servicekit.errors import UnavailableError
from servicekit.keyring import parse_secrets
from servicekit.process import Process, run
from servicekit.redis.allowance import Allowance
from servicekit.rpc import client, server
from servicekit.tokens import TokenVerifier
from services.checkin.accepting.accept import Acceptance
from services.checkin.accepting.audit import Audit
from services.checkin.accepting.dispatch import INBOX_S, PUBLISH_S, Decisions, Dispatch, Inbox
from services.checkin.accepting.recent import Recent
from services.checkin.judging.antifraud_client import Antifraud
from services.checkin.judging.devices import Devices
from services.checkin.judging.judging import Judging
from services.checkin.judging.nonces import Nonces
from services.checkin.judging.person_codes import PersonCodes
from services.checkin.judging.roster_client import Rosters
from services.checkin.judging.snapshots import Activities
from services.checkin.judging.staff import Staff
from services.checkin.judging.tag_counters import TagCounters
from services.checkin.judging.taps import Taps
from services.checkin.records.acquaintances import Acquaintances, Members
from services.checkin.records.cursor import Changes
from services.checkin.records.door import Door
from services.checkin.records.look import Looks
from services.checkin.records.records import Records
from services.checkin.records.rulings import Rulings
from services.checkin.records.waiting import Waiting
from services.checkin.reviewing.called import Called
from services.checkin.reviewing.cases import Cases
from services.checkin.reviewing.marking import Marking
from services.checkin.reviewing.queue import Queue
from services.checkin.reviewing.review import Reviews
from services.checkin.rpc import ACCESS, CheckinServicer
from services.checkin.seats.seats import Seats
from services.checkin.settings import CheckinSettings

log = logging.getLogger(__name__)

_SINCE_INTERVAL_S = 5.0


async def compose(process: Process, settings: CheckinSettings) -> None:
    """Builds the parts, registers how they stop, and serves; needs no other process to be up."""
    shared, secrets = process.settings, parse_secrets(settings.credential_secret)
    engine = servers.mysql(process, settings)
    redis = servers.redis(process, settings)
    dispatch, decisions = _dispatch(process, settings)

    activity = client.connect(process, shared.activity_target, "activity", retry=True)
    activities = Activities(activity)
    process.background(activities.keep_fresh(), "activity-snapshots")
    process.background(activities.listen(redis), "activity-changes")
    records = Records(engine)
    seats = Seats(redis, records.holders)
    identity = client.connect(process, shared.identity_target, "identity", retry=True)
    roles, names = Roles(identity), Names(identity)
    acquaintances = Acquaintances(records, seats, activities, Members(identity))
    evidence = Sealer(credential_pb2.Evidence, secrets)
    staff = Staff(roles, acquaintances, Devices(redis))
    codes = PersonCodes(PersonKeys(secrets), Nonces(redis))
    judging = Judging(
        activities=activities,
        antifraud=Antifraud(client.connect(process, shared.antifraud_target, "antifraud", retry=True)),
        rosters=Rosters(activity, redis),
        guesses=guess_limit(redis),
        staff=staff,
        codes=codes,
        taps=Taps(TagKeys(parse_secrets(settings.nfc_secret)), TagCounters(redis)),
        qr=Sealer(credential_pb2.QrToken, secrets),
        evidence=evidence,
    )
    recent = Recent()
    process.health.page("/recent", recent.snapshot)
    audit = Audit(records.which_are_recorded, records.which_are_stored)
    process.background(audit.run(), "audit")
    refusals = Allowance(redis, b"checkin:refusals:", limit=settings.refusals_per_10_min, window_s=600)
    door = Door(records, seats, names)
    acceptance = Acceptance(judging, seats, dispatch, records, door, refusals, recent, audit)
    process.background(_remember_since(seats), "redis-since")
    process.background(watch_clock(redis), "clock")
    called = Called(names, GuestNames(activity), EntryNames(activity), activities)
    cases = Cases(called, evidence, activities, settings.undecided_after_s * SECOND_US)
    reviews = Reviews(records, decisions, activities, roles, cases)
    queue = Queue(Waiting(engine), activities, roles, cases)
    marking = Marking(records, decisions, activities, roles, acquaintances)
    changes = Changes(records, Sealer(credential_pb2.Cursor, secrets))
    looks = Looks(activities, staff, codes, door, records)
    servicer = CheckinServicer(
        *(acceptance, seats, records, activities, changes, reviews, queue, marking, acquaintances, looks),
        Rulings(engine),
    )
    register = checkin_pb2_grpc.add_CheckinServiceServicer_to_server
    verifier = TokenVerifier(partial(signing_keys, IdentityServiceStub(identity)))
    await server.serve(process, settings.grpc_address, register, servicer, ACCESS, verifier)


def _dispatch(process: Process, settings: CheckinSettings) -> tuple[Dispatch, Decisions]:
    """The ways to the recorder: RabbitMQ, and the inbox through connections of its own."""
    breaker = AsyncBreaker("rabbitmq", fail_max=3, reset_s=1, slow_s=PUBLISH_S, probe=lambda: publisher.check())
    publisher = servers.publisher(process, settings, on_blocked=breaker.force_open)
    engine = servers.mysql(process, settings, pool_size=2, pool_timeout_s=INBOX_S)
    inbox = Inbox(engine, AsyncBreaker("inbox", fail_max=3, reset_s=1, slow_s=INBOX_S))
    return Dispatch(publisher, breaker, inbox), Decisions(publisher, breaker)


async def _remember_since(seats: Seats) -> None:
    """Tells Redis to note since when it remembers, and again after it was emptied."""
    while True:
        try:
            await seats.remember_since()
        except UnavailableError as error:
            log.warning("cannot tell Redis to remember: %s", error)
        await asyncio.sleep(_SINCE_INTERVAL_S)


def main() -> None:
    """Runs the process to its end."""
    run("checkin", CheckinSettings, compose)


if __name__ == "__main__":
    main()
