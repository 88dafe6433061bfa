"""Where a person stands is derived from what they did, in whatever order it is told."""

from hypothesis import given
from hypothesis import strategies as st

from services.checkin.rules.merge import MOVES, Outcome
from services.checkin.rules.occurrence import Direction, Method
from services.checkin.rules.standing import Move, before, standing


def a_move(at: int, direction: int = Direction.IN, outcome: Outcome = Outcome.DUPLICATE, name: int = 1) -> Move:
    """At a moment, by staff."""
    return Move(at, bytes([name]) * 16, direction, outcome, Method.STAFF, "北门", b"staff")


HISTORY = [
    a_move(10, outcome=Outcome.ACCEPTED, name=1),
    a_move(11, name=2),
    a_move(20, Direction.OUT, Outcome.ACCEPTED, name=3),
    a_move(30, name=4),
]


def test_who_came_went_and_came_again_has_come_in_twice() -> None:
    """A tap twice on the way in is one; the first of all holds the seat."""
    now = standing(HISTORY)
    assert (now.holder, now.is_inside, now.left_at, now.passes) == (HISTORY[0], True, 0, 2)


def test_just_before_an_attempt_only_what_was_earlier_counts() -> None:
    """So a retry is told what its first was told."""
    then = before(HISTORY, HISTORY[3].effective_at, HISTORY[3].attempt_id)
    assert (then.is_inside, then.left_at, then.passes) == (False, 20, 1)


def test_of_nobody_nothing_is_known() -> None:
    """They have not come."""
    assert standing([]) == standing([a_move(1, outcome=Outcome.REFUSED)])
    assert (standing([]).holder, standing([]).passes, standing([]).is_pending) == (None, 0, False)


def test_what_waits_for_a_human_is_seen_and_moves_nobody() -> None:
    """Staff see that there is something to decide."""
    waiting = standing([a_move(1, outcome=Outcome.PENDING_REVIEW)])
    assert (waiting.is_pending, waiting.is_inside, waiting.passes) == (True, False, 0)


_moves = st.builds(
    a_move,
    st.integers(0, 9),
    st.sampled_from(Direction),
    st.sampled_from([Outcome.ACCEPTED, Outcome.DUPLICATE, Outcome.REFUSED, Outcome.PENDING_REVIEW]),
    st.integers(0, 255),
)


@given(st.lists(_moves, unique_by=lambda move: move.attempt_id), st.randoms())
def test_passes_and_presence_are_those_of_a_recount(moves: list[Move], chance: object) -> None:
    """Step by step in order of time, however they are given."""
    inside, passes = False, 0
    for move in sorted(moves, key=lambda move: (move.effective_at, move.attempt_id)):
        if move.outcome in MOVES:
            passes += move.direction == Direction.IN and not inside
            inside = move.direction == Direction.IN
    chance.shuffle(moves)  # type: ignore[attr-defined]
    now = standing(moves)
    assert (now.is_inside, now.passes) == (inside, passes)
