"""Files while nobody can tell who decided, and of what was cancelled."""

import zipfile
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import python_calamine

from servicekit import ids
from servicekit.errors import UnavailableError
from services.reporting.domain import Activity, Status
from services.reporting.exports import texts
from services.reporting.exports.job import FAILURES_AT_MOST, Job, Wish
from services.reporting.exports.kinds import Format, Report, State
from services.reporting.exports.making import Made, Making
from services.reporting.exports.rulings import Place, Ruling, RulingsGoneError
from tests.unit.reporting.papers.gathered import NINE, Meeting, told


class House:
    """A meeting with one in doubt, while checkin is gone."""

    def __init__(self, **changes: Any) -> None:
        self.meeting = Meeting(1, **changes)
        self.meeting.come(self.meeting.expect("甲"), status=Status.PENDING_REVIEW, reasons=["FENCE_OUTSIDE"])
        self.asked = 0

    async def get(self, activity_id: bytes) -> Activity:
        """The meeting's."""
        return self.meeting.activity

    async def at(self, activity_id: bytes, occurrence_id: bytes) -> Activity:
        """The meeting's one window."""
        return self.meeting.activity

    async def rulings(self, places: Collection[Place]) -> Mapping[Place, Ruling]:
        """Nobody answers; of nobody nothing is asked."""
        if not places:
            return {}
        self.asked += 1
        raise UnavailableError("checkin does not answer")

    async def make(self, folder: Path, failures: int = 0, form: Format = Format.XLSX) -> Made:
        """An attempt at its register, after so many that failed."""
        sources = (await self.meeting.gathering()).sources._replace(rulings=self.rulings)
        nobody: Any = None
        return await Making(self, nobody, sources, nobody).make(a_job(failures, form), folder, told)


def a_job(failures: int, form: Format) -> Job:
    """A job for a register."""
    wish = Wish(Report.REGISTER, form, activity_id=b"a" * 16)
    return Job(
        *(ids.new_id(), b"o" * 16, b"u" * 16, wish, State.RUNNING, 0, 0, 0, "", failures + 1, failures),
        *(NINE, 0, 0, "", b"", b""),
    )


def said(made: Made, sheet: str, heading: str) -> list[object]:
    """What a column says."""
    rows = python_calamine.CalamineWorkbook.from_path(str(made.path)).get_sheet_by_name(sheet).to_python()
    return [row[rows[0].index(heading)] for row in rows[1:]]


async def test_a_file_waits_for_who_decided_and_is_made_without_at_last(tmp_path: Path) -> None:
    """Four attempts wait; the fifth says of everybody in doubt that nobody can tell."""
    house = House()
    for failures in range(FAILURES_AT_MOST - 1):
        with pytest.raises(RulingsGoneError):
            await house.make(tmp_path, failures)
    made = await house.make(tmp_path, FAILURES_AT_MOST - 1)
    assert said(made, texts.EXCEPTIONS, "处理人") == ["读不到"]
    assert said(made, texts.EXCEPTIONS, "处理意见") == ["生成时读不到处理记录，可稍后重新导出"]
    assert said(made, texts.EXCEPTIONS, "状态") == ["待人工核验"]


async def test_a_table_of_one_sheet_waits_for_nobody(tmp_path: Path) -> None:
    """It does not say who decided."""
    house = House()
    made = await house.make(tmp_path, form=Format.CSV)
    assert (house.asked, made.row_count) == (0, 1)


async def test_a_file_of_what_was_cancelled_says_so(tmp_path: Path) -> None:
    """Over each of its pages; and nobody is missing."""
    house = House(state=4)
    house.meeting.facts.people.clear()
    house.meeting.activity = replace(house.meeting.activity, title="运动会")
    made = await house.make(tmp_path)
    assert said(made, texts.SUMMARY, texts.EXPECTED) == [0]
    assert said(made, texts.DETAIL, texts.ABSENTEES) == [0]
    assert title(made) == "运动会 （已取消） 出勤总表"


def title(made: Made) -> str:
    """What the file is called inside."""
    with zipfile.ZipFile(made.path) as parts:
        core = parts.read("docProps/core.xml").decode()
    return core.partition("<dc:title>")[2].partition("<")[0]
