"""Cases as those who review read them: the record with its history, what it is called, and what becomes of it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from domainkit.credentials import evidence_binding
from domainkit.sealed import SealBrokenError, SealedTextError, Sealer
from protos.checkin.v1 import checkin_pb2 as pb
from protos.credential.v1 import credential_pb2
from services.checkin.judging.snapshots import Snapshot
from services.checkin.records.stored import Stored
from services.checkin.reviewing.decision import NUMBERS
from services.checkin.rules.lapse import Undecided, lapses_at
from services.checkin.rules.merge import DecisionKind, Outcome
from services.checkin.rules.occurrence import LAPSING, Occurrence

_BY_POLICY = {Undecided.PRESENT: DecisionKind.APPROVE, Undecided.ABSENT: DecisionKind.REFUSE}
_WAITING = {Outcome.PENDING_REVIEW, Outcome.PROVISIONAL}


class NamesPort(Protocol):
    """What people are called; see `called.Called`."""

    async def of(self, people: Mapping[bytes, bytes], /) -> Mapping[bytes, str]:
        """Names of those who are known, of people and the activities at which they tried; never raises."""


class ActivitiesPort(Protocol):
    """Occurrences that were asked for before."""

    def get(self, key: bytes) -> Snapshot | None:
        """By the id of an occurrence or an activity."""


class Cases:
    """Tells cases.

    Args:
        after_us: How long humans have before a policy decides.
    """

    def __init__(
        self,
        names: NamesPort,
        evidence: Sealer[credential_pb2.Evidence],
        activities: ActivitiesPort,
        after_us: int,
    ) -> None:
        self._names = names
        self._evidence = evidence
        self._activities = activities
        self._after_us = after_us

    async def told(self, found: Sequence[Stored]) -> list[pb.Review]:
        """Each as those who review read it, in order."""
        names = await self._names.of({stored.copy.user_id: stored.copy.activity_id for stored in found})
        return [self._review(stored, names.get(stored.copy.user_id, "")) for stored in found]

    def lapse_of(self, activity_id: bytes) -> pb.Lapse | None:
        """The soonest that anything may lapse at an activity, and what its policy says; None where it waits on."""
        snapshot = self._activities.get(activity_id)
        kind = _BY_POLICY.get(snapshot.occurrence.undecided) if snapshot else None
        return self._lapse(snapshot.occurrence, kind) if snapshot else None

    def _review(self, stored: Stored, name: str) -> pb.Review:
        record = stored.record()
        # Whoever decides reads what was said before, an appeal above all.
        record.history.extend(stored.history())
        return pb.Review(
            checkin=record,
            state=state_of(stored),
            user_name=name,
            accuracy_m=stored.copy.accuracy_m,
            claimed_at=self._claimed_at(stored.copy),
            received_at=stored.copy.received_at,
            is_recorded=True,
            lapse=self._lapse_of_case(stored),
        )

    def _lapse_of_case(self, stored: Stored) -> pb.Lapse | None:
        snapshot = self._activities.get(stored.copy.occurrence_id)
        if snapshot is None:
            return None
        kind = stored.lapse(snapshot.occurrence.undecided)
        return self._lapse(snapshot.occurrence, kind, stored.listed_at, stored.said_at)

    def _lapse(
        self, occurrence: Occurrence, kind: DecisionKind | None, listed_at: int = 0, said_at: int = 0
    ) -> pb.Lapse | None:
        if kind is None or occurrence.state not in LAPSING:
            return None
        return pb.Lapse(kind=NUMBERS[kind], at=lapses_at(occurrence.closes_at, listed_at, said_at, self._after_us))

    def _claimed_at(self, copy: pb.Copy) -> int:
        """When the person says it was; 0 when nothing is claimed or the evidence is gone."""
        try:
            binding = evidence_binding(copy.user_id, copy.attempt_id)
            return self._evidence.open(copy.evidence, binding).claimed_at
        except (SealedTextError, SealBrokenError):
            return 0


def state_of(stored: Stored) -> pb.ReviewState.ValueType:
    """How an attempt stands with reviewers, also one that is not on their list (yet)."""
    if stored.review_state != pb.REVIEW_STATE_UNSPECIFIED:
        return stored.review_state
    return pb.REVIEW_STATE_PENDING if stored.outcome in _WAITING else pb.REVIEW_STATE_CLOSED
