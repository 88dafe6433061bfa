"""What people on a list are called: as the roster calls them, else as they do themselves, or staff wrote them down."""

import asyncio
from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol

from domainkit.guest_ids import is_guest
from domainkit.name_search import is_named_like, is_searchable
from services.reporting.expected.roster_client import EntryName
from services.reporting.people.scene import Scene, if_known

_NOBODY = EntryName("", "")


class Identity(Protocol):
    """See `identity_client.Identity`; both methods raise UnavailableError when identity is gone."""

    async def names(self, user_ids: Collection[bytes]) -> dict[bytes, str]:
        """Names by person; who has none may be missing."""

    async def find(self, query: str) -> Collection[bytes] | None:
        """Everybody who may be called so; None where that are too many."""


class Rosters(Protocol):
    """See `expected.roster_client.Rosters`; raises ServiceError when nobody can tell."""

    async def names(self, roster_id: bytes, entry_ids: Collection[bytes]) -> dict[bytes, EntryName]:
        """What lists show of entries."""


class Guests(Protocol):
    """See `domainkit.subject_names.GuestNames`; both methods raise ServiceError when nobody can tell."""

    async def of(self, where: bytes, identifiers: Collection[bytes]) -> Mapping[bytes, str]:
        """Names of guests of an activity."""

    async def find(self, activity_id: bytes, roster_id: bytes, query: str) -> Collection[bytes] | None:
        """Guests and entries that may be called so; None where that are too many."""


class Names(NamedTuple):
    """What some people are called."""

    scene: Scene
    by_user: Mapping[bytes, str]
    by_entry: Mapping[bytes, EntryName]

    def of(self, user_id: bytes) -> EntryName:
        """The name of one of them, and their number on the roster."""
        key, member = self.scene.key(user_id), self.scene.member(user_id)
        listed = self.by_entry.get(key, _NOBODY)
        return EntryName(
            listed.name if key in self.by_entry else self.by_user.get(user_id, ""), listed.number if member else ""
        )


class Naming:
    """Asks whoever knows."""

    def __init__(self, identity: Identity, rosters: Rosters, guests: Guests) -> None:
        self._identity = identity
        self._rosters = rosters
        self._guests = guests

    async def of(self, scene: Scene, ids: Collection[bytes], *, is_needed: bool = False) -> Names:
        """What some people are called, those also who came as an entry and are off the roster by now.

        Raises:
            ServiceError: All names are needed, and some cannot be told.
        """
        activity_id, roster_id = scene.activity.activity_id, scene.activity.roster_id
        users, guests = [each for each in ids if not is_guest(each)], [each for each in ids if is_guest(each)]
        by_user = await if_known(self._identity.names(users), dict[bytes, str](), is_needed=is_needed) if users else {}
        if guests:
            of_guests = self._guests.of(activity_id, guests)
            by_user = {**by_user, **await if_known(of_guests, dict[bytes, str](), is_needed=is_needed)}
        if not roster_id or not users:
            return Names(scene, by_user, {})
        listed = self._rosters.names(roster_id, [scene.key(user_id) for user_id in users])
        return Names(scene, by_user, await if_known(listed, dict[bytes, EntryName](), is_needed=is_needed))

    async def like(self, scene: Scene, query: str) -> Collection[bytes] | None:
        """Everything that people may have come as whose name may be like a query; None where that are too many.

        Raises:
            ServiceError: Nobody can tell.
        """
        if not is_searchable(query):
            return None
        activity = scene.activity
        users, subjects = await asyncio.gather(
            self._identity.find(query), self._guests.find(activity.activity_id, activity.roster_id or b"", query)
        )
        if users is None or subjects is None:
            return None
        return {*users, *(each for subject in subjects for each in scene.ids(subject))}

    async def are_like(self, scene: Scene, ids: Collection[bytes], query: str) -> Collection[bytes]:
        """Those of some people whose name is like a query.

        Raises:
            ServiceError: Nobody can tell: without names a list would leave people out.
        """
        names = await self.of(scene, ids, is_needed=True)
        return {user_id for user_id in ids if is_named_like(names.of(user_id).name, query)}
