"""A scheduler that says that it begins, and serves what is due until it is killed; of whose right nobody doubts.

Run as `python -m tests.contract.reporting.schedules.victim <database URL>`.
"""

import asyncio
import sys
from collections.abc import Sequence

from domainkit.roles import ORGANISER, Role
from servicekit.mysql.database import create_engine
from services.reporting.domain import Activity
from services.reporting.errors import ActivityNotFoundError
from services.reporting.schedules.claims import Claims
from services.reporting.schedules.running import Scheduler


class Organisers:
    """Everybody is one, save who is named here."""

    def __init__(self, *lost: bytes) -> None:
        self.lost = {*lost}

    async def role(self, organisation_id: bytes, user_id: bytes) -> Role:
        """See `Identity`."""
        return ORGANISER if user_id not in self.lost else ORGANISER - 1  # type: ignore[return-value]


class Known:
    """Activities by their ids."""

    def __init__(self, *activities: Activity) -> None:
        self._known = {each.activity_id: each for each in activities}

    async def get(self, activity_id: bytes) -> Activity:
        """See `Activities`."""
        if activity_id not in self._known:
            raise ActivityNotFoundError
        return self._known[activity_id]

    async def held_between(self, organisation_id: bytes, from_at: int, to_at: int) -> Sequence[Activity]:
        """See `Held`: those of the organisation, whenever they are."""
        return [each for each in self._known.values() if each.organisation_id == organisation_id]


def known(
    organisation_id: bytes, activity_id: bytes = b"a" * 16, closes_at: int | None = None, state: int = 2
) -> Known:
    """One activity of an organisation."""
    return Known(Activity(activity_id, organisation_id, "周会", "Asia/Shanghai", state, 1, 0, 0, closes_at))


async def main(url: str, organisation_id: str) -> None:
    """Runs until killed."""
    there = known(bytes.fromhex(organisation_id))
    print("ready", flush=True)
    await Scheduler(Claims(create_engine(url)), Organisers(), there, there).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
