"""Arrival curves, laid over one another from the start of each occurrence."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit.clock import SECOND_US
from servicekit.mysql.database import unavailable_when_lost
from services.reporting.domain import Status
from services.reporting.periods.held import Counts, Held, Twice
from services.reporting.tables import facts

MAXIMUM_CURVES = 6
# People of one answer: a curve is read from the index, whose entries cost a microsecond each.
_PEOPLE = 100_000
_STEPS = 120
_SPANS_MIN = (1, 2, 5, 10, 15, 30, 60, 240, 1440)
_MINUTE_US = 60 * SECOND_US


class Curve(NamedTuple):
    """How many came to an occurrence in each step of time, by the minutes from its start to where the step begins."""

    held: Held
    step_min: int
    steps: Mapping[int, int]


class Arrivals:
    """Reads facts, of few occurrences at a time."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def minutes(self, held: Held) -> dict[int, int]:
        """How many came in each minute from the start, negative before it; nobody who came outside of the window.

        Raises:
            UnavailableError: MySQL is gone.
        """
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(minutes_of(held))).all()
        return {int(row.minute): row.people for row in rows}


def minutes_of(held: Held) -> Select[Any]:
    """The query of `Arrivals.minutes`; it reads the index alone."""
    c = facts.c
    minute = func.floor((c.at - held.starts_at) / _MINUTE_US).label("minute")
    return (
        select(minute, func.count().label("people"))
        .with_hint(facts, "FORCE INDEX (by_time)")
        .where(
            c.activity_id == held.activity_id,
            c.at.between(held.opens_at, held.closes_at),
            c.occurrence_id == held.occurrence_id,
            c.is_shown == 1,
            c.status == Status.CHECKED_IN,
        )
        .group_by(minute)
    )


def each_once(held: Held, minutes: Mapping[int, int], twice: Twice | None) -> Mapping[int, int]:
    """The same minutes without those in which somebody came a second time, under their other id."""
    arrivals = twice.arrivals if twice else ()
    again = Counter((at - held.starts_at) // _MINUTE_US for at in arrivals if held.opens_at <= at <= held.closes_at)
    return Counter(minutes) - again


def drawn(occurrences: Sequence[Held], counts: Mapping[bytes, Counts]) -> list[Held]:
    """The latest occurrences that somebody came to, as many as are drawn, in order of their start."""
    found: list[Held] = []
    left = _PEOPLE
    for held in reversed(occurrences):
        people = counts[held.occurrence_id]["checked_in"]
        if len(found) == MAXIMUM_CURVES or (found and people > left):
            break
        if people:
            found.append(held)
            left -= people
    return found[::-1]


def laid_over(minutes: Sequence[tuple[Held, Mapping[int, int]]]) -> list[Curve]:
    """Curves of one step, short enough to be seen and long enough to be drawn."""
    step = _step([offset for _, each in minutes for offset in each])
    return [Curve(held, step, _stepped(each, step)) for held, each in minutes]


def steps_of(minutes: Mapping[int, int]) -> tuple[int, dict[int, int]]:
    """One curve of such a step, in minutes; and how many came in each."""
    step = _step(minutes)
    return step, _stepped(minutes, step)


def _step(offsets: Collection[int]) -> int:
    span = max(offsets, default=0) - min(offsets, default=0) + 1
    return next((each for each in _SPANS_MIN if span / each <= _STEPS), _SPANS_MIN[-1])


def _stepped(minutes: Mapping[int, int], step: int) -> dict[int, int]:
    steps: dict[int, int] = {}
    for offset in sorted(minutes):
        begins = offset // step * step
        steps[begins] = steps.get(begins, 0) + minutes[offset]
    return steps
