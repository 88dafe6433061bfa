"""Filters and pages of people."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain import Counted, Filter, Listing, SeatView, Status, page

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


people = st.lists(
    st.builds(
        lambda user, at: Counted(bytes([user]) * 16, SEAT._replace(at=at)), st.integers(0, 99), st.integers(0, 5)
    ),
    unique_by=lambda person: person.user_id,
)


def walk(listings: Callable[[int], Listing], size: int) -> list[Counted]:
    """Everybody on all pages; `listings` says how the list is when page `n` is read."""
    walked, cursor, number = list[Counted](), None, 0
    while number == 0 or cursor:
        found, cursor = page(listings(number), cursor, size)
        walked, number = walked + list(found), number + 1
    return walked


@given(people, st.integers(1, 7))
def test_pages_give_everybody_once_the_latest_first(everybody: list[Counted], size: int) -> None:
    """Walking the pages of any size gives the whole list in its order, and the last page says so."""
    walked = walk(lambda number: Listing(everybody, {}, 7), size)
    assert walked == sorted(everybody, key=lambda person: (-person.seat.at, person.user_id))


def standing(*times: int) -> list[Counted]:
    """Person 0, 1, 2 ... at these times."""
    return [Counted(bytes([user]) * 16, SEAT._replace(at=at)) for user, at in enumerate(times)]


def test_who_moves_comes_once_more_at_the_end() -> None:
    """Somebody who stood beyond the first page and then before it is seen; the others come once."""
    before, after = standing(5, 4, 3, 2), standing(5, 4, 9, 2)
    moved = Listing(after, {after[2].user_id: 8}, 8)
    walked = walk(lambda number: Listing(before, {}, 7) if number == 0 else moved, 2)
    assert [person.user_id[0] for person in walked] == [0, 1, 3, 2]


@pytest.mark.parametrize("replaced", [Listing(standing(5, 4, 9, 2), {}, 8, 8), Listing(standing(5, 4, 9, 2), {}, 0)])
def test_a_list_that_was_put_anew_begins_anew(replaced: Listing) -> None:
    """Nobody knows where anybody stood before: rebuilt, or after Redis forgot all moves."""
    walked = walk(lambda number: Listing(standing(5, 4, 3, 2), {}, 7) if number == 0 else replaced, 2)
    assert [person.user_id[0] for person in walked] == [0, 1, 2, 0, 1, 3]
