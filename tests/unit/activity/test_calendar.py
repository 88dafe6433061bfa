"""The calendar: who is expected when."""

from dataclasses import replace
from math import inf

import pytest
from prometheus_client import REGISTRY

from servicekit.mysql.database import create_engine
from services.activity.calendar import (
    Calendar,
    Expectation,
    due,
    expected,
    next_rush,
    next_rush_s,
    together,
    usual_turnout,
)

MINUTE = 60_000_000
NOW = 1_000 * MINUTE


def lecture(starts_in_min: float, people: int, opens_before_min: float = 30, lasts_min: float = 60) -> Expectation:
    """An occurrence that starts in so many minutes."""
    starts_at = NOW + int(starts_in_min * MINUTE)
    return Expectation(
        starts_at - int(opens_before_min * MINUTE), starts_at, starts_at + int(lasts_min * MINUTE), people
    )


@pytest.mark.parametrize(
    ("starts_in_min", "is_expected"),
    [(30, False), (20, True), (15, True), (0, True), (-9.9, True), (-10, False), (-60, False)],
)
def test_a_rush_is_expected_from_a_quarter_of_an_hour_before_it_until_it_is_over(
    starts_in_min: float, is_expected: bool
) -> None:
    """The rush begins five minutes before the start and ends ten minutes after it."""
    assert expected([lecture(starts_in_min, 300)], NOW, 900) == (300 if is_expected else 0)


def test_nobody_comes_before_it_opens() -> None:
    """A window that opens with the start has its rush from the start."""
    late_opening = lecture(16, 300, opens_before_min=0)
    assert expected([late_opening], NOW, 900) == 0
    assert expected([late_opening], NOW, 960) == 300


def test_expectations_add_up() -> None:
    """Two lectures at the same hour bring both their people."""
    assert expected([lecture(10, 300), lecture(12, 200), lecture(120, 900)], NOW, 900) == 500


@pytest.mark.parametrize(("starts_in_min", "is_due"), [(3, False), (2, True), (0, True), (-9, True), (-10, False)])
def test_people_are_due_in_the_middle_of_the_rush(starts_in_min: float, is_due: bool) -> None:
    """From two minutes before the start until ten minutes after it, while the window is open."""
    assert due([lecture(starts_in_min, 80)], NOW) == (80 if is_due else 0)


def test_the_next_rush_is_the_earliest_that_is_big_enough() -> None:
    """Small ones do not count, and one under way does."""
    small, big, later = lecture(10, 20), lecture(20, 50), lecture(30, 500)
    assert next_rush([later, big, small], NOW) is big
    assert next_rush([small], NOW) is None
    assert next_rush([lecture(-5, 60), big], NOW) == lecture(-5, 60)


def test_what_is_usual_is_the_median_of_the_latest_five() -> None:
    """One odd evening changes nothing, and older ones are forgotten."""
    assert usual_turnout([100, 4, 110, 90, 105, 9000, 9000]) == 100
    assert usual_turnout([]) is None


def test_a_guess_asks_for_pods_and_is_missed_by_nobody() -> None:
    """An alert that asks where people are must know that they were to come."""
    guess = replace(lecture(0, 50), is_guess=True)
    assert (expected([guess], NOW, 900), due([guess, lecture(0, 30)], NOW)) == (50, 30)


def test_what_starts_together_is_one_rush() -> None:
    """Three small lectures at eight are a big one; their windows together are its window."""
    three = [lecture(10, 20), lecture(10, 20, opens_before_min=1), replace(lecture(10, 20, lasts_min=5), is_guess=True)]
    assert together([*three, lecture(60, 20)]) == [lecture(10, 60), lecture(60, 20)]
    assert next_rush(three, NOW) is None
    assert next_rush_s(three, NOW) == 5 * 60
    assert next_rush_s([lecture(0, 50)], NOW) == 0
    assert next_rush_s([lecture(0, 49)], NOW) == inf


def gauges() -> dict[str, float]:
    """What a scrape would find, by name and label."""
    return {
        ",".join((sample.name, *sample.labels.values())): sample.value
        for family in REGISTRY.collect()
        if family.name.startswith("calendar_")
        for sample in family.samples
    }


async def test_the_metrics_go_on_from_memory_and_say_nothing_where_nothing_is_known() -> None:
    """Neither before the first reading, nor when the day that was read is over: no value is not nobody."""
    calendar = Calendar(create_engine("mysql+aiomysql://nobody:x@127.0.0.1:1/activity?charset=utf8mb4"))
    calendar.tell(NOW)
    empty = gauges()
    assert empty.pop("calendar_age_seconds") == inf
    assert set(map(str, empty.values())) == {"nan"} and len(empty) == 5

    calendar.remember([lecture(10, 300), lecture(0, 80)], NOW)
    calendar.tell(NOW)
    assert gauges() == {
        "calendar_expected_checkins,5m": 380,
        "calendar_expected_checkins,15m": 380,
        "calendar_expected_checkins,60m": 380,
        "calendar_due_checkins": 80,
        "calendar_next_rush_seconds": 0,
        "calendar_age_seconds": 0,
    }
    await calendar.refresh()
    calendar.tell(NOW + 12 * MINUTE)
    later = gauges()
    assert later["calendar_due_checkins"] == 300
    assert later["calendar_age_seconds"] == 12 * 60

    calendar.tell(NOW + 24 * 60 * MINUTE)
    used_up = gauges()
    assert used_up.pop("calendar_age_seconds") == 24 * 3600
    assert set(map(str, used_up.values())) == {"nan"}
