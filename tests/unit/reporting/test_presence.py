"""Where a person is after any history of coming and going, by both seats, as a recount of all attempts says it."""

from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from domainkit.presence import Presence
from protos.checkin.v1 import checkin_pb2 as pb
from services.reporting.domain import IN, OUT, SeatView, where
from services.reporting.project import to_change


class Attempt(NamedTuple):
    """One attempt: its number is the order in which the phone made it, the times of several may be one."""

    number: int
    direction: int
    at: int
    is_accepted: bool
    is_early: bool

    @property
    def attempt_id(self) -> bytes:
        """Rises with its number, as a UUIDv7 does."""
        return self.number.to_bytes(16, "big")


histories = st.lists(
    st.tuples(st.sampled_from([IN, OUT]), st.integers(1, 4), st.booleans(), st.booleans()), max_size=8
).map(lambda rows: [Attempt(number, *row) for number, row in enumerate(rows, 1)])


def seat_of(history: Sequence[Attempt], direction: int) -> SeatView | None:
    """The seat of a direction, as checkin tells it: the earliest accepted attempt holds it, others are duplicates."""
    asked = [attempt for attempt in history if attempt.direction == direction]
    if not asked:
        return None
    holder = min((each for each in asked if each.is_accepted), key=lambda each: (each.at, each.number), default=None)
    seat = pb.SeatState(occurrence_id=b"o" * 16, user_id=b"p" * 16, activity_id=b"a" * 16, revision=1)
    seat.direction = pb.Direction.ValueType(direction)
    seat.state = pb.SeatState.STATE_HELD if holder else pb.SeatState.STATE_FREE
    if holder:
        seat.holder, seat.effective_at = holder.attempt_id, holder.at
    for attempt in asked:
        told = seat.attempts.add(attempt_id=attempt.attempt_id, effective_at=attempt.at, method=pb.METHOD_QR)
        told.punctuality = pb.PUNCTUALITY_EARLY_LEAVE if attempt.is_early else pb.PUNCTUALITY_ON_TIME
        told.outcome = pb.OUTCOME_REFUSED
        if attempt.is_accepted:
            told.outcome = pb.OUTCOME_ACCEPTED if attempt is holder else pb.OUTCOME_DUPLICATE
    return to_change(seat).view


@given(histories)
def test_the_latest_accepted_or_duplicate_attempt_counts(history: list[Attempt]) -> None:
    """By effective time, then by id; refused ones move nobody."""
    counting = sorted((each for each in history if each.is_accepted), key=lambda each: (each.at, each.number))
    expected = Presence(False)
    if counting:
        last = counting[-1]
        expected = Presence(True) if last.direction == IN else Presence(False, last.at, last.is_early)
    assert where(seat_of(history, IN), seat_of(history, OUT)) == expected
