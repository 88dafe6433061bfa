"""Occurrences of an organisation, and what is counted of each. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from servicekit.clock import SECOND_US
from services.reporting.facts.fact import REVISIONS, SEATS

# Beside the counters of facts.
OCCURRENCES, COUNTED, EXPECTED, CAME, LEAVE = "#occurrences", "#counted", "#expected", "#came", "#leave"


class Held(NamedTuple):
    """An occurrence that has opened.

    Attributes:
        starts_at: Microseconds since 1970 UTC; when it opened, where nobody noted it.
        day: Of its start, in its time zone.
        expected: How many there are where there is no roster; 0: nobody knows.
    """

    occurrence_id: bytes
    activity_id: bytes
    title: str
    time_zone: str
    day: date
    opens_at: int
    starts_at: int
    closes_at: int
    roster_id: bytes | None
    expected: int
    offline_window_s: int

    @property
    def is_counted(self) -> bool:
        """Whether it is known who, or how many, are expected."""
        return self.roster_id is not None or self.expected > 0

    def is_settled(self, now: int) -> bool:
        """Whether nothing from before the close can come any more; see `domain.Activity`."""
        return now >= self.closes_at + self.offline_window_s * SECOND_US


class Twice(NamedTuple):
    """What people did at an occurrence under their other id, beside that by which they are counted.

    Attributes:
        counts: By the name of the counter that counts it.
        arrivals: When they came, microseconds since 1970 UTC, once for each held seat.
        tallied_at: With what it was counted.
    """

    counts: Mapping[str, int] = {}
    arrivals: Sequence[int] = ()
    tallied_at: int = 0


class Tallied(NamedTuple):
    """How many of those expected came to an occurrence, and what that was counted from.

    Attributes:
        revisions: Of the occurrence's seats, summed.
        roster_revision: 0 where there is no roster.
        tallied_at: When it was counted.
        twice: What is counted once more than there are people; None: an earlier release counted it, and did not say.
    """

    occurrence_id: bytes
    revisions: int
    roster_revision: int
    tallied_at: int
    expected: int
    came: int
    leave: int
    twice: Twice | None = None


Counts = Counter[str]


def counts_of(counted: Mapping[str, int], tallied: Tallied | None) -> Counts:
    """All that is told of an occurrence: what facts count, each person once, and what is expected."""
    twice = tallied.twice.counts if tallied and tallied.twice else {}
    counts = +Counter(
        {name: amount - twice.get(name, 0) for name, amount in counted.items() if name not in (SEATS, REVISIONS)}
    )
    counts[OCCURRENCES] = 1
    if tallied:
        counts.update({COUNTED: 1, EXPECTED: tallied.expected, CAME: tallied.came, LEAVE: tallied.leave})
    return counts


def together(
    occurrences: Iterable[Held], counts: Mapping[bytes, Counts], key_of: Callable[[Held], str]
) -> dict[str, Counts]:
    """The counts of occurrences by what these are put together with, in the order of the first of each."""
    found: dict[str, Counts] = {}
    for held in occurrences:
        found.setdefault(key_of(held), Counter()).update(counts[held.occurrence_id])
    return found


def whole(counts: Iterable[Counts]) -> Counts:
    """All of them."""
    total: Counts = Counter()
    for each in counts:
        total.update(each)
    return total
