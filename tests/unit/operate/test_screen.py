"""What a terminal shows."""

import pytest

from deploy.operate.screen import Colour, cut, paint, plural, span, table, width


def test_columns_line_up_with_chinese_in_them() -> None:
    """A Chinese character is two columns wide; numbers stand to the right."""
    lines = table(("title", "count"), [("新生讲座", "7"), ("b", "1,000")])
    assert lines == ["title     count", "新生讲座      7", "b         1,000"]
    assert {width(line) for line in lines} == {15}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 ms"), (0.042, "42 ms"), (61, "1 min 1 s"), (3600, "1 h"), (90_000, "1 d 1 h"), (-75, "-1 min 15 s")],
)
def test_spans_have_two_units(seconds: float, words: str) -> None:
    """Enough to act on."""
    assert span(seconds) == words


def test_a_long_title_is_cut_to_its_columns() -> None:
    """Never wider than asked for."""
    assert cut("新生讲座", 8) == "新生讲座"
    assert cut("新生讲座第一场", 8) == "新生讲…"


def test_colour_is_left_out_where_nobody_looks() -> None:
    """In a file or a pipe."""
    assert paint("x", Colour.RED, coloured=False) == "x"
    assert paint("x", Colour.RED, coloured=True) == "\x1b[1;31mx\x1b[0m"


def test_one_thing_is_not_plural() -> None:
    """With thousands set apart."""
    assert [plural(1, "batch", "batches"), plural(1234, "message")] == ["1 batch", "1,234 messages"]
