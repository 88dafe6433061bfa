"""Composes the exporter process, which makes files, when it is time too, and tells of them.

`python -m services.reporting.exporter`.
"""

import logging
import os
import sys
import tempfile
from functools import partial
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from domainkit.organisation_names import OrganisationNames
from domainkit.subject_names import GuestNames
from servicekit import servers
from servicekit.keyring import parse_secrets
from servicekit.process import Process, Stop, run
from servicekit.rpc import client
from servicekit.settings import load
from services.reporting import store
from services.reporting.activities import Activities
from services.reporting.behaviour.behaviour import Behaviours
from services.reporting.checkin_client import Records
from services.reporting.expected.participant_client import Participants
from services.reporting.expected.roster_client import Rosters
from services.reporting.exports.making import Making
from services.reporting.exports.phones_client import Phones
from services.reporting.exports.reading import Sources
from services.reporting.exports.rulings import Rulings
from services.reporting.exports.running import Runner
from services.reporting.exports.sealing import FileKeys
from services.reporting.exports.store import Jobs
from services.reporting.exports.vault import Vault
from services.reporting.facts.lists import FactLists
from services.reporting.identity_client import Identity
from services.reporting.messaging.deliveries import Deliveries
from services.reporting.messaging.figures import Counting
from services.reporting.messaging.forgetting import forgetting
from services.reporting.messaging.inbox import Inbox
from services.reporting.messaging.outgoing import Outside
from services.reporting.messaging.sending import Sender
from services.reporting.messaging.telling import Teller
from services.reporting.messaging.untold import Untold
from services.reporting.messaging.webhooks import RobotKeys
from services.reporting.papers.earlier import Earlier
from services.reporting.papers.organisations import Reports
from services.reporting.papers.papers import Papers, Signed
from services.reporting.papers.proof_token import ProofKeys
from services.reporting.people.naming import Naming
from services.reporting.people.pages import People
from services.reporting.periods.reading import Reading
from services.reporting.periods.store import Periods
from services.reporting.periods.tallying import Tallier
from services.reporting.quality.client import ClientCounts
from services.reporting.quality.dismissed import DismissedAdvice
from services.reporting.quality.quality import Qualities
from services.reporting.quality.settings_client import asker
from services.reporting.schedules.claims import Claims
from services.reporting.schedules.running import Scheduler
from services.reporting.settings import BucketSettings, ExporterSettings, FileSettings, RobotSettings
from services.reporting.trends.curves import Arrivals
from services.reporting.trends.trends import Trends

log = logging.getLogger(__name__)

# The processor goes to check-ins first. Linux may weigh sessions, each against the others whatever is nice within.
# Source: man 7 sched, "The autogroup feature".
_NICE = 19
# A tenth of what others have: of a hundredth, on a machine that is busy for long, no file comes to an end.
_SESSION_NICE = 10
_OF_SESSION = Path("/proc/self/autogroup")


def give_way() -> None:
    """Leaves the processor to everybody else, as a process and, where the kernel has them and lets it, as a session."""
    os.nice(_NICE)
    try:
        _OF_SESSION.write_text(str(_SESSION_NICE))
    except OSError as error:
        log.info("the session keeps its weight: %s", error)


async def compose(process: Process, settings: ExporterSettings) -> None:
    """Builds the parts, registers how they stop, and begins; needs no other process to be up."""
    if not settings.exports_store:
        sys.exit("QIANDAO_EXPORTS_STORE is empty: name a directory, or s3://bucket/folder, or run no exporter.")
    give_way()
    engine = servers.mysql(process, settings, pool_size=6)
    targets = process.settings
    identity_channel = client.connect(process, targets.identity_target, "identity", retry=True)
    activity_channel = client.connect(process, targets.activity_target, "activity", retry=True)
    checkin_channel = client.connect(process, targets.checkin_target, "checkin", retry=True)

    stored = store.Activities(engine)
    rosters, participants = Rosters(activity_channel), Participants(activity_channel)
    identity, activities = Identity(identity_channel), Activities(stored, activity_channel)
    naming = Naming(identity, rosters, GuestNames(activity_channel))
    facts = FactLists(engine)
    rulings = Rulings(Records(checkin_channel), identity)
    people = People(facts, rosters, participants, naming)
    sources = Sources(facts, people, stored, Phones(activity_channel).of, rulings.of)
    secrets = parse_secrets(load(FileSettings).exports_secret)
    signed = Signed(ProofKeys(secrets), targets.public_url)
    periods, arrivals = Periods(engine), Arrivals(engine)
    reading = Reading(periods, Tallier(periods, facts, rosters, participants))
    reports = Reports(
        Trends(reading, periods, arrivals),
        Qualities(reading, ClientCounts(engine), arrivals, DismissedAdvice(engine), asker(activity_channel)),
        Behaviours(periods, facts, rosters, participants),
    )
    organisation_name = OrganisationNames(identity_channel).needed
    papers = Papers(Earlier(periods, reading), reports, organisation_name, signed)
    making = Making(activities, stored, sources, papers)
    folder = Path(settings.folder or Path(tempfile.gettempdir()) / f"qiandao-exporter-{_port(settings)}")
    vault = Vault(settings.exports_store, partial(load, BucketSettings))
    runner = Runner(Jobs(engine), vault, FileKeys(secrets), making.make, folder, at_once=settings.at_once)
    process.at_stop(Stop.CONSUMING, runner.stop)
    process.background(runner.run(), "exports")
    process.background(runner.sweep(), "exports-sweep")
    process.background(Scheduler(Claims(engine), identity, activities, stored).run(), "schedules")
    counting = Counting(reading, periods)
    teller = Teller(Untold(engine), identity, counting, targets.public_url)
    process.background(teller.run(), "messages")
    _robots(process, engine, secrets)


def _robots(process: Process, engine: AsyncEngine, secrets: dict[int, bytes]) -> None:
    settings = load(RobotSettings)
    outside = Outside(settings.allowed_networks, settings.ca_file)
    deliveries = Deliveries(engine)
    sender = Sender(deliveries, RobotKeys(secrets), outside, settings.hosts_by_kind)
    process.at_stop(Stop.CONSUMING, sender.stop)
    process.at_stop(Stop.CLIENTS, outside.close)
    process.background(sender.run(), "robots")
    process.background(
        forgetting(deliveries.forget_old, Inbox(engine).forget_old, Claims(engine).forget_old), "messages-forget"
    )


def _port(settings: ExporterSettings) -> str:
    """What tells the exporters of one machine apart."""
    return settings.ops_address.rpartition(":")[2]


def main() -> None:
    """Runs the process to its end."""
    run("exporter", ExporterSettings, compose)


if __name__ == "__main__":
    main()
