"""Composes the reporting process: `python -m services.reporting.server`."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import grpc
from sqlalchemy.ext.asyncio import AsyncEngine

from domainkit.organisation_names import OrganisationNames
from domainkit.roles import Roles
from domainkit.signing_keys import signing_keys
from domainkit.subject_names import GuestNames
from protos.identity.v1.identity_pb2_grpc import IdentityServiceStub
from protos.reporting.v1.exports_pb2_grpc import (
    add_ExportServiceServicer_to_server,
    add_ScheduleServiceServicer_to_server,
)
from protos.reporting.v1.messaging_pb2_grpc import add_MessagingServiceServicer_to_server
from protos.reporting.v1.proofs_pb2_grpc import add_ProofServiceServicer_to_server
from protos.reporting.v1.reporting_pb2_grpc import add_ReportingServiceServicer_to_server
from protos.reporting.v1.reports_pb2_grpc import add_ReportsServiceServicer_to_server
from servicekit import servers
from servicekit.keyring import parse_secrets
from servicekit.mysql.idempotency import forget_old_keys
from servicekit.process import Process, run
from servicekit.redis.cache import Redis
from servicekit.rpc import client
from servicekit.rpc.interceptors import Access
from servicekit.rpc.server import serve
from servicekit.settings import load
from servicekit.tokens import TokenVerifier
from services.reporting import reports_rpc, rpc, store, tables
from services.reporting.activities import Activities
from services.reporting.behaviour.behaviour import Behaviours
from services.reporting.behaviour.cohorts import CohortReader
from services.reporting.expected.expectation import Expectations
from services.reporting.expected.participant_client import Participants
from services.reporting.expected.roster_client import Rosters
from services.reporting.exports import rpc as exports_rpc
from services.reporting.exports.choices import Choices
from services.reporting.exports.handing import Files
from services.reporting.exports.metrics import WAITING as EXPORTS_WAIT
from services.reporting.exports.own import OwnJobs
from services.reporting.exports.rpc import ExportServicer
from services.reporting.exports.sealing import FileKeys
from services.reporting.exports.store import Jobs
from services.reporting.exports.vault import Vault
from services.reporting.exports.watching import watch
from services.reporting.facts.history import History, Kept
from services.reporting.facts.lists import FactLists
from services.reporting.facts.points import PointsDays
from services.reporting.identity_client import Identity
from services.reporting.live.numbers import LiveReader
from services.reporting.messaging import rpc as messaging_rpc
from services.reporting.messaging.deliveries import Deliveries
from services.reporting.messaging.inbox import Inbox
from services.reporting.messaging.metrics import WAITING as ROBOTS_WAIT
from services.reporting.messaging.rpc import MessagingServicer
from services.reporting.messaging.webhooks import RobotKeys, Webhooks
from services.reporting.papers import proof_rpc, terms_client
from services.reporting.papers.own_proofs import AskTerms, Looks, OwnProofs
from services.reporting.papers.proof_rpc import ProofServicer
from services.reporting.papers.proof_token import ProofKeys
from services.reporting.people.naming import Naming
from services.reporting.people.pages import People
from services.reporting.periods.reading import Reading
from services.reporting.periods.store import Periods
from services.reporting.periods.tallying import Tallier
from services.reporting.quality import settings_client
from services.reporting.quality.client import ClientCounts
from services.reporting.quality.dismissed import DismissedAdvice
from services.reporting.quality.quality import Qualities
from services.reporting.quality.weighing import Weighing
from services.reporting.reports_rpc import ReportsServicer
from services.reporting.rpc import ReportingServicer
from services.reporting.schedules import rpc as schedules_rpc
from services.reporting.schedules.claims import Claims
from services.reporting.schedules.metrics import LATE
from services.reporting.schedules.rpc import ScheduleServicer
from services.reporting.schedules.store import Schedules
from services.reporting.settings import BucketSettings, FileSettings, ReportingSettings, RobotSettings
from services.reporting.trends.curves import Arrivals
from services.reporting.trends.trends import Trends
from services.reporting.turnouts import Turnouts, teller

# How a servicer is added to a server, the servicer, and who may call what of it.
_Service = tuple[Callable[[Any, grpc.aio.Server], None], Any, Mapping[str, Access]]


async def compose(process: Process, settings: ReportingSettings) -> None:
    """Builds the parts, registers how they stop, and serves; needs no other process to be up."""
    engine = servers.mysql(process, settings)
    redis = servers.redis(process, settings)
    targets = process.settings
    identity_channel = client.connect(process, targets.identity_target, "identity", retry=True)
    activity_channel = client.connect(process, targets.activity_target, "activity", retry=True)

    activities = Activities(store.Activities(engine), activity_channel)
    live, identity = Kept(LiveReader(redis), History(engine), activities), Identity(identity_channel)
    rosters, participants = Rosters(activity_channel), Participants(activity_channel)
    expectations = Expectations(live, rosters, participants)
    naming = Naming(identity, rosters, GuestNames(activity_channel))
    people = People(FactLists(engine), rosters, participants, naming)
    servicer = ReportingServicer(live, activities, identity, expectations, people)
    turnouts = Turnouts(store.Activities(engine), live, teller(activity_channel))
    process.background(turnouts.run(), "turnouts")
    process.background(forget_old_keys(engine, tables.idempotency_keys), "forget-old-keys")
    process.background(watch(EXPORTS_WAIT, Jobs(engine).waiting_s), "exports-watch")
    process.background(watch(LATE, Claims(engine).late_s), "schedules-watch")
    process.background(watch(ROBOTS_WAIT, Deliveries(engine).waiting_s), "robots-watch")
    services: list[_Service] = [
        (add_ReportingServiceServicer_to_server, servicer, rpc.ACCESS),
        *_exports(settings, engine, activities, identity, Roles(identity_channel)),
        _proofs(
            settings,
            engine,
            Looks(activities, FactLists(engine), people, store.Activities(engine)),
            OrganisationNames(identity_channel),
            terms_client.asker(activity_channel),
        ),
        _reports(engine, redis, activity_channel, identity, rosters, participants),
    ]
    access = {method: rule for *_, rules in services for method, rule in rules.items()}
    verifier = TokenVerifier(partial(signing_keys, IdentityServiceStub(identity_channel)))
    await serve(process, settings.grpc_address, _register, services, access, verifier)


def _exports(
    settings: ReportingSettings, engine: AsyncEngine, activities: Activities, identity: Identity, roles: Roles
) -> Sequence[_Service]:
    """Files, and what has them made and tells of them, which is there where files are."""
    files, webhooks = None, None
    if settings.exports_store:
        files, webhooks = _files(settings), Webhooks(engine, RobotKeys(_secrets()))
    servicer = ExportServicer(Jobs(engine), Choices(engine), activities, roles, files)
    schedules = ScheduleServicer(Schedules(engine), webhooks, activities, identity)
    hosts = load(RobotSettings).hosts_by_kind
    messaging = MessagingServicer(Inbox(engine), webhooks, Deliveries(engine), identity, hosts)
    return [
        (add_ExportServiceServicer_to_server, servicer, exports_rpc.ACCESS),
        (add_ScheduleServiceServicer_to_server, schedules, schedules_rpc.ACCESS),
        (add_MessagingServiceServicer_to_server, messaging, messaging_rpc.ACCESS),
    ]


def _files(settings: ReportingSettings) -> Files:
    return Files(Vault(settings.exports_store, partial(load, BucketSettings)), FileKeys(_secrets()))


def _secrets() -> dict[int, bytes]:
    return parse_secrets(load(FileSettings).exports_secret)


def _proofs(
    settings: ReportingSettings,
    engine: AsyncEngine,
    looks: Looks,
    organisation_names: OrganisationNames,
    ask_terms: AskTerms,
) -> _Service:
    keys, files = None, None
    if settings.exports_store:
        keys, files = ProofKeys(_secrets()), _files(settings)
    own = OwnProofs(looks, ask_terms, OwnJobs(engine))
    servicer = ProofServicer(keys, looks, organisation_names.of, own, files)
    return add_ProofServiceServicer_to_server, servicer, proof_rpc.ACCESS


def _reports(
    engine: AsyncEngine,
    redis: Redis,
    activity_channel: grpc.aio.Channel,
    identity: Identity,
    rosters: Rosters,
    participants: Participants,
) -> _Service:
    lists, periods, arrivals = FactLists(engine), Periods(engine), Arrivals(engine)
    reading = Reading(periods, Tallier(periods, lists, rosters, participants))
    client_counts, dismissed = ClientCounts(engine), DismissedAdvice(engine)
    servicer = ReportsServicer(
        identity,
        Trends(reading, periods, arrivals),
        Qualities(reading, client_counts, arrivals, dismissed, settings_client.asker(activity_channel)),
        Behaviours(periods, lists, rosters, participants),
        CohortReader(PointsDays(engine)),
        dismissed,
        Weighing(redis, client_counts),
        lists,
    )
    return add_ReportsServiceServicer_to_server, servicer, reports_rpc.ACCESS


def _register(servicer: Sequence[_Service], server: grpc.aio.Server) -> None:
    for add, each, _ in servicer:
        add(each, server)


def main() -> None:
    """Runs the process to its end."""
    run("reporting", ReportingSettings, compose)


if __name__ == "__main__":
    main()
