"""Reports of an organisation over time: trends, quality, behaviour."""

from gateway.clients import ask
from gateway.http.fields import Id
from gateway.routes import report_shapes as shapes
from gateway.routes.dependencies import Call, Routes
from gateway.routes.report_answers import to_behaviour, to_cohorts, to_quality, to_trends
from protos.reporting.v1 import reports_pb2 as pb

routes = Routes("reporting")

# Rosters are counted on the way, and a year has many occurrences.
_REPORT_S = 8.0
_BY: dict[str, pb.By.ValueType] = {
    "hour": pb.BY_HOUR,
    "day": pb.BY_DAY,
    "week": pb.BY_WEEK,
    "activity": pb.BY_ACTIVITY,
    "group": pb.BY_GROUP,
    "weekday": pb.BY_WEEKDAY,
}


@routes.on("GET", "/v1/organisations/{organisation_id}/trends")
async def get_trends(call: Call, organisation_id: Id, query: shapes.TrendScope) -> shapes.Trends:
    """How many came over time, for owner, organiser and staff.

    Of occurrences that have opened, without rehearsals and what was cancelled. `by=hour` is the hour of the day at
    which they start. `compare_from` and `compare_to` lay another period beside, `compare_activity_id` another activity.
    """
    request = pb.GetTrendsRequest(
        scope=_scope(organisation_id, query),
        by=_BY[query.by],
        group=query.group,
        compare_from_day=query.compare_from,
        compare_to_day=query.compare_to,
        compare_activity_id=query.compare_activity_id or b"",
    )
    answer = await ask(call.services.reports.GetTrends, request, call.person, timeout_s=_REPORT_S)
    return to_trends(answer, query.by)


@routes.on("GET", "/v1/organisations/{organisation_id}/quality")
async def get_quality(call: Call, organisation_id: Id, query: shapes.Scope) -> shapes.Quality:
    """How well checking in works, by activity and over time: by days, or by weeks where there are more than 31.

    Advice comes from the numbers and goes with them; who may not change a setting gets none.
    """
    request = pb.GetQualityRequest(scope=_scope(organisation_id, query))
    return to_quality(await ask(call.services.reports.GetQuality, request, call.person, timeout_s=_REPORT_S))


@routes.on("PUT", "/v1/organisations/{organisation_id}/quality/dismissals", status=204)
async def dismiss_advice(call: Call, organisation_id: Id, body: shapes.Dismissal) -> None:
    """Hides a piece of advice from everybody in the organisation, or shows it again; for owner and organiser."""
    request = pb.DismissAdviceRequest(
        organisation_id=organisation_id,
        activity_id=body.activity_id,
        code=body.code,
        is_shown=not body.dismissed,
    )
    await ask(call.services.reports.DismissAdvice, request, call.person)


@routes.on("GET", "/v1/organisations/{organisation_id}/behaviour")
async def get_behaviour(call: Call, organisation_id: Id, query: shapes.RosterScope) -> shapes.Behaviour:
    """How the people of a roster behave: who stays away, when people come, and how that moves; for owner and organiser.

    Of occurrences that are over, so that who did not come is absent.
    """
    request = pb.GetBehaviourRequest(scope=_scope(organisation_id, query), roster_id=query.roster_id or b"")
    return to_behaviour(await ask(call.services.reports.GetBehaviour, request, call.person, timeout_s=_REPORT_S))


@routes.on("GET", "/v1/organisations/{organisation_id}/cohorts")
async def get_cohorts(call: Call, organisation_id: Id, query: shapes.Scope) -> shapes.Cohorts:
    """Who began to collect points, by week, and came again on the first, 7th, 30th day after; for owner and organiser.

    Weeks begin on Monday, and all that the period touches are told whole.
    """
    request = pb.GetCohortsRequest(scope=_scope(organisation_id, query))
    return to_cohorts(await ask(call.services.reports.GetCohorts, request, call.person, timeout_s=_REPORT_S))


def _scope(organisation_id: bytes, scope: shapes.Scope) -> pb.Scope:
    return pb.Scope(
        organisation_id=organisation_id,
        from_day=scope.from_,
        to_day=scope.to,
        time_zone=scope.time_zone,
        activity_id=scope.activity_id or b"",
    )
