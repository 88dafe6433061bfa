"""Files of tables, and tables as CSV: what a spreadsheet opens as it is meant, and nothing that it would calculate."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from services.reporting.exports.columns import Cell, Column

_MARK = "\ufeff"
# Where a cell would be calculated: at its beginning, whatever is not seen there; and behind a semicolon, a tab or
# the end of a line, since what splits lines there begins another cell. Excel takes full-width forms for the same.
# Source: https://owasp.org/www-community/attacks/CSV_Injection
_CALCULATED = re.compile(r"(?:^|(?<=.[;\t\r\n]))(?=[\s\u200b-\u200f\u2060\ufeff\"]*[=+\-@＝＋－＠]|[\t\r])", re.DOTALL)


class Counts(NamedTuple):
    """Numbers to look at as bars, and shares as a line over them.

    Attributes:
        title: Of the picture.
        by: By what is counted.
        heading: What is counted.
        counts: In order.
        share: What shares are called; empty: there are none.
        shares: One for each; None where there is none.
    """

    title: str
    by: str
    heading: str
    counts: Sequence[tuple[str, int]]
    share: str = ""
    shares: Sequence[float | None] = ()


class Sheet(Protocol):
    """A table of a file."""

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Adds rows.

        Raises:
            WishNotMadeError: There are more than a sheet holds.
            OSError: The disk is full, or gone.
        """

    def sum_up(self, row: Sequence[Cell]) -> None:
        """Adds the last row, which is no row of the table: what the others come to."""


class Book(Protocol):
    """A file of tables."""

    def sheet(self, name: str, columns: Sequence[Column], nothing: str = "") -> Sheet:
        """Begins a table; tables may be written in turn.

        Args:
            nothing: What people read where no row is written.
        """

    def chart(self, counts: Counts) -> None:
        """Adds a picture, where the file can hold one and there is anything to see."""

    def close(self) -> None:
        """Ends the file; may take seconds. Raises OSError."""


class _Nothing:
    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        """A file of one table has room for no other."""

    def sum_up(self, row: Sequence[Cell]) -> None:
        """Nor for what it comes to."""


class CsvBook:
    """The first table that is marked as the main one; others are left out."""

    def __init__(self, path: Path, main: str) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._main = main

    def sheet(self, name: str, columns: Sequence[Column], nothing: str = "") -> Sheet:
        """See `Book`; whatever reads a CSV takes every line for a row, so there is none for nothing."""
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

    def sum_up(self, row: Sequence[Cell]) -> None:
        """Whatever reads a CSV takes every line for a row, and would count it twice."""


def _harmless(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, float):
        return f"{cell:.4f}"
    if isinstance(cell, str):
        return cell if cell.isalnum() else _CALCULATED.sub("'", cell)
    return "" if cell is None else str(cell)
