"""A fact: what one person did at one occurrence, joined from both their seats, and what it counts as. Pure.

Both seats have a revision of their own; whatever is not newer than what is known of a seat has no effect.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from servicekit.clock import SECOND_US
from services.reporting.domain import IN, OUT, Counted, SeatView, Status, counted, counters
from services.reporting.project import Change

_QUARTER_US = 900 * SECOND_US
_CHECKED_IN = int(Status.CHECKED_IN)
# Kinds are made for everybody who comes: their own constructor takes twice as long.
_new = tuple.__new__

# More tries than this say no more.
_TRIES = 9
_TRIED = (Status.CHECKED_IN, Status.PENDING_REVIEW, Status.PROVISIONAL, Status.REFUSED)
_OUTSIDE = "FENCE_OUTSIDE"
# What a check found of how somebody came; that they were late, or could not be looked at, is none of it.
ANOMALIES = frozenset(
    (
        *(_OUTSIDE, "WIFI_MISMATCH", "LOCATION_MOCKED", "SPEED_IMPOSSIBLE", "RELAY_SUSPECTED"),
        *("DEVICE_SHARED", "DEVICE_NEW", "CLOCK_SKEW", "OFFLINE_SLOT_UNVERIFIABLE", "FACE_MISMATCH"),
    )
)

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
        distance_bucket, slot_age_bucket, accuracy_bucket: See domainkit/buckets.py; 0: not known.
        outside_bucket: How far they were, where that was outside the fence; else 0.
        refused_tries: Before they came, or until now; at most `_TRIES`.
        is_anomalous: A check found something, whatever became of it.
    """

    received_at: int = 0
    late_by_s: int = 0
    distance_bucket: int = 0
    slot_age_bucket: int = 0
    accuracy_bucket: int = 0
    outside_bucket: int = 0
    refused_tries: int = 0
    is_offline: int = 0
    is_anomalous: int = 0


class Fact(NamedTuple):
    """What one person did at one occurrence; a seat is None where they never asked for it.

    Counters of seats are of live numbers alone, and not written down.
    """

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
        if change.direction == OUT:
            if change.revision <= self.went_revision:
                return self
            return Fact(self.came_revision, self.came, self.evidence, change.revision, change.view)
        if change.revision <= self.came_revision:
            return self
        return Fact(change.revision, change.view, _evidence(change), self.went_revision, self.went)


class Kind(NamedTuple):
    """What a fact counts as; many are of one kind.

    Attributes:
        hour: Of the day, where it was; -1 for who did not check in.
    """

    status: int
    mark: int
    method: str
    gate: str
    punctuality: str
    reasons: tuple[str, ...]
    is_inside: bool
    is_early: bool
    hour: int
    distance_bucket: int
    slot_age_bucket: int
    accuracy_bucket: int
    outside_bucket: int
    is_again: bool
    is_offline: bool
    is_anomalous: bool


def _evidence(change: Change) -> Evidence:
    attempt, reasons = change.attempt, change.view.reasons
    return Evidence(
        change.received_at,
        attempt.late_by_s,
        attempt.distance_bucket,
        attempt.slot_age_bucket,
        attempt.accuracy_bucket,
        attempt.distance_bucket if _OUTSIDE in reasons else 0,
        min(change.refused_tries, _TRIES),
        int(attempt.is_offline),
        int(not ANOMALIES.isdisjoint(reasons)),
    )


def kind_of(key: FactKey, fact: Fact, time_zone: str) -> tuple[Kind | None, int]:
    """The kind of a fact, None for one with nothing to show, and the time at which lists show it."""
    _, seat, evidence, _, went = fact
    if seat is not None and went is None and not seat.mark:
        # Nearly everybody; `counted` would say the same.
        if not seat.status:
            return None, 0
        is_inside, is_early = seat.is_held, False
    elif shown := fact.shown(key):
        seat, (is_inside, _, is_early) = shown.seat, shown.presence
    else:
        return None, 0
    _, at, _, status, method, gate, punctuality, reasons, _, mark, _ = seat
    hour = local_hour(at, time_zone) if status == _CHECKED_IN else -1
    return _new(
        Kind,
        (
            *(status, mark, method, gate, punctuality, tuple(reasons), is_inside, is_early, hour),
            *evidence[2:6],
            *map(bool, evidence[6:]),
        ),
    ), at


def counts_of(key: FactKey, fact: Fact, time_zone: str) -> Counter[str]:
    """What a fact counts as: a person by everything that is asked of history, and its seats and revisions."""
    kind, _ = kind_of(key, fact, time_zone)
    counts: Counter[str] = Counter(names_of(kind) if kind else ())
    counts[SEATS], counts[REVISIONS] = fact.seats, fact.came_revision + fact.went_revision
    return counts


@lru_cache(maxsize=4096)
def names_of(kind: Kind) -> Sequence[str]:
    """The counters that count it once."""
    return tuple(_names(kind))


def _names(kind: Kind) -> Iterator[str]:
    for name in counters(kind.status, 0, kind.method, kind.gate, kind.punctuality, kind.reasons):
        if not name.startswith("minute:"):
            yield name
    if kind.status == Status.CHECKED_IN:
        yield f"hour:{kind.hour:02d}"
        if kind.distance_bucket:
            yield f"distance:{kind.distance_bucket}"
        if kind.slot_age_bucket:
            yield f"slot_age:{kind.slot_age_bucket}"
        if kind.accuracy_bucket:
            yield f"accuracy:{kind.accuracy_bucket}"
        if kind.outside_bucket:
            yield f"outside:{kind.outside_bucket}"
        if kind.is_again:
            yield "tried_again"
        if kind.is_early:
            yield "left_early"
    if kind.status in _TRIED and kind.is_offline:
        yield "offline"
    if kind.status in _TRIED and kind.is_anomalous:
        yield "anomalous"
    if kind.is_inside:
        yield "inside"
    if kind.mark:
        yield f"mark:{kind.mark}"


def local_hour(at: int, time_zone: str) -> int:
    """The hour of the day, 0 to 23, in a time zone."""
    return _hour_of(at // _QUARTER_US, time_zone)


@lru_cache(maxsize=4096)
def _hour_of(quarter: int, time_zone: str) -> int:
    """The hour in which a quarter of an hour since 1970 lies; no zone differs from UTC by less."""
    return datetime.fromtimestamp(quarter * 900, UTC).astimezone(ZoneInfo(time_zone)).hour
