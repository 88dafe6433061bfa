"""Seats are gathered, the newest of each is written, and nothing waits for ever or without a bound."""

from collections.abc import Sequence

import pytest
from sqlalchemy.exc import DataError

from servicekit.errors import UnavailableError
from services.reporting.facts import writer as writing
from services.reporting.facts.writer import FactWriter, write
from services.reporting.project import Change
from tests.unit.reporting.facts.test_fact import a_change


class Kept:
    """Keeps what it is given, unless it is gone or cannot hold it."""

    def __init__(self) -> None:
        self.saved: list[list[int]] = []
        self.is_gone = False
        self.refuses = -1

    async def save(self, changes: Sequence[Change]) -> int:
        """See `store.Facts`."""
        if self.is_gone:
            raise UnavailableError("MySQL is gone")
        if any(change.revision == self.refuses for change in changes):
            raise DataError("INSERT", {}, ValueError("a word too long"))
        self.saved.append([change.revision for change in changes])
        return len(changes)


async def test_of_one_seat_the_newest_is_written() -> None:
    """In whatever order they came."""
    kept = Kept()
    writer = FactWriter(kept)
    writer.offer([a_change(2), a_change(3), a_change(1)])
    await writer.write()
    await writer.write()
    assert kept.saved == [[3]]


async def test_what_could_not_be_written_waits() -> None:
    """And what came meanwhile goes with it."""
    kept = Kept()
    writer, kept.is_gone = FactWriter(kept), True
    writer.offer([a_change(1)])
    with pytest.raises(UnavailableError):
        await writer.write()
    writer.offer([a_change(2)])
    kept.is_gone = False
    await writer.write()
    assert kept.saved == [[2]]


async def test_what_no_column_holds_takes_nothing_along() -> None:
    """It is noted and left out; its neighbours are written."""
    kept = Kept()
    kept.refuses = 3
    changes = [a_change(number)._replace(user_id=bytes([number]) * 16) for number in range(1, 6)]
    await write(kept, changes)
    assert sorted(revision for part in kept.saved for revision in part) == [1, 2, 4, 5]


async def test_so_many_wait_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """What there is no room for, the comparison brings in."""
    monkeypatch.setattr(writing, "_WAITING", 2)
    kept = Kept()
    writer = FactWriter(kept)
    writer.offer(a_change(1)._replace(user_id=bytes([number]) * 16) for number in range(5))
    await writer.write()
    assert [len(part) for part in kept.saved] == [2]
