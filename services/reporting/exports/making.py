"""From a wish to a file on the disk: which report is read, and how it is written."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from services.reporting.domain import Activity
from services.reporting.exports import lists, texts
from services.reporting.exports.book import Book, CsvBook, XlsxBook
from services.reporting.exports.columns import local
from services.reporting.exports.job import Job, Wish
from services.reporting.exports.kinds import Format, Report
from services.reporting.exports.lists import Told
from services.reporting.exports.reading import Gathering, Sources, gather

_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_TITLE_CHARACTERS = 60
TITLES = {
    Report.CHECKINS: texts.CHECKINS,
    Report.PEOPLE: texts.PEOPLE,
}


class Activities(Protocol):
    """See `activities.Activities`."""

    async def get(self, activity_id: bytes) -> Activity:
        """An activity; raises ActivityNotFoundError, UnavailableError."""


class Made(NamedTuple):
    """A file on the disk."""

    path: Path
    file_name: str
    row_count: int


Make = Callable[[Job, Path, Told], Awaitable[Made]]


class Making:
    """Makes files."""

    def __init__(self, activities: Activities, sources: Sources) -> None:
        self._activities = activities
        self._sources = sources

    async def make(self, job: Job, folder: Path, told: Told) -> Made:
        """Makes the file of a job in a folder of its own.

        Raises:
            ServiceError: Something cannot be read now.
            WishNotMadeError: There is no such file.
            OSError: The disk is full.
        """
        wish, path = job.wish, folder / "made"
        gathering = await gather(self._sources, await self._activities.get(wish.activity_id))
        book = _book(wish, path, folder)
        try:
            row_count = await lists.write(gathering, wish, book, told)
        finally:
            await _closed(book)
        return Made(path, _file_name(wish, gathering, job.created_at), row_count)


def _book(wish: Wish, path: Path, folder: Path) -> Book:
    return XlsxBook(path, folder) if wish.format is Format.XLSX else CsvBook(path, TITLES[wish.report])


async def _closed(book: Book) -> None:
    """Closes a book beside the loop; whoever is cancelled meanwhile waits for that, for the folder goes next."""
    closing = asyncio.ensure_future(asyncio.to_thread(book.close))
    try:
        await asyncio.shield(closing)
    finally:
        await asyncio.wait([closing])


def _file_name(wish: Wish, gathering: Gathering, asked_at: int) -> str:
    """What the file is called: title, report, and the minute in which it was asked for."""
    title = _UNSAFE.sub(" ", gathering.activity.title).strip()[:_TITLE_CHARACTERS]
    at = local(asked_at, gathering.zone)
    assert at is not None
    return f"{title} {TITLES[wish.report]} {at:%Y%m%d-%H%M}.{wish.format.name.lower()}"
