"""The rows of `make cluster-test`: each on the release it is about, and wrong if it is not or if too many failed."""

import time

import pytest

from deploy.local.launch import LaunchError
from tests.deploy.cluster import plan
from tests.deploy.cluster.crowd import HEAD, Outcome, _count
from tests.deploy.cluster.plan import NEW, OLD, SCENARIOS
from tests.load.http_load import Answer

NAMES = {NEW: "v0.2.0-3-gabc", OLD: "v0.1.0"}


def test_an_upgrade_that_is_asked_for_happens_whatever_is_played() -> None:
    """It begins with the old release, and every row is played on the new one."""
    played = plan.chosen("out,in,calendar", has_old=True)
    assert plan.first(played, is_asked_for=True) == OLD
    assert plan.needed(played, OLD) == [OLD, NEW]
    assert {(each.begins, each.ends) for each in played} == {(NEW, NEW)}


def test_a_tag_alone_brings_no_release_that_no_row_is_about() -> None:
    """Without upgrade-from, and without a row about two releases, there is only the new one."""
    played = plan.chosen("out,in,calendar", has_old=True)
    first = plan.first(played, is_asked_for=False)
    assert (first, plan.needed(played, first)) == (NEW, [NEW])


def test_without_a_release_before_what_needs_one_is_left_out() -> None:
    """Everything else is played."""
    left_out = set(SCENARIOS) - set(plan.chosen("", has_old=False))
    assert {each.name for each in left_out} == {"upgrade", "rollback", "again"}


@pytest.mark.parametrize(
    ("only", "said"), [("out,calender", "calender is none of upgrade,"), ("rollback", "with upgrade-from=")]
)
def test_what_cannot_be_played_is_refused(only: str, said: str) -> None:
    """Rather than an empty table that is all clean."""
    with pytest.raises(LaunchError, match=said):
        plan.chosen(only, has_old=False)


def test_a_row_says_which_release_it_tested() -> None:
    """As the pods that served say, before it and after it."""
    upgrade, rush = plan.chosen("upgrade,rush", has_old=True)
    both, one = Outcome("rolling upgrade"), Outcome("rush")
    plan.judge(both, upgrade, {OLD}, {NEW}, NAMES)
    plan.judge(one, rush, {NEW}, {NEW}, NAMES)
    assert (both.release, one.release) == ("v0.1.0 -> v0.2.0-3-gabc", "v0.2.0-3-gabc")
    assert both.is_clean and one.is_clean
    assert "| rolling upgrade | v0.1.0 -> v0.2.0-3-gabc |" in both.line()
    assert HEAD.splitlines()[0].count("|") == HEAD.splitlines()[1].count("|") == one.line().count("|")


@pytest.mark.parametrize("served", [{OLD}, {OLD, NEW}, set()])
def test_a_row_on_another_release_is_wrong(served: set[str]) -> None:
    """Also when both serve, or none."""
    [scenario] = plan.chosen("calendar", has_old=True)
    outcome = Outcome("calendar asks for pods")
    plan.judge(outcome, scenario, served, served, NAMES)
    assert not outcome.is_clean
    assert outcome.remarks == ["not the release it is about: v0.2.0-3-gabc"]


def _answers(statuses: list[int], body: bytes = b"{}") -> list[Answer]:
    now = time.perf_counter()
    return [Answer(status, body, now, now, "" if status else "reset") for status in statuses]


@pytest.mark.parametrize(("name", "failed", "is_clean"), [("drain", 1, False), ("kill", 5, True), ("kill", 6, False)])
def test_only_so_many_may_fail(name: str, failed: int, is_clean: bool) -> None:
    """None, unless the scenario says why some may, and then a share of the requests."""
    [scenario] = plan.chosen(name, has_old=True)
    outcome = Outcome(name)
    _count(outcome, _answers([201] * (1000 - failed) + [503] * failed))
    plan.judge(outcome, scenario, {scenario.begins}, {scenario.ends}, NAMES)
    assert outcome.is_clean is is_clean


def test_a_rollback_may_fail_only_to_what_never_waited_for_keys() -> None:
    """A release from after that is held to none, like everything else."""
    scenarios = plan.chosen("upgrade,rollback", has_old=True)
    assert [each.may_fail for each in scenarios] == [0, 0]
    assert [each.may_fail for each in plan.lenient(scenarios)] == [0, 0.01]


def test_what_failed_is_told_with_its_reason() -> None:
    """So that the table says why, long after the pods are gone."""
    outcome = Outcome("rollback")
    refusal = b'{"status": 503, "detail": "signing keys are not known yet; try again"}'
    _count(outcome, [*_answers([201, 422]), *_answers([503] * 2, refusal), *_answers([502, 0], b"<html>")])
    assert outcome.failed == {"503 signing keys are not known yet; try again": 2, "502": 1, "reset": 1}
