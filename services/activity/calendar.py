"""What is coming: how many people are expected when, so that pods are there before they are.

The rush of an occurrence is from five minutes before it starts, but not before it opens, until ten minutes after. Who
is expected: its capacity, else what the latest occurrences of the organisation had, else a stated guess. Every replica
reads the same and says the same; while MySQL is gone each goes on from what it read last and says how old that is.
"""

import asyncio
import logging
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median_high

import msgspec
from sqlalchemy import bindparam, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit.clock import SECOND_US, from_datetime, now_us, to_datetime
from servicekit.database import unavailable_when_lost
from servicekit.errors import UnavailableError
from services.activity.metrics import AGE, DUE, EXPECTED, NEXT_RUSH

log = logging.getLogger(__name__)

# Of an organisation that has no turnout yet.
GUESS = 50
RUSH_OF = 50
HORIZONS_S = {"5m": 300, "15m": 900, "60m": 3600}

_MINUTE_US = 60 * SECOND_US
_BEFORE_US, _AFTER_US = 5 * _MINUTE_US, 10 * _MINUTE_US
_DUE_BEFORE_US = 2 * _MINUTE_US
_AHEAD_US = 24 * 60 * _MINUTE_US
_LATEST = 5
_READ_EVERY_S, _TELL_EVERY_S = 20.0, 2.0

_UPCOMING = text(
    "SELECT o.opens_at, o.starts_at, o.closes_at, a.organisation_id, a.definition"
    " FROM occurrences o JOIN activities a ON a.activity_id = o.activity_id"
    " WHERE o.starts_at BETWEEN :since AND :until AND a.state = 2 ORDER BY o.starts_at LIMIT 5000"
)
_TURNOUTS = text(
    "SELECT a.organisation_id, o.turnout FROM activities a JOIN occurrences o ON o.activity_id = a.activity_id"
    " WHERE a.organisation_id IN :organisations AND o.turnout IS NOT NULL ORDER BY o.starts_at DESC LIMIT 2000"
).bindparams(bindparam("organisations", expanding=True))


class _Definition(msgspec.Struct):
    """What matters here of what the organiser said."""

    capacity: int = 0


_decode = msgspec.json.Decoder(_Definition).decode


@dataclass(frozen=True, slots=True)
class Expectation:
    """How many people one occurrence expects, and when; instants in microseconds."""

    opens_at: int
    starts_at: int
    closes_at: int
    people: int

    @property
    def rush_from(self) -> int:
        """When the first of them come."""
        return max(self.opens_at, self.starts_at - _BEFORE_US)

    @property
    def rush_until(self) -> int:
        """When most of them have come."""
        return min(self.closes_at, self.starts_at + _AFTER_US)

    def is_due(self, now: int) -> bool:
        """Whether people should be checking in at this very moment."""
        return self.opens_at <= now and self.starts_at - _DUE_BEFORE_US <= now < self.rush_until


def expected(calendar: Iterable[Expectation], now: int, within_s: float) -> int:
    """People of rushes that are under way or begin within that time."""
    ahead = now + int(within_s * SECOND_US)
    return sum(each.people for each in calendar if each.rush_from <= ahead and now < each.rush_until)


def due(calendar: Iterable[Expectation], now: int) -> int:
    """People of occurrences in the middle of their rush."""
    return sum(each.people for each in calendar if each.is_due(now))


def next_rush(calendar: Iterable[Expectation], now: int, at_least: int = RUSH_OF) -> Expectation | None:
    """The next rush of so many people, or the one under way."""
    coming = [each for each in calendar if each.people >= at_least and now < each.rush_until]
    return min(coming, key=lambda each: each.rush_from, default=None)


def usual_turnout(latest: Sequence[int]) -> int:
    """What to expect after these turnouts, newest first; a guess without any."""
    return median_high(latest[:_LATEST]) if latest else GUESS


async def read(connection: AsyncConnection, now: int) -> list[Expectation]:
    """Everything that is published and starts within a day, or started a moment ago."""
    window = {"since": to_datetime(now - _AFTER_US), "until": to_datetime(now + _AHEAD_US)}
    rows = (await connection.execute(_UPCOMING, window)).all()
    capacities = [_decode(row.definition).capacity for row in rows]
    unknown = {row.organisation_id for row, capacity in zip(rows, capacities, strict=True) if not capacity}
    usual = await _usual(connection, unknown)
    return [
        Expectation(_us(row.opens_at), _us(row.starts_at), _us(row.closes_at), capacity or usual[row.organisation_id])
        for row, capacity in zip(rows, capacities, strict=True)
    ]


async def _usual(connection: AsyncConnection, organisations: set[bytes]) -> Mapping[bytes, int]:
    if not organisations:
        return {}
    latest: dict[bytes, list[int]] = defaultdict(list)
    for organisation_id, turnout in await connection.execute(_TURNOUTS, {"organisations": list(organisations)}):
        latest[organisation_id].append(turnout)
    return {each: usual_turnout(latest[each]) for each in organisations}


def _us(value: datetime) -> int:
    return from_datetime(value)


class Calendar:
    """Keeps the gauges current."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._known: list[Expectation] = []
        self._read_at = 0

    async def run(self) -> None:
        """Reads now and then, and tells often; runs until cancelled."""
        while True:
            if now_us() - self._read_at >= _READ_EVERY_S * SECOND_US:
                await self._read()
            self._tell(now_us())
            await asyncio.sleep(_TELL_EVERY_S)

    async def _read(self) -> None:
        try:
            with unavailable_when_lost():
                async with self._engine.connect() as connection:
                    self._known = await read(connection, now_us())
        except (UnavailableError, DBAPIError) as error:
            log.warning("the calendar stays as it was read last: %s", error)
        else:
            self._read_at = now_us()

    def _tell(self, now: int) -> None:
        if not self._read_at:
            return
        for word, within_s in HORIZONS_S.items():
            EXPECTED.labels(word).set(expected(self._known, now, within_s))
        DUE.set(due(self._known, now))
        coming = next_rush(self._known, now)
        NEXT_RUSH.set(max(0, coming.rush_from - now) / SECOND_US if coming else math.inf)
        AGE.set((now - self._read_at) / SECOND_US)
