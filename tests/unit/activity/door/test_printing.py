"""Paper by Typst: pages, what people wrote stays text, and a process of its own that is ended in time."""

import asyncio
import re
import struct

import pytest

from domainkit.entry_codes import code_of
from servicekit import ids
from servicekit.errors import UnavailableError
from services.activity.door.printing import Label, Labels, Printing, Row, Sheet, printed
from services.activity.errors import TooManyPrintsError

MARKUP = '#panic("x") $sum$ \\ *a* _b_ @c <d> // e /* f */ "g" {h} [i]'
NAMES = ("王小明", "买买提·艾力·吐尔逊江", "𠮷田太郎", "Zoë Müller", "长" * 64, "A" * 64, "👨‍👩‍👧‍👦", MARKUP, '"}]}')
PNG_SIZE = struct.Struct(">II")


def labels(count: int) -> Labels:
    """So many labels of people whose names are anything."""
    names = [NAMES[number % len(NAMES)] for number in range(count)]
    return Labels([Label(name, str(number), name[:64], code_of(ids.new_id())) for number, name in enumerate(names)])


def sheet(count: int) -> Sheet:
    """So many rows of the same, and 12 empty ones."""
    rows = [Row(one.name, one.number, one.group) for one in labels(count).labels]
    return Sheet(MARKUP, "实验中学", "2026年9月1日", MARKUP, "", [*rows, *[Row()] * 12])


def label(name: str) -> Labels:
    """One label."""
    return Labels([Label(name, "", "", "C" * 10)])


def picture(paper: Labels | Sheet) -> bytes:
    """The only page of a paper."""
    made = printed(paper, "png")
    assert isinstance(made, bytes)
    return made


def pages(pdf: bytes) -> int:
    """How many pages a PDF says it has."""
    [count] = re.findall(rb"/Type\s*/Pages\b[^>]*?/Count (\d+)|/Count (\d+)[^>]*?/Type\s*/Pages\b", pdf)
    return int(b"".join(count))


@pytest.mark.parametrize(("count", "expected"), [(1, 1), (24, 1), (25, 2), (200, 9)])
async def test_labels_are_24_on_a_page(count: int, expected: int) -> None:
    """However long names are: none makes its label higher."""
    pdf = await Printing().print(labels(count))
    assert pdf.startswith(b"%PDF") and pages(pdf) == expected


@pytest.mark.parametrize(("count", "expected"), [(0, 1), (11, 1), (200, 8)])
async def test_a_sheet_has_rows_of_one_height(count: int, expected: int) -> None:
    """So it has as many pages as people need, whatever they are called."""
    assert pages(await Printing().print(sheet(count))) == expected


def test_pages_are_a4() -> None:
    """As pictures: 210 x 297 mm at 80 dots an inch."""
    for paper in (labels(1), sheet(1)):
        page = picture(paper)
        assert PNG_SIZE.unpack(page[16:24]) == (661, 935)


def test_what_people_wrote_is_not_markup() -> None:
    """A name that would stop Typst, or bring in a file, is shown as it is: other names make other pictures."""
    names = ("王", MARKUP, '#read("/etc/passwd")', '#import "fitting.typ"')
    assert len({picture(label(name)) for name in names}) == len(names)


def test_emoji_are_left_out() -> None:
    """No font of text has them; the name stays."""
    assert picture(label("张三🎉")) == picture(label("张三"))


async def test_what_takes_too_long_is_ended() -> None:
    """And says so; the next one is printed."""
    with pytest.raises(UnavailableError):
        await Printing(time_limit_s=0.01).print(labels(24))


async def test_so_many_wait_and_no_more() -> None:
    """One is printed, nine wait, one more is told to come again."""
    printing = Printing()
    asked = [asyncio.ensure_future(printing.print(labels(1))) for _ in range(11)]
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(each, TooManyPrintsError) for each in results) == 1
    assert sum(isinstance(each, bytes) for each in results) == 10
