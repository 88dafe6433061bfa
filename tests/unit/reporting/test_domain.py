"""Filters of people."""

import pytest

from services.reporting.domain import Counted, Filter, SeatView, Status

SEAT = SeatView(True, 100, [], Status.CHECKED_IN, "qr", "A", "late", ["LATE"])


@pytest.mark.parametrize(
    "fits",
    [
        {},
        {"status": Status.CHECKED_IN},
        {"method": "qr", "gate": "A"},
        {"reason": "LATE", "punctuality": "late"},
        {"from_at": 100, "to_at": 101},
    ],
)
def test_a_filter_admits_what_it_asks_for(fits: dict[str, object]) -> None:
    """Every condition given must hold; those not given ask for nothing."""
    assert Filter(**fits).admits(Counted(bytes(16), SEAT))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "misses",
    [
        {"status": Status.REFUSED},
        {"method": "code"},
        {"gate": "B", "method": "qr"},
        {"reason": "FENCE_OUTSIDE"},
        {"punctuality": "on_time"},
        {"from_at": 101},
        {"to_at": 100},
    ],
)
def test_a_filter_turns_the_rest_away(misses: dict[str, object]) -> None:
    """One condition that fails is enough; the end of a time span is not in it."""
    assert not Filter(**misses).admits(Counted(bytes(16), SEAT))  # type: ignore[arg-type]
