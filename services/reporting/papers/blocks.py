"""What papers are made of, as their templates take it: every text is shown as it is, and none is markup. Pure."""

from collections.abc import Sequence
from typing import Literal

import msgspec

# Longer texts are cut short in tables, where one name must not take a page.
_CELL_CHARACTERS = 24

Align = Literal["left", "right", "center"]


class Figure(msgspec.Struct, frozen=True):
    """A number to be seen first; `note` is below it, and may be empty."""

    label: str
    value: str
    note: str = ""


class Heading(msgspec.Struct, frozen=True, tag="heading"):
    """The beginning of a section, or of a part of one; on a new page where it is to be handed on alone."""

    text: str
    begins_page: bool = False
    is_part: bool = False


class Figures(msgspec.Struct, frozen=True, tag="figures"):
    """Numbers beside one another."""

    figures: Sequence[Figure]


class Sentences(msgspec.Struct, frozen=True, tag="sentences"):
    """One below the other."""

    sentences: Sequence[str]


class Notice(msgspec.Struct, frozen=True, tag="notice"):
    """What must not be overlooked."""

    text: str


class Picture(msgspec.Struct, frozen=True, tag="picture"):
    """A chart (`charts.py`); `caption` says what it shows, and how it is counted."""

    title: str
    svg: str
    caption: str = ""


class Column(msgspec.Struct, frozen=True):
    """A column of a table; `width` is a share of what the others leave."""

    heading: str
    width: float = 1
    align: Align = "left"


class Table(msgspec.Struct, frozen=True, tag="table"):
    """Rows of texts."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]


Block = Heading | Figures | Sentences | Notice | Picture | Table


class Report(msgspec.Struct, frozen=True, tag="report"):
    """A report on A4.

    Attributes:
        kind: What sort of report it is, over its title.
        facts: Lines below the title: what they are called, and what they say; the empty ones are left out.
        footer: At the end of every page, before its number.
    """

    kind: str
    title: str
    facts: Sequence[tuple[str, str]]
    blocks: Sequence[Block]
    footer: str


class Session(msgspec.Struct, frozen=True):
    """A line of a proof."""

    when: str
    came: str
    left: str
    minutes: str


class Proof(msgspec.Struct, frozen=True):
    """What is attested of one person.

    Attributes:
        sentence: The whole of it, in one.
        sessions: Where they were, as many as have room.
        more: How many more there are.
        url: Where its QR leads.
        has_minutes: Whether it attests for how long.
    """

    name: str
    number: str
    group: str
    sentence: str
    sessions: Sequence[Session]
    more: int
    url: str
    has_minutes: bool


class Proofs(msgspec.Struct, frozen=True, tag="proofs"):
    """Proofs, a page each."""

    title: str
    organisation: str
    day: str
    proofs: Sequence[Proof]


Paper = Report | Proofs


def cell(said: str) -> str:
    """A text for a table."""
    return said if len(said) <= _CELL_CHARACTERS else said[: _CELL_CHARACTERS - 1] + "…"
