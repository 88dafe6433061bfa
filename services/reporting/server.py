"""Composes the reporting process: `python -m services.reporting.server`."""

from functools import partial

from domainkit.signing_keys import signing_keys
from domainkit.subject_names import GuestNames
from protos.identity.v1.identity_pb2_grpc import IdentityServiceStub
from protos.reporting.v1.reporting_pb2_grpc import add_ReportingServiceServicer_to_server
from servicekit import servers
from servicekit.process import Process, run
from servicekit.rpc import client
from servicekit.rpc.server import serve
from servicekit.tokens import TokenVerifier
from services.reporting import store
from services.reporting.activities import Activities
from services.reporting.expected.expectation import Expectations
from services.reporting.expected.participant_client import Participants
from services.reporting.expected.roster_client import Rosters
from services.reporting.facts.history import History, Kept
from services.reporting.facts.lists import FactLists
from services.reporting.identity_client import Identity
from services.reporting.live.numbers import LiveReader
from services.reporting.people.naming import Naming
from services.reporting.people.pages import People
from services.reporting.rpc import ACCESS, ReportingServicer
from services.reporting.settings import ReportingSettings
from services.reporting.turnouts import Turnouts, teller


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
    verifier = TokenVerifier(partial(signing_keys, IdentityServiceStub(identity_channel)))
    await serve(process, settings.grpc_address, add_ReportingServiceServicer_to_server, servicer, ACCESS, verifier)


def main() -> None:
    """Runs the process to its end."""
    run("reporting", ReportingSettings, compose)


if __name__ == "__main__":
    main()
