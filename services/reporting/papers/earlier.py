"""What a report of an activity is compared with: the occurrence before, of the same activity or of the same roster."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from servicekit.clock import now_us
from servicekit.errors import InvalidArgumentError
from services.reporting.exports.attendance import Slot
from services.reporting.papers.activity_report import LastTime
from services.reporting.papers.organisation_report import rate_of
from services.reporting.papers.turnout import starts_at
from services.reporting.periods.calendar import Period
from services.reporting.periods.held import Held
from services.reporting.periods.reading import Reading

# Whatever was longer ago is no last time.
_DAYS = 92


class Stored(Protocol):
    """See `periods.store.Periods`; both raise UnavailableError."""

    async def held(self, organisation_id: bytes, period: Period, activity_id: bytes, now: int) -> list[Held]:
        """Occurrences, in order of their start; raises InvalidArgumentError for too many."""

    async def of_group(self, occurrence_ids: Sequence[bytes], group: str) -> dict[bytes, Counter[str]]:
        """What is counted of a group, of each occurrence."""


class Earlier:
    """Looks for it."""

    def __init__(self, stored: Stored, reading: Reading) -> None:
        self._stored = stored
        self._reading = reading

    async def before(self, slot: Slot, group: str) -> LastTime | None:
        """How many came the last time, of a group where one is named; None: there was none, or nobody was expected.

        Raises:
            UnavailableError: MySQL is gone.
        """
        held = await self._last(slot)
        if held is None:
            return None
        period, names = Period(held.day, held.day), ["checked_in"]
        found = await self._reading.read(
            slot.gathering.activity.organisation_id, period, held.activity_id, names, tallied=True
        )
        counts = found.counts[held.occurrence_id]
        if group:
            of_group = await self._stored.of_group([held.occurrence_id], group)
            counts = of_group.get(held.occurrence_id, Counter())
        rate = rate_of(counts)
        return None if rate is None else LastTime(f"{held.day:%m-%d}", rate)

    async def _last(self, slot: Slot) -> Held | None:
        day, activity = slot.window.local_day, slot.gathering.activity
        if day is None:
            return None
        period = Period(day - timedelta(days=_DAYS), day)
        try:
            held = await self._stored.held(activity.organisation_id, period, b"", now_us())
        except InvalidArgumentError:
            held = await self._stored.held(activity.organisation_id, period, activity.activity_id, now_us())
        alike = [
            each
            for each in held
            if each.starts_at < starts_at(slot)
            and (each.activity_id == activity.activity_id or (each.roster_id and each.roster_id == activity.roster_id))
        ]
        return alike[-1] if alike else None
