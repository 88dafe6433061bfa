"""Pages of the people of an activity, the latest first, from facts.

People move while a list is read. Whoever was written since the first page comes once more at its end, in order of
writing, so that nobody is missed who was there all the time.
"""

from collections.abc import Collection, Iterator
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, false, func, null, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit.mysql.database import unavailable_when_lost
from services.reporting.domain import EARLY, Counted, Cursor, Filter, Mark, Status
from services.reporting.facts.fact import FactKey
from services.reporting.facts.store import to_fact
from services.reporting.facts.work import Work
from services.reporting.tables import activities, facts

BY_TIME, BY_MOVE = 0, 1
_ID_BYTES = 16
_LATEST, _LAST = 2**63 - 1, b"\xff" * _ID_BYTES
_STAND_BYTES = 2 + _ID_BYTES
# As long as the stands of a million people.
_LONG = text(f"SET SESSION group_concat_max_len = {_STAND_BYTES << 20}")


class Narrowed(NamedTuple):
    """Whom a list may show, as far as facts can tell.

    Attributes:
        user_ids: Nobody else; None: everybody.
    """

    seat: Filter = Filter()
    user_ids: Collection[bytes] | None = None

    def admits(self, person: Counted) -> bool:
        """What `FactLists.page` goes by."""
        return self.seat.admits(person) and (self.user_ids is None or person.user_id in self.user_ids)


class Step(NamedTuple):
    """Somebody on a list.

    Attributes:
        changed_at: When their fact was written.
    """

    person: Counted
    changed_at: int

    def cursor(self, began: int, part: int) -> Cursor:
        """Where a list goes on after them."""
        number = self.changed_at if part == BY_MOVE else self.person.seat.at
        return Cursor(began, part, number, self.person.user_id, self.person.occurrence_id)


class Lot(NamedTuple):
    """Somebody who was drawn.

    Attributes:
        person: None where their fact cannot be read.
        lot: Their place in the order of the draw.
    """

    person: Counted | None
    lot: bytes


class Stand(NamedTuple):
    """Where somebody stands who does not simply hold a seat."""

    status: int
    mark: int
    user_id: bytes


class Standing(NamedTuple):
    """Who stands where; of several occurrences in several places.

    Attributes:
        held: Who holds a seat, and is not marked.
    """

    held: AbstractSet[bytes]
    others: Collection[Stand]


class FactLists:
    """Reads facts. Every method raises UnavailableError when MySQL is gone.

    Where one takes an `occurrence_id`, an empty one asks for all occurrences of the activity.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def written_at(self, activity_id: bytes) -> int:
        """When the last fact of an activity was written; 0 for never. Whatever is written after has a later time."""
        query = select(activities.c.facts_at).where(activities.c.activity_id == activity_id)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                return await connection.scalar(query) or 0

    async def is_whole(self) -> bool:
        """Whether everything that was over before history began is filled in."""
        return await Work(self._engine).is_whole()

    async def page(
        self, activity_id: bytes, narrowed: Narrowed, cursor: Cursor, size: int, occurrence_id: bytes = b""
    ) -> list[Step]:
        """The next people of one part of a list, at most `size` of them."""
        if narrowed.user_ids is not None and not narrowed.user_ids:
            return []
        return await self._steps(page_of(activity_id, narrowed, cursor, size, occurrence_id))

    async def lots(
        self, activity_id: bytes, seed: bytes, after: bytes, size: int, occurrence_id: bytes = b""
    ) -> list[Lot]:
        """The next who are checked in, in an order by chance that is the seed's own, at most `size` of them.

        Args:
            after: The lot of the last one before; empty: from the first.
        """
        c = facts.c
        lot = func.unhex(func.md5(func.concat(seed, c.user_id, c.occurrence_id)))
        # From the index alone: a hundred thousand lots are drawn for a few rows.
        drawn = (
            select(c.activity_id, c.user_id, c.occurrence_id, lot.label("lot"))
            .with_hint(facts, "FORCE INDEX (by_time)")
            .where(*_shown(activity_id, occurrence_id), c.status == Status.CHECKED_IN, lot > after)
            .order_by(lot)
            .limit(size)
            .subquery()
        )
        this_one = and_(*(drawn.c[name] == c[name] for name in FactKey._fields))
        query = select(facts, drawn.c.lot).join(drawn, this_one).order_by(drawn.c.lot)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        return [Lot(to_fact(row).shown(FactKey(*row[: len(FactKey._fields)])), row.lot) for row in rows]

    async def at(self, activity_id: bytes, occurrence_ids: Collection[bytes]) -> list[Counted]:
        """What everybody did at some occurrences of an activity, in no order."""
        return await self._people(facts.c.activity_id == activity_id, facts.c.occurrence_id.in_(occurrence_ids))

    async def of(self, activity_id: bytes, user_ids: Collection[bytes], occurrence_id: bytes = b"") -> list[Counted]:
        """What some people did at an activity, in no order."""
        return await self._people(*_shown(activity_id, occurrence_id), facts.c.user_id.in_(user_ids))

    async def user_ids(self, activity_id: bytes, after: bytes, size: int, occurrence_id: bytes = b"") -> list[bytes]:
        """Who did anything at an activity, in order of their ids, the next ones after one."""
        c = facts.c
        query = (
            select(c.user_id)
            .distinct()
            .where(*_shown(activity_id, occurrence_id), c.user_id > after)
            .order_by(c.user_id)
            .limit(size)
        )
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                return list((await connection.scalars(query)).all())

    async def standing(self, activity_id: bytes, occurrence_id: bytes = b"") -> Standing:
        """Who stands where, of a hundred thousand people too: as two texts, for a row of each would cost most of it."""
        c = facts.c
        is_held = and_(c.status == Status.CHECKED_IN, c.mark == Mark.NONE)
        other = func.concat(func.char(c.status), func.char(c.mark), c.user_id)
        query = (
            select(_joined(case((is_held, c.user_id))), _joined(case((is_held, null()), else_=other)))
            .with_hint(facts, "FORCE INDEX (by_time)")
            .where(*_shown(activity_id, occurrence_id))
        )
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                await connection.execute(_LONG)
                held, others = (await connection.execute(query)).one()
        stands = [Stand(part[0], part[1], part[2:]) for part in _parts(others, _STAND_BYTES)]
        return Standing(set(_parts(held, _ID_BYTES)), stands)

    async def _people(self, *conditions: ColumnElement[bool]) -> list[Counted]:
        query = select(facts).where(*conditions, facts.c.is_shown == 1)
        return [step.person for step in await self._steps(query)]

    async def _steps(self, query: Select[Any]) -> list[Step]:
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        shown = ((row, to_fact(row).shown(FactKey(row.activity_id, row.user_id, row.occurrence_id))) for row in rows)
        return [Step(person, row.changed_at) for row, person in shown if person]


def new_list(began: int) -> Cursor:
    """Before the first person."""
    return Cursor(began, BY_TIME, _LATEST, _LAST, _LAST)


def who_moved(began: int) -> Cursor:
    """Before the first who moved since."""
    return Cursor(began, BY_MOVE, began, _LAST, _LAST)


def _shown(activity_id: bytes, occurrence_id: bytes) -> Iterator[ColumnElement[bool]]:
    yield facts.c.activity_id == activity_id
    yield facts.c.is_shown == 1
    if occurrence_id:
        yield facts.c.occurrence_id == occurrence_id


def page_of(
    activity_id: bytes, narrowed: Narrowed, cursor: Cursor, size: int, occurrence_id: bytes = b""
) -> Select[Any]:
    """Keys first, from the index alone, then the rows of one page."""
    c, index = facts.c, "by_time" if narrowed.user_ids is None else "PRIMARY"
    keys = (
        select(c.activity_id, c.user_id, c.occurrence_id)
        .with_hint(facts, f"FORCE INDEX ({index})")
        .where(*_shown(activity_id, occurrence_id), *_conditions(narrowed), *_after(cursor))
        .order_by(*_order(cursor.part))
        .limit(size)
        .subquery()
    )
    this_one = and_(*(keys.c[name] == c[name] for name in FactKey._fields))
    return select(facts).join(keys, this_one).order_by(*_order(cursor.part))


def _order(part: int) -> tuple[ColumnElement[Any], ...]:
    c = facts.c
    if part == BY_MOVE:
        return c.changed_at, c.user_id, c.occurrence_id
    return c.at.desc(), c.user_id.desc(), c.occurrence_id.desc()


def _after(cursor: Cursor) -> Iterator[ColumnElement[bool]]:
    c, theirs = facts.c, (cursor.user_id, cursor.occurrence_id)
    key = tuple_(c.user_id, c.occurrence_id)
    if cursor.part == BY_MOVE:
        yield c.changed_at >= cursor.number
        yield or_(c.changed_at > cursor.number, key > theirs)
    elif cursor.number != _LATEST:
        yield c.at <= cursor.number
        yield or_(c.at < cursor.number, key < theirs)


def _conditions(narrowed: Narrowed) -> Iterator[ColumnElement[bool]]:
    c, seat = facts.c, narrowed.seat
    if narrowed.user_ids is not None:
        yield c.user_id.in_(narrowed.user_ids)
    if not f"{seat.method}{seat.reason}{seat.punctuality}".isascii():
        # None of our words: these columns cannot even be compared with it.
        yield false()
        return
    for column, value in ((c.status, seat.status), (c.method, seat.method), (c.gate, seat.gate)):
        if value:
            yield column == value
    if seat.reason:
        yield func.instr(c.reasons, f" {seat.reason} ") > 0
    if seat.punctuality:
        is_so = c.punctuality == seat.punctuality
        yield or_(is_so, c.is_early == 1) if seat.punctuality == EARLY else is_so
    if seat.from_at:
        yield c.at >= seat.from_at
    if seat.to_at:
        yield c.at < seat.to_at


def _joined(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.group_concat(column.op("SEPARATOR")(text("''")))


def _parts(joined: bytes | None, size: int) -> Iterator[bytes]:
    return (joined[at : at + size] for at in range(0, len(joined), size)) if joined else iter(())
