"""The merge law: from the copies of attempts and the decisions of humans to one truth per seat.

`record.py` calls it between reading under the locks and writing; `accept.py` asks it what to answer. It knows no I/O,
and its results depend neither on the order nor on the grouping nor on the repetition of what arrives.

Source: services/checkin/rules/LAW.md, rules 1 to 6, 13, 27 and 30; searched for holes with the records model.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from itertools import chain


class Judgement(IntEnum):
    """What one process said of one copy; between copies the higher number wins."""

    REFUSED = 1
    UNDECIDED = 2
    PENDING_REVIEW = 3
    ACCEPTED = 4


class Outcome(IntEnum):
    """What an attempt reads, to its person and to everybody else."""

    ACCEPTED = 1
    DUPLICATE = 2
    PENDING_REVIEW = 3
    PROVISIONAL = 4
    REFUSED = 5
    ANNULLED = 6
    SUPERSEDED = 7


class SeatState(IntEnum):
    """Whether a seat is held and, if not, whether a human emptied it."""

    FREE = 1
    HELD = 2
    ANNULLED = 3


class DecisionKind(StrEnum):
    """What a human can decide: an annul empties the seat, a mark lies over it, the others concern one attempt."""

    APPROVE = "approve"
    REFUSE = "refuse"
    ANNUL = "annul"
    APPEAL = "appeal"
    MARK_PRESENT = "mark_present"
    MARK_LATE = "mark_late"
    MARK_LEAVE = "mark_leave"
    MARK_ABSENT = "mark_absent"
    UNMARK = "unmark"


# What staff say a person counts as; the last takes that back (rule 27). None of them is about an attempt.
MARKS = frozenset(kind for kind in DecisionKind if "mark" in kind)
_REVIEWS = frozenset(DecisionKind) - MARKS - {DecisionKind.ANNUL}


class ReviewState(IntEnum):
    """How an attempt stands with those who review; closed: there is nothing to decide any more."""

    PENDING = 1
    APPROVED = 2
    REFUSED = 3
    CLOSED = 4


class HintKind(StrEnum):
    """What Redis may know of a seat before, or instead of, MySQL."""

    CLAIMED = "claimed"
    HELD = "held"
    FREED = "freed"


@dataclass(frozen=True, slots=True)
class Copy:
    """One arrival of an attempt with its judgement.

    `canonical` is the deterministic serialisation of the whole copy: equal bytes mean equal copies.
    """

    attempt_id: bytes
    received_at: int
    effective_at: int
    judgement: Judgement
    is_staff: bool
    body_hash: bytes
    canonical: bytes


@dataclass(frozen=True, slots=True)
class Decision:
    """What a human decided on a seat; `sequence` is unique within the seat and rises from 1.

    A stale one was made on a revision that had passed: it is kept and shown, and counts for nothing.

    Attributes:
        is_end: No human said so: the activity was cancelled, and what waited ended with it.
        is_lapse: No human said so either: nobody did in time, and the activity's policy decided (rule 30).
        decided_by: Empty where nobody asks.
    """

    decision_id: bytes
    sequence: int
    kind: DecisionKind
    attempt_id: bytes
    decided_at: int
    is_stale: bool
    is_end: bool = False
    is_lapse: bool = False
    decided_by: bytes = b""


@dataclass(frozen=True, slots=True)
class Seat:
    """The truth of one seat: its holder (None unless held) and the outcome of each attempt, in order of attempt_id."""

    state: SeatState
    holder: bytes | None
    effective_at: int | None
    outcomes: Mapping[bytes, Outcome]


@dataclass(frozen=True, slots=True)
class Hint:
    """What Redis says of a seat: a freed one names no attempt, a claimed one has no revision yet."""

    kind: HintKind
    attempt_id: bytes | None = None
    effective_at: int | None = None
    revision: int = 0
    is_annulled: bool = False


_OWN_OUTCOME: Mapping[Judgement, Outcome] = {
    Judgement.REFUSED: Outcome.REFUSED,
    Judgement.UNDECIDED: Outcome.PROVISIONAL,
    Judgement.PENDING_REVIEW: Outcome.PENDING_REVIEW,
    Judgement.ACCEPTED: Outcome.ACCEPTED,
}

# Where a person is follows these, whichever attempt holds the seat (rule 24).
MOVES = (Outcome.ACCEPTED, Outcome.DUPLICATE)

_ANY = frozenset(Outcome)

# Rule 6. A superseded attempt is an open one under a held seat, so whatever may become superseded may also arrive there
# in two steps, and it may become what an open one may. A duplicate may be an answer given for its seat's sake to an
# attempt of any judgement, so its own outcome may be anything.
ALLOWED_TRANSITIONS: Mapping[Outcome, frozenset[Outcome]] = {
    Outcome.PROVISIONAL: _ANY,
    Outcome.SUPERSEDED: _ANY,
    Outcome.DUPLICATE: _ANY,
    Outcome.PENDING_REVIEW: _ANY - {Outcome.PROVISIONAL},
    Outcome.REFUSED: _ANY - {Outcome.PROVISIONAL},
    Outcome.ACCEPTED: frozenset({Outcome.DUPLICATE, Outcome.ANNULLED}),
    Outcome.ANNULLED: frozenset({Outcome.ACCEPTED, Outcome.DUPLICATE}),
}


def may_become(seen: Outcome, now: Outcome) -> bool:
    """Whether somebody who was once told `seen` may be told `now` once every copy has been judged.

    Until then one more step is possible: an undecided copy reopens a refused attempt, which then reads provisional.
    """
    return now is seen or now in ALLOWED_TRANSITIONS[seen]


def add_copies(known: Sequence[Copy], arrived: Iterable[Copy]) -> tuple[Copy, ...]:
    """The copies of one attempt, each once with its best judgement, by (received_at, body_hash) (rule 1)."""
    kept: dict[tuple[int, bytes], Copy] = {}
    for copy in chain(known, arrived):
        key = (copy.received_at, copy.body_hash)
        kept[key] = min(kept.get(key, copy), copy, key=_rank_within_copy)
    return tuple(kept[key] for key in sorted(kept))


def winning_copy(copies: Iterable[Copy]) -> Copy:
    """The copy that speaks for its attempt: best judgement, then earliest, then least canonical bytes (rule 1).

    Raises:
        ValueError: There is no copy.
    """
    return min(copies, key=lambda copy: (-copy.judgement, copy.received_at, copy.canonical))


def resolve_seat(winners: Iterable[Copy], decisions: Sequence[Decision]) -> Seat:
    """Who holds a seat and what each of its attempts reads (rules 3 to 5).

    Args:
        winners: The winning copy of every attempt on the seat.
        decisions: Every decision on the seat, the stale ones included.
    """
    counting = _counting(decisions)
    annul = next((decision for decision in reversed(counting) if decision.kind is DecisionKind.ANNUL), None)
    cases = [_Case(copy, _reviews(counting, copy)) for copy in sorted(winners, key=lambda copy: copy.attempt_id)]
    eligible = (case.copy for case in cases if case.may_hold(annul))
    holder = min(eligible, key=lambda copy: (copy.effective_at, copy.attempt_id), default=None)
    outcomes = {case.copy.attempt_id: case.outcome(holder, annul) for case in cases}
    if holder is None:
        return Seat(SeatState.ANNULLED if annul else SeatState.FREE, None, None, outcomes)
    return Seat(SeatState.HELD, holder.attempt_id, holder.effective_at, outcomes)


def review_state(winner: Copy, outcome: Outcome, decisions: Sequence[Decision], is_listed: bool) -> ReviewState | None:
    """How one attempt stands with those who review; None when it is none of their business.

    Args:
        winner: Its winning copy.
        outcome: What it reads on its seat.
        decisions: Every decision on the seat.
        is_listed: It has been their business before, or is now: nobody else could decide it for too long.
    """
    if outcome is Outcome.PENDING_REVIEW:
        return ReviewState.PENDING
    if not is_listed and all(decision.attempt_id != winner.attempt_id for decision in decisions):
        return None
    if outcome is Outcome.PROVISIONAL:
        return ReviewState.PENDING
    # A review counts only while no copy is accepted.
    reviews = [] if winner.judgement is Judgement.ACCEPTED else _reviews(_counting(decisions), winner)
    verdict = _verdict(reviews)
    if verdict is None or verdict.is_end:
        return ReviewState.CLOSED
    return _VERDICT_STANDS.get((verdict.kind, outcome), ReviewState.CLOSED)


_VERDICT_STANDS: Mapping[tuple[DecisionKind, Outcome], ReviewState] = {
    (DecisionKind.APPROVE, Outcome.ACCEPTED): ReviewState.APPROVED,
    (DecisionKind.APPROVE, Outcome.DUPLICATE): ReviewState.APPROVED,
    (DecisionKind.REFUSE, Outcome.REFUSED): ReviewState.REFUSED,
}


def verdict_on(attempt_id: bytes, decisions: Sequence[Decision]) -> Decision | None:
    """The last word on an attempt: whether a human approved or refused it, or that it ended without one.

    Args:
        decisions: Every decision on its seat.
    """
    named = [decision for decision in _counting(decisions) if decision.attempt_id == attempt_id]
    return _verdict([each for each in named if each.is_end or each.is_lapse or each.kind in _REVIEWS])


def words_on(attempt_id: bytes, decisions: Sequence[Decision]) -> list[Decision]:
    """What was said of an attempt, or emptied its seat, in sequence; marks say nothing of it.

    Args:
        decisions: Every decision on its seat.
    """
    return [
        decision
        for decision in _counting(decisions)
        if decision.kind is DecisionKind.ANNUL or (decision.attempt_id == attempt_id and decision.kind in _REVIEWS)
    ]


def is_lapsed(attempt_id: bytes, decisions: Sequence[Decision]) -> bool:
    """Whether the last word on an attempt is its activity's policy's, for no human said any in time (rule 30)."""
    words = words_on(attempt_id, decisions)
    return bool(words) and words[-1].is_lapse and words[-1].attempt_id == attempt_id


def mark_of(decisions: Iterable[Decision]) -> Decision | None:
    """What the person of a seat counts as, whatever happened on it; None where staff say nothing (rule 27)."""
    marks = [decision for decision in _counting(decisions) if decision.kind in MARKS]
    return marks[-1] if marks and marks[-1].kind is not DecisionKind.UNMARK else None


def is_set(winners: Iterable[Copy], decisions: Sequence[Decision]) -> bool:
    """Whether somebody holds a seat or is marked already: what is only for who is not leaves them alone (rule 27)."""
    return mark_of(decisions) is not None or resolve_seat(winners, decisions).holder is not None


def answer(own: Judgement, hint: Hint | None, attempt_id: bytes, is_staff: bool) -> Outcome:
    """What a person is told before anything is recorded: the own judgement in the light of the hint (rule 13)."""
    if hint is None:
        return _OWN_OUTCOME[own]
    if hint.kind is HintKind.HELD:
        return Outcome.ACCEPTED if hint.attempt_id == attempt_id else Outcome.DUPLICATE
    if own is not Judgement.ACCEPTED:
        return _OWN_OUTCOME[own]
    if hint.kind is HintKind.CLAIMED:
        return Outcome.ACCEPTED if hint.attempt_id == attempt_id else Outcome.DUPLICATE
    return Outcome.PENDING_REVIEW if hint.is_annulled and not is_staff else Outcome.ACCEPTED


@dataclass(frozen=True, slots=True)
class _Case:
    """One attempt before its seat: the copy that speaks for it, and what humans decided on it in sequence."""

    copy: Copy
    reviews: Sequence[Decision]

    @property
    def standing(self) -> Judgement:
        """What machines and humans together say; humans count only while no copy is accepted (rule 4)."""
        standing = self.copy.judgement
        if standing is Judgement.ACCEPTED:
            return standing
        for review in self.reviews:
            standing = _reviewed(standing, review.kind)
        return standing

    def may_hold(self, annul: Decision | None) -> bool:
        """Whether the seat is open to this attempt: after an annul, only if a human or staff let the person in anew."""
        if self.standing is not Judgement.ACCEPTED:
            return False
        return annul is None or self._is_approved_since(annul) or self._is_staff_since(annul)

    def outcome(self, holder: Copy | None, annul: Decision | None) -> Outcome:
        """What the attempt reads, given who holds the seat (rules 3 and 5)."""
        standing = self.standing
        if self.copy is holder:
            return Outcome.ACCEPTED
        if standing is Judgement.REFUSED:
            return Outcome.REFUSED
        if holder is not None:
            return Outcome.DUPLICATE if standing is Judgement.ACCEPTED else Outcome.SUPERSEDED
        if annul is None or standing is not Judgement.ACCEPTED:
            return _OWN_OUTCOME[standing]
        return Outcome.ANNULLED if self.copy.received_at <= annul.decided_at else Outcome.PENDING_REVIEW

    def _is_approved_since(self, annul: Decision) -> bool:
        verdict = _verdict(self.reviews)
        return verdict is not None and verdict.kind is DecisionKind.APPROVE and verdict.sequence > annul.sequence

    def _is_staff_since(self, annul: Decision) -> bool:
        return self.copy.is_staff and self.copy.received_at > annul.decided_at


def _rank_within_copy(copy: Copy) -> tuple[bool, int, bytes]:
    """Least is best. Of the same arrival any judgement beats undecided, or completion could never refuse."""
    return copy.judgement is Judgement.UNDECIDED, -copy.judgement, copy.canonical


def _counting(decisions: Iterable[Decision]) -> list[Decision]:
    """The decisions with effect, in sequence: the first of each id, unless it is stale."""
    first: dict[bytes, Decision] = {}
    for decision in sorted(decisions, key=lambda decision: decision.sequence):
        first.setdefault(decision.decision_id, decision)
    return [decision for decision in first.values() if not decision.is_stale]


def _reviews(counting: Iterable[Decision], copy: Copy) -> list[Decision]:
    """What was decided on the attempt itself; an annul is about the seat, whichever attempt it names."""
    named = (decision for decision in counting if decision.attempt_id == copy.attempt_id)
    return [decision for decision in named if decision.kind in _REVIEWS]


def _verdict(reviews: Sequence[Decision]) -> Decision | None:
    """The last of them that says yes or no; an appeal only asks."""
    return next((review for review in reversed(reviews) if review.kind is not DecisionKind.APPEAL), None)


def _reviewed(standing: Judgement, kind: DecisionKind) -> Judgement:
    """What one review makes of a standing; an appeal only ever raises it."""
    if kind is DecisionKind.APPROVE:
        return Judgement.ACCEPTED
    if kind is DecisionKind.REFUSE:
        return Judgement.REFUSED
    return max(standing, Judgement.PENDING_REVIEW)
