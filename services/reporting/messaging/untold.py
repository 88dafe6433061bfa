"""All SQL of runs whose export is over, and of telling people so: once, whoever dies on the way."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit.clock import now_us
from servicekit.mysql.database import unavailable_when_lost
from services.reporting.exports.job import Wish
from services.reporting.exports.kinds import State
from services.reporting.exports.wire import to_wish
from services.reporting.messaging import deliveries
from services.reporting.messaging.inbox import Message, add
from services.reporting.tables import export_runs, export_schedules, exports, webhooks

_OVER = (State.DONE, State.FAILED, State.CANCELLED, State.EXPIRED)
_AT_ONCE = 20


class Run(NamedTuple):
    """A run whose export is over.

    Attributes:
        plan: Of its schedule, as that lies in MySQL; None: there is none any more.
        reason: Why there is no file.
    """

    schedule_id: bytes
    occurrence_id: bytes
    due_at: int
    export_id: bytes
    organisation_id: bytes
    user_id: bytes
    plan: bytes | None
    wish: Wish
    state: State
    reason: str


class Said(NamedTuple):
    """What is told of a run.

    Attributes:
        message: To its owner; None: nothing.
        webhook_ids: Of robots that say `text`; those that are gone say nothing.
    """

    message: Message | None = None
    webhook_ids: Sequence[bytes] = ()
    text: str = ""


class Untold:
    """Runs in MySQL. Both methods raise UnavailableError when that is gone."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def runs(self) -> Sequence[Run]:
        """Runs of which nobody was told, the oldest first."""
        r, e, s = export_runs.c, exports.c, export_schedules.c
        query = (
            select(
                *(r.schedule_id, r.occurrence_id, r.due_at, r.export_id, e.organisation_id, e.user_id),
                *(s.plan, e.wish, e.state, e.reason),
            )
            .select_from(
                export_runs.join(exports, e.export_id == r.export_id).outerjoin(
                    export_schedules, s.schedule_id == r.schedule_id
                )
            )
            .where(r.told_at == 0, e.state.in_(_OVER))
            .order_by(r.ran_at)
            .limit(_AT_ONCE)
        )
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        return [Run(**{**row._asdict(), "wish": to_wish(row.wish), "state": State(row.state)}) for row in rows]

    async def tell(self, run: Run, said: Said) -> bool:
        """Tells, and notes that it was told; False: somebody else did."""
        c = export_runs.c
        its = update(export_runs).where(
            *(c.schedule_id == run.schedule_id, c.occurrence_id == run.occurrence_id, c.due_at == run.due_at),
            c.told_at == 0,
        )
        of_it = webhooks.c.organisation_id == run.organisation_id
        there = select(webhooks.c.webhook_id).where(of_it, webhooks.c.webhook_id.in_(said.webhook_ids))
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                if not (await connection.execute(its.values(told_at=now_us()))).rowcount:
                    return False
                if said.message:
                    await add(connection, said.message)
                for webhook_id in (await connection.scalars(there)).all():
                    await deliveries.queue(connection, webhook_id, run.user_id, run.export_id, said.text)
        return True
