"""The report of an activity: its figures, what it says first, and that all of it can be found in the PDF."""

import pytest

from services.reporting.domain import MINUTE_US, Status
from services.reporting.exports import texts
from services.reporting.exports.attendance import slots_of
from services.reporting.exports.rulings import UNREADABLE, Ruling
from services.reporting.papers import activity_report, printing
from services.reporting.papers.activity_report import LastTime, Seen, figures, sentences
from services.reporting.papers.blocks import Block, Heading, Notice, Picture, Report, Table
from services.reporting.papers.papers import rule
from services.reporting.papers.people import Named, named
from services.reporting.papers.turnout import Looked, look
from tests import pdfs
from tests.unit.reporting.papers.gathered import NINE, Meeting, told

BEFORE = LastTime("08-31", 0.5)


async def looked(meeting: Meeting, group: str = "") -> Looked:
    """Everybody of a meeting, as they are counted."""
    gathering = await meeting.gathering()
    return await look(gathering, slots_of([gathering], 0, 0), group, told)


async def seen(meeting: Meeting, state: str = "") -> Seen:
    """What the report of a meeting is made of."""
    found = await looked(meeting)
    names = {
        each.key: Named(meeting.rosters.called[each.key].name, "", "")
        for each in found.attended
        if each.key in meeting.rosters.called
    }
    return Seen(found, names, BEFORE, state, is_over=True)


def a_class() -> Meeting:
    """Five of two groups: in time, late, doubtful, gone and absent; and a stranger."""
    meeting = Meeting()
    first, second, third, _, fifth = (
        meeting.expect(name, group)
        for name, group in (("甲", "一班"), ("乙", "一班"), ("丙", "二班"), ("丁", "二班"), ("戊", ""))
    )
    meeting.come(first, minute=-5, method="code", gate="东门")
    meeting.come(second, minute=12, reasons=["LATE"])
    meeting.come(third, minute=-2, status=Status.PENDING_REVIEW, reasons=["FENCE_OUTSIDE"])
    meeting.come(fifth, minute=-20, reasons=["DEVICE_SHARED"])
    meeting.come(meeting.stranger("过路人"))
    return meeting


async def test_everything_is_counted_once() -> None:
    """By what people count as, how and where they came, and in which group."""
    found = await looked(a_class())
    [turnout] = found.turnouts
    counts = {name: count for name, count in turnout.tally.counts.items() if count}
    assert counts == {"应到": 5, "实到": 4, "应到且实到": 3, "迟到": 1, "未到": 2}
    assert turnout.methods == {"code": 1, "qr": 3} and turnout.gates == {"东门": 1, "": 3}
    assert turnout.minutes == {-5: 2, 12: 1, -20: 1}
    assert turnout.outcomes == {Status.PENDING_REVIEW: 1, Status.CHECKED_IN: 1}
    rates = {name: tally.rate for name, tally in found.groups.items()}
    assert rates == {"一班": 1.0, "二班": 0.0, "": 1.0}
    assert [len(each) for each in (found.late, found.absent, found.doubtful)] == [1, 2, 2]


async def test_page_one_says_how_it_went_in_three_sentences() -> None:
    """The rate beside that of the last time, when people came, and what was doubtful."""
    said = sentences(await seen(a_class()))
    assert said == [
        "应到 5 人，到场 3 人，签到率 60.0%，比上次（08-31，50.0%）高 10.0 个百分点。",
        "到场最集中的是 08:55–08:56（2 人）；3 人在开始前签到，迟到 1 人。",
        "2 人的签到存疑：已通过 1 人，待人工核验 1 人。",
    ]
    told_of = {one.label: (one.value, one.note) for one in figures(await seen(a_class()))}
    assert told_of["签到率"] == ("60.0%", "比上次高 10.0 个百分点")
    assert told_of["实到"] == ("4", "其中名单外 1") and told_of["未到"] == ("2", "人")


async def test_a_group_alone_has_its_own_figures() -> None:
    """Nobody else is counted, strangers neither."""
    found = await looked(a_class(), "一班")
    assert (found.people, found.whole.counts[texts.EXPECTED], found.whole.counts[texts.CAME]) == (2, 2, 2)


async def test_against_a_number_everybody_counts_who_came() -> None:
    """Of an activity without a roster that expects so many, and of one that expects nobody, which has no rate."""
    for expected, rate in ((4, 0.5), (0, None)):
        meeting = Meeting(roster_id=None, expected=expected)
        for name in "甲乙":
            meeting.come(meeting.stranger(name))
        found = await looked(meeting)
        assert (found.whole.counts[texts.CAME], found.whole.rate) == (2, rate)
        assert found.whole.counts[texts.ABSENTEES] == max(0, expected - 2)


async def test_nobody_came() -> None:
    """A report with zeros, no chart of nothing, and no list of everybody as an exception."""
    meeting = Meeting()
    meeting.expect("甲", "一班")
    blocks = activity_report.blocks_of(await seen(meeting, "活动已取消。以下是取消前的记录。"))
    assert blocks[0] == Notice("活动已取消。以下是取消前的记录。")
    assert not [each for each in blocks if isinstance(each, Picture)]
    assert "异常" not in [each.text for each in blocks if isinstance(each, Heading)]
    said = text_of(blocks)
    assert "没有人签到。" in said and "没有存疑的签到。" in said and "0.0%" in said and "已取消" in said


async def test_of_many_groups_those_with_the_lowest_rates_are_drawn() -> None:
    """All of them are in the table, in the order of the roster."""
    meeting = Meeting()
    for number in range(30):
        entry_id = meeting.expect("甲", f"{number + 1}班")
        if number < 25:
            meeting.come(entry_id)
    blocks = activity_report.blocks_of(await seen(meeting))
    [drawn] = [each for each in blocks if isinstance(each, Picture) and "最低的 12 个分组" in each.title]
    assert [drawn.svg.index(f">{number}班<") for number in (26, 30, 1, 7)] == sorted(
        drawn.svg.index(f">{number}班<") for number in (26, 30, 1, 7)
    )
    assert ">8班<" not in drawn.svg
    [table] = [each for each in blocks if isinstance(each, Table) and each.columns[0].heading == "分组"]
    assert [row[0] for row in table.rows] == [f"{number + 1}班" for number in range(30)]


async def test_of_too_many_only_numbers_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """And where everybody is listed; exceptions are."""
    monkeypatch.setattr("services.reporting.papers.turnout.MOST_LISTED", 4)
    monkeypatch.setattr("services.reporting.papers.activity_report.MOST_LISTED", 4)
    found = await seen(a_class())
    blocks = activity_report.blocks_of(found)
    assert not found.looked.attended
    assert any("请导出 Excel" in each.text for each in blocks if isinstance(each, Notice))
    headings = [each.text for each in blocks if isinstance(each, Heading)]
    assert "分组名单" not in headings and "迟到（1 人）" in headings


async def test_who_has_no_name_on_paper_is_called_so() -> None:
    """A name of pictures alone leaves no empty cell, and none at all neither."""
    meeting = Meeting()
    for name in ("👨\u200d👩\u200d👧", "", "🎉 王"):
        meeting.expect(name)
    gathering = await meeting.gathering()
    lines = await gathering.lines([*gathering.scene.people(gathering.keys, ())], (), shows_phones=False)
    assert [named(line).name for line in lines] == ["（姓名是表情符号）", "未填写姓名", "🎉 王"]


async def test_doubtful_ones_say_who_decided() -> None:
    """When, and in their words, cut where they are long; who waits has a dash."""
    meeting = a_class()
    fifth = next(key for key, entry in meeting.rosters.called.items() if entry.name == "戊")
    meeting.ruled = {
        (meeting.facts.windows[0].occurrence_id, fifth): Ruling(
            NINE + 5 * MINUTE_US, "王老师", "手机没电，借同学的签到；" * 9
        )
    }
    found = await seen(meeting)
    await rule(found.looked)
    [rows] = [
        each.rows
        for each in activity_report.blocks_of(found)
        if isinstance(each, Table) and each.columns[-1].heading == "处理意见"
    ]
    assert {row[0]: row[-2:] for row in rows} == {
        "丙": ["—", "—"],
        "戊": ["09-07 09:05 王老师", "手机没电，借同学的签到；手机没电，借同学的签到…"],
    }
    assert "09-07 09:05 王老师" in text_of(activity_report.blocks_of(found)).replace("\n", "")


async def test_paper_says_where_nobody_could_tell_who_decided() -> None:
    """Of everybody in doubt, which is no dash."""
    meeting = a_class()
    at = meeting.facts.windows[0].occurrence_id
    meeting.ruled = {(at, key): UNREADABLE for key in meeting.rosters.called}
    found = await seen(meeting)
    await rule(found.looked)
    rows = [
        row[-2:]
        for each in activity_report.blocks_of(found)
        if isinstance(each, Table) and each.columns[-1].heading == "处理意见"
        for row in each.rows
    ]
    assert rows == [["读不到", "生成时读不到处理记录，可稍后重新导出"]] * 2


async def test_all_of_it_is_text_in_the_pdf() -> None:
    """Figures, sentences, words of charts, and names, whatever they look like."""
    meeting = a_class()
    strange = ('=1+1 #panic("x") $a$ [b]', "مرحبا", "长" * 200, "👨‍👩‍👧 王")
    for number, name in enumerate(strange):
        meeting.come(meeting.expect(name, "三班"), minute=number)
    found = await seen(meeting)
    blocks = activity_report.blocks_of(found)
    said = text_of(blocks)
    for figure in figures(found):
        assert f"{figure.label}\n{figure.value}\n" in said
    for sentence in sentences(found):
        assert sentence[:20] in said
    for word in ("到场时间", "扫码", "东门", "这台手机为多人签过到", "待人工核验", "=1+1 #panic", "三班（4 人）"):
        assert word in said, word
    totals = [
        row for each in blocks if isinstance(each, Table) and each.columns[0].heading == "分组" for row in each.rows
    ]
    for row in totals:
        assert " ".join(row) in said.replace("\n", " ")


def text_of(blocks: list[Block]) -> str:
    """All that can be selected in the PDF of blocks."""
    made = printing.pages(Report("活动报告", "九月安全培训", [("组织", "实验中学")], blocks, "生成于"))
    assert isinstance(made, bytes)
    return pdfs.text_of(made)
