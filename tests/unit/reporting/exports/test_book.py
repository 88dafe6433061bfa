"""Tables as CSV, read back."""

import csv
import io
import re
from pathlib import Path

import pytest

from services.reporting.exports.book import Counts, CsvBook
from tests.unit.reporting.exports.tables import AT, COLUMNS, NASTY


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


@pytest.mark.parametrize("text", ["王;=1+1", '王;"=1+1', "王\t@x", "王\n=1+1", "王; \u200b＋1"])
def test_no_other_separator_begins_a_formula(tmp_path: Path, text: str) -> None:
    """Where a spreadsheet splits lines at semicolons or tabs, a name would be two cells."""
    book = CsvBook(tmp_path / "file", "表")
    book.sheet("表", COLUMNS[:1]).write([[text], ["张三; 李四"]])
    book.close()
    [_, [cell], [plain]] = csv.reader(io.StringIO((tmp_path / "file").read_text("utf-8-sig"), newline=""))
    cells = re.split("[;\t\n]", cell)
    assert len(cells) == 2 and cells[1].startswith("'")
    assert (cell.replace("'", ""), plain) == (text, "张三; 李四")


def test_a_csv_has_one_table(tmp_path: Path) -> None:
    """The main one; times, shares and nothing read well, and what rows come to is no row."""
    book = CsvBook(tmp_path / "file", "表")
    book.sheet("别的", COLUMNS).write([["x", None, 1, None]])
    sheet = book.sheet("表", COLUMNS, "没有人")
    sheet.write([["甲", AT, 3, 0.5], ["乙", None, None, None]])
    sheet.sum_up(["合计", None, 3, 0.5])
    book.chart(Counts("图", "状态", "人数", [("a", 1)]))
    book.close()
    rows = [*csv.reader(io.StringIO((tmp_path / "file").read_text("utf-8-sig")))]
    assert rows[1:] == [["甲", "2026-09-01 08:30:05", "3", "0.5000"], ["乙", "", "", ""]]
