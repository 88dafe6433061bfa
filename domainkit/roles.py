"""What a person is in an organisation, as identity says it.

Believed for ten seconds; absence not at all. While identity is gone, what was believed lately goes on for a quarter of
an hour, so that screens and organisers keep working.
"""

from typing import TypeAlias

import grpc

from protos.identity.v1 import identity_pb2, identity_pb2_grpc
from servicekit.rpc import client
from servicekit.rpc.interceptors import person
from servicekit.timed_cache import TimedCache

_TIMEOUT_S = 0.3
_BELIEVED_S = 10.0
_BELIEVED_WITHOUT_IDENTITY_S = 900.0
_PAGE = 200

NONE = identity_pb2.ROLE_UNSPECIFIED
STAFF = identity_pb2.ROLE_STAFF
ORGANISER = identity_pb2.ROLE_ORGANISER

Role: TypeAlias = "identity_pb2.Role.ValueType"


class Roles:
    """Asks identity; every method raises UnavailableError when it is gone and nothing is remembered."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = identity_pb2_grpc.IdentityServiceStub(channel)
        self._roles: TimedCache[tuple[bytes, bytes], Role] = TimedCache(
            self._load, _BELIEVED_S, keep=lambda role: role != NONE, stale_s=_BELIEVED_WITHOUT_IDENTITY_S
        )

    async def of_caller(self, organisation_id: bytes) -> Role:
        """The calling person's role; NONE in organisations that are foreign or do not exist."""
        return await self.of(organisation_id, person().user_id)

    async def of(self, organisation_id: bytes, user_id: bytes) -> Role:
        """A named person's role; NONE in organisations that are foreign or do not exist."""
        return await self._roles.get((organisation_id, user_id))

    async def organisations_of_caller(self) -> list[bytes]:
        """Organisations in which the calling person is staff or more."""
        found: list[bytes] = []
        request = identity_pb2.ListOrganisationsRequest(page_size=_PAGE)
        while True:
            response = await client.call(self._stub.ListOrganisations, request, timeout_s=_TIMEOUT_S, as_person=True)
            found += [each.organisation_id for each in response.organisations if each.role >= STAFF]
            if not response.next_page_token:
                return found
            request.page_token = response.next_page_token

    async def _load(self, key: tuple[bytes, bytes]) -> Role:
        organisation_id, user_id = key
        request = identity_pb2.GetRoleRequest(organisation_id=organisation_id, user_id=user_id)
        response = await client.call(self._stub.GetRole, request, timeout_s=_TIMEOUT_S)
        role: Role = response.role
        return role
