"""The audit: acknowledged attempts are watched until MySQL has them."""

import asyncio
import logging
from collections.abc import Collection, Sequence

import pytest
from prometheus_client import REGISTRY

from servicekit.errors import UnavailableError
from services.checkin.accepting.audit import DOUBTFUL_AFTER_S, MISSING_AFTER_S, Audit
from services.checkin.rules.keys import AttemptKey

ONE, TWO = (b"u" * 16, b"1" * 16), (b"u" * 16, b"2" * 16)
BATCH, OTHER = b"b" * 16, b"c" * 16


class Rows:
    """What MySQL has."""

    def __init__(self) -> None:
        self.batches: set[bytes] = set()
        self.attempts: set[AttemptKey] = set()
        self.is_gone = False
        self.asked: list[Sequence[bytes] | Sequence[AttemptKey]] = []

    async def find_batches(self, message_ids: Sequence[bytes]) -> Collection[bytes]:
        """Those that are there whole."""
        self._ask(message_ids)
        return self.batches & set(message_ids)

    async def find_attempts(self, keys: Sequence[AttemptKey]) -> Collection[AttemptKey]:
        """Those that are there."""
        self._ask(keys)
        return self.attempts & set(keys)

    def _ask(self, wanted: Sequence[bytes] | Sequence[AttemptKey]) -> None:
        if self.is_gone:
            raise UnavailableError("gone")
        self.asked.append(wanted)


class Clock:
    """A clock that stands until it is set."""

    now = 100.0

    def __call__(self) -> float:
        """What it shows."""
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


def waiting() -> float:
    """How many are acknowledged and not known to be there."""
    return REGISTRY.get_sample_value("checkin_unpersisted_attempts") or 0.0


@pytest.fixture
def audit(rows: Rows, clock: Clock) -> Audit:
    """An audit of these rows."""
    return Audit(rows.find_batches, rows.find_attempts, clock)


async def test_a_batch_that_is_found_is_forgotten(audit: Audit, rows: Rows, clock: Clock) -> None:
    """One row speaks for all its attempts; each is counted once and asked for no more."""
    before = counted("persisted")
    audit.note(BATCH, [ONE, TWO])
    rows.batches = {BATCH}
    clock.now += 3
    await audit.look()
    await audit.look()
    assert counted("persisted") - before == 2
    assert rows.asked == [[BATCH]]


async def test_what_is_new_is_not_asked_for(audit: Audit, rows: Rows, clock: Clock) -> None:
    """The recorder gets its second."""
    audit.note(BATCH, [ONE])
    clock.now += 1
    await audit.look()
    assert rows.asked == []


async def test_a_batch_without_a_row_is_asked_for_attempt_by_attempt(audit: Audit, rows: Rows, clock: Clock) -> None:
    """After half a minute: a recorder of the release before writes no such rows, and nothing is missing for that."""
    before = counted("persisted")
    audit.note(BATCH, [ONE, TWO])
    rows.attempts = {ONE, TWO}
    clock.now += DOUBTFUL_AFTER_S - 1
    await audit.look()
    assert rows.asked == [[BATCH]]
    clock.now += 2
    await audit.look()
    await audit.look()
    assert rows.asked[1:] == [[BATCH], [ONE, TWO]]
    assert counted("persisted") - before == 2


async def test_what_never_comes_is_missing_after_a_quarter_of_an_hour(
    audit: Audit, rows: Rows, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """It is counted once, and the log names it; its neighbour in the message, which is there, is not."""
    missing, persisted = counted("missing"), counted("persisted")
    audit.note(BATCH, [ONE, TWO])
    rows.attempts = {TWO}
    clock.now += MISSING_AFTER_S - 1
    await audit.look()
    assert (counted("missing") - missing, counted("persisted") - persisted) == (0, 1)
    clock.now += 2
    with caplog.at_level(logging.ERROR):
        await audit.look()
        await audit.look()
    assert counted("missing") - missing == 1
    assert [record.args for record in caplog.records] == [("31313131-3131-3131-3131-313131313131",)]


async def test_nothing_is_missing_while_mysql_is_gone(audit: Audit, rows: Rows, clock: Clock) -> None:
    """An outage longer than the limit says nothing about what waits in the queue."""
    before = counted("missing")
    audit.note(BATCH, [ONE])
    clock.now += MISSING_AFTER_S + 60
    rows.is_gone = True
    with pytest.raises(UnavailableError):
        await audit.look()
    rows.is_gone, rows.batches = False, {BATCH}
    await audit.look()
    assert counted("missing") == before


async def test_what_is_too_much_is_not_watched(rows: Rows, clock: Clock) -> None:
    """Memory is bounded by attempts, whatever the outage; there is room again for what comes later."""
    audit = Audit(rows.find_batches, rows.find_attempts, clock, capacity=2)
    audit.note(BATCH, [ONE, TWO])
    audit.note(OTHER, [ONE])
    rows.batches = {BATCH}
    clock.now += 3
    await audit.look()
    audit.note(OTHER, [ONE])
    clock.now += 3
    await audit.look()
    assert rows.asked == [[BATCH], [OTHER]]


async def test_a_long_queue_is_asked_for_in_turns(audit: Audit, rows: Rows, clock: Clock) -> None:
    """While the recorder is far behind, a look asks for some 20,000 attempts, and the next one for others."""
    everybody = [(b"u" * 16, number.to_bytes(16, "big")) for number in range(30_000)]
    for start in range(0, len(everybody), 100):
        audit.note(start.to_bytes(16, "big"), everybody[start : start + 100])
    clock.now += DOUBTFUL_AFTER_S
    asked: set[AttemptKey] = set()
    for _ in range(2):
        rows.asked.clear()
        await audit.look()
        pages = rows.asked[1:]
        assert sum(map(len, pages)) == 20_000
        asked |= {key for page in pages for key in page if isinstance(key, tuple)}
    assert asked == set(everybody)


async def test_the_gauges_say_what_waits(audit: Audit, rows: Rows, clock: Clock) -> None:
    """Attempts, not batches, and since when the oldest waits."""
    audit.note(BATCH, [ONE])
    audit.note(OTHER, [ONE, TWO])
    rows.batches = {BATCH}
    clock.now += 5
    running = asyncio.create_task(audit.run())
    for _ in range(5):
        await asyncio.sleep(0)
    running.cancel()
    assert waiting() == 2
    assert REGISTRY.get_sample_value("checkin_unpersisted_oldest_seconds") == 5
