"""Rows of a sheet: what XlsxWriter writes of the same cells, and nothing that a text could smuggle in."""

import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import python_calamine
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from services.reporting.exports.columns import Cell
from services.reporting.exports.xlsx_rows import RowSheet
from tests.unit.reporting.exports.tables import AT, NASTY

TEXTS = [
    *NASTY,
    "王小明",
    "a & b < c > d",
    "\"'",
    " 前",
    "后 ",
    "行\n",
    "_x0041_",
    "_x_",
    "\x00\x1f\x7f",
    "\ufffe\uffff",
]
NUMBERS = [0, 7, -3, 0.1, 2 / 3, 1e20, 123_456_789_012]
TIMES = [AT, datetime(2026, 9, 1), datetime(2026, 12, 31, 23, 59, 59, 999_999), datetime(1970, 1, 1, 8)]
ROWS: list[list[Cell]] = [[text, number, at, None, ""] for text in TEXTS for number in NUMBERS for at in TIMES]
Write = Callable[[Any, int, int, Sequence[Cell], Sequence[Any]], None]


def _whole(sheet: RowSheet, row: int, points: int, cells: Sequence[Cell], styles: Sequence[Any]) -> None:
    sheet.add_row(row, points, zip(cells, styles, strict=True))


def _each(sheet: Worksheet, row: int, points: int, cells: Sequence[Cell], styles: Sequence[Any]) -> None:
    sheet.set_row(row, points)
    for column, (cell, style) in enumerate(zip(cells, styles, strict=True)):
        if isinstance(cell, str) and cell:
            sheet.write_string(row, column, cell, style)
        elif isinstance(cell, datetime):
            sheet.write_datetime(row, column, cell, style)
        elif isinstance(cell, int | float):
            sheet.write_number(row, column, cell, style)


def _made(path: Path, kind: type[Worksheet], write: Write, rows: Sequence[Sequence[Cell]]) -> str:
    """The XML of a sheet with a head, rows of two heights, and a line below them."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
    sheet = book.add_worksheet("表", kind)
    sheet.set_default_row(18)
    styles = [book.add_format({"align": align}) for align in ("left", "center", "right", "fill", "justify")]
    for column, style in enumerate(styles):
        sheet.write_string(0, column, "表头", style)
    for number, cells in enumerate(rows, 1):
        write(sheet, number, 18 if number % 3 else 33, cells, styles)
    sheet.write_string(len(rows) + 1, 0, "合计")
    book.close()
    with zipfile.ZipFile(path) as parts:
        return parts.read("xl/worksheets/sheet1.xml").decode()


def test_rows_are_what_xlsxwriter_writes_of_the_same_cells(tmp_path: Path) -> None:
    """Byte by byte: texts of every kind, numbers, times, cells without anything, and rows of their own height."""
    ours, theirs = _made(tmp_path / "a", RowSheet, _whole, ROWS), _made(tmp_path / "b", Worksheet, _each, ROWS)
    assert ours.split("<row ") == theirs.split("<row ")


@pytest.mark.parametrize("text", ["<r><t>红</t></r>", "<r></c></sheetData></r>", "长" * 40_000, "👧" * 20_000])
def test_a_text_is_neither_markup_nor_longer_than_a_cell(text: str, tmp_path: Path) -> None:
    """XlsxWriter would take the first two for XML of its own; Excel opens no file with the others."""
    _made(tmp_path / "a", RowSheet, _whole, [[text, 1, AT, "之后", None]])
    read = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "a")).get_sheet_by_index(0).to_python()
    assert read[1][0] == text[:16_383] and read[1][3] == "之后"
