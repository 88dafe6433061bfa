"""What a period's occurrences come to, for every report that is of one."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from servicekit.clock import now_us
from services.reporting.facts.fact import REVISIONS, SEATS
from services.reporting.periods.calendar import Period
from services.reporting.periods.held import Counts, Held, Tallied, counts_of
from services.reporting.periods.tallying import Tallies

NO_ACTIVITY = b""


class Stored(Protocol):
    """See `store.Periods`; both raise UnavailableError, and InvalidArgumentError for too much."""

    async def held(self, organisation_id: bytes, period: Period, activity_id: bytes, now: int) -> list[Held]:
        """Occurrences, in order of their start."""

    async def counts(self, occurrence_ids: Sequence[bytes], names: Collection[str]) -> dict[bytes, Counter[str]]:
        """What is counted of each."""


class Tallier(Protocol):
    """See `tallying.Tallier`."""

    async def of(self, occurrences: Sequence[Held], counts: Mapping[bytes, Counter[str]]) -> Tallies:
        """How many of those expected came; raises UnavailableError."""


class Found(NamedTuple):
    """The occurrences of a period, in order of their start, and the counts of each.

    Attributes:
        tallied: Who of those expected came, of each of which that is known, and asked.
        counting: How many of them are still being counted.
    """

    occurrences: Sequence[Held]
    counts: Mapping[bytes, Counts]
    tallied: Mapping[bytes, Tallied] = {}
    counting: int = 0


class Reading:
    """Reads occurrences with their counts."""

    def __init__(self, stored: Stored, tallier: Tallier) -> None:
        self._stored = stored
        self._tallier = tallier

    async def read(
        self, organisation_id: bytes, period: Period, activity_id: bytes, names: Collection[str], *, tallied: bool
    ) -> Found:
        """The occurrences of an organisation, or of one activity of it.

        Args:
            names: Counters, and beginnings of counters that end with a colon.
            tallied: Whether it is asked who was expected.

        Raises:
            InvalidArgumentError: There are too many.
            UnavailableError: MySQL is gone.
        """
        occurrences = await self._stored.held(organisation_id, period, activity_id, now_us())
        ids = [held.occurrence_id for held in occurrences]
        counted = await self._stored.counts(ids, [*names, SEATS, REVISIONS])
        found = {each: counted.get(each, Counter()) for each in ids}
        tallies = await self._tallier.of(occurrences, found) if tallied else Tallies({}, 0)
        counts = {each: counts_of(found[each], tallies.by_occurrence.get(each)) for each in ids}
        return Found(occurrences, counts, tallies.by_occurrence, tallies.counting)
