"""One decision: what a human may say of an attempt, what speaks against it, and how it travels to the recorder.

`review.py` asks it between reading what is stored and sending.
"""

import hashlib
from dataclasses import dataclass

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import ids, plain_text
from servicekit.clock import now_us
from servicekit.errors import ConflictError, PermissionDeniedError, ServiceError, invalid
from servicekit.mysql.idempotency import IdempotencyKeyReusedError
from services.checkin.recording.store import DECISION_KINDS
from services.checkin.records.stored import Ruling, Stored
from services.checkin.rules.merge import DecisionKind, Outcome

MAXIMUM_REASON_CHARACTERS = 500
NUMBERS = {kind: pb.DecisionKind.ValueType(number) for number, kind in DECISION_KINDS.items()}
# What an attempt must read for a decision to mean anything. An accepted one is taken back by annul alone, so that
# nobody who was told "accepted" reads "refused" later.
_DECIDABLE = {
    DecisionKind.APPROVE: {Outcome.PENDING_REVIEW, Outcome.PROVISIONAL, Outcome.REFUSED, Outcome.ANNULLED},
    DecisionKind.REFUSE: {Outcome.PENDING_REVIEW, Outcome.PROVISIONAL},
    DecisionKind.ANNUL: {Outcome.ACCEPTED},
    DecisionKind.APPEAL: {Outcome.REFUSED},
}


@dataclass(frozen=True, slots=True)
class Word:
    """What a human says, to any number of attempts.

    Args:
        key: The Idempotency-Key; empty when there is none.
    """

    actor: bytes
    kind: DecisionKind
    reason: str
    key: str = ""

    def __post_init__(self) -> None:
        """Refuses reasons that cannot be kept as they are.

        Raises:
            InvalidArgumentError: Missing, though it is not an approval; too long; with what nobody can see.
        """
        is_required = self.kind is not DecisionKind.APPROVE
        if wrong := plain_text.fault(self.reason, MAXIMUM_REASON_CHARACTERS, is_required=is_required):
            raise invalid("reason", wrong)

    def decision_id(self, identifier: bytes) -> bytes:
        """The same for the same key, kind, person and check-in, whoever computes it; new without a key."""
        if not self.key:
            return ids.new_id()
        said = b"|".join((self.actor, self.kind.encode(), identifier, self.key.encode()))
        return hashlib.blake2b(said, digest_size=16).digest()


def kind_of(kind: int, *allowed: DecisionKind) -> DecisionKind:
    """A decision's kind from the wire.

    Raises:
        InvalidArgumentError: Not one that this call takes.
    """
    found = DECISION_KINDS.get(kind)
    if found is None or found not in allowed:
        raise invalid("kind", f"must be one of {', '.join(allowed)}")
    return found


def fault(word: Word, stored: Stored, saw_revision: int) -> ServiceError | None:
    """Why a decision cannot be taken on what is stored; None if it can.

    Args:
        saw_revision: What the human saw; 0: whatever it is now.
    """
    is_own = stored.copy.user_id == word.actor
    if is_own and word.kind is not DecisionKind.APPEAL:
        return PermissionDeniedError("nobody decides on their own check-in; ask somebody else of the staff")
    if stored.seat is None:
        return ConflictError("this attempt belongs to no activity, so there is nobody to decide on it")
    if saw_revision and saw_revision != stored.revision:
        return passed(stored)
    if stored.outcome not in _DECIDABLE[word.kind]:
        now = {"outcome": stored.outcome.name.lower()}
        return ConflictError(f"{word.kind.value} does not go with what it reads now", metadata=now)
    return None


def passed(stored: Stored) -> ConflictError:
    """What to say against a decision on a revision that has passed."""
    now = {"revision": str(stored.revision)}
    return ConflictError("it has changed since you looked; read it again and decide anew", metadata=now)


def to_decided(word: Word, stored: Stored, decision_id: bytes) -> pb.Decided:
    """On the revision that was just checked: whatever happens meanwhile makes it stale.

    What an annul left waiting is annulled rather than refused: no review takes back what machines accepted.
    """
    copy = stored.copy
    is_accepted = word.kind is DecisionKind.REFUSE and copy.judgement == pb.JUDGEMENT_ACCEPTED
    kind = DecisionKind.ANNUL if is_accepted else word.kind
    return pb.Decided(
        decision_id=decision_id,
        kind=NUMBERS[kind],
        occurrence_id=copy.occurrence_id,
        user_id=copy.user_id,
        direction=copy.direction,
        attempt_id=copy.attempt_id,
        decided_at=now_us(),
        decided_by=word.actor,
        saw_revision=stored.revision,
        reason=word.reason,
    )


def ruling_of(stored: Stored, decision_id: bytes) -> Ruling | None:
    """This very decision, if it is recorded already."""
    return next((ruling for ruling in stored.rulings if ruling.decision.decision_id == decision_id), None)


def repeated(word: Word, stored: Stored, earlier: Ruling) -> ServiceError | None:
    """What to say against a decision that comes again; None: it gets the first answer."""
    if earlier.reason != word.reason:
        return IdempotencyKeyReusedError("this Idempotency-Key was used for another request; take a new one")
    return passed(stored) if earlier.decision.is_stale else None


def is_appealed(stored: Stored) -> bool:
    """Whether its person has had their word already."""
    mine = (ruling.decision for ruling in stored.rulings if ruling.decision.attempt_id == stored.copy.attempt_id)
    return any(decision.kind is DecisionKind.APPEAL and not decision.is_stale for decision in mine)
