"""The algorithm of the HPA by documented examples, and what it makes of a day with the numbers of the chart."""

from dataclasses import replace

import pytest

from deploy.observe.simulate import (
    DAY_S,
    SYNC_S,
    Behaviour,
    Day,
    Hpa,
    Keda,
    Metrics,
    Outcome,
    Session,
    Target,
    flaps,
    lines,
    main,
    reactive,
    read_values,
    ready_in_time,
    replay,
    static,
    timetable,
    wanted,
)

_TARGET = Target("gateway", 2, 30, {"attempts": 100.0, "calendar": 300.0}, fallback=6)
_BEHAVIOUR = Behaviour(up_pods=4, up_percent=100, up_period_s=15, down_window_s=300, down_percent=20, down_period_s=60)


@pytest.fixture(scope="module")
def day() -> Day:
    """The day of the report."""
    return Day(timetable())


def synced(hpa: Hpa, current: int, metrics: Metrics, begin: int, end: int) -> list[int]:
    """Pods after each look at the same metrics."""
    found = []
    for at in range(begin, end, SYNC_S):
        current = hpa.sync(at, current, metrics)
        found.append(current)
    return found


@pytest.mark.parametrize(
    ("metric", "threshold", "current", "pods"),
    [
        (1000, 300, 2, 4),
        (901, 300, 2, 4),
        (900, 300, 2, 3),
        (0, 300, 5, 0),
        (659, 300, 2, 2),
        (661, 300, 2, 3),
        (541, 300, 2, 2),
        (539, 300, 2, 2),
        (299, 300, 2, 1),
        (17_774, 300, 30, 60),
    ],
)
def test_pods_are_the_metric_by_the_threshold(metric: float, threshold: float, current: int, pods: int) -> None:
    """Rounded up, unless what is there is right within ten percent.

    Source: Kubernetes, "Horizontal Pod Autoscaling", algorithm details; GetExternalPerPodMetricReplicas.
    """
    assert wanted(metric, threshold, current) == pods


def test_the_largest_wish_counts() -> None:
    """Of several metrics."""
    assert Hpa(_TARGET, _BEHAVIOUR, 2).sync(0, 2, {"attempts": 120.0, "calendar": 1500.0}) == 5


def test_growth_is_at_once_and_bounded_by_the_more_generous_policy() -> None:
    """Four pods, or as many again, each fifteen seconds; never more than the maximum."""
    hpa = Hpa(_TARGET, _BEHAVIOUR, 2)
    assert synced(hpa, 2, {"attempts": 0.0, "calendar": 18_000.0}, 0, 75) == [6, 12, 24, 30, 30]


def test_shrinking_waits_for_the_window_and_goes_by_steps() -> None:
    """The highest wish of five minutes counts; then a fifth goes each minute, down to the minimum."""
    hpa = Hpa(_TARGET, _BEHAVIOUR, 2)
    assert synced(hpa, 10, {"attempts": 0.0, "calendar": 3000.0}, 0, 60)[-1] == 10
    quiet = {"attempts": 0.0, "calendar": 0.0}
    # The last wish of ten pods was at 45 s, and counts for 300 s.
    assert set(synced(hpa, 10, quiet, 60, 345)) == {10}
    assert synced(hpa, 10, quiet, 345, 345 + 8 * 60)[::4] == [8, 6, 4, 3, 2, 2, 2, 2]


def test_a_rush_within_the_window_keeps_what_is_there() -> None:
    """Between two rushes nothing is torn down to be built again."""
    hpa = Hpa(_TARGET, _BEHAVIOUR, 10)
    busy, quiet = {"attempts": 0.0, "calendar": 3000.0}, {"attempts": 0.0, "calendar": 0.0}
    seen = synced(hpa, 10, busy, 0, 300) + synced(hpa, 10, quiet, 300, 585) + synced(hpa, 10, busy, 585, 900)
    assert set(seen) == {10}


@pytest.mark.parametrize("missing", ["attempts", "calendar"])
def test_a_missing_metric_never_shrinks_the_fleet_and_lets_it_grow(missing: str) -> None:
    """However long it is missing."""
    other = "calendar" if missing == "attempts" else "attempts"
    hpa = Hpa(_TARGET, _BEHAVIOUR, 10)
    assert set(synced(hpa, 10, {missing: None, other: 0.0}, 0, 3600)) == {10}
    assert hpa.sync(3600, 10, {missing: None, other: 12 * _TARGET.thresholds[other]}) == 12


def test_without_any_metric_nothing_changes() -> None:
    """Prometheus is gone, and no fallback is set."""
    assert set(synced(Hpa(_TARGET, _BEHAVIOUR, 7), 7, {"attempts": None, "calendar": None}, 0, 3600)) == {7}


def test_a_fleet_out_of_bounds_is_brought_back() -> None:
    """Whatever the metrics say."""
    silent = {"attempts": None, "calendar": None}
    hpa = Hpa(_TARGET, _BEHAVIOUR, 1)
    assert (hpa.sync(0, 1, silent), hpa.sync(15, 40, silent)) == (2, 30)


@pytest.mark.parametrize(("current", "pods"), [(3, 6), (20, 20)])
def test_the_fallback_raises_a_small_fleet_and_leaves_a_large_one(current: int, pods: int) -> None:
    """After three failures in a row; the wish is what a fleet of that size would have."""
    keda, silent = Keda(_TARGET), {"attempts": None, "calendar": None}
    for _ in range(3):
        assert keda.tell(silent, current) == silent
    told = keda.tell(silent, current)
    assert told == {"attempts": 100.0 * pods, "calendar": 300.0 * pods}
    assert keda.tell({"attempts": 5.0, "calendar": None}, current)["attempts"] == 5.0


def test_the_day_is_what_it_says(day: Day) -> None:
    """200 activities, 100,000 check-ins, up to 1,000 each, the same each time, seen by Prometheus a little late."""
    sizes = [len(session.scans) for session in day.sessions]
    assert (len(sizes), sum(sizes), sum(day.arrivals)) == (200, 100_000, 100_000)
    assert 900 < max(sizes) <= 1000
    assert timetable() == list(day.sessions) != timetable(2)
    eight = 8 * 3600
    assert day.attempts(eight) < day.attempts(eight + 20)
    assert day.calendar(eight - 3600) == 0 < day.calendar(eight)


@pytest.mark.parametrize("name", ["gateway", "checkin"])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_chart_is_ready_for_each_rush_and_never_flaps(name: str, seed: int) -> None:
    """With the numbers of values.yaml, for less than half of what a fleet of its peak costs."""
    behaviour, targets = read_values()
    target, day = targets[name], Day(timetable(seed))
    found = replay(day, target, behaviour)
    assert flaps(day, found, behaviour) == []
    assert ready_in_time(day, target, found) == (14, 14)
    assert found.longest_wait_s < 1
    assert found.pod_hours < static(day, target, max(found.pods)).pod_hours / 2
    assert found.pods[3 * 3600] == found.pods[-1] == target.minimum


def test_every_target_of_the_chart_stays_within_its_bounds(day: Day) -> None:
    """And has a threshold for attempts to go by."""
    behaviour, targets = read_values()
    assert {"gateway", "checkin", "recorder"} <= targets.keys()
    for target in targets.values():
        found = replay(day, target, behaviour)
        assert len(found.pods) == DAY_S
        assert target.minimum <= min(found.pods) <= max(found.pods) <= target.maximum
        assert flaps(day, found, behaviour) == []


def test_rates_alone_come_too_late(day: Day) -> None:
    """What the calendar is for."""
    found = replay(day, reactive(_TARGET), _BEHAVIOUR)
    in_time, rushes = ready_in_time(day, _TARGET, found)
    assert in_time < rushes == 14
    assert found.longest_wait_s > replay(day, _TARGET, _BEHAVIOUR).longest_wait_s


def test_a_nervous_fleet_is_seen_to_flap() -> None:
    """Without a window, a crowd that comes in waves makes the fleet turn and turn again."""
    waves = [36_000 + wave * 240 + second for wave in range(10) for second in range(60) for _ in range(500)]
    day = Day([Session(36_000, 0, waves)])
    nervous = replace(_BEHAVIOUR, down_window_s=15, down_percent=100, down_period_s=15)
    target = reactive(_TARGET)
    assert flaps(day, replay(day, target, nervous), nervous)
    assert flaps(day, replay(day, target, _BEHAVIOUR), _BEHAVIOUR) == []


def test_a_turn_that_the_day_explains_is_no_flap() -> None:
    """A rush came into sight just after the one before had ended."""
    day = Day([Session(36_000, 500, range(36_000, 36_100)), Session(38_100, 500, range(38_100, 38_200))])
    # The second comes into sight 20 minutes before it starts.
    explained = Outcome(changes=[(36_800, 6, 4), (36_905, 4, 6)])
    unexplained = Outcome(changes=[(36_800, 6, 4), (36_895, 4, 6)])
    assert flaps(day, explained, _BEHAVIOUR) == []
    assert flaps(day, unexplained, _BEHAVIOUR) == [(36_800, 36_895)]


def test_pods_that_are_late_are_seen(day: Day) -> None:
    """A fleet that may add one pod a minute is not ready for the morning."""
    slow = replace(_BEHAVIOUR, up_pods=1, up_percent=0, up_period_s=60)
    in_time, rushes = ready_in_time(day, _TARGET, replay(day, _TARGET, slow))
    assert in_time < rushes


def test_while_prometheus_is_silent_nobody_is_sent_away(day: Day) -> None:
    """Through a whole morning; the rush after it is served again in time."""
    silent = range(8 * 3600, 10 * 3600)
    found = replay(day, _TARGET, _BEHAVIOUR, silent)
    during = [found.pods[at] for at in silent]
    assert during == sorted(during)


def test_the_report_names_each_fleet(day: Day) -> None:
    """With the calendar, without, and static."""
    text = "\n".join(lines(day, _BEHAVIOUR, [_TARGET], range(8 * 3600, 9 * 3600)))
    for word in ("static", "rates", "calendar and rates", "Prometheus silent", "14 of 14", "most pods by hour"):
        assert word in text


def test_the_command_says_by_its_end_whether_all_is_good(capsys: pytest.CaptureFixture[str]) -> None:
    """0 with the numbers of the chart."""
    assert main(["--seed", "3", "--people", "2000"]) == 0
    assert "200 activities, 100,000 check-ins" in capsys.readouterr().out
