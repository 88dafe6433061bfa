"""Pages by Typst, of templates that are given to it: it reads no other file, and fetches nothing.

What people wrote reaches a template as JSON (`json(bytes(sys.inputs.said))`), which it shows as text: nothing in it is
markup. Typst takes what memory a paper needs, so whoever prints what people ask for does it apart (`servicekit.apart`).
"""

import re
from pathlib import Path
from typing import Any, Literal, cast

import msgspec
import segno
import typst

# Where Debian's fonts-noto-cjk lies; whatever else is there serves letters that it lacks.
_FONTS = "/usr/share/fonts"
_FITTING = Path(__file__).with_name("fitting.typ")
# Emoji, what joins and colours them, and the space after: no font of text has any, so paper goes without.
_PICTURES = re.compile("[\U0001f000-\U0001faff\U000e0020-\U000e007f\u200d\ufe0f]+ ?")

Kind = Literal["pdf", "png"]


def has_letters(said: str) -> bool:
    """Whether a paper shows anything of a text."""
    return bool(_PICTURES.sub("", said).strip())


def typeset(templates: list[Path], said: object, kind: Kind = "pdf") -> bytes | list[bytes]:
    """A paper as PDF, with the letters that it shows of the fonts; or its pages as pictures.

    Args:
        templates: The paper's own first, then those that it imports by name; `fitting.typ` is always there.
        said: What msgspec writes as JSON.
    """
    main, *others = templates
    files: dict[str, bytes] = {"main.typ": main.read_bytes()}
    files |= {each.name: each.read_bytes() for each in [*others, _FITTING]}
    # Its stubs know files by their paths alone.
    made: bytes | list[bytes] = typst.compile(
        cast(Any, files),
        font_paths=[_FONTS],
        ignore_system_fonts=True,
        format=kind,
        ppi=80.0,
        sys_inputs={"said": _PICTURES.sub("", msgspec.json.encode(said).decode())},
        pdf_tags=False,
    )
    return made


def pdf(templates: list[Path], said: object) -> bytes:
    """A paper as PDF; see `typeset`."""
    made = typeset(templates, said)
    return made if isinstance(made, bytes) else b"".join(made)


def qr_svg(text: str) -> str:
    """A QR of a text that templates can show, without a margin of its own."""
    drawn = segno.make_qr(text, error="m").svg_inline(border=0, omitsize=True)
    return drawn.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
