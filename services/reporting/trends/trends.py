"""How many came over time: points of a period, its curves, and the same of what it is compared with."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from services.reporting.periods.calendar import By, Period, key_of
from services.reporting.periods.held import EXPECTED, OCCURRENCES, Counts, Held, together, whole
from services.reporting.periods.reading import Found, Reading
from services.reporting.trends.curves import Curve, drawn, each_once, laid_over

NAMES = ("checked_in", "late", "pending_review", "provisional", "refused", "method:")
MAXIMUM_POINTS = 400
# Of fewer people than this only the owner is told, so that nobody reads what one person did.
SMALL_GROUP = 5


class Asked(NamedTuple):
    """What somebody wants to see.

    Attributes:
        activity_id: Empty: all of the organisation.
        group: Of rosters; empty: everybody.
        sees_small: Whether they may see groups of few.
    """

    organisation_id: bytes
    period: Period
    by: By
    activity_id: bytes = b""
    group: str = ""
    sees_small: bool = False


class Point(NamedTuple):
    """The sum of some occurrences; `title` is an activity's."""

    key: str
    title: str
    counts: Counts


class Trend(NamedTuple):
    """What a period comes to.

    Attributes:
        counting: Occurrences that are still being counted.
        hidden: Groups that are too small to be shown.
        more: Points beyond what is shown.
    """

    asked: Asked
    whole: Counts
    points: Sequence[Point]
    curves: Sequence[Curve]
    counting: int
    hidden: int = 0
    more: int = 0


class Groups(Protocol):
    """See `periods.store.Periods`; both raise UnavailableError."""

    async def by_group(self, occurrence_ids: Sequence[bytes]) -> dict[str, Counter[str]]:
        """What is counted of each group."""

    async def of_group(self, occurrence_ids: Sequence[bytes], group: str) -> dict[bytes, Counter[str]]:
        """What is counted of one, of each occurrence."""


class Arrivals(Protocol):
    """See `curves.Arrivals`."""

    async def minutes(self, held: Held) -> dict[int, int]:
        """How many came in each minute; raises UnavailableError."""


class Trends:
    """Puts occurrences together."""

    def __init__(self, reading: Reading, groups: Groups, arrivals: Arrivals) -> None:
        self._reading = reading
        self._groups = groups
        self._arrivals = arrivals

    async def of(self, asked: Asked) -> Trend:
        """The trend of a period.

        Raises:
            InvalidArgumentError: It has too many occurrences.
            UnavailableError: MySQL is gone.
        """
        found = await self._reading.read(asked.organisation_id, asked.period, asked.activity_id, NAMES, tallied=True)
        hidden = 0
        if asked.group:
            found, hidden = await self._of_group(found, asked)
        points = await self._points(found, asked)
        if asked.by is By.GROUP:
            points, hidden = _without_small(points, asked)
        curves = [] if asked.group else await self._curves(found)
        shown, more = points[:MAXIMUM_POINTS], max(0, len(points) - MAXIMUM_POINTS)
        return Trend(asked, whole(found.counts.values()), shown, curves, found.counting, hidden, more)

    async def _of_group(self, found: Found, asked: Asked) -> tuple[Found, int]:
        """The occurrences that have a group, with its counts alone; none, and one hidden, where it is too small."""
        ids = [held.occurrence_id for held in found.occurrences]
        counts = await self._groups.of_group(ids, asked.group)
        if _is_small(whole(counts.values())) and not asked.sees_small:
            return Found([], {}, {}, found.counting), int(bool(counts))
        having = [held for held in found.occurrences if held.occurrence_id in counts]
        return found._replace(occurrences=having, counts=counts), 0

    async def _points(self, found: Found, asked: Asked) -> list[Point]:
        if asked.by is By.GROUP:
            by_group = await self._groups.by_group([held.occurrence_id for held in found.occurrences])
            wanted = {group: counts for group, counts in by_group.items() if asked.group in ("", group)}
            ordered = sorted(wanted, key=lambda group: (-wanted[group][EXPECTED], group))
            return [Point(group, "", wanted[group]) for group in ordered]
        by_key = together(found.occurrences, found.counts, _keys(asked.by))
        if asked.by is By.ACTIVITY:
            titles = {held.activity_id.hex(): held.title for held in found.occurrences}
            return [Point(key, titles[key], counts) for key, counts in reversed(by_key.items())]
        return [Point(key, "", by_key[key]) for key in sorted(by_key)]

    async def _curves(self, found: Found) -> list[Curve]:
        curves = []
        for held in drawn(found.occurrences, found.counts):
            minutes, tallied = await self._arrivals.minutes(held), found.tallied.get(held.occurrence_id)
            curves.append((held, each_once(held, minutes, tallied.twice if tallied else None)))
        return laid_over(curves)


def _keys(by: By) -> Callable[[Held], str]:
    if by is By.ACTIVITY:
        return lambda held: held.activity_id.hex()
    return lambda held: key_of(by, held.day, held.starts_at, held.time_zone)


def _is_small(counts: Counts) -> bool:
    return counts[EXPECTED] < SMALL_GROUP * max(1, counts[OCCURRENCES])


def _without_small(points: Sequence[Point], asked: Asked) -> tuple[list[Point], int]:
    shown = [point for point in points if asked.sees_small or not _is_small(point.counts)]
    return shown, len(points) - len(shown)
