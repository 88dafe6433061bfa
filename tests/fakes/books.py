"""A file of tables in memory."""

from collections.abc import Iterable, Sequence
from typing import Any

from services.reporting.exports.book import Counts
from services.reporting.exports.columns import Cell, Column


class Tables:
    """A file in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Sequence[Cell]]] = {}
        self.heads: dict[str, list[str]] = {}

    def sheet(self, name: str, columns: Sequence[Column], nothing: str = "") -> Any:
        """See `book.Book`."""
        self.heads[name] = [column.heading for column in columns]
        rows = self.rows.setdefault(name, [])

        class _Sheet:
            def write(self, more: Iterable[Sequence[Cell]]) -> None:
                rows.extend(list(row) for row in more)

            def sum_up(self, row: Sequence[Cell]) -> None:
                """It is recounted from the rows."""

        return _Sheet()

    def chart(self, counts: Counts) -> None:
        """See `book.Book`."""

    def close(self) -> None:
        """See `book.Book`."""

    def column(self, sheet: str, heading: str) -> list[Cell]:
        """One column of a table."""
        index = self.heads[sheet].index(heading)
        return [row[index] for row in self.rows[sheet]]

    def total(self, sheet: str, heading: str) -> int:
        """The sum of a column."""
        return sum(number for number in self.column(sheet, heading) if isinstance(number, int))
