"""The services behind the gateway: one channel to each process, and the budget of an ordinary call."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from protos.activity.v1 import activity_pb2, door_pb2
from protos.activity.v1.activity_pb2_grpc import ActivityServiceStub, DisplayServiceStub, PlaceServiceStub
from protos.activity.v1.door_pb2_grpc import DoorServiceStub
from protos.activity.v1.participants_pb2_grpc import ParticipantServiceStub
from protos.activity.v1.rosters_pb2_grpc import (
    RosterImportServiceStub,
    RosterMemberServiceStub,
    RosterServiceStub,
)
from protos.activity.v1.tags_pb2_grpc import TagServiceStub
from protos.checkin.v1 import checkin_pb2
from protos.checkin.v1.checkin_pb2_grpc import CheckinServiceStub
from protos.identity.v1 import identity_pb2
from protos.identity.v1.identity_pb2_grpc import ConsoleServiceStub, IdentityServiceStub, InviteServiceStub
from protos.reporting.v1 import reporting_pb2
from protos.reporting.v1.exports_pb2_grpc import ExportServiceStub, ScheduleServiceStub
from protos.reporting.v1.messaging_pb2_grpc import MessagingServiceStub
from protos.reporting.v1.proofs_pb2_grpc import ProofServiceStub
from protos.reporting.v1.reporting_pb2_grpc import ReportingServiceStub
from protos.reporting.v1.reports_pb2_grpc import ReportsServiceStub
from servicekit.errors import ServiceError, UnavailableError
from servicekit.process import Process
from servicekit.rpc import client
from servicekit.rpc.status import from_status
from servicekit.tokens import Claims

CALL_S = 1.5
# A decision is published, and answered once it is recorded or 1.5 s later.
DECIDE_S = 4.0
# A thousand of them.
DECIDE_MANY_S = 10.0
# WeChat is asked on the way, and takes its time.
SIGN_IN_S = 8.0
# A sync, and some.
_LATEST = 100


class Clients:
    """Stubs of every service that the gateway calls."""

    def __init__(self, process: Process) -> None:
        settings = process.settings
        identity = client.connect(process, settings.identity_target, "identity")
        self.identity, self.invites = IdentityServiceStub(identity), InviteServiceStub(identity)
        self.console = ConsoleServiceStub(identity)
        activity = client.connect(process, settings.activity_target, "activity")
        self.activity, self.places = ActivityServiceStub(activity), PlaceServiceStub(activity)
        self.displays, self.tags = DisplayServiceStub(activity), TagServiceStub(activity)
        self.rosters, self.roster_imports = RosterServiceStub(activity), RosterImportServiceStub(activity)
        self.roster_members = RosterMemberServiceStub(activity)
        self.door = DoorServiceStub(activity)
        self.participants = ParticipantServiceStub(activity)
        self.checkin = CheckinServiceStub(client.connect(process, settings.checkin_target, "checkin"))
        reporting = client.connect(process, settings.reporting_target, "reporting", retry=True)
        self.reporting, self.reports = ReportingServiceStub(reporting), ReportsServiceStub(reporting)
        self.proofs = ProofServiceStub(reporting)
        # Asked for twice, an export is made twice, and a robot speaks twice.
        once = client.connect(process, settings.reporting_target, "reporting")
        self.exports, self.schedules = ExportServiceStub(once), ScheduleServiceStub(once)
        self.messaging = MessagingServiceStub(once)

    async def revoked_sessions(self) -> frozenset[bytes]:
        """Sessions ended while their access tokens may still live."""
        request = identity_pb2.ListRevokedSessionsRequest()
        answer: identity_pb2.ListRevokedSessionsResponse = await ask(self.identity.ListRevokedSessions, request)
        return frozenset(answer.session_ids)

    async def decided_attempts(self, person: Claims) -> frozenset[bytes]:
        """The attempts among a person's latest records that are provisional no longer."""
        request = checkin_pb2.ListCheckinsRequest(page_size=_LATEST)
        page: checkin_pb2.ListCheckinsResponse = await ask(self.checkin.ListCheckins, request, person)
        return frozenset(
            record.attempt_id for record in page.checkins if record.outcome != checkin_pb2.OUTCOME_PROVISIONAL
        )

    async def revisions(self, activity_ids: Collection[bytes]) -> Mapping[bytes, int]:
        """The revisions of activities as they are now; those that nobody knows are left out."""
        request = activity_pb2.BatchGetOccurrencesRequest(activity_ids=activity_ids)
        found: activity_pb2.BatchGetOccurrencesResponse = await ask(self.activity.BatchGetOccurrences, request)
        return {snapshot.activity_id: snapshot.revision for snapshot in found.occurrences}

    async def resolve_subjects(
        self, person: Claims, activity_id: bytes, subjects: Sequence[door_pb2.Subject]
    ) -> list[door_pb2.DoorPerson | ServiceError]:
        """Whom staff mean at an activity, each in order or why not; guests that are new are written down.

        Raises:
            ServiceError: Nobody can tell now, or not to this person.
        """
        request = door_pb2.ResolveSubjectsRequest(activity_id=activity_id, subjects=subjects)
        answer: door_pb2.ResolveSubjectsResponse = await ask(self.door.ResolveSubjects, request, person)
        if len(answer.results) != len(subjects):
            raise UnavailableError(f"activity told of {len(answer.results)} people of {len(subjects)}")
        return [from_status(each.status) if each.HasField("status") else each.person for each in answer.results]

    async def latest(self, activity_id: bytes) -> Sequence[reporting_pb2.Person]:
        """Who checked in to an activity last, under the gateway's own right.

        Raises:
            ServiceError: Reporting does not answer.
        """
        request = reporting_pb2.ListLatestRequest(activity_id=activity_id)
        answer: reporting_pb2.ListLatestResponse = await ask(self.reporting.ListLatest, request)
        return answer.people

    async def admit_staff(self, person: Claims, activity_id: bytes) -> None:
        """Returns when a person may check others in to an activity: who may see all of it, its owner to its staff.

        Raises:
            NotFoundError: There is no such activity, or not for this person to know.
            UnavailableError: Nobody can tell now.
        """
        await ask(self.activity.GetActivity, activity_pb2.GetActivityRequest(activity_id=activity_id), person)


async def ask(method: Any, request: object, person: Claims | None = None, *, timeout_s: float = CALL_S) -> Any:
    """One call, on behalf of a person when one is given.

    Raises:
        ServiceError: What the service said; UNAVAILABLE when it is gone or too slow.
    """
    return await client.call(method, request, timeout_s=timeout_s, token=person.token if person else None)
