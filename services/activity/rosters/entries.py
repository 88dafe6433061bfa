"""From rows to the people of a roster: what a heading means, and what is wrong with a row."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from servicekit import plain_text
from services.activity.rosters.table import FileRefusedError, Row

MAX_EXTRA = 8
MAX_CHARACTERS = 64

# A title and a date, perhaps, stand above the headings.
_ROWS_ABOVE = 10
HEADINGS = {
    "name": ("姓名", "名字", "name", "full name"),
    "number": ("学号", "工号", "编号", "number", "student number", "staff number", "id"),
    "phone": ("手机", "手机号", "手机号码", "电话", "联系电话", "phone", "mobile"),
    "group": ("分组", "组", "小组", "班级", "部门", "group"),
    "note": ("备注", "note", "notes", "remark"),
}
_FIELDS = {heading: name for name, headings in HEADINGS.items() for heading in headings}
PHONE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")


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


def field_of(heading: str) -> str:
    """Which of name, number, phone, group and note a heading means; empty for any other."""
    return _FIELDS.get(heading.lower(), "")


@dataclass(frozen=True, slots=True)
class Column:
    """A column with what heads it, and which field that means: `extra` for what we do not know, "" for nothing."""

    heading: str
    field: str


def people(rows: Iterable[Row]) -> tuple[list[Column], Iterator[Entry | BadRow]]:
    """The columns, and each row as a person or as what is wrong with it, in order.

    What stands above the headings is passed over. Rows without any heading we know are people all the same, if the
    widest of the first has at most two columns. Two people may share a name, not a number, and not both a name and a
    phone.

    Raises:
        FileRefusedError: No column holds names, or more than `MAX_EXTRA` hold what we do not know.
    """
    given = iter(rows)
    above = list(islice(given, _ROWS_ABOVE))
    at = next((at for at, (_, cells) in enumerate(above) if "name" in map(field_of, cells)), None)
    if at is None:
        headings, first = _guessed(max((cells for _, cells in above), key=len)), above
        columns = [Column("", heading) for heading in headings]
    else:
        said, first = [" ".join(cell.split()) for cell in above[at][1]], above[at + 1 :]
        headings = [field_of(cell) or cell for cell in said]
        columns = [Column(cell, field_of(cell) or ("extra" if cell else "")) for cell in said]
    if "name" not in headings:
        raise FileRefusedError("FILE_HEADINGS")
    if len(_extra(headings)) > MAX_EXTRA:
        raise FileRefusedError("FILE_EXTRA")
    if any(len(heading) > MAX_CHARACTERS or not plain_text.is_plain(heading) for heading in headings):
        raise FileRefusedError("FILE_HEADINGS")
    return columns, _people(headings, chain(first, given))


def _people(headings: list[str], rows: Iterable[Row]) -> Iterator[Entry | BadRow]:
    seen: set[tuple[str, ...]] = set()
    for line, cells in rows:
        yield _person(line, headings, cells, seen)


def _guessed(cells: list[str]) -> list[str]:
    if len(cells) > 2 or any(map(field_of, cells)):
        return []
    return [_guess(cell) for cell in cells]


def _guess(cell: str) -> str:
    if PHONE.fullmatch(cell):
        return "phone"
    return "number" if any(character.isdigit() for character in cell) else "name"


def _person(line: int, headings: list[str], cells: list[str], seen: set[tuple[str, ...]]) -> Entry | BadRow:
    if any(cells[len(headings) :]):
        return BadRow(line, len(headings) + 1, "HEADING_MISSING")
    said: dict[str, str] = {}
    for column, (heading, cell) in enumerate(zip(headings, cells, strict=False), 1):
        text = plain_text.tidy(" ".join(cell.split()))
        if fault := _fault(text):
            return BadRow(line, column, fault)
        # Of two columns with one heading the first that says something counts.
        if text and heading:
            said.setdefault(heading, text)
    if "name" not in said:
        return BadRow(line, headings.index("name") + 1, "NAME_MISSING")
    if "phone" in said:
        phone = PHONE.fullmatch(re.sub(r"[\s-]", "", said["phone"]))
        if phone is None:
            return BadRow(line, headings.index("phone") + 1, "PHONE_MALFORMED")
        said["phone"] = phone[1]
    if twice := _twice(said, seen):
        return BadRow(line, headings.index("number" if twice == "NUMBER_TWICE" else "name") + 1, twice)
    known = {name: said.get(name, "") for name in HEADINGS}
    return Entry(line, **known, extra={column: said[column] for column in said.keys() - HEADINGS.keys()})


def _fault(text: str) -> str:
    if len(text) > MAX_CHARACTERS:
        return "CELL_TOO_LONG"
    return "" if plain_text.is_plain(text) else "CELL_UNPLAIN"


def _twice(said: dict[str, str], seen: set[tuple[str, ...]]) -> str:
    """Notes who this is; a reason where they were there already."""
    key: tuple[str, ...]
    if number := said.get("number"):
        key, reason = (number,), "NUMBER_TWICE"
    elif phone := said.get("phone"):
        key, reason = (said["name"], phone), "PERSON_TWICE"
    else:
        return ""
    if key in seen:
        return reason
    seen.add(key)
    return ""


def _extra(headings: list[str]) -> set[str]:
    return set(headings) - {"", *HEADINGS}
