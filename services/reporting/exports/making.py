"""From a wish to a file on the disk: which report is read, and how it is written."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from servicekit.clock import now_us
from services.reporting.domain import Activity
from services.reporting.exports import lists, texts
from services.reporting.exports.attendance import slots_of
from services.reporting.exports.book import Book, CsvBook
from services.reporting.exports.columns import local
from services.reporting.exports.errors import WishNotMadeError
from services.reporting.exports.job import FAILURES_AT_MOST, Job, Wish
from services.reporting.exports.kinds import Format, Report
from services.reporting.exports.lists import Told
from services.reporting.exports.reading import Gathering, Sources, gather
from services.reporting.exports.register import MOST_OCCURRENCES, Register
from services.reporting.exports.rulings import Awaited, nothing_decided
from services.reporting.exports.titles import TITLES
from services.reporting.exports.xlsx_book import Imprint, XlsxBook

_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_TITLE_CHARACTERS = 60
# The table that a CSV has.
_MAIN = {**TITLES, Report.REGISTER: texts.DETAIL}


class Activities(Protocol):
    """See `activities.Activities`."""

    async def get(self, activity_id: bytes) -> Activity:
        """An activity; raises ActivityNotFoundError, UnavailableError."""

    async def at(self, activity_id: bytes, occurrence_id: bytes) -> Activity:
        """The same in one of its windows; raises ActivityNotFoundError where it has no such window."""


class Organisations(Protocol):
    """See `store.Activities`; raises UnavailableError when MySQL is gone."""

    async def held_between(self, organisation_id: bytes, from_at: int, to_at: int) -> Sequence[Activity]:
        """What an organisation held in a span of time."""


class Papers(Protocol):
    """See `papers.papers.Papers`; both raise ServiceError, WishNotMadeError, LeaseLostError, OSError."""

    async def of_activity(self, gathering: Gathering, wish: Wish, path: Path, told: Told) -> int:
        """Makes a PDF of an activity; returns how many people it has."""

    async def of_organisation(self, wish: Wish, path: Path, told: Told) -> int:
        """Makes one of an organisation's period; returns how many occurrences it has."""


class Made(NamedTuple):
    """A file on the disk."""

    path: Path
    file_name: str
    row_count: int


Make = Callable[[Job, Path, Told], Awaitable[Made]]


class Making:
    """Makes files."""

    def __init__(self, activities: Activities, organisations: Organisations, sources: Sources, papers: Papers) -> None:
        self._activities = activities
        self._organisations = organisations
        self._sources = sources
        self._papers = papers

    async def make(self, job: Job, folder: Path, told: Told) -> Made:
        """Makes the file of a job in a folder of its own.

        Raises:
            ServiceError: Something cannot be read now.
            WishNotMadeError: There is no such file.
            OSError: The disk is full.
        """
        wish, path, sources = job.wish, folder / "made", self._of_attempt(job)
        if wish.report is Report.ORGANISATION:
            row_count = await self._papers.of_organisation(wish, path, told)
            return Made(path, _file_name(wish, "", wish.zone, job.created_at), row_count)
        gatherings = [await gather(sources, activity, wish.user_ids) for activity in await self._of(wish)]
        if wish.report.is_paper:
            row_count = await self._papers.of_activity(gatherings[0], wish, path, told)
        else:
            row_count = await _table(gatherings, wish, path, told)
        title = gatherings[0].activity.title if wish.activity_id else ""
        return Made(path, _file_name(wish, title, gatherings[0].zone, job.created_at), row_count)

    def _of_attempt(self, job: Job) -> Sources:
        """Waits for whoever tells what was decided, but in the last attempt; a table of one sheet does not say it."""
        if job.wish.format is Format.CSV:
            return self._sources._replace(rulings=nothing_decided)
        is_last = job.failures + 1 >= FAILURES_AT_MOST
        return self._sources._replace(rulings=Awaited(self._sources.rulings, is_last=is_last).of)

    async def _of(self, wish: Wish) -> Sequence[Activity]:
        """The activities that a file is of."""
        if wish.occurrence_id:
            return [await self._activities.at(wish.activity_id, wish.occurrence_id)]
        if wish.activity_id:
            return [await self._activities.get(wish.activity_id)]
        found = await self._organisations.held_between(wish.organisation_id, wish.from_at, wish.to_at)
        if not found:
            raise WishNotMadeError("NOTHING_HELD")
        if len(found) > MOST_OCCURRENCES:
            raise WishNotMadeError("TOO_MANY_OCCURRENCES")
        return found


async def _table(gatherings: Sequence[Gathering], wish: Wish, path: Path, told: Told) -> int:
    book = _book(gatherings, wish, path)
    try:
        return await _write(gatherings, wish, book, told)
    finally:
        await _closed(book)


async def _write(gatherings: Sequence[Gathering], wish: Wish, book: Book, told: Told) -> int:
    if wish.report is not Report.REGISTER:
        return await lists.write(gatherings[0], wish, book, told)
    slots = slots_of(gatherings, wish.from_at, wish.to_at)
    return await Register(gatherings, slots, wish, book).write(told)


def _book(gatherings: Sequence[Gathering], wish: Wish, path: Path) -> Book:
    if wish.format is Format.CSV:
        return CsvBook(path, _MAIN[wish.report])
    return XlsxBook(path, path.parent, _imprint(gatherings[0], wish))


def _imprint(gathering: Gathering, wish: Wish) -> Imprint:
    """Of which activity, or of which days, whichever group; and when it was read."""
    zone, ends_at = gathering.zone, wish.to_at - 1 if wish.to_at else 0
    first, last = (local(at, wish.zone if wish.time_zone else zone) for at in (wish.from_at, ends_at))
    now = local(now_us(), zone)
    span = f"{first:%Y-%m-%d} – {last:%Y-%m-%d}" if first and last else ""
    title = gathering.activity.title if wish.activity_id else ""
    cancelled = texts.CANCELLED if wish.activity_id and gathering.activity.is_cancelled else ""
    of = [_said(title), cancelled, _said(wish.wanted.group), TITLES[wish.report], span]
    return Imprint(" ".join(filter(None, of)), f"生成于 {now:%Y-%m-%d %H:%M}（{zone.key}）")


async def _closed(book: Book) -> None:
    """Closes a book beside the loop; whoever is cancelled meanwhile waits for that, for the folder goes next."""
    closing = asyncio.ensure_future(asyncio.to_thread(book.close))
    try:
        await asyncio.shield(closing)
    finally:
        await asyncio.wait([closing])


def _file_name(wish: Wish, title: str, zone: ZoneInfo, asked_at: int) -> str:
    """What the file is called: title, report, and the minute in which it was asked for."""
    at = local(asked_at, zone)
    assert at is not None
    return f"{_said(title)} {TITLES[wish.report]} {at:%Y%m%d-%H%M}.{wish.format.name.lower()}".strip()


def _said(title: str) -> str:
    """A title where control characters and those of paths would do harm, and little has room."""
    return _UNSAFE.sub(" ", title).strip()[:_TITLE_CHARACTERS]
