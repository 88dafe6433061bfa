"""Columns of lists: what each is called, of what kind it is, and what it says of a person."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from servicekit.clock import SECOND_US
from services.reporting.domain import EARLY, Mark, Status
from services.reporting.exports import texts
from services.reporting.exports.kinds import Report
from services.reporting.exports.vocabulary import REASONS
from services.reporting.people.pages import Shown

PHONE = "phone"
Cell = str | int | float | datetime | None


class Kind(Enum):
    """What a spreadsheet takes a column for; a word is one of few, and a minute a time without seconds."""

    TEXT = "text"
    WORD = "word"
    NUMBER = "number"
    TIME = "time"
    MINUTE = "minute"
    SHARE = "share"


class Column(NamedTuple):
    """A column of a file.

    Attributes:
        width: In characters of the spreadsheet's font, of which Chinese ones take two.
        is_name: Whether it says whose row it is.
    """

    heading: str
    kind: Kind = Kind.TEXT
    width: int = 12
    is_name: bool = False


class Line(NamedTuple):
    """What a row is made of.

    Attributes:
        phone: As it may be shown.
        begins_at: When the occurrence opens; 0: of none.
    """

    shown: Shown
    phone: str
    begins_at: int
    zone: ZoneInfo


def local(at: int, zone: ZoneInfo) -> datetime | None:
    """A moment as a clock on the wall shows it, to the second; None for never."""
    return datetime.fromtimestamp(at // SECOND_US, zone).replace(tzinfo=None) if at else None


def status_of(shown: Shown) -> str:
    """Where somebody stands, in a word."""
    if shown.found.seat.mark == Mark.LEAVE:
        return texts.ON_LEAVE
    return texts.STATUSES.get(shown.found.seat.status, "")


def punctuality_of(shown: Shown) -> str:
    """How somebody came, and whether they left before the end."""
    words = [texts.PUNCTUALITIES.get(shown.found.seat.punctuality, "")]
    if shown.found.presence.is_early:
        words.append(texts.PUNCTUALITIES[EARLY])
    return "、".join(filter(None, words))


def reasons_of(shown: Shown) -> str:
    """Why it reads so."""
    return "；".join(REASONS.get(reason, reason) for reason in shown.found.seat.reasons)


def came_at(shown: Shown) -> int:
    """When they tried; 0 for who has not."""
    seat = shown.found.seat
    return 0 if seat.status in (0, Status.ABSENT) else seat.at


_VALUES: Mapping[str, Callable[[Line], Cell]] = {
    "name": lambda line: line.shown.name,
    "number": lambda line: line.shown.number,
    "group": lambda line: line.shown.member.group if line.shown.member else "",
    PHONE: lambda line: line.phone,
    "occurrence": lambda line: local(line.begins_at, line.zone),
    "status": lambda line: status_of(line.shown),
    "punctuality": lambda line: punctuality_of(line.shown),
    "checked_in_at": lambda line: local(came_at(line.shown), line.zone),
    "left_at": lambda line: local(line.shown.found.presence.left_at, line.zone),
    "method": lambda line: texts.METHODS.get(line.shown.found.seat.method, line.shown.found.seat.method),
    "gate": lambda line: line.shown.found.seat.gate,
    "reasons": lambda line: reasons_of(line.shown),
    "answer": lambda line: texts.ANSWERS[line.shown.answer],
    "mark": lambda line: texts.MARKS.get(line.shown.found.seat.mark, ""),
    "is_listed": lambda line: texts.LISTED[line.shown.is_listed],
    "details": lambda line: "；".join(filter(None, line.shown.details)),
}
_KINDS = {
    **dict.fromkeys(("checked_in_at", "left_at", "decided_at"), Kind.TIME),
    "occurrence": Kind.MINUTE,
    **dict.fromkeys(("status", "punctuality", "method", "answer", "mark", "is_listed"), Kind.WORD),
}
_WIDTHS = {
    "name": 14,
    "number": 19,
    "group": 13,
    PHONE: 14,
    "occurrence": 17,
    "checked_in_at": 20,
    "left_at": 20,
    "punctuality": 10,
    "method": 10,
    "gate": 10,
    "reasons": 24,
    "answer": 10,
    "mark": 10,
    "is_listed": 10,
    "details": 24,
    "decided_by": 14,
    "decided_at": 20,
    "decided_reason": 28,
}

_WHO = ("name", "number", "group", PHONE)
_HOW = ("status", "punctuality", "checked_in_at", "left_at", "method", "gate", "reasons")
REPORT_COLUMNS: Mapping[int, Sequence[str]] = {
    Report.CHECKINS: (*_WHO, "occurrence", *_HOW, "mark"),
    Report.PEOPLE: (*_WHO, *_HOW, "answer", "mark", "is_listed", "details"),
    Report.REGISTER: _WHO,
}


def columns_of(names: Sequence[str]) -> list[Column]:
    """Columns by their words."""
    return [
        Column(texts.HEADINGS[name], _KINDS.get(name, Kind.TEXT), _WIDTHS.get(name, 12), name in _WHO) for name in names
    ]


def cells_of(names: Sequence[str]) -> Callable[[Line], list[Cell]]:
    """What makes a row of a line."""
    values = [_VALUES[name] for name in names]
    return lambda line: [value(line) for value in values]
