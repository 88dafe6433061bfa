"""Files of tables, read back."""

import csv
import io
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
import python_calamine

from services.reporting.exports import book as books
from services.reporting.exports.book import Counts, CsvBook, XlsxBook
from services.reporting.exports.columns import Column, Kind
from services.reporting.exports.errors import WishNotMadeError

COLUMNS = [Column("姓名"), Column("时间", Kind.TIME), Column("人数", Kind.NUMBER), Column("率", Kind.SHARE)]
AT = datetime(2026, 9, 1, 8, 30, 5)
FORMULAS = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x"]
NASTY = [*FORMULAS, 'a"b,c\nd', "👨\u200d👩\u200d👧", "\u202eabc", "长" * 200]


@pytest.mark.parametrize("text", NASTY)
def test_nothing_in_a_csv_is_calculated(tmp_path: Path, text: str) -> None:
    """What a spreadsheet would take for a formula has a mark before it; everything else is as it was."""
    book = CsvBook(tmp_path / "file", "表")
    book.sheet("表", COLUMNS[:1]).write([[text]])
    book.close()
    content = (tmp_path / "file").read_bytes().decode()
    assert content.startswith("\ufeff")
    [head, [cell]] = csv.reader(io.StringIO(content[1:], newline=""))
    assert head == ["姓名"]
    assert cell.removeprefix("'") == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))


def test_a_csv_has_one_table(tmp_path: Path) -> None:
    """The main one; times, shares and nothing read well."""
    book = CsvBook(tmp_path / "file", "表")
    book.sheet("别的", COLUMNS).write([["x", None, 1, None]])
    book.sheet("表", COLUMNS).write([["甲", AT, 3, 0.5], ["乙", None, None, None]])
    book.chart(Counts("图", "人数", [("a", 1)]))
    book.close()
    rows = [*csv.reader(io.StringIO((tmp_path / "file").read_text("utf-8-sig")))]
    assert rows[1:] == [["甲", "2026-09-01 08:30:05", "3", "0.5000"], ["乙", "", "", ""]]


def test_an_xlsx_has_typed_cells_and_texts_that_stay_texts(tmp_path: Path) -> None:
    """Tables may be written in turn; formulas and links are text, and the head stays with its filters."""
    book = XlsxBook(tmp_path / "file", tmp_path)
    first, second = book.sheet("表", COLUMNS), book.sheet("另", COLUMNS[:1])
    for number, text in enumerate([*NASTY, "https://example.com"]):
        first.write([[text, AT, number, 0.25]])
        second.write([[text]])
    book.chart(Counts("统计", "人数", [("到", 2), ("未到", 1)]))
    book.close()
    read = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "file"))
    rows = read.get_sheet_by_name("表").to_python()
    texts = [str(row[0]).replace("\r", "\n") for row in rows[1:]]
    assert texts == [*(text.replace("\r", "\n") for text in NASTY), "https://example.com"]
    assert rows[1][1:] == [AT, 0, 0.25]
    assert len(read.get_sheet_by_name("另").to_python()) == len(rows)
    parts = zipfile.ZipFile(tmp_path / "file")
    sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "hyperlink" not in sheet
    assert 'state="frozen"' in sheet and f'<autoFilter ref="A1:D{len(rows)}"/>' in sheet
    assert "xl/chartsheets/sheet1.xml" in parts.namelist()


def test_more_than_a_sheet_holds_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than cut off."""
    monkeypatch.setattr(books, "MOST_ROWS", 3)
    book = XlsxBook(tmp_path / "file", tmp_path)
    sheet = book.sheet("表", COLUMNS[:1])
    sheet.write([["甲"], ["乙"]])
    with pytest.raises(WishNotMadeError, match="TOO_MANY_ROWS"):
        sheet.write([["丙"]])
    with pytest.raises(WishNotMadeError, match="TOO_MANY_COLUMNS"):
        book.sheet("宽", [Column("x")] * (books.MOST_COLUMNS + 1))
    book.close()
