"""History is filled in from what is recorded, beside those who check in."""

from collections.abc import Sequence

import pytest

from servicekit.clock import now_us
from services.reporting.domain import DAY_US, Window
from services.reporting.errors import ActivityNotFoundError
from services.reporting.facts.filling import Filler
from services.reporting.project import Change
from tests.fakes.reporting import FakeRecords, FakeWindows
from tests.unit.reporting.test_rebuilding import ACTIVITY, FIRST, SECOND, a_seat

KEPT_US = 30 * DAY_US


class Written:
    """Remembers whose facts were written."""

    def __init__(self) -> None:
        self.people: list[int] = []

    async def save(self, changes: Sequence[Change]) -> list[Change]:
        """See `writer.Facts`."""
        self.people += [change.user_id[0] for change in changes]
        return []


def a_window(occurrence_id: bytes, days_ago: int) -> Window:
    """An occurrence that closed so many days ago."""
    closes_at = now_us() - days_ago * DAY_US
    return Window(occurrence_id, ACTIVITY, 1, closes_at - DAY_US, closes_at)


@pytest.fixture
def records() -> FakeRecords:
    """Five seats in two occurrences, in pages of two."""
    return FakeRecords(*(a_seat(user) for user in (1, 2, 3)), a_seat(4, SECOND), a_seat(5, SECOND))


async def test_all_occurrences_of_an_activity_are_filled(records: FakeRecords) -> None:
    """Page by page, and whoever asked is told how far it is."""
    facts, told = Written(), list[int]()
    windows = FakeWindows(a_window(FIRST, 2), a_window(SECOND, 1))
    assert await Filler(facts, records, windows, KEPT_US).fill(ACTIVITY, told.append) == 5
    assert (sorted(facts.people), told) == ([1, 2, 3, 4, 5], [2, 3, 5])


async def test_what_is_older_than_history_is_kept_is_not_filled(records: FakeRecords) -> None:
    """It would be erased the next night."""
    facts = Written()
    windows = FakeWindows(a_window(FIRST, 31), a_window(SECOND, 29))
    assert await Filler(facts, records, windows, KEPT_US).fill(ACTIVITY) == 2
    assert sorted(facts.people) == [4, 5]


async def test_an_activity_that_nobody_told_of_is_not_filled(records: FakeRecords) -> None:
    """Its occurrences are not known."""
    with pytest.raises(ActivityNotFoundError):
        await Filler(Written(), records, FakeWindows(), KEPT_US).fill(ACTIVITY)
