"""Composes the activity process: `python -m services.activity.server`."""

from functools import partial

import grpc

from domainkit.guesses import guess_limit
from domainkit.roles import Roles
from domainkit.sealed import Sealer
from domainkit.signing_keys import signing_keys
from protos.activity.v1.activity_pb2_grpc import (
    add_ActivityServiceServicer_to_server,
    add_DisplayServiceServicer_to_server,
    add_PlaceServiceServicer_to_server,
)
from protos.credential.v1 import credential_pb2
from protos.identity.v1.identity_pb2_grpc import IdentityServiceStub
from servicekit import servers
from servicekit.clock import now_us
from servicekit.clock_offset import watch_clock
from servicekit.keyring import parse_secrets
from servicekit.mysql.idempotency import forget_old_keys
from servicekit.process import Process, Stop, run
from servicekit.rabbitmq.outbox import PUBLISH, Outbox, publish_effect
from servicekit.redis.allowance import Allowance
from servicekit.rpc import client
from servicekit.rpc.server import serve
from servicekit.tokens import TokenVerifier
from services.activity import displays_rpc, places_rpc, rpc, tables
from services.activity.admission import Admission
from services.activity.calendar import Calendar
from services.activity.changes import HASTEN, TOPOLOGY, hasten_effect
from services.activity.codes import CodeResolver
from services.activity.displays import Displays
from services.activity.displays_rpc import DisplayServicer
from services.activity.places import Places
from services.activity.places_rpc import PlaceServicer
from services.activity.qr import QrCodes
from services.activity.quotas import HOUR_S, Quotas
from services.activity.rpc import ActivityServicer
from services.activity.settings import Settings
from services.activity.store import Store


async def compose(process: Process, settings: Settings) -> None:
    """Builds the parts, registers how they stop, and serves; needs no other process to be up."""
    engine = servers.mysql(process, settings)
    redis = servers.redis(process, settings)
    publisher = servers.publisher(process, settings, topology=TOPOLOGY)
    outbox = Outbox(engine, tables.outbox, {PUBLISH: publish_effect(publisher), HASTEN: hasten_effect(redis)})
    quotas = Quotas(
        Allowance(redis, b"activity:made:", limit=settings.activities_per_hour, window_s=HOUR_S),
        Allowance(redis, b"activity:changes:", limit=settings.changes_per_hour, window_s=HOUR_S),
    )
    store = Store(engine, outbox, quotas)
    identity = client.connect(process, process.settings.identity_target, "identity", retry=True)
    qr = QrCodes(Sealer(credential_pb2.QrToken, parse_secrets(settings.credential_secret)), redis)
    codes = CodeResolver(store, guess_limit(redis))

    process.background(outbox.run(), "outbox")
    process.background(Calendar(engine).run(), "calendar")
    process.background(forget_old_keys(engine, tables.idempotency_keys), "forget-old-keys")
    process.background(watch_clock(redis), "clock")
    process.at_stop(Stop.DRAINING, codes.drain)
    process.at_stop(Stop.DRAINING, outbox.stop)
    roles = Roles(identity)
    public_url = process.settings.public_url
    activities = ActivityServicer(store, roles, qr, codes, public_url)
    admission = Admission(store, roles, now_us)
    displays = DisplayServicer(Displays(engine, quotas), store, admission, activities.show, public_url)
    servicers = (activities, PlaceServicer(Places(engine, quotas), roles), displays)
    verifier = TokenVerifier(partial(signing_keys, IdentityServiceStub(identity)))
    access = rpc.ACCESS | places_rpc.ACCESS | displays_rpc.ACCESS
    await serve(process, settings.grpc_address, _register, servicers, access, verifier)


def _register(servicer: tuple[ActivityServicer, PlaceServicer, DisplayServicer], server: grpc.aio.Server) -> None:
    activities, places, displays = servicer
    add_ActivityServiceServicer_to_server(activities, server)
    add_PlaceServiceServicer_to_server(places, server)
    add_DisplayServiceServicer_to_server(displays, server)


def main() -> None:
    """Runs the process to its end."""
    run("activity", Settings, compose)


if __name__ == "__main__":
    main()
