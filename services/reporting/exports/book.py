"""Files of tables: what a spreadsheet opens as it is meant, and nothing that it would calculate."""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import xlsxwriter

from services.reporting.exports.columns import Cell, Column, Kind
from services.reporting.exports.errors import WishNotMadeError

# What a sheet of Excel holds.
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
_MARK = "\ufeff"
# Source: https://owasp.org/www-community/attacks/CSV_Injection, and full-width forms, which Excel takes for the same.
_CALCULATED = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FORMATS = {Kind.TIME: "yyyy-mm-dd hh:mm:ss", Kind.SHARE: "0.0%", Kind.NUMBER: "0"}


class Counts(NamedTuple):
    """Numbers to look at as bars.

    Attributes:
        title: Of the picture.
        heading: What is counted.
        counts: By what; in order.
    """

    title: str
    heading: str
    counts: Sequence[tuple[str, int]]


class Sheet(Protocol):
    """A table of a file."""

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Adds rows.

        Raises:
            WishNotMadeError: There are more than a sheet holds.
            OSError: The disk is full, or gone.
        """


class Book(Protocol):
    """A file of tables."""

    def sheet(self, name: str, columns: Sequence[Column]) -> Sheet:
        """Begins a table; tables may be written in turn."""

    def chart(self, counts: Counts) -> None:
        """Adds a picture, where the file can hold one."""

    def close(self) -> None:
        """Ends the file; may take seconds. Raises OSError."""


class _Nothing:
    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        """A file of one table has room for no other."""


class CsvBook:
    """The first table that is marked as the main one; others are left out."""

    def __init__(self, path: Path, main: str) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._main = main

    def sheet(self, name: str, columns: Sequence[Column]) -> Sheet:
        """See `Book`."""
        if name != self._main:
            return _Nothing()
        self._file.write(_MARK)
        sheet = _CsvSheet(csv.writer(self._file))
        sheet.write([[column.heading for column in columns]])
        return sheet

    def chart(self, counts: Counts) -> None:
        """There is no room for one."""

    def close(self) -> None:
        """See `Book`."""
        self._file.close()


class _CsvSheet:
    def __init__(self, writer: Any) -> None:
        self._writer = writer

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        self._writer.writerows([_harmless(cell) for cell in row] for row in rows)


def _harmless(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, float):
        return f"{cell:.4f}"
    if isinstance(cell, str) and cell.startswith(_CALCULATED):
        return f"'{cell}"
    return "" if cell is None else str(cell)


class XlsxBook:
    """Tables with typed cells, a head that stays, and filters; one row of each is in memory at once."""

    def __init__(self, path: Path, folder: Path) -> None:
        self._book = xlsxwriter.Workbook(str(path), {**_OPTIONS, "tmpdir": str(folder)})
        self._head = self._book.add_format(
            {"bold": True, "bg_color": "#E8EEF9", "border": 1, "border_color": "#C9D3E6"}
        )
        self._formats = {kind: self._book.add_format({"num_format": form}) for kind, form in _FORMATS.items()}
        self._sheets: list[_XlsxSheet] = []

    def sheet(self, name: str, columns: Sequence[Column]) -> Sheet:
        """See `Book`."""
        if len(columns) > MOST_COLUMNS:
            raise WishNotMadeError("TOO_MANY_COLUMNS")
        made = self._book.add_worksheet(name)
        for index, column in enumerate(columns):
            made.set_column(index, index, column.width, self._formats.get(column.kind))
            made.write_string(0, index, column.heading, self._head)
        made.freeze_panes(1, 0)
        sheet = _XlsxSheet(made, columns, self._formats)
        self._sheets.append(sheet)
        return sheet

    def chart(self, counts: Counts) -> None:
        """See `Book`."""
        sheet = self.sheet(counts.title, [Column("", width=20), Column(counts.heading, Kind.NUMBER)])
        sheet.write(counts.counts)
        chart = self._book.add_chart({"type": "bar"})
        last = len(counts.counts)
        chart.add_series(
            {
                "name": counts.heading,
                "categories": [counts.title, 1, 0, last, 0],
                "values": [counts.title, 1, 1, last, 1],
                "data_labels": {"value": True},
                "fill": {"color": "#2F6FED"},
                "gap": 60,
            }
        )
        chart.set_title({"name": counts.title})
        chart.set_legend({"none": True})
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis({"major_gridlines": {"visible": True, "line": {"color": "#E5E7EB"}}, "num_format": "0"})
        self._book.add_chartsheet(f"{counts.title}图").set_chart(chart)

    def close(self) -> None:
        """See `Book`."""
        for sheet in self._sheets:
            sheet.end()
        try:
            self._book.close()
        except xlsxwriter.exceptions.FileCreateError as error:
            raise OSError(str(error)) from error


class _XlsxSheet:
    def __init__(self, sheet: Any, columns: Sequence[Column], formats: dict[Kind, Any]) -> None:
        self._sheet = sheet
        self._columns = len(columns)
        self._time = formats[Kind.TIME]
        self._formats = [formats.get(column.kind) for column in columns]
        self._row = 1

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        sheet = self._sheet
        for row in rows:
            if self._row >= MOST_ROWS:
                raise WishNotMadeError("TOO_MANY_ROWS")
            number = self._row
            for index, cell in enumerate(row):
                if isinstance(cell, str):
                    if cell:
                        sheet.write_string(number, index, cell)
                elif isinstance(cell, datetime):
                    sheet.write_datetime(number, index, cell, self._time)
                elif cell is not None:
                    sheet.write_number(number, index, cell, self._formats[index])
            self._row += 1

    def end(self) -> None:
        self._sheet.autofilter(0, 0, max(1, self._row - 1), self._columns - 1)
