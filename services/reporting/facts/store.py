"""Facts in MySQL, and what they add up to: all SQL of history that writes."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit.clock import from_datetime, now_us
from servicekit.mysql.database import unavailable_when_lost
from servicekit.mysql.literals import id_literal, text_literal
from services.reporting.domain import SeatView, Totals, local_day
from services.reporting.facts import points
from services.reporting.facts.fact import REVISIONS, SEATS, Evidence, Fact, FactKey, Kind, Place, kind_of, names_of
from services.reporting.metrics import UNREADABLE_FACT
from services.reporting.project import Change
from services.reporting.tables import facts, occurrence_counts, occurrences

# More keys than this in one IN list and the optimiser gives up on ranges.
_KEYS_PER_READ = 500
# Of an activity whose message did not say.
_UTC = "UTC"
_NO_FACT = Fact()
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(SeatView).decode
_COLUMNS = tuple(column.name for column in facts.columns)
_REPLACE = ",".join(f"{name}=VALUES({name})" for name in _COLUMNS[len(FactKey._fields) :])
# Statements as text: their compiling costs more than a batch may.
_PLACES = """
SELECT o.occurrence_id, o.activity_id, o.local_day, o.opens_at, a.organisation_id, a.time_zone
FROM occurrences o JOIN activities a ON a.activity_id = o.activity_id WHERE o.occurrence_id IN"""
_LOCKED = "SELECT activity_id, facts_at, kind FROM activities WHERE activity_id IN"
_WRITTEN = "UPDATE activities SET facts_at"
_INSERT = f"INSERT INTO facts ({','.join(_COLUMNS)}) VALUES "  # noqa: S608  columns of ours


class Facts:
    """What the projector keeps of history. Every method raises UnavailableError when MySQL is gone."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def save(self, changes: Collection[Change]) -> list[Change]:
        """Brings facts up to what seats say, and what they add up to. Idempotent.

        One transaction, under the locks of the activities: of two who write one at a time, each sees what the other
        wrote, and the later ones bear the later time.

        Returns:
            Those of occurrences that nobody knows yet, which are left out.
        """
        if not changes:
            return []
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                places = await _places(connection, {change.occurrence_id for change in changes})
                if places:
                    await _save(connection, [change for change in changes if change.occurrence_id in places], places)
        return [change for change in changes if change.occurrence_id not in places]

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


async def _save(connection: AsyncConnection, changes: Sequence[Change], places: Mapping[bytes, Place]) -> None:
    activity_ids = sorted({place.activity_id for place in places.values()})
    written_at, with_points = await lock(connection, activity_ids)
    keys = [
        FactKey(places[change.occurrence_id].activity_id, change.user_id, change.occurrence_id) for change in changes
    ]
    known = await _read(connection, keys)
    fresh = _brought_up(known, keys, changes)
    if fresh:
        at = max(now_us(), written_at + 1)
        moves = {occurrence_id: _Move(place.time_zone) for occurrence_id, place in places.items()}
        for key in known.keys() & fresh.keys():
            moves[key.occurrence_id].take(key, known[key])
        rows = [_row(key, fresh[key], moves[key.occurrence_id], at) for key in sorted(fresh)]
        await connection.exec_driver_sql(f"{_INSERT}{','.join(rows)} ON DUPLICATE KEY UPDATE {_REPLACE}")
        await _count(connection, {each: move.by_name() for each, move in moves.items()}, places)
        noted = {key: fresh[key] for key in fresh if key.activity_id in with_points}
        await points.note(connection, known, noted, places)
        ours = ",".join(map(id_literal, activity_ids))
        await connection.exec_driver_sql(f"{_WRITTEN} = {at} WHERE activity_id IN ({ours})")


def _brought_up(
    known: Mapping[FactKey, Fact], keys: Iterable[FactKey], changes: Iterable[Change]
) -> dict[FactKey, Fact]:
    """The facts that are other than they were."""
    fresh: dict[FactKey, Fact] = {}
    for key, change in zip(keys, changes, strict=True):
        before = fresh.get(key) or known.get(key) or _NO_FACT
        fact = before.with_change(change)
        if fact is not before:
            fresh[key] = fact
    return fresh


async def _places(connection: AsyncConnection, occurrence_ids: Collection[bytes]) -> dict[bytes, Place]:
    """Where the facts of occurrences belong, of those that are known."""
    query = f"{_PLACES} ({','.join(map(id_literal, occurrence_ids))})"
    rows = (await connection.exec_driver_sql(query)).all()
    return {row.occurrence_id: await _place(connection, row) for row in rows}


class Locked(NamedTuple):
    """When the last fact of any of some activities was written, and which of them give points."""

    written_at: int
    with_points: AbstractSet[bytes]


async def lock(connection: AsyncConnection, activity_ids: Sequence[bytes]) -> Locked:
    """Locks activities until the transaction ends."""
    query = f"{_LOCKED} ({','.join(map(id_literal, activity_ids))}) ORDER BY activity_id FOR UPDATE"
    rows = (await connection.exec_driver_sql(query)).all()
    with_points = {row.activity_id for row in rows if row.kind == points.POINTS}
    return Locked(max((row.facts_at for row in rows), default=0), with_points)


async def _place(connection: AsyncConnection, row: Any) -> Place:
    day, time_zone = row.local_day, row.time_zone or _UTC
    if day is None:
        # An earlier release noted it: from here on it lies where it opened.
        day = local_day(from_datetime(row.opens_at), time_zone)
        this_one = occurrences.c.occurrence_id == row.occurrence_id
        await connection.execute(update(occurrences).where(this_one).values(local_day=day))
    return Place(row.activity_id, row.organisation_id, day, time_zone)


async def _read(connection: AsyncConnection, keys: Iterable[FactKey]) -> dict[FactKey, Fact]:
    users, found = defaultdict[tuple[bytes, bytes], list[str]](list), dict[FactKey, Fact]()
    for activity_id, user_id, occurrence_id in keys:
        users[activity_id, occurrence_id].append(id_literal(user_id))
    for (activity_id, occurrence_id), literals in users.items():
        for start in range(0, len(literals), _KEYS_PER_READ):
            # Not by the table: its types cost more than all the rest.
            query = (
                f"SELECT * FROM facts WHERE activity_id = {id_literal(activity_id)}"  # noqa: S608  ids in hexadecimal
                f" AND occurrence_id = {id_literal(occurrence_id)}"
                f" AND user_id IN ({','.join(literals[start : start + _KEYS_PER_READ])})"
            )
            for row in await connection.exec_driver_sql(query):
                found[FactKey(activity_id, row.user_id, occurrence_id)] = to_fact(row)
    return found


def to_fact(row: Row[Any]) -> Fact:
    """The fact in a row of `facts`."""
    evidence = Evidence(*(getattr(row, name) for name in Evidence._fields))
    came_revision, came = _seat(row, row.came_revision, row.came)
    return Fact(came_revision, came, evidence, *_seat(row, row.went_revision, row.went))


def _seat(row: Row[Any], revision: int, packed: bytes) -> tuple[int, SeatView | None]:
    """A seat that cannot be read is noted, and older than whatever is told of it next."""
    try:
        return revision, _decode(packed) if packed else None
    except msgspec.MsgspecError as error:
        UNREADABLE_FACT.note(row.user_id, error)
        return 0, None


class _Move:
    """How far the counts of an occurrence move: many facts are of one kind, whose names are spelled once."""

    def __init__(self, time_zone: str) -> None:
        self._time_zone = time_zone
        self._kinds: defaultdict[Kind | None, int] = defaultdict(int)
        self._seats = self._revisions = 0

    def add(self, key: FactKey, fact: Fact) -> tuple[Kind | None, int]:
        """Counts a fact; returns its kind and the time at which lists show it."""
        found = kind, _ = kind_of(key, fact, self._time_zone)
        self._kinds[kind] += 1
        came_revision, came, _, went_revision, went = fact
        self._seats += (came is not None) + (went is not None)
        self._revisions += came_revision + went_revision
        return found

    def take(self, key: FactKey, fact: Fact) -> None:
        """Counts a fact no longer."""
        kind, _ = kind_of(key, fact, self._time_zone)
        self._kinds[kind] -= 1
        self._seats -= fact.seats
        self._revisions -= fact.came_revision + fact.went_revision

    def by_name(self) -> Counter[str]:
        """All of it."""
        moves = Counter({SEATS: self._seats, REVISIONS: self._revisions})
        for kind, count in self._kinds.items():
            for name in names_of(kind) if kind else ():
                moves[name] += count
        return moves


def _row(key: FactKey, fact: Fact, move: _Move, at: int) -> str:
    """The row of a fact, which is counted."""
    kind, shown_at = move.add(key, fact)
    before, after = _words(kind)
    came_revision, came, (received_at, late_by_s, distance, slot_age, accuracy, *found), went_revision, went = fact
    outside, tries, is_offline, is_anomalous = found
    return (
        f"(0x{key[0].hex()},0x{key[1].hex()},0x{key[2].hex()},{came_revision},{_packed(came)},{went_revision},"
        f"{_packed(went)},{received_at},{late_by_s},{distance},{slot_age},{before}{shown_at}{after}{at},"
        f"{accuracy},{outside},{tries},{is_offline},{is_anomalous})"
    )


def _packed(view: SeatView | None) -> str:
    if view is None:
        return "''"
    is_held, at, _, *said = view
    return f"0x{_encode((is_held, at, (), *said)).hex()}"


@lru_cache(maxsize=4096)
def _words(kind: Kind | None) -> tuple[str, str]:
    """The columns of a kind, before and after that of the time."""
    if kind is None:
        return "0,0,", ",'','','',0,'',0,"
    reasons = f" {' '.join(kind.reasons)} " if kind.reasons else ""
    method, gate, punctuality, spaced = (
        text_literal(text.encode()) for text in (kind.method, kind.gate, kind.punctuality, reasons)
    )
    return f"1,{kind.status},", f",{method},{gate},{punctuality},{int(kind.is_early)},{spaced},{kind.mark},"


async def _count(
    connection: AsyncConnection, moves: Mapping[bytes, Counter[str]], places: Mapping[bytes, Place]
) -> None:
    """Moves the counts."""
    days: defaultdict[tuple[bytes, date], Counter[str]] = defaultdict(Counter)
    for occurrence_id, move in moves.items():
        place = places[occurrence_id]
        days[place.organisation_id, place.local_day].update(move)
    by_occurrence = ((id_literal(occurrence_id), move) for occurrence_id, move in moves.items())
    await _add(connection, "occurrence_counts (occurrence_id,name,amount)", by_occurrence)
    by_day = ((f"{id_literal(organisation_id)},'{day}'", move) for (organisation_id, day), move in days.items())
    await _add(connection, "day_counts (organisation_id,local_day,name,amount)", by_day)


async def _add(connection: AsyncConnection, table: str, moves: Iterable[tuple[str, Counter[str]]]) -> None:
    """Adds to counts, in one order for all who write."""
    rows = sorted(
        f"({key},{text_literal(name.encode())},{count})" for key, move in moves for name, count in move.items() if count
    )
    if rows:
        insert = f"INSERT INTO {table} VALUES {','.join(rows)}"  # noqa: S608  ids, days and texts as literals
        await connection.exec_driver_sql(f"{insert} ON DUPLICATE KEY UPDATE amount = amount + VALUES(amount)")
