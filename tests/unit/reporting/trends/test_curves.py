"""Curves lie over one another from their starts, in steps that all of them share."""

from collections import Counter
from datetime import date

from servicekit.clock import SECOND_US
from services.reporting.periods.held import Held, Twice
from services.reporting.trends.curves import drawn, each_once, laid_over


def a_held(number: int = 1, starts_at: int = 1000 * SECOND_US) -> Held:
    """An occurrence."""
    identifier = bytes([number]) * 16
    return Held(
        occurrence_id=identifier,
        activity_id=identifier,
        title="例会",
        time_zone="Asia/Shanghai",
        day=date(2026, 9, 1),
        opens_at=starts_at - SECOND_US,
        starts_at=starts_at,
        closes_at=starts_at + SECOND_US,
        roster_id=None,
        expected=0,
        offline_window_s=7200,
    )


def test_steps_are_counted_from_the_start_and_shared() -> None:
    """An hour and a half in minutes; a day in quarters of an hour, which begin before the start too."""
    [curve] = laid_over([(a_held(), {-3: 1, 0: 2, 80: 4})])
    assert (curve.step_min, curve.steps) == (1, {-3: 1, 0: 2, 80: 4})
    long, short = laid_over([(a_held(), {-1: 1, 0: 2, 1400: 4}), (a_held(2), {-16: 3, -15: 1, 14: 5})])
    assert (long.step_min, short.step_min) == (15, 15)
    assert long.steps == {-15: 1, 0: 2, 1395: 4}
    assert short.steps == {-30: 3, -15: 1, 0: 5}


def test_who_came_under_both_ids_is_on_a_curve_once() -> None:
    """Nobody is taken off who was not on it: what lies outside of the window is on none."""
    held = a_held(starts_at=6000 * SECOND_US)._replace(opens_at=5900 * SECOND_US, closes_at=6130 * SECOND_US)
    arrivals = [at * SECOND_US for at in (5800, 5950, 6119, 6200)]
    assert each_once(held, {-1: 2, 0: 1, 1: 1}, Twice(arrivals=arrivals)) == {-1: 1, 0: 1}
    assert each_once(held, {-1: 2}, None) == {-1: 2}


def test_the_latest_six_that_somebody_came_to_are_drawn() -> None:
    """In order of their start; one alone however many came, else no more than can be read in time."""
    held = [a_held(number, number * 1000 * SECOND_US) for number in range(1, 10)]
    counts = {each.occurrence_id: Counter(checked_in=10 if number else 0) for number, each in enumerate(held)}
    assert drawn(held, counts) == held[3:]
    counts[held[-2].occurrence_id]["checked_in"] = 200_000
    assert drawn(held, counts) == held[-1:]
    counts[held[-1].occurrence_id]["checked_in"] = 0
    assert drawn(held, counts) == held[-2:-1]
    assert laid_over([]) == []
