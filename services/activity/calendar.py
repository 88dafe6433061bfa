"""What is coming: how many people are expected when, so that pods are there before they are.

The rush of an occurrence is from five minutes before it starts, but not before it opens, until ten minutes after. Who
is expected: the people on its roster, else as many as the organiser expects, else its capacity, else what the latest
occurrences of the organisation had, else a stated guess, which asks for pods but says of nobody that they are missing.
Every replica reads the same and says the same; while MySQL is gone each goes on from what it read last and says how old
that is. Before it has read anything it says nothing.
"""

import asyncio
import logging
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median_high
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit.clock import SECOND_US, from_datetime, now_us, to_datetime
from servicekit.errors import UnavailableError
from servicekit.mysql.database import unavailable_when_lost
from services.activity.metrics import AGE, DUE, EXPECTED, NEXT_RUSH, UNREADABLE
from services.activity.tables import FOREVER

log = logging.getLogger(__name__)

# Of an organisation that has no turnout yet.
GUESS = 30
RUSH_OF = 50
HORIZONS_S = {"5m": 300, "15m": 900, "60m": 3600}

_MINUTE_US = 60 * SECOND_US
_BEFORE_US, _AFTER_US = 5 * _MINUTE_US, 10 * _MINUTE_US
_DUE_BEFORE_US = 2 * _MINUTE_US
_AHEAD_US = 24 * 60 * _MINUTE_US
_LATEST = 5
# Read every 20 s; tells every 2 s.
_TELLINGS, _TELL_EVERY_S = 10, 2.0
_READ_WITHIN_S = 3.0

_UPCOMING = text(
    "SELECT o.opens_at, o.starts_at, o.closes_at, a.activity_id, a.organisation_id, a.definition"
    " FROM occurrences o JOIN activities a ON a.activity_id = o.activity_id"
    " WHERE o.starts_at BETWEEN :since AND :until AND a.state = 2 AND a.rehearsal_of IS NULL"
    " ORDER BY o.starts_at LIMIT 5000"
)
_TURNOUTS = text(
    "SELECT a.organisation_id, o.turnout FROM activities a JOIN occurrences o ON o.activity_id = a.activity_id"
    " WHERE a.organisation_id IN :organisations AND o.turnout IS NOT NULL AND a.rehearsal_of IS NULL"
    " ORDER BY o.starts_at DESC LIMIT 2000"
).bindparams(bindparam("organisations", expanding=True))


_ROSTERS = text(
    "SELECT roster_id, COUNT(*) FROM roster_entries WHERE roster_id IN :rosters AND valid_to = :forever"
    " GROUP BY roster_id"
).bindparams(bindparam("rosters", expanding=True))


class _Definition(msgspec.Struct):
    """What matters here of what the organiser said."""

    capacity: int = 0
    expected_count: int = 0
    roster_id: bytes = b""


_decode = msgspec.json.Decoder(_Definition).decode


@dataclass(frozen=True, slots=True)
class Expectation:
    """How many people one occurrence expects, and when; instants in microseconds.

    Attributes:
        is_guess: Nothing says how many.
    """

    opens_at: int
    starts_at: int
    closes_at: int
    people: int
    is_guess: bool = False

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
    """People of occurrences in the middle of their rush; an alert asks where they are, so guesses do not count."""
    return sum(each.people for each in calendar if not each.is_guess and each.is_due(now))


def together(calendar: Iterable[Expectation]) -> list[Expectation]:
    """What starts at the same instant, as one rush: twenty small lectures at eight are a big one."""
    by_start: dict[int, list[Expectation]] = defaultdict(list)
    for each in calendar:
        by_start[each.starts_at].append(each)
    return [
        Expectation(
            min(each.opens_at for each in here),
            starts_at,
            max(each.closes_at for each in here),
            sum(each.people for each in here),
            all(each.is_guess for each in here),
        )
        for starts_at, here in by_start.items()
    ]


def next_rush(calendar: Iterable[Expectation], now: int, at_least: int = RUSH_OF) -> Expectation | None:
    """The next rush of so many people, or the one under way."""
    coming = [each for each in calendar if each.people >= at_least and now < each.rush_until]
    return min(coming, key=lambda each: each.rush_from, default=None)


def next_rush_s(calendar: Iterable[Expectation], now: int) -> float:
    """Seconds until the next rush, counting what starts together; 0 meanwhile, +Inf without one."""
    coming = next_rush(together(calendar), now)
    return max(0, coming.rush_from - now) / SECOND_US if coming else math.inf


def usual_turnout(latest: Sequence[int]) -> int | None:
    """What to expect after these turnouts, newest first; None without any."""
    return median_high(latest[:_LATEST]) if latest else None


async def read(connection: AsyncConnection, now: int) -> list[Expectation]:
    """Everything that is published and starts within a day, or started a moment ago."""
    window = {"since": to_datetime(now - _AFTER_US), "until": to_datetime(now + _AHEAD_US)}
    rows = (await connection.execute(_UPCOMING, window)).all()
    said = [_definition(row) for row in rows]
    listed = await _listed(connection, {each.roster_id for each in said if each.roster_id})
    counts = [listed.get(each.roster_id) or each.expected_count or each.capacity for each in said]
    unknown = {row.organisation_id for row, people in zip(rows, counts, strict=True) if not people}
    usual = await _usual(connection, unknown)
    return [_expectation(row, people or usual[row.organisation_id]) for row, people in zip(rows, counts, strict=True)]


def _definition(row: Row[Any]) -> _Definition:
    """Of one that cannot be read, that it says nothing."""
    try:
        return _decode(row.definition)
    except msgspec.MsgspecError as error:
        UNREADABLE.note(row.activity_id, error)
        return _Definition()


async def _listed(connection: AsyncConnection, roster_ids: set[bytes]) -> Mapping[bytes, int]:
    """How many people are on these rosters; without those that nobody is on."""
    if not roster_ids:
        return {}
    found = await connection.execute(_ROSTERS, {"rosters": list(roster_ids), "forever": FOREVER})
    return {roster_id: people for roster_id, people in found}


def _expectation(row: Row[Any], people: int | None) -> Expectation:
    opens_at, starts_at, closes_at = map(from_datetime, (row.opens_at, row.starts_at, row.closes_at))
    return Expectation(opens_at, starts_at, closes_at, GUESS if people is None else people, people is None)


async def _usual(connection: AsyncConnection, organisations: set[bytes]) -> Mapping[bytes, int | None]:
    if not organisations:
        return {}
    latest: dict[bytes, list[int]] = defaultdict(list)
    for organisation_id, turnout in await connection.execute(_TURNOUTS, {"organisations": list(organisations)}):
        latest[organisation_id].append(turnout)
    return {each: usual_turnout(latest[each]) for each in organisations}


class Calendar:
    """Keeps the gauges current."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._known: Sequence[Expectation] = ()
        self._read_at: int | None = None

    async def run(self) -> None:
        """Reads now and then, and tells often; runs until cancelled."""
        while True:
            await self.refresh()
            for _ in range(_TELLINGS):
                self.tell(now_us())
                await asyncio.sleep(_TELL_EVERY_S)

    async def refresh(self) -> None:
        """Reads anew; what was known stays while MySQL is gone or slow."""
        now = now_us()
        try:
            with unavailable_when_lost():
                async with asyncio.timeout(_READ_WITHIN_S), self._engine.connect() as connection:
                    self.remember(await read(connection, now), now)
        except (UnavailableError, DBAPIError, TimeoutError) as error:
            log.warning("the calendar stays as it was read last: %s", error or type(error).__name__)

    def remember(self, found: Sequence[Expectation], now: int) -> None:
        """Takes what was read."""
        self._known, self._read_at = found, now

    def tell(self, now: int) -> None:
        """Sets the gauges: NaN, which scales nothing, before anything was read and once what was read is used up."""
        age_us = math.inf if self._read_at is None else now - self._read_at
        known = self._known if age_us < _AHEAD_US else None
        for word, within_s in HORIZONS_S.items():
            EXPECTED.labels(word).set(math.nan if known is None else expected(known, now, within_s))
        DUE.set(math.nan if known is None else due(known, now))
        NEXT_RUSH.set(math.nan if known is None else next_rush_s(known, now))
        AGE.set(age_us / SECOND_US)
