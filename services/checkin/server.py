"""Composes the checkin service: `python -m services.checkin.server`."""

import asyncio
import logging

from protos.checkin.v1 import checkin_pb2_grpc
from protos.credential.v1 import credential_pb2
from protos.identity.v1 import identity_pb2, identity_pb2_grpc
from servicekit import cache, process
from servicekit.breaker import AsyncBreaker
from servicekit.broker import Publisher
from servicekit.database import create_engine
from servicekit.errors import UnavailableError
from servicekit.guesses import GuessLimit
from servicekit.process import Process, Stop
from servicekit.rpc import client, server
from servicekit.sealed import Sealer, parse_secrets
from servicekit.settings import CredentialSettings, load
from servicekit.tokens import TokenVerifier
from services.checkin.accept import Acceptance
from services.checkin.activities import Activities
from services.checkin.antifraud_client import Antifraud
from services.checkin.dispatch import TOPOLOGY, Dispatch
from services.checkin.judging import Judging
from services.checkin.records import Records
from services.checkin.rpc import ACCESS, CheckinServicer
from services.checkin.seats import Seats
from services.checkin.settings import CheckinSettings

log = logging.getLogger(__name__)

_SINCE_INTERVAL_S = 5.0


async def compose(running: Process) -> None:
    """Builds the parts; nothing here needs another process to be up."""
    settings, shared = load(CheckinSettings), running.settings
    secrets = parse_secrets(load(CredentialSettings).credential_secret)
    engine = create_engine(settings.database_url)
    redis = cache.connect(settings.redis_url)
    running.at_stop(Stop.CLIENTS, engine.dispose)
    running.at_stop(Stop.CLIENTS, redis.aclose)

    broker_breaker = AsyncBreaker("rabbitmq", slow_s=0.8)
    publisher = Publisher(settings.amqp_url, process="checkin", topology=TOPOLOGY, on_blocked=broker_breaker.force_open)
    publisher.start()
    running.at_stop(Stop.CLIENTS, publisher.close)

    activities = Activities(client.connect(running, shared.activity_target, "activity", retry=True))
    running.background(activities.keep_fresh(), "activity-snapshots")
    running.background(activities.listen(redis), "activity-changes")
    seats, records = Seats(redis), Records(engine)
    judging = Judging(
        activities=activities,
        antifraud=Antifraud(client.connect(running, shared.antifraud_target, "antifraud", retry=True)),
        guesses=GuessLimit(redis),
        qr=Sealer(credential_pb2.QrToken, secrets),
        evidence=Sealer(credential_pb2.Evidence, secrets),
    )
    acceptance = Acceptance(judging, seats, Dispatch(publisher, broker_breaker), records)
    running.background(_remember_since(seats), "redis-since")
    servicer = CheckinServicer(acceptance, seats, records, activities)
    register = checkin_pb2_grpc.add_CheckinServiceServicer_to_server
    await server.serve(running, settings.grpc_address, register, servicer, ACCESS, _verifier(running))


def _verifier(running: Process) -> TokenVerifier:
    stub = identity_pb2_grpc.IdentityServiceStub(client.connect(running, running.settings.identity_target, "identity"))

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
    process.run("checkin", load(CheckinSettings).ops_address, compose)


if __name__ == "__main__":
    main()
