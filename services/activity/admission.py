"""Who may act in an organisation: others are told that there is none, and who may only look, that they may not."""

from collections.abc import Callable, Collection
from typing import Protocol

from domainkit.organisations import OneActivity, OrganisationArchivedError
from domainkit.roles import NONE, STAFF, Reach, Role
from protos.activity.v1 import activity_pb2 as pb
from servicekit.errors import NotFoundError, PermissionDeniedError, invalid
from services.activity import messages
from services.activity.domain import Activity
from services.activity.errors import ActivityNotFoundError, OrganisationNotFoundError, RosterNotFoundError
from services.activity.rosters.rosters import Roster

ID_BYTES = 16


class RolesPort(Protocol):
    """Roles of the calling person; see `roles.Roles`."""

    async def of_caller(self, organisation_id: bytes, activity: OneActivity | None = None) -> Role:
        """Their role, for an activity where one is named, or NONE."""

    async def is_archived(self, organisation_id: bytes) -> bool:
        """Whether nothing new begins there, as far as they may know."""

    async def reach_of_caller(self) -> Reach:
        """Where they are staff or more."""


async def admit(
    roles: RolesPort,
    organisation_id: bytes,
    least: Role,
    unknown: Callable[[], NotFoundError] = OrganisationNotFoundError,
    *,
    activity: OneActivity | None = None,
    begins: bool = False,
) -> Role:
    """The role of the calling person, who has at least this one.

    Args:
        activity: What it is about, if it is about one: some are staff of that alone.
        begins: Whether something new begins with it.

    Raises:
        PermissionDeniedError: They are staff, and that is not enough.
        NotFoundError: They are less, or there is none: as `unknown` makes it.
        OrganisationArchivedError: Nothing new begins in the organisation.
    """
    role = await roles.of_caller(organisation_id, activity) if len(organisation_id) == ID_BYTES else NONE
    if role < STAFF:
        raise unknown()
    if role < least:
        raise PermissionDeniedError("only an organiser or owner of the organisation may do this")
    if begins and await roles.is_archived(organisation_id):
        raise OrganisationArchivedError
    return role


class RostersPort(Protocol):
    """See `rosters.rosters.Rosters`."""

    async def get(self, roster_id: bytes) -> Roster:
        """One of them; raises RosterNotFoundError, UnavailableError."""


async def check_roster(rosters: RostersPort, organisation_id: bytes, roster_id: bytes) -> None:
    """Lets an activity expect whom a roster lists.

    Raises:
        InvalidArgumentError: The organisation has no such roster.
    """
    try:
        is_theirs = (await rosters.get(roster_id)).organisation_id == organisation_id
    except RosterNotFoundError:
        is_theirs = False
    if not is_theirs:
        raise invalid("roster_id", "is no roster of this organisation; choose one of its rosters")


class StorePort(Protocol):
    """Activities; see `store.Store`."""

    async def get(self, activity_id: bytes) -> Activity | None:
        """The activity of an id; None where there is none."""

    async def find(self, *, activity_ids: Collection[bytes]) -> list[Activity]:
        """Those of these ids."""


class Admission:
    """Who may act on which activities, and what they are told of them.

    Args:
        now_us: The clock.
    """

    def __init__(self, store: StorePort, roles: RolesPort, now_us: Callable[[], int]) -> None:
        self._store = store
        self._roles = roles
        self._now_us = now_us

    async def admit(self, activity_id: bytes, least: Role, *, begins: bool = False) -> Activity:
        """The activity, for a person of at least this role for it; see the function `admit`."""
        activity = await self._store.get(activity_id)
        if activity is None:
            raise ActivityNotFoundError
        organisation_id, one = activity.definition.organisation_id, alone(activity)
        await admit(self._roles, organisation_id, least, ActivityNotFoundError, activity=one, begins=begins)
        return activity

    async def reach(self, organisation_id: bytes) -> Reach:
        """Where to look for what the calling person may list: in an organisation, or wherever they are staff.

        Raises:
            NotFoundError: They are no staff of the organisation.
        """
        if organisation_id:
            await admit(self._roles, organisation_id, STAFF)
            return Reach([organisation_id], [])
        reach = await self._roles.reach_of_caller()
        found = await self._store.find(activity_ids=reach.activity_ids) if reach.activity_ids else []
        go_on = [each.activity_id for each in found if self._now_us() < alone(each).staffed_until]
        return reach._replace(activity_ids=go_on)

    async def told(self, activity: Activity, reach: Reach | None = None) -> pb.Activity:
        """Everything about it, and what the calling person is for it.

        Args:
            reach: Of a list: who is staff of an organisation is not asked about each of its activities.
        """
        organisation_id = activity.definition.organisation_id
        is_all_theirs = reach is not None and organisation_id in reach.organisation_ids
        message = messages.to_message(activity)
        message.own_role = await self._roles.of_caller(organisation_id, None if is_all_theirs else alone(activity))
        return message


def alone(activity: Activity) -> OneActivity:
    """An activity as far as people may be staff of it alone."""
    return OneActivity(activity.activity_id, activity.closes_at)
