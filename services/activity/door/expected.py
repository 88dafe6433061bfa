"""Those of an activity's roster whom somebody means, in one trip however many they are."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from services.activity.domain import Activity
from services.activity.door.guests import Guest
from services.activity.door.subjects import Known, Meant
from services.activity.rosters.entry_rows import Listed
from services.activity.rosters.listed import Asked
from services.activity.rosters.rosters import Roster

_NO_GUESTS: Mapping[bytes, Guest] = {}


class RostersPort(Protocol):
    """See `rosters.rosters.Rosters`."""

    async def get(self, roster_id: bytes) -> Roster:
        """One of them; raises RosterNotFoundError, UnavailableError."""


class EntriesPort(Protocol):
    """See `rosters.listed.Entries`."""

    async def find(self, roster_id: bytes, asked: Asked) -> Sequence[Listed]:
        """Those of these who are on a roster now; raises UnavailableError."""


class Expected:
    """Who is on the rosters of activities."""

    def __init__(self, rosters: RostersPort, entries: EntriesPort) -> None:
        self._rosters = rosters
        self._entries = entries

    async def roster(self, activity: Activity) -> Roster | None:
        """The activity's; None where it has none."""
        roster_id = activity.definition.roster_id
        return await self._rosters.get(roster_id) if roster_id else None

    async def known(
        self, activity: Activity, meant: Sequence[Meant], guests: Mapping[bytes, Guest] = _NO_GUESTS, quota: int = 0
    ) -> Known:
        """Who was found of those who are meant; guests are looked for by whoever lets any in."""
        roster, listed = None, list[Listed]()
        asked = Asked(
            [one.entry_id or one.user_id for one in meant if one.entry_id or one.user_id],
            [one.tail for one in meant if one.tail],
            [one.user_id for one in meant if one.user_id],
        )
        if (asked.entry_ids or asked.tails) and (roster := await self.roster(activity)):
            listed = [*await self._entries.find(roster.roster_id, asked)]
        return Known(roster, listed, guests, quota)
