"""Rehearses autoscaling: a day of rushes through the algorithm of the HPA, with the numbers of the chart.

`make simulate [seed=1] [values=FILE] [people=2000] [silent=9.5-10.5]`. Fleets that scale by
the calendar and by rates, by rates alone, and not at all stand side by side: pods, pod-hours, turns without a cause,
rushes whose pods were ready before the first scan, and the longest wait. CPU is left out; it can only add pods.

Source of the algorithm: Kubernetes, pkg/controller/podautoscaler (`horizontal.go`, `replica_calculator.go`), and KEDA,
pkg/fallback; of the numbers: deploy/helm/qiandao/values.yaml, `autoscaling`.
"""

import argparse
import random
import sys
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from math import ceil
from pathlib import Path
from typing import Any

import yaml

from deploy.fleet import ROOT
from deploy.operate.screen import table
from servicekit.clock import SECOND_US
from services.activity.calendar import Expectation, expected

VALUES = ROOT / "deploy" / "helm" / "qiandao" / "values.yaml"
DAY_S = 24 * 3600
SYNC_S = 15
TOLERANCE = 0.1

# Prometheus scrapes every 10 s, the activity service reads every 20 s.
_SCRAPE_S, _CALENDAR_S = 10, 20
_RATE_S = 30
_HORIZON_S = 900
_POD_START_S = (30, 60)
_KEDA_FAILURES = 3
_TURN_S = 600

Metrics = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How fast a fleet may grow and shrink; the policy that allows most counts."""

    up_pods: int
    up_percent: int
    up_period_s: int
    down_window_s: int
    down_percent: int
    down_period_s: int


@dataclass(frozen=True, slots=True)
class Target:
    """What is scaled.

    Attributes:
        thresholds: What one pod takes, by metric: `attempts` a second, `backlog` messages, `calendar` people.
        fallback: Pods to keep at least while Prometheus does not answer; 0 for none.
    """

    name: str
    minimum: int
    maximum: int
    thresholds: Mapping[str, float]
    fallback: int = 0


def read_values(path: Path = VALUES) -> tuple[Behaviour, dict[str, Target]]:
    """What the chart says."""
    scaling = yaml.safe_load(path.read_text(encoding="utf-8"))["autoscaling"]
    up, down = scaling["scaleUp"], scaling["scaleDown"]
    behaviour = Behaviour(
        up["pods"],
        up["percent"],
        up["periodSeconds"],
        down["stabilizationSeconds"],
        down["percent"],
        down["periodSeconds"],
    )
    return behaviour, {name: _target(name, said) for name, said in scaling["targets"].items()}


def _target(name: str, said: Mapping[str, Any]) -> Target:
    keys = {"attempts": "attemptsPerSecond", "backlog": "backlogMessages", "calendar": "peopleExpected"}
    thresholds = {metric: float(said[key]) for metric, key in keys.items() if said.get(key)}
    return Target(name, said["min"], said["max"], thresholds, said.get("fallback") or 0)


def wanted(metric: float, threshold: float, current: int) -> int:
    """Pods for one metric of type AverageValue: ceil(metric / threshold), unless what is there is right within 10 %."""
    # Quantities have thousandths and no more.
    ratio = round(1000 * metric) / (1000 * threshold)
    return current if abs(ratio / current - 1) <= TOLERANCE else ceil(ratio)


class Hpa:
    """One HorizontalPodAutoscaler with its memory.

    Args:
        current: Pods at the start; what is there counts as a recommendation.
    """

    def __init__(self, target: Target, behaviour: Behaviour, current: int, at: int = 0) -> None:
        self._target = target
        self._behaviour = behaviour
        self._recommended: deque[tuple[int, int]] = deque([(at, current)])
        self._changes: deque[tuple[int, int]] = deque()

    def sync(self, at: int, current: int, metrics: Metrics) -> int:
        """What the fleet should have from now on.

        Args:
            at: Seconds.
            metrics: By name of the threshold; None when it cannot be read.
        """
        if not self._target.minimum <= current <= self._target.maximum:
            return self._changed(at, current, self._bounded(current))
        wish = self._wish(current, metrics)
        if wish is None:
            return current
        return self._changed(at, current, self._paced(at, current, self._stabilised(at, current, self._bounded(wish))))

    def _wish(self, current: int, metrics: Metrics) -> int | None:
        """The largest proposal; None where one is missing and the others would shrink the fleet."""
        thresholds = self._target.thresholds
        read = {name: metrics[name] for name in thresholds}
        proposals = [wanted(value, thresholds[name], current) for name, value in read.items() if value is not None]
        if not proposals or (None in read.values() and max(proposals) < current):
            return None
        return max(proposals)

    def _stabilised(self, at: int, current: int, wish: int) -> int:
        """Up at once; down only to the highest wish of the window."""
        window = [pods for since, pods in self._recommended if since > at - self._behaviour.down_window_s]
        self._recommended.append((at, wish))
        while self._recommended[0][0] <= at - self._behaviour.down_window_s:
            self._recommended.popleft()
        return wish if wish > current else min(current, max([wish, *window]))

    def _paced(self, at: int, current: int, wish: int) -> int:
        behaviour = self._behaviour
        if wish > current:
            start = current - self._since(at, behaviour.up_period_s)
            limit = max(start + behaviour.up_pods, ceil(start * (100 + behaviour.up_percent) / 100))
            return min(wish, max(limit, current))
        start = current - self._since(at, behaviour.down_period_s)
        limit = start * (100 - behaviour.down_percent) // 100
        return max(wish, min(limit, current))

    def _since(self, at: int, period_s: int) -> int:
        """Pods added less pods removed in the period."""
        return sum(change for since, change in self._changes if since > at - period_s)

    def _bounded(self, pods: int) -> int:
        return min(max(pods, self._target.minimum), self._target.maximum)

    def _changed(self, at: int, current: int, pods: int) -> int:
        if pods != current:
            self._changes.append((at, pods - current))
            longest_s = max(self._behaviour.up_period_s, self._behaviour.down_period_s)
            while self._changes[0][0] <= at - longest_s:
                self._changes.popleft()
        return pods


class Keda:
    """What KEDA tells the HPA while Prometheus fails: nothing, then a fallback that never shrinks the fleet."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._failures: Counter[str] = Counter()

    def tell(self, metrics: Metrics, current: int) -> Metrics:
        """The metrics of a target, the fallback in place of those that failed more than three times in a row."""
        return {name: self._told(name, metrics[name], current) for name in self._target.thresholds}

    def _told(self, name: str, value: float | None, current: int) -> float | None:
        self._failures[name] = 0 if value is not None else self._failures[name] + 1
        if value is not None or not self._target.fallback or self._failures[name] <= _KEDA_FAILURES:
            return value
        return self._target.thresholds[name] * max(current, self._target.fallback)


@dataclass(frozen=True, slots=True)
class Session:
    """An activity of the day, in seconds since midnight.

    Attributes:
        expected: What the calendar says.
        scans: When each person checks in, in order.
    """

    starts_at: int
    expected: int
    scans: Sequence[int]

    @property
    def expectation(self) -> Expectation:
        """As the calendar has it: the window opens half an hour before, for two hours."""
        opens_at, closes_at = self.starts_at - 1800, self.starts_at + 7200
        return Expectation(opens_at * SECOND_US, self.starts_at * SECOND_US, closes_at * SECOND_US, self.expected)


# Activities by the hour at which they begin: 200 on a day of lectures and evening events.
_HOURS = {8: 30, 9: 10, 10: 28, 11: 8, 12: 4, 13: 6, 14: 28, 15: 10, 16: 24, 17: 6, 18: 8, 19: 24, 20: 10, 21: 4}
_CHECKINS = 100_000
_LARGEST = 1000


def timetable(seed: int = 1) -> list[Session]:
    """200 activities with 100,000 check-ins, of up to 1,000 each; the same for the same seed.

    Half of the people scan within ten seconds of the start, when the QR is shown; the others come from ten minutes
    before to eight minutes after. At the largest of each hour everybody scans within three seconds.
    """
    chance = random.Random(seed)  # noqa: S311  a rehearsal, not a secret
    crowds = _crowds(chance, sum(_HOURS.values()))
    found = []
    for hour, count in _HOURS.items():
        here = [crowds.pop() for _ in range(count)]
        found += [_session(chance, hour * 3600, came, is_instant=came == max(here)) for came in here]
    return found


def _crowds(chance: random.Random, count: int) -> list[int]:
    """Sizes between 60 and 1,000 that add up to the day's check-ins."""
    crowds = [round(chance.triangular(60, _LARGEST, 350)) for _ in range(count)]
    while (missing := _CHECKINS - sum(crowds)) != 0:
        which = chance.randrange(count)
        step = max(-20, min(20, missing))
        crowds[which] = min(_LARGEST, max(60, crowds[which] + step))
    return crowds


def _session(chance: random.Random, starts_at: int, came: int, *, is_instant: bool) -> Session:
    if is_instant:
        scans = [starts_at + chance.randrange(3) for _ in range(came)]
    else:
        scans = [starts_at + chance.randrange(10) for _ in range(came // 2)]
        scans += [starts_at + round(chance.triangular(-600, 480, 0)) for _ in range(came - came // 2)]
    return Session(starts_at, _foreseen(chance, came), sorted(scans))


def _foreseen(chance: random.Random, came: int) -> int:
    """A capacity that is rarely full; for a fifth the turnout of like activities; for a few nothing but a guess."""
    luck = chance.random()
    if luck < 0.75:
        return round(came / chance.uniform(0.6, 1.0))
    return round(came * chance.uniform(0.8, 1.2)) if luck < 0.95 else 50


class Day:
    """What Prometheus would have of a day."""

    def __init__(self, sessions: Sequence[Session]) -> None:
        self.sessions = sessions
        scans = Counter(scan for session in sessions for scan in session.scans)
        self.arrivals = [scans[second] for second in range(DAY_S)]
        self._until = [0, *accumulate(self.arrivals)]
        calendar = [session.expectation for session in sessions]
        self._calendar = [expected(calendar, at * SECOND_US, _HORIZON_S) for at in range(0, DAY_S, _CALENDAR_S)]

    def attempts(self, at: int) -> float:
        """A second, over the minute before the last scrape."""
        scraped = at - at % _SCRAPE_S
        since = max(0, scraped - _RATE_S)
        return (self._until[scraped] - self._until[since]) / _RATE_S

    def calendar(self, at: int) -> float:
        """People expected within 15 minutes, as the last scrape had it."""
        return self._calendar[(at - at % _SCRAPE_S) // _CALENDAR_S]

    def rushes(self) -> Iterator[tuple[int, int]]:
        """(first scan, people expected) of each hour's activities together."""
        for starts_at in sorted({session.starts_at for session in self.sessions}):
            here = [session for session in self.sessions if session.starts_at == starts_at]
            yield min(session.scans[0] for session in here), sum(session.expected for session in here)


@dataclass(slots=True)
class Outcome:
    """How a fleet came through the day.

    Attributes:
        pods: Wanted at each second; ready at each second.
        changes: (at, before, after).
        longest_wait_s: If a pod does what its threshold for attempts says, and no more.
    """

    pods: list[int] = field(default_factory=list)
    ready: list[int] = field(default_factory=list)
    changes: list[tuple[int, int, int]] = field(default_factory=list)
    longest_wait_s: float = 0.0

    @property
    def pod_hours(self) -> float:
        """What the day cost."""
        return sum(self.pods) / 3600


class Fleet:
    """Pods that take half a minute to a minute to become ready; those that go first are the youngest."""

    def __init__(self, count: int, chance: random.Random) -> None:
        self._ready_at = [0] * count
        self._chance = chance

    def __len__(self) -> int:
        return len(self._ready_at)

    def resize(self, at: int, count: int) -> None:
        """Starts or ends pods."""
        del self._ready_at[count:]
        self._ready_at += [at + self._chance.randint(*_POD_START_S) for _ in range(count - len(self))]

    def ready(self, at: int) -> int:
        """Pods that serve."""
        return sum(ready_at <= at for ready_at in self._ready_at)


def replay(day: Day, target: Target, behaviour: Behaviour, silent: range = range(0), seed: int = 1) -> Outcome:
    """Puts a fleet through the day.

    Args:
        silent: Seconds in which Prometheus does not answer.
    """
    fleet = Fleet(target.minimum, random.Random(seed))  # noqa: S311  a rehearsal, not a secret
    hpa, keda, found = Hpa(target, behaviour, target.minimum), Keda(target), Outcome()
    waiting = 0.0
    for at in range(DAY_S):
        if at % SYNC_S == 0:
            read: Metrics = {"attempts": day.attempts(at), "calendar": day.calendar(at), "backlog": waiting}
            told = keda.tell(dict.fromkeys(read) if at in silent else read, len(fleet))
            before, after = len(fleet), hpa.sync(at, len(fleet), told)
            if after != before:
                fleet.resize(at, after)
                found.changes.append((at, before, after))
        ready = fleet.ready(at)
        found.pods.append(len(fleet))
        found.ready.append(ready)
        takes = ready * target.thresholds["attempts"]
        waiting = max(0.0, waiting + day.arrivals[at] - takes)
        found.longest_wait_s = max(found.longest_wait_s, waiting / takes)
    return found


def static(day: Day, target: Target, pods: int) -> Outcome:
    """A fleet that always has so many pods: the floor is the ceiling."""
    fixed = replace(target, minimum=pods, maximum=pods)
    return replay(day, fixed, Behaviour(0, 0, 1, 1, 0, 1))


def reactive(target: Target) -> Target:
    """The same without the calendar."""
    return replace(target, thresholds={name: each for name, each in target.thresholds.items() if name != "calendar"})


def flaps(day: Day, outcome: Outcome, behaviour: Behaviour) -> list[tuple[int, int]]:
    """Turns within ten minutes for which the day gives no cause, as pairs of instants.

    To grow again there is a cause when meanwhile a rush came into sight or began; to shrink again, when one ended since
    the window of the highest wish.
    """
    expectations = [session.expectation for session in day.sessions]
    seen = {each.rush_from // SECOND_US - _HORIZON_S for each in expectations}
    begun = {session.scans[0] for session in day.sessions} | {session.starts_at for session in day.sessions}
    ended = {each.rush_until // SECOND_US for each in expectations}
    found = []
    for (first, *was), (second, *then) in pairwise(outcome.changes):
        is_growing = then[1] > then[0]
        if is_growing == (was[1] > was[0]) or second - first > _TURN_S:
            continue
        since = first if is_growing else first - behaviour.down_window_s
        if not any(since < cause <= second for cause in (seen | begun if is_growing else ended)):
            found.append((first, second))
    return found


def ready_in_time(day: Day, target: Target, outcome: Outcome) -> tuple[int, int]:
    """Rushes whose pods all served at the first scan, and all rushes; 0 of 0 without a calendar.

    Enough is what the calendar asks for, within the tolerance and up to the maximum.
    """
    threshold = target.thresholds.get("calendar")
    if threshold is None:
        return 0, 0
    judged = []
    for first_scan, people in day.rushes():
        enough = min(target.maximum, ceil(people / threshold / (1 + TOLERANCE)))
        judged.append(outcome.ready[first_scan] >= enough)
    return sum(judged), len(judged)


def report(day: Day, target: Target, behaviour: Behaviour, silent: range = range(0)) -> Iterator[list[object]]:
    """Rows of the table for one target: how each kind of fleet came through the day."""
    ahead = replay(day, target, behaviour)
    fleets = [
        ("static, its peak", static(day, target, max(ahead.pods))),
        ("rates", replay(day, reactive(target), behaviour)),
    ]
    if "calendar" in target.thresholds:
        fleets.append(("calendar and rates", ahead))
    if silent:
        fleets.append(("the same, Prometheus silent", replay(day, target, behaviour, silent)))
    for word, found in fleets:
        in_time, rushes = ready_in_time(day, target, found)
        yield [
            target.name,
            word,
            f"{min(found.pods)}-{max(found.pods)}",
            f"{found.pod_hours:.1f}",
            len(found.changes),
            len(flaps(day, found, behaviour)),
            f"{in_time} of {rushes}" if rushes else "-",
            f"{found.longest_wait_s:.1f}",
        ]


_HEAD = ("target", "fleet", "pods", "pod-hours", "changes", "flaps", "rushes ready", "longest wait s")


def lines(day: Day, behaviour: Behaviour, targets: Iterable[Target], silent: range = range(0)) -> Iterator[str]:
    """The whole report."""
    people = [people for _, people in day.rushes()]
    yield (
        f"{len(day.sessions)} activities, {sum(day.arrivals):,} check-ins; rushes of {min(people):,} to {max(people):,}"
        f" people expected; {max(day.arrivals):,} scans in the worst second"
    )
    targets = list(targets)
    yield from table(_HEAD, [row for target in targets for row in report(day, target, behaviour, silent)])
    for target in targets:
        pods = replay(day, target, behaviour).pods
        yield f"{target.name}, most pods by hour: " + " ".join(
            str(max(pods[at : at + 3600])) for at in range(0, DAY_S, 3600)
        )


def _hours(text: str) -> range:
    begin, _, end = text.partition("-")
    return range(round(float(begin) * 3600), round(float(end) * 3600))


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the report; 1 when a fleet flapped or was late for a rush."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.observe.simulate", description="A rehearsal of autoscaling."
    )
    parser.add_argument("--seed", type=int, default=1, help="of the day (1)")
    parser.add_argument("--values", type=Path, default=VALUES, help="the chart's values")
    parser.add_argument("--people", type=float, help="people expected per pod, instead of the chart's")
    parser.add_argument("--silent", type=_hours, default=range(0), help="hours without Prometheus, as 9.5-10.5")
    options = parser.parse_args(arguments)
    behaviour, targets = read_values(options.values)
    if options.people:
        targets = {name: _with_people(target, options.people) for name, target in targets.items()}
    day = Day(timetable(options.seed))
    sys.stdout.write("\n".join(lines(day, behaviour, targets.values(), options.silent)) + "\n")
    return 0 if all(is_good(day, target, behaviour) for target in targets.values()) else 1


def is_good(day: Day, target: Target, behaviour: Behaviour) -> bool:
    """Whether a fleet with the calendar neither flaps nor is late for a rush."""
    found = replay(day, target, behaviour)
    in_time, rushes = ready_in_time(day, target, found)
    return not flaps(day, found, behaviour) and in_time == rushes


def _with_people(target: Target, people: float) -> Target:
    if "calendar" not in target.thresholds:
        return target
    return replace(target, thresholds={**target.thresholds, "calendar": people})


if __name__ == "__main__":
    sys.exit(main())
