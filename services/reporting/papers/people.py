"""Lists of people on paper: who stood out at which occurrence, and everybody by group. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from servicekit.clock import SECOND_US
from servicekit.typesetting.typesetting import has_letters
from services.reporting.domain import Counted
from services.reporting.exports import texts
from services.reporting.exports.columns import Line
from services.reporting.papers import words
from services.reporting.papers.blocks import Block, Column, Heading, Sentences, Table, cell
from services.reporting.papers.turnout import Attended, Looked, Notable, starts_at

List = Literal["doubt", "late", "absent", "leave"]


class Named(NamedTuple):
    """Who somebody is on a list."""

    name: str
    number: str
    group: str


NOBODY = Named("", "", "")
_WHO = (Column("姓名", 1.3), Column("编号", 1.1), Column("分组", 1.1))


def named(line: Line) -> Named:
    """Who a line of a file is; of whose name paper shows nothing, that."""
    shown = line.shown
    name = shown.name if has_letters(shown.name) else words.NO_NAME_SHOWN if shown.name else words.NO_NAME
    return Named(name, shown.number, shown.member.group if shown.member else "")


def notable_table(listed: Sequence[Notable], names: Mapping[bytes, Named], kind: List, count: int) -> Iterator[Block]:
    """A list of who stood out, and how many more there are."""
    heads, said = _OF[kind]
    has_times = len({each.slot.window.occurrence_id for each in listed}) > 1
    columns = [*_WHO, *([Column("场次", 1.4)] if has_times else []), *heads]
    rows = [
        [*_who(names.get(each.key, NOBODY)), *([words.when(each.slot)] if has_times else []), *map(cell, said(each))]
        for each in listed
    ]
    yield Table(columns, rows)
    if count > len(listed):
        yield Sentences([f"共 {words.amount(count)}，以上列出 {words.amount(len(listed))}；其余见 Excel（出勤总表）。"])


def attended_tables(looked: Looked, names: Mapping[bytes, Named]) -> Iterator[Block]:
    """Everybody, group by group; who is in none, or not on the roster, at the end."""
    scene, is_one = looked.gathering.scene, len(looked.turnouts) == 1
    places = {name: number for number, name in enumerate(looked.groups)}

    def place(attended: Attended) -> tuple[bool, int, str]:
        member = scene.member(attended.key)
        return (False, places[member.group], member.group) if member else (True, 0, "")

    for (is_stranger, _, group), found in groupby(sorted(looked.attended, key=place), key=place):
        people = [each for each in found if not is_stranger or any(each.words)]
        if not people:
            continue
        has_none = looked.gathering.activity.roster_id is None
        heading = ("签到的人" if has_none else "名单外") if is_stranger else words.group(group)
        yield Heading(f"{cell(heading)}（{words.amount(len(people))} 人）", is_part=True)
        yield _one(looked, people, names) if is_one else _several(people, names)


def _one(looked: Looked, people: Sequence[Attended], names: Mapping[bytes, Named]) -> Table:
    """People at the only occurrence."""
    zone = looked.gathering.zone
    columns = [
        Column("姓名", 1.4),
        Column("编号", 1.2),
        Column("状态", 1),
        Column("签到时间", 0.8),
        Column("签到方式", 0.9),
    ]
    rows = []
    for each in people:
        [person], [word] = each.tried, each.words
        who, at = names.get(each.key, NOBODY), person.seat.at if person and person.seat.is_held else 0
        way = words.method(person.seat.method) if person and person.seat.is_held else words.NONE
        rows.append([cell(who.name), cell(who.number), word or words.NONE, words.clock(at, zone), way])
    return Table(columns, rows)


def _several(people: Sequence[Attended], names: Mapping[bytes, Named]) -> Table:
    """People over all occurrences."""
    counted = (texts.EXPECTED, texts.CAME, texts.LATE, texts.EARLY, texts.LEAVE, texts.ABSENTEES)
    rows = []
    for each in people:
        who = names.get(each.key, NOBODY)
        numbers = [words.amount(each.tally.counts[name]) for name in counted]
        rows.append([cell(who.name), cell(who.number), *numbers, words.share(each.tally.rate)])
    heads = [Column(name, 0.6, "right") for name in counted]
    return Table([Column("姓名", 1.4), Column("编号", 1.2), *heads, Column("签到率", 0.8, "right")], rows)


def _who(who: Named) -> list[str]:
    return [cell(who.name), cell(who.number), cell(who.group)]


def _doubt(notable: Notable) -> list[str]:
    person = _tried(notable)
    at = words.clock(person.seat.at, notable.slot.gathering.zone)
    return [at, words.reasons(person.seat.reasons), words.outcome(person), *_ruled(notable)]


def _ruled(notable: Notable) -> list[str]:
    """When it was decided and by whom, and what they said."""
    if notable.ruling is None:
        return [words.NONE, words.NONE]
    if not notable.ruling.at:
        return [notable.ruling.by, notable.ruling.reason]
    at = words.date_and_clock(notable.ruling.at, notable.slot.gathering.zone)
    return [f"{at} {notable.ruling.by}", notable.ruling.reason or words.NONE]


def _late(notable: Notable) -> list[str]:
    person = _tried(notable)
    late_s = (person.seat.at - starts_at(notable.slot)) // SECOND_US
    late = f"{max(late_s, 0) // 60} 分钟" if late_s >= 60 else "不到 1 分钟"
    is_marked = bool(person.seat.mark)
    return [
        words.clock(person.seat.at, notable.slot.gathering.zone),
        texts.MARKS[person.seat.mark] if is_marked else late,
    ]


def _absent(notable: Notable) -> list[str]:
    person = notable.person
    if person is None:
        return [words.NONE]
    return [words.reasons(person.seat.reasons) or words.outcome(person)]


def _leave(notable: Notable) -> list[str]:
    is_marked = notable.person is not None and notable.person.seat.mark
    return ["工作人员标记" if is_marked else "本人请假"]


def _tried(notable: Notable) -> Counted:
    assert notable.person is not None
    return notable.person


_OF: Mapping[List, tuple[Sequence[Column], Callable[[Notable], list[str]]]] = {
    "doubt": (
        (Column("时间", 0.7), Column("原因", 1.7), Column("结果", 1), Column("处理", 1.4), Column("处理意见", 1.7)),
        _doubt,
    ),
    "late": ((Column("签到时间", 0.8), Column("晚到", 0.9)), _late),
    "absent": ((Column("说明", 2),), _absent),
    "leave": ((Column("说明", 1.2),), _leave),
}
