"""The report of an organisation's period, of the figures that trends, quality and behaviour come to. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from services.reporting.behaviour.behaviour import Behaviour
from services.reporting.behaviour.findings import Finding
from services.reporting.exports import texts
from services.reporting.papers import charts, words
from services.reporting.papers.advice_words import advice_text
from services.reporting.papers.blocks import (
    Block,
    Column,
    Figure,
    Figures,
    Heading,
    Notice,
    Picture,
    Sentences,
    Table,
    cell,
)
from services.reporting.papers.charts import Bar
from services.reporting.periods.held import CAME, COUNTED, EXPECTED, LEAVE, OCCURRENCES, Counts
from services.reporting.quality.quality import REASONS, Quality, tried
from services.reporting.trends.trends import Point, Trend

_ACTIVITIES, _GROUPS, _POINTS = 100, 100, 60
_METHOD, _WEEKDAYS = "method:", "一二三四五六日"


class Found(NamedTuple):
    """Everything that a report is made of.

    Attributes:
        before: The period before, as long.
        behaviour: None: there are too many people to look at one by one.
    """

    over_time: Trend
    before: Trend
    by_activity: Trend
    by_group: Trend
    by_weekday: Trend
    quality: Quality
    behaviour: Behaviour | None


def rate_of(counts: Counts) -> float | None:
    """Of those due the share who came; None where nobody was due."""
    due = counts[EXPECTED] - counts[LEAVE]
    return counts[CAME] / due if due > 0 else None


def blocks_of(found: Found) -> list[Block]:
    """The whole report."""
    if not found.over_time.whole[OCCURRENCES]:
        return [Notice("这段时间没有举行过活动。")]
    return [*_front(found), *_by_what(found), *_behaviour(found.behaviour), *_quality(found.quality)]


def _front(found: Found) -> Iterator[Block]:
    yield Figures(figures(found))
    yield Sentences(sentences(found))
    if found.over_time.counting:
        yield Notice(f"还有 {found.over_time.counting} 场正在统计，数字会变化。")
    rated = [(point, rate_of(point.counts)) for point in found.over_time.points]
    shown = [Bar(point.key[5:], rate) for point, rate in rated if rate is not None][-_POINTS:]
    if shown:
        unit = "日" if found.over_time.asked.period.days <= 31 else "周"
        yield Heading("签到率走势")
        yield Picture(f"按{unit}", charts.columns(shown, is_share=True), _RATE)


_RATE = "签到率＝应到的人中实到 ÷（应到－请假）。"


def figures(found: Found) -> list[Figure]:
    """How much was held, who came, and how that moved."""
    now, before = found.over_time.whole, found.before.whole
    return [
        Figure("场次", words.amount(now[OCCURRENCES]), f"上期 {words.amount(before[OCCURRENCES])}"),
        Figure(texts.EXPECTED, _or_none(now, EXPECTED), "人次"),
        Figure(texts.CAME, words.amount(now["checked_in"]), "人次"),
        Figure("签到率", words.share(rate_of(now)), _moved(now, before)),
        Figure(texts.LATE, words.amount(now["late"]), "人次"),
    ]


def _or_none(counts: Counts, name: str) -> str:
    return words.amount(counts[name]) if counts[COUNTED] else words.NONE


def _moved(now: Counts, before: Counts) -> str:
    rate, then = rate_of(now), rate_of(before)
    return "没有上期可比" if rate is None or then is None else f"比上期{words.points(rate, then)}"


def sentences(found: Found) -> list[str]:
    """How much was held, which activities stand out, and how well checking in works."""
    now, rate = found.over_time.whole, rate_of(found.over_time.whole)
    held = f"共举行 {words.amount(now[OCCURRENCES])} 场，实到 {words.amount(now['checked_in'])} 人次"
    rated = f"，签到率 {words.share(rate)}，{_moved(now, found.before.whole)}" if rate is not None else ""
    return [f"{held}{rated}。", _extremes(found.by_activity.points), _working(found.quality.whole)]


def _extremes(points: Sequence[Point]) -> str:
    rated = [(point, rate) for point in points if (rate := rate_of(point.counts)) is not None]
    if len(rated) < 2:
        return "只有一项活动有应到人数，因此不比较各项活动。" if rated else "没有活动有应到人数，因此不计签到率。"
    best, worst = max(rated, key=lambda each: each[1]), min(rated, key=lambda each: each[1])
    return (
        f"签到率最高的是“{cell(best[0].title)}”（{words.share(best[1])}），"
        f"最低的是“{cell(worst[0].title)}”（{words.share(worst[1])}）。"
    )


def _working(counts: Counts) -> str:
    people = tried(counts)
    if not people:
        return "没有人尝试过签到。"
    doubtful, refused = counts["anomalous"], counts["refused"]
    return (
        f"{words.amount(people)} 人次尝试签到，{words.amount(doubtful)} 人次被查出异常，"
        f"{words.amount(refused)} 人次未通过，{words.amount(counts['offline'])} 人次离线签到后补传。"
    )


def _by_what(found: Found) -> Iterator[Block]:
    yield Heading("各项活动")
    yield _table("活动", [(cell(point.title), point.counts) for point in found.by_activity.points], _ACTIVITIES)
    if len(found.by_activity.points) > _ACTIVITIES:
        yield Sentences([f"另有 {len(found.by_activity.points) - _ACTIVITIES} 项活动未列出，见 Excel（出勤总表）。"])
    methods = {name: count for name, count in found.over_time.whole.items() if name.startswith(_METHOD) and count}
    if methods:
        ordered = sorted(methods.items(), key=lambda each: (-each[1], each[0]))
        found_bars = [
            Bar(words.method(name.removeprefix(_METHOD)), count, words.amount(count)) for name, count in ordered
        ]
        yield Picture("按签到方式", charts.bars(found_bars))
    groups = [(words.group(point.key), point.counts) for point in found.by_group.points]
    if [point for point in found.by_group.points if point.key]:
        yield Heading("分组")
        yield _table("分组", groups, _GROUPS)
        if found.by_group.hidden:
            yield Sentences([f"不足 5 人的 {found.by_group.hidden} 个分组不单独列出。"])
    weekdays = [(point, rate_of(point.counts)) for point in found.by_weekday.points]
    rated = [Bar(f"周{_WEEKDAYS[int(point.key) - 1]}", rate) for point, rate in weekdays if rate is not None]
    if len(rated) > 1:
        yield Picture("星期几签到率", charts.columns(rated, is_share=True))


def _table(heading: str, rows: Sequence[tuple[str, Counts]], most: int) -> Table:
    heads = [
        Column(each, 0.8, "right") for each in ("场次", texts.EXPECTED, texts.CAME, texts.LATE, texts.LEAVE, "签到率")
    ]
    return Table([Column(heading, 2.4), *heads], [[name, *row_of(counts)] for name, counts in rows[:most]])


def row_of(counts: Counts) -> list[str]:
    """Counts as a row: how many occurrences, expected, came, late, on leave, and the rate."""
    numbers = (counts[OCCURRENCES], counts[EXPECTED], counts["checked_in"], counts["late"], counts[LEAVE])
    return [*map(words.amount, numbers), words.share(rate_of(counts))]


def _behaviour(found: Behaviour | None) -> Iterator[Block]:
    if found is None:
        yield Heading("出勤习惯")
        yield Notice("人数太多，没有逐人分析；请缩短时间范围后重新导出。")
        return
    if not found.occurrences:
        return
    yield Heading("出勤习惯")
    about = f"名单上的 {words.amount(found.people)} 人，{words.amount(found.occurrences)} 场已结束的活动。"
    yield Sentences([about, *(text for one in found.findings if (text := _finding(one)))])
    if found.absent:
        yield Heading(f"连续缺勤三场及以上（{words.amount(found.absent_people)} 人）")
        rows = [
            [
                cell(one.name.name),
                cell(one.name.number),
                cell(one.row.group),
                words.amount(one.row.absent_in_a_row),
                f"{one.last_came:%Y-%m-%d}" if one.last_came else "期内没有来过",
            ]
            for one in found.absent
        ]
        columns = [
            Column("姓名", 1.2),
            Column("编号"),
            Column("分组"),
            Column("连续缺勤", 0.8, "right"),
            Column("上次到场", 1.2),
        ]
        yield Table(columns, rows)


def _finding(one: Finding) -> str:
    numbers: Mapping[str, float] = one.numbers
    return _FINDINGS[one.code].format(
        **{
            name: words.share(each) if "rate" in name or name in _SHARES else words.amount(round(each))
            for name, each in numbers.items()
        },
        group=one.words.get("group", ""),
        median=words.offset(round(numbers.get("median_min", 0))),
        weekday=f"周{_WEEKDAYS[int(one.words.get('weekday', '1')) - 1]}",
    )


_SHARES = ("share", "others")
_FINDINGS = {
    "ABSENT_STREAK": "{people} 人连续缺勤，最长连续 {longest} 场。",
    "DROP_OFF": "签到率从前三分之一的 {from_rate} 降到后三分之一的 {to_rate}。",
    "RISING": "签到率从前三分之一的 {from_rate} 升到后三分之一的 {to_rate}。",
    "STEADY": "签到率前后平稳（{from_rate} 与 {to_rate}）。",
    "GROUP_LOW": "“{group}”的签到率 {rate}，明显低于其他分组的 {others}。",
    "WEEKDAY_LOW": "{weekday}的签到率 {rate}，明显低于其他日子的 {others}。",
    "LATE_OFTEN": "到场的 {came} 人次中有 {late} 人次迟到（{share}）。",
    "ARRIVALS": "一半的人在{median}之前到场，{share} 的人在最后 {minutes} 分钟内到场。",
    "REGULARITY": "{people} 人中 {regular} 人签到率不低于 90%，{seldom} 人不足一半。",
}


def _quality(found: Quality) -> Iterator[Block]:
    counts = found.whole
    if not tried(counts):
        return
    yield Heading("签到质量")
    yield Figures(
        [
            Figure("尝试签到", words.amount(tried(counts)), "人次"),
            Figure("一次以上", words.amount(counts["tried_again"]), "先被拒绝后签到"),
            Figure("离线签到", words.amount(counts["offline"]), "事后补传"),
            Figure("待核验", words.amount(counts["pending_review"]), "尚未处理"),
            Figure("工作人员代签", words.amount(counts["method:staff"]), "人次"),
        ]
    )
    ordered = sorted(REASONS.values(), key=lambda name: -counts[name])
    shown = [
        Bar(words.reason(name.removeprefix("reason:")), counts[name], words.amount(counts[name])) for name in ordered
    ]
    if shown := [bar for bar in shown if bar.value]:
        yield Picture("签到时遇到的问题", charts.bars(shown), "每人每场按最后的结果计一次。")
    advice = [one for one in found.advice if not one.is_dismissed]
    if advice:
        yield Heading("可以改进")
        yield Table(
            [Column("活动", 1), Column("建议", 2.6)],
            [[cell(one.held.title), advice_text(one.advice)] for one in advice],
        )
