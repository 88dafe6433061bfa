"""What history tells of an activity, in the shape of live numbers: whoever asks need not know which of both it was."""

from typing import Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit.clock import now_us
from servicekit.mysql.database import unavailable_when_lost
from services.reporting.domain import Activity, Counted
from services.reporting.errors import NumbersDroppedError
from services.reporting.facts.fact import REVISIONS, SEATS
from services.reporting.facts.lists import FactLists
from services.reporting.live.numbers import NOTHING_YET, Numbers
from services.reporting.tables import occurrence_counts

# What live numbers do not count.
_ASKED_OF_DAYS = (
    *("hour:", "distance:", "slot_age:", "accuracy:", "outside:", "mark:"),
    *("left_early", "tried_again", "offline", "anomalous", SEATS, REVISIONS),
)


class History:
    """Reads facts. Every method raises UnavailableError when MySQL is gone."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._lists = FactLists(engine)

    async def numbers(self, occurrence_id: bytes) -> Numbers:
        """How many people were at an occurrence, by everything that live numbers say but minutes."""
        c = occurrence_counts.c
        query = select(c.name, c.amount).where(c.occurrence_id == occurrence_id)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                counts = {name: amount for name, amount in await connection.execute(query)}
        is_known = bool(counts) or await self._lists.is_whole()
        shown = {name: count for name, count in counts.items() if count > 0 and not name.startswith(_ASKED_OF_DAYS)}
        return Numbers(shown, NOTHING_YET, now_us() if is_known else 0)

    async def people(self, activity_id: bytes, occurrence_id: bytes) -> list[Counted]:
        """Everybody who tried, or was marked, at an occurrence.

        Raises:
            NumbersDroppedError: It was over before history began, and is not filled in yet.
        """
        people = await self._lists.at(activity_id, [occurrence_id])
        if not people and not await self._lists.is_whole():
            raise NumbersDroppedError
        return people


class Activities(Protocol):
    """See `activities.Activities`."""

    async def at(self, activity_id: bytes, occurrence_id: bytes) -> Activity:
        """An activity in one of its windows; raises ActivityNotFoundError, UnavailableError."""


class Live(Protocol):
    """See `live.numbers.LiveReader`."""

    async def numbers(self, activity_id: bytes, occurrence_id: bytes) -> Numbers:
        """The counters of an occurrence; raises UnavailableError."""

    async def people(self, activity_id: bytes, occurrence_id: bytes) -> list[Counted]:
        """Everybody with an attempt at it; raises UnavailableError."""


class Kept:
    """Numbers and people of occurrences: live ones while these are kept, after that those of history."""

    def __init__(self, live: Live, history: History, activities: Activities) -> None:
        self._live = live
        self._history = history
        self._activities = activities

    async def numbers(self, activity_id: bytes, occurrence_id: bytes) -> Numbers:
        """How many people; raises as `LiveReader.numbers`."""
        if await self._is_over(activity_id, occurrence_id):
            return await self._history.numbers(occurrence_id)
        return await self._live.numbers(activity_id, occurrence_id)

    async def people(self, activity_id: bytes, occurrence_id: bytes) -> list[Counted]:
        """Everybody who tried; raises as `LiveReader.people` and `History.people`."""
        if await self._is_over(activity_id, occurrence_id):
            return await self._history.people(activity_id, occurrence_id)
        return await self._live.people(activity_id, occurrence_id)

    async def _is_over(self, activity_id: bytes, occurrence_id: bytes) -> bool:
        return (await self._activities.at(activity_id, occurrence_id)).is_dropped(now_us())
