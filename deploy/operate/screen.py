"""What a terminal shows: aligned tables, spans of time in words, and colours where somebody looks."""

import os
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TextIO


class Colour(StrEnum):
    """Select Graphic Rendition codes.

    Source: ECMA-48, section 8.3.117.
    """

    GREEN = "32"
    YELLOW = "33"
    RED = "1;31"
    FAINT = "2"
    BOLD = "1"


def is_coloured(stream: TextIO = sys.stdout) -> bool:
    """Whether colours help: on a terminal, unless NO_COLOR asks for none (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def paint(text: str, colour: Colour, *, coloured: bool) -> str:
    """The text, in colour if wanted."""
    return f"\x1b[{colour}m{text}\x1b[0m" if coloured and text else text


def width(text: str) -> int:
    """Columns that a text takes: two for each Chinese character."""
    return sum(0 if unicodedata.combining(sign) else 1 + (unicodedata.east_asian_width(sign) in "WF") for sign in text)


def pad(text: str, columns: int) -> str:
    """The text, filled up to so many columns."""
    return text + " " * (columns - width(text))


def cut(text: str, columns: int) -> str:
    """The text, shortened to so many columns."""
    if width(text) <= columns:
        return text
    while width(text) >= columns:
        text = text[:-1]
    return text + "…"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Lines with every column as wide as its widest cell; numbers to the right."""
    cells = [list(head), *([*map(str, row)] for row in rows)]
    numeric = [all(_is_number(line[column]) for line in cells[1:]) for column in range(len(head))]
    widths = [max(width(line[column]) for line in cells) for column in range(len(head))]
    return ["  ".join(map(_cell, line, widths, numeric)).rstrip() for line in cells]


def span(seconds: float) -> str:
    """A span of time in its two largest units: 42 s, 3 min 5 s, 2 h 7 min, 12 d 1 h."""
    if abs(seconds) < 1:
        return f"{seconds * 1000:.0f} ms"
    left, words = int(abs(seconds)), []
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, left = divmod(left, size)
        words.append((count, unit))
    first = next(index for index, (count, _) in enumerate(words) if count)
    return ("-" if seconds < 0 else "") + " ".join(
        f"{count} {unit}" for count, unit in words[first : first + 2] if count
    )


def plural(count: int, one: str, many: str = "") -> str:
    """`1 message`, `2 messages`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _cell(text: str, columns: int, is_numeric: bool) -> str:
    return " " * (columns - width(text)) + text if is_numeric else pad(text, columns)


def _is_number(text: str) -> bool:
    return text.replace(",", "").isdigit() or text == ""
