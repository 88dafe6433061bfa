"""Schedules as they cross a process and lie in MySQL."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from protos.reporting.v1 import exports_pb2 as pb
from servicekit.errors import invalid
from services.reporting.exports import wire
from services.reporting.periods.calendar import DEFAULT_ZONE
from services.reporting.schedules.schedule import Plan, Rhythm, Schedule


def plan_of(message: pb.Plan, time_zone: str = DEFAULT_ZONE) -> Plan:
    """What somebody plans.

    Args:
        time_zone: Where they name none.

    Raises:
        InvalidArgumentError: A rhythm, report or format that nobody knows.
    """
    try:
        rhythm = Rhythm(message.rhythm)
    except ValueError:
        raise invalid("rhythm", "must be daily, weekly or after_close") from None
    return Plan(
        message.title.strip(),
        wire.wish_of(message.wish),
        rhythm,
        message.minute_of_day,
        message.weekday,
        message.time_zone or time_zone,
        message.to_inbox,
        tuple(message.webhook_ids),
        message.is_paused,
    )


def to_plan(plan: Plan) -> pb.Plan:
    """A plan for others, and for MySQL."""
    return pb.Plan(
        title=plan.title,
        wish=wire.to_message(plan.wish),
        rhythm=cast(pb.Rhythm.ValueType, int(plan.rhythm)),
        minute_of_day=plan.minute_of_day,
        weekday=plan.weekday,
        time_zone=plan.time_zone,
        to_inbox=plan.to_inbox,
        webhook_ids=plan.webhook_ids,
        is_paused=plan.is_paused,
    )


def plan_bytes(plan: Plan) -> bytes:
    """A plan as it lies in MySQL."""
    return to_plan(plan).SerializeToString(deterministic=True)


def to_stored_plan(stored: bytes) -> Plan:
    """A plan as it was stored."""
    return plan_of(pb.Plan.FromString(stored))


def schedule_of(row: Mapping[str, Any]) -> Schedule:
    """A schedule as it was stored."""
    known = {name: row[name] for name in Schedule.__dataclass_fields__}
    plan = replace(to_stored_plan(row["plan"]), is_paused=bool(row["is_paused"]))
    return Schedule(**{**known, "plan": plan})


def to_schedule(schedule: Schedule) -> pb.Schedule:
    """A schedule for others."""
    return pb.Schedule(
        schedule_id=schedule.schedule_id,
        organisation_id=schedule.organisation_id,
        user_id=schedule.user_id,
        plan=to_plan(schedule.plan),
        paused_reason=schedule.paused_reason,
        created_at=schedule.created_at,
        next_due_at=schedule.next_due_at,
        last_run_at=schedule.last_run_at,
        last_export_id=schedule.last_export_id,
    )
