"""All SQL of schedules as people keep them; `claims` has that of their runs."""

from sqlalchemy import ColumnElement, Executable, func, select, update
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit import ids
from servicekit.clock import now_us
from servicekit.mysql.database import unavailable_when_lost
from servicekit.mysql.idempotency import Intent, once
from services.reporting.exports.store import lock
from services.reporting.schedules.errors import ScheduleNotFoundError, TooManySchedulesError
from services.reporting.schedules.schedule import SCHEDULES_AT_MOST, Plan, Schedule
from services.reporting.schedules.wire import plan_bytes, schedule_of
from services.reporting.tables import export_schedules, idempotency_keys

_OF_NO_ACTIVITY = bytes(16)


class Schedules:
    """Schedules in MySQL. Every method raises UnavailableError when that is gone."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def create(self, intent: Intent, organisation_id: bytes, plan: Plan) -> Schedule:
        """A new schedule of who means it; the same request again finds the same.

        Raises:
            TooManySchedulesError: The organisation has as many as it may.
            IdempotencyKeyReusedError: The key belongs to another request.
        """
        with unavailable_when_lost():
            async with self._engine.begin() as connection:

                async def effect() -> bytes:
                    await lock(connection, organisation_id)
                    of_it = export_schedules.c.organisation_id == organisation_id
                    count = select(func.count()).select_from(export_schedules).where(of_it)
                    if (await connection.scalar(count) or 0) >= SCHEDULES_AT_MOST:
                        raise TooManySchedulesError
                    return await _insert(connection, intent.user_id, organisation_id, plan)

                schedule_id = await once(connection, idempotency_keys, intent, effect)
        return await self.get(organisation_id, schedule_id)

    async def get(self, organisation_id: bytes, schedule_id: bytes) -> Schedule:
        """A schedule of an organisation; raises ScheduleNotFoundError."""
        [*found] = await self._found(*_is(organisation_id, schedule_id))
        if not found:
            raise ScheduleNotFoundError
        return found[0]

    async def of_organisation(self, organisation_id: bytes) -> list[Schedule]:
        """All of an organisation, the newest first."""
        return await self._found(export_schedules.c.organisation_id == organisation_id)

    async def replace(self, schedule: Schedule, user_id: bytes, plan: Plan) -> None:
        """Says all of it anew, for a new owner; what closed or was due until now is past."""
        values = {**_said(plan), "user_id": user_id, "paused_reason": ""}
        its = _is(schedule.organisation_id, schedule.schedule_id)
        await self._execute(update(export_schedules).where(*its).values(values))

    async def delete(self, organisation_id: bytes, schedule_id: bytes) -> None:
        """Forgets one; again, nothing happens."""
        await self._execute(export_schedules.delete().where(*_is(organisation_id, schedule_id)))

    async def _found(self, *conditions: ColumnElement[bool]) -> list[Schedule]:
        query = select(export_schedules).where(*conditions).order_by(export_schedules.c.schedule_id.desc())
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                return [schedule_of(row._asdict()) for row in await connection.execute(query)]

    async def _execute(self, statement: Executable) -> None:
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                await connection.execute(statement)


async def _insert(connection: AsyncConnection, user_id: bytes, organisation_id: bytes, plan: Plan) -> bytes:
    schedule_id = ids.new_id()
    row = {
        **_said(plan),
        "schedule_id": schedule_id,
        "organisation_id": organisation_id,
        "user_id": user_id,
        "paused_reason": "",
        "created_at": now_us(),
        "last_run_at": 0,
        "last_export_id": b"",
    }
    await connection.execute(insert(export_schedules).values(row))
    return schedule_id


def _said(plan: Plan) -> dict[str, object]:
    now = now_us()
    return {
        "activity_id": plan.wish.activity_id or _OF_NO_ACTIVITY,
        "rhythm": plan.rhythm,
        "plan": plan_bytes(plan),
        "is_paused": plan.is_paused,
        "since_at": now,
        "next_due_at": plan.next_due_at(now),
    }


def _is(organisation_id: bytes, schedule_id: bytes) -> tuple[ColumnElement[bool], ...]:
    c = export_schedules.c
    return c.organisation_id == organisation_id, c.schedule_id == schedule_id
