"""The audit: acknowledged attempts are watched until MySQL has them."""

import logging
from collections.abc import Collection, Sequence

import pytest
from prometheus_client import REGISTRY

from servicekit.errors import UnavailableError
from services.checkin.audit import MISSING_AFTER_S, Audit, Key

ONE, TWO = (b"u" * 16, b"1" * 16), (b"u" * 16, b"2" * 16)


class Rows:
    """What MySQL has."""

    def __init__(self) -> None:
        self.rows: set[Key] = set()
        self.is_gone = False
        self.asked: list[Sequence[Key]] = []

    async def find(self, keys: Sequence[Key]) -> Collection[Key]:
        """Those that are there."""
        if self.is_gone:
            raise UnavailableError("gone")
        self.asked.append(keys)
        return self.rows & set(keys)


class Clock:
    """A clock that stands until it is set."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def rows() -> Rows:
    """An empty table."""
    return Rows()


@pytest.fixture
def clock() -> Clock:
    """The clock of the audit."""
    return Clock()


def counted(result: str) -> float:
    """How many were counted so far."""
    return REGISTRY.get_sample_value("checkin_audited_total", {"result": result}) or 0.0


async def test_what_is_found_is_forgotten(rows: Rows, clock: Clock) -> None:
    """An attempt that MySQL has is counted once and asked for no more."""
    audit, before = Audit(rows.find, clock), counted("persisted")
    audit.note([ONE, TWO])
    rows.rows = {ONE, TWO}
    clock.now += 3
    await audit.look()
    await audit.look()
    assert counted("persisted") - before == 2
    assert len(rows.asked) == 1


async def test_what_is_new_is_not_asked_for(rows: Rows, clock: Clock) -> None:
    """The recorder gets its second."""
    audit = Audit(rows.find, clock)
    audit.note([ONE])
    clock.now += 1
    await audit.look()
    assert rows.asked == []


async def test_what_never_comes_is_missing_after_a_quarter_of_an_hour(
    rows: Rows, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """It is counted once, and the log names it."""
    audit, before = Audit(rows.find, clock), counted("missing")
    audit.note([ONE, TWO])
    rows.rows = {TWO}
    clock.now += MISSING_AFTER_S - 1
    await audit.look()
    assert counted("missing") == before
    clock.now += 2
    with caplog.at_level(logging.ERROR):
        await audit.look()
        await audit.look()
    assert counted("missing") - before == 1
    assert "31313131-3131-3131-3131-313131313131" in caplog.text


async def test_nothing_is_missing_while_mysql_is_gone(rows: Rows, clock: Clock) -> None:
    """An outage longer than the limit says nothing about what waits in the queue."""
    audit, before = Audit(rows.find, clock), counted("missing")
    audit.note([ONE])
    clock.now += MISSING_AFTER_S + 60
    rows.is_gone = True
    with pytest.raises(UnavailableError):
        await audit.look()
    rows.is_gone, rows.rows = False, {ONE}
    await audit.look()
    assert counted("missing") == before


async def test_what_is_too_much_is_not_watched(rows: Rows, clock: Clock) -> None:
    """Memory is bounded, whatever the outage."""
    audit = Audit(rows.find, clock, capacity=1)
    audit.note([ONE, TWO])
    clock.now += 3
    await audit.look()
    assert rows.asked == [[ONE]]
