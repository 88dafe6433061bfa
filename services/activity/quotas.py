"""How much one organisation may make and change in an hour.

An atomic counter in Redis, asked within the transaction that does it: a row that everybody adds to would make two
hundred activities wait for one another's commits. What is rolled back afterwards has counted.
"""

from typing import Protocol

from services.activity.errors import TooManyActivitiesError, TooManyChangesError
from services.activity.metrics import ACTIVITIES_OVER, CHANGES_OVER

HOUR_S = 3600


class AllowancePort(Protocol):
    """See `servicekit.redis.allowance`; one trip, and never raises."""

    async def spend(self, items: list[tuple[bytes, bool]]) -> list[float]:
        """For each, in order: 0 if it was in time, else the seconds until the hour is over."""


class Quotas:
    """Both allowances of every organisation."""

    def __init__(self, activities: AllowancePort, changes: AllowancePort) -> None:
        self._activities = activities
        self._changes = changes

    async def make(self, organisation_id: bytes) -> None:
        """Counts a new activity.

        Raises:
            TooManyActivitiesError: The organisation made as many in this hour as it may.
        """
        [wait_s] = await self._activities.spend([(organisation_id, True)])
        if wait_s:
            ACTIVITIES_OVER.inc()
            raise TooManyActivitiesError(wait_s)

    async def change(self, organisation_id: bytes) -> None:
        """Counts a change of an activity: each of them is kept for ever.

        Raises:
            TooManyChangesError: The organisation made as many in this hour as it may.
        """
        [wait_s] = await self._changes.spend([(organisation_id, True)])
        if wait_s:
            CHANGES_OVER.inc()
            raise TooManyChangesError(wait_s)
