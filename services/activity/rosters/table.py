"""From the bytes of a file, or a pasted text, to rows of text with the line where each stands."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import NoReturn

from python_calamine import CalamineError, CalamineWorkbook

from servicekit.errors import InvalidArgumentError

MAX_BYTES = 10 * 2**20
MAX_INFLATED_BYTES = 100 * 2**20
MAX_ROWS = 50_000
MAX_COLUMNS = 64

_CURES = {
    "FILE_TOO_LARGE": "the file is too large; split it",
    "FILE_TOO_WIDE": f"the sheet has more than {MAX_COLUMNS} columns; delete those that nobody needs",
    "FILE_TOO_LONG": f"the file has more than {MAX_ROWS} rows; split it",
    "FILE_EMPTY": "the file has no rows; is the list on the first sheet?",
    "FILE_DAMAGED": "the file cannot be opened; save it once more as .xlsx or .csv",
    "FILE_XLS": "this is an old .xls; save it as .xlsx",
    "FILE_HTML": "this is a web page under another name; open it and save it as .xlsx",
    "FILE_ENCODING": "the text is neither UTF-8 nor GB18030; save it as UTF-8",
    "FILE_EXTRA": "more than eight columns are neither name, number, phone, group nor note; delete some",
    "FILE_HEADINGS": "no column is headed by a name; write 姓名 or name above the names",
}
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_BREAKS = re.compile(r"\r\n?|\n")
_NUMBERED = re.compile(r"\s*\d+\s*[.、．][ \t]*(?=\D)(?P<rest>.*\S)")

Row = tuple[int, list[str]]


class FileRefusedError(InvalidArgumentError):
    """Nothing of the file can be read; the reason is one of `FILE_*`, and the text names the cure."""

    def __init__(self, reason: str) -> None:
        super().__init__(_CURES[reason], reason=reason)


def rows(content: bytes) -> Iterator[Row]:
    """Rows that say anything, in order, with the line from 1.

    Raises:
        FileRefusedError: Too large, too wide, too long, empty, damaged, or of another kind.
    """
    if len(content) > MAX_BYTES:
        _refuse("FILE_TOO_LARGE")
    found = 0
    for line, cells in _sheet(content) if content.startswith(b"PK") else _text(content):
        if not any(cells):
            continue
        found += 1
        # One more for the headings.
        if found > MAX_ROWS + 1:
            _refuse("FILE_TOO_LONG")
        if len(cells) > MAX_COLUMNS:
            _refuse("FILE_TOO_WIDE")
        yield line, cells
    if not found:
        _refuse("FILE_EMPTY")


def _refuse(reason: str) -> NoReturn:
    raise FileRefusedError(reason)


def _sheet(content: bytes) -> Iterator[Row]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            inflated = sum(member.file_size for member in packed.infolist())
        if inflated > MAX_INFLATED_BYTES:
            _refuse("FILE_TOO_LARGE")
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    except (CalamineError, zipfile.BadZipFile):
        _refuse("FILE_DAMAGED")
    if sheet.width > MAX_COLUMNS:
        _refuse("FILE_TOO_WIDE")
    first = sheet.start[0] + 1 if sheet.start else 1
    for line, cells in enumerate(sheet.to_python(), first):
        yield line, [_said(cell) for cell in cells]


def _said(cell: object) -> str:
    """A cell as people read it: no `.0` behind a whole number, no midnight behind a date."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        whole = cell.time() == datetime.min.time()
        return cell.date().isoformat() if whole else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


def _text(content: bytes) -> Iterator[Row]:
    if content.startswith(_OLD_EXCEL):
        _refuse("FILE_XLS")
    text = _decoded(content)
    if text.lstrip().startswith("<"):
        _refuse("FILE_HTML")
    numbered = list(_chain(text))
    return iter(numbered) if len(numbered) > 1 else _separated(text)


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    _refuse("FILE_ENCODING")


def _chain(text: str) -> Iterator[Row]:
    """The numbered lines of a WeChat 接龙: what stands above them is its title."""
    for line, said in enumerate(_BREAKS.split(text), 1):
        if found := _NUMBERED.fullmatch(said.rstrip()):
            yield line, re.split(r"[\s,，]+", found["rest"])


def _separated(text: str) -> Iterator[Row]:
    first = next((line for line in _BREAKS.split(text) if line.strip()), "")
    delimiter = max("\t,;，|", key=first.count)
    if delimiter not in first:
        delimiter = " "
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    line = 1
    try:
        for cells in lines:
            yield line, [cell.strip() for cell in cells]
            line = lines.line_num + 1
    except csv.Error:
        _refuse("FILE_DAMAGED")
