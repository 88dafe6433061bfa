"""Filters and pages of people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain import Counted, Filter, SeatView, Status, page

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
    assert Filter(**fits).admits(SEAT)  # type: ignore[arg-type]


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
    assert not Filter(**misses).admits(SEAT)  # type: ignore[arg-type]


people = st.lists(
    st.builds(
        lambda user, at: Counted(bytes([user]) * 16, SEAT._replace(at=at)), st.integers(0, 99), st.integers(0, 5)
    ),
    unique_by=lambda person: person.user_id,
)


@given(people, st.integers(1, 7))
def test_pages_give_everybody_once_the_latest_first(everybody: list[Counted], size: int) -> None:
    """Walking the pages of any size gives the whole list in its order, and the last page says so."""
    walked: list[Counted] = []
    after, has_more = None, True
    while has_more:
        found, has_more = page(everybody, after, size)
        walked.extend(found)
        after = (found[-1].seat.at, found[-1].user_id) if found else None
    assert walked == sorted(everybody, key=lambda person: (-person.seat.at, person.user_id))
