"""Turnouts: how many came is told once it is over, and again when it changes."""

from collections.abc import Mapping

from services.reporting.domain import Window
from services.reporting.live.numbers import Numbers
from services.reporting.turnouts import Turnouts

NOW = 1_000_000_000_000_000
HOUR = 3600 * 1_000_000


class House:
    """Windows, their numbers, and what was told."""

    def __init__(self, *windows: Window) -> None:
        self.all = windows
        self.counts: dict[bytes, int] = {}
        self.told: list[dict[bytes, int]] = []
        self.turnouts = Turnouts(self, self, self.tell)

    async def windows(self, closing_after: int) -> list[Window]:
        """Those that close after a moment."""
        return [window for window in self.all if window.closes_at > closing_after]

    async def numbers(self, activity_id: bytes, occurrence_id: bytes) -> Numbers:
        """The counters of an occurrence."""
        return Numbers({"checked_in": self.counts.get(occurrence_id, 0)}, "0-0", NOW)

    async def tell(self, turnouts: Mapping[bytes, int]) -> None:
        """Keeps what was told."""
        self.told.append(dict(turnouts))


def window(occurrence: bytes, activity: bytes, closed_ago_h: float) -> Window:
    """A window that closed so many hours ago."""
    closes_at = NOW - int(closed_ago_h * HOUR)
    return Window(occurrence, activity, 1, closes_at - HOUR, closes_at)


async def test_what_is_over_is_told_once() -> None:
    """And what is still open is not."""
    house = House(window(b"o1", b"a1", 0.5), window(b"o2", b"a2", -0.5), window(b"o3", b"a3", 5))
    house.counts = {b"o1": 120, b"o2": 40, b"o3": 7}
    await house.turnouts.look(NOW)
    await house.turnouts.look(NOW)
    assert house.told == [{b"o1": 120}]


async def test_late_phones_change_it() -> None:
    """What was kept offline counts too."""
    house = House(window(b"o1", b"a1", 0.5))
    house.counts = {b"o1": 120}
    await house.turnouts.look(NOW)
    house.counts = {b"o1": 125}
    await house.turnouts.look(NOW)
    assert house.told == [{b"o1": 120}, {b"o1": 125}]


async def test_each_window_of_an_activity_has_its_own() -> None:
    """Fewer come once more than came first."""
    house = House(window(b"o1", b"a1", 0.5), window(b"o2", b"a1", 1.5))
    house.counts = {b"o1": 90, b"o2": 70}
    await house.turnouts.look(NOW)
    assert house.told == [{b"o1": 90, b"o2": 70}]


async def test_nobody_says_nothing() -> None:
    """An empty room, or numbers that Redis lost, must not make the next rush look small."""
    house = House(window(b"o1", b"a1", 0.5))
    await house.turnouts.look(NOW)
    assert house.told == []
