"""The report of an activity: page one for who decides, then curves, groups, exceptions and everybody. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from services.reporting.exports import texts
from services.reporting.exports.attendance import Tally
from services.reporting.papers import charts, words
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
from services.reporting.papers.people import List, Named, attended_tables, notable_table
from services.reporting.papers.turnout import MOST_LISTED, WAITING, Looked, Notable, starts_at
from services.reporting.trends.curves import steps_of

_GATES, _GROUPS, _GROUPS_DRAWN = 20, 100, 12
# Of fewer due people a low rate says nothing of a group.
_GROUP_OF, _LOW = 5, 0.10


class LastTime(NamedTuple):
    """What the report is compared with: the occurrence before."""

    when: str
    rate: float


class Seen(NamedTuple):
    """Everything that a report is made of.

    Attributes:
        named: Names of those that are listed, by key.
        before: None: there was none, or it has no rate.
        state: A word for what is special about the activity: it was cancelled, or a rehearsal; mostly empty.
        is_over: Whether nothing can come any more.
    """

    looked: Looked
    named: Mapping[bytes, Named]
    before: LastTime | None
    state: str
    is_over: bool


def blocks_of(seen: Seen) -> list[Block]:
    """The whole report."""
    return [*_front(seen), *_arrivals(seen.looked), *_by_what(seen.looked), *_exceptions(seen), *_everybody(seen)]


def _front(seen: Seen) -> Iterator[Block]:
    """What fits on the first page: the figures, three sentences, what needs somebody, and the occurrences."""
    if seen.state:
        yield Notice(seen.state)
    yield Figures(figures(seen))
    yield Sentences(sentences(seen))
    for text in _warnings(seen):
        yield Notice(text)
    if len(seen.looked.turnouts) > 1:
        yield from _occurrences(seen.looked)


def figures(seen: Seen) -> list[Figure]:
    """应到, 实到, 签到率 beside the last time, and those who were not as they should be."""
    counts, rate = seen.looked.whole.counts, seen.looked.whole.rate
    several = _unit(seen.looked)
    expected = words.amount(counts[texts.EXPECTED]) if counts[texts.EXPECTED] else words.NONE
    due = f"其中请假 {words.amount(counts[texts.LEAVE])}" if counts[texts.LEAVE] else several
    beyond = counts[texts.CAME] - counts[texts.CAME_EXPECTED] if counts[texts.EXPECTED] else 0
    came = f"其中名单外 {words.amount(beyond)}" if beyond else several
    absent = words.amount(counts[texts.ABSENTEES]) if seen.is_over and counts[texts.EXPECTED] else words.NONE
    return [
        Figure(texts.EXPECTED, expected, due),
        Figure(texts.CAME, words.amount(counts[texts.CAME]), came),
        Figure("签到率", words.share(rate), _moved(seen)),
        Figure(texts.LATE, words.amount(counts[texts.LATE]), several),
        Figure(texts.ABSENTEES, absent, several if seen.is_over else "尚未截止"),
    ]


def _moved(seen: Seen) -> str:
    last = seen.looked.turnouts[-1].tally.rate
    if seen.before is None or last is None:
        return "没有上次可比"
    of_last = "末场" if len(seen.looked.turnouts) > 1 else ""
    return f"{of_last}比上次{words.points(last, seen.before.rate)}"


def sentences(seen: Seen) -> list[str]:
    """How many came, when, and what was unusual: three of them."""
    return [_how_many(seen), _when(seen.looked), _unusual(seen.looked)]


def _unit(looked: Looked) -> str:
    return "人次" if len(looked.turnouts) > 1 else "人"


def _times(looked: Looked, count: int) -> str:
    return f"{words.amount(count)} {_unit(looked)}"


def _how_many(seen: Seen) -> str:
    counts, rate = seen.looked.whole.counts, seen.looked.whole.rate
    if rate is None:
        return f"共有 {_times(seen.looked, counts[texts.CAME])}签到；没有应到人数，因此不计签到率。"
    due, leave, came = (
        _times(seen.looked, counts[each]) for each in (texts.EXPECTED, texts.LEAVE, texts.CAME_EXPECTED)
    )
    rest = _times(seen.looked, counts[texts.EXPECTED] - counts[texts.LEAVE])
    of = f"请假 {leave}，其余 {rest}中到场 {came}" if counts[texts.LEAVE] else f"到场 {came}"
    told = f"应到 {due}，{of}，签到率 {words.share(rate)}"
    last = seen.looked.turnouts[-1].tally.rate
    if seen.before is None or last is None:
        return f"{told}。"
    own = f"；最近一场 {words.share(last)}" if len(seen.looked.turnouts) > 1 else ""
    moved = words.points(last, seen.before.rate)
    return f"{told}{own}，比上次（{seen.before.when}，{words.share(seen.before.rate)}）{moved}。"


def _when(looked: Looked) -> str:
    minutes = looked.total(lambda each: each.minutes)
    if not minutes:
        return "没有人签到。"
    step, steps = steps_of(minutes)
    fullest = max(sorted(steps), key=lambda each: steps[each])
    late, before_start = looked.whole.counts[texts.LATE], sum(count for minute, count in minutes.items() if minute < 0)
    tail = f"迟到 {_times(looked, late)}" if late else "没有人迟到"
    return (
        f"到场最集中的是{_step(looked, fullest, step)}（{_times(looked, steps[fullest])}）；"
        f"{_times(looked, before_start)}在开始前签到，{tail}。"
    )


def _step(looked: Looked, offset: int, step: int) -> str:
    """A step of the curve: by the clock, or of several occurrences from their start."""
    if len(looked.turnouts) == 1:
        return f" {_clock_of(looked, offset)}–{_clock_of(looked, offset + step)}"
    return f"{words.offset(offset)}至{words.offset(offset + step)}"


def _unusual(looked: Looked) -> str:
    outcomes = _outcomes(looked)
    if not outcomes:
        return "没有存疑的签到。"
    told = "，".join(f"{words.outcome_of(each)} {_times(looked, count)}" for each, count in sorted(outcomes.items()))
    return f"{_times(looked, outcomes.total())}的签到存疑：{told}。"


def _warnings(seen: Seen) -> Iterator[str]:
    waiting = sum(count for status, count in _outcomes(seen.looked).items() if status in WAITING)
    if waiting:
        yield f"还有 {_times(seen.looked, waiting)}等待核验，处理后数字会变化。"
    if not seen.is_over:
        yield "签到或离线补传尚未截止，数字还会变化，未到暂不统计。"
    whole, low = seen.looked.whole.rate, list[str]()
    for name, tally in seen.looked.groups.items():
        rate = tally.rate
        if (
            rate is not None
            and whole is not None
            and tally.counts[texts.EXPECTED] >= _GROUP_OF
            and rate <= whole - _LOW
        ):
            low.append(f"{words.group(name)}（{words.share(rate)}）")
    if low:
        yield f"签到率明显偏低的分组：{'、'.join(low[:5])}。"
    if seen.looked.people > MOST_LISTED:
        yield (
            f"共 {words.amount(seen.looked.people)} 人，超过 {words.amount(MOST_LISTED)} 人，本报告只含数字和异常；"
            "完整名单请导出 Excel（出勤总表）。"
        )


def _occurrences(looked: Looked) -> Iterator[Block]:
    yield Heading("各场")
    rated = [each for each in looked.turnouts if each.tally.rate is not None]
    if len(rated) > 1:
        found = [Bar(words.when(each.slot)[:5], each.tally.rate or 0) for each in rated]
        yield Picture("签到率", charts.columns(found, is_share=True))
    yield Table(
        [Column("场次", 2), *_total_columns()],
        [[words.when(each.slot), *totals(each.tally)] for each in looked.turnouts],
    )


def _total_columns() -> list[Column]:
    return [Column(name, align="right") for name in (*texts.TOTALS, "签到率")]


def totals(tally: Tally) -> list[str]:
    """A tally as a row, as `texts.TOTALS` and the rate are headed."""
    return [*(words.amount(tally.counts[name]) for name in texts.TOTALS), words.share(tally.rate)]


def _arrivals(looked: Looked) -> Iterator[Block]:
    minutes = looked.total(lambda each: each.minutes)
    if not minutes:
        return
    step, steps = steps_of(minutes)
    offsets = range(min(steps), max(steps) + step, step)
    found = [Bar(_clock_of(looked, offset), steps.get(offset, 0)) for offset in offsets]
    begins = -min(steps) // step
    yield Heading("到场过程")
    caption = f"每格 {step} 分钟的签到人次" + ("，各场从开始时对齐，单位分钟" if len(looked.turnouts) > 1 else "")
    is_inside = 0 <= begins <= len(found)
    yield Picture(
        "到场时间", charts.columns(found, marked="开始" if is_inside else "", marked_at=begins), f"{caption}。"
    )


def _clock_of(looked: Looked, offset: int) -> str:
    if len(looked.turnouts) > 1:
        return f"{offset:+d}" if offset else "0"
    slot = looked.turnouts[0].slot
    return words.clock(starts_at(slot) + offset * 60_000_000, slot.gathering.zone)


def _by_what(looked: Looked) -> Iterator[Block]:
    methods, gates = looked.total(lambda each: each.methods), looked.total(lambda each: each.gates)
    if methods:
        yield Heading("签到方式与入口")
        yield Picture("按签到方式", charts.bars(_shares(methods, words.method)))
    if set(gates) - {""}:
        yield Picture("按入口", charts.bars(_shares(gates, words.gate)[:_GATES]))
    groups = looked.groups
    if set(groups) - {""}:
        yield Heading("分组")
        if looked.whole.counts[texts.CAME]:
            yield _rates(groups)
        rows = [[cell(words.group(name)), *totals(each)] for name, each in groups.items()]
        yield Table([Column("分组", 2), *_total_columns()], rows[:_GROUPS])
        if len(rows) > _GROUPS:
            yield Sentences([f"另有 {len(rows) - _GROUPS} 个分组没有列出，见 Excel（出勤总表）。"])


def _rates(groups: Mapping[str, Tally]) -> Picture:
    """The rates of groups in the order of the roster; of many groups those that need somebody, the lowest first."""
    rated = [(name, rate) for name, each in groups.items() if (rate := each.rate) is not None]
    title = "各组签到率"
    if len(rated) > _GROUPS_DRAWN:
        title = f"签到率最低的 {_GROUPS_DRAWN} 个分组"
        rated = sorted(rated, key=lambda each: each[1])[:_GROUPS_DRAWN]
    return Picture(title, charts.bars([Bar(words.group(name), rate, words.share(rate)) for name, rate in rated]))


def _shares(counts: Counter[str], said: Callable[[str], str]) -> list[Bar]:
    total = counts.total() or 1
    return [
        Bar(said(name), count, f"{words.amount(count)}（{words.share(count / total)}）")
        for name, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    ]


def _exceptions(seen: Seen) -> Iterator[Block]:
    looked = seen.looked
    counts, outcomes = looked.whole.counts, _outcomes(looked)
    if not (outcomes or counts[texts.LATE] or looked.leave or (looked.absent and counts[texts.CAME])):
        return
    yield Heading("异常")
    if outcomes:
        yield Heading(f"存疑，以及如何处理（{_times(looked, outcomes.total())}）", is_part=True)
        doubts = looked.total(lambda each: each.doubts)
        if doubts:
            yield Picture("为什么存疑", charts.bars(_shares(doubts, words.reason)))
        yield from notable_table(looked.doubtful, seen.named, "doubt", outcomes.total())
    lists: Sequence[tuple[str, Sequence[Notable], List, int]] = (
        ("迟到", looked.late, "late", counts[texts.LATE]),
        (texts.ABSENTEES, looked.absent, "absent", counts[texts.ABSENTEES]),
        ("请假", looked.leave, "leave", counts[texts.LEAVE]),
    )
    for heading, listed, kind, count in lists:
        # Where nobody came, everybody is no exception.
        if listed and (kind != "absent" or counts[texts.CAME]):
            yield Heading(f"{heading}（{_times(looked, count)}）", is_part=True)
            yield from notable_table(listed, seen.named, kind, count)


def _everybody(seen: Seen) -> Iterator[Block]:
    if seen.looked.attended:
        yield Heading("分组名单", begins_page=True)
        yield from attended_tables(seen.looked, seen.named)


def _outcomes(looked: Looked) -> Counter[int]:
    return looked.total(lambda each: each.outcomes)
