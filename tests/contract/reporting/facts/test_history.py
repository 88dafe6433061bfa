"""What history tells when live numbers are gone."""

from dataclasses import replace

import pytest
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit.clock import SECOND_US, now_us
from services.reporting.domain import DAY_US, OUT, Activity, Status
from services.reporting.errors import NumbersDroppedError
from services.reporting.facts.history import History, Kept
from services.reporting.facts.work import MONTHLY, Mark, Work
from services.reporting.tables import fact_work
from tests.contract.reporting.facts.test_store import House
from tests.fakes.reporting import FakeLive
from tests.unit.reporting.facts.test_fact import NINE


@pytest.fixture
async def house(engine: AsyncEngine) -> House:
    """An activity with facts; nobody has swept yet."""
    house = House(engine)
    await house.make()
    async with engine.begin() as connection:
        await connection.execute(delete(fact_work))
    return house


class Known:
    """The one activity that there is."""

    def __init__(self, activity: Activity) -> None:
        self.activity = activity

    async def at(self, activity_id: bytes, occurrence_id: bytes) -> Activity:
        """See `activities.Activities`."""
        return self.activity


async def test_history_tells_what_live_numbers_told(house: House) -> None:
    """How many, and everybody with both their seats; without what only days are asked for."""
    await house.facts.save(
        [
            house.change(1),
            house.change(1, 1, OUT, at=NINE + SECOND_US),
            house.change(2),
            house.change(3, status=Status.PENDING_REVIEW),
        ]
    )
    history = History(house.engine)
    numbers = await history.numbers(house.occurrence_id)
    told = {"checked_in": 2, "inside": 1, "pending_review": 1, "method:qr": 2, "gate:北门": 2}
    assert (numbers.counts, numbers.is_stale) == (told, False)
    people = await history.people(house.activity_id, house.occurrence_id)
    where = {person.user_id[0]: (person.seat.status, person.presence.is_inside) for person in people}
    assert where == {
        1: (Status.CHECKED_IN, False),
        2: (Status.CHECKED_IN, True),
        3: (Status.PENDING_REVIEW, False),
    }


async def test_what_was_over_before_history_began_is_not_told_as_nothing(house: House) -> None:
    """Until it is filled in: then nobody came to it."""
    history = History(house.engine)
    assert (await history.numbers(house.occurrence_id)).is_stale
    with pytest.raises(NumbersDroppedError):
        await history.people(house.activity_id, house.occurrence_id)
    await Work(house.engine).reached(MONTHLY, Mark(done=1))
    assert not (await history.numbers(house.occurrence_id)).is_stale
    assert await history.people(house.activity_id, house.occurrence_id) == []


async def test_live_numbers_while_they_are_kept_and_history_after(house: House) -> None:
    """A day after the close nobody sees a difference but that minutes are gone."""
    await house.facts.save([house.change(1)])
    stored = await house.activities.get(house.activity_id)
    assert stored is not None
    running = Kept(FakeLive(), History(house.engine), Known(replace(stored, closes_at=now_us())))
    over = Kept(FakeLive(), History(house.engine), Known(replace(stored, closes_at=now_us() - 2 * DAY_US)))
    for kept, came in ((running, 0), (over, 1)):
        assert (await kept.numbers(house.activity_id, house.occurrence_id)).counts.get("checked_in", 0) == came
        assert len(await kept.people(house.activity_id, house.occurrence_id)) == came
