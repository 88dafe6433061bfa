"""Completion: copies that could not be decided when they arrived are judged later, as of then, on their own evidence.

The recorder process runs it. A copy is found by `open_attempts`, judged by the same rules and the same antifraud as at
the door, and its judgement goes straight into the record function: whatever arrived meanwhile, the merge law decides.
What the person could have mended on the spot goes to a human instead of being refused, and so does a copy whose
evidence cannot be opened: at once where it is damaged, after a quarter of an hour where a key is missing, for whoever
dropped that one too early may bring it back.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from domainkit.copies import attempt_of
from domainkit.credentials import evidence_binding
from domainkit.sealed import KeyMissingError, SealBrokenError, SealedTextError, Sealer
from protos.checkin.v1 import checkin_pb2 as pb
from protos.credential.v1 import credential_pb2
from servicekit.clock import SECOND_US, now_us
from servicekit.errors import ServiceError
from servicekit.unreadable import Unreadable
from services.checkin import metrics
from services.checkin.judging.case import UNDECIDED, Case, no_seat_left, tell_effective, tell_touch, to_reasons
from services.checkin.judging.judging import Judging
from services.checkin.judging.snapshots import Snapshot, Switches
from services.checkin.recording.quiet import Depth, Quiet
from services.checkin.rules.keys import AttemptKey
from services.checkin.rules.merge import Judgement
from services.checkin.rules.occurrence import Finding, Reason, refused
from services.checkin.seats.seats import Answer, Claim, Room, Seating

log = logging.getLogger(__name__)

INTERVAL_S = 1.0
PAGE = 200
# From then on a human may decide as well.
OVERDUE_US = 900 * SECOND_US
_MENDABLE = frozenset({"FENCE_OUTSIDE", "WIFI_MISMATCH", "LATE", "NOT_ON_ROSTER"})
_UNREADABLE = Finding(Judgement.PENDING_REVIEW, (Reason("EVIDENCE_UNREADABLE"),))
# Of an attempt that belongs to no activity nobody would ever decide.
_UNREADABLE_NOWHERE = refused("EVIDENCE_UNREADABLE")
_EVIDENCE = Unreadable("evidence")


class OpenAttemptsPort(Protocol):
    """Attempts with an undecided copy; raises UnavailableError when MySQL is gone."""

    async def open_attempts(self, limit: int, skip: int) -> Mapping[AttemptKey, Sequence[pb.Copy]]:
        """All copies of the longest open attempts, leaving out so many of the very longest."""

    async def count_open(self) -> tuple[int, int | None]:
        """How many are open, and since when the oldest is."""

    async def holders(self, occurrence_id: bytes) -> Sequence[bytes]:
        """Who holds a seat on the way in."""

    async def is_inbox_empty(self) -> bool:
        """Whether no batch waits in the second durable place."""


class RecordPort(Protocol):
    """Records copies and carries out what follows."""

    async def record_now(self, copies: Sequence[pb.Copy]) -> int:
        """Returns when the copies are committed; how many could be."""

    async def flag_overdue(self, before_us: int) -> int:
        """Shows reviewers what nobody could decide since before a moment; returns how many are new to them."""


class ActivitiesPort(Protocol):
    """Occurrences as they were."""

    @property
    def switches(self) -> Switches:
        """What operators have switched on."""

    async def as_of(self, occurrence_id: bytes, at: int) -> Snapshot | None:
        """The occurrence at a moment, None when there is none; ServiceError when the activity service is gone."""


class ClaimPort(Protocol):
    """Seats of activities with a capacity."""

    async def claim(
        self, rooms: Mapping[Room, Sequence[Claim]], attempts: Collection[AttemptKey]
    ) -> tuple[dict[Room, list[Seating]], dict[AttemptKey, Answer]]:
        """What stood on each seat, after taking the free ones; UnavailableError when Redis is gone."""

    async def restore(self, room: Room, users: Sequence[bytes]) -> None:
        """Says that a room's count is complete again, with these people in it; idempotent."""


class CountedAtTheDoor:
    """The guess limit of completion: there is none, because each guess was counted when it was made."""

    def wait_s(self, person: bytes) -> float:
        """0 s: nobody waits in completion."""
        return 0.0

    async def spend(self, guesses: Sequence[tuple[bytes, bool]]) -> list[float]:
        """Counts nothing twice."""
        return [0.0] * len(guesses)


@dataclass(frozen=True, slots=True)
class _Open:
    """An undecided copy and the case made of it."""

    copy: pb.Copy
    case: Case


class Completion:
    """Judges open attempts until none is left that can be judged; idempotent, bounded to a page at a time.

    Args:
        depth: How many messages wait to be recorded; raises UnavailableError when nobody knows.
    """

    def __init__(
        self,
        attempts: OpenAttemptsPort,
        activities: ActivitiesPort,
        judging: Judging,
        seats: ClaimPort,
        recording: RecordPort,
        evidence: Sealer[credential_pb2.Evidence],
        depth: Depth,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._attempts = attempts
        self._activities = activities
        self._judging = judging
        self._seats = seats
        self._recording = recording
        self._evidence = evidence
        self._quiet = Quiet(depth, attempts.is_inbox_empty, clock)
        self._skip = 0

    async def run(self) -> None:
        """Completes every second; runs until cancelled."""
        while True:
            try:
                if await self._measure():
                    if not self._activities.switches.force_id_only:
                        await self.complete()
                    await self._recording.flag_overdue(now_us() - OVERDUE_US)
            except ServiceError as error:
                log.warning("completion waits: %s", error)
            await asyncio.sleep(INTERVAL_S)

    async def complete(self) -> int:
        """Judges a page of open attempts; returns how many copies it decided.

        Raises:
            ServiceError: MySQL or the activity service is gone.
        """
        attempts = await self._attempts.open_attempts(PAGE, self._skip)
        waiting = [_Open(copy, await self._to_case(copy)) for copy in undecided_copies(attempts)]
        waiting.sort(key=lambda each: (each.copy.received_at, each.copy.attempt_id))
        await self._judging.judge([each.case for each in waiting if each.case.is_open])
        await self._seat_limited([each.case for each in waiting])
        now = now_us()
        decided = [_decide(each, now) for each in waiting if each.case.finding.judgement is not Judgement.UNDECIDED]
        recorded = await self._recording.record_now(decided) if decided else 0
        # A page that nobody can decide must not keep the next one waiting.
        self._skip = self._skip + PAGE if len(attempts) == PAGE and not recorded else 0
        return recorded

    async def _to_case(self, copy: pb.Copy) -> Case:
        """The case as it was at the door: with the occurrence as of then, where the copy names one."""
        snapshot = await self._activities.as_of(copy.occurrence_id, copy.received_at) if copy.occurrence_id else None
        try:
            binding = evidence_binding(copy.user_id, copy.attempt_id)
            attempt = attempt_of(copy, self._evidence.open(copy.evidence, binding))
            self._judging.require_key(attempt.token)
            return Case(attempt, snapshot)
        except (SealedTextError, SealBrokenError) as error:
            _EVIDENCE.note(copy.attempt_id, error)
            case = Case(pb.Attempt(user_id=copy.user_id, attempt_id=copy.attempt_id), snapshot)
            case.close(_without_evidence(copy, error))
            return case

    async def _seat_limited(self, cases: Iterable[Case]) -> None:
        """Where there is a capacity, a seat must be free; where nobody can count, the case stays open."""
        uncounted: set[Room] = set()
        for case in cases:
            if case.finding.judgement is not Judgement.ACCEPTED or not case.snapshot:
                continue
            occurrence, attempt = case.snapshot.occurrence, case.attempt
            if not occurrence.capacity:
                continue
            room = Room.of(occurrence)
            claim = Claim(
                attempt.user_id, attempt.attempt_id, attempt.direction, Judgement.ACCEPTED, False, attempt.received_at
            )
            seatings, _ = await self._seats.claim({room: [claim]}, ())
            (seating,) = seatings[room]
            if seating.is_full:
                case.finding = no_seat_left(case)
            elif seating.is_uncounted:
                case.finding = UNDECIDED
                uncounted.add(room)
        await self._count_anew(uncounted)

    async def _count_anew(self, rooms: Collection[Room]) -> None:
        """Restores what Redis forgot of rooms, once everything accepted before is sure to be recorded."""
        if not rooms or not await self._quiet.is_kept():
            return
        for room in rooms:
            await self._seats.restore(room, await self._attempts.holders(room.occurrence_id))
            log.info("occurrence %s is counted anew", room.occurrence_id.hex())

    async def _measure(self) -> bool:
        """Whether anything waits."""
        count, oldest_at = await self._attempts.count_open()
        metrics.PROVISIONAL_OPEN.set(count)
        metrics.OLDEST_PENDING.set((now_us() - oldest_at) / SECOND_US if oldest_at else 0)
        return bool(count)


def _without_evidence(copy: pb.Copy, error: Exception) -> Finding:
    """What is left to say of a copy whose evidence does not open."""
    if isinstance(error, KeyMissingError) and copy.received_at > now_us() - OVERDUE_US:
        return UNDECIDED
    return _UNREADABLE if copy.occurrence_id else _UNREADABLE_NOWHERE


def undecided_copies(attempts: Mapping[AttemptKey, Sequence[pb.Copy]]) -> list[pb.Copy]:
    """The copies that still want a judgement: undecided ones without an earlier accepted one."""
    return [copy for copies in attempts.values() for copy in copies if _is_open(copy, copies)]


def _is_open(copy: pb.Copy, copies: Sequence[pb.Copy]) -> bool:
    if copy.judgement != pb.JUDGEMENT_UNDECIDED:
        return False
    return not any(
        other.judgement == pb.JUDGEMENT_ACCEPTED and other.received_at < copy.received_at for other in copies
    )


def _decide(waiting: _Open, judged_at: int) -> pb.Copy:
    """The copy with its judgement; evidence, times and all else as they came."""
    finding, case = _mended(waiting.case.finding), waiting.case
    decided = pb.Copy()
    decided.CopyFrom(waiting.copy)
    del decided.reasons[:]
    decided.reasons.extend(to_reasons(finding.reasons))
    decided.judgement = pb.Judgement.ValueType(finding.judgement)
    decided.punctuality = pb.Punctuality.ValueType(finding.punctuality)
    decided.late_by_s = finding.late_by_s
    tell_effective(decided, finding)
    decided.distance_m = case.distance_m
    decided.effective_at = finding.effective_at or waiting.copy.effective_at
    decided.judged_at = judged_at
    if case.touch:
        tell_touch(decided, case.touch)
    if case.snapshot:
        occurrence = case.snapshot.occurrence
        decided.occurrence_id = occurrence.occurrence_id
        decided.activity_id = occurrence.activity_id
        decided.organisation_id = occurrence.organisation_id
    if not case.attempt.display_id and _is_gate_unknown(waiting.copy, case.snapshot):
        decided.gate = ""
        decided.reasons.add(reason="GATE_UNKNOWN")
    return decided


def _is_gate_unknown(copy: pb.Copy, snapshot: Snapshot | None) -> bool:
    """Whether it named a gate that the activity does not have: left out at the door, or never looked at there."""
    was_left_out = any(reason.reason == "GATE_UNKNOWN" for reason in copy.reasons)
    return was_left_out or bool(copy.gate and snapshot and copy.gate not in snapshot.occurrence.gates)


def _mended(finding: Finding) -> Finding:
    """A refusal the person could have mended at the door goes to review."""
    if finding.judgement is not Judgement.REFUSED:
        return finding
    if not any(reason.reason in _MENDABLE for reason in finding.reasons):
        return finding
    return replace(finding, judgement=Judgement.PENDING_REVIEW)
