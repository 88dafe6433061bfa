"""Writes a roster as a file, in a process of its own: fifty thousand rows take seconds.

What people wrote stays text: in xlsx cells are strings, and in csv what a spreadsheet would take for a formula begins
with an apostrophe, which `table.py` takes away again.
"""

import csv
import io
import sys
from collections.abc import Sequence
from typing import Literal

import msgspec
from xlsxwriter import Workbook

from servicekit import apart
from servicekit.errors import UnavailableError
from services.activity.rosters.table import FORMULA

TIME_LIMIT_S = 60.0
_MODULE = "services.activity.rosters.writing"

Format = Literal["xlsx", "csv"]


class Writing(msgspec.Struct, frozen=True):
    """What to write, headings first."""

    format: Format
    rows: list[list[str]]


async def write(kind: Format, rows: Sequence[Sequence[str]], time_limit_s: float = TIME_LIMIT_S) -> bytes:
    """The bytes of a file with these rows.

    Raises:
        UnavailableError: It took too long, or failed.
    """
    asked = msgspec.json.encode({"format": kind, "rows": rows})
    try:
        code, content = await apart.run(_MODULE, asked, time_limit_s)
    except TimeoutError:
        code, content = 1, b""
    if code:
        raise UnavailableError("the file could not be written; try again", retry_after_s=5)
    return content


def _written(asked: Writing) -> bytes:
    return _xlsx(asked.rows) if asked.format == "xlsx" else _csv(asked.rows)


def _xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    content = io.BytesIO()
    with Workbook(content, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for line, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                sheet.write_string(line, column, cell)
    return content.getvalue()


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    content = io.StringIO(newline="")
    csv.writer(content).writerows([f"'{cell}" if FORMULA.match(cell) else cell for cell in cells] for cells in rows)
    # With the mark Excel reads it as UTF-8.
    return content.getvalue().encode("utf-8-sig")


if __name__ == "__main__":
    sys.stdout.buffer.write(_written(msgspec.json.decode(sys.stdin.buffer.read(), type=Writing)))
