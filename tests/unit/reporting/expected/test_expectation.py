"""What is known of who is expected: counted once a second, and told as unknown rather than wrong."""

import asyncio
from dataclasses import replace

import pytest

from servicekit import ids
from servicekit.clock import now_us
from services.reporting.domain import Activity
from services.reporting.expected.expectation import NOTHING, UNKNOWN, Expectations
from services.reporting.expected.tally import Answer, Member, Tally
from tests.fakes.expected import FakeParticipants, FakeRosters
from tests.fakes.reporting import FakeLive


class House:
    """An activity that expects two by name."""

    def __init__(self) -> None:
        self.live, self.participants = FakeLive(), FakeParticipants()
        self.rosters = FakeRosters(Member(b"e" * 16, b"u" * 16, ""), Member(b"f" * 16, b"", ""))
        self.expectations = Expectations(self.live, self.rosters, self.participants)
        self.activity = Activity(
            *(ids.new_id(), ids.new_id(), "讲座", "Asia/Shanghai", 2, 1, 0, 0, now_us()), roster_id=b"r" * 16
        )


@pytest.fixture
def house() -> House:
    """Nobody has come."""
    return House()


async def test_however_many_watch_it_is_counted_once_a_second(house: House) -> None:
    """Those who ask at the same instant get the same count; after its second there is another one."""
    found = await asyncio.gather(*(house.expectations.of(house.activity) for _ in range(50)))
    again = await house.expectations.of(house.activity)
    assert {each.tallies.whole for each in (*found, again) if each.tallies} == {Tally(2)}
    assert house.rosters.asked == 1

    impatient = Expectations(house.live, house.rosters, house.participants, life_s=0.0)
    house.participants.said = {b"u" * 16: Answer.LEAVE}
    for _ in range(2):
        counted = await impatient.of(house.activity)
    assert counted.tallies and counted.tallies.whole == Tally(2, 0, 1)
    assert house.rosters.asked == 3


async def test_an_activity_that_expects_nobody(house: House) -> None:
    """Nobody is asked about it, and nothing is amiss."""
    house.rosters.is_gone = house.participants.is_gone = True
    assert await house.expectations.of(replace(house.activity, roster_id=None)) == NOTHING
    # What was cancelled takes no place.
    assert await house.expectations.of(replace(house.activity, state=4)) == NOTHING


async def test_a_number_needs_no_roster(house: House) -> None:
    """Who is expected by number alone is counted while rosters are gone."""
    house.rosters.is_gone = True
    counted = await house.expectations.of(replace(house.activity, roster_id=None, expected=7))
    assert counted.tallies and counted.tallies.whole == Tally(7)


@pytest.mark.parametrize("gone", ["rosters", "participants", "live"])
async def test_what_cannot_be_read_is_unknown(house: House, gone: str) -> None:
    """And not remembered: as soon as it is back it counts."""
    getattr(house, gone).is_gone = True
    assert await house.expectations.of(house.activity) == UNKNOWN
    getattr(house, gone).is_gone = False
    assert (await house.expectations.of(house.activity)).is_known
