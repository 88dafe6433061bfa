"""The register: what has yet to open counts nowhere, and who stood out has who decided on them."""

from datetime import datetime
from typing import Any

import pytest

from services.reporting.domain import DAY_US, MINUTE_US, Status
from services.reporting.expected.tally import Answer
from services.reporting.exports import lists, texts
from services.reporting.exports import register as registers
from services.reporting.exports.attendance import slots_of
from services.reporting.exports.job import Wish
from services.reporting.exports.kinds import Format, Report
from services.reporting.exports.register import Register
from services.reporting.exports.rulings import Ruling
from services.reporting.papers.turnout import look
from tests.fakes.books import Tables
from tests.unit.reporting.papers.gathered import NINE, Meeting, told


async def test_of_a_series_that_goes_on_only_what_has_opened_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rate in the middle of a term is that of the weeks so far; who excused themselves ahead is shown."""
    monkeypatch.setattr(registers, "now_us", lambda: NINE + 8 * DAY_US)
    meeting = Meeting(5)
    often, once = meeting.expect("王小明"), meeting.expect("李雷")
    meeting.come(often, 0)
    meeting.come(often, 1)
    meeting.come(once, 0)
    meeting.participants.said[once] = Answer.LEAVE
    gathering, book = await meeting.gathering(), Tables()
    await Register([gathering], slots_of([gathering], 0, 0), Wish(Report.REGISTER, Format.CSV, b"a" * 16), book).write(
        told
    )
    assert book.column(texts.SUMMARY, texts.EXPECTED) == [2, 2, 0, 0, 0]
    assert book.column(texts.SUMMARY, texts.RATE) == [1.0, 1.0, None, None, None]
    assert book.column(texts.DETAIL, texts.EXPECTED) == [2, 2]
    assert book.column(texts.DETAIL, texts.RATE) == [1.0, 1.0]
    excused = book.rows[texts.DETAIL][1]
    assert [*excused].count("请假") == 4 and book.column(texts.DETAIL, texts.LEAVE) == [0, 1]
    for name in texts.TOTALS:
        assert book.total(texts.SUMMARY, name) == book.total(texts.DETAIL, name)


@pytest.mark.parametrize("changes", [{}, {"roster_id": None, "expected": 9}])
async def test_of_what_was_cancelled_nobody_is_missing(changes: dict[str, Any]) -> None:
    """Nobody is expected at it: not in the register, nor on lists or paper; who came before that is told."""
    meeting = Meeting(2, state=4, **changes)
    came, _ = meeting.expect("王小明"), meeting.expect("李雷")
    meeting.come(came, 0)
    gathering, book = await meeting.gathering(), Tables()
    slots = slots_of([gathering], 0, 0)
    wish = Wish(Report.REGISTER, Format.XLSX, meeting.activity.activity_id)
    await Register([gathering], slots, wish, book).write(told)
    assert book.rows[texts.ABSENT] == []
    counts = (await look(gathering, slots, "", told)).whole.counts
    for name, count in {texts.EXPECTED: 0, texts.CAME: 1, texts.ABSENTEES: 0}.items():
        assert book.total(texts.SUMMARY, name) == book.total(texts.DETAIL, name) == counts[name] == count
    assert book.column(texts.SUMMARY, texts.RATE) == [None, None]
    people = Wish(Report.PEOPLE, Format.CSV, meeting.activity.activity_id)
    await lists.write(gathering, people, book, told)
    assert texts.STATUSES[Status.ABSENT] not in book.column(lists.SHEETS[Report.PEOPLE], "状态")


async def test_exceptions_say_who_decided() -> None:
    """By name, when and why; of who still waits nothing, and of an entry what was decided on the person it is.

    Who was merely late is no exception.
    """
    meeting = Meeting(2)
    bound, waiting, fine = (meeting.expect(name) for name in ("甲", "乙", "丙"))
    user_id = b"\x05" * 16
    meeting.rosters.bind(bound, user_id)
    meeting.come(user_id, 1, reasons=["FENCE_OUTSIDE"])
    meeting.come(waiting, 1, status=Status.PENDING_REVIEW, reasons=["FENCE_OUTSIDE"])
    meeting.come(fine, 0, minute=5, reasons=["LATE"])
    meeting.come(fine, 1)
    at = meeting.facts.windows[1].occurrence_id
    meeting.ruled = {
        (at, bound): Ruling(NINE, "李老师", "早先"),
        (at, user_id): Ruling(NINE + 5 * MINUTE_US, "王老师", "看过录像"),
    }
    gathering, book = await meeting.gathering(), Tables()
    wish = Wish(Report.REGISTER, Format.XLSX, meeting.activity.activity_id)
    await Register([gathering], slots_of([gathering], 0, 0), wish, book).write(told)
    said = zip(
        *(book.column(texts.EXCEPTIONS, heading) for heading in ("姓名", "状态", "处理人", "处理时间", "处理意见")),
        strict=True,
    )
    assert list(said) == [
        ("甲", "已签到", "王老师", datetime(2026, 9, 7, 9, 5), "看过录像"),
        ("乙", "待人工核验", "", None, ""),
    ]
    assert texts.TITLE not in book.heads[texts.EXCEPTIONS]
