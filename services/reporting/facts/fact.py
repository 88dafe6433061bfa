"""A fact: what one person did at one occurrence, joined from both their seats, and what it counts as. Pure.

Both seats have a revision of their own; whatever is not newer than what is known of a seat has no effect.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from servicekit.clock import SECOND_US
from services.reporting.domain import IN, OUT, Counted, SeatView, Status, counted, counters
from services.reporting.project import Change

_HOUR_US = 3600 * SECOND_US

# What `Totals` compares, counted like everything else.
SEATS, REVISIONS = "#seats", "#revisions"


class FactKey(NamedTuple):
    """Whose fact it is, and of what."""

    activity_id: bytes
    user_id: bytes
    occurrence_id: bytes


class Place(NamedTuple):
    """Where the facts of an occurrence belong.

    Attributes:
        local_day: Of its start, in the activity's time zone, as it was when it was first told: an amended window moves
            nothing.
    """

    activity_id: bytes
    organisation_id: bytes
    local_day: date
    time_zone: str


class Evidence(NamedTuple):
    """What else is known of how somebody came, for whoever wants to make it better.

    Attributes:
        received_at: When it arrived, microseconds since 1970 UTC.
        distance_bucket, slot_age_bucket: See domainkit/buckets.py; 0: not known.
    """

    received_at: int = 0
    late_by_s: int = 0
    distance_bucket: int = 0
    slot_age_bucket: int = 0


class Fact(NamedTuple):
    """What one person did at one occurrence; a seat is None where they never asked for it. Counters are left out."""

    came_revision: int = 0
    came: SeatView | None = None
    evidence: Evidence = Evidence()
    went_revision: int = 0
    went: SeatView | None = None

    @property
    def seats(self) -> int:
        """How many seats it is made of."""
        return (self.came is not None) + (self.went is not None)

    def shown(self, key: FactKey) -> Counted | None:
        """The person as lists show them; None for who is left with nothing to show."""
        both = {(key.occurrence_id, key.user_id, way): view for way, view in ((IN, self.came), (OUT, self.went))}
        return next(counted({seat: view for seat, view in both.items() if view is not None}), None)

    def with_change(self, change: Change) -> "Fact":
        """The fact as a seat says it now; itself where it knew that, or something newer."""
        view = change.view._replace(counters=[])
        if change.direction == OUT:
            is_newer = change.revision > self.went_revision
            return self._replace(went_revision=change.revision, went=view) if is_newer else self
        if change.revision <= self.came_revision:
            return self
        attempt = change.attempt
        evidence = Evidence(change.received_at, attempt.late_by_s, attempt.distance_bucket, attempt.slot_age_bucket)
        return self._replace(came_revision=change.revision, came=view, evidence=evidence)


def counts_of(fact: Fact, shown: Counted | None, time_zone: str) -> Counter[str]:
    """What a fact counts as: a person by everything that is asked of history, and its seats and revisions."""
    counts: Counter[str] = Counter(_names(fact, shown, time_zone) if shown else ())
    counts[SEATS], counts[REVISIONS] = fact.seats, fact.came_revision + fact.went_revision
    return counts


def _names(fact: Fact, shown: Counted, time_zone: str) -> Iterator[str]:
    seat, evidence = shown.seat, fact.evidence
    for name in counters(seat.status, seat.at, seat.method, seat.gate, seat.punctuality, seat.reasons):
        if not name.startswith("minute:"):
            yield name
    if seat.status == Status.CHECKED_IN:
        yield f"hour:{local_hour(seat.at, time_zone):02d}"
        if evidence.distance_bucket:
            yield f"distance:{evidence.distance_bucket}"
        if evidence.slot_age_bucket:
            yield f"slot_age:{evidence.slot_age_bucket}"
        if shown.presence.is_early:
            yield "left_early"
    if shown.presence.is_inside:
        yield "inside"
    if seat.mark:
        yield f"mark:{seat.mark}"


def local_hour(at: int, time_zone: str) -> int:
    """The hour of the day, 0 to 23, in a time zone."""
    return (at + _offset_us(at // _HOUR_US, time_zone)) // _HOUR_US % 24


@lru_cache(maxsize=4096)
def _offset_us(hour: int, time_zone: str) -> int:
    """From UTC to local time in an hour since 1970; zones change their clocks at full hours of UTC, or close to."""
    there = datetime.fromtimestamp(hour * 3600, UTC).astimezone(ZoneInfo(time_zone)).utcoffset()
    return int(there.total_seconds()) * SECOND_US if there else 0
