"""Composes the activity process: `python -m services.activity.server`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import grpc
from sqlalchemy.ext.asyncio import AsyncEngine

from domainkit.guesses import guess_limit, kiosk_guess_limit, roster_guess_limit
from domainkit.nfc_tags import TagKeys
from domainkit.organisation_names import OrganisationNames
from domainkit.person_codes import PersonKeys
from domainkit.pii import Pii
from domainkit.roles import Roles
from domainkit.sealed import Sealer
from domainkit.signing_keys import signing_keys
from protos.activity.v1.activity_pb2_grpc import (
    add_ActivityServiceServicer_to_server,
    add_DisplayServiceServicer_to_server,
    add_PlaceServiceServicer_to_server,
)
from protos.activity.v1.door_pb2_grpc import add_DoorServiceServicer_to_server
from protos.activity.v1.participants_pb2_grpc import add_ParticipantServiceServicer_to_server
from protos.activity.v1.rosters_pb2_grpc import (
    add_RosterImportServiceServicer_to_server,
    add_RosterMemberServiceServicer_to_server,
    add_RosterServiceServicer_to_server,
)
from protos.activity.v1.tags_pb2_grpc import add_TagServiceServicer_to_server
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
from servicekit.redis.cache import Redis
from servicekit.rpc import client
from servicekit.rpc.interceptors import Access
from servicekit.rpc.server import serve
from servicekit.tokens import TokenVerifier
from services.activity import displays_rpc, places_rpc, rpc, tables
from services.activity.admission import Admission
from services.activity.calendar import Calendar
from services.activity.changes import HASTEN, TOPOLOGY, hasten_effect
from services.activity.checkin_client import Attendance
from services.activity.codes import CodeResolver
from services.activity.displays import Displays
from services.activity.displays_rpc import DisplayServicer
from services.activity.door import rpc as door_rpc
from services.activity.door.expected import Expected
from services.activity.door.guests import Guests
from services.activity.door.printing import Printing
from services.activity.door.rpc import DoorServicer
from services.activity.kiosks import Kiosks
from services.activity.participants import rpc as participants_rpc
from services.activity.participants.answers import Answers
from services.activity.participants.details import Details
from services.activity.participants.erasure import Erasure
from services.activity.participants.export import Export
from services.activity.participants.privacy import Privacies
from services.activity.participants.rpc import SAID_PER_HOUR, ParticipantServicer
from services.activity.places import Places
from services.activity.places_rpc import PlaceServicer
from services.activity.qr import QrCodes
from services.activity.quotas import HOUR_S, Quotas
from services.activity.rosters import imports_rpc, listing, members_rpc
from services.activity.rosters import rpc as rosters_rpc
from services.activity.rosters.applying import Applying
from services.activity.rosters.imports import Imports
from services.activity.rosters.imports_rpc import RosterImportServicer
from services.activity.rosters.invites import Invites
from services.activity.rosters.jobs import Jobs
from services.activity.rosters.listed import Entries
from services.activity.rosters.listing import Listing
from services.activity.rosters.members import Members
from services.activity.rosters.members_rpc import RosterMemberServicer
from services.activity.rosters.phones import Phones
from services.activity.rosters.present import ROSTER, Loading, RosterSets, apply_effect
from services.activity.rosters.rosters import Rosters
from services.activity.rosters.rpc import RosterAdmission, RosterServicer
from services.activity.rosters.sealing import Sealing
from services.activity.rpc import ActivityServicer
from services.activity.settings import Settings
from services.activity.store import Store
from services.activity.tags import rpc as tags_rpc
from services.activity.tags.rpc import TagServicer
from services.activity.tags.tags import Tags

# How a servicer is added to a server, the servicer, and who may call what of it.
_Service = tuple[Callable[[Any, grpc.aio.Server], None], Any, Mapping[str, Access]]


@dataclass(frozen=True, slots=True)
class _Ground:
    """What all services of the process stand on."""

    process: Process
    engine: AsyncEngine
    redis: Redis
    outbox: Outbox
    sets: RosterSets
    quotas: Quotas
    store: Store
    roles: Roles
    identity: grpc.aio.Channel
    phones: Phones
    organisation_names: OrganisationNames
    pii: Pii


async def compose(process: Process, settings: Settings) -> None:
    """Builds the parts, registers how they stop, and serves; needs no other process to be up."""
    ground = _ground(process, settings)
    rosters = Rosters(ground.engine, ground.quotas)
    services = [
        *_activities(ground, settings, rosters),
        *_rosters(ground, rosters),
        _door(ground, settings, rosters),
        _participants(ground),
    ]
    access = {method: rule for *_, rules in services for method, rule in rules.items()}
    verifier = TokenVerifier(partial(signing_keys, IdentityServiceStub(ground.identity)))
    await serve(process, settings.grpc_address, _register, services, access, verifier)


def _ground(process: Process, settings: Settings) -> _Ground:
    engine = servers.mysql(process, settings)
    redis = servers.redis(process, settings)
    publisher = servers.publisher(process, settings, topology=TOPOLOGY)
    sets = RosterSets(redis)
    effects = {PUBLISH: publish_effect(publisher), HASTEN: hasten_effect(redis), ROSTER: apply_effect(sets)}
    outbox = Outbox(engine, tables.outbox, effects)
    quotas = Quotas(
        Allowance(redis, b"activity:made:", limit=settings.activities_per_hour, window_s=HOUR_S),
        Allowance(redis, b"activity:changes:", limit=settings.changes_per_hour, window_s=HOUR_S),
    )
    process.background(outbox.run(), "outbox")
    process.background(forget_old_keys(engine, tables.idempotency_keys), "forget-old-keys")
    process.background(watch_clock(redis), "clock")
    process.at_stop(Stop.DRAINING, outbox.stop)
    identity = client.connect(process, process.settings.identity_target, "identity", retry=True)
    return _Ground(
        process,
        engine,
        redis,
        outbox,
        sets,
        quotas,
        Store(engine, outbox, quotas),
        Roles(identity),
        identity,
        Phones(identity),
        OrganisationNames(identity),
        Pii(parse_secrets(settings.pii_secret), "activity", ""),
    )


def _activities(ground: _Ground, settings: Settings, rosters: Rosters) -> Iterator[_Service]:
    """Activities, their places, their displays and their tags."""
    engine, process, public_url = ground.engine, ground.process, ground.process.settings.public_url
    qr = QrCodes(Sealer(credential_pb2.QrToken, parse_secrets(settings.credential_secret)), ground.redis)
    codes = CodeResolver(ground.store, guess_limit(ground.redis))
    process.background(Calendar(engine).run(), "calendar")
    process.at_stop(Stop.DRAINING, codes.drain)
    tags = Tags(engine, ground.store.reading, ground.outbox, ground.quotas)
    activities = ActivityServicer(ground.store, ground.roles, qr, codes, rosters, tags, public_url)
    yield add_ActivityServiceServicer_to_server, activities, rpc.ACCESS
    places = PlaceServicer(Places(engine, ground.quotas), ground.roles)
    yield add_PlaceServiceServicer_to_server, places, places_rpc.ACCESS
    admission = Admission(ground.store, ground.roles, now_us)
    entries = Entries(engine, ground.outbox, Sealing(ground.pii), ground.quotas)
    kiosks = Kiosks(ground.roles, Expected(rosters, entries), kiosk_guess_limit(ground.redis))
    displays = Displays(engine, ground.quotas)
    shown = DisplayServicer(displays, ground.store, admission, kiosks, activities.show, public_url)
    yield add_DisplayServiceServicer_to_server, shown, displays_rpc.ACCESS
    tagged = TagServicer(tags, admission, TagKeys(parse_secrets(settings.nfc_secret)), public_url)
    yield add_TagServiceServicer_to_server, tagged, tags_rpc.ACCESS


def _rosters(ground: _Ground, rosters: Rosters) -> Iterator[_Service]:
    """Rosters, files of them, and who is on them."""
    engine, outbox, process, sealing = ground.engine, ground.outbox, ground.process, Sealing(ground.pii)
    entries, imports = Entries(engine, outbox, sealing, ground.quotas), Imports(engine, sealing)
    on_rosters = RosterAdmission(rosters, ground.roles)
    yield (
        add_RosterServiceServicer_to_server,
        RosterServicer(rosters, entries, ground.roles, on_rosters),
        rosters_rpc.ACCESS,
    )
    attendance = Attendance(client.connect(process, process.settings.checkin_target, "checkin", retry=True))
    jobs = Jobs(imports, Applying(engine, outbox, sealing, rosters, imports, attendance))
    process.background(jobs.sweep(), "old-imports")
    process.at_stop(Stop.DRAINING, jobs.stop)
    imported = RosterImportServicer(on_rosters, imports, jobs, ground.quotas)
    yield add_RosterImportServiceServicer_to_server, imported, imports_rpc.ACCESS
    members = Members(engine, outbox)
    loading = Loading(ground.sets, members.present)
    process.at_stop(Stop.DRAINING, loading.drain)
    roster_members = RosterMemberServicer(
        members,
        Listing(engine, sealing),
        rosters,
        Invites(engine, outbox),
        ground.store,
        ground.roles,
        ground.phones,
        roster_guess_limit(ground.redis),
        sealing,
        ground.organisation_names.of,
        loading.hasten,
    )
    yield add_RosterMemberServiceServicer_to_server, roster_members, members_rpc.ACCESS | listing.ACCESS


def _door(ground: _Ground, settings: Settings, rosters: Rosters) -> _Service:
    """What staff need at a door."""
    sealing = Sealing(ground.pii)
    door = DoorServicer(
        Admission(ground.store, ground.roles, now_us),
        RosterAdmission(rosters, ground.roles),
        rosters,
        Entries(ground.engine, ground.outbox, sealing, ground.quotas),
        Guests(ground.engine, sealing),
        PersonKeys(parse_secrets(settings.credential_secret)),
        Printing(),
        OrganisationNames(ground.identity).of,
    )
    return add_DoorServiceServicer_to_server, door, door_rpc.ACCESS


def _participants(ground: _Ground) -> _Service:
    """What people say of themselves, and how it ends."""
    erasure, details = Erasure(ground.engine), Details(ground.engine, ground.pii)
    ground.process.background(erasure.run(), "erasure")
    participants = ParticipantServicer(
        Answers(ground.engine),
        details,
        Privacies(ground.engine),
        ground.store,
        ground.roles,
        Allowance(ground.redis, b"activity:said:", limit=SAID_PER_HOUR, window_s=HOUR_S),
        ground.organisation_names.of,
        Export(ground.engine, details, Sealing(ground.pii)).of,
        erasure.erase,
        ground.phones,
    )
    return add_ParticipantServiceServicer_to_server, participants, participants_rpc.ACCESS


def _register(servicer: Sequence[_Service], server: grpc.aio.Server) -> None:
    for add, each, _ in servicer:
        add(each, server)


def main() -> None:
    """Runs the process to its end."""
    run("activity", Settings, compose)


if __name__ == "__main__":
    main()
