"""A file is read in a process of its own."""

import pytest

from services.activity.rosters.entries import BadRow, Column, Entry
from services.activity.rosters.reading import Reading, read
from services.activity.rosters.table import FileRefusedError
from tests.unit.activity.rosters.sheets import xlsx


async def test_good_and_bad_rows_come_back() -> None:
    """Good ones stay where there are bad ones."""
    assert await read("姓名,座位\n张三,7\n,8\n".encode()) == Reading(
        [Column("姓名", "name"), Column("座位", "extra")],
        [Entry(2, "张三", extra={"座位": "7"})],
        [BadRow(3, 1, "NAME_MISSING")],
    )


async def test_a_refusal_crosses_the_process() -> None:
    """With the reason it has there."""
    with pytest.raises(FileRefusedError) as refused:
        await read(b"<html>")

    assert refused.value.reason == "FILE_HTML"


async def test_a_bomb_ends_its_own_process() -> None:
    """Two cells at the corners of a sheet ask for more memory than there is."""
    with pytest.raises(FileRefusedError) as refused:
        await read(xlsx([['<c r="A1"><v>1</v></c>'], ['<c r="XFD1048576"><v>1</v></c>']]))

    assert refused.value.reason == "FILE_TOO_LARGE"


async def test_a_reader_that_takes_too_long_is_ended() -> None:
    """The time limit is that of the whole reading."""
    with pytest.raises(FileRefusedError):
        await read(b"name\nLi\n", time_limit_s=0.001)


async def test_a_reader_that_fails_says_so_by_its_own_reason() -> None:
    """It is not the size of the file that is at fault."""
    with pytest.raises(FileRefusedError, match="FILE_UNREADABLE"):
        await read(b"name\nLi\n", module="services.activity.rosters.nowhere")
