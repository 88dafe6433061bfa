"""`reporting.v1.ReportsService`: reports over history, for owner, organiser and staff of an organisation.

Trends, quality, behaviour and cohorts, as `reports_messages.py` puts them on the wire; reports as files are `exports`.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from domainkit.roles import ORGANISER, STAFF
from protos.identity.v1 import identity_pb2
from protos.reporting.v1 import reports_pb2 as pb
from protos.reporting.v1 import reports_pb2_grpc
from servicekit.clock import now_us
from servicekit.errors import NotFoundError, invalid
from servicekit.rpc.interceptors import for_person, person
from services.reporting import reports_messages as messages
from services.reporting.behaviour.behaviour import Behaviours
from services.reporting.behaviour.cohorts import CohortReader
from services.reporting.organisers import Identity, require
from services.reporting.periods.calendar import By, Period, period
from services.reporting.quality.advice import CODES
from services.reporting.quality.client import Event
from services.reporting.quality.quality import Qualities
from services.reporting.trends.trends import Asked, Trends

_SERVICE = "/reporting.v1.ReportsService/"
ACCESS = {
    _SERVICE + "GetTrends": for_person("gateway"),
    _SERVICE + "GetQuality": for_person("gateway"),
    _SERVICE + "GetBehaviour": for_person("gateway"),
    _SERVICE + "GetCohorts": for_person("gateway"),
    _SERVICE + "DismissAdvice": for_person("gateway"),
    _SERVICE + "CountClientEvents": for_person("gateway"),
}
_ID_BYTES = 16
_EVENTS = 50
_LONGEST_MS = 600_000


class Dismissed(Protocol):
    """See `quality.dismissed.DismissedAdvice`; both raise UnavailableError."""

    async def hide(self, organisation_id: bytes, activity_id: bytes, code: str, by: bytes, now: int) -> bool:
        """Hides a piece of advice; False where the organisation has no such activity."""

    async def show(self, organisation_id: bytes, activity_id: bytes, code: str) -> None:
        """Shows it again."""


class Measured(Protocol):
    """See `quality.weighing.Weighing`."""

    async def count(self, user_id: bytes, events: Sequence[Event], now: int) -> None:
        """Counts what is new of what somebody tells; raises UnavailableError."""


class Whole(Protocol):
    """See `facts.lists.FactLists`."""

    async def is_whole(self) -> bool:
        """Whether all that was over before history began is filled in; raises UnavailableError."""


class ReportsServicer(reports_pb2_grpc.ReportsServiceServicer):
    """Asks who may see what, and puts answers on the wire."""

    def __init__(
        self,
        identity: Identity,
        trends: Trends,
        qualities: Qualities,
        behaviours: Behaviours,
        cohorts: CohortReader,
        dismissed: Dismissed,
        measured: Measured,
        history: Whole,
    ) -> None:
        self._identity = identity
        self._trends = trends
        self._qualities = qualities
        self._behaviours = behaviours
        self._cohorts = cohorts
        self._dismissed = dismissed
        self._measured = measured
        self._history = history

    async def GetTrends(self, request: pb.GetTrendsRequest, context: Any) -> pb.Trends:
        """How many came over time, and the same of another period or activity."""
        role = await require(self._identity, request.scope.organisation_id, STAFF)
        asked = _asked(request, sees_small=role >= identity_pb2.ROLE_OWNER)
        beside = _beside(request, asked)
        trend = await self._trends.of(asked)
        compared = await self._trends.of(beside) if beside else None
        return messages.trends(trend, compared, now_us(), is_filling=not await self._history.is_whole())

    async def GetQuality(self, request: pb.GetQualityRequest, context: Any) -> pb.Quality:
        """How well checking in works, and what would make it better."""
        role, scope = await require(self._identity, request.scope.organisation_id, STAFF), request.scope
        found = await self._qualities.of(scope.organisation_id, _period(scope), scope.activity_id)
        answer = messages.quality(found, now_us(), is_filling=not await self._history.is_whole())
        if role < ORGANISER:
            # Who cannot change a setting is not told to.
            del answer.advice[:]
        return answer

    async def GetBehaviour(self, request: pb.GetBehaviourRequest, context: Any) -> pb.Behaviour:
        """How the people of a roster behave."""
        role, scope = await require(self._identity, request.scope.organisation_id, ORGANISER), request.scope
        found = await self._behaviours.of(
            scope.organisation_id,
            _period(scope),
            scope.activity_id,
            request.roster_id,
            sees_small=role >= identity_pb2.ROLE_OWNER,
        )
        return messages.behaviour(found, now_us())

    async def GetCohorts(self, request: pb.GetCohortsRequest, context: Any) -> pb.Cohorts:
        """Who began to collect points, and came again."""
        role, scope = await require(self._identity, request.scope.organisation_id, ORGANISER), request.scope
        sees_small = role >= identity_pb2.ROLE_OWNER
        found = await self._cohorts.of(
            scope.organisation_id, _period(scope), scope.activity_id, scope.time_zone, sees_small=sees_small
        )
        return messages.cohorts(found, now_us())

    async def DismissAdvice(self, request: pb.DismissAdviceRequest, context: Any) -> pb.DismissAdviceResponse:
        """Hides a piece of advice, or shows it again."""
        await require(self._identity, request.organisation_id, ORGANISER)
        if request.code not in CODES:
            raise invalid("code", "is no advice of ours; take it as the report told it")
        about = (request.organisation_id, request.activity_id, request.code)
        if request.is_shown:
            await self._dismissed.show(*about)
        elif not await self._dismissed.hide(*about, person().user_id, now_us()):
            raise NotFoundError("this organisation has no such activity")
        return pb.DismissAdviceResponse()

    async def CountClientEvents(
        self, request: pb.CountClientEventsRequest, context: Any
    ) -> pb.CountClientEventsResponse:
        """What somebody's phone measured."""
        events = [
            Event(each.name, each.activity_id, min(each.took_ms, _LONGEST_MS))
            for each in request.events[:_EVENTS]
            if len(each.activity_id) == _ID_BYTES
        ]
        if events:
            await self._measured.count(person().user_id, events, now_us())
        return pb.CountClientEventsResponse()


def _asked(request: pb.GetTrendsRequest, *, sees_small: bool) -> Asked:
    try:
        by_what = By(request.by)
    except ValueError:
        raise invalid("by", "must be hour, day, week, activity, group or weekday") from None
    scope = request.scope
    return Asked(
        scope.organisation_id, _period(scope), by_what, scope.activity_id, request.group, sees_small=sees_small
    )


def _beside(request: pb.GetTrendsRequest, asked: Asked) -> Asked | None:
    """What a trend is compared with."""
    first, last = request.compare_from_day, request.compare_to_day
    if bool(first) != bool(last):
        raise invalid("compare_to" if first else "compare_from", "compare_from and compare_to go together")
    if not first and not request.compare_activity_id:
        return None
    beside = asked
    if first:
        fields = ("compare_from", "compare_to")
        beside = beside._replace(period=period(first, last, request.scope.time_zone, now_us(), fields))
    if request.compare_activity_id:
        beside = beside._replace(activity_id=request.compare_activity_id)
    return beside


def _period(scope: pb.Scope) -> Period:
    return period(scope.from_day, scope.to_day, scope.time_zone, now_us())
