"""The register of a series that goes on: what has yet to open counts nowhere."""

import pytest

from services.reporting.domain import DAY_US
from services.reporting.expected.tally import Answer
from services.reporting.exports import register as registers
from services.reporting.exports import texts
from services.reporting.exports.attendance import slots_of
from services.reporting.exports.job import Wish
from services.reporting.exports.kinds import Format, Report
from services.reporting.exports.register import Register
from tests.contract.reporting.exports.test_recount import Tables
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
