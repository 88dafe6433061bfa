"""How well checking in works: figures of a period, by activity and over time, and what would make it better."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from servicekit.clock import SECOND_US
from services.reporting.periods.calendar import By, Period, key_of, week_of
from services.reporting.periods.held import Counts, Held, together, whole
from services.reporting.periods.reading import Found, Reading
from services.reporting.quality.advice import ENOUGH, Advice, Case, Rush, Settings, advice_of
from services.reporting.trends.trends import Point

REASONS = {
    "location_denied": "reason:LOCATION_DENIED",
    "location_missing": "reason:LOCATION_MISSING",
    "location_uncertain": "reason:FENCE_UNCERTAIN",
    "outside": "reason:FENCE_OUTSIDE",
    "wifi_missing": "reason:WIFI_MISSING",
    "wifi_mismatch": "reason:WIFI_MISMATCH",
    "qr_expired": "reason:QR_EXPIRED",
}
NAMES = (
    *("checked_in", "pending_review", "provisional", "refused", "late"),
    *("tried_again", "offline", "anomalous", "method:staff"),
    *REASONS.values(),
    *("slot_age:", "accuracy:", "distance:", "outside:"),
)
MAXIMUM_ACTIVITIES = 100
# Over more days than this, time goes by weeks.
_BY_DAY = 31
# Advice is about the latest activities, whose people were few enough to look at when they came.
_ADVISED, _RUSHES = 20, 100_000
_OPENING_MIN = 3


class Advised(NamedTuple):
    """Advice about an activity."""

    held: Held
    advice: Advice
    is_dismissed: bool


class Quality(NamedTuple):
    """What a period comes to."""

    period: Period
    whole: Counts
    over_time: Sequence[Point]
    by_activity: Sequence[Point]
    advice: Sequence[Advised]


class Client(Protocol):
    """See `client.ClientCounts`."""

    async def of(self, activity_ids: Collection[bytes], period: Period) -> dict[tuple[bytes, date], Counter[str]]:
        """What phones measured, by activity and day; raises UnavailableError."""


class Arrivals(Protocol):
    """See `trends.curves.Arrivals`."""

    async def minutes(self, held: Held) -> dict[int, int]:
        """How many came in each minute from the start; raises UnavailableError."""


class Dismissed(Protocol):
    """See `dismissed.DismissedAdvice`."""

    async def of(self, organisation_id: bytes) -> Collection[tuple[bytes, str]]:
        """The activities and codes of what is hidden; raises UnavailableError."""


AskSettings = Callable[[Collection[bytes]], Awaitable[Mapping[bytes, Settings]]]


class Qualities:
    """Puts occurrences together, and looks what could be better.

    Args:
        settings: Of activities, as they are now; without those that nobody can tell.
    """

    def __init__(
        self, reading: Reading, client: Client, arrivals: Arrivals, dismissed: Dismissed, settings: AskSettings
    ) -> None:
        self._reading = reading
        self._client = client
        self._arrivals = arrivals
        self._dismissed = dismissed
        self._settings = settings

    async def of(self, organisation_id: bytes, period: Period, activity_id: bytes) -> Quality:
        """The quality of a period.

        Raises:
            InvalidArgumentError: It has too many occurrences.
            UnavailableError: MySQL is gone.
        """
        found = await self._reading.read(organisation_id, period, activity_id, NAMES, tallied=False)
        activities = {held.activity_id: held for held in found.occurrences}
        measured = await self._client.of(activities, period) if activities else {}
        by_activity = together(found.occurrences, found.counts, lambda held: held.activity_id.hex())
        over_time = together(found.occurrences, found.counts, lambda held: _time_of(period, held.day))
        for (its_id, day), counts in measured.items():
            by_activity[its_id.hex()].update(counts)
            over_time.setdefault(_time_of(period, day), Counter()).update(counts)
        latest = sorted(activities.values(), key=lambda held: (-held.starts_at, held.activity_id))
        points = [Point(held.activity_id.hex(), held.title, by_activity[held.activity_id.hex()]) for held in latest]
        return Quality(
            period,
            whole(by_activity.values()),
            [Point(key, "", over_time[key]) for key in sorted(over_time)],
            points[:MAXIMUM_ACTIVITIES],
            await self._advice(organisation_id, latest, by_activity, found),
        )

    async def _advice(
        self, organisation_id: bytes, latest: Sequence[Held], by_activity: Mapping[str, Counts], found: Found
    ) -> list[Advised]:
        advised = [held for held in latest if tried(by_activity[held.activity_id.hex()]) >= ENOUGH][:_ADVISED]
        if not advised:
            return []
        settings = await self._settings([held.activity_id for held in advised])
        dismissed = await self._dismissed.of(organisation_id)
        advice = []
        for held in advised:
            if held.activity_id in settings:
                counts = by_activity[held.activity_id.hex()]
                case = Case(counts, tried(counts), settings[held.activity_id], await self._rush(held, found))
                advice += [Advised(held, each, (held.activity_id, each.code) in dismissed) for each in advice_of(case)]
        return advice

    async def _rush(self, held: Held, found: Found) -> Rush:
        """How people came to the latest occurrence of an activity."""
        if found.counts[held.occurrence_id]["checked_in"] > _RUSHES:
            return Rush()
        minutes = await self._arrivals.minutes(held)
        opened_before_s = (held.starts_at - held.opens_at) // SECOND_US
        opened = -(opened_before_s // 60)
        at_opening = sum(people for minute, people in minutes.items() if minute < opened + _OPENING_MIN)
        return Rush(max(minutes.values(), default=0), at_opening, sum(minutes.values()), opened_before_s)


def tried(counts: Counts) -> int:
    """How many people tried."""
    return sum(counts[name] for name in ("checked_in", "pending_review", "provisional", "refused"))


def _time_of(period: Period, day: date) -> str:
    return key_of(By.DAY, day, 0, "UTC") if period.days <= _BY_DAY else week_of(day).isoformat()
