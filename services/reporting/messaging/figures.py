"""The three numbers of a message: expected, came, and the rate, as every report has them."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, Protocol

from servicekit.clock import SECOND_US, now_us
from servicekit.errors import Kind, ServiceError
from services.reporting.exports.job import Wish
from services.reporting.periods.calendar import Period
from services.reporting.periods.held import CAME, EXPECTED, LEAVE, Held, whole
from services.reporting.periods.reading import Found

# What closed lately was held within these, in any time zone.
_LATELY, _YEAR, _DAY = timedelta(days=20), timedelta(days=364), timedelta(days=1)
_CHECKED_IN = "checked_in"


class Figures(NamedTuple):
    """Of one occurrence, or of several together; nobody is expected where that is not known."""

    expected: int
    came: int
    leave: int

    @property
    def rate(self) -> float | None:
        """Of those expected who came, those on leave left out; None: nobody was."""
        due = self.expected - self.leave
        return self.came / due if due > 0 else None


class Reading(Protocol):
    """See `periods.reading.Reading`."""

    async def read(
        self, organisation_id: bytes, period: Period, activity_id: bytes, names: Collection[str], *, tallied: bool
    ) -> Found:
        """The occurrences of a period; raises InvalidArgumentError, UnavailableError."""


class Groups(Protocol):
    """See `periods.store.Periods`; raises UnavailableError."""

    async def of_group(self, occurrence_ids: Sequence[bytes], group: str) -> dict[bytes, Counter[str]]:
        """What is counted of one group, of each occurrence that has it."""


class Counting:
    """Counts."""

    def __init__(self, reading: Reading, groups: Groups) -> None:
        self._reading = reading
        self._groups = groups

    async def of(self, organisation_id: bytes, wish: Wish, occurrence_id: bytes) -> Figures | None:
        """What a file is about, in numbers; where it is of one group, that group's.

        Args:
            occurrence_id: Of the one that closed; zeros: all that the wish is of.

        Returns:
            None: there are too many for a message, or nothing was held, or nothing with the group.

        Raises:
            UnavailableError: MySQL is gone.
        """
        period, is_meant = _meant(wish, occurrence_id, now_us())
        try:
            found = await self._reading.read(organisation_id, period, wish.activity_id, [_CHECKED_IN], tallied=True)
        except ServiceError as error:
            if error.kind is Kind.UNAVAILABLE:
                raise
            return None
        meant = [each.occurrence_id for each in found.occurrences if is_meant(each)]
        if not meant or found.counting:
            return None
        counts = [found.counts[each] for each in meant]
        if wish.wanted.group:
            counts = [*(await self._groups.of_group(meant, wish.wanted.group)).values()]
        if not counts:
            return None
        total = whole(counts)
        came = total[CAME] if total[EXPECTED] else total[_CHECKED_IN]
        return Figures(total[EXPECTED], came, total[LEAVE])


def _meant(wish: Wish, occurrence_id: bytes, now: int) -> tuple[Period, Callable[[Held], bool]]:
    """The days to look at, and which of what was held then is meant."""
    if any(occurrence_id):
        return Period(_day(now) - _LATELY, _day(now) + _DAY), lambda held: held.occurrence_id == occurrence_id
    if wish.activity_id:
        return Period(_day(now) - _YEAR, _day(now) + _DAY), lambda held: True
    days = Period(_day(wish.from_at) - _DAY, _day(wish.to_at) + _DAY)
    return days, lambda held: wish.from_at <= held.opens_at < wish.to_at


def _day(at: int) -> date:
    return datetime.fromtimestamp(at // SECOND_US, UTC).date()
