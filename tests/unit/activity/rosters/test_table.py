"""Rows of what people upload, whatever it says it is."""

import pytest

from services.activity.rosters.table import MAX_BYTES, MAX_MERGED, MAX_ROWS, FileRefusedError, rows
from tests.unit.activity.rosters.sheets import xlsx

TEXT = "姓名,学号\n张三,001\n"
_GROUPED = ((2, (("A", "张三"), ("B", "一班"))), (3, (("A", "李四"), ("B", ""))))
READ = [(1, ["姓名", "学号"]), (2, ["张三", "001"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", " "])
def test_texts_are_read_in_every_usual_way(encoding: str, delimiter: str) -> None:
    """Excel in China writes GBK, others UTF-8 with or without a mark."""
    assert list(rows(TEXT.replace(",", delimiter).encode(encoding))) == READ


def test_a_line_is_where_its_row_begins() -> None:
    """Quoted cells hold delimiters and newlines; empty lines count and say nothing."""
    text = 'name,note\n"Li, Si","two\nlines"\n\nWang,\n'

    assert list(rows(text.encode()))[1:] == [(2, ["Li, Si", "two\nlines"]), (5, ["Wang", ""])]


def test_a_chain_leaves_its_title_out() -> None:
    """A WeChat 接龙 numbers its lines."""
    found = list(rows("#接龙\n周五聚餐\n\n1. 张三\n2、李四 002\n".encode()))

    assert found == [(4, ["姓名", "学号"]), (4, ["张三", ""]), (5, ["李四", "002"])]


def test_a_chain_is_read_line_by_line() -> None:
    """One writes a phone, the next a number, a third the class and what else there is to say."""
    text = "#接龙\n1. 王小明 13800000000\n2. 李小红 2026002\n3. 一班 张伟 会晚到10分钟 不吃辣\n"

    assert [cells for _, cells in rows(text.encode())] == [
        ["姓名", "学号", "手机", "分组", "备注"],
        ["王小明", "", "13800000000", "", ""],
        ["李小红", "2026002", "", "", ""],
        ["张伟", "", "", "一班", "会晚到10分钟 不吃辣"],
    ]


def test_a_note_of_several_lines_is_no_chain() -> None:
    """What somebody counted in one cell of a table leaves the others as they are."""
    text = 'name,note\nLi,"1. early\n2. late"\nWang,\nSun,\n'

    assert [cells for _, cells in rows(text.encode())][1:] == [["Li", "1. early\n2. late"], ["Wang", ""], ["Sun", ""]]


def test_cells_read_as_people_read_them() -> None:
    """A phone as a float has no fraction, a formula is its value, and a line is that of the sheet."""
    cells = [['<c r="A2" t="str"><f>1+1</f><v>张三</v></c>', '<c r="B2"><v>13800000000.0</v></c>']]

    assert list(rows(xlsx(cells, first=2))) == [(2, ["张三", "13800000000"])]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "FILE_EMPTY"),
        (b"\n \n", "FILE_EMPTY"),
        (b"<html><table></table></html>", "FILE_HTML"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "FILE_XLS"),
        (b"PK\x03\x04 cut short", "FILE_DAMAGED"),
        (b"\xff\xff\x00", "FILE_ENCODING"),
        (b"x" * (MAX_BYTES + 1), "FILE_TOO_LARGE"),
        (b"a,b\n" * (MAX_ROWS + 2), "FILE_TOO_LONG"),
        (b"," * 16_000 + b"a", "FILE_TOO_WIDE"),
        (xlsx([]), "FILE_EMPTY"),
        (xlsx([['<c r="A1"><v>1</v></c>', '<c r="XFD1"><v>1</v></c>']]), "FILE_TOO_WIDE"),
        (xlsx([['<c r="A1"><v>1</v></c>']], merged="A1:A2 " * (MAX_MERGED + 1)), "FILE_MERGED"),
        (xlsx([], padding=101 * 2**20), "FILE_TOO_LARGE"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_list_is_refused_with_its_cause(content: bytes, reason: str) -> None:
    """Each with its own reason, which names the cure."""
    with pytest.raises(FileRefusedError) as refused:
        list(rows(content))

    assert refused.value.reason == reason


def test_cells_merged_over_rows_are_said_in_each() -> None:
    """As people read them; those merged over columns are said in the first."""
    cells = [[f'<c r="{column}{line}" t="str"><v>{text}</v></c>' for column, text in pairs] for line, pairs in _GROUPED]

    assert list(rows(xlsx(cells, first=2, merged="B2:B3"))) == [(2, ["张三", "一班"]), (3, ["李四", "一班"])]


@pytest.mark.parametrize("merged", ["A1:B1", "D2:D3", "A8:A9", "B3:B1048576"])
def test_cells_merged_where_nothing_is_said_change_nothing(merged: str) -> None:
    """Above, beside or below what people wrote."""
    cells = [[f'<c r="{column}{line}" t="str"><v>{said}</v></c>' for column, said in row] for line, row in _GROUPED]

    assert list(rows(xlsx(cells, first=2, merged=merged))) == [(2, ["张三", "一班"]), (3, ["李四", ""])]


def test_dates_links_and_errors_are_what_people_see() -> None:
    """A date has no midnight, a link is its text, and an error of Excel's says nothing."""
    cells = [
        [
            '<c r="A1" t="str"><f>HYPERLINK("https://example.com","王五")</f><v>王五</v></c>',
            '<c r="B1" t="d"><v>2026-09-01T00:00:00</v></c>',
            '<c r="C1" t="e"><v>#N/A</v></c>',
            '<c r="D1"><v>0.5</v></c>',
        ]
    ]

    assert list(rows(xlsx(cells))) == [(1, ["王五", "2026-09-01", "", "0.5"])]
