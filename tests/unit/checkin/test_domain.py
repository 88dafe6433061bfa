"""The rules an occurrence applies by itself."""

import pytest

from servicekit.ids import new_id
from servicekit.qr import GRACE_S
from services.checkin.domain import (
    SECOND_US,
    ActivityState,
    Direction,
    Grade,
    Method,
    Punctuality,
    QrToken,
    is_born_after,
    judge,
)
from services.checkin.merge import Judgement
from tests.factories import STARTS_AT, an_occurrence

ISSUED_S = STARTS_AT // SECOND_US
LIFE_S = 60


def a_token(**changes: int) -> QrToken:
    """A token issued at the start of the event."""
    values = {"issued_at": ISSUED_S, "life_s": LIFE_S, "epoch": 1} | changes
    return QrToken(occurrence_id=new_id(), **values)


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
    finding = judge(an_occurrence(), a_token(), Method.QR, Direction.IN, STARTS_AT + after_s * SECOND_US)
    assert reason_of(finding) == reason


def test_grace_is_never_more_than_half_the_life() -> None:
    """A 10 s code has 5 s of grace."""
    at = STARTS_AT + 16 * SECOND_US
    assert reason_of(judge(an_occurrence(), a_token(life_s=10), Method.QR, Direction.IN, at)) == "QR_EXPIRED"


@pytest.mark.parametrize(("epoch", "reason"), [(0, "QR_REVOKED"), (1, ""), (2, "")])
def test_only_a_token_of_an_older_epoch_is_revoked(epoch: int, reason: str) -> None:
    """A newer epoch means that the snapshot is behind, not the token."""
    assert reason_of(judge(an_occurrence(), a_token(epoch=epoch), Method.QR, Direction.IN, STARTS_AT)) == reason


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
    finding = judge(an_occurrence(state=state), None, Method.CODE, Direction.IN, STARTS_AT)
    assert (finding.judgement, reason_of(finding)) == (Judgement.REFUSED, reason)


@pytest.mark.parametrize(("offset_s", "reason"), [(-1801, "TOO_EARLY"), (-1800, ""), (7200, ""), (7201, "TOO_LATE")])
def test_the_window_includes_both_its_ends(offset_s: int, reason: str) -> None:
    """One second outside is outside."""
    at = STARTS_AT + offset_s * SECOND_US
    assert reason_of(judge(an_occurrence(), None, Method.CODE, Direction.IN, at)) == reason


def test_a_method_the_organiser_did_not_choose_is_refused() -> None:
    """METHOD_NOT_ALLOWED, whatever else is right."""
    finding = judge(an_occurrence(methods=frozenset({Method.QR})), None, Method.PLACE, Direction.IN, STARTS_AT)
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
    finding = judge(occurrence, None, Method.CODE, Direction.IN, STARTS_AT + 301 * SECOND_US)
    assert (finding.judgement, finding.punctuality, finding.late_by_s) == (judgement, Punctuality.LATE, 301)
    assert finding.reasons[0].numbers == {"late_by_s": 301, "late_after_s": 300}


def test_leaving_before_the_end_is_early() -> None:
    """The other direction has the other punctuality."""
    finding = judge(an_occurrence(), None, Method.CODE, Direction.OUT, STARTS_AT)
    assert finding.punctuality is Punctuality.EARLY_LEAVE


def test_an_identifier_tells_whether_it_was_made_after_a_moment() -> None:
    """Our own UUIDv7s carry their time."""
    assert is_born_after(new_id(), STARTS_AT - 365 * 24 * 3600 * SECOND_US) is True
    assert is_born_after(new_id(), 4_000_000_000 * SECOND_US) is False
