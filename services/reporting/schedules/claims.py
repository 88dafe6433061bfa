"""All SQL of runs: what is due, and the one transaction that makes its export and says that it is no longer.

Whoever dies before the commit has done nothing, and the next one does it; whoever comes second finds the time moved, or
the run there already. So a time is served once by however many exporters.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, Update, and_, func, or_, select, text, update
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit.clock import SECOND_US, now_us, to_datetime
from servicekit.mysql.database import unavailable_when_lost
from services.reporting.exports.job import SCHEDULED_AT_MOST, Wish
from services.reporting.exports.kinds import State
from services.reporting.exports.store import IS_FOR_STAFF, queue
from services.reporting.messaging.inbox import Message, add
from services.reporting.messaging.kinds import InboxKind
from services.reporting.schedules.schedule import LATE_AT_MOST_US, SETTLES_US, Rhythm, Schedule
from services.reporting.schedules.wire import schedule_of
from services.reporting.tables import activities, export_runs, export_schedules, exports, occurrences

_AT_ONCE = 50
_KEPT_US = 90 * 86_400 * SECOND_US
# Of activity.v1.State: published, closed.
_HELD = (2, 3)
_NONE = bytes(16)


class Closed(NamedTuple):
    """An occurrence that a schedule waited for."""

    schedule: Schedule
    activity_id: bytes
    occurrence_id: bytes


class Claims:
    """Runs in MySQL. Every method raises UnavailableError when that is gone."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def timed(self, now: int) -> Sequence[Schedule]:
        """Schedules whose time has come and whose queue has room, the longest overdue first."""
        c = export_schedules.c
        query = (
            select(export_schedules)
            .where(c.is_paused == 0, c.rhythm.in_((Rhythm.DAILY, Rhythm.WEEKLY)), c.next_due_at <= now, _has_room())
            .order_by(c.next_due_at)
            .limit(_AT_ONCE)
        )
        return [schedule_of(row._asdict()) for row in await self._all(query)]

    async def closed(self, now: int) -> Sequence[Closed]:
        """Occurrences that are settled, and schedules that wait for just that."""
        return [
            Closed(schedule_of(row._asdict()), row.closed_activity_id, row.occurrence_id)
            for row in await self._all(closed_of(now))
        ]

    async def run(self, schedule: Schedule, wish: Wish | None, next_due_at: int) -> bool:
        """Serves a time.

        Args:
            wish: None: there is nothing to make, and it is served all the same.

        Returns:
            False: somebody else did.

        Raises:
            ExportsQueuedError: The organisation has as many waiting as it may; the time is as due as before.
        """
        try:
            with unavailable_when_lost():
                async with self._engine.begin() as connection:
                    if not (await connection.execute(_moved(schedule, next_due_at))).rowcount:
                        return False
                    if wish:
                        await _make(connection, schedule, wish, _NONE, schedule.next_due_at)
        except IntegrityError:
            # Made already, before clocks were set back.
            return await self.run(schedule, None, next_due_at)
        return True

    async def run_closed(self, closed: Closed, wish: Wish) -> bool:
        """Serves an occurrence; as `run`."""
        try:
            with unavailable_when_lost():
                async with self._engine.begin() as connection:
                    await _make(connection, closed.schedule, wish, closed.occurrence_id, 0)
        except IntegrityError:
            return False
        return True

    async def pause(self, schedule: Schedule, reason: str) -> bool:
        """Pauses what cannot go on, and tells its owner; False: it is paused, changed or gone already."""
        c = export_schedules.c
        its = (c.schedule_id == schedule.schedule_id, c.is_paused == 0, c.user_id == schedule.user_id)
        values = {"is_paused": 1, "paused_reason": reason, "next_due_at": 0}
        message = Message(schedule.user_id, schedule.organisation_id, InboxKind.SCHEDULE_PAUSED, schedule.plan.title)
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                if not (await connection.execute(update(export_schedules).where(*its).values(values))).rowcount:
                    return False
                await add(connection, message._replace(reason=reason))
        return True

    async def late_s(self) -> float:
        """For how long the longest overdue time has not been served; 0 where none is."""
        now, c = now_us(), export_schedules.c
        timed = select(func.min(c.next_due_at)).where(c.is_paused == 0, c.next_due_at.between(1, now))
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                oldest = await connection.scalar(timed)
        return (now - oldest) / SECOND_US if oldest else 0.0

    async def forget_old(self) -> None:
        """Forgets runs that were told long ago."""
        old = export_runs.c.told_at.between(1, now_us() - _KEPT_US)
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                await connection.execute(export_runs.delete().where(old))

    async def _all(self, query: Select[Any]) -> Sequence[Row[Any]]:
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                rows: Sequence[Row[Any]] = (await connection.execute(query)).all()
                return rows


def closed_of(now: int) -> Select[Any]:
    """The query of `Claims.closed`: what closed lately, by its index, and few of it wait for a run."""
    a, o, s, r = activities.c, occurrences.c, export_schedules.c, export_runs.c
    settled_at = func.timestampadd(text("SECOND"), a.offline_window_s, o.closes_at)
    ran = and_(r.schedule_id == s.schedule_id, r.occurrence_id == o.occurrence_id, r.due_at == 0)
    waiting: tuple[ColumnElement[bool], ...] = (
        o.closes_at.between(to_datetime(now - LATE_AT_MOST_US), to_datetime(now)),
        settled_at <= to_datetime(now - SETTLES_US),
        o.closes_at > func.timestampadd(text("MICROSECOND"), s.since_at, to_datetime(0)),
        a.state.in_(_HELD),
        a.is_rehearsal == 0,
        s.rhythm == Rhythm.AFTER_CLOSE,
        s.is_paused == 0,
        r.schedule_id.is_(None),
        _has_room(),
    )
    of_it = and_(s.organisation_id == a.organisation_id, or_(s.activity_id == _NONE, s.activity_id == a.activity_id))
    return (
        select(export_schedules, a.activity_id.label("closed_activity_id"), o.occurrence_id)
        .select_from(
            occurrences.join(activities, a.activity_id == o.activity_id)
            .join(export_schedules, of_it)
            .outerjoin(export_runs, ran)
        )
        .where(*waiting)
        .order_by(o.closes_at)
        .limit(_AT_ONCE)
    )


def _has_room() -> ColumnElement[bool]:
    """Whether the organisation may wait for one more file of a schedule; whose queue is full is in nobody's way."""
    is_its = exports.c.organisation_id == export_schedules.c.organisation_id
    its = (is_its, exports.c.state == State.QUEUED, IS_FOR_STAFF)
    waiting = select(func.count()).select_from(exports).where(*its).correlate(export_schedules)
    return waiting.scalar_subquery() < SCHEDULED_AT_MOST


def _moved(schedule: Schedule, next_due_at: int) -> Update:
    """Has it due next, if it is as the caller saw it."""
    c = export_schedules.c
    its = (c.schedule_id == schedule.schedule_id, c.is_paused == 0, c.next_due_at == schedule.next_due_at)
    return update(export_schedules).where(*its).values(next_due_at=next_due_at)


async def _make(connection: AsyncConnection, schedule: Schedule, wish: Wish, occurrence_id: bytes, due_at: int) -> None:
    """Puts the export into its queue, and writes down that there is one."""
    now = now_us()
    export_id = await queue(connection, schedule.organisation_id, schedule.user_id, wish, SCHEDULED_AT_MOST)
    row = {
        "schedule_id": schedule.schedule_id,
        "occurrence_id": occurrence_id,
        "due_at": due_at,
        "export_id": export_id,
        "ran_at": now,
        "told_at": 0,
    }
    await connection.execute(insert(export_runs).values(row))
    its = update(export_schedules).where(export_schedules.c.schedule_id == schedule.schedule_id)
    await connection.execute(its.values(last_run_at=now, last_export_id=export_id))
