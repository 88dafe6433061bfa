"""The reports that are lists: everybody of an activity, or what everybody tried."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from domainkit.name_search import is_named_like
from services.reporting.domain import Counted
from services.reporting.exports import reading, texts
from services.reporting.exports.book import Book, Counts
from services.reporting.exports.columns import Line, cells_of, columns_of, status_of
from services.reporting.exports.job import Wish
from services.reporting.exports.kinds import Report
from services.reporting.exports.reading import Gathering
from services.reporting.people.scene import Wanted

# Of so many, so many are done, with so many rows; raises LeaseLostError.
Told = Callable[[int, int, int], Awaitable[None]]
SHEETS = {Report.CHECKINS: texts.CHECKINS, Report.PEOPLE: texts.PEOPLE}


async def write(gathering: Gathering, wish: Wish, book: Book, told: Told) -> int:
    """Writes a list; returns how many rows it has.

    Raises:
        LeaseLostError: Nobody wants it any more.
        ServiceError: Something cannot be read.
        WishNotMadeError, OSError: As `Sheet.write`.
    """
    names = wish.shown_columns
    sheet, cells = book.sheet(SHEETS[wish.report], columns_of(names), texts.NOBODY), cells_of(names)
    row_count, done, statuses = 0, 0, Counter[str]()
    async for looked_at, found in _found(gathering, wish):
        lines = await gathering.lines(found, names, shows_phones=wish.shows_phones)
        lines = [line for line in lines if _is_named(line, wish.wanted)]
        sheet.write(map(cells, lines))
        statuses.update(status_of(line.shown) for line in lines)
        done, row_count = done + looked_at, row_count + len(lines)
        await told(done, len(gathering.keys), row_count)
    book.chart(Counts(texts.BY_STATUS, texts.HEADINGS["status"], texts.PERSONS, statuses.most_common()))
    return row_count


def _found(gathering: Gathering, wish: Wish) -> AsyncIterator[tuple[int, Sequence[Counted]]]:
    read = reading.people if wish.report is Report.PEOPLE else reading.tries
    return read(gathering, wish.wanted)


def _is_named(line: Line, wanted: Wanted) -> bool:
    return not wanted.query or is_named_like(line.shown.name, wanted.query)
