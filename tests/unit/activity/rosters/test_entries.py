"""People of a list, and what is wrong with a row."""

import pytest

from services.activity.rosters.entries import MAX_CHARACTERS, MAX_EXTRA, BadRow, Column, Entry, people
from services.activity.rosters.table import FileRefusedError


def test_headings_say_what_a_column_is() -> None:
    """In Chinese and English; what is not known is an extra column."""
    rows = [
        (1, ["姓名", "工号", "Phone", "分组", "备注", "座位"]),
        (2, ["张三", "1", "+86 138-0000-0000", "A", "x", "7"]),
    ]

    assert list(people(rows)[1]) == [Entry(2, "张三", "1", "13800000000", "A", "x", {"座位": "7"})]


@pytest.mark.parametrize("cells", [["张三", "001"], ["001", "张三"]])
def test_two_columns_need_no_headings(cells: list[str]) -> None:
    """The one with digits is the number, on whichever side it stands."""
    assert list(people([(1, cells)])[1]) == [Entry(1, "张三", "001")]


def test_a_bad_row_is_left_out_and_the_good_ones_stay() -> None:
    """Line, column and cause of each; two people of one name are two."""
    rows = [["", "1", ""], ["张三", "2", "12"], ["张三", "3", ""], ["张三", "4", ""], ["李四", "4", ""]]
    rows.append(["长" * (MAX_CHARACTERS + 1), "5", ""])
    bad = [BadRow(2, 1, "NAME_MISSING"), BadRow(3, 3, "PHONE_MALFORMED")]
    worse = [BadRow(6, 2, "NUMBER_TWICE"), BadRow(7, 1, "CELL_TOO_LONG")]

    found = list(people([(1, ["姓名", "学号", "手机"]), *enumerate(rows, 2)])[1])

    assert found == [*bad, Entry(4, "张三", "3"), Entry(5, "张三", "4"), *worse]


@pytest.mark.parametrize("many", [MAX_EXTRA, MAX_EXTRA + 1])
def test_eight_extra_columns_are_kept(many: int) -> None:
    """With one more the file is refused, and nothing gets lost unseen."""
    extra = [f"x{n}" for n in range(many)]
    rows = [(1, ["name", *extra]), (2, ["Li", *extra])]

    if many > MAX_EXTRA:
        with pytest.raises(FileRefusedError, match="FILE_EXTRA"):
            people(rows)
    else:
        assert list(people(rows)[1]) == [Entry(2, "Li", extra=dict(zip(extra, extra, strict=True)))]


def test_a_chain_whose_second_line_says_more_is_read_whole() -> None:
    """The widest of the first ten lines says what there is; what comes later is told, and not lost unseen."""
    rows = [(1, ["张三"]), (2, ["李四", "002"])]
    assert list(people(rows)[1]) == [Entry(1, "张三"), Entry(2, "李四", "002")]

    names = [(line, ["张三"]) for line in range(1, 12)]
    assert list(people([*names, (12, ["李四", "002"])])[1])[-1] == BadRow(12, 2, "HEADING_MISSING")


@pytest.mark.parametrize("cells", [["学号", "手机"], ["a", "b", "c"]])
def test_a_list_without_names_is_refused(cells: list[str]) -> None:
    """Nobody can be expected without a name."""
    with pytest.raises(FileRefusedError, match="FILE_HEADINGS"):
        people([(1, cells)])


def test_columns_are_told_and_what_stands_above_them_is_passed_over() -> None:
    """Schools write a title above their lists."""
    columns, found = people([(1, ["2026 级名单", "", ""]), (2, ["序号", "姓名", ""]), (3, ["1", "张三", ""])])

    assert columns == [Column("序号", "extra"), Column("姓名", "name"), Column("", "")]
    assert list(found) == [Entry(3, "张三", extra={"序号": "1"})]


def test_one_person_twice_is_told_where_there_are_no_numbers() -> None:
    """By name and phone together; a family shares a phone."""
    rows = [["张三", "13800000000"], ["张四", "13800000000"], ["张三", "138 0000 0000"]]

    found = list(people([(1, ["姓名", "手机"]), *enumerate(rows, 2)])[1])

    assert found[2] == BadRow(4, 1, "PERSON_TWICE") and len(found) == 3


def test_what_would_change_the_text_around_it_is_left_out() -> None:
    """A newline in a cell is a blank; a turned direction is no name."""
    rows = [(1, ["姓名", "备注"]), (2, ["张三", "第一\n排"]), (3, ["\u202e四李", ""])]

    assert list(people(rows)[1]) == [Entry(2, "张三", note="第一 排"), BadRow(3, 1, "CELL_UNPLAIN")]
