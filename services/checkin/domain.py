"""What an occurrence asks of an attempt: state, method, credential, window, lateness. Pure.

Every time rule uses the attempt's `received_at`, which the gateway stamped once; nothing here reads a clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from servicekit import qr
from servicekit.clock import SECOND_US
from services.checkin.merge import Judgement


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
    methods: frozenset[int]
    # 0: unlimited.
    capacity: int
    code: str
    epoch: int
    # Whether antifraud has anything to look at.
    is_place_checked: bool


@dataclass(frozen=True, slots=True)
class QrToken:
    """An opened QR. `issued_at` and `life_s` in seconds."""

    occurrence_id: bytes
    issued_at: int
    life_s: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What the rules that need nobody else say of an attempt."""

    judgement: Judgement
    reasons: tuple[Reason, ...] = ()
    punctuality: Punctuality = Punctuality.ON_TIME
    late_by_s: int = 0


def refused(reason: str, **numbers: float) -> Finding:
    """A refusal with its numbers."""
    return Finding(Judgement.REFUSED, (Reason(reason, numbers),))


_ON_TIME = Finding(Judgement.ACCEPTED)
TIME_REASONS = frozenset({"QR_EXPIRED", "QR_FUTURE", "QR_REVOKED", "TOO_LATE", "TOO_EARLY"})


def judge(occurrence: Occurrence, token: QrToken | None, method: int, direction: int, received_at: int) -> Finding:
    """Judges one copy by the occurrence's own rules; antifraud comes after and can only make it worse."""
    if occurrence.state is ActivityState.CANCELLED:
        return refused("ACTIVITY_CANCELLED")
    if occurrence.state is ActivityState.DRAFT:
        return refused("ACTIVITY_UNKNOWN")
    if method not in occurrence.methods:
        return refused("METHOD_NOT_ALLOWED")
    if token is not None and (reason := qr_fault(token, occurrence.epoch, received_at)):
        return Finding(Judgement.REFUSED, (reason,))
    if received_at < occurrence.opens_at:
        return refused("TOO_EARLY", opens_in_s=_seconds(occurrence.opens_at - received_at))
    if received_at > occurrence.closes_at or occurrence.state is ActivityState.CLOSED:
        return refused("TOO_LATE", closed_since_s=max(0, _seconds(received_at - occurrence.closes_at)))
    if direction == Direction.OUT:
        early = received_at < occurrence.ends_at
        return Finding(Judgement.ACCEPTED, (), Punctuality.EARLY_LEAVE) if early else _ON_TIME
    return _judge_lateness(occurrence, received_at)


def qr_fault(token: QrToken, epoch: int, received_at: int) -> Reason | None:
    """Why a token that opened is not, or no longer, good at `received_at`."""
    if token.epoch < epoch:
        return Reason("QR_REVOKED")
    fault = qr.time_fault(token.issued_at, token.life_s, received_at)
    return Reason(*fault) if fault else None


_LATE_JUDGEMENTS = {Grade.REVIEW: Judgement.PENDING_REVIEW, Grade.REFUSE: Judgement.REFUSED}


def _judge_lateness(occurrence: Occurrence, received_at: int) -> Finding:
    if occurrence.late_after_s is None:
        return _ON_TIME
    late_by_s = _seconds(received_at - occurrence.starts_at)
    if late_by_s <= occurrence.late_after_s:
        return _ON_TIME
    judgement = _LATE_JUDGEMENTS.get(occurrence.late_policy, Judgement.ACCEPTED)
    reason = Reason("LATE", {"late_by_s": late_by_s, "late_after_s": occurrence.late_after_s})
    return Finding(judgement, (reason,), Punctuality.LATE, late_by_s)


def _seconds(microseconds: int) -> int:
    return microseconds // SECOND_US


def is_born_after(identifier: bytes, at_us: int) -> bool:
    """Whether a UUIDv7 of our own making is younger than a moment.

    Source: RFC 9562, section 5.7.
    """
    return int.from_bytes(identifier[:6], "big") * 1000 > at_us
