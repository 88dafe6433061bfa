"""What reports read of MySQL: occurrences of a period and their counts, never facts one by one."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, Select, delete, func, or_, select
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit.clock import from_datetime, to_datetime
from servicekit.errors import invalid
from servicekit.mysql.database import unavailable_when_lost
from services.reporting.periods.calendar import Period
from services.reporting.periods.held import Held, Tallied, Twice
from services.reporting.tables import activities, group_counts, occurrence_counts, occurrence_tallies, occurrences

# Of activity.v1.State.
PUBLISHED, CLOSED = 2, 3
# A busy school's year: 10 each day, and some.
MAXIMUM_OCCURRENCES = 4000
_AT_ONCE = 500

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Twice).decode


class Periods:
    """Reads sums, and keeps tallies. Every method raises UnavailableError when MySQL is gone."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def held(self, organisation_id: bytes, period: Period, activity_id: bytes, now: int) -> list[Held]:
        """The occurrences of an organisation, or of one activity of it, that have opened, in order of their start.

        Raises:
            InvalidArgumentError: There are too many.
        """
        rows = await self._all(held_of(organisation_id, period, activity_id, now))
        if len(rows) > MAXIMUM_OCCURRENCES:
            raise invalid("to", f"the period has more than {MAXIMUM_OCCURRENCES} occurrences; ask for a shorter one")
        return sorted(map(_to_held, rows), key=lambda held: (held.starts_at, held.occurrence_id))

    async def counts(self, occurrence_ids: Sequence[bytes], names: Collection[str]) -> dict[bytes, Counter[str]]:
        """What is counted of each occurrence.

        Args:
            names: Counters, and beginnings of counters that end with a colon.
        """
        found: defaultdict[bytes, Counter[str]] = defaultdict(Counter)
        for some in _parts(occurrence_ids):
            for row in await self._all(counts_of(some, names)):
                if row.amount > 0:
                    found[row.occurrence_id][row.name] = row.amount
        return found

    async def tallies(self, occurrence_ids: Sequence[bytes]) -> dict[bytes, Tallied]:
        """What is known of how many of those expected came, current or not."""
        found = {}
        for some in _parts(occurrence_ids):
            table = occurrence_tallies
            for row in await self._all(select(table).where(table.c.occurrence_id.in_(some))):
                found[row.occurrence_id] = _to_tallied(row)
        return found

    async def keep(self, tallied: Tallied, groups: Mapping[str, Mapping[str, int]]) -> None:
        """Keeps how many came to an occurrence, in all and of each group."""
        rows = [
            {"occurrence_id": tallied.occurrence_id, "group_name": group, "name": name, "amount": amount}
            for group, counts in sorted(groups.items())
            for name, amount in sorted(counts.items())
        ]
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                # First, so that two who count at once wait here for one another.
                row = _to_row(tallied)
                await connection.execute(insert(occurrence_tallies).values(row).on_duplicate_key_update(row))
                await _replace_groups(connection, tallied.occurrence_id, rows)

    async def by_group(self, occurrence_ids: Sequence[bytes]) -> dict[str, Counter[str]]:
        """What is counted of each group, summed over occurrences."""
        table, found = group_counts, defaultdict[str, Counter[str]](Counter)
        for some in _parts(occurrence_ids):
            amount = func.sum(table.c.amount).label("amount")
            query = select(table.c.group_name, table.c.name, amount).where(table.c.occurrence_id.in_(some))
            for row in await self._all(query.group_by(table.c.group_name, table.c.name)):
                found[row.group_name][row.name] += int(row.amount)
        return found

    async def of_group(self, occurrence_ids: Sequence[bytes], group: str) -> dict[bytes, Counter[str]]:
        """What is counted of one group, of each occurrence that has it."""
        table, found = group_counts, defaultdict[bytes, Counter[str]](Counter)
        for some in _parts(occurrence_ids):
            query = select(table).where(table.c.occurrence_id.in_(some), table.c.group_name == group)
            for row in await self._all(query):
                found[row.occurrence_id][row.name] = row.amount
        return found

    async def _all(self, query: Select[Any]) -> Sequence[Row[Any]]:
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                rows: Sequence[Row[Any]] = (await connection.execute(query)).all()
                return rows


def held_of(organisation_id: bytes, period: Period, activity_id: bytes, now: int) -> Select[Any]:
    """The query of `Periods.held`."""
    a, o = activities.c, occurrences.c
    query = (
        select(
            *(o.occurrence_id, a.activity_id, a.title, a.time_zone, o.local_day, o.opens_at, o.starts_at, o.closes_at),
            *(a.roster_id, a.expected, a.offline_window_s),
        )
        .join(occurrences, o.activity_id == a.activity_id)
        .where(
            a.organisation_id == organisation_id,
            a.state.in_((PUBLISHED, CLOSED)),
            a.is_rehearsal == 0,
            o.local_day.between(period.first, period.last),
            o.opens_at <= to_datetime(now),
        )
    )
    if activity_id:
        query = query.where(a.activity_id == activity_id)
    return query.limit(MAXIMUM_OCCURRENCES + 1)


def counts_of(occurrence_ids: Collection[bytes], names: Collection[str]) -> Select[Any]:
    """The query of `Periods.counts`."""
    table = occurrence_counts
    return select(table).where(table.c.occurrence_id.in_(occurrence_ids), _is_named(table.c.name, names))


def _is_named(column: ColumnElement[str], names: Collection[str]) -> ColumnElement[bool]:
    beginnings = [column.startswith(name, autoescape=True) for name in names if name.endswith(":")]
    return or_(column.in_([name for name in names if not name.endswith(":")]), *beginnings)


async def _replace_groups(connection: AsyncConnection, occurrence_id: bytes, rows: Sequence[dict[str, Any]]) -> None:
    await connection.execute(delete(group_counts).where(group_counts.c.occurrence_id == occurrence_id))
    if rows:
        await connection.execute(insert(group_counts), rows)


def _to_tallied(row: Row[Any]) -> Tallied:
    twice = _decode(row.counted_twice) if row.counted_twice else Twice()
    # An earlier release that counted it since left what was counted twice as it was.
    is_of_it = twice.tallied_at == row.tallied_at
    told = {name: getattr(row, name) for name in Tallied._fields if name != "twice"}
    return Tallied(**told, twice=twice if is_of_it else None)


def _to_row(tallied: Tallied) -> dict[str, Any]:
    twice = (tallied.twice or Twice())._replace(tallied_at=tallied.tallied_at)
    return {**tallied._asdict(), "twice": twice.counts.get("checked_in", 0), "counted_twice": _encode(twice)}


def _to_held(row: Row[Any]) -> Held:
    opens_at = from_datetime(row.opens_at)
    starts_at = from_datetime(row.starts_at) if row.starts_at else opens_at
    return Held(
        row.occurrence_id,
        row.activity_id,
        row.title,
        row.time_zone or "UTC",
        row.local_day,
        opens_at,
        starts_at,
        from_datetime(row.closes_at),
        row.roster_id,
        row.expected,
        row.offline_window_s,
    )


def _parts(occurrence_ids: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    return (occurrence_ids[start : start + _AT_ONCE] for start in range(0, len(occurrence_ids), _AT_ONCE))
