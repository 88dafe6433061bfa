"""Filling history by hand: it says how far it is, and goes on where it was interrupted."""

from collections.abc import Callable

import pytest

from servicekit import ids
from servicekit.clock import now_us
from servicekit.errors import UnavailableError
from services.reporting.domain import DAY_US, Window
from services.reporting.facts.work import Mark
from services.reporting.rebuild import Wanted, fill_history

ACTIVITY = b"a" * 16


class House:
    """Occurrences with ten seats each, of which some cannot be filled; and how far the work is."""

    def __init__(self, count: int) -> None:
        closes_at = now_us() - DAY_US
        self.windows = [Window(bytes([number]) * 16, ACTIVITY, 1, 0, closes_at) for number in range(count)]
        self.filled: list[int] = []
        self.broken: set[int] = set()
        self.dies_at = -1
        self.marks: dict[str, Mark] = {}
        self.asked: list[tuple[int, bytes]] = []

    async def windows_between(
        self, since: int, until: int, after: bytes, limit: int, organisation_id: bytes = b""
    ) -> list[Window]:
        """See `store.Activities`."""
        self.asked.append((since, organisation_id))
        return [window for window in self.windows if window.occurrence_id > after or not after][:3]

    async def fill_occurrence(self, occurrence_id: bytes, told: Callable[[int], None]) -> int:
        """See `filling.Filler`."""
        number = occurrence_id[0]
        if number == self.dies_at:
            raise KeyboardInterrupt
        if number in self.broken:
            raise UnavailableError("checkin is gone")
        told(10)
        self.filled.append(number)
        return 10

    async def begin(self, name: str) -> Mark:
        """See `work.Work`."""
        return self.marks.get(name, Mark())

    async def reached(self, name: str, mark: Mark) -> None:
        """See `work.Work`."""
        self.marks[name] = mark

    async def end(self, name: str) -> None:
        """See `work.Work`."""
        del self.marks[name]

    async def fill(self, wanted: Wanted) -> int:
        """Has all of it filled that is wanted."""
        return await fill_history(self, self, self, wanted, 365 * DAY_US)  # type: ignore[arg-type]


async def test_whoever_was_killed_goes_on_after_the_last_occurrence(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is filled twice, and nothing is left out; once it is done it begins anew."""
    house = House(7)
    house.dies_at = 5
    with pytest.raises(KeyboardInterrupt):
        await house.fill(Wanted(since=0))
    assert house.filled == [0, 1, 2, 3, 4]
    house.dies_at = -1
    assert await house.fill(Wanted(since=0)) == 0
    assert (house.filled, house.marks) == (list(range(7)), {})
    assert "goes on after 5 occurrences\nfilled 7 occurrences from 20 seats" in capsys.readouterr().out


async def test_what_cannot_be_filled_is_told_and_leaves_the_others_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """With the occurrence, its activity and why."""
    house = House(4)
    house.broken = {1}
    assert await house.fill(Wanted(organisation_id=b"o" * 16)) == 1
    said = capsys.readouterr().out
    assert house.filled == [0, 2, 3]
    assert f"of activity {ids.to_text(ACTIVITY)}: not filled: checkin is gone" in said
    assert "1 could not be" in said
    assert house.asked[0][1] == b"o" * 16


async def test_what_is_older_than_history_is_kept_is_not_asked_for() -> None:
    """However early the day that is said."""
    house = House(1)
    await house.fill(Wanted(since=0))
    assert house.asked[0][0] > now_us() - 366 * DAY_US
