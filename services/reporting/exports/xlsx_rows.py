"""Rows of a sheet in one look at each cell, where XlsxWriter keeps cells and looks at each some twenty times.

The bytes are the same (`tests/unit/reporting/exports/test_xlsx_rows.py`), save that no text is taken for markup.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell_fast
from xlsxwriter.worksheet import Worksheet

from services.reporting.exports.columns import Cell

# Excel counts days as if 1900 were a leap year.
_EPOCH, _DAY_S = datetime(1899, 12, 30), 86_400
# What is written otherwise than it reads: to XML, to Excel, and where it stands at an end.
_ODD = re.compile(r"[&<>\x00-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_|^\s|\s$")
# Excel takes 32,767 units of UTF-16 in a cell, and a character may be two.
_CHARACTERS_AT_MOST = 16_383


class RowSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter has no types that mypy would take.
    """A sheet of a workbook in constant memory that takes whole rows."""

    def add_row(self, row: int, points: int, cells: Iterable[tuple[Cell, Any]]) -> None:
        """Writes a row below whatever there is.

        Args:
            points: How high it is.
            cells: From the left, each with its format.
        """
        written = [self._xml(row, column, *cell) for column, cell in enumerate(cells)]
        self._check_dimensions(row, len(written) - 1)
        self._write_single_row(row)
        self.fh.write(f'<row r="{row + 1}" ht="{points}" customHeight="1">{"".join(written)}</row>')

    def _xml(self, row: int, column: int, cell: Cell, style: Any) -> str:
        if cell is None or cell == "":
            return ""
        head = f'<c r="{xl_rowcol_to_cell_fast(row, column)}" s="{style._get_xf_index()}"'
        if isinstance(cell, str):
            return f'{head} t="inlineStr"><is>{self._text(cell[:_CHARACTERS_AT_MOST])}</is></c>'
        return f"{head}><v>{_days(cell) if isinstance(cell, datetime) else cell:.16G}</v></c>"

    def _text(self, text: str) -> str:
        if not _ODD.search(text):
            return f"<t>{text}</t>"
        text = self._escape_control_characters(text)
        space = "" if text == text.strip() else ' xml:space="preserve"'
        return f"<t{space}>{self._escape_data(text)}</t>"


def _days(at: datetime) -> float:
    since = at - _EPOCH
    return since.days + (since.seconds + since.microseconds / 1e6) / _DAY_S
