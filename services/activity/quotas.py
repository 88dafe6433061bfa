"""How much one organisation may make and change in an hour, counted in the transaction that does it.

A row per organisation and quota: whoever adds to it waits for those before, so that nothing is gained by doing many at
once, and a transaction that is rolled back has not counted.
"""

from dataclasses import dataclass
from enum import IntEnum

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from servicekit.clock import SECOND_US, from_datetime, now_us, to_datetime
from services.activity.errors import TooManyActivitiesError, TooManyChangesError
from services.activity.metrics import ACTIVITIES_OVER, CHANGES_OVER
from services.activity.tables import quotas

HOUR_US = 3600 * SECOND_US


class Quota(IntEnum):
    """What is counted; as stored."""

    ACTIVITIES = 1
    CHANGES = 2


@dataclass(frozen=True, slots=True)
class Quotas:
    """How many of each one organisation may have in an hour."""

    activities: int = 500
    changes: int = 5000

    async def make(self, connection: AsyncConnection, organisation_id: bytes) -> None:
        """Counts a new activity.

        Raises:
            TooManyActivitiesError: The organisation made as many in this hour as it may.
        """
        if wait_s := await _spend(connection, organisation_id, Quota.ACTIVITIES, self.activities):
            ACTIVITIES_OVER.inc()
            raise TooManyActivitiesError(self.activities, wait_s)

    async def change(self, connection: AsyncConnection, organisation_id: bytes) -> None:
        """Counts a change of an activity: each of them is kept for ever.

        Raises:
            TooManyChangesError: The organisation made as many in this hour as it may.
        """
        if wait_s := await _spend(connection, organisation_id, Quota.CHANGES, self.changes):
            CHANGES_OVER.inc()
            raise TooManyChangesError(self.changes, wait_s)


async def _spend(connection: AsyncConnection, organisation_id: bytes, quota: Quota, limit: int) -> float:
    """Takes one; returns 0, or the seconds until the hour, which began with its first, is over."""
    now = now_us()
    is_over = quotas.c.since <= to_datetime(now - HOUR_US)
    row = {"organisation_id": organisation_id, "quota": quota, "since": to_datetime(now), "used": 1}
    # In this order: `used` still sees the old `since`.
    changes = [
        ("used", func.if_(is_over, 1, quotas.c.used + 1)),
        ("since", func.if_(is_over, to_datetime(now), quotas.c.since)),
    ]
    await connection.execute(insert(quotas).values(row).on_duplicate_key_update(changes))
    mine = and_(quotas.c.organisation_id == organisation_id, quotas.c.quota == quota)
    found = (await connection.execute(select(quotas).where(mine))).one()
    if found.used <= limit:
        return 0.0
    return max((from_datetime(found.since) + HOUR_US - now) / SECOND_US, 1.0)
