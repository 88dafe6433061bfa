"""Where a person stands at an occurrence, as staff at a door see it. Pure.

Rules 24 and 29 of the law: how often somebody came in is derived from the same attempts as whether they are inside.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from domainkit.presence import moment, presence
from services.checkin.rules.merge import MOVES, Outcome
from services.checkin.rules.occurrence import Direction


@dataclass(frozen=True, slots=True)
class Move:
    """One attempt of a person, in the light of its seat.

    Attributes:
        actor_id: Who let them in; empty where they did so themselves.
    """

    effective_at: int
    attempt_id: bytes
    direction: int
    outcome: Outcome
    method: int
    gate: str = ""
    actor_id: bytes = b""

    @property
    def moment(self) -> str:
        """When it counts as made, to compare."""
        return moment(self.effective_at, self.attempt_id)


@dataclass(frozen=True, slots=True)
class Standing:
    """What came of all moves.

    Attributes:
        holder: The one that holds the seat to come in.
        left_at: 0 for who has not left, or has come back.
        passes: How often they came in.
        is_pending: Something of them waits for a human.
    """

    holder: Move | None
    is_inside: bool
    left_at: int
    passes: int
    is_pending: bool


def standing(moves: Iterable[Move]) -> Standing:
    """Where somebody stands who moved like this."""
    ordered = sorted(moves, key=lambda move: move.moment)
    counted = [move for move in ordered if move.outcome in MOVES]
    latest = {move.direction: move for move in counted}
    came, left = latest.get(Direction.IN), latest.get(Direction.OUT)
    now = presence(came.moment if came else "", left.moment if left else "", left.effective_at if left else 0, False)
    held = (move for move in counted if move.outcome is Outcome.ACCEPTED and move.direction == Direction.IN)
    return Standing(
        next(held, None),
        now.is_inside,
        now.left_at,
        [way for way, _ in groupby(counted, key=lambda move: move.direction)].count(Direction.IN),
        any(move.outcome in (Outcome.PENDING_REVIEW, Outcome.PROVISIONAL) for move in ordered),
    )


def before(moves: Iterable[Move], effective_at: int, attempt_id: bytes) -> Standing:
    """Where they stood just before an attempt of theirs."""
    this = moment(effective_at, attempt_id)
    return standing(move for move in moves if move.moment < this)
