"""What a person is in an organisation, or for one of its activities, as identity says it.

Believed for five seconds; absence not at all. While identity is gone, what was believed lately goes on for a quarter of
an hour, so that screens and organisers keep working. Who is staff of one activity alone is so until a day after it is
over, as whoever asks knows the activity: an edited window moves it.
"""

import asyncio
from typing import NamedTuple, TypeAlias

import grpc

from domainkit.organisations import OneActivity
from protos.identity.v1 import identity_pb2, identity_pb2_grpc
from servicekit.clock import now_us
from servicekit.rpc import client
from servicekit.rpc.interceptors import person
from servicekit.timed_cache import TimedCache

_TIMEOUT_S = 0.3
_BELIEVED_S = 5.0
_BELIEVED_WITHOUT_IDENTITY_S = 900.0
_PAGE = 200

NONE = identity_pb2.ROLE_UNSPECIFIED
STAFF = identity_pb2.ROLE_STAFF
ORGANISER = identity_pb2.ROLE_ORGANISER

Role: TypeAlias = "identity_pb2.Role.ValueType"


class Reach(NamedTuple):
    """Where a person is staff or more.

    Attributes:
        organisation_ids: All of these, the archived ones left out.
        activity_ids: These alone, over or not.
    """

    organisation_ids: list[bytes]
    activity_ids: list[bytes]


class Roles:
    """Asks identity; every method raises UnavailableError when it is gone and nothing is remembered."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = identity_pb2_grpc.IdentityServiceStub(channel)
        self._known: TimedCache[tuple[bytes, bytes, bytes], identity_pb2.GetRoleResponse] = TimedCache(
            self._load,
            _BELIEVED_S,
            keep=lambda found: found.role != NONE or found.is_activity_staff,
            stale_s=_BELIEVED_WITHOUT_IDENTITY_S,
        )

    async def of_caller(self, organisation_id: bytes, activity: OneActivity | None = None) -> Role:
        """The calling person's role; NONE in organisations that are foreign or do not exist."""
        return await self.of(organisation_id, person().user_id, activity)

    async def of(self, organisation_id: bytes, user_id: bytes, activity: OneActivity | None = None) -> Role:
        """A named person's role; NONE in organisations that are foreign or do not exist.

        Args:
            activity: What it is about, if it is about one: some are staff of that alone.
        """
        keys = [(organisation_id, user_id, b"")]
        if activity:
            keys.append((organisation_id, user_id, activity.activity_id))
        # Both at once: while identity is gone, staff of the organisation are so for activities never asked about too.
        found = await asyncio.gather(*map(self._known.get, keys), return_exceptions=True)
        known = [each for each in found if isinstance(each, identity_pb2.GetRoleResponse)]
        role: Role = max((each.role for each in known), default=NONE)
        if activity and now_us() < activity.staffed_until and any(each.is_activity_staff for each in known):
            role = max(role, STAFF)
        if role < STAFF and (errors := [each for each in found if isinstance(each, BaseException)]):
            raise errors[0]
        return role

    async def is_archived(self, organisation_id: bytes) -> bool:
        """Whether nothing new begins there; False where the calling person does not belong to it."""
        return (await self._known.get((organisation_id, person().user_id, b""))).is_archived

    async def reach_of_caller(self) -> Reach:
        """Where the calling person is staff or more."""
        found = Reach([], [])
        request = identity_pb2.ListOrganisationsRequest(page_size=_PAGE)
        while True:
            response = await client.call(self._stub.ListOrganisations, request, timeout_s=_TIMEOUT_S, as_person=True)
            found.organisation_ids.extend(each.organisation_id for each in response.organisations if each.role >= STAFF)
            found.activity_ids.extend(response.activity_ids)
            if not response.next_page_token:
                return found
            request.page_token = response.next_page_token

    async def _load(self, key: tuple[bytes, bytes, bytes]) -> identity_pb2.GetRoleResponse:
        organisation_id, user_id, activity_id = key
        request = identity_pb2.GetRoleRequest(organisation_id=organisation_id, user_id=user_id, activity_id=activity_id)
        response: identity_pb2.GetRoleResponse = await client.call(self._stub.GetRole, request, timeout_s=_TIMEOUT_S)
        return response
