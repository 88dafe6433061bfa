"""Schedules of exports: what is made daily, weekly, or after an activity closes, and who is told."""

from typing import Annotated, Literal, cast

import msgspec
from msgspec import Meta

from gateway.clients import ask
from gateway.http.fields import Id, IdText, Input, Keyed, Time
from gateway.live_events import STATUSES
from gateway.routes.dependencies import Call, Routes
from gateway.routes.exports import FORMATS, REPORTS, ExportFilter, FormatName, NewExport, ReportName, wish_of
from gateway.routes.reporting import ANSWERS, MethodName, PunctualityName
from protos.reporting.v1 import exports_pb2 as pb
from protos.reporting.v1.reporting_pb2 import Status
from servicekit.clock import to_rfc3339
from servicekit.ids import to_text

routes = Routes("exports")

RhythmName = Literal["daily", "weekly", "after_close"]
_RHYTHMS: dict[int, RhythmName] = {
    pb.RHYTHM_DAILY: "daily",
    pb.RHYTHM_WEEKLY: "weekly",
    pb.RHYTHM_AFTER_CLOSE: "after_close",
}
_RHYTHM_NUMBERS: dict[str, pb.Rhythm.ValueType] = {
    name: pb.Rhythm.Value(f"RHYTHM_{name.upper()}") for name in _RHYTHMS.values()
}
_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_NO_TIME = "00:00"

_OF_EVERYBODY = msgspec.to_builtins(ExportFilter())
Title = Annotated[str, Meta(min_length=1, max_length=40, examples=["每周出勤"])]
ClockTime = Annotated[str, Meta(pattern=_TIME, examples=["18:00"], description="Of daily and weekly, in time_zone.")]
Weekday = Annotated[int, Meta(ge=1, le=7, description="1 is Monday; of weekly.")]
TimeZone = Annotated[
    str, Meta(max_length=64, description="IANA; empty: that of the activity, or China's.", examples=["Asia/Shanghai"])
]


class ExportPlan(Input, kw_only=True):
    """What is made, when, and who is told.

    Of the organisation a `register` of what it held since the last time; with `activity_id` that activity as it is by
    then. `after_close` makes it of each activity of the organisation (or of the one named) once it is settled.
    """

    title: Title
    report: ReportName
    format: FormatName
    activity_id: Id | None = None
    columns: Annotated[
        list[Annotated[str, Meta(max_length=32)]], Meta(max_length=32, examples=[["name", "status"]])
    ] = []
    filters: ExportFilter = msgspec.field(default_factory=ExportFilter)
    rhythm: RhythmName
    time: ClockTime = _NO_TIME
    weekday: Weekday = 1
    time_zone: TimeZone = ""
    to_inbox: Annotated[bool, Meta(description="Of whoever said so last.")] = True
    webhook_ids: Annotated[list[Id], Meta(max_length=5)] = []
    paused: bool = False


class ExportSchedule(msgspec.Struct):
    """A schedule; `paused_reason` says why it paused itself, and saying it anew has it go on."""

    id: IdText
    organisation_id: IdText
    user_id: IdText
    title: Title
    report: ReportName
    format: FormatName
    activity_id: IdText | None
    columns: list[str]
    filters: Annotated[ExportFilter, Meta(examples=[_OF_EVERYBODY])]
    rhythm: RhythmName
    time: ClockTime
    weekday: Weekday
    time_zone: TimeZone
    to_inbox: bool
    webhook_ids: list[IdText]
    paused: bool
    paused_reason: Annotated[str | None, Meta(examples=["OWNER_LOST_RIGHT"])]
    created_at: Time
    next_due_at: Time | None
    last_run_at: Time | None
    last_export_id: IdText | None


class ExportSchedules(msgspec.Struct):
    """All of an organisation, the newest first."""

    schedules: list[ExportSchedule]


@routes.on("GET", "/v1/organisations/{organisation_id}/export-schedules")
async def list_export_schedules(call: Call, organisation_id: Id) -> ExportSchedules:
    """The schedules of an organisation, for owner and organiser."""
    request = pb.ListSchedulesRequest(organisation_id=organisation_id)
    found: pb.ListSchedulesResponse = await ask(call.services.schedules.ListSchedules, request, call.person)
    return ExportSchedules([_schedule(one) for one in found.schedules])


@routes.on("POST", "/v1/organisations/{organisation_id}/export-schedules", status=201)
async def create_export_schedule(call: Call, organisation_id: Id, headers: Keyed, body: ExportPlan) -> ExportSchedule:
    """Has something made on a schedule, as the caller for as long as they may; an organisation has at most 20."""
    request = pb.CreateScheduleRequest(
        organisation_id=organisation_id, plan=_plan(body), idempotency_key=headers.idempotency_key
    )
    return _schedule(await ask(call.services.schedules.CreateSchedule, request, call.person))


@routes.on("PUT", "/v1/organisations/{organisation_id}/export-schedules/{schedule_id}")
async def replace_export_schedule(call: Call, organisation_id: Id, schedule_id: Id, body: ExportPlan) -> ExportSchedule:
    """Says all of a schedule anew, and owns it; `paused` stops it, and what was due meanwhile is never made."""
    request = pb.UpdateScheduleRequest(organisation_id=organisation_id, schedule_id=schedule_id, plan=_plan(body))
    return _schedule(await ask(call.services.schedules.UpdateSchedule, request, call.person))


@routes.on("DELETE", "/v1/organisations/{organisation_id}/export-schedules/{schedule_id}", status=204)
async def delete_export_schedule(call: Call, organisation_id: Id, schedule_id: Id) -> None:
    """Forgets a schedule; files that it had made stay for their week."""
    request = pb.DeleteScheduleRequest(organisation_id=organisation_id, schedule_id=schedule_id)
    await ask(call.services.schedules.DeleteSchedule, request, call.person)


def _plan(body: ExportPlan) -> pb.Plan:
    hours, _, minutes = body.time.partition(":")
    return pb.Plan(
        title=body.title,
        wish=wish_of(NewExport(body.report, body.format, body.activity_id, None, body.columns, body.filters)),
        rhythm=_RHYTHM_NUMBERS[body.rhythm],
        minute_of_day=int(hours) * 60 + int(minutes),
        weekday=body.weekday,
        time_zone=body.time_zone,
        to_inbox=body.to_inbox,
        webhook_ids=body.webhook_ids,
        is_paused=body.paused,
    )


def _schedule(schedule: pb.Schedule) -> ExportSchedule:
    plan, wish = schedule.plan, schedule.plan.wish
    hours, minutes = divmod(plan.minute_of_day, 60)
    return ExportSchedule(
        id=to_text(schedule.schedule_id),
        organisation_id=to_text(schedule.organisation_id),
        user_id=to_text(schedule.user_id),
        title=plan.title,
        report=REPORTS[wish.report],
        format=FORMATS[wish.format],
        activity_id=to_text(wish.activity_id) if wish.activity_id else None,
        columns=list(wish.columns),
        filters=_filters(wish.filter),
        rhythm=_RHYTHMS[plan.rhythm],
        time=f"{hours:02}:{minutes:02}",
        weekday=plan.weekday,
        time_zone=plan.time_zone,
        to_inbox=plan.to_inbox,
        webhook_ids=list(map(to_text, plan.webhook_ids)),
        paused=plan.is_paused,
        paused_reason=schedule.paused_reason or None,
        created_at=to_rfc3339(schedule.created_at),
        next_due_at=to_rfc3339(schedule.next_due_at) if schedule.next_due_at else None,
        last_run_at=to_rfc3339(schedule.last_run_at) if schedule.last_run_at else None,
        last_export_id=to_text(schedule.last_export_id) if schedule.last_export_id else None,
    )


def _filters(said: pb.PeopleFilter) -> ExportFilter:
    return ExportFilter(
        status=STATUSES[cast(Status.ValueType, said.status)] if said.status else None,
        q=said.query,
        method=cast(MethodName, said.method) or None,
        reason=said.reason,
        gate=said.gate,
        punctuality=cast(PunctualityName, said.punctuality) or None,
        group=said.group,
        answer=ANSWERS[said.answer] if said.answer else None,
    )
