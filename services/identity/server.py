"""Composes the identity process: `python -m services.identity.server`."""

import asyncio
import logging

import grpc
from sqlalchemy.ext.asyncio import AsyncEngine

from domainkit.pii import Pii
from protos.identity.v1.identity_pb2_grpc import (
    add_ConsoleServiceServicer_to_server,
    add_IdentityServiceServicer_to_server,
    add_InviteServiceServicer_to_server,
)
from servicekit import clock, servers
from servicekit.clock_offset import watch_clock
from servicekit.errors import UnavailableError
from servicekit.keyring import parse_secrets
from servicekit.process import Process, Stop, run
from servicekit.rabbitmq.outbox import Outbox
from servicekit.rpc import client
from servicekit.rpc.server import serve
from servicekit.tokens import TokenVerifier
from services.identity import tables
from services.identity.access import ACCESS
from services.identity.activity_client import Activities
from services.identity.activity_staff import Staff
from services.identity.checkin_client import Acquaintances
from services.identity.console.rpc import ConsoleServicer
from services.identity.console.tickets import Tickets
from services.identity.erasure import ERASE, Erasure, erase_effect
from services.identity.invites import Invites
from services.identity.invites_rpc import InviteServicer
from services.identity.name_index import index_some
from services.identity.organisations import Organisations
from services.identity.people import People
from services.identity.revocation import Revocations
from services.identity.rpc import SIGN_INS_AT_ONCE, IdentityServicer
from services.identity.sessions import Sessions
from services.identity.settings import Settings
from services.identity.signing import Signer
from services.identity.subscriptions import Subscriptions
from services.identity.wechat import WechatClient

log = logging.getLogger(__name__)

# In a rush of sign-ins each waits for its turn at a connection; the caller's deadline bounds the wait.
_POOL_TIMEOUT_S = 3.0
_FORGET_EVERY_S = 60.0
_INDEX_EVERY_S = 3600.0
_INDEX_PAUSE_S = 1.0


async def compose(process: Process, settings: Settings) -> None:
    """Builds the parts, registers how they stop, and serves; needs no other process to be up."""
    engine = servers.mysql(process, settings, pool_timeout_s=_POOL_TIMEOUT_S)
    redis = servers.redis(process, settings)
    wechat = WechatClient(
        settings.wechat_base_url,
        settings.wechat_app_id,
        settings.wechat_app_secret,
        connections=SIGN_INS_AT_ONCE,
    )
    process.at_stop(Stop.CLIENTS, wechat.close)

    signer = Signer.from_pem(settings.signing_keys_file.read_bytes())
    verifier = own_verifier(signer)
    pii = Pii(parse_secrets(settings.pii_secret), "identity", settings.wechat_app_id)
    people = People(engine, pii)
    revocations = Revocations(people, redis, verifier)
    organisations = Organisations(engine, pii, settings.organisations_per_person)
    staff = Staff(engine, pii)
    invites = Invites(engine, pii, settings.invites_per_organisation)
    subscriptions = Subscriptions(engine, settings.answers_per_day)
    templates = list(settings.wechat_templates.values())
    acquaintances = Acquaintances(client.connect(process, process.settings.checkin_target, "checkin", retry=True))
    activities = Activities(client.connect(process, process.settings.activity_target, "activity", retry=True))
    outbox = Outbox(engine, tables.outbox, {ERASE: erase_effect(activities.erase)})
    process.background(outbox.run(), "outbox")
    process.at_stop(Stop.DRAINING, outbox.stop)
    identity = IdentityServicer(
        people,
        organisations,
        staff,
        wechat,
        signer,
        revocations,
        subscriptions,
        acquaintances,
        activities,
        Erasure(engine, outbox),
        templates,
    )
    public_url, tickets = process.settings.public_url, Tickets(engine, pii)
    invite = InviteServicer(organisations, invites, staff, activities, public_url)
    console = ConsoleServicer(tickets, people, Sessions(engine), signer, revocations, public_url)

    process.background(revocations.watch(), "revocations")
    process.background(_forget_old(people, tickets), "forget-old")
    process.background(_index_names(engine, pii), "index-names")
    process.background(watch_clock(redis), "clock")
    await serve(process, settings.grpc_address, register, (identity, invite, console), ACCESS, verifier)


def register(servicer: tuple[IdentityServicer, InviteServicer, ConsoleServicer], server: grpc.aio.Server) -> None:
    """All services on one server."""
    identity, invites, console = servicer
    add_IdentityServiceServicer_to_server(identity, server)
    add_InviteServiceServicer_to_server(invites, server)
    add_ConsoleServiceServicer_to_server(console, server)


def own_verifier(signer: Signer) -> TokenVerifier:
    """A verifier that asks nobody for the keys."""

    async def fetch_jwks() -> str:
        """The key set at hand."""
        return signer.jwks

    return TokenVerifier(fetch_jwks)


async def _forget_old(people: People, tickets: Tickets) -> None:
    while True:
        try:
            await people.forget_old(clock.now_us())
            await tickets.forget_old(clock.now_us())
        except UnavailableError as error:
            log.warning("old sessions stay for now: %s", error)
        await asyncio.sleep(_FORGET_EVERY_S)


async def _index_names(engine: AsyncEngine, pii: Pii) -> None:
    """Catches up with names of before, a few at a time."""
    after = b""
    while True:
        try:
            after = await index_some(engine, pii, after)
        except UnavailableError as error:
            log.warning("some names are not found for now: %s", error)
        await asyncio.sleep(_INDEX_PAUSE_S if after else _INDEX_EVERY_S)


def main() -> None:
    """Runs the process to its end."""
    run("identity", Settings, compose)


if __name__ == "__main__":
    main()
