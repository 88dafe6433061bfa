"""Sentences for people."""

import re
from pathlib import Path

import pytest

from gateway import texts

ROOT = Path(__file__).parents[3]
FENCE = {"reason": "FENCE_OUTSIDE", "distance_m": 2312, "radius_m": 500, "accuracy_m": 18}


def test_the_fence_names_distance_and_radius() -> None:
    """Outside starts with the cause and gives both numbers, refused or under review."""
    start = "不在签到范围：距活动地点 2312 米，须在 500 米内，"

    assert texts.answer("refused", "in", "", "", [FENCE]) == start + "请走近后再试"
    assert texts.answer("pending_review", "in", "", "", [FENCE]) == start + "已提交人工核验，请留意结果"


def test_numbers_that_are_missing_are_left_out() -> None:
    """Without its numbers a cause is still a sentence."""
    assert texts.answer("refused", "in", "", "", [{"reason": "FENCE_OUTSIDE"}]) == "不在签到范围，请走近后再试"


def test_an_accepted_attempt_names_activity_and_place() -> None:
    """Coming and going have their own words; being late is said."""
    late = {"reason": "LATE", "late_by_s": 320, "late_after_s": 0}

    assert texts.answer("accepted", "in", "例会", "三号楼", []) == "签到成功：例会 · 三号楼"
    assert texts.answer("accepted", "out", "", "", []) == "签退成功"
    assert texts.answer("accepted", "in", "例会", "", [late]) == "签到成功（迟到 5 分钟 20 秒）：例会"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 秒"), (59, "59 秒"), (60, "1 分钟"), (3599, "59 分钟 59 秒"), (3600, "1 小时"), (90_061, "1 天 1 小时")],
)
def test_durations_have_two_units_at_most(seconds: int, text: str) -> None:
    """Seconds are told as people tell them."""
    assert texts.duration(seconds) == text


def test_an_unknown_reason_still_says_something() -> None:
    """A reason from a newer service becomes a general sentence."""
    assert texts.answer("refused", "in", "", "", [{"reason": "NEWER"}]) == "未能签到，请联系组织者"
    assert texts.answer("pending_review", "in", "", "", [{"reason": "DEVICE_SHARED"}]) == "已提交人工核验，请留意结果"


def test_every_outcome_has_a_sentence() -> None:
    """No answer leaves the person without a word."""
    for outcome in ("accepted", "duplicate", "pending_review", "provisional", "refused", "annulled", "superseded"):
        assert re.search("[一-鿿]", texts.answer(outcome, "in", "", "", []))


def test_every_refusing_reason_of_the_judgement_is_known() -> None:
    """Each reason that checkin and antifraud write down has its own words."""
    source = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("services/checkin", "services/antifraud")
        for path in (ROOT / folder).rglob("*.py")
    )
    written = set(
        re.findall(r'"((?:QR|CODE|NFC|ACTIVITY|TOO|NOT|FENCE|LOCATION|WIFI|CAPACITY|METHOD)_[A-Z_]+)"', source)
    )

    assert written and not {
        reason for reason in written if texts.cause({"reason": reason}) == texts.cause({"reason": "?"})
    } - {"METHOD_UNSPECIFIED", "NOT_FOUND", "LOCATION_MOCKED"}
