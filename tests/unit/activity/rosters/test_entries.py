"""People of a list, and what is wrong with a row."""

import pytest

from services.activity.rosters.entries import MAX_CHARACTERS, MAX_EXTRA, BadRow, Entry, people
from services.activity.rosters.table import FileRefusedError


def test_headings_say_what_a_column_is() -> None:
    """In Chinese and English; what is not known is an extra column."""
    rows = [
        (1, ["姓名", "工号", "Phone", "分组", "备注", "座位"]),
        (2, ["张三", "1", "+86 138-0000-0000", "A", "x", "7"]),
    ]

    assert list(people(rows)) == [Entry(2, "张三", "1", "13800000000", "A", "x", {"座位": "7"})]


@pytest.mark.parametrize("cells", [["张三", "001"], ["001", "张三"]])
def test_two_columns_need_no_headings(cells: list[str]) -> None:
    """The one with digits is the number, on whichever side it stands."""
    assert list(people([(1, cells)])) == [Entry(1, "张三", "001")]


def test_a_bad_row_is_left_out_and_the_good_ones_stay() -> None:
    """Line, column and cause of each; two people of one name are two."""
    rows = [["", "1", ""], ["张三", "2", "12"], ["张三", "3", ""], ["张三", "4", ""], ["李四", "4", ""]]
    rows.append(["长" * (MAX_CHARACTERS + 1), "5", ""])
    bad = [BadRow(2, 1, "NAME_MISSING"), BadRow(3, 3, "PHONE_MALFORMED")]
    worse = [BadRow(6, 2, "NUMBER_TWICE"), BadRow(7, 1, "CELL_TOO_LONG")]

    found = list(people([(1, ["姓名", "学号", "手机"]), *enumerate(rows, 2)]))

    assert found == [*bad, Entry(4, "张三", "3"), Entry(5, "张三", "4"), *worse]


@pytest.mark.parametrize("many", [MAX_EXTRA, MAX_EXTRA + 1])
def test_eight_extra_columns_are_kept(many: int) -> None:
    """With one more the file is refused, and nothing gets lost unseen."""
    extra = [f"x{n}" for n in range(many)]
    found = people([(1, ["name", *extra]), (2, ["Li", *extra])])

    if many > MAX_EXTRA:
        with pytest.raises(FileRefusedError, match="eight"):
            list(found)
    else:
        assert list(found) == [Entry(2, "Li", extra=dict(zip(extra, extra, strict=True)))]


def test_a_cell_without_a_heading_is_told() -> None:
    """A chain whose second line says more than its first loses nothing unseen."""
    assert list(people([(1, ["张三"]), (2, ["李四", "002"])])) == [Entry(1, "张三"), BadRow(2, 2, "HEADING_MISSING")]


@pytest.mark.parametrize("cells", [["学号", "手机"], ["a", "b", "c"]])
def test_a_list_without_names_is_refused(cells: list[str]) -> None:
    """Nobody can be expected without a name."""
    with pytest.raises(FileRefusedError, match="姓名"):
        list(people([(1, cells)]))
