"""Looks every few seconds at what is due, and has it made: on behalf of its owner, for as long as they may."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from domainkit.roles import ORGANISER, Role
from servicekit.clock import now_us
from servicekit.errors import ServiceError
from services.reporting.domain import Activity
from services.reporting.errors import ActivityNotFoundError
from services.reporting.exports.job import Wish
from services.reporting.exports.store import ExportsQueuedError
from services.reporting.schedules.claims import Closed
from services.reporting.schedules.metrics import RUNS
from services.reporting.schedules.schedule import Plan, Schedule
from services.reporting.schedules.times import Span, span

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 2.0
OWNER_LOST_RIGHT, ACTIVITY_OVER, ACTIVITY_GONE = "OWNER_LOST_RIGHT", "ACTIVITY_OVER", "ACTIVITY_GONE"


class Claims(Protocol):
    """See `claims.Claims`; every method raises UnavailableError when MySQL is gone."""

    async def timed(self, now: int) -> Sequence[Schedule]:
        """Schedules whose time has come."""

    async def closed(self, now: int) -> Sequence[Closed]:
        """Occurrences that schedules waited for."""

    async def run(self, schedule: Schedule, wish: Wish | None, next_due_at: int) -> bool:
        """Serves a time, once."""

    async def run_closed(self, closed: Closed, wish: Wish) -> bool:
        """Serves an occurrence, once."""

    async def pause(self, schedule: Schedule, reason: str) -> bool:
        """Pauses what cannot go on, and tells its owner."""


class Identity(Protocol):
    """See `identity_client.Identity`."""

    async def role(self, organisation_id: bytes, user_id: bytes) -> Role:
        """What a person is in an organisation; raises UnavailableError."""


class Activities(Protocol):
    """See `activities.Activities`."""

    async def get(self, activity_id: bytes) -> Activity:
        """An activity; raises ActivityNotFoundError, UnavailableError."""


class Held(Protocol):
    """See `store.Activities`; raises UnavailableError."""

    async def held_between(self, organisation_id: bytes, from_at: int, to_at: int) -> Sequence[Activity]:
        """What an organisation held in a span of time."""


class Scheduler:
    """Serves what is due."""

    def __init__(self, claims: Claims, identity: Identity, activities: Activities, held: Held) -> None:
        self._claims = claims
        self._identity = identity
        self._activities = activities
        self._held = held

    async def run(self) -> None:
        """Looks for ever."""
        while True:
            try:
                await self.look(now_us())
            except ServiceError as error:
                log.warning("schedules wait: %s", error)
            await asyncio.sleep(_LOOK_EVERY_S)

    async def look(self, now: int) -> None:
        """Serves what is due by a moment; raises UnavailableError when nobody can tell what is."""
        for schedule in await self._claims.timed(now):
            await self._one(schedule, lambda it=schedule: self._timed(it, now))  # type: ignore[misc]
        for closed in await self._claims.closed(now):
            wish = closed.schedule.plan.wish_of(closed.activity_id)
            await self._one(closed.schedule, lambda it=closed, of=wish: self._claims.run_closed(it, of))  # type: ignore[misc]

    async def _one(self, schedule: Schedule, serve: Callable[[], Awaitable[bool]]) -> None:
        """Serves one; what cannot be now is as due as before, and is in nobody's way."""
        try:
            if await self._identity.role(schedule.organisation_id, schedule.user_id) < ORGANISER:
                await self._pause(schedule, OWNER_LOST_RIGHT)
            elif await serve():
                RUNS.labels("made").inc()
        except ExportsQueuedError:
            RUNS.labels("waits").inc()
        except ServiceError as error:
            RUNS.labels("waits").inc()
            log.warning("a schedule waits: %s", error)

    async def _timed(self, schedule: Schedule, now: int) -> bool:
        its = span(schedule.plan.wall, schedule.next_due_at, now)
        if reason := await self._ended(schedule.plan, its):
            await self._pause(schedule, reason)
            return False
        wish = schedule.plan.wish_in(its)
        is_empty = not wish.activity_id and not await self._held.held_between(
            wish.organisation_id, wish.from_at, wish.to_at
        )
        return await self._claims.run(schedule, None if is_empty else wish, its.next_due_at)

    async def _ended(self, plan: Plan, its: Span) -> str:
        """Why nothing of an activity will ever be new again; empty: something may."""
        if not plan.wish.activity_id:
            return ""
        try:
            activity = await self._activities.get(plan.wish.activity_id)
        except ActivityNotFoundError:
            return ACTIVITY_GONE
        return ACTIVITY_OVER if activity.is_cancelled or activity.is_settled(its.from_at) else ""

    async def _pause(self, schedule: Schedule, reason: str) -> None:
        if await self._claims.pause(schedule, reason):
            RUNS.labels("paused").inc()
