"""Seats are gathered, the newest of each is written, and nothing waits for ever or without a bound."""

import time
from collections.abc import Sequence

import pytest
from prometheus_client import REGISTRY
from sqlalchemy.exc import DataError

from servicekit.errors import UnavailableError
from services.reporting.facts.writer import FactWriter, write
from services.reporting.project import Change
from tests.unit.reporting.facts.test_fact import a_change


class Kept:
    """Keeps what it is given, unless it is gone or cannot hold it."""

    def __init__(self) -> None:
        self.saved: list[list[int]] = []
        self.is_gone = False
        self.refuses = -1
        self.knows_all = True

    async def save(self, changes: Sequence[Change]) -> list[Change]:
        """See `store.Facts`."""
        if self.is_gone:
            raise UnavailableError("MySQL is gone")
        if any(change.revision == self.refuses for change in changes):
            raise DataError("INSERT", {}, ValueError("a word too long"))
        if not self.knows_all:
            return list(changes)
        self.saved.append([change.revision for change in changes])
        return []


def dropped() -> float:
    """How many seats were left to the comparison so far."""
    return REGISTRY.get_sample_value("reporting_facts_dropped_total") or 0


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


async def test_so_many_wait_and_no_more() -> None:
    """What there is no room for, the comparison brings in."""
    kept = Kept()
    writer = FactWriter(kept, waiting=2)
    writer.offer(a_change(1)._replace(user_id=bytes([number]) * 16) for number in range(5))
    await writer.write()
    assert [len(part) for part in kept.saved] == [2]


async def test_whose_activity_is_told_of_later_is_written_then() -> None:
    """A seat that came before its activity waits for it, and goes with whatever is written next."""
    kept = Kept()
    writer, kept.knows_all = FactWriter(kept, again_s=0), False
    writer.offer([a_change(1), a_change(1)._replace(user_id=b"v" * 16)])
    await writer.write()
    assert kept.saved == []
    kept.knows_all = True
    await writer.write()
    await writer.write()
    assert kept.saved == [[1, 1]]


async def test_nobody_waits_for_an_activity_for_ever_or_without_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waited long enough, and what there is no room for, is left to the comparison."""
    kept = Kept()
    writer, kept.knows_all = FactWriter(kept, strays=2, again_s=0), False
    writer.offer(a_change(1)._replace(user_id=bytes([number]) * 16) for number in range(5))
    before = dropped()
    await writer.write()
    assert dropped() - before == 3
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 91)
    await writer.write()
    kept.knows_all = True
    await writer.write()
    assert (kept.saved, dropped() - before) == ([], 5)


async def test_who_waits_for_an_activity_outlives_an_outage() -> None:
    """MySQL goes while they wait; they are written when it is back."""
    kept = Kept()
    writer, kept.knows_all = FactWriter(kept, again_s=0), False
    writer.offer([a_change(1)])
    await writer.write()
    kept.knows_all = kept.is_gone = True
    with pytest.raises(UnavailableError):
        await writer.write()
    kept.is_gone = False
    await writer.write()
    assert kept.saved == [[1]]
