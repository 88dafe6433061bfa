"""Composes the checkin service: `python -m services.checkin.server`."""

import asyncio
import logging
from functools import partial

import grpc

from domainkit.guesses import guess_limit
from domainkit.names import Names
from domainkit.roles import Roles
from domainkit.sealed import Sealer
from protos.checkin.v1 import checkin_pb2_grpc
from protos.credential.v1 import credential_pb2
from protos.identity.v1 import identity_pb2, identity_pb2_grpc
from servicekit import process
from servicekit.breaker import AsyncBreaker
from servicekit.clock_offset import watch_clock
from servicekit.errors import UnavailableError
from servicekit.keyring import parse_secrets
from servicekit.mysql.database import create_engine
from servicekit.process import Process, Stop
from servicekit.rabbitmq.publisher import Publisher
from servicekit.redis import cache
from servicekit.redis.allowance import Allowance
from servicekit.rpc import client, server
from servicekit.settings import CredentialSettings, load
from servicekit.tokens import TokenVerifier
from services.checkin.accepting.accept import Acceptance
from services.checkin.accepting.audit import Audit
from services.checkin.accepting.dispatch import INBOX_S, PUBLISH_S, Decisions, Dispatch, Inbox
from services.checkin.accepting.recent import Recent
from services.checkin.judging.antifraud_client import Antifraud
from services.checkin.judging.devices import Devices
from services.checkin.judging.judging import Judging
from services.checkin.judging.snapshots import Activities
from services.checkin.judging.staff import Staff
from services.checkin.records.acquaintances import Acquaintances, Members
from services.checkin.records.cursor import Changes
from services.checkin.records.records import Records
from services.checkin.reviewing.review import Reviews
from services.checkin.rpc import ACCESS, CheckinServicer
from services.checkin.seats.seats import Seats
from services.checkin.settings import CheckinSettings

log = logging.getLogger(__name__)

_SINCE_INTERVAL_S = 5.0


async def compose(settings: CheckinSettings, credentials: CredentialSettings, running: Process) -> None:
    """Builds the parts; nothing here needs another process to be up."""
    shared, secrets = running.settings, parse_secrets(credentials.credential_secret)
    engine = create_engine(settings.database_url)
    redis = cache.connect(settings.redis_url)
    running.at_stop(Stop.CLIENTS, engine.dispose)
    running.at_stop(Stop.CLIENTS, redis.aclose)
    dispatch, decisions = _dispatch(running, settings)

    activities = Activities(client.connect(running, shared.activity_target, "activity", retry=True))
    running.background(activities.keep_fresh(), "activity-snapshots")
    running.background(activities.listen(redis), "activity-changes")
    seats, records = Seats(redis), Records(engine)
    identity = client.connect(running, shared.identity_target, "identity", retry=True)
    roles, names = Roles(identity), Names(identity)
    acquaintances = Acquaintances(records, seats, activities, Members(identity))
    evidence = Sealer(credential_pb2.Evidence, secrets)
    judging = Judging(
        activities=activities,
        antifraud=Antifraud(client.connect(running, shared.antifraud_target, "antifraud", retry=True)),
        guesses=guess_limit(redis),
        staff=Staff(roles, acquaintances, Devices(redis)),
        qr=Sealer(credential_pb2.QrToken, secrets),
        evidence=evidence,
    )
    recent = Recent()
    running.health.page("/recent", recent.snapshot)
    audit = Audit(records.which_are_recorded, records.which_are_stored)
    running.background(audit.run(), "audit")
    refusals = Allowance(redis, b"checkin:refusals:", limit=settings.refusals_per_10_min, window_s=600)
    acceptance = Acceptance(judging, seats, dispatch, records, refusals, recent, audit)
    running.background(_remember_since(seats), "redis-since")
    running.background(watch_clock(redis), "clock")
    reviews = Reviews(records, decisions, activities, roles, names, evidence)
    changes = Changes(records, Sealer(credential_pb2.Cursor, secrets))
    servicer = CheckinServicer(acceptance, seats, records, activities, changes, reviews, acquaintances)
    register = checkin_pb2_grpc.add_CheckinServiceServicer_to_server
    await server.serve(running, settings.grpc_address, register, servicer, ACCESS, _verifier(identity))


def _dispatch(running: Process, settings: CheckinSettings) -> tuple[Dispatch, Decisions]:
    """The ways to the recorder: RabbitMQ, and the inbox through connections of its own."""
    breaker = AsyncBreaker("rabbitmq", fail_max=3, reset_s=1, slow_s=PUBLISH_S, probe=lambda: publisher.check())
    publisher = Publisher(settings.amqp_url, process="checkin", on_blocked=breaker.force_open)
    publisher.start()
    running.at_stop(Stop.CLIENTS, publisher.close)
    engine = create_engine(settings.database_url, pool_size=2, pool_timeout_s=INBOX_S)
    running.at_stop(Stop.CLIENTS, engine.dispose)
    inbox = Inbox(engine, AsyncBreaker("inbox", fail_max=3, reset_s=1, slow_s=INBOX_S))
    return Dispatch(publisher, breaker, inbox), Decisions(publisher, breaker)


def _verifier(identity: grpc.aio.Channel) -> TokenVerifier:
    stub = identity_pb2_grpc.IdentityServiceStub(identity)

    async def fetch() -> str:
        keys = await client.call(stub.GetJwks, identity_pb2.GetJwksRequest(), timeout_s=1)
        return str(keys.json)

    return TokenVerifier(fetch)


async def _remember_since(seats: Seats) -> None:
    """Tells Redis to note since when it remembers, and again after it was emptied."""
    while True:
        try:
            await seats.remember_since()
        except UnavailableError as error:
            log.warning("cannot tell Redis to remember: %s", error)
        await asyncio.sleep(_SINCE_INTERVAL_S)


def main() -> None:
    """Runs until SIGTERM."""
    settings, credentials = load(CheckinSettings), load(CredentialSettings)
    process.run("checkin", settings, partial(compose, settings, credentials))


if __name__ == "__main__":
    main()
