"""Facts on a real database: what is told twice, late, at once or of nobody's occurrence."""

import asyncio
from collections import Counter
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit import ids
from servicekit.clock import SECOND_US
from services.reporting.domain import IN, OUT, Activity, Status, Totals, Window
from services.reporting.facts.fact import REVISIONS, SEATS, Fact, FactKey, counts_of
from services.reporting.facts.store import Facts, to_fact
from services.reporting.facts.work import Mark, Work
from services.reporting.project import Change
from services.reporting.store import Activities
from services.reporting.tables import day_counts, facts, occurrence_counts
from tests.unit.reporting.facts.test_fact import NINE, a_change

DAY = date(2027, 1, 15)


class House:
    """An activity that is known, and its facts."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine, self.facts, self.activities = engine, Facts(engine), Activities(engine)
        self.activity_id, self.organisation_id, self.occurrence_id = ids.new_id(), ids.new_id(), ids.new_id()

    async def make(self, day: date | None = DAY, revision: int = 1) -> None:
        """Tells of the activity."""
        window = Window(self.occurrence_id, self.activity_id, revision, NINE, NINE + SECOND_US, day)
        activity = Activity(
            self.activity_id, self.organisation_id, "例会", "Asia/Shanghai", 2, revision, 0, 0, NINE, (window,)
        )
        await self.activities.save([activity])

    def change(self, user: int, revision: int = 1, direction: int = IN, **said: object) -> Change:
        """A seat at the activity's occurrence."""
        change = a_change(revision, direction, **said)  # type: ignore[arg-type]
        return change._replace(occurrence_id=self.occurrence_id, user_id=bytes([user]) * 16)

    async def rows(self) -> dict[FactKey, Fact]:
        """All facts of the occurrence."""
        query = select(facts).where(facts.c.occurrence_id == self.occurrence_id).order_by(facts.c.user_id)
        async with self.engine.connect() as connection:
            return {
                FactKey(row.activity_id, row.user_id, row.occurrence_id): to_fact(row)
                for row in await connection.execute(query)
            }

    async def counts(self) -> tuple[Counter[str], Counter[str]]:
        """What is counted of the occurrence, and of the organisation's day."""
        mine = select(occurrence_counts).where(occurrence_counts.c.occurrence_id == self.occurrence_id)
        ours = select(day_counts).where(day_counts.c.organisation_id == self.organisation_id)
        async with self.engine.connect() as connection:
            by_occurrence = Counter({row.name: row.amount for row in await connection.execute(mine)})
            by_day = Counter({row.name: row.amount for row in await connection.execute(ours)})
        return +by_occurrence, +by_day

    async def recount(self) -> Counter[str]:
        """The same from the facts."""
        found: Counter[str] = Counter()
        for key, fact in (await self.rows()).items():
            found.update(counts_of(key, fact, "Asia/Shanghai"))
        return +found


@pytest.fixture
async def house(engine: AsyncEngine) -> House:
    """See `House`."""
    house = House(engine)
    await house.make()
    return house


_STATUSES = st.sampled_from([Status.CHECKED_IN, *Status])
_TOLD = st.tuples(st.integers(1, 3), st.integers(1, 4), st.sampled_from([IN, OUT]), _STATUSES, st.integers(0, 1))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(_TOLD, min_size=1, max_size=6), min_size=1, max_size=5))
async def test_whatever_is_told_in_whatever_order_counts_equal_a_recount(
    house: House, batches: list[list[tuple[int, int, int, Status, int]]]
) -> None:
    """Each direction stands in its highest revision; a revision always says the same."""
    house.occurrence_id, house.organisation_id = ids.new_id(), ids.new_id()
    house.activity_id = ids.new_id()
    await house.make()
    said: dict[tuple[int, int, int], Change] = {}
    for batch in batches:
        changes = [
            said.setdefault(
                (user, revision, way), house.change(user, revision, way, status=status, at=NINE + later * SECOND_US)
            )
            for user, revision, way, status, later in batch
        ]
        await house.facts.save(changes)
    by_occurrence, by_day = await house.counts()
    assert by_occurrence == by_day == await house.recount()
    highest = {(user, way): max(one[1] for one in said if (one[0], one[2]) == (user, way)) for user, _, way in said}
    totals = Totals(len(highest), sum(highest.values()))
    assert await house.facts.totals([house.activity_id]) == {house.occurrence_id: totals}


async def test_two_write_at_once_and_everybody_counts_once(house: House) -> None:
    """Both tell of the same people; each waits for the other and sees what it wrote."""
    changes = [house.change(user) for user in range(1, 100)]
    await asyncio.gather(*(house.facts.save(part) for part in (changes, changes[::-1], changes[10:], changes[:50])))
    by_occurrence, by_day = await house.counts()
    assert by_occurrence["checked_in"] == by_day["checked_in"] == 99
    assert (by_occurrence[SEATS], by_occurrence[REVISIONS]) == (99, 99)


async def test_what_nobody_knows_the_occurrence_of_is_left_out(house: House) -> None:
    """It comes in with the comparison, once the activity is told of."""
    stray = house.change(1)._replace(occurrence_id=ids.new_id())
    assert await house.facts.save([stray, house.change(2)]) == [stray]
    assert len(await house.rows()) == 1


async def test_an_amended_window_moves_no_day(house: House) -> None:
    """The day is that of the first telling; what an earlier release noted gets the day on which it opened."""
    await house.facts.save([house.change(1)])
    await house.make(day=date(2027, 1, 16), revision=2)
    await house.facts.save([house.change(2)])
    assert (await house.counts())[1]["checked_in"] == 2
    of_ours = select(day_counts.c.local_day).where(day_counts.c.organisation_id == house.organisation_id)
    async with house.engine.connect() as connection:
        assert set((await connection.scalars(of_ours)).all()) == {DAY}
    earlier = House(house.engine)
    await earlier.make(day=None)
    await earlier.facts.save([earlier.change(1)])
    assert (await earlier.counts())[1]["checked_in"] == 1


async def test_work_goes_on_where_it_ended_and_is_due_once(house: House) -> None:
    """Of two that ask at once one does it."""
    work, name = Work(house.engine), ids.to_text(ids.new_id())
    claims = await asyncio.gather(*(work.claim(name, 3_600_000_000) for _ in range(4)))
    assert sorted(claims) == [False, False, False, True]
    long = ids.to_text(ids.new_id())
    assert await work.begin(long) == Mark()
    await work.reached(long, Mark(b"o" * 16, 7))
    await work.reached(long, Mark(b"p" * 16, 9))
    assert await work.begin(long) == Mark(b"p" * 16, 9)
    await work.end(long)
    assert await work.begin(long) == Mark()
