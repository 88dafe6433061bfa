"""From rows to the people of a roster: what a heading means, and what is wrong with a row."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from services.activity.rosters.table import FileRefusedError, Row

MAX_EXTRA = 8
MAX_CHARACTERS = 64

_HEADINGS = {
    "name": ("姓名", "名字", "name", "full name"),
    "number": ("学号", "工号", "编号", "number", "student number", "staff number", "id"),
    "phone": ("手机", "手机号", "手机号码", "电话", "联系电话", "phone", "mobile"),
    "group": ("分组", "组", "小组", "班级", "部门", "group"),
    "note": ("备注", "note", "notes", "remark"),
}
_FIELDS = {heading: name for name, headings in _HEADINGS.items() for heading in headings}
_PHONE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")


@dataclass(frozen=True, slots=True)
class Entry:
    """One person of a list; what was not said is empty. `phone` is eleven digits, `extra` goes by heading."""

    line: int
    name: str
    number: str = ""
    phone: str = ""
    group: str = ""
    note: str = ""
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out: `column` from 1, and an UPPER_SNAKE reason."""

    line: int
    column: int
    reason: str


def people(rows: Iterable[Row]) -> Iterator[Entry | BadRow]:
    """Each row as a person or as what is wrong with it, in order.

    A first row without any heading we know is a person too, if there are at most two columns. Two people may share a
    name, not a number.

    Raises:
        FileRefusedError: No column holds names, or more than `MAX_EXTRA` hold what we do not know.
    """
    given = iter(rows)
    first = next(given)
    headings = [_FIELDS.get(cell.lower(), cell) for cell in first[1]]
    if not set(headings) & set(_HEADINGS):
        headings, given = _guessed(first[1]), iter([first, *given])
    if "name" not in headings:
        raise FileRefusedError("FILE_HEADINGS")
    if len(_extra(headings)) > MAX_EXTRA:
        raise FileRefusedError("FILE_EXTRA")
    numbers: set[str] = set()
    for line, cells in given:
        yield _person(line, headings, cells, numbers)


def _guessed(cells: list[str]) -> list[str]:
    if len(cells) > 2:
        return []
    return [_guess(cell) for cell in cells]


def _guess(cell: str) -> str:
    if _PHONE.fullmatch(cell):
        return "phone"
    return "number" if any(character.isdigit() for character in cell) else "name"


def _person(line: int, headings: list[str], cells: list[str], numbers: set[str]) -> Entry | BadRow:
    if any(cells[len(headings) :]):
        return BadRow(line, len(headings) + 1, "HEADING_MISSING")
    said: dict[str, str] = {}
    for column, (heading, cell) in enumerate(zip(headings, cells, strict=False), 1):
        if len(cell) > MAX_CHARACTERS:
            return BadRow(line, column, "CELL_TOO_LONG")
        # Of two columns with one heading the first that says something counts.
        if cell and heading:
            said.setdefault(heading, cell)
    if "name" not in said:
        return BadRow(line, headings.index("name") + 1, "NAME_MISSING")
    if "phone" in said:
        phone = _PHONE.fullmatch(re.sub(r"[\s-]", "", said["phone"]))
        if phone is None:
            return BadRow(line, headings.index("phone") + 1, "PHONE_MALFORMED")
        said["phone"] = phone[1]
    number = said.get("number", "")
    if number in numbers:
        return BadRow(line, headings.index("number") + 1, "NUMBER_TWICE")
    if number:
        numbers.add(number)
    known = {name: said.get(name, "") for name in _HEADINGS}
    return Entry(line, **known, extra={column: said[column] for column in said.keys() - _HEADINGS.keys()})


def _extra(headings: list[str]) -> set[str]:
    return set(headings) - {"", *_HEADINGS}
