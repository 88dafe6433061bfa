"""Each night 35 days are compared, once a month all before, and what is too old is forgotten."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

import pytest

from servicekit.clock import from_datetime
from servicekit.errors import UnavailableError
from services.reporting.domain import DAY_US, Totals, Window
from services.reporting.errors import ActivityNotFoundError
from services.reporting.facts.sweep import HOUR_US, Sweep
from services.reporting.facts.work import MONTHLY, NIGHTLY, Mark

NIGHT = from_datetime(datetime(2026, 9, 1, 19, 30, tzinfo=UTC))
YEAR_US = 365 * DAY_US


class Past:
    """What closed so many days ago, each of an activity of its own; and what is said and recorded of it."""

    def __init__(self, *days_ago: int) -> None:
        self.windows = [
            Window(bytes([number]) * 16, bytes([number, 1]) * 8, 1, 0, NIGHT - ago * DAY_US)
            for number, ago in enumerate(days_ago)
        ]
        self.recorded = {window.occurrence_id: Totals(2, 3) for window in self.windows}
        self.facts = dict(self.recorded)
        self.filled: list[int] = []
        self.broken: set[int] = set()
        self.erased: list[int] = []
        self.done: dict[str, Mark] = {}
        self.due = {NIGHTLY, MONTHLY}
        self.is_gone = False

    async def windows_between(self, since: int, until: int, after: bytes, limit: int) -> list[Window]:
        """See `sweep.Stored`."""
        found = [window for window in self.windows if since <= window.closes_at < until]
        return [window for window in found if window.occurrence_id > after][:limit]

    async def claim(self, name: str, every_us: int) -> bool:
        """See `sweep.Work`."""
        is_due = name in self.due
        self.due.discard(name)
        return is_due

    async def reached(self, name: str, mark: Mark) -> None:
        """See `sweep.Work`."""
        self.done[name] = mark

    async def fill(self, activity_id: bytes) -> None:
        """Notes the activity, and has its facts say what is recorded; some cannot be filled."""
        number = activity_id[0]
        if number in self.broken:
            raise ActivityNotFoundError
        self.filled.append(number)
        self.facts[bytes([number]) * 16] = Totals(2, 3)

    async def erase(self, before: int) -> int:
        """Notes since when is kept."""
        self.erased.append(before)
        return 1

    def sweep(self, kept_us: int = YEAR_US, at_once: int = 500) -> Sweep:
        """The sweep of all that."""
        totals = _Totals(self.facts), _Totals(self.recorded, self.is_gone)
        return Sweep(self, self, *totals, self.fill, self.erase, kept_us, at_once)


class _Totals:
    def __init__(self, totals: dict[bytes, Totals], is_gone: bool = False) -> None:
        self._totals, self._is_gone = totals, is_gone

    async def totals(self, ids: Collection[bytes] | Sequence[bytes]) -> dict[bytes, Totals]:
        """See `compare.Numbers` and `compare.Records`."""
        if self._is_gone:
            raise UnavailableError("checkin is gone")
        return dict(self._totals)

    async def beat(self, *, anew: bool = False) -> bool:
        """See `compare.Numbers`."""
        return True


async def test_of_the_last_days_all_that_differs_is_filled_each_night() -> None:
    """And nothing else is touched; what is older has its turn once a month."""
    past = Past(1, 34, 36, 364)
    for number in (1, 2):
        past.facts[bytes([number]) * 16] = Totals(1, 1)
    past.due = {NIGHTLY}
    await past.sweep().look(NIGHT)
    assert (past.filled, past.done) == ([1], {})
    past.due = {MONTHLY}
    await past.sweep().look(NIGHT)
    assert (past.filled, past.done) == ([1, 2], {MONTHLY: Mark(done=2)})


async def test_it_is_looked_at_night_and_once() -> None:
    """By day nobody claims it; a second projector finds it claimed."""
    past = Past(1)
    past.facts.clear()
    await past.sweep().look(NIGHT - 8 * HOUR_US)
    assert (past.filled, past.due) == ([], {NIGHTLY, MONTHLY})
    await past.sweep().look(NIGHT)
    past.facts.clear()
    await past.sweep().look(NIGHT)
    assert past.filled == [0]


@pytest.mark.parametrize(("kept_days", "filled"), [(30, [0]), (365, [0, 1, 2])])
async def test_what_is_older_than_kept_is_erased_and_not_filled_again(kept_days: int, filled: list[int]) -> None:
    """Though checkin remembers it."""
    past = Past(1, 34, 364, 366)
    past.facts.clear()
    await past.sweep(kept_days * DAY_US).look(NIGHT)
    assert (past.filled, past.erased) == (filled, [NIGHT - kept_days * DAY_US])


async def test_what_cannot_be_filled_leaves_the_others_alone() -> None:
    """Across batches, and it is not counted as filled."""
    past = Past(40, 41, 42, 43, 44)
    past.facts.clear()
    past.broken = {1, 3}
    await past.sweep(at_once=2).look(NIGHT)
    assert (past.filled, past.done) == ([0, 2, 4], {MONTHLY: Mark(done=4)})


async def test_an_outage_ends_the_night() -> None:
    """The month is not told as done."""
    past = Past(40)
    past.facts.clear()
    past.is_gone = True
    with pytest.raises(UnavailableError):
        await past.sweep().look(NIGHT)
    assert (past.filled, past.done) == ([], {})
