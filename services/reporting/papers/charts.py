"""Charts as SVG, in points of paper: bars that say their numbers, and columns over an axis. Pure.

Typst keeps what they draw as vectors, and what they say as text that can be selected.
"""

from collections.abc import Sequence
from html import escape
from itertools import accumulate
from typing import NamedTuple
from unicodedata import east_asian_width

_FONT, _SIZE = "Noto Sans CJK SC", 8.5
_INK, _FAINT, _GRID, _ACCENT, _SECOND = "#1f2328", "#6b7280", "#e5e7eb", "#1d5fd1", "#d97706"
# Between the margins of A4, and where columns end, for the last label needs room.
_WIDTH, _RIGHT = 498.0, 484.0
_LABEL, _ROW, _BAR = 118.0, 19.0, 11.0
_HEIGHT, _TOP, _BOTTOM, _LEFT = 118.0, 16.0, 18.0, 40.0
_LABELS_AT_MOST = 10
# Of what is before bars.
_LABEL_EMS = 12.5


class Bar(NamedTuple):
    """A bar; `said` is written behind it, else its value is."""

    label: str
    value: float
    said: str = ""


def bars(found: Sequence[Bar]) -> str:
    """Bars below one another, as long as they are in number."""
    most = max((bar.value for bar in found), default=0) or 1
    room, drawn = _WIDTH - _LABEL - 110, list[str]()
    for row, bar in enumerate(found):
        top = row * _ROW
        length = max(room * bar.value / most, 1.5 if bar.value else 0)
        drawn += [
            _text(_LABEL - 8, top + 13, _short(bar.label), anchor="end"),
            f'<rect x="{_LABEL}" y="{top + 4}" width="{length:.1f}" height="{_BAR}" rx="1.5" fill="{_ACCENT}"/>',
            _text(_LABEL + length + 6, top + 13, bar.said or f"{bar.value:,.0f}", fill=_FAINT),
        ]
    return _svg(len(found) * _ROW + 2, drawn)


def columns(found: Sequence[Bar], *, marked: str = "", marked_at: int = 0, is_share: bool = False) -> str:
    """Columns beside one another.

    Args:
        marked: What is said of a line between two of them; empty: there is none.
        marked_at: The number of the column before which that line stands.
        is_share: Values go from 0 to 1.
    """
    top_value = 1.0 if is_share else _rounded(max((bar.value for bar in found), default=0))
    step = (_RIGHT - _LEFT) / max(len(found), 1)
    drawn = [*_axis(top_value, is_share=is_share)]
    every = -(-len(found) // _LABELS_AT_MOST)
    for number, bar in enumerate(found):
        left, height = _LEFT + number * step, _HEIGHT * bar.value / top_value
        gap = min(step * 0.18, 10.0)
        width = min(step - 2 * gap, 46.0)
        left_of_bar = left + (step - width) / 2
        if bar.value:
            drawn.append(
                f'<rect x="{left_of_bar:.2f}" y="{_TOP + _HEIGHT - height:.1f}" width="{width:.2f}" '
                f'height="{height:.1f}" fill="{_ACCENT}"/>'
            )
        if number % every == 0:
            drawn.append(_text(left + step / 2, _TOP + _HEIGHT + 13, bar.label, anchor="middle", fill=_FAINT))
    if marked:
        drawn += _mark(_LEFT + marked_at * step, marked)
    return _svg(_TOP + _HEIGHT + _BOTTOM, drawn)


def _axis(top_value: float, *, is_share: bool) -> list[str]:
    drawn = []
    for part in (0, 0.5, 1):
        at, value = _TOP + _HEIGHT * (1 - part), top_value * part
        drawn += [
            f'<line x1="{_LEFT}" y1="{at}" x2="{_RIGHT}" y2="{at}" stroke="{_GRID}" stroke-width="0.7"/>',
            _text(_LEFT - 6, at + 3, f"{value:.0%}" if is_share else f"{value:,.0f}", anchor="end", fill=_FAINT),
        ]
    return drawn


def _mark(at: float, said: str) -> list[str]:
    bottom = _TOP + _HEIGHT
    return [
        f'<line x1="{at:.1f}" y1="{_TOP - 13}" x2="{at:.1f}" y2="{bottom}" stroke="{_SECOND}" stroke-width="1" '
        'stroke-dasharray="3 2"/>',
        _text(at + 4, _TOP - 5, said, fill=_SECOND),
    ]


def _rounded(most: float) -> float:
    """The top of an axis: even, so that its half is a number too."""
    unit = 2.0
    while unit * 10 < most:
        unit *= 10
    return max(unit, -(-most // unit) * unit)


def _short(label: str) -> str:
    """A label that has room before its bar; Chinese letters are as wide as they are high, others about half."""
    ends = [*accumulate(1.0 if east_asian_width(each) in "WFA" else 0.6 for each in label)]
    if not ends or ends[-1] <= _LABEL_EMS:
        return label
    return label[: sum(end <= _LABEL_EMS - 1 for end in ends)] + "…"


def _text(x: float, y: float, said: str, *, anchor: str = "start", fill: str = _INK) -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}"'
    return f'<text {where} font-family="{_FONT}" font-size="{_SIZE}">{escape(said)}</text>'


def _svg(height: float, drawn: Sequence[str]) -> str:
    box = f'viewBox="0 0 {_WIDTH:g} {height:g}" width="{_WIDTH:g}pt" height="{height:g}pt"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{"".join(drawn)}</svg>'
