"""A rush during a fault is compared with a healthy one, in pairs, and the median pair speaks."""

from collections.abc import Iterator

import pytest

from tests.chaos import __main__ as chaos
from tests.chaos.faults import HEALTHY, faults
from tests.chaos.trial import Fault, Result

ANTIFRAUD = next(fault for fault in faults() if fault.name == "antifraud dead")


async def compared(monkeypatch: pytest.MonkeyPatch, *p99_ms: float) -> Result:
    """The result of the comparison when rushes, healthy and broken in turn, take so long."""
    times: Iterator[float] = iter(p99_ms)

    async def attempt(fault: Fault, people: int) -> Result:
        return Result(fault.name, fault.row, p99_ms=next(times))

    monkeypatch.setattr(chaos, "_try", attempt)
    return await chaos._run(ANTIFRAUD, 1_000)


async def test_the_median_pair_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    """One bad minute of the machine is neither praise nor blame, and all pairs are told."""
    found = await compared(monkeypatch, 100, 120, 100, 900, 200, 300)
    assert (found.healthy_p99_ms, found.p99_ms, found.failures) == (200, 300, [])
    assert found.pairs_ms == [(100, 120), (100, 900), (200, 300)]


async def test_twice_as_slow_is_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A median pair beyond it is red, and says by how much."""
    assert (await compared(monkeypatch, 100, 200, 100, 200, 100, 200)).failures == []
    slower = await compared(monkeypatch, 100, 300, 100, 300, 100, 100)
    assert slower.failures == ["p99 is 3.0 times that of a healthy rush"]


def test_everybody_comes_at_the_same_instant() -> None:
    """In both rushes of a pair, the same number of people."""
    assert ANTIFRAUD.is_instant and HEALTHY.is_instant
    assert ANTIFRAUD.people == HEALTHY.people == 1_000
