"""From the bytes of a file, or a pasted text, to rows of text with the line where each stands."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NoReturn

from python_calamine import CalamineError, CalamineWorkbook

MAX_BYTES = 10 * 2**20
MAX_INFLATED_BYTES = 100 * 2**20
MAX_ROWS = 50_000
MAX_COLUMNS = 64
MAX_MERGED = 1000
# A list is a chain when so many of its lines, from the first numbered one on, are.
_CHAINED = 0.8

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_BREAKS = re.compile(r"\r\n?|\n")
_NUMBERED = re.compile(r"\s*\d+\s*[.、．][ \t]*(?=\D)(?P<rest>.*\S)")
# What a piece of a chained line is, by its looks: the first that fits.
_PIECES = {
    "手机": re.compile(r"(?:\+?86)?1\d{10}"),
    "学号": re.compile(r"[A-Za-z\d-]*\d[A-Za-z\d-]*"),
    "分组": re.compile(r".+[班组队部]"),
    "姓名": re.compile(r".+"),
}
_HEADINGS = ("姓名", "学号", "手机", "分组", "备注")

# What a spreadsheet may take for the beginning of a formula; the last four are full-width.
FORMULA = re.compile(r"[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")

Row = tuple[int, list[str]]


class FileRefusedError(Exception):
    """Nothing of the file can be read; the reason is one of `FILE_*`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


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
    top, left = sheet.start or (0, 0)
    found = [[_said(cell) for cell in cells] for cells in sheet.to_python()]
    merged = sheet.merged_cell_ranges or ()
    if len(merged) > MAX_MERGED:
        _refuse("FILE_MERGED")
    for (first, column), (last, _) in merged:
        if first >= top and left <= column < left + sheet.width:
            _fill(found, column - left, first - top, last - top)
    yield from enumerate(found, top + 1)


def _fill(found: list[list[str]], column: int, first: int, last: int) -> None:
    """Says in each row what cells say that are merged over several: so people read them."""
    if first < len(found) and (said := found[first][column]):
        for cells in found[first + 1 : last + 1]:
            cells[column] = said


def _said(cell: object) -> str:
    """A cell as people read it: no `.0` behind a whole number, no midnight behind a date.

    A formula and a link are what they show; an error of Excel's, such as #N/A, is empty.
    """
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
    return _headed(numbered) if _is_chain(text, numbered := list(_chain(text))) else _separated(text)


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


def _is_chain(text: str, numbered: Sequence[Row]) -> bool:
    """Whether nearly all lines are numbered: a note in a table may be a list, too."""
    if len(numbered) < 2:
        return False
    lines = _BREAKS.split(text)[numbered[0][0] - 1 :]
    return len(numbered) >= _CHAINED * sum(bool(line.strip()) for line in lines)


def _headed(numbered: Sequence[Row]) -> Iterator[Row]:
    """A chain as a table: everybody writes what they like, so each line is read by itself."""
    people = [(line, _told(pieces)) for line, pieces in numbered]
    headings = [heading for heading in _HEADINGS if any(heading in told for _, told in people)]
    yield numbered[0][0], headings
    yield from ((line, [told.get(heading, "") for heading in headings]) for line, told in people)


def _told(pieces: Sequence[str]) -> dict[str, str]:
    """What a chained line says under which heading; what comes a second time is a note."""
    told: dict[str, str] = {}
    for piece in pieces:
        looks = next(heading for heading, shape in _PIECES.items() if shape.fullmatch(piece))
        heading = "备注" if looks in told else looks
        told[heading] = f"{told.get(heading, '')} {piece}".strip()
    return told


def _separated(text: str) -> Iterator[Row]:
    first = next((line for line in _BREAKS.split(text) if line.strip()), "")
    delimiter = max("\t,;，|", key=first.count)
    if delimiter not in first:
        delimiter = " "
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    line = 1
    try:
        for cells in lines:
            yield line, [_bare(cell.strip()) for cell in cells]
            line = lines.line_num + 1
    except csv.Error:
        _refuse("FILE_DAMAGED")


def _bare(cell: str) -> str:
    """A cell without the apostrophe that keeps it from being a formula."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell, 1) else cell
