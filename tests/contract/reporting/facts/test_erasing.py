"""What is older than history is kept is forgotten, and nothing else."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit import ids
from servicekit.clock import SECOND_US
from services.reporting.domain import OUT, Activity, Window
from services.reporting.facts import erasing
from services.reporting.facts.erasing import Eraser
from tests.contract.reporting.facts.test_store import DAY, House
from tests.unit.reporting.facts.test_fact import NINE


@pytest.fixture
async def house(engine: AsyncEngine) -> AsyncIterator[House]:
    """An activity with two occurrences on one day, the first of which closed a second before the second opened."""
    house = House(engine)
    later = Window(ids.new_id(), house.activity_id, 1, NINE + 2 * SECOND_US, NINE + 3 * SECOND_US, DAY)
    first = Window(house.occurrence_id, house.activity_id, 1, NINE, NINE + SECOND_US, DAY)
    activity = Activity(
        house.activity_id, house.organisation_id, "例会", "Asia/Shanghai", 2, 1, 0, 0, NINE, (first, later)
    )
    await house.activities.save([activity])
    await house.facts.save([house.change(user) for user in range(1, 8)])
    await house.facts.save([house.change(1, 1, OUT)])
    house.occurrence_id = later.occurrence_id
    await house.facts.save([house.change(user) for user in range(1, 4)])
    house.occurrence_id = first.occurrence_id
    yield house
    await Eraser(engine).erase(NINE + 10 * SECOND_US)


@pytest.mark.parametrize("at_once", [2, 7, 1000])
async def test_an_old_occurrence_goes_with_all_that_it_added_up_to(house: House, at_once: int) -> None:
    """In batches of whatever size; its neighbour of the same day stays, and the day says what is left."""
    eraser = Eraser(house.engine, people=at_once)
    assert (await house.counts())[1]["checked_in"] == 10
    assert await eraser.erase(NINE + SECOND_US) == 0
    assert await eraser.erase(NINE + 2 * SECOND_US) == 1
    by_occurrence, by_day = await house.counts()
    assert (await house.rows(), by_occurrence, by_day["checked_in"]) == ({}, {}, 3)
    assert await eraser.erase(NINE + 2 * SECOND_US) == 0
    assert await eraser.erase(NINE + 10 * SECOND_US) == 1
    assert (await house.counts())[1] == {}


async def test_who_dies_on_the_way_leaves_it_to_the_next(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts that are gone already count until the counts are gone too; nothing is taken out twice."""

    async def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr(erasing, "_erase_counts", dies)
        await Eraser(house.engine).erase(NINE + 2 * SECOND_US)
    assert await house.rows() == {}
    # Somebody's phone brings one more, five years late.
    await house.facts.save([house.change(3, 2)])
    assert await Eraser(house.engine).erase(NINE + 2 * SECOND_US) == 1
    assert (await house.rows(), (await house.counts())[1]["checked_in"]) == ({}, 3)


async def test_many_occurrences_go_in_one_night(house: House) -> None:
    """More than are looked for at once."""
    others = [House(house.engine) for _ in range(5)]
    for other in others:
        await other.make(day=date(2027, 1, 14))
        await other.facts.save([other.change(1)])
    assert await Eraser(house.engine, occurrences=2).erase(NINE + 2 * SECOND_US) == 6
    assert [await other.counts() for other in others] == [({}, {})] * 5
