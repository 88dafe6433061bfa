"""The calendar: who is expected when."""

import pytest

from services.activity.calendar import GUESS, Expectation, due, expected, next_rush, usual_turnout

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
    assert usual_turnout([]) == GUESS
