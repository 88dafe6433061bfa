"""Sentences for people."""

import re
from pathlib import Path

import pytest

from gateway.checkins import texts
from gateway.reasons import TO_STAFF

ROOT = Path(__file__).parents[4]
FENCE = {"reason": "FENCE_OUTSIDE", "distance_m": 2312, "radius_m": 500, "accuracy_m": 18}


def test_the_fence_names_distance_and_radius() -> None:
    """Outside starts with the cause and gives both numbers, refused or under review."""
    start = "不在签到范围：距活动地点 2.3 公里，须在 500 米内，"

    assert texts.answer("refused", "in", "", "", [FENCE]) == start + "请走近后再试"
    assert texts.answer("pending_review", "in", "", "", [FENCE]) == start + "待人工核验，请留意结果"


def test_numbers_that_are_missing_are_left_out() -> None:
    """Without its numbers a cause is still a sentence."""
    assert texts.answer("refused", "in", "", "", [{"reason": "FENCE_OUTSIDE"}]) == "不在签到范围，请走近后再试"


def test_an_accepted_attempt_names_activity_and_place() -> None:
    """Coming and going have their own words; being late is said."""
    late = {"reason": "LATE", "late_by_s": 320, "late_after_s": 0}

    assert texts.answer("accepted", "in", "例会", "三号楼", []) == "签到成功：例会 · 三号楼"
    assert texts.answer("accepted", "out", "", "", []) == "签退成功"
    assert texts.answer("accepted", "in", "例会", "", [late]) == "签到成功（迟到 5 分钟 20 秒）：例会"


@pytest.mark.parametrize("others", [[], [{"reason": "OFFLINE_SLOT_UNVERIFIABLE"}]], ids=["alone", "after another"])
def test_who_only_left_is_told_so(others: list[dict[str, object]]) -> None:
    """It is a success all the same, for the person and for staff."""
    reasons: list[dict[str, object]] = [*others, {"reason": "OUT_WITHOUT_IN"}]

    assert texts.answer("accepted", "out", "例会", "", reasons) == "签退成功（只有签退，没有签到）：例会"
    assert texts.answer_to_staff("accepted", "out", reasons) == "已为其签退（只有签退，没有签到）"


def test_who_leaves_again_reads_that_it_counts() -> None:
    """Unlike who comes twice: nobody is told that it was for nothing."""
    again: list[dict[str, object]] = [{"reason": "LEFT_AGAIN"}]

    assert texts.answer("duplicate", "out", "", "", again) == "离开时间已更新，以最近一次签退为准"
    assert texts.answer_to_staff("duplicate", "out", again) == "此人再次签退，以最近一次签退为准"
    assert texts.answer("duplicate", "out", "", "", [{"reason": "ALREADY_CHECKED_IN"}]) == "你已签退，无需重复"


def test_what_is_special_about_a_duplicate_is_said_first() -> None:
    """To staff and to the person, each in their words; what is wrong with a staff item is told to staff."""
    again: dict[str, object] = {"reason": "ENTERED_AGAIN", "passes": 3}
    seen: list[dict[str, object]] = [{"reason": "ALREADY_CHECKED_IN"}]

    assert texts.answer_to_staff("duplicate", "in", [again, *seen]) == "此人第 3 次入场，可以放行"
    assert texts.answer_to_staff("duplicate", "in", [{"reason": "NO_REENTRY"}, *seen]).startswith("此人已离场")
    assert texts.answer("duplicate", "in", "", "", [{"reason": "NO_REENTRY"}, *seen]).startswith("离场后不能再次入场")
    assert texts.answer_to_staff("duplicate", "in", [{"reason": "PERSON_CODE_USED"}]).startswith("签到码已被使用")
    assert texts.failure("GATE_UNKNOWN", is_saved=False, vocabulary=TO_STAFF) == "没有这个入口，请选择列表中的入口"


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
    assert texts.answer("pending_review", "in", "", "", [{"reason": "NEWER"}]) == "待人工核验，请留意结果"


def test_every_outcome_has_a_sentence() -> None:
    """No answer leaves the person without a word."""
    for outcome in ("accepted", "duplicate", "pending_review", "provisional", "refused", "annulled", "superseded"):
        assert re.search("[一-鿿]", texts.answer(outcome, "in", "", "", []))


def test_staff_read_about_somebody_else() -> None:
    """The same outcomes, told of the person before them; a refusal gives the cause alone."""
    late = {"reason": "LATE", "late_by_s": 320}

    assert texts.answer_to_staff("accepted", "in", [late]) == "已为其签到（迟到 5 分钟 20 秒）"
    assert texts.answer_to_staff("accepted", "out", []) == "已为其签退"
    assert texts.answer_to_staff("refused", "in", [{"reason": "NOT_MEMBER"}]) == "此人不是该组织的成员"
    assert texts.answer_to_staff("refused", "in", [{"reason": "CAPACITY_FULL", "capacity": 9}]) == "名额已满（9 人）"
    for outcome in ("duplicate", "pending_review", "provisional", "annulled", "superseded"):
        assert "你" not in texts.answer_to_staff(outcome, "in", [])


def test_what_is_kept_on_the_phone_says_so() -> None:
    """With a receipt nothing is lost; a cap names its number."""
    assert texts.failure("OVERLOADED", is_saved=True) == "已保存，联网后自动上传"
    assert texts.failure("RATE_LIMITED", is_saved=False, metadata={"open": "3"}).startswith("你有 3 次签到系统确认中")
    assert texts.failure("RATE_LIMITED", is_saved=False) == "操作太频繁，请稍后再试"


def test_an_offline_attempt_says_why_a_human_looks_at_it() -> None:
    """The cause comes first."""
    reason: dict[str, object] = {"reason": "OFFLINE_SLOT_UNVERIFIABLE"}

    assert texts.answer("pending_review", "in", "", "", [reason]) == "无法核实离线签到的时间，待人工核验，请留意结果"
