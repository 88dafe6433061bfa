"""Reports in JSON terms, from what reporting says."""

import json
from collections.abc import Iterable, Sequence

from domainkit.buckets import ACCURACIES_M, DISTANCES_M, SLOT_AGES_S
from gateway.routes import report_shapes as shapes
from protos.reporting.v1 import reports_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.ids import to_text


def to_trends(answer: pb.Trends, by: shapes.ByName) -> shapes.Trends:
    """Trends in JSON terms."""
    return shapes.Trends(
        period=_period(answer.period, by),
        compared=_period(answer.compared, by) if answer.HasField("compared") else None,
        as_of=to_rfc3339(answer.as_of),
        counting=answer.counting,
        is_filling=answer.is_filling,
    )


def _period(period: pb.TrendPeriod, by: shapes.ByName) -> shapes.TrendPeriod:
    return shapes.TrendPeriod(
        from_=period.from_day,
        to=period.to_day,
        activity_id=_id(period.activity_id),
        whole=_figures(period.whole),
        points=[
            shapes.TrendPoint(_from_hex(one.key) if by == "activity" else one.key, one.title, _figures(one.figures))
            for one in period.points
        ],
        curves=[_curve(one) for one in period.curves],
        hidden_groups=period.hidden_groups,
        more=period.more,
    )


def _id(identifier: bytes) -> str | None:
    return to_text(identifier) if identifier else None


def _from_hex(text: str) -> str:
    return to_text(bytes.fromhex(text))


def _figures(figures: pb.Figures) -> shapes.Figures:
    is_known = figures.counted > 0
    return shapes.Figures(
        occurrences=figures.occurrences,
        counted=figures.counted,
        expected=figures.expected if is_known else None,
        came=figures.came if is_known else None,
        leave=figures.leave if is_known else None,
        rate=_rate(figures.came, figures.expected - figures.leave),
        checked_in=figures.checked_in,
        late=figures.late,
        doubtful=figures.doubtful,
        refused=figures.refused,
        provisional=figures.provisional,
        by_method=dict(figures.by_method),
    )


def _rate(part: int, of: int) -> float | None:
    return round(part / of, 4) if of > 0 else None


def _curve(curve: pb.ArrivalCurve) -> shapes.ArrivalCurve:
    return shapes.ArrivalCurve(
        occurrence_id=to_text(curve.occurrence_id),
        activity_id=to_text(curve.activity_id),
        title=curve.title,
        time_zone=curve.time_zone,
        starts_at=to_rfc3339(curve.starts_at),
        step_min=curve.step_min,
        steps=_steps(curve.steps),
    )


def _steps(steps: Iterable[pb.ArrivalStep]) -> list[shapes.ArrivalStep]:
    return [shapes.ArrivalStep(step.offset_min, step.count) for step in steps]


def to_quality(answer: pb.Quality) -> shapes.Quality:
    """Quality in JSON terms."""
    return shapes.Quality(
        from_=answer.from_day,
        to=answer.to_day,
        whole=_quality(answer.whole),
        over_time=[shapes.QualityPoint(one.key, "", _quality(one.figures)) for one in answer.over_time],
        by_activity=[
            shapes.QualityPoint(_from_hex(one.key), one.title, _quality(one.figures)) for one in answer.by_activity
        ],
        advice=[_advice(one) for one in answer.advice],
        as_of=to_rfc3339(answer.as_of),
        is_filling=answer.is_filling,
    )


# What is called the same on both sides.
_SAME = (
    *("occurrences", "tried", "checked_in", "tried_again", "doubtful", "refused", "provisional", "offline", "by_staff"),
    *("anomalous", "location_denied", "location_missing", "location_uncertain", "outside", "wifi_missing"),
    *("wifi_mismatch", "qr_expired", "answers", "scans_failed", "scans_cancelled", "locates", "locates_failed"),
)


def _quality(figures: pb.QualityFigures) -> shapes.QualityFigures:
    return shapes.QualityFigures(
        **{name: getattr(figures, name) for name in _SAME},
        success_rate=_rate(figures.checked_in, figures.tried),
        anomaly_rate=_rate(figures.anomalous, figures.tried),
        slot_age_s=_buckets(SLOT_AGES_S, figures.slot_age),
        accuracy_m=_buckets(ACCURACIES_M, figures.accuracy),
        distance_m=_buckets(DISTANCES_M, figures.distance),
        honest_outside_m=_buckets(DISTANCES_M, figures.honest_outside),
        answer_mean_ms=figures.answer_mean_ms if figures.answers else None,
        answer_p95_ms=figures.answer_p95_ms if figures.answers else None,
    )


def _buckets(bounds: Sequence[float], counts: Sequence[int]) -> list[shapes.Bucket]:
    return [shapes.Bucket(bound, count) for bound, count in zip((*bounds, None), counts, strict=False)]


def _advice(advice: pb.Advice) -> shapes.Advice:
    return shapes.Advice(
        code=advice.code,
        activity_id=to_text(advice.activity_id),
        title=advice.title,
        numbers={name: round(number, 4) for name, number in advice.numbers.items()},
        change=json.loads(advice.change) if advice.change else None,
        is_dismissed=advice.is_dismissed,
    )


def to_behaviour(answer: pb.Behaviour) -> shapes.Behaviour:
    """Behaviour in JSON terms."""
    return shapes.Behaviour(
        from_=answer.from_day,
        to=answer.to_day,
        roster_id=_id(answer.roster_id),
        rosters=[shapes.RosterUse(to_text(use.roster_id), use.occurrences, use.title) for use in answer.rosters],
        occurrences=answer.occurrences,
        people=answer.people,
        findings=[_finding(one) for one in answer.findings],
        absent=[_absent(one) for one in answer.absent],
        absent_people=answer.absent_people,
        by_regularity=list(answer.by_regularity),
        series=[_step(one) for one in answer.series],
        groups=[_group(one) for one in answer.groups],
        hidden_groups=answer.hidden_groups,
        habits=_steps(answer.habits),
        as_of=to_rfc3339(answer.as_of),
    )


def _finding(finding: pb.Finding) -> shapes.Finding:
    numbers = {name: round(number, 4) for name, number in finding.numbers.items()}
    return shapes.Finding(finding.code, numbers, dict(finding.words))


def _absent(person: pb.AbsentPerson) -> shapes.AbsentPerson:
    return shapes.AbsentPerson(
        entry_id=to_text(person.entry_id),
        name=person.name,
        number=person.number,
        group=person.group,
        in_a_row=person.in_a_row,
        last_came=person.last_came_day or None,
    )


def _step(step: pb.SeriesStep) -> shapes.SeriesStep:
    return shapes.SeriesStep(
        occurrence_id=to_text(step.occurrence_id),
        activity_id=to_text(step.activity_id),
        day=step.day,
        title=step.title,
        expected=step.expected,
        came=step.came,
        leave=step.leave,
        rate=_rate(step.came, step.expected - step.leave),
    )


def _group(group: pb.GroupBehaviour) -> shapes.GroupBehaviour:
    return shapes.GroupBehaviour(
        group=group.group,
        people=group.people,
        expected=group.expected,
        came=group.came,
        leave=group.leave,
        rate=_rate(group.came, group.expected - group.leave),
        late=group.late,
        absent_people=group.absent_people,
    )


def to_cohorts(answer: pb.Cohorts) -> shapes.Cohorts:
    """Cohorts in JSON terms."""
    return shapes.Cohorts(
        from_=answer.from_day,
        to=answer.to_day,
        cohorts=[_cohort(one) for one in answer.cohorts],
        funnel=shapes.Funnel(answer.first, answer.day_7, _rate(answer.day_7, answer.first)),
        hidden_cohorts=answer.hidden_cohorts,
        as_of=to_rfc3339(answer.as_of),
    )


def _cohort(cohort: pb.Cohort) -> shapes.Cohort:
    return shapes.Cohort(
        week=cohort.week,
        people=cohort.people,
        day_1=cohort.day_1 if cohort.HasField("day_1") else None,
        day_7=cohort.day_7 if cohort.HasField("day_7") else None,
        day_30=cohort.day_30 if cohort.HasField("day_30") else None,
    )
