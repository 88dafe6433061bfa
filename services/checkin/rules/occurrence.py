"""What an occurrence asks of an attempt: state, method, credential, window, lateness. Pure.

Every time rule uses the attempt's `received_at`, which the gateway stamped once; nothing here reads a clock. An attempt
that waited on a phone is bounded on both sides (services/checkin/rules/LAW.md, rule 22): by what its credential proves,
and by its arrival.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Protocol

from domainkit import qr
from domainkit.qr import QrToken
from servicekit.clock import SECOND_US
from services.checkin.rules.lapse import Undecided
from services.checkin.rules.merge import Judgement


class Method(IntEnum):
    """What the phone presents."""

    QR = 1
    CODE = 2
    NFC = 3
    PLACE = 4
    STAFF = 5


class Direction(IntEnum):
    """Whether a person comes or goes."""

    IN = 1
    OUT = 2


class Punctuality(IntEnum):
    """How a check-in lies to the activity's times."""

    ON_TIME = 1
    LATE = 2
    EARLY_LEAVE = 3


class ActivityState(IntEnum):
    """The life of an activity."""

    DRAFT = 1
    PUBLISHED = 2
    CLOSED = 3
    CANCELLED = 4


# Where a policy may decide on what waits: what waits at a cancelled one ends (rules 21 and 30).
LAPSING = frozenset({ActivityState.PUBLISHED, ActivityState.CLOSED})


class Grade(IntEnum):
    """What a policy makes of a finding."""

    OFF = 1
    REVIEW = 2
    REFUSE = 3
    ACCEPT = 4


@dataclass(frozen=True, slots=True)
class Reason:
    """A word of the vocabulary with its numbers."""

    reason: str
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A snapshot of all that judging needs. Times are microseconds since 1970 UTC."""

    occurrence_id: bytes
    activity_id: bytes
    organisation_id: bytes
    state: ActivityState
    title: str
    place_name: str
    starts_at: int
    ends_at: int
    opens_at: int
    closes_at: int
    late_after_s: int | None
    late_policy: Grade
    offline_policy: Grade
    # How long after the end an attempt may arrive that waited on a phone; 0: it may not wait.
    offline_window_s: int
    methods: frozenset[int]
    # 0: unlimited.
    capacity: int
    code: str
    epoch: int
    # Whether antifraud has anything to look at.
    is_place_checked: bool
    gates: tuple[str, ...] = ()
    # Since when the activity is as it is here.
    valid_from: int = 0
    # Since when a published activity asks what it asks here; 0: since it was published.
    amended_at: int = 0
    # Who is expected; empty: open to all.
    roster_id: bytes = b""
    not_listed_policy: Grade = Grade.REVIEW
    # Who went does not come in again.
    is_once: bool = False
    undecided: Undecided = Undecided.WAITS_ON


class Attempt(Protocol):
    """What the rules look at; checkin.v1.Attempt is one. Times are microseconds since 1970 UTC."""

    @property
    def method(self) -> int:
        """A Method."""

    @property
    def direction(self) -> int:
        """A Direction."""

    @property
    def received_at(self) -> int:
        """When it arrived, or first arrived where it came with a receipt: no later than that it was made."""

    @property
    def claimed_at(self) -> int:
        """When it was made, by the phone's clock; 0 when the phone does not say."""

    @property
    def is_offline(self) -> bool:
        """Whether it waited on a phone and came with a sync."""

    @property
    def has_receipt(self) -> bool:
        """Whether `received_at` is proven by a receipt."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the rules that need nobody else say of an attempt.

    Attributes:
        effective_at: When it counts as made, where that is not its arrival; else 0.
        effective_punctuality: By that time, where it is not the same; counts once a human approved the attempt.
        effective_late_by_s: Goes with it.
    """

    judgement: Judgement
    reasons: tuple[Reason, ...] = ()
    punctuality: Punctuality = Punctuality.ON_TIME
    late_by_s: int = 0
    effective_at: int = 0
    effective_punctuality: Punctuality | None = None
    effective_late_by_s: int = 0

    def worsened(self, judgement: Judgement, *reasons: Reason) -> "Finding":
        """At best this judgement, with these reasons before its own."""
        return replace(self, judgement=min(self.judgement, judgement), reasons=reasons + self.reasons)


def refused(reason: str, **numbers: float) -> Finding:
    """A refusal with its numbers."""
    return Finding(Judgement.REFUSED, (Reason(reason, numbers),))


_ON_TIME = Finding(Judgement.ACCEPTED)
UNVERIFIABLE = Reason("OFFLINE_SLOT_UNVERIFIABLE")
# A phone's clock that is off by less than this is not worth a word.
_SKEW_TOLERANCE_US = 5 * SECOND_US
TIME_REASONS = frozenset(
    {"QR_EXPIRED", "QR_FUTURE", "QR_REVOKED", "PERSON_CODE_EXPIRED", "PERSON_CODE_FUTURE", "TOO_LATE", "TOO_EARLY"}
)


def judge(
    occurrence: Occurrence,
    attempt: Attempt,
    token: QrToken | None = None,
    *,
    extra_grace_s: int = 0,
    is_trusted: bool = False,
) -> Finding:
    """Judges one copy by the occurrence's own rules; antifraud comes after and can only make it worse.

    Args:
        token: For method qr.
        extra_grace_s: What an operator adds to the life of every QR for now.
        is_trusted: A staff member's device that is known to have been at the door before.
    """
    if occurrence.state is ActivityState.CANCELLED:
        return refused("ACTIVITY_CANCELLED")
    if occurrence.state is ActivityState.DRAFT:
        return refused("ACTIVITY_UNKNOWN")
    # Staff may check people in whatever participants may use.
    if attempt.method != Method.STAFF and attempt.method not in occurrence.methods:
        return refused("METHOD_NOT_ALLOWED")
    if token is not None and token.epoch < occurrence.epoch:
        return refused("QR_REVOKED")
    online = _judge_online(occurrence, attempt, token, extra_grace_s)
    if not attempt.is_offline or _proves_its_arrival(attempt, token, online):
        return online
    return _judge_offline(occurrence, attempt, token, online, extra_grace_s, is_trusted)


def qr_fault(token: QrToken, epoch: int, received_at: int, extra_grace_s: int = 0) -> Reason | None:
    """Why a token that opened is not, or no longer, good at `received_at`."""
    fault = qr.fault(token, epoch, received_at, extra_grace_s)
    return Reason(*fault) if fault else None


def _judge_online(occurrence: Occurrence, attempt: Attempt, token: QrToken | None, extra_grace_s: int) -> Finding:
    """As if the attempt was made when it arrived."""
    at = attempt.received_at
    if token is not None and (fault := qr_fault(token, occurrence.epoch, at, extra_grace_s)):
        return Finding(Judgement.REFUSED, (fault,))
    if outside := _outside_window(occurrence, at):
        return outside
    if occurrence.state is ActivityState.CLOSED:
        return refused("TOO_LATE", closed_since_s=max(_seconds(at - occurrence.valid_from), 1))
    return _judge_punctuality(occurrence, attempt, at)


def _outside_window(occurrence: Occurrence, at: int) -> Finding | None:
    if at < occurrence.opens_at:
        return refused("TOO_EARLY", opens_in_s=_seconds(occurrence.opens_at - at))
    if at > occurrence.closes_at:
        return refused("TOO_LATE", closed_since_s=_seconds(at - occurrence.closes_at))
    return None


def _proves_its_arrival(attempt: Attempt, token: QrToken | None, online: Finding) -> bool:
    """Whether an attempt of a sync can be judged by its arrival: a living QR, or a receipt from inside the window."""
    return (token is not None or attempt.has_receipt) and not is_refused_for_time(online)


def _judge_offline(
    occurrence: Occurrence,
    attempt: Attempt,
    token: QrToken | None,
    online: Finding,
    extra_grace_s: int,
    is_trusted: bool,
) -> Finding:
    """An attempt that waited (rule 22): it was made between what its credential proves and its arrival."""
    if token is not None and attempt.received_at < token.issued_at * SECOND_US - qr.FUTURE_US:
        return online
    if not occurrence.offline_window_s:
        return online if online.judgement is Judgement.REFUSED else Finding(Judgement.REFUSED, (UNVERIFIABLE,))
    if attempt.received_at > occurrence.closes_at + occurrence.offline_window_s * SECOND_US:
        return refused("TOO_LATE", closed_since_s=_seconds(attempt.received_at - occurrence.closes_at))
    effective_at = offline_effective_at(occurrence, attempt, token)
    if outside := _outside_window(occurrence, effective_at):
        return replace(outside, effective_at=effective_at)
    finding = _judge_punctuality(occurrence, attempt, effective_at, is_believed=is_trusted)
    finding = replace(finding, effective_at=effective_at)
    if skew := _skew(occurrence, attempt, token):
        finding = finding.worsened(Judgement.PENDING_REVIEW, skew)
    was_alive = token is not None and not qr_fault(token, occurrence.epoch, effective_at, extra_grace_s)
    if is_trusted or (was_alive and occurrence.offline_policy is Grade.ACCEPT):
        return finding
    is_forbidden = occurrence.offline_policy is Grade.REFUSE and attempt.method != Method.STAFF
    return finding.worsened(Judgement.REFUSED if is_forbidden else Judgement.PENDING_REVIEW, UNVERIFIABLE)


def offline_span(occurrence: Occurrence, attempt: Attempt, token: QrToken | None) -> tuple[int, int]:
    """Between which moments an attempt that waited can have been made: issue of its QR, else opening; and arrival."""
    earliest = occurrence.opens_at if token is None else token.issued_at * SECOND_US
    return min(earliest, attempt.received_at), attempt.received_at


def is_arrival_proven(attempt: Attempt) -> bool:
    """Whether we saw it come in ourselves, now or as its receipt says."""
    return not attempt.is_offline or attempt.has_receipt


def said_at(attempt: Attempt) -> int:
    """When an attempt says that it was made, as far as it can have been: by that its window is found."""
    if is_arrival_proven(attempt) or not attempt.claimed_at:
        return attempt.received_at
    return min(attempt.claimed_at, attempt.received_at)


def made_at(occurrence: Occurrence, attempt: Attempt, token: QrToken | None) -> int:
    """As of when an attempt is judged: its arrival where that is proven, else the claimed time as far as possible."""
    if is_arrival_proven(attempt):
        return attempt.received_at
    return offline_effective_at(occurrence, attempt, token)


def shown_at(occurrence: Occurrence, attempt: Attempt) -> int:
    """When a person showed their code to staff: its arrival, or the claimed time as far as possible."""
    return offline_effective_at(occurrence, attempt, None) if attempt.is_offline else attempt.received_at


def asked_then(then: Occurrence, now: Occurrence) -> Occurrence:
    """What was asked at an earlier time, of an activity and with credentials as they are now."""
    return replace(then, state=now.state, epoch=now.epoch, valid_from=now.valid_from)


def offline_effective_at(occurrence: Occurrence, attempt: Attempt, token: QrToken | None) -> int:
    """The claimed time, clamped to what is possible; the arrival where none is claimed."""
    earliest, latest = offline_span(occurrence, attempt, token)
    return min(max(attempt.claimed_at, earliest), latest) if attempt.claimed_at else latest


def _skew(occurrence: Occurrence, attempt: Attempt, token: QrToken | None) -> Reason | None:
    """That the phone's clock cannot be right, and by how much at least."""
    earliest, latest = offline_span(occurrence, attempt, token)
    claimed_at = attempt.claimed_at or latest
    skew_us = max(claimed_at - latest, earliest - claimed_at)
    return Reason("CLOCK_SKEW", {"skew_s": _seconds(skew_us)}) if skew_us > _SKEW_TOLERANCE_US else None


_LATE_JUDGEMENTS = {Grade.REVIEW: Judgement.PENDING_REVIEW, Grade.REFUSE: Judgement.REFUSED}


def _judge_punctuality(
    occurrence: Occurrence, attempt: Attempt, effective_at: int, *, is_believed: bool = False
) -> Finding:
    """Rule 23: who goes counts by the effective time; who comes by arrival, unless the effective time is believed."""
    if attempt.direction == Direction.OUT:
        early = effective_at < occurrence.ends_at
        return Finding(Judgement.ACCEPTED, (), Punctuality.EARLY_LEAVE) if early else _ON_TIME
    late_by_s = _late_by_s(occurrence, effective_at if is_believed else attempt.received_at)
    if not late_by_s:
        return _ON_TIME
    assert occurrence.late_after_s is not None
    reason = Reason("LATE", {"late_by_s": late_by_s, "late_after_s": occurrence.late_after_s})
    effective_late_by_s = _late_by_s(occurrence, effective_at)
    judgement = _late_judgement(occurrence, attempt, is_late_for_sure=effective_late_by_s > 0)
    finding = Finding(judgement, (reason,), Punctuality.LATE, late_by_s)
    if effective_late_by_s == late_by_s:
        return finding
    effective = Punctuality.LATE if effective_late_by_s else Punctuality.ON_TIME
    return replace(finding, effective_punctuality=effective, effective_late_by_s=effective_late_by_s)


def _late_by_s(occurrence: Occurrence, at: int) -> int:
    """Seconds since the start; 0 for who is on time."""
    late_by_s = _seconds(at - occurrence.starts_at)
    return late_by_s if occurrence.late_after_s is not None and late_by_s > occurrence.late_after_s else 0


def _late_judgement(occurrence: Occurrence, attempt: Attempt, *, is_late_for_sure: bool) -> Judgement:
    # Staff see whom they let in.
    if attempt.method == Method.STAFF:
        return Judgement.ACCEPTED
    judgement = _LATE_JUDGEMENTS.get(occurrence.late_policy, Judgement.ACCEPTED)
    # Who may have been in time is not refused for having waited.
    return judgement if is_late_for_sure else max(judgement, Judgement.PENDING_REVIEW)


def is_refused_for_time(finding: Finding) -> bool:
    """Whether a clock is what speaks against the attempt."""
    return any(reason.reason in TIME_REASONS for reason in finding.reasons)


def _seconds(microseconds: int) -> int:
    return microseconds // SECOND_US


def is_born_after(identifier: bytes, at_us: int) -> bool:
    """Whether a UUIDv7 of our own making is younger than a moment.

    Source: RFC 9562, section 5.7.
    """
    return int.from_bytes(identifier[:6], "big") * 1000 > at_us
