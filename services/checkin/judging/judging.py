"""From attempts to findings: opens credentials, applies the occurrence's rules, asks rosters and antifraud.

`accept.py` judges what arrives with it, and `complete.py` what could not be decided when it arrived, on the same
evidence.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from cachetools import FIFOCache

from domainkit.copies import copy_of, evidence_of
from domainkit.credentials import QrFaultError, evidence_binding, open_qr
from domainkit.qr import QrToken
from domainkit.sealed import KeyMissingError, SealBrokenError, SealedTextError, Sealer
from protos.checkin.v1 import checkin_pb2 as pb
from protos.credential.v1 import credential_pb2
from servicekit.errors import NotFoundError, ServiceError, UnavailableError
from services.checkin.judging.antifraud_client import Assessment, is_place_alone
from services.checkin.judging.case import (
    UNDECIDED,
    Case,
    slot_age_s,
    tell_effective,
    tell_touch,
    to_reasons,
    undecided,
)
from services.checkin.judging.listed import RostersPort, look_up
from services.checkin.judging.person_codes import PersonCodes
from services.checkin.judging.snapshots import Snapshot, Switches
from services.checkin.judging.taps import Taps, gate_of, is_behind
from services.checkin.rules.merge import Judgement
from services.checkin.rules.occurrence import (
    UNVERIFIABLE,
    Finding,
    Method,
    asked_then,
    is_arrival_proven,
    is_refused_for_time,
    judge,
    made_at,
    qr_fault,
    refused,
    said_at,
)

log = logging.getLogger(__name__)

_OPENED_CAPACITY = 10_000
_NAMES_ITS_ACTIVITY = (Method.PLACE, Method.STAFF)
_CODE_WRONG = refused("CODE_WRONG")
_CODE_LOCKED = refused("CODE_LOCKED")
_ACTIVITY_UNKNOWN = refused("ACTIVITY_UNKNOWN")
# Of credentials that lead to another activity than the phone names, or to none.
_LEADS_ELSEWHERE: dict[int, Finding] = {Method.CODE: _CODE_WRONG, Method.NFC: refused("NFC_UNKNOWN")}


class ActivitiesPort(Protocol):
    """Snapshots of occurrences; `find` and `renew` may take one call each and raise ServiceError, `get` never waits."""

    @property
    def switches(self) -> Switches:
        """What operators have switched on."""

    async def find(self, occurrence_ids: Iterable[bytes], activity_ids: Iterable[bytes], codes: Iterable[str]) -> None:
        """Loads those that are unknown."""

    async def renew(self, occurrence_ids: Collection[bytes]) -> None:
        """Reads these anew."""

    def get(self, key: bytes | str, at: int = 0) -> Snapshot | None:
        """A snapshot by occurrence id, or by activity id or code that of the window of a moment; 0: of now."""

    async def as_of(self, occurrence_id: bytes, at: int) -> Snapshot | None:
        """The occurrence at a moment; raises ServiceError."""


class AntifraudPort(Protocol):
    """Assessment of evidence; answers within 200 ms and never raises."""

    async def assess(
        self, cases: Sequence[tuple[pb.Attempt, Snapshot]], muted: Collection[str]
    ) -> list[Assessment] | None:
        """One assessment per case, in order, without the reasons that are muted; None when antifraud is gone."""


class GuessesPort(Protocol):
    """Wrong codes per person; never raises."""

    def wait_s(self, person: bytes) -> float:
        """How long somebody who is known to be locked may not try a code; no trip."""

    async def spend(self, guesses: Sequence[tuple[bytes, bool]]) -> list[float]:
        """Counts those that are wrong; for each, in order, how long its person is locked. One trip."""


class StaffPort(Protocol):
    """Who may check others in; never raises.

    Waits for all roles at once (two calls per activity and actor), then for all subjects of an organisation (one
    call to each who can tell).
    """

    async def admit(self, cases: Sequence[Case]) -> None:
        """Gives each staff case its error or its trust."""


class Judging:
    """Judges attempts as of their own `received_at`. For one event loop, any number of batches at once."""

    def __init__(
        self,
        *,
        activities: ActivitiesPort,
        antifraud: AntifraudPort,
        rosters: RostersPort,
        guesses: GuessesPort,
        staff: StaffPort,
        codes: PersonCodes,
        taps: Taps,
        qr: Sealer[credential_pb2.QrToken],
        evidence: Sealer[credential_pb2.Evidence],
    ) -> None:
        self._activities = activities
        self._antifraud = antifraud
        self._rosters = rosters
        self._guesses = guesses
        self._staff = staff
        self._codes = codes
        self._taps = taps
        self._qr = qr
        self._evidence = evidence
        # The oldest goes first: it is the first to be over.
        self._opened: FIFOCache[str, QrToken] = FIFOCache(_OPENED_CAPACITY)

    async def judge(self, cases: Sequence[Case]) -> None:
        """Gives each case its finding, by all that needs nobody's seat."""
        await self._open_credentials(cases)
        await self._look_back(cases)
        await self._staff.admit(cases)
        switches = self._activities.switches
        for case in cases:
            if case.is_open:
                _judge_by_rules(case, switches)
        await self._codes.judge(cases)
        await self._taps.judge(cases)
        await look_up(self._rosters, cases)
        await self._assess(cases, switches.muted)

    def require_key(self, token: str) -> None:
        """Whether a QR can be judged here at all; whatever else is wrong with it, `judge` says.

        Raises:
            KeyMissingError: The key it is sealed with is not, or no longer, here.
        """
        try:
            self._qr.open_text(token)
        except KeyMissingError:
            raise
        except (SealedTextError, SealBrokenError):
            return

    async def _open_credentials(self, cases: Sequence[Case]) -> None:
        for case in cases:
            if case.attempt.method == Method.QR:
                self._open_qr(case)
            elif case.attempt.method == Method.NFC:
                self._taps.open(case)
            elif case.attempt.token and case.attempt.method == Method.STAFF:
                self._codes.open(case)
        guesses = self._guesses_among(cases)
        is_reachable = await self._find_occurrences(cases)
        for case in cases:
            if case.is_open:
                self._place(case, is_reachable)
        if guesses:
            await self._count(guesses)

    def _open_qr(self, case: Case) -> None:
        text = case.attempt.token
        token = self._opened.get(text)
        if token is None:
            try:
                token = open_qr(self._qr, text)
            except QrFaultError as error:
                return case.close(refused(error.reason))
            self._opened[text] = token
        case.token = token
        return None

    def _guesses_among(self, cases: Sequence[Case]) -> list[Case]:
        """Cases with a code, but for those of people who are known to be locked: nobody looks at theirs."""
        guesses = [case for case in cases if case.attempt.method == Method.CODE]
        for case in guesses:
            if self._guesses.wait_s(case.attempt.user_id):
                case.close(_CODE_LOCKED)
        return [case for case in guesses if case.is_open]

    async def _count(self, guesses: Sequence[Case]) -> None:
        """Has every guess counted by itself, the right ones too: what comes after the fifth wrong one is not told."""
        answered = [case for case in guesses if case.error is None]
        waits = await self._guesses.spend([(case.attempt.user_id, case.finding is _CODE_WRONG) for case in answered])
        for case, wait_s in zip(answered, waits, strict=True):
            if wait_s:
                case.snapshot = None
                case.close(_CODE_LOCKED)

    async def _find_occurrences(self, cases: Sequence[Case]) -> bool:
        """Loads what the cases need; False when the activity service is gone."""
        unplaced = [case for case in cases if case.snapshot is None]
        tokens = {case.token.occurrence_id: case.token.epoch for case in unplaced if case.token}
        codes = {case.attempt.code for case in unplaced if case.is_open and case.attempt.method == Method.CODE}
        places = {case.attempt.activity_id for case in unplaced if case.attempt.method in _NAMES_ITS_ACTIVITY}
        places |= {case.touch.activity_id for case in unplaced if case.touch}
        try:
            await self._activities.find(tokens, places, codes)
            behind = {key for key, epoch in tokens.items() if _is_behind(self._activities.get(key), epoch)}
            behind |= self._without_their_tag(unplaced)
            if behind:
                await self._activities.renew(behind)
        except ServiceError as error:
            log.warning("the activity service does not answer: %s", error)
            return False
        return True

    def _without_their_tag(self, cases: Iterable[Case]) -> set[bytes]:
        """Occurrences whose snapshots may not know of a tag yet that was touched."""
        return {
            snapshot.occurrence.occurrence_id
            for case in cases
            if case.touch and (snapshot := self._activities.get(case.touch.activity_id))
            if is_behind(snapshot, case.touch, case.attempt.received_at)
        }

    def _place(self, case: Case, is_reachable: bool) -> None:
        """Finds the case's occurrence, or says why there is none."""
        attempt = case.attempt
        if case.snapshot is None:
            case.snapshot = self._activities.get(_key_of(case), said_at(attempt))
            if not is_reachable and _lacks_its_tag(case):
                case.snapshot = None
        if case.snapshot is None:
            self._place_unknown(case, is_reachable)
        elif attempt.activity_id and attempt.activity_id != case.snapshot.occurrence.activity_id:
            case.snapshot = None
            case.close(_leads_elsewhere(attempt.method))
        elif case.touch and (gate := gate_of(case.snapshot, case.touch)):
            case.stand_at(gate)
        # A kiosk's name need not be one of them.
        elif attempt.gate and not attempt.display_id and attempt.gate not in case.snapshot.occurrence.gates:
            case.leave_out_gate()

    def _place_unknown(self, case: Case, is_reachable: bool) -> None:
        if is_reachable and case.attempt.method == Method.STAFF:
            case.fail(NotFoundError("there is no such activity"))
        elif is_reachable:
            case.close(_leads_elsewhere(case.attempt.method))
        elif case.token is None:
            case.fail(UnavailableError("the activity cannot be looked up now; try again", retry_after_s=2))
        # A QR proves its occurrence by itself; what is wrong with the token shows without a snapshot.
        elif fault := qr_fault(case.token, case.token.epoch, case.attempt.received_at):
            case.close(Finding(Judgement.REFUSED, (fault,)))
        else:
            case.close(UNDECIDED)

    async def _look_back(self, cases: Sequence[Case]) -> None:
        """Finds what was asked of those who came before the organiser amended it (rule 20)."""
        for case in cases:
            now = case.snapshot
            if not case.is_open or now is None or not now.occurrence.amended_at:
                continue
            at = made_at(now.occurrence, case.attempt, case.token)
            if at >= now.occurrence.amended_at:
                continue
            try:
                then = await self._activities.as_of(now.occurrence.occurrence_id, at)
            except ServiceError as error:
                log.warning("nobody can tell what was asked before: %s", error)
                case.close(UNDECIDED)
                continue
            if then is not None:
                case.then = replace(then, occurrence=asked_then(then.occurrence, now.occurrence))

    async def _assess(self, cases: Sequence[Case], muted: Collection[str]) -> None:
        """Antifraud's part: it can only make a finding worse."""
        asked = [(case, case.asking) for case in cases if case.is_open and _needs_assessment(case)]
        if not asked:
            return
        assessments = await self._antifraud.assess([(case.attempt, snapshot) for case, snapshot in asked], muted)
        if assessments is None:
            for case, _ in asked:
                case.close(undecided(case.finding))
            return
        for (case, _), assessment in zip(asked, assessments, strict=True):
            case.distance_m = assessment.distance_m
            if assessment.judgement is not Judgement.ACCEPTED:
                case.finding = _worsened(case.finding, assessment)

    def to_copy(self, case: Case, make: Callable[..., pb.Copy] = pb.Copy) -> pb.Copy:
        """The judged copy of a case, with its evidence sealed; for `make` see `copy_of`."""
        finding, age_s = case.finding, slot_age_s(case)
        copy = copy_of(
            case.attempt,
            self._seal_evidence(case, age_s),
            pb.Judgement.ValueType(finding.judgement),
            pb.Punctuality.ValueType(finding.punctuality),
            effective_at=finding.effective_at,
            late_by_s=finding.late_by_s,
            distance_m=case.distance_m,
            slot_age_s=age_s,
            make=make,
        )
        if finding.effective_punctuality:
            tell_effective(copy, finding)
        if finding.reasons:
            copy.reasons.extend(to_reasons(finding.reasons))
        if case.is_gate_unknown:
            copy.reasons.add(reason="GATE_UNKNOWN")
        if case.touch and case.snapshot:
            tell_touch(copy, case.touch)
        if case.snapshot:
            occurrence = case.snapshot.occurrence
            copy.occurrence_id = occurrence.occurrence_id
            copy.activity_id = occurrence.activity_id
            copy.organisation_id = occurrence.organisation_id
        elif case.token and finding.judgement is Judgement.UNDECIDED:
            copy.occurrence_id = case.token.occurrence_id
        return copy

    def _seal_evidence(self, case: Case, age_s: int) -> bytes:
        attempt = case.attempt
        binding = evidence_binding(attempt.user_id, attempt.attempt_id)
        return self._evidence.seal(evidence_of(attempt, age_s), binding)


def _key_of(case: Case) -> bytes | str:
    """By which an attempt's occurrence is found."""
    if case.token:
        return case.token.occurrence_id
    return case.touch.activity_id if case.touch else case.attempt.code or case.attempt.activity_id


def _leads_elsewhere(method: int) -> Finding:
    """The refusal of a credential that leads to no activity, or to another one than the phone names."""
    return _LEADS_ELSEWHERE.get(method, _ACTIVITY_UNKNOWN)


def _lacks_its_tag(case: Case) -> bool:
    """Whether a tag was touched that may be too young for the snapshot."""
    if case.touch is None or case.snapshot is None:
        return False
    return is_behind(case.snapshot, case.touch, case.attempt.received_at)


def _is_behind(snapshot: Snapshot | None, epoch: int) -> bool:
    return snapshot is not None and snapshot.occurrence.epoch < epoch


def _judge_by_rules(case: Case, switches: Switches) -> None:
    assert case.snapshot is not None
    finding = judge(
        case.asking.occurrence,
        case.attempt,
        case.token,
        extra_grace_s=switches.extra_grace_s,
        is_trusted=case.is_trusted,
    )
    if case.then and finding.judgement is Judgement.ACCEPTED and not is_arrival_proven(case.attempt):
        finding = finding.worsened(Judgement.PENDING_REVIEW, UNVERIFIABLE)
    is_sure = case.snapshot.is_fresh and not switches.force_id_only
    if finding.judgement is Judgement.REFUSED and (is_sure or is_refused_for_time(finding)):
        case.close(finding)
    elif is_sure:
        case.finding = finding
    else:
        case.close(undecided(finding))


def _needs_assessment(case: Case) -> bool:
    if case.attempt.method == Method.STAFF:
        # The phone is not the person's: where it is says nothing of them.
        return False
    return case.asking.occurrence.is_place_checked or is_place_alone(case.attempt)


def _worsened(finding: Finding, assessment: Assessment) -> Finding:
    """The finding with what antifraud holds against the attempt; undecided when it could not tell."""
    if assessment.judgement is Judgement.UNDECIDED:
        return undecided(finding)
    return finding.worsened(assessment.judgement, *assessment.reasons)
