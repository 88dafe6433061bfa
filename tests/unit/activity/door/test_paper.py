"""What stands on labels and sign sheets: whom, in which order, and when and where."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from domainkit.entry_codes import code_of
from servicekit import ids
from servicekit.clock import SECOND_US
from servicekit.errors import InvalidArgumentError
from services.activity.door.paper import MOST, check, labels_of, sheet_of
from services.activity.door.printing import Label, Row
from services.activity.rosters.entry_rows import Listed
from services.activity.rosters.sealing import Said
from tests.fakes.activity import a_draft

KUNMING = ZoneInfo("Asia/Shanghai")


def listed(name: str, group: str = "", number: str = "") -> Listed:
    """Somebody on a roster."""
    return Listed(ids.new_id(), Said(name, number), group)


def at(*moment: int) -> int:
    """A time in Kunming, in microseconds."""
    return int(datetime(*moment, tzinfo=KUNMING).timestamp()) * SECOND_US  # type: ignore[misc,arg-type]


def test_labels_come_group_by_group() -> None:
    """In the order in which the roster begins with them; who was erased has none."""
    people = [listed("甲", "二班"), listed("乙", "一班"), listed("丙", "二班", "3"), listed(""), listed("丁")]
    made = labels_of(people).labels
    assert [(one.name, one.group) for one in made] == [("甲", "二班"), ("丙", "二班"), ("乙", "一班"), ("丁", "")]
    assert made[1] == Label("丙", "3", "二班", code_of(people[2].entry_id))


@pytest.mark.parametrize(
    ("starts", "ends", "told"),
    [
        ((2026, 9, 1, 8), (2026, 9, 1, 10, 30), "2026年9月1日（周二） 08:00 – 10:30"),
        ((2026, 12, 31, 22), (2027, 1, 1, 0, 5), "2026年12月31日（周四） 22:00 – 2027年1月1日（周五） 00:05"),
    ],
)
def test_a_sheet_says_what_when_and_where(starts: tuple[int, ...], ends: tuple[int, ...], told: str) -> None:
    """In the time zone of the activity; people first, then empty rows."""
    draft = a_draft(ids.new_id(), ids.new_id(), ids.new_id(), starts_at=at(*starts), ends_at=at(*ends))
    sheet = sheet_of(draft, "实验中学", [listed("甲", "一班", "1")], "一班", 2, at(2026, 8, 1))
    assert (sheet.title, sheet.organisation, sheet.time) == ("新生讲座", "实验中学", told)
    assert (sheet.place, sheet.group) == ("图书馆报告厅", "一班")
    assert [*sheet.rows] == [Row("甲", "1", "一班"), Row(), Row()]


def test_of_several_occurrences_the_next_is_meant() -> None:
    """Or the last one, when all are over."""
    first = a_draft(ids.new_id(), ids.new_id(), ids.new_id(), starts_at=at(2026, 9, 1, 8), ends_at=at(2026, 9, 1, 9))
    second = a_draft(ids.new_id(), ids.new_id(), ids.new_id(), starts_at=at(2026, 9, 8, 8), ends_at=at(2026, 9, 8, 9))
    weekly = replace(first, occurrences=(*first.occurrences, *second.occurrences))
    times = [sheet_of(weekly, "", [], None, 0, now).time for now in (at(2026, 9, 1, 8), at(2026, 9, 5), at(2027, 1, 1))]
    assert [time[5:9] for time in times] == ["9月1日", "9月8日", "9月8日"]


def test_a_sheet_without_anybody_is_a_page_to_fill() -> None:
    """However many rows somebody asks for, there are some."""
    draft = a_draft(ids.new_id(), ids.new_id(), ids.new_id(), place=None)
    sheets = [sheet_of(draft, "", [], None, rows, 0) for rows in (0, 5)]
    assert [len(sheet.rows) for sheet in sheets] == [23, 5] and sheets[0].place == ""


def test_too_many_people_are_printed_by_group() -> None:
    """The error names the field and the cure; so does that of a group that is none."""
    groups = [("一班", MOST), ("二班", 1), ("三班", MOST + 1)]
    check(groups, "一班")
    check(groups[:1], None)
    for group in (None, "三班", "四班"):
        with pytest.raises(InvalidArgumentError) as refusal:
            check(groups, group)
        assert [fault.field for fault in refusal.value.fields] == ["group"]
