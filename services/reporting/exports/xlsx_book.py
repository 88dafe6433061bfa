"""Tables as xlsx: typed cells, a head and names that stay, filters, and pages of A4 to be handed on as they print."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import takewhile
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import east_asian_width

import xlsxwriter

from services.reporting.exports import texts
from services.reporting.exports.book import Counts, Sheet
from services.reporting.exports.columns import Cell, Column, Kind
from services.reporting.exports.errors import WishNotMadeError
from services.reporting.exports.xlsx_rows import RowSheet

# What a sheet of Excel holds.
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_MIDDLE = {"valign": "vcenter"}
_FORMATS: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"text_wrap": True},
    Kind.WORD: {"text_wrap": True, "align": "center"},
    Kind.TIME: {"num_format": "yyyy-mm-dd hh:mm:ss", "align": "center"},
    Kind.MINUTE: {"num_format": "yyyy-mm-dd hh:mm", "align": "center"},
    Kind.SHARE: {"num_format": "0.0%"},
    Kind.NUMBER: {"num_format": "#,##0"},
}
_HEAD = {"bold": True, "text_wrap": True, "align": "center", "bg_color": "#E8EEF9", "border": 1}
_TOTAL = {"bold": True, "top": 1, "bg_color": "#F4F6FA"}
# What printers without colours show too: whatever is wrong is bold.
_TONES: dict[texts.Tone, dict[str, Any]] = {
    texts.Tone.BAD: {"bold": True, "font_color": "#B42318", "bg_color": "#FDECEA"},
    texts.Tone.WAIT: {"font_color": "#8A4B08", "bg_color": "#FFF4E0"},
    texts.Tone.AWAY: {"font_color": "#6B7280"},
}
# A4, its margins in inches, and how many characters its width takes, upright and laid, at the least scale to be read.
_A4, _SIDE, _TOP = 9, 0.4, 0.75
_UPRIGHT, _LAID = 115, 220
# A head or foot of Excel is no longer than 255 characters.
_TITLE_CHARACTERS = 100
_INK, _GRID, _BAR, _LINE = "#1F2328", "#E5E7EB", "#2F6FED", "#B45309"
_LABELS_AT_MOST = 24
# Excel takes no row that is higher than 409 points.
_LINES_AT_MOST = 27


class Imprint(NamedTuple):
    """What stands over and under every page.

    Attributes:
        title: What the file is of; no control characters.
        made: When it was made.
    """

    title: str
    made: str


class XlsxBook:
    """Tables of which one row each is in memory at once."""

    def __init__(self, path: Path, folder: Path, imprint: Imprint) -> None:
        self._book = xlsxwriter.Workbook(str(path), {**_OPTIONS, "tmpdir": str(folder)})
        self._book.set_properties({"title": imprint.title})
        self._imprint = imprint
        self._styles = _Styles(self._book)
        self._sheets: list[_XlsxSheet] = []

    def sheet(self, name: str, columns: Sequence[Column], nothing: str = "") -> Sheet:
        """See `book.Book`."""
        if len(columns) > MOST_COLUMNS:
            raise WishNotMadeError("TOO_MANY_COLUMNS")
        made = self._book.add_worksheet(name, RowSheet)
        # Beside words the arrow of a filter takes room.
        made.set_row(0, _points(max(lines_of(each.heading, each.width - 3) for each in columns)))
        made.set_default_row(_points(1))
        for index, column in enumerate(columns):
            made.set_column(index, index, column.width, self._styles.of(column.kind))
            made.write_string(0, index, column.heading, self._styles.head)
        # Numbers of people are texts, which Excel would mark as errors one by one.
        made.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        self._lay_out(made, columns)
        sheet = _XlsxSheet(made, columns, self._styles, nothing)
        self._sheets.append(sheet)
        return sheet

    def chart(self, counts: Counts) -> None:
        """See `book.Book`."""
        if not counts.counts:
            return
        shares = counts.shares or [None] * len(counts.counts)
        columns = [Column(counts.by, width=20), Column(counts.heading, Kind.NUMBER)]
        columns += [Column(counts.share, Kind.SHARE)] if counts.share else []
        rows = [(*count, share)[: len(columns)] for count, share in zip(counts.counts, shares, strict=True)]
        self.sheet(counts.title, columns).write(rows)
        made = self._book.add_chartsheet(f"{counts.title}图")
        made.set_chart(_columns(self._book, counts) if counts.share else _bars(self._book, counts))
        self._set_page(made)

    def close(self) -> None:
        """See `book.Book`."""
        for sheet in self._sheets:
            sheet.end()
        try:
            self._book.close()
        except xlsxwriter.exceptions.FileCreateError as error:
            raise OSError(str(error)) from error

    def _lay_out(self, made: Any, columns: Sequence[Column]) -> None:
        """How it scrolls and prints: heads on every page, and names where a table is wider than one."""
        width, names = sum(each.width for each in columns), [*takewhile(lambda each: each.is_name, columns)]
        own = sum(each.width for each in names)
        pages = 1 if width <= _LAID else ceil((width - own) / (_LAID - own))
        made.freeze_panes(1, 1 if names and width > _UPRIGHT else 0)
        made.repeat_rows(0)
        if names and pages > 1:
            made.repeat_columns(0, len(names) - 1)
        if width > _UPRIGHT:
            made.set_landscape()
        made.fit_to_pages(pages, 0)
        made.hide_gridlines(0)
        self._set_page(made)

    def _set_page(self, made: Any) -> None:
        title, when = (each[:_TITLE_CHARACTERS].replace("&", "&&") for each in self._imprint)
        made.set_paper(_A4)
        made.set_margins(_SIDE, _SIDE, _TOP, _TOP)
        made.set_header(f"&L{title}&R&A")
        made.set_footer(f"&L{when}&R第 &P 页，共 &N 页")


class _Styles:
    """How cells look, by what they are, and words by what they say."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self.head = self._made(_HEAD)
        self.nothing = self._made(_TONES[texts.Tone.AWAY])
        self._kinds = {kind: self._made(form) for kind, form in _FORMATS.items()}
        self._totals = {kind: self._made(form | _TOTAL) for kind, form in _FORMATS.items()}
        self._tones = {tone: self._made(_FORMATS[Kind.WORD] | form) for tone, form in _TONES.items()}

    def of(self, kind: Kind) -> Any:
        """Of a column."""
        return self._kinds[kind]

    def of_total(self, kind: Kind) -> Any:
        """Of what a column comes to."""
        return self._totals[kind]

    def of_word(self, word: Cell) -> Any:
        """Of a word, which may be one that is looked for."""
        tone = _tone_of(word) if isinstance(word, str) else None
        return self._tones[tone] if tone else self._kinds[Kind.WORD]

    def _made(self, form: dict[str, Any]) -> Any:
        return self._book.add_format(form | _MIDDLE)


@lru_cache(maxsize=64)
def _tone_of(word: str) -> texts.Tone | None:
    return next((texts.TONES[each] for each in word.split("、") if each in texts.TONES), None)


def lines_of(cell: Cell, width: int) -> int:
    """How many lines a cell of so many characters takes; Chinese letters take two."""
    if not isinstance(cell, str) or 2 * len(cell) < width:
        return 1
    room = width - 1
    return min(sum(max(1, ceil(_width_of(line) / room)) for line in cell.split("\n")), _LINES_AT_MOST)


def _width_of(line: str) -> int:
    """In characters, of which capitals take more; numbers and phones need not be looked at letter by letter."""
    if line.isascii():
        return len(line) * 3 // 2 if line.isupper() else len(line)
    return sum(2 if east_asian_width(each) in "WFA" else 1 for each in line)


def _points(lines: int) -> int:
    return lines * 15 + 3


class _XlsxSheet:
    def __init__(self, sheet: Any, columns: Sequence[Column], styles: _Styles, nothing: str) -> None:
        self._sheet = sheet
        self._styles = styles
        self._kinds = [column.kind for column in columns]
        self._plain = [styles.of(kind) for kind in self._kinds]
        self._words = [index for index, kind in enumerate(self._kinds) if kind is Kind.WORD]
        self._widths = {index: each.width for index, each in enumerate(columns) if each.kind in (Kind.TEXT, Kind.WORD)}
        self._nothing = nothing
        self._total: Sequence[Cell] = ()
        self._row = 1

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        for row in rows:
            if self._row >= MOST_ROWS:
                raise WishNotMadeError("TOO_MANY_ROWS")
            styles = [*self._plain]
            for index in self._words:
                styles[index] = self._styles.of_word(row[index])
            self._add(row, styles)

    def sum_up(self, row: Sequence[Cell]) -> None:
        self._total = row

    def end(self) -> None:
        """Writes what comes last; nothing more is written after it."""
        if self._row == 1 and self._nothing:
            self._sheet.write_string(1, 0, self._nothing, self._styles.nothing)
        # Whoever sorts or filters leaves what it comes to where it is.
        self._sheet.autofilter(0, 0, max(1, self._row - 1), len(self._kinds) - 1)
        if self._total:
            self._add(self._total, [*map(self._styles.of_total, self._kinds)])

    def _add(self, row: Sequence[Cell], styles: Sequence[Any]) -> None:
        """As high as its longest text: not whatever opens it finds that by itself."""
        lines = max([1, *(lines_of(row[index], width) for index, width in self._widths.items())])
        self._sheet.add_row(self._row, _points(lines), zip(row, styles, strict=True))
        self._row += 1


def _bars(book: Any, counts: Counts) -> Any:
    """Bars below one another, in the order of the table, each with its number."""
    chart = book.add_chart({"type": "bar"})
    chart.add_series(_series(counts, 1, fill={"color": _BAR}, data_labels={"value": True, "font": _font(11)}, gap=60))
    chart.set_y_axis({"reverse": True, "num_font": _font(11)})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    chart.set_title({"name": counts.title, "name_font": _font(16)})
    chart.set_legend({"none": True})
    return chart


def _columns(book: Any, counts: Counts) -> Any:
    """Columns beside one another as time goes, and the shares as a line over them."""
    # So many numbers over columns would lie on one another.
    labels = {"value": True, "position": "inside_base", "font": _font(9) | {"color": "white"}}
    labels = labels if len(counts.counts) <= _LABELS_AT_MOST else {}
    chart = book.add_chart({"type": "column"})
    chart.add_series(_series(counts, 1, fill={"color": _BAR}, data_labels=labels, gap=60))
    if any(each is not None for each in counts.shares):
        line = book.add_chart({"type": "line"})
        marker = {"type": "circle", "size": 5, "fill": {"color": _LINE}, "border": {"color": _LINE}}
        line.add_series(_series(counts, 2, line={"color": _LINE, "width": 2}, marker=marker, y2_axis=True))
        line.set_y2_axis({**_axis(counts.share, "0%"), "min": 0, "max": 1, "major_gridlines": {"visible": False}})
        chart.combine(line)
    chart.set_x_axis({"num_font": _font(9)})
    chart.set_y_axis(_axis(counts.heading, "#,##0"))
    chart.set_title({"name": counts.title, "name_font": _font(16)})
    chart.set_legend({"position": "bottom", "font": _font(11)})
    return chart


def _series(counts: Counts, column: int, **looks: Any) -> dict[str, Any]:
    last = len(counts.counts)
    return {
        "name": [counts.title, 0, column],
        "categories": [counts.title, 1, 0, last, 0],
        "values": [counts.title, 1, column, last, column],
        **looks,
    }


def _axis(name: str, form: str) -> dict[str, Any]:
    lines = {"visible": True, "line": {"color": _GRID}}
    return {
        "name": name,
        "name_font": _font(10),
        "num_format": form,
        "num_font": _font(10),
        "min": 0,
        "major_gridlines": lines,
    }


def _font(size: int) -> dict[str, Any]:
    return {"size": size, "color": _INK, "bold": False}
