"""Paper: labels and sign sheets as PDF, made by Typst in a process of its own, which has limits of memory and time.

What people wrote reaches Typst as JSON, which a template shows as text: nothing in it is markup. Nothing is fetched.
"""

import asyncio
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
import segno
import typst

from domainkit import entry_codes
from servicekit.errors import UnavailableError
from services.activity.errors import TooManyPrintsError
from services.activity.rosters import apart

TIME_LIMIT_S = 50.0
MEMORY_BYTES = 2 * 2**30
_MODULE = "services.activity.door.printing"
_HERE = Path(__file__).parent
# Where Debian's fonts-noto-cjk lies; whatever else is there serves letters that it lacks.
_FONTS = "/usr/share/fonts"
# Emoji, and what joins and colours them: no font of text has any, so paper goes without.
_PICTURES = re.compile("[\U0001f000-\U0001faff\U000e0020-\U000e007f\u200d\ufe0f]")
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


def printed(paper: Labels | Sheet, kind: Literal["pdf", "png"] = "pdf") -> bytes | list[bytes]:
    """A paper as PDF, or its pages as pictures."""
    template = "labels.typ" if isinstance(paper, Labels) else "sheet.typ"
    said = _PICTURES.sub("", msgspec.json.encode(_drawn(paper)).decode())
    made: bytes | list[bytes] = typst.compile(
        str(_HERE / template),
        root=str(_HERE),
        font_paths=[_FONTS],
        ignore_system_fonts=True,
        format=kind,
        ppi=80.0,
        sys_inputs={"said": said},
        pdf_tags=False,
    )
    return made


def _drawn(paper: Labels | Sheet) -> object:
    if isinstance(paper, Sheet):
        return paper
    return {"labels": [msgspec.structs.asdict(one) | _code(one.code) for one in paper.labels]}


def _code(code: str) -> dict[str, str]:
    qr = segno.make_qr(entry_codes.PREFIX + code, error="m").svg_inline(border=0, omitsize=True)
    return {"code": entry_codes.printed(code), "qr": qr.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)}


if __name__ == "__main__":
    apart.confine(MEMORY_BYTES)
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Labels | Sheet)
    made = printed(asked)
    sys.stdout.buffer.write(made if isinstance(made, bytes) else b"".join(made))
