"""`reporting.v1.ScheduleService`: who may have exports made on a schedule."""

from collections.abc import Sequence
from typing import Any, Protocol

from protos.reporting.v1 import exports_pb2 as pb
from protos.reporting.v1 import exports_pb2_grpc
from servicekit.errors import invalid
from servicekit.mysql.idempotency import Intent
from servicekit.rpc.interceptors import for_person, person
from services.reporting.domain import Activity
from services.reporting.errors import ActivityNotFoundError
from services.reporting.exports.errors import ExportsOffError
from services.reporting.messaging.webhooks import Webhook
from services.reporting.organisers import Identity, require
from services.reporting.periods.calendar import DEFAULT_ZONE
from services.reporting.schedules.schedule import Plan, Schedule, check_plan
from services.reporting.schedules.wire import plan_of, to_schedule

_SERVICE = "/reporting.v1.ScheduleService/"
_METHODS = ("CreateSchedule", "ListSchedules", "UpdateSchedule", "DeleteSchedule")
ACCESS = {_SERVICE + method: for_person("gateway") for method in _METHODS}

_ID_BYTES = 16


class Schedules(Protocol):
    """See `store.Schedules`; every method raises UnavailableError when MySQL is gone."""

    async def create(self, intent: Intent, organisation_id: bytes, plan: Plan) -> Schedule:
        """A new schedule."""

    async def get(self, organisation_id: bytes, schedule_id: bytes) -> Schedule:
        """A schedule; raises ScheduleNotFoundError."""

    async def of_organisation(self, organisation_id: bytes) -> Sequence[Schedule]:
        """All of an organisation."""

    async def replace(self, schedule: Schedule, user_id: bytes, plan: Plan) -> None:
        """Says all of it anew."""

    async def delete(self, organisation_id: bytes, schedule_id: bytes) -> None:
        """Forgets one."""


class Webhooks(Protocol):
    """See `messaging.webhooks.Webhooks`; raises UnavailableError when MySQL is gone."""

    async def of_organisation(self, organisation_id: bytes) -> Sequence[Webhook]:
        """The robots of an organisation."""


class Activities(Protocol):
    """See `activities.Activities`."""

    async def get(self, activity_id: bytes) -> Activity:
        """An activity; raises ActivityNotFoundError, UnavailableError."""


class ScheduleServicer(exports_pb2_grpc.ScheduleServiceServicer):
    """Serves the methods.

    Args:
        webhooks: None: nothing is exported.
    """

    def __init__(
        self, schedules: Schedules, webhooks: Webhooks | None, activities: Activities, identity: Identity
    ) -> None:
        self._schedules = schedules
        self._webhooks = webhooks
        self._activities = activities
        self._identity = identity

    async def CreateSchedule(self, request: pb.CreateScheduleRequest, context: Any) -> pb.Schedule:
        """Somebody's own from now on."""
        organisation_id = request.organisation_id
        await require(self._identity, organisation_id)
        plan = await self._plan(organisation_id, request.plan)
        said = request.plan.SerializeToString(deterministic=True) + organisation_id
        intent = Intent(person().user_id, _SERVICE + "CreateSchedule", request.idempotency_key, said)
        return to_schedule(await self._schedules.create(intent, organisation_id, plan))

    async def ListSchedules(self, request: pb.ListSchedulesRequest, context: Any) -> pb.ListSchedulesResponse:
        """All of an organisation."""
        await require(self._identity, request.organisation_id)
        found = await self._schedules.of_organisation(request.organisation_id)
        return pb.ListSchedulesResponse(schedules=map(to_schedule, found))

    async def UpdateSchedule(self, request: pb.UpdateScheduleRequest, context: Any) -> pb.Schedule:
        """Another plan; whoever makes it answers for it."""
        organisation_id = request.organisation_id
        await require(self._identity, organisation_id)
        schedule = await self._schedules.get(organisation_id, request.schedule_id)
        await self._schedules.replace(schedule, person().user_id, await self._plan(organisation_id, request.plan))
        return to_schedule(await self._schedules.get(organisation_id, request.schedule_id))

    async def DeleteSchedule(self, request: pb.DeleteScheduleRequest, context: Any) -> pb.DeleteScheduleResponse:
        """Forgets one; files that it had made stay for their week."""
        await require(self._identity, request.organisation_id)
        await self._schedules.delete(request.organisation_id, request.schedule_id)
        return pb.DeleteScheduleResponse()

    async def _plan(self, organisation_id: bytes, message: pb.Plan) -> Plan:
        """A plan that can be kept.

        Raises:
            InvalidArgumentError: It cannot.
            ActivityNotFoundError: It is of an activity that is none of the organisation's.
            ExportsOffError: There is nowhere to put files.
        """
        if self._webhooks is None:
            raise ExportsOffError
        time_zone = DEFAULT_ZONE
        if message.wish.activity_id:
            time_zone = (await self._its(organisation_id, message.wish.activity_id)).time_zone or DEFAULT_ZONE
        else:
            message.wish.organisation_id = organisation_id
        plan = plan_of(message, time_zone)
        check_plan(plan)
        known = {each.webhook_id for each in await self._webhooks.of_organisation(organisation_id)}
        if not known.issuperset(plan.webhook_ids):
            raise invalid("webhook_ids", "names a robot that this organisation does not have; ask for its robots again")
        return plan

    async def _its(self, organisation_id: bytes, activity_id: bytes) -> Activity:
        if len(activity_id) != _ID_BYTES:
            raise ActivityNotFoundError
        activity = await self._activities.get(activity_id)
        if activity.organisation_id != organisation_id:
            raise ActivityNotFoundError
        return activity
