"""The rules an occurrence applies by itself."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainkit.qr import GRACE_S, QrToken
from servicekit.clock import SECOND_US
from servicekit.ids import new_id
from services.checkin.rules.merge import Judgement
from services.checkin.rules.occurrence import (
    ActivityState,
    Direction,
    Finding,
    Grade,
    Method,
    Occurrence,
    Punctuality,
    asked_then,
    is_born_after,
    judge,
    made_at,
    offline_effective_at,
)
from tests.factories import STARTS_AT, an_attempt, an_occurrence

ISSUED_S = STARTS_AT // SECOND_US
LIFE_S = 60


def a_token(**changes: int) -> QrToken:
    """A token issued at the start of the event."""
    values = {"issued_at": ISSUED_S, "life_s": LIFE_S, "epoch": 1} | changes
    return QrToken(occurrence_id=new_id(), **values)


def judged(
    occurrence: Occurrence, token: QrToken | None, method: int, direction: int, at: int, **changes: object
) -> Finding:
    """What the rules say of an attempt that arrived at a moment."""
    attempt = an_attempt(method=method, direction=direction, received_at=at, **changes)
    return judge(occurrence, attempt, token)


def offline(occurrence: Occurrence, token: QrToken | None, arrived_s: int, claimed_s: int | None = None) -> Finding:
    """An attempt that waited on a phone; seconds since the start."""
    claimed_at = 0 if claimed_s is None else STARTS_AT + claimed_s * SECOND_US
    method = Method.QR if token else Method.CODE
    arrived_at = STARTS_AT + arrived_s * SECOND_US
    return judged(occurrence, token, method, Direction.IN, arrived_at, is_offline=True, claimed_at=claimed_at)


def reason_of(finding: object) -> str:
    """The first reason's word, empty when there is none."""
    return next((reason.reason for reason in finding.reasons), "")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("after_s", "reason"),
    [
        (-6, "QR_FUTURE"),
        (-5, ""),
        (0, ""),
        (LIFE_S, ""),
        (LIFE_S + GRACE_S, ""),
        (LIFE_S + GRACE_S + 1, "QR_EXPIRED"),
    ],
)
def test_a_qr_is_good_from_five_seconds_before_its_issue_until_life_and_grace_are_over(
    after_s: int, reason: str
) -> None:
    """The life of a token has the bounds of the specification, to the second."""
    finding = judged(an_occurrence(), a_token(), Method.QR, Direction.IN, STARTS_AT + after_s * SECOND_US)
    assert reason_of(finding) == reason


def test_grace_is_never_more_than_half_the_life() -> None:
    """A 10 s code has 5 s of grace."""
    at = STARTS_AT + 16 * SECOND_US
    assert reason_of(judged(an_occurrence(), a_token(life_s=10), Method.QR, Direction.IN, at)) == "QR_EXPIRED"


@pytest.mark.parametrize(("epoch", "reason"), [(0, "QR_REVOKED"), (1, ""), (2, "")])
def test_only_a_token_of_an_older_epoch_is_revoked(epoch: int, reason: str) -> None:
    """A newer epoch means that the snapshot is behind, not the token."""
    assert reason_of(judged(an_occurrence(), a_token(epoch=epoch), Method.QR, Direction.IN, STARTS_AT)) == reason


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (ActivityState.DRAFT, "ACTIVITY_UNKNOWN"),
        (ActivityState.CANCELLED, "ACTIVITY_CANCELLED"),
        (ActivityState.CLOSED, "TOO_LATE"),
    ],
)
def test_only_a_published_activity_takes_people(state: ActivityState, reason: str) -> None:
    """Each other state refuses with its own reason."""
    finding = judged(an_occurrence(state=state), None, Method.CODE, Direction.IN, STARTS_AT)
    assert (finding.judgement, reason_of(finding)) == (Judgement.REFUSED, reason)


@pytest.mark.parametrize(("offset_s", "reason"), [(-1801, "TOO_EARLY"), (-1800, ""), (7200, ""), (7201, "TOO_LATE")])
def test_the_window_includes_both_its_ends(offset_s: int, reason: str) -> None:
    """One second outside is outside."""
    at = STARTS_AT + offset_s * SECOND_US
    assert reason_of(judged(an_occurrence(), None, Method.CODE, Direction.IN, at)) == reason


def test_a_method_the_organiser_did_not_choose_is_refused() -> None:
    """METHOD_NOT_ALLOWED, whatever else is right."""
    finding = judged(an_occurrence(methods=frozenset({Method.QR})), None, Method.PLACE, Direction.IN, STARTS_AT)
    assert reason_of(finding) == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize(
    ("policy", "judgement"),
    [
        (Grade.ACCEPT, Judgement.ACCEPTED),
        (Grade.REVIEW, Judgement.PENDING_REVIEW),
        (Grade.REFUSE, Judgement.REFUSED),
    ],
)
def test_lateness_is_what_the_policy_makes_of_it(policy: Grade, judgement: Judgement) -> None:
    """Late counts from the start, with its seconds."""
    occurrence = an_occurrence(late_after_s=300, late_policy=policy)
    finding = judged(occurrence, None, Method.CODE, Direction.IN, STARTS_AT + 301 * SECOND_US)
    assert (finding.judgement, finding.punctuality, finding.late_by_s) == (judgement, Punctuality.LATE, 301)
    assert finding.reasons[0].numbers == {"late_by_s": 301, "late_after_s": 300}


def test_leaving_before_the_end_is_early() -> None:
    """The other direction has the other punctuality."""
    finding = judged(an_occurrence(), None, Method.CODE, Direction.OUT, STARTS_AT)
    assert finding.punctuality is Punctuality.EARLY_LEAVE


def test_an_identifier_tells_whether_it_was_made_after_a_moment() -> None:
    """Our own UUIDv7s carry their time."""
    assert is_born_after(new_id(), STARTS_AT - 365 * 24 * 3600 * SECOND_US) is True
    assert is_born_after(new_id(), 4_000_000_000 * SECOND_US) is False


def test_a_living_qr_is_judged_by_its_arrival_however_it_came() -> None:
    """A sync right after the scan is no offline attempt."""
    finding = offline(an_occurrence(), a_token(), arrived_s=40, claimed_s=5)
    assert (finding.judgement, finding.effective_at) == (Judgement.ACCEPTED, 0)


def test_an_expired_qr_goes_to_review_at_the_time_the_phone_claims() -> None:
    """It may have been seen then; nobody can tell."""
    finding = offline(an_occurrence(), a_token(), arrived_s=3600, claimed_s=20)
    assert (finding.judgement, reason_of(finding)) == (Judgement.PENDING_REVIEW, "OFFLINE_SLOT_UNVERIFIABLE")
    assert finding.effective_at == STARTS_AT + 20 * SECOND_US


@pytest.mark.parametrize(("claimed_s", "effective_s"), [(-3600, 0), (7000, 3600), (None, 3600)])
def test_a_claimed_time_is_clamped_between_the_issue_and_the_arrival(claimed_s: int | None, effective_s: int) -> None:
    """Before the QR was shown and after it arrived it cannot have been; a clock that says so is noted."""
    finding = offline(an_occurrence(), a_token(), arrived_s=3600, claimed_s=claimed_s)
    assert finding.effective_at == STARTS_AT + effective_s * SECOND_US
    assert (reason_of(finding) == "CLOCK_SKEW") is False
    assert ("CLOCK_SKEW" in {reason.reason for reason in finding.reasons}) is (claimed_s is not None)


@given(st.integers(-(10**6), 10**6), st.integers(0, 10_000))
def test_the_effective_time_is_always_possible(claimed_s: int, arrived_s: int) -> None:
    """Whatever a phone claims, it lies between the issue of the QR and the arrival."""
    attempt = an_attempt(
        received_at=STARTS_AT + arrived_s * SECOND_US, is_offline=True, claimed_at=STARTS_AT + claimed_s * SECOND_US
    )
    at = offline_effective_at(an_occurrence(), attempt, a_token())
    assert STARTS_AT <= at <= attempt.received_at


@pytest.mark.parametrize(
    ("changes", "at_s"),
    [({}, 3600), ({"is_offline": True}, 20), ({"is_offline": True, "has_receipt": True}, 3600)],
    ids=["online", "claimed", "receipt"],
)
def test_an_attempt_is_judged_as_of_what_is_proven_else_claimed(changes: dict[str, bool], at_s: int) -> None:
    """A claim counts only where nobody saw it arrive."""
    attempt = an_attempt(
        received_at=STARTS_AT + 3600 * SECOND_US, claimed_at=STARTS_AT + 20 * SECOND_US, method=Method.CODE, **changes
    )

    assert made_at(an_occurrence(), attempt, None) == STARTS_AT + at_s * SECOND_US


def test_what_was_asked_then_is_asked_of_the_activity_as_it_is_now() -> None:
    """A cancelled activity or a replaced QR stays so, whatever was asked before."""
    then = an_occurrence(methods=frozenset({Method.QR}), valid_from=1)
    now = replace(then, state=ActivityState.CANCELLED, epoch=2, methods=frozenset(), valid_from=2, capacity=9)

    assert asked_then(then, now) == replace(then, state=ActivityState.CANCELLED, epoch=2, valid_from=2)


@pytest.mark.parametrize(
    ("policy", "claimed_s", "judgement"),
    [
        (Grade.ACCEPT, 20, Judgement.ACCEPTED),
        (Grade.ACCEPT, 500, Judgement.PENDING_REVIEW),
        (Grade.REVIEW, 20, Judgement.PENDING_REVIEW),
        (Grade.REFUSE, 20, Judgement.REFUSED),
    ],
)
def test_the_offline_policy_accepts_only_within_the_life_of_the_qr(
    policy: Grade, claimed_s: int, judgement: Judgement
) -> None:
    """Accept does not mean that any old QR is good for ever."""
    finding = offline(an_occurrence(offline_policy=policy), a_token(), arrived_s=3600, claimed_s=claimed_s)
    assert finding.judgement is judgement


def test_what_waited_too_long_is_too_late() -> None:
    """The watermark: nobody changes an occurrence after its end and the offline window."""
    last_s = 4 * 3600
    in_time = offline(an_occurrence(), a_token(), arrived_s=last_s, claimed_s=20)
    assert (in_time.judgement, reason_of(in_time)) == (Judgement.PENDING_REVIEW, "OFFLINE_SLOT_UNVERIFIABLE")
    assert reason_of(offline(an_occurrence(), a_token(), arrived_s=last_s + 1, claimed_s=20)) == "TOO_LATE"


def test_a_code_that_waited_always_goes_to_review() -> None:
    """It proves no time at all, whatever the policy."""
    finding = offline(an_occurrence(offline_policy=Grade.ACCEPT), None, arrived_s=60, claimed_s=60)
    assert (finding.judgement, reason_of(finding)) == (Judgement.PENDING_REVIEW, "OFFLINE_SLOT_UNVERIFIABLE")


@pytest.mark.parametrize(("closed_s_ago", "told_s"), [(0, 1), (90, 90)])
def test_who_comes_after_the_organiser_closed_is_told_since_when(closed_s_ago: int, told_s: int) -> None:
    """Also where the activity would still be open by its own times; never since no time at all."""
    closed = an_occurrence(state=ActivityState.CLOSED, valid_from=STARTS_AT - closed_s_ago * SECOND_US)
    finding = judge(closed, an_attempt(method=Method.PLACE))
    assert [(reason.reason, reason.numbers) for reason in finding.reasons] == [("TOO_LATE", {"closed_since_s": told_s})]


@pytest.mark.parametrize(
    ("claimed_s", "effective"),
    [(-60, (Punctuality.ON_TIME, 0)), (299, (Punctuality.ON_TIME, 0)), (400, (Punctuality.LATE, 400)), (None, None)],
)
def test_who_waited_is_late_by_arrival_and_says_what_counts_once_it_is_approved(
    claimed_s: int | None, effective: tuple[Punctuality, int] | None
) -> None:
    """Both are carried where they differ: a human decides which is true."""
    occurrence = an_occurrence(late_after_s=300)
    finding = offline(occurrence, None, arrived_s=3600, claimed_s=claimed_s)
    assert (finding.judgement, finding.punctuality, finding.late_by_s) == (
        Judgement.PENDING_REVIEW,
        Punctuality.LATE,
        3600,
    )
    told = (finding.effective_punctuality, finding.effective_late_by_s)
    assert told == (effective or (None, 0))


@pytest.mark.parametrize(("claimed_s", "late_by_s"), [(-60, 0), (300, 0), (400, 400)])
def test_a_device_that_is_trusted_is_believed_when_people_came(claimed_s: int, late_by_s: int) -> None:
    """What staff wrote down at the door the evening before makes nobody late the next day."""
    arrived_at = STARTS_AT + 7200 * SECOND_US
    attempt = an_attempt(
        method=Method.STAFF,
        received_at=arrived_at,
        is_offline=True,
        claimed_at=STARTS_AT + claimed_s * SECOND_US,
    )
    finding = judge(an_occurrence(late_after_s=300), attempt, is_trusted=True)
    punctuality = Punctuality.LATE if late_by_s else Punctuality.ON_TIME
    assert (finding.judgement, finding.punctuality, finding.late_by_s) == (Judgement.ACCEPTED, punctuality, late_by_s)
