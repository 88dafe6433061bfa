"""The first half of the journey: a batch of attempts becomes durable, judged copies, and each person gets an answer.

Control comes from `rpc.py` with a batch the gateway put together, and goes through antifraud (one call), Redis (one
trip for earlier answers, one for what stands on the seats, one to settle) and RabbitMQ (one message) back to it. The
second half is `record.py`.
"""

import asyncio
import hashlib
import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from protos.checkin.v1 import checkin_pb2 as pb
from protos.credential.v1 import credential_pb2
from servicekit.errors import ServiceError, UnavailableError
from servicekit.rpc.status import to_status
from servicekit.sealed import SealBrokenError, SealedTextError, Sealer
from services.checkin import metrics
from services.checkin.activities import Snapshot
from services.checkin.antifraud_client import Assessment
from services.checkin.domain import (
    SECOND_US,
    TIME_REASONS,
    Finding,
    Method,
    QrToken,
    Reason,
    judge,
    qr_fault,
    refused,
)
from services.checkin.errors import AttemptReusedError
from services.checkin.merge import Judgement, Outcome, answer
from services.checkin.seats import Answer, Claim, Room, Seating

log = logging.getLogger(__name__)

Key = tuple[bytes, bytes]

_OPENED_CAPACITY = 10_000
_UNDECIDED = Finding(Judgement.UNDECIDED, (Reason("DEPENDENCY_UNAVAILABLE"),))
_FULL = refused("CAPACITY_FULL")
_UNSEEN = Seating()


class ActivitiesPort(Protocol):
    """Snapshots of occurrences; `find` and `renew` may take one call each and raise ServiceError, `get` never waits."""

    async def find(self, occurrence_ids: Iterable[bytes], activity_ids: Iterable[bytes], codes: Iterable[str]) -> None:
        """Loads those that are unknown."""

    async def renew(self, occurrence_ids: Collection[bytes]) -> None:
        """Reads these anew."""

    def get(self, key: bytes | str) -> Snapshot | None:
        """A snapshot by occurrence id, activity id or code."""


class AntifraudPort(Protocol):
    """Assessment of evidence; answers within 200 ms and never raises."""

    async def assess(self, cases: Sequence[tuple[pb.Attempt, Snapshot]]) -> list[Assessment] | None:
        """One assessment per case, in order; None when antifraud is gone."""


class SeatsPort(Protocol):
    """Hints and answers in Redis; every method is one trip and raises UnavailableError when Redis is gone."""

    async def claim(self, rooms: Mapping[Room, Sequence[Claim]]) -> dict[Room, list[Seating]]:
        """What stood on each seat, after taking the free ones; idempotent for the same attempt."""

    async def settle(self, held: Mapping[Room, Sequence[Claim]], answers: Mapping[Key, Answer]) -> None:
        """Confirms claims and keeps answers; idempotent."""

    async def answers(self, attempts: Iterable[Key]) -> dict[Key, Answer]:
        """Answers of the last 15 minutes."""


class GuessesPort(Protocol):
    """Wrong codes per person; never raises."""

    async def locked(self, people: Collection[bytes]) -> set[bytes]:
        """Who may not try a code now."""

    async def count_wrong(self, people: Iterable[bytes]) -> None:
        """Counts a wrong code of each."""


class DispatchPort(Protocol):
    """The durable place."""

    async def send(self, batch: pb.AttemptedBatch) -> None:
        """Returns when the batch is durable, raises NothingDurableError otherwise; then it may still arrive later."""


class RecordsPort(Protocol):
    """What MySQL knows of attempts; asked in rare cases only, answers within 50 ms and never raises."""

    async def recall(self, attempts: Sequence[Key]) -> dict[Key, pb.Checkin]:
        """The current records of these attempts; those unknown, or all when MySQL is slow, are left out."""


@dataclass(slots=True)
class _Case:
    """One attempt on its way through a batch."""

    attempt: pb.Attempt
    snapshot: Snapshot | None = None
    token: QrToken | None = None
    finding: Finding = _UNDECIDED
    is_open: bool = True
    distance_m: float = -1.0
    outcome: Outcome = Outcome.PROVISIONAL
    seating: Seating = _UNSEEN
    earlier: pb.Checkin | None = None
    error: ServiceError | None = None

    def close(self, finding: Finding) -> None:
        """Ends the judging: nothing that comes later is asked."""
        self.finding = finding
        self.is_open = False


class Acceptance:
    """Takes batches of attempts; see the module. For one event loop, any number of batches at once."""

    def __init__(
        self,
        *,
        activities: ActivitiesPort,
        antifraud: AntifraudPort,
        seats: SeatsPort,
        guesses: GuessesPort,
        dispatch: DispatchPort,
        records: RecordsPort,
        qr: Sealer[credential_pb2.QrToken],
        evidence: Sealer[credential_pb2.Evidence],
    ) -> None:
        self._activities = activities
        self._antifraud = antifraud
        self._seats = seats
        self._guesses = guesses
        self._dispatch = dispatch
        self._records = records
        self._qr = qr
        self._evidence = evidence
        self._opened: dict[str, QrToken] = {}

    async def accept(self, attempts: Sequence[pb.Attempt]) -> list[pb.CheckinResult]:
        """A result per attempt, in order. Whatever has a checkin in its result is durable.

        Raises:
            NothingDurableError: The batch found no durable place.
        """
        metrics.BATCH_SIZE.labels("accept").observe(len(attempts))
        cases = [_Case(attempt) for attempt in attempts]
        await self._open_credentials(cases)
        for case in cases:
            if case.is_open:
                _judge_by_rules(case)
        earlier, _ = await asyncio.gather(self._earlier_answers(cases), self._assess(cases))
        _refuse_reused(cases, earlier)
        # From here on only attempts that may be stored; the others already have their error.
        taken = [case for case in cases if case.error is None]
        claims = await self._take_seats(taken)
        await self._recall_earlier(taken, earlier)
        batch = pb.AttemptedBatch(copies=[self._to_copy(case) for case in taken])
        if taken:
            await self._dispatch.send(batch)
        results = {id(case): case.earlier or _to_checkin(case) for case in taken}
        await self._settle(taken, claims, results)
        _count(taken)
        return [
            pb.CheckinResult(status=to_status(case.error))
            if case.error is not None
            else pb.CheckinResult(checkin=results[id(case)])
            for case in cases
        ]

    async def _open_credentials(self, cases: Sequence[_Case]) -> None:
        for case in cases:
            if case.attempt.method == Method.QR:
                self._open_qr(case)
        await self._refuse_locked(cases)
        is_reachable = await self._find_occurrences(cases)
        for case in cases:
            if case.is_open:
                self._place(case, is_reachable)
        wrong = [case.attempt.user_id for case in cases if case.finding is _CODE_WRONG]
        if wrong:
            await self._guesses.count_wrong(wrong)

    def _open_qr(self, case: _Case) -> None:
        text = case.attempt.token
        token = self._opened.get(text)
        if token is None:
            try:
                opened = self._qr.open_text(text)
            except SealedTextError:
                return case.close(_QR_MALFORMED)
            except SealBrokenError:
                return case.close(_QR_SIGNATURE)
            token = QrToken(opened.occurrence_id, opened.issued_at, opened.life_s, opened.epoch)
            if len(self._opened) >= _OPENED_CAPACITY:
                self._opened.clear()
            self._opened[text] = token
        case.token = token
        return None

    async def _refuse_locked(self, cases: Sequence[_Case]) -> None:
        guessing = [case for case in cases if case.attempt.method == Method.CODE]
        if guessing:
            locked = await self._guesses.locked({case.attempt.user_id for case in guessing})
            for case in guessing:
                if case.attempt.user_id in locked:
                    case.close(_CODE_LOCKED)

    async def _find_occurrences(self, cases: Sequence[_Case]) -> bool:
        """Loads what the cases need; False when the activity service is gone."""
        tokens = {case.token.occurrence_id: case.token.epoch for case in cases if case.token}
        codes = {case.attempt.code for case in cases if case.is_open and case.attempt.method == Method.CODE}
        places = {case.attempt.activity_id for case in cases if case.attempt.method == Method.PLACE}
        try:
            await self._activities.find(tokens, places, codes)
            behind = {key for key, epoch in tokens.items() if _is_behind(self._activities.get(key), epoch)}
            if behind:
                await self._activities.renew(behind)
        except ServiceError as error:
            log.warning("the activity service does not answer: %s", error)
            return False
        return True

    def _place(self, case: _Case, is_reachable: bool) -> None:
        """Finds the case's occurrence, or says why there is none."""
        attempt = case.attempt
        key = case.token.occurrence_id if case.token else attempt.code or attempt.activity_id
        case.snapshot = self._activities.get(key)
        if case.snapshot is None:
            self._place_unknown(case, is_reachable)
        elif attempt.activity_id and attempt.activity_id != case.snapshot.occurrence.activity_id:
            case.snapshot = None
            case.close(_CODE_WRONG if attempt.method == Method.CODE else _ACTIVITY_UNKNOWN)

    def _place_unknown(self, case: _Case, is_reachable: bool) -> None:
        if is_reachable:
            case.close(_CODE_WRONG if case.attempt.method == Method.CODE else _ACTIVITY_UNKNOWN)
        elif case.token is None:
            case.error = UnavailableError("the activity cannot be looked up now; try again", retry_after_s=2)
            case.close(_UNDECIDED)
        # A QR proves its occurrence by itself; what is wrong with the token shows without a snapshot.
        elif fault := qr_fault(case.token, case.token.epoch, case.attempt.received_at):
            case.close(Finding(Judgement.REFUSED, (fault,)))
        else:
            case.close(_UNDECIDED)

    async def _assess(self, cases: Sequence[_Case]) -> None:
        """Antifraud's part: it can only make a finding worse."""
        asked = [(case, case.snapshot) for case in cases if case.is_open and case.snapshot and _needs_assessment(case)]
        if not asked:
            return
        assessments = await self._antifraud.assess([(case.attempt, snapshot) for case, snapshot in asked])
        if assessments is None:
            for case, _ in asked:
                case.close(_undecided(case.finding))
            return
        for (case, _), assessment in zip(asked, assessments, strict=True):
            case.distance_m = assessment.distance_m
            if assessment.judgement is not Judgement.ACCEPTED:
                case.finding = _worsened(case.finding, assessment)

    async def _earlier_answers(self, cases: Sequence[_Case]) -> dict[Key, Answer]:
        try:
            return await self._seats.answers([_key(case) for case in cases])
        except UnavailableError as error:
            log.warning("earlier answers are not known: %s", error)
            return {}

    async def _take_seats(self, cases: Sequence[_Case]) -> dict[Room, list[Claim]]:
        """Claims seats, sets each case's outcome, and returns the claims that hold."""
        rooms: dict[Room, list[_Case]] = defaultdict(list)
        for case in cases:
            if case.snapshot:
                occurrence = case.snapshot.occurrence
                rooms[Room(occurrence.occurrence_id, occurrence.capacity, occurrence.closes_at)].append(case)
            else:
                case.outcome = answer(case.finding.judgement, None, case.attempt.attempt_id, is_staff=False)
        claims = {room: [_to_claim(case) for case in group] for room, group in rooms.items()}
        try:
            seatings = await self._seats.claim(claims) if claims else {}
        except UnavailableError as error:
            log.warning("seats are decided by the recorder alone: %s", error)
            seatings = {room: [Seating(is_uncounted=room.capacity > 0)] * len(group) for room, group in rooms.items()}
        held: dict[Room, list[Claim]] = {}
        for room, group in rooms.items():
            for case, seating in zip(group, seatings[room], strict=True):
                _seat(case, seating)
            accepted = zip(group, claims[room], strict=True)
            held[room] = [claim for case, claim in accepted if case.outcome is Outcome.ACCEPTED]
        return {room: group for room, group in held.items() if group}

    async def _recall_earlier(self, cases: Sequence[_Case], earlier: Mapping[Key, Answer]) -> None:
        """A retry that would now be refused for the time gets the answer its first copy got."""
        late = [case for case in cases if case.outcome is Outcome.REFUSED and _is_refused_for_time(case.finding)]
        if not late:
            return
        stored = await self._records.recall([_key(case) for case in late if _key(case) not in earlier])
        for case in late:
            if known := earlier.get(_key(case)):
                case.earlier = pb.Checkin.FromString(known.checkin)
            else:
                case.earlier = stored.get(_key(case))

    async def _settle(
        self, cases: Sequence[_Case], held: Mapping[Room, Sequence[Claim]], results: Mapping[int, pb.Checkin]
    ) -> None:
        answers = {
            _key(case): Answer(case.attempt.body_hash, case.attempt.received_at, results[id(case)].SerializeToString())
            for case in cases
        }
        try:
            if answers:
                await self._seats.settle(held, answers)
        except UnavailableError as error:
            # Nothing is lost: the batch is durable, and the recorder writes the hints once more.
            log.warning("answers are not remembered: %s", error)

    def _to_copy(self, case: _Case) -> pb.Copy:
        attempt, finding = case.attempt, case.finding
        copy = pb.Copy(
            user_id=attempt.user_id,
            attempt_id=attempt.attempt_id,
            received_at=attempt.received_at,
            effective_at=attempt.received_at,
            judgement=pb.Judgement.ValueType(finding.judgement),
            method=attempt.method,
            direction=attempt.direction,
            gate=attempt.gate,
            body_hash=attempt.body_hash,
            evidence=self._seal_evidence(case),
            punctuality=pb.Punctuality.ValueType(finding.punctuality),
            late_by_s=finding.late_by_s,
            distance_m=case.distance_m,
            accuracy_m=attempt.location.accuracy_m,
        )
        if finding.reasons:
            copy.reasons.extend(_to_reasons(finding.reasons))
        if case.snapshot:
            occurrence = case.snapshot.occurrence
            copy.occurrence_id = occurrence.occurrence_id
            copy.activity_id = occurrence.activity_id
            copy.organisation_id = occurrence.organisation_id
        elif case.token and finding.judgement is Judgement.UNDECIDED:
            copy.occurrence_id = case.token.occurrence_id
        return copy

    def _seal_evidence(self, case: _Case) -> bytes:
        attempt = case.attempt
        evidence = credential_pb2.Evidence(
            device_id=attempt.device_id,
            claimed_at=attempt.claimed_at,
            token=attempt.token,
            code=attempt.code,
            slot_age_s=_slot_age_s(case),
        )
        if attempt.HasField("location"):
            location = attempt.location
            evidence.has_location = True
            evidence.latitude = location.latitude
            evidence.longitude = location.longitude
            evidence.accuracy_m = location.accuracy_m
            evidence.age_ms = location.age_ms
        if attempt.HasField("wifi"):
            evidence.ssid = attempt.wifi.ssid
            evidence.bssid = attempt.wifi.bssid
        return self._evidence.seal(evidence, evidence_binding(attempt.user_id, attempt.attempt_id))


_CODE_WRONG = refused("CODE_WRONG")
_CODE_LOCKED = refused("CODE_LOCKED")
_QR_MALFORMED = refused("QR_MALFORMED")
_QR_SIGNATURE = refused("QR_SIGNATURE")
_ACTIVITY_UNKNOWN = refused("ACTIVITY_UNKNOWN")


def checkin_id(user_id: bytes, attempt_id: bytes) -> bytes:
    """The id of an attempt's record: every path computes the same."""
    return hashlib.blake2b(user_id + attempt_id, digest_size=16).digest()


def evidence_binding(user_id: bytes, attempt_id: bytes) -> bytes:
    """What sealed evidence is bound to: a column's text moved to another row does not open."""
    return b"attempts|evidence|" + user_id + b"|" + attempt_id


def _key(case: _Case) -> Key:
    return case.attempt.user_id, case.attempt.attempt_id


def _is_behind(snapshot: Snapshot | None, epoch: int) -> bool:
    return snapshot is not None and snapshot.occurrence.epoch < epoch


def _judge_by_rules(case: _Case) -> None:
    assert case.snapshot is not None
    attempt = case.attempt
    finding = judge(case.snapshot.occurrence, case.token, attempt.method, attempt.direction, attempt.received_at)
    if finding.judgement is Judgement.REFUSED and (case.snapshot.is_fresh or _is_refused_for_time(finding)):
        case.close(finding)
    elif case.snapshot.is_fresh:
        case.finding = finding
    else:
        case.close(_undecided(finding))


def _undecided(finding: Finding) -> Finding:
    return Finding(Judgement.UNDECIDED, _UNDECIDED.reasons, finding.punctuality, finding.late_by_s)


def _needs_assessment(case: _Case) -> bool:
    assert case.snapshot is not None
    return case.snapshot.occurrence.is_place_checked or case.attempt.method == Method.PLACE


def _worsened(finding: Finding, assessment: Assessment) -> Finding:
    """The finding with what antifraud holds against the attempt; undecided when it could not tell."""
    if assessment.judgement is Judgement.UNDECIDED:
        return _undecided(finding)
    judgement = min(finding.judgement, assessment.judgement)
    return Finding(judgement, assessment.reasons + finding.reasons, finding.punctuality, finding.late_by_s)


def _is_refused_for_time(finding: Finding) -> bool:
    return any(reason.reason in TIME_REASONS for reason in finding.reasons)


def _refuse_reused(cases: Sequence[_Case], earlier: Mapping[Key, Answer]) -> None:
    for case in cases if earlier else ():
        known = earlier.get(_key(case))
        if known is not None and known.body_hash != case.attempt.body_hash:
            case.error = AttemptReusedError("this attempt_id was used with another body; make a new one")


def _to_claim(case: _Case) -> Claim:
    attempt = case.attempt
    is_staff = attempt.method == Method.STAFF
    return Claim(
        attempt.user_id, attempt.attempt_id, attempt.direction, case.finding.judgement, is_staff, attempt.received_at
    )


def _seat(case: _Case, seating: Seating) -> None:
    """Turns the own judgement and what Redis said into the answer."""
    attempt = case.attempt
    if seating.is_full:
        case.finding = _FULL
    elif seating.is_uncounted and case.finding.judgement is Judgement.ACCEPTED:
        case.finding = _undecided(case.finding)
    case.seating = seating
    is_staff = attempt.method == Method.STAFF
    case.outcome = answer(case.finding.judgement, seating.hint, attempt.attempt_id, is_staff)


def _to_reasons(reasons: Iterable[Reason]) -> list[pb.Reason]:
    return [pb.Reason(reason=reason.reason, numbers=reason.numbers) for reason in reasons]


def _to_checkin(case: _Case) -> pb.Checkin:
    attempt, finding = case.attempt, case.finding
    checkin = pb.Checkin(
        checkin_id=checkin_id(attempt.user_id, attempt.attempt_id),
        attempt_id=attempt.attempt_id,
        user_id=attempt.user_id,
        outcome=pb.Outcome.ValueType(case.outcome),
        punctuality=pb.Punctuality.ValueType(finding.punctuality),
        late_by_s=finding.late_by_s,
        checked_in_at=attempt.received_at,
        distance_m=case.distance_m,
        method=attempt.method,
        direction=attempt.direction,
        gate=attempt.gate,
    )
    if case.snapshot:
        occurrence = case.snapshot.occurrence
        checkin.activity_id = occurrence.activity_id
        checkin.occurrence_id = occurrence.occurrence_id
        checkin.activity_title = occurrence.title
        checkin.place_name = occurrence.place_name
    if finding.reasons:
        checkin.reasons.extend(_to_reasons(finding.reasons))
    if case.outcome is Outcome.DUPLICATE:
        _point_at_holder(checkin, case.seating)
    return checkin


def _point_at_holder(checkin: pb.Checkin, seating: Seating) -> None:
    assert seating.hint is not None
    holder = seating.hint.attempt_id or b""
    del checkin.reasons[:]
    checkin.reasons.add(reason="ALREADY_CHECKED_IN")
    checkin.duplicate_of.checkin_id = checkin_id(checkin.user_id, holder)
    checkin.duplicate_of.checked_in_at = seating.hint.effective_at or 0


def _slot_age_s(case: _Case) -> int:
    if case.token is None:
        return -1
    return max(0, case.attempt.received_at // SECOND_US - case.token.issued_at)


def _count(cases: Sequence[_Case]) -> None:
    """Counts a whole batch with one call per label set."""
    seen = Counter((case.outcome, case.finding.reasons[0].reason if case.finding.reasons else "") for case in cases)
    for (outcome, reason), count in seen.items():
        metrics.ATTEMPTS.labels(outcome.name.lower(), reason).inc(count)
    metrics.SLOT_AGE.observe(_slot_age_s(case) for case in cases if case.token)
