"""The last word on a seat, of all that was decided on it."""

import pytest

from services.checkin.records.rulings import last_word
from services.checkin.records.stored import Ruling
from services.checkin.rules.merge import Decision, DecisionKind

K = DecisionKind
FIRST, OTHER = b"1" * 16, b"2" * 16


def said(*kinds: DecisionKind | tuple[DecisionKind, bytes], stale: int = 0) -> list[Ruling]:
    """Decisions in sequence, on the first attempt unless another is named; the one numbered `stale` came late."""
    found = []
    for sequence, each in enumerate(kinds, start=1):
        kind, attempt_id = each if isinstance(each, tuple) else (each, FIRST)
        decision = Decision(bytes([sequence]) * 16, sequence, kind, attempt_id, sequence, is_stale=sequence == stale)
        found.append(Ruling(decision, bytes(16), f"{sequence}"))
    return found


@pytest.mark.parametrize(
    ("rulings", "counts"),
    [
        ((), None),
        ((K.APPEAL,), None),
        ((K.REFUSE, K.APPEAL), 1),
        ((K.REFUSE, K.APPEAL, K.APPROVE), 3),
        ((K.APPROVE, (K.REFUSE, OTHER)), 1),
        (((K.APPROVE, OTHER), K.APPROVE, (K.REFUSE, OTHER)), 2),
        ((K.APPROVE, K.ANNUL), 2),
        ((K.APPROVE, K.ANNUL, (K.APPROVE, OTHER)), 3),
        ((K.REFUSE, K.MARK_PRESENT), 2),
        ((K.REFUSE, K.MARK_PRESENT, K.MARK_LATE), 3),
        ((K.REFUSE, K.MARK_PRESENT, K.UNMARK), 1),
        ((K.MARK_LEAVE, K.UNMARK), None),
        ((K.MARK_LEAVE, K.APPROVE), 1),
    ],
)
def test_one_decision_counts(rulings: tuple[DecisionKind, ...], counts: int | None) -> None:
    """A mark over all others, an annul over what was before it, and of attempts the one that was let in."""
    word = last_word(said(*rulings))
    assert (word.decision.sequence if word else None) == counts


def test_what_came_too_late_counts_for_nothing() -> None:
    """It is kept, and shown to reviewers."""
    word = last_word(said(K.APPROVE, K.REFUSE, stale=2))
    assert word is not None and word.decision.kind is K.APPROVE
