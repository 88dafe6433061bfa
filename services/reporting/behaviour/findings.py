"""What is worth telling of a roster's behaviour: a word and its numbers, which screens make a sentence of. Pure.

Rates are of those who could come: whoever was excused is left out on both sides.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from services.reporting.behaviour.attendance import Presence, Row
from services.reporting.periods.held import Held
from services.reporting.trends.trends import SMALL_GROUP

# So often absent in a row is worth a call.
STREAK = 3
# Fewer occurrences than this have no course, and a smaller difference of rates says nothing.
_SERIES, _DIFFERENCE = 4, 0.10
_LATE, _LAST_MINUTE_MIN = 0.15, 5
_REGULAR, _SELDOM = 0.9, 0.5


class Finding(NamedTuple):
    """A word of ours, the numbers that it says, and what it names."""

    code: str
    numbers: Mapping[str, float]
    words: Mapping[str, str] = {}


class Rate(NamedTuple):
    """How many of those who could come did."""

    came: int = 0
    due: int = 0

    @property
    def share(self) -> float:
        """0 where nobody could."""
        return self.came / self.due if self.due else 0.0

    def __add__(self, other: object) -> "Rate":
        """Both together."""
        if not isinstance(other, Rate):
            return NotImplemented
        return Rate(self.came + other.came, self.due + other.due)


def findings_of(occurrences: Sequence[Held], rows: Sequence[Row], offsets_min: Sequence[int]) -> list[Finding]:
    """All that can be said, what needs somebody first.

    Args:
        rows: Of everybody, with a presence for each occurrence.
        offsets_min: When people came, in minutes from the start.
    """
    if not occurrences or not rows:
        return []
    return [
        *_streaks(rows),
        *_course(rates_of(rows, len(occurrences))),
        *_groups(rows),
        *_weekdays(occurrences, rows),
        *_arrivals(rows, offsets_min),
        *_regularity(rows),
    ]


def rates_of(rows: Sequence[Row], occurrences: int) -> list[Rate]:
    """The rate of each occurrence."""
    return [_rate([row.presences[number] for row in rows]) for number in range(occurrences)]


def _rate(presences: Sequence[Presence]) -> Rate:
    return Rate(sum(each.has_come for each in presences), sum(each is not Presence.LEAVE for each in presences))


def _streaks(rows: Sequence[Row]) -> Iterator[Finding]:
    absent = [row.absent_in_a_row for row in rows if row.absent_in_a_row >= STREAK]
    if absent:
        yield Finding("ABSENT_STREAK", {"people": len(absent), "longest": max(absent)})


def _course(rates: Sequence[Rate]) -> Iterator[Finding]:
    """The first third of a series against the last."""
    if len(rates) < _SERIES:
        return
    third = len(rates) // 3
    first, last = (sum(part, Rate()).share for part in (rates[:third], rates[-third:]))
    code = "DROP_OFF" if last <= first - _DIFFERENCE else "RISING" if last >= first + _DIFFERENCE else "STEADY"
    numbers = {"from_rate": first, "to_rate": last, "rate": sum(rates, Rate()).share, "occurrences": len(rates)}
    yield Finding(code, numbers)


def _groups(rows: Sequence[Row]) -> Iterator[Finding]:
    """The group with the lowest rate, where it is far from the others'."""
    by_group: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_group[row.group].append(row)
    rates = {
        group: sum((Rate(row.came, row.due) for row in some), Rate())
        for group, some in by_group.items()
        if len(some) >= SMALL_GROUP
    }
    yield from _lowest("GROUP_LOW", {group: rate for group, rate in rates.items() if group}, "group")


def _weekdays(occurrences: Sequence[Held], rows: Sequence[Row]) -> Iterator[Finding]:
    by_weekday: defaultdict[str, list[Rate]] = defaultdict(list)
    for held, rate in zip(occurrences, rates_of(rows, len(occurrences)), strict=True):
        by_weekday[str(held.day.isoweekday())].append(rate)
    # Of one time alone nobody knows whether it was the day.
    often = {weekday: sum(rates, Rate()) for weekday, rates in by_weekday.items() if len(rates) > 1}
    yield from _lowest("WEEKDAY_LOW", often, "weekday")


def _lowest(code: str, rates: Mapping[str, Rate], word: str) -> Iterator[Finding]:
    if len(rates) < 2:
        return
    lowest = min(sorted(rates), key=lambda name: rates[name].share)
    others = sum((rate for name, rate in rates.items() if name != lowest), Rate()).share
    if rates[lowest].share <= others - _DIFFERENCE:
        yield Finding(code, {"rate": rates[lowest].share, "others": others}, {word: lowest})


def _arrivals(rows: Sequence[Row], offsets_min: Sequence[int]) -> Iterator[Finding]:
    came = sum(row.came for row in rows)
    late = sum(presence is Presence.LATE for row in rows for presence in row.presences)
    if came and late >= _LATE * came:
        yield Finding("LATE_OFTEN", {"late": late, "came": came, "share": late / came})
    if offsets_min:
        last_minute = sum(-_LAST_MINUTE_MIN <= offset < 0 for offset in offsets_min)
        numbers = {"median_min": median(offsets_min), "share": last_minute / len(offsets_min)}
        yield Finding("ARRIVALS", {**numbers, "minutes": _LAST_MINUTE_MIN})


def _regularity(rows: Sequence[Row]) -> Iterator[Finding]:
    shares = [row.came / row.due for row in rows if row.due]
    if shares:
        regular, seldom = sum(each >= _REGULAR for each in shares), sum(each < _SELDOM for each in shares)
        yield Finding("REGULARITY", {"regular": regular, "seldom": seldom, "people": len(shares)})
