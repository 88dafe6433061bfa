"""What those are called who tried: users as they call themselves, guests and entries as staff wrote them down."""

import logging
from collections.abc import Awaitable, Collection, Iterator, Mapping
from typing import Protocol

from domainkit.guest_ids import is_guest
from servicekit.errors import ServiceError
from services.checkin.judging.snapshots import Snapshot

log = logging.getLogger(__name__)


class UsersPort(Protocol):
    """See `domainkit.names.Names`; raises ServiceError when nobody can tell."""

    async def of(self, user_ids: Collection[bytes]) -> Mapping[bytes, str]:
        """Names of those who exist."""


class OthersPort(Protocol):
    """See `domainkit.subject_names`; raises ServiceError when nobody can tell."""

    async def of(self, where: bytes, identifiers: Collection[bytes]) -> Mapping[bytes, str]:
        """Names of those who are known at an activity, or on a roster."""


class ActivitiesPort(Protocol):
    """Snapshots of occurrences."""

    def get(self, key: bytes) -> Snapshot | None:
        """By the id of an activity."""


class Called:
    """Names of subjects; in lists of users alone nobody but identity is asked."""

    def __init__(self, users: UsersPort, guests: OthersPort, entries: OthersPort, activities: ActivitiesPort) -> None:
        self._users = users
        self._guests = guests
        self._entries = entries
        self._activities = activities

    async def of(self, people: Mapping[bytes, bytes]) -> Mapping[bytes, str]:
        """The names of those who can be told; whoever cannot be asked costs the names that they know.

        Args:
            people: By who they are the activity at which they tried.
        """
        guests = {each: activity_id for each, activity_id in people.items() if is_guest(each)}
        others = people.keys() - guests.keys()
        names = dict(await _told(self._users.of(others))) if others else {}
        for activity_id, theirs in _grouped(guests):
            names |= await _told(self._guests.of(activity_id, theirs))
        unnamed = {each: people[each] for each in others - names.keys()}
        for activity_id, theirs in _grouped(unnamed):
            snapshot = self._activities.get(activity_id)
            if snapshot and (roster_id := snapshot.occurrence.roster_id):
                names |= await _told(self._entries.of(roster_id, theirs))
        return names


def _grouped(people: Mapping[bytes, bytes]) -> Iterator[tuple[bytes, list[bytes]]]:
    for activity_id in {*people.values()}:
        yield activity_id, [each for each, theirs in people.items() if theirs == activity_id]


async def _told(asked: Awaitable[Mapping[bytes, str]]) -> Mapping[bytes, str]:
    try:
        return await asked
    except ServiceError as error:
        log.warning("a list goes without names: %s", error)
        return {}
