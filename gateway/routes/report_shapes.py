"""Shapes of reports in JSON: trends, quality and behaviour of an organisation."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from gateway.http.fields import Id, IdText, Input, Time, Word

ByName = Literal["hour", "day", "week", "activity", "group", "weekday"]

DayText = Annotated[str, Meta(examples=["2026-09-01"])]
Day = Annotated[str, Meta(max_length=16, examples=["2026-09-01"], description="YYYY-MM-DD; empty: left open.")]
Rate = Annotated[float | None, Meta(examples=[0.93])]
_KEY = Meta(
    examples=["2026-09-01"],
    description="A day, the Monday of a week, 1 (Monday) to 7, 00 to 23, an activity's id, or a group's name.",
)


class Scope(msgspec.Struct):
    """Which occurrences: those that start on these days, each in its activity's own time zone. At most 366 days."""

    from_: Day = msgspec.field(default="", name="from")
    to: Day = ""
    time_zone: Annotated[Word, Meta(description="Where today is looked up, when a day is left open.")] = ""
    activity_id: Id | None = None


class TrendScope(Scope):
    """Which occurrences, by what they are put together, and what they are compared with."""

    by: ByName = "day"
    group: Word = ""
    compare_from: Day = ""
    compare_to: Day = ""
    compare_activity_id: Id | None = None


class RosterScope(Scope):
    """Which occurrences, and whose people."""

    roster_id: Annotated[Id | None, Meta(description="Left out: the roster that most occurrences have.")] = None


class Figures(msgspec.Struct):
    """People, summed over occurrences.

    `expected`, `came` and `leave` are of the `counted` occurrences, of which it is known how many are expected, and
    null where there are none. `rate` is came / (expected - leave).
    """

    occurrences: int
    counted: int
    expected: int | None
    came: int | None
    leave: int | None
    rate: Rate
    checked_in: int
    late: int
    doubtful: int
    refused: int
    provisional: int
    by_method: Annotated[dict[str, int], Meta(examples=[{"qr": 1}])]


class TrendPoint(msgspec.Struct):
    """The sum of the occurrences that belong together; `title` is that of an activity."""

    key: Annotated[str, _KEY]
    title: str
    figures: Figures


class ArrivalStep(msgspec.Struct):
    """How many came from `offset_min` minutes after the start on; negative before it."""

    offset_min: Annotated[int, Meta(examples=[-10])]
    count: int


class ArrivalCurve(msgspec.Struct):
    """How people came to one occurrence, in steps of `step_min` minutes."""

    occurrence_id: IdText
    activity_id: IdText
    title: str
    time_zone: str
    starts_at: Time
    step_min: int
    steps: list[ArrivalStep]


class TrendPeriod(msgspec.Struct):
    """A period and its points; groups of fewer than five people are shown to owners alone."""

    from_: DayText = msgspec.field(name="from")
    to: DayText
    activity_id: IdText | None
    whole: Figures
    points: list[TrendPoint]
    curves: list[ArrivalCurve]
    hidden_groups: int
    more: Annotated[int, Meta(description="Points beyond the 400 that are shown.")]


class Trends(msgspec.Struct):
    """How many came over time.

    `counting` occurrences are still being counted against their rosters: ask again, each answer counts some. While
    `is_filling`, history from before there was any is missing.
    """

    period: TrendPeriod
    compared: TrendPeriod | None
    as_of: Time
    counting: int
    is_filling: bool


class Bucket(msgspec.Struct):
    """How many were up to a bound, and above the one before; null: above all."""

    up_to: float | None
    count: int


class QualityFigures(msgspec.Struct):
    """People, summed over occurrences, and what a sample of phones measured.

    `success_rate` is checked_in / tried, `anomaly_rate` anomalous / tried. A scan that named no activity of ours is
    counted nowhere.
    """

    occurrences: int
    tried: int
    checked_in: int
    tried_again: int
    success_rate: Rate
    doubtful: int
    refused: int
    provisional: int
    offline: int
    by_staff: int
    anomalous: int
    anomaly_rate: Rate
    location_denied: int
    location_missing: int
    location_uncertain: int
    outside: int
    wifi_missing: int
    wifi_mismatch: int
    qr_expired: int
    slot_age_s: list[Bucket]
    accuracy_m: list[Bucket]
    distance_m: list[Bucket]
    honest_outside_m: Annotated[list[Bucket], Meta(description="Of those outside whom a human let in.")]
    answers: Annotated[int, Meta(description="Of how many check-ins phones told how long they took.")]
    answer_mean_ms: int | None
    answer_p95_ms: int | None
    scans_failed: int
    scans_cancelled: int
    locates: int
    locates_failed: int


class QualityPoint(msgspec.Struct):
    """The quality of a day, of a week from its Monday on, or of an activity."""

    key: Annotated[str, _KEY]
    title: str
    figures: QualityFigures


class Advice(msgspec.Struct):
    """What would make it better, and the numbers behind it.

    `change` is a body of `PATCH /v1/activities/{activity_id}` but for its revision; null where no setting would do.
    """

    code: Annotated[str, Meta(examples=["FENCE_WIDER"])]
    activity_id: IdText
    title: str
    numbers: Annotated[dict[str, float], Meta(examples=[{"people": 12, "share": 0.2}])]
    change: Annotated[dict[str, Any] | None, Meta(examples=[{"place": {"radius_m": 500}}])]
    is_dismissed: bool


class Quality(msgspec.Struct):
    """How well checking in works; advice is told to owners and organisers alone."""

    from_: DayText = msgspec.field(name="from")
    to: DayText
    whole: QualityFigures
    over_time: list[QualityPoint]
    by_activity: list[QualityPoint]
    advice: list[Advice]
    as_of: Time
    is_filling: bool


class Dismissal(Input, kw_only=True):
    """A piece of advice that is not to be seen, or to be seen again."""

    code: Annotated[str, Meta(max_length=32)]
    activity_id: Id
    dismissed: bool = True


class Finding(msgspec.Struct):
    """A word, of which screens make a sentence with its numbers."""

    code: Annotated[str, Meta(examples=["DROP_OFF"])]
    numbers: Annotated[dict[str, float], Meta(examples=[{"from_rate": 0.95}])]
    words: Annotated[dict[str, str], Meta(examples=[{"group": "一班"}])]


class AbsentPerson(msgspec.Struct):
    """Who was absent three times or more to the last; leave is no absence, and breaks no row."""

    entry_id: IdText
    name: str
    number: str
    group: str
    in_a_row: int
    last_came: Annotated[DayText | None, Meta(description="null: not in this period.")]


class SeriesStep(msgspec.Struct):
    """One occurrence of the roster."""

    occurrence_id: IdText
    activity_id: IdText
    day: DayText
    title: str
    expected: int
    came: int
    leave: int
    rate: Rate


class GroupBehaviour(msgspec.Struct):
    """A group of the roster, summed over occurrences; one of fewer than five people is shown to owners alone."""

    group: str
    people: int
    expected: int
    came: int
    leave: int
    rate: Rate
    late: int
    absent_people: int


class RosterUse(msgspec.Struct):
    """A roster that occurrences of the period have; `title` is that of its latest activity."""

    roster_id: IdText
    occurrences: int
    title: str


class Behaviour(msgspec.Struct):
    """How the people of one roster behave, over the occurrences that are over."""

    from_: DayText = msgspec.field(name="from")
    to: DayText
    roster_id: IdText | None
    rosters: list[RosterUse]
    occurrences: int
    people: int
    findings: list[Finding]
    absent: list[AbsentPerson]
    absent_people: int
    by_regularity: Annotated[list[int], Meta(description="People by tenths of what they could come to, 0 to 10.")]
    series: list[SeriesStep]
    groups: list[GroupBehaviour]
    hidden_groups: int
    habits: Annotated[list[ArrivalStep], Meta(description="In steps of five minutes.")]
    as_of: Time


class Cohort(msgspec.Struct):
    """Who checked in for the first time in the week of a Monday, and how many of them did again, so many days later.

    Null while that day is not over for all of them.
    """

    week: DayText
    people: int
    day_1: int | None
    day_7: int | None
    day_30: int | None


class Funnel(msgspec.Struct):
    """Who began, and came again on the seventh day after; of the cohorts of which that day is over."""

    first: int
    day_7: int
    rate: Rate


class Cohorts(msgspec.Struct):
    """Who began to collect points, by week; a cohort of fewer than five people is shown to owners alone."""

    from_: DayText = msgspec.field(name="from")
    to: DayText
    cohorts: list[Cohort]
    funnel: Funnel
    hidden_cohorts: int
    as_of: Time
