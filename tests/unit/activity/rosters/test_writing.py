"""A roster as a file, which no spreadsheet takes for more than text."""

import io
import zipfile

import pytest

from servicekit.errors import UnavailableError
from services.activity.rosters.table import rows
from services.activity.rosters.writing import Format, write

DANGEROUS = ["=1+1", "+1", "-1", "@x", "＝1", "＋1", "－1", "＠x"]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
async def test_what_is_written_is_read_again(kind: Format) -> None:
    """Line by line, formulas and links as the text they are."""
    written = [["姓名", "备注"], *([cell, "https://example.com"] for cell in DANGEROUS)]

    content = await write(kind, written)

    assert [cells for _, cells in rows(content)] == written


async def test_a_csv_begins_with_its_mark_and_no_cell_with_a_formula() -> None:
    """As Excel asks for it."""
    content = await write("csv", [["name"], *([cell] for cell in DANGEROUS)])

    assert content.startswith(b"\xef\xbb\xbf")
    assert all(line.startswith("'") for line in content.decode("utf-8-sig").splitlines()[1:])


async def test_an_xlsx_holds_neither_formulas_nor_links() -> None:
    """Nothing but strings."""
    content = await write("xlsx", [["name"], ['=HYPERLINK("https://example.com")'], ["https://example.com"]])

    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet and b"hyperlink" not in sheet


async def test_a_writer_that_takes_too_long_is_ended() -> None:
    """Whoever asked may ask again."""
    with pytest.raises(UnavailableError):
        await write("csv", [["name"]], time_limit_s=0.001)
