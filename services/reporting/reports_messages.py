"""Reports over history as `reports_rpc.py` answers them. Pure."""

import json
from collections.abc import Mapping

from domainkit.buckets import ACCURACIES_M, DISTANCES_M, SLOT_AGES_S
from protos.reporting.v1 import reports_pb2 as pb
from services.reporting.behaviour.behaviour import Absent, Behaviour
from services.reporting.behaviour.cohorts import Cohorts
from services.reporting.periods.held import CAME, COUNTED, EXPECTED, LEAVE, OCCURRENCES, Counts
from services.reporting.quality.client import answered
from services.reporting.quality.quality import REASONS, Advised, Quality, tried
from services.reporting.trends.curves import Curve
from services.reporting.trends.trends import Point, Trend

_METHOD = "method:"
# What is called the same in counters and on the wire.
_SAME = ("checked_in", "tried_again", "refused", "provisional", "offline")
_MEASURED = ("scans_failed", "scans_cancelled", "locates", "locates_failed")


def trends(trend: Trend, compared: Trend | None, as_of: int, *, is_filling: bool) -> pb.Trends:
    """A trend, and what it is compared with."""
    counting = trend.counting + (compared.counting if compared else 0)
    answer = pb.Trends(period=_trend(trend), as_of=as_of, counting=counting, is_filling=is_filling)
    if compared:
        answer.compared.CopyFrom(_trend(compared))
    return answer


def _trend(trend: Trend) -> pb.TrendPeriod:
    return pb.TrendPeriod(
        from_day=trend.asked.period.first.isoformat(),
        to_day=trend.asked.period.last.isoformat(),
        activity_id=trend.asked.activity_id,
        whole=_figures(trend.whole),
        points=[pb.TrendPoint(key=one.key, title=one.title, figures=_figures(one.counts)) for one in trend.points],
        curves=map(_curve, trend.curves),
        hidden_groups=trend.hidden,
        more=trend.more,
    )


def _figures(counts: Counts) -> pb.Figures:
    return pb.Figures(
        occurrences=counts[OCCURRENCES],
        counted=counts[COUNTED],
        expected=counts[EXPECTED],
        came=counts[CAME],
        leave=counts[LEAVE],
        checked_in=counts["checked_in"],
        late=counts["late"],
        doubtful=counts["pending_review"],
        refused=counts["refused"],
        provisional=counts["provisional"],
        by_method={name.removeprefix(_METHOD): each for name, each in counts.items() if name.startswith(_METHOD)},
    )


def _curve(curve: Curve) -> pb.ArrivalCurve:
    held = curve.held
    return pb.ArrivalCurve(
        occurrence_id=held.occurrence_id,
        activity_id=held.activity_id,
        title=held.title,
        time_zone=held.time_zone,
        starts_at=held.starts_at,
        step_min=curve.step_min,
        steps=_steps(curve.steps),
    )


def _steps(steps: Mapping[int, int]) -> list[pb.ArrivalStep]:
    return [pb.ArrivalStep(offset_min=offset, count=steps[offset]) for offset in sorted(steps)]


def quality(found: Quality, as_of: int, *, is_filling: bool) -> pb.Quality:
    """The quality of a period."""
    return pb.Quality(
        from_day=found.period.first.isoformat(),
        to_day=found.period.last.isoformat(),
        whole=_quality(found.whole),
        over_time=map(_quality_point, found.over_time),
        by_activity=map(_quality_point, found.by_activity),
        advice=map(_advice, found.advice),
        as_of=as_of,
        is_filling=is_filling,
    )


def _quality_point(point: Point) -> pb.QualityPoint:
    return pb.QualityPoint(key=point.key, title=point.title, figures=_quality(point.counts))


def _quality(counts: Counts) -> pb.QualityFigures:
    measured = answered(counts)
    return pb.QualityFigures(
        occurrences=counts[OCCURRENCES],
        tried=tried(counts),
        doubtful=counts["pending_review"],
        by_staff=counts["method:staff"],
        anomalous=counts["anomalous"],
        slot_age=_buckets(counts, "slot_age:", len(SLOT_AGES_S)),
        accuracy=_buckets(counts, "accuracy:", len(ACCURACIES_M)),
        distance=_buckets(counts, "distance:", len(DISTANCES_M)),
        honest_outside=_buckets(counts, "outside:", len(DISTANCES_M)),
        answers=measured.measured,
        answer_mean_ms=measured.mean_ms,
        answer_p95_ms=measured.p95_ms,
        **{name: counts[name] for name in (*_SAME, *_MEASURED)},
        **{name: counts[counter] for name, counter in REASONS.items()},
    )


def _buckets(counts: Counts, prefix: str, bounds: int) -> list[int]:
    return [counts[f"{prefix}{number}"] for number in range(1, bounds + 2)]


def _advice(advised: Advised) -> pb.Advice:
    return pb.Advice(
        code=advised.advice.code,
        activity_id=advised.held.activity_id,
        title=advised.held.title,
        numbers=advised.advice.numbers,
        change=json.dumps(advised.advice.change) if advised.advice.change else "",
        is_dismissed=advised.is_dismissed,
    )


def behaviour(found: Behaviour, as_of: int) -> pb.Behaviour:
    """The behaviour of a roster's people."""
    return pb.Behaviour(
        from_day=found.period.first.isoformat(),
        to_day=found.period.last.isoformat(),
        roster_id=found.roster_id,
        occurrences=found.occurrences,
        people=found.people,
        findings=[pb.Finding(code=one.code, numbers=one.numbers, words=one.words) for one in found.findings],
        absent=map(_absent, found.absent),
        absent_people=found.absent_people,
        by_regularity=found.by_regularity,
        series=[
            pb.SeriesStep(
                occurrence_id=step.held.occurrence_id,
                activity_id=step.held.activity_id,
                day=step.held.day.isoformat(),
                title=step.held.title,
                expected=step.expected,
                came=step.came,
                leave=step.leave,
            )
            for step in found.series
        ],
        groups=[pb.GroupBehaviour(group=one.name, **_group_numbers(one._asdict())) for one in found.groups],
        hidden_groups=found.hidden_groups,
        habits=_steps(found.habits),
        as_of=as_of,
        rosters=[pb.RosterUse(**use._asdict()) for use in found.rosters],
    )


def _group_numbers(group: Mapping[str, int]) -> dict[str, int]:
    return {name: each for name, each in group.items() if name != "name"}


def _absent(absent: Absent) -> pb.AbsentPerson:
    return pb.AbsentPerson(
        entry_id=absent.row.entry_id,
        name=absent.name.name,
        number=absent.name.number,
        group=absent.row.group,
        in_a_row=absent.row.absent_in_a_row,
        last_came_day=absent.last_came.isoformat() if absent.last_came else "",
    )


def cohorts(found: Cohorts, as_of: int) -> pb.Cohorts:
    """Who began, and came again."""
    return pb.Cohorts(
        from_day=found.period.first.isoformat(),
        to_day=found.period.last.isoformat(),
        cohorts=[
            pb.Cohort(
                week=each.week.isoformat(),
                people=each.people,
                day_1=each.again[0],
                day_7=each.again[1],
                day_30=each.again[2],
            )
            for each in found.cohorts
        ],
        first=found.first,
        day_7=found.day_7,
        hidden_cohorts=found.hidden,
        as_of=as_of,
    )
