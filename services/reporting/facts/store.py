"""Facts in MySQL, and what they add up to: all SQL of history that writes."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit.clock import from_datetime, now_us
from servicekit.mysql.database import unavailable_when_lost
from servicekit.mysql.literals import binary_literal, text_literal
from services.reporting.domain import SeatView, Totals, local_day
from services.reporting.facts.fact import REVISIONS, SEATS, Evidence, Fact, FactKey, Place, counts_of
from services.reporting.metrics import UNREADABLE_FACT
from services.reporting.project import Change
from services.reporting.tables import activities, facts, occurrence_counts, occurrences

# More keys than this in one IN list and the optimiser gives up on ranges.
_KEYS_PER_READ = 500
# Of an activity whose message did not say.
_UTC = "UTC"
_NOTHING = SeatView(False, 0, [], 0, "", "", "", [])
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(SeatView).decode
_COLUMNS = tuple(column.name for column in facts.columns)
_KEY = ",".join(FactKey._fields)
_REPLACE = ",".join(f"{name}=VALUES({name})" for name in _COLUMNS[len(FactKey._fields) :])
_INSERT = f"INSERT INTO facts ({','.join(_COLUMNS)}) VALUES "  # noqa: S608  columns of ours


class Facts:
    """What the projector keeps of history. Every method raises UnavailableError when MySQL is gone."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def save(self, changes: Collection[Change]) -> int:
        """Brings facts up to what seats say, and what they add up to; returns how many facts changed. Idempotent.

        One transaction, under the locks of the activities: of two who write one at a time, each sees what the other
        wrote, and the later ones bear the later time. Seats of an occurrence that nobody knows yet are left out: the
        comparison brings them in.
        """
        if not changes:
            return 0
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                places = await _places(connection, {change.occurrence_id for change in changes})
                placed = [change for change in changes if change.occurrence_id in places]
                activity_ids = sorted({place.activity_id for place in places.values()})
                written_at = await _lock(connection, activity_ids)
                known = await _read(connection, {_key(change, places) for change in placed})
                fresh = _brought_up(known, placed, places)
                if fresh:
                    at = max(now_us(), written_at + 1)
                    await connection.exec_driver_sql(_statement(fresh, at))
                    await _count(connection, known, fresh, places)
                    await connection.execute(
                        update(activities).where(activities.c.activity_id.in_(activity_ids)).values(facts_at=at)
                    )
                return len(fresh)

    async def totals(self, activity_ids: Collection[bytes]) -> dict[bytes, Totals]:
        """See `compare.Numbers`."""
        query = (
            select(occurrence_counts)
            .join(occurrences, occurrences.c.occurrence_id == occurrence_counts.c.occurrence_id)
            .where(occurrences.c.activity_id.in_(activity_ids), occurrence_counts.c.name.in_((SEATS, REVISIONS)))
        )
        found: defaultdict[bytes, dict[str, int]] = defaultdict(dict)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                for row in await connection.execute(query):
                    found[row.occurrence_id][row.name] = row.amount
        return {each: Totals(counts.get(SEATS, 0), counts.get(REVISIONS, 0)) for each, counts in found.items()}

    async def beat(self, *, anew: bool = False) -> bool:
        """See `compare.Numbers`: nothing waits for facts to be whole."""
        return True


def _key(change: Change, places: Mapping[bytes, Place]) -> FactKey:
    return FactKey(places[change.occurrence_id].activity_id, change.user_id, change.occurrence_id)


def _brought_up(
    known: Mapping[FactKey, Fact], changes: Iterable[Change], places: Mapping[bytes, Place]
) -> dict[FactKey, Fact]:
    """The facts that are other than they were, in order of their keys."""
    fresh: dict[FactKey, Fact] = {}
    for change in changes:
        key = _key(change, places)
        fresh[key] = (fresh.get(key) or known.get(key) or Fact()).with_change(change)
    return {key: fresh[key] for key in sorted(fresh) if fresh[key] != known.get(key)}


async def _places(connection: AsyncConnection, occurrence_ids: Collection[bytes]) -> dict[bytes, Place]:
    """Where the facts of occurrences belong, of those that are known."""
    query = (
        select(
            occurrences.c.occurrence_id,
            occurrences.c.activity_id,
            occurrences.c.local_day,
            occurrences.c.opens_at,
            activities.c.organisation_id,
            activities.c.time_zone,
        )
        .join(activities, activities.c.activity_id == occurrences.c.activity_id)
        .where(occurrences.c.occurrence_id.in_(occurrence_ids))
    )
    rows = (await connection.execute(query)).all()
    return {row.occurrence_id: await _place(connection, row) for row in rows}


async def _lock(connection: AsyncConnection, activity_ids: Sequence[bytes]) -> int:
    """Locks activities until the transaction ends, and tells when the last fact of any of them was written."""
    query = select(activities.c.facts_at).where(activities.c.activity_id.in_(activity_ids))
    times = await connection.scalars(query.order_by(activities.c.activity_id).with_for_update())
    return max(times, default=0)


async def _place(connection: AsyncConnection, row: Any) -> Place:
    day, time_zone = row.local_day, row.time_zone or _UTC
    if day is None:
        # An earlier release noted it: from here on it lies where it opened.
        day = local_day(from_datetime(row.opens_at), time_zone)
        this_one = occurrences.c.occurrence_id == row.occurrence_id
        await connection.execute(update(occurrences).where(this_one).values(local_day=day))
    return Place(row.activity_id, row.organisation_id, day, time_zone)


async def _read(connection: AsyncConnection, keys: Collection[FactKey]) -> dict[FactKey, Fact]:
    every, found = sorted(keys), dict[FactKey, Fact]()
    for start in range(0, len(every), _KEYS_PER_READ):
        literals = ",".join(map(_literals, every[start : start + _KEYS_PER_READ]))
        # Not by the table: its types cost more than all the rest.
        query = f"SELECT * FROM facts WHERE ({_KEY}) IN ({literals})"  # noqa: S608  ids in hexadecimal
        for row in await connection.exec_driver_sql(query):
            found[FactKey(row.activity_id, row.user_id, row.occurrence_id)] = to_fact(row)
    return found


def to_fact(row: Row[Any]) -> Fact:
    """The fact in a row of `facts`."""
    evidence = Evidence(row.received_at, row.late_by_s, row.distance_bucket, row.slot_age_bucket)
    came_revision, came = _seat(row, row.came_revision, row.came)
    return Fact(came_revision, came, evidence, *_seat(row, row.went_revision, row.went))


def _seat(row: Row[Any], revision: int, packed: bytes) -> tuple[int, SeatView | None]:
    """A seat that cannot be read is noted, and older than whatever is told of it next."""
    try:
        return revision, _decode(packed) if packed else None
    except msgspec.MsgspecError as error:
        UNREADABLE_FACT.note(row.user_id, error)
        return 0, None


def _literals(key: FactKey) -> str:
    return f"({','.join(f'0x{each.hex()}' for each in key)})"


def _statement(fresh: Mapping[FactKey, Fact], at: int) -> str:
    values = ",".join(_values(key, fact, at) for key, fact in fresh.items())
    return f"{_INSERT}{values} ON DUPLICATE KEY UPDATE {_REPLACE}"


def _values(key: FactKey, fact: Fact, at: int) -> str:
    came, went = (_encode(view) if view else b"" for view in (fact.came, fact.went))
    evidence, shown = fact.evidence, fact.shown(key)
    seat = shown.seat if shown else _NOTHING
    return (
        f"(0x{key.activity_id.hex()},0x{key.user_id.hex()},0x{key.occurrence_id.hex()},"
        f"{fact.came_revision},{binary_literal(came)},{fact.went_revision},{binary_literal(went)},"
        f"{evidence.received_at},{evidence.late_by_s},{evidence.distance_bucket},{evidence.slot_age_bucket},"
        f"{int(shown is not None)},{seat.status},{seat.at},{text_literal(seat.method.encode())},"
        f"{text_literal(seat.gate.encode())},{text_literal(seat.punctuality.encode())},"
        f"{int(shown is not None and shown.presence.is_early)},{text_literal(_words(seat.reasons))},{seat.mark},{at})"
    )


def _words(reasons: Sequence[str]) -> bytes:
    return f" {' '.join(reasons)} ".encode() if reasons else b""


async def _count(
    connection: AsyncConnection,
    known: Mapping[FactKey, Fact],
    fresh: Mapping[FactKey, Fact],
    places: Mapping[bytes, Place],
) -> None:
    """Moves the counts from what was known to what is."""
    moves: defaultdict[bytes, Counter[str]] = defaultdict(Counter)
    for key, fact in fresh.items():
        time_zone, move = places[key.occurrence_id].time_zone, moves[key.occurrence_id]
        move.update(counts_of(fact, fact.shown(key), time_zone))
        if before := known.get(key):
            move.subtract(counts_of(before, before.shown(key), time_zone))
    days: defaultdict[tuple[bytes, date], Counter[str]] = defaultdict(Counter)
    for occurrence_id, move in moves.items():
        place = places[occurrence_id]
        days[place.organisation_id, place.local_day].update(move)
    by_occurrence = ((f"0x{occurrence_id.hex()}", move) for occurrence_id, move in moves.items())
    await _add(connection, "occurrence_counts (occurrence_id,name,amount)", by_occurrence)
    by_day = ((f"0x{organisation_id.hex()},'{day}'", move) for (organisation_id, day), move in days.items())
    await _add(connection, "day_counts (organisation_id,local_day,name,amount)", by_day)


async def _add(connection: AsyncConnection, table: str, moves: Iterable[tuple[str, Counter[str]]]) -> None:
    """Adds to counts, in one order for all who write."""
    rows = sorted(
        f"({key},{text_literal(name.encode())},{count})" for key, move in moves for name, count in move.items() if count
    )
    if rows:
        insert = f"INSERT INTO {table} VALUES {','.join(rows)}"  # noqa: S608  ids, days and texts as literals
        await connection.exec_driver_sql(f"{insert} ON DUPLICATE KEY UPDATE amount = amount + VALUES(amount)")
