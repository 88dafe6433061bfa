"""Who may see and decide the cases of an activity: owner, organiser and staff, also staff of it alone."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from domainkit.organisations import OneActivity
from protos.checkin.v1 import checkin_pb2 as pb
from protos.identity.v1 import identity_pb2
from servicekit.errors import UnavailableError
from services.checkin.judging.snapshots import Snapshot
from services.checkin.rules.occurrence import Occurrence


class RolesPort(Protocol):
    """What people are in organisations, and for single activities; raises UnavailableError when nobody can tell."""

    async def of(self, organisation_id: bytes, user_id: bytes, activity: OneActivity | None = None) -> int:
        """A role, 0 for none."""


class ActivitiesPort(Protocol):
    """Snapshots of occurrences."""

    async def find(self, occurrence_ids: Iterable[bytes], activity_ids: Iterable[bytes], codes: Iterable[str]) -> None:
        """Loads what is not known yet; raises UnavailableError when nobody can tell."""

    def get(self, key: bytes) -> Snapshot | None:
        """By the id of an occurrence or an activity."""


class _Home(NamedTuple):
    """Where an attempt was made.

    Attributes:
        organisation_id: Empty where its credential did not open: that is for the person's eyes only.
        activity: None while nobody can tell when it is over: then its own staff wait.
    """

    organisation_id: bytes
    activity: OneActivity | None = None


class Reviewers:
    """Says whether somebody is a reviewer; raises UnavailableError when nobody can tell."""

    def __init__(self, activities: ActivitiesPort, roles: RolesPort) -> None:
        self._activities = activities
        self._roles = roles

    async def has(self, actor: bytes, occurrence: Occurrence) -> bool:
        """Whether somebody reviews what was tried at an occurrence."""
        return await self._is_staff(actor, _home(occurrence))

    async def among(self, actor: bytes, copies: Mapping[bytes, pb.Copy]) -> set[bytes]:
        """The keys of those attempts that somebody reviews."""
        homes = await self._homes(copies)
        theirs = {home for home in set(homes.values()) if await self._is_staff(actor, home)}
        return {key for key, home in homes.items() if home in theirs}

    async def _is_staff(self, actor: bytes, home: _Home) -> bool:
        if not home.organisation_id:
            return False
        return await self._roles.of(home.organisation_id, actor, home.activity) >= identity_pb2.ROLE_STAFF

    async def _homes(self, copies: Mapping[bytes, pb.Copy]) -> dict[bytes, _Home]:
        try:
            await self._activities.find({copy.occurrence_id for copy in copies.values() if copy.occurrence_id}, (), ())
        except UnavailableError:
            # Taken while nobody could ask whose occurrence it is, and still nobody can.
            if any(copy.occurrence_id and not copy.organisation_id for copy in copies.values()):
                raise
        return {key: self._home_of(copy) for key, copy in copies.items()}

    def _home_of(self, copy: pb.Copy) -> _Home:
        if not copy.occurrence_id:
            return _Home(b"")
        snapshot = self._activities.get(copy.occurrence_id)
        if snapshot and copy.organisation_id in (b"", snapshot.occurrence.organisation_id):
            return _home(snapshot.occurrence)
        return _Home(copy.organisation_id)


def _home(occurrence: Occurrence) -> _Home:
    return _Home(occurrence.organisation_id, OneActivity(occurrence.activity_id, occurrence.closes_at))
