"""Paper: labels and sign sheets as PDF, made by Typst in a process of its own, which has limits of memory and time."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import msgspec

from domainkit import entry_codes
from servicekit import apart
from servicekit.errors import UnavailableError
from servicekit.typesetting.typesetting import Kind, pdf, qr_svg, typeset
from services.activity.errors import TooManyPrintsError

TIME_LIMIT_S = 50.0
MEMORY_BYTES = 2 * 2**30
_MODULE = "services.activity.door.printing"
_HERE = Path(__file__).parent
_AT_ONCE, _WAITING = 1, 9


class Label(msgspec.Struct, frozen=True):
    """A label of an entry; `code` is its ten characters."""

    name: str
    number: str
    group: str
    code: str


class Row(msgspec.Struct, frozen=True):
    """A line to sign; one without a name is for whoever comes."""

    name: str = ""
    number: str = ""
    group: str = ""


class Labels(msgspec.Struct, frozen=True, tag="labels"):
    """Labels, in their order."""

    labels: Sequence[Label]


class Sheet(msgspec.Struct, frozen=True, tag="sheet"):
    """A sign sheet; what is empty is not told."""

    title: str
    organisation: str
    time: str
    place: str
    group: str
    rows: Sequence[Row]


class Printing:
    """Prints; one paper after the other, and some wait."""

    def __init__(self, time_limit_s: float = TIME_LIMIT_S) -> None:
        self._time_limit_s = time_limit_s
        self._presses = asyncio.Semaphore(_AT_ONCE)
        self._asked = 0

    async def print(self, paper: Labels | Sheet) -> bytes:
        """A PDF.

        Raises:
            TooManyPrintsError: As many wait as may.
            UnavailableError: It took too long, or failed.
        """
        if self._asked >= _AT_ONCE + _WAITING:
            raise TooManyPrintsError
        self._asked += 1
        try:
            async with self._presses:
                code, content = await apart.run(_MODULE, msgspec.json.encode(paper), self._time_limit_s)
        except TimeoutError:
            code, content = 1, b""
        finally:
            self._asked -= 1
        if code:
            raise UnavailableError("the paper could not be printed; try again", retry_after_s=5)
        return content


def printed(paper: Labels | Sheet, kind: Kind = "pdf") -> bytes | list[bytes]:
    """A paper as PDF, or its pages as pictures."""
    return typeset([_template(paper)], _drawn(paper), kind)


def _template(paper: Labels | Sheet) -> Path:
    return _HERE / ("labels.typ" if isinstance(paper, Labels) else "sheet.typ")


def _drawn(paper: Labels | Sheet) -> object:
    if isinstance(paper, Sheet):
        return paper
    return {"labels": [msgspec.structs.asdict(one) | _code(one.code) for one in paper.labels]}


def _code(code: str) -> dict[str, str]:
    return {"code": entry_codes.printed(code), "qr": qr_svg(entry_codes.PREFIX + code)}


def _pressed(asked: bytes) -> bytes:
    paper = msgspec.json.decode(asked, type=Labels | Sheet)
    return pdf([_template(paper)], _drawn(paper))


if __name__ == "__main__":
    apart.serve(MEMORY_BYTES, _pressed)
