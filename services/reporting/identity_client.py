"""Identity as the reporting service asks it: signing keys, rights and names."""

from collections.abc import Collection

import grpc

from domainkit.names import Names
from domainkit.roles import STAFF, Roles
from protos.identity.v1 import identity_pb2 as pb
from protos.identity.v1 import identity_pb2_grpc
from servicekit.rpc import client

_JWKS_TIMEOUT_S = 2.0


class Identity:
    """Identity as this process sees it, on behalf of the person being served."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = identity_pb2_grpc.IdentityServiceStub(channel)
        self._roles = Roles(channel)
        self._names = Names(channel)

    async def jwks(self) -> str:
        """The signing keys of access tokens, as JSON."""
        keys = await client.call(self._stub.GetJwks, pb.GetJwksRequest(), timeout_s=_JWKS_TIMEOUT_S)
        return str(keys.json)

    async def is_staff(self, organisation_id: bytes, user_id: bytes) -> bool:
        """Whether a person may see an organisation's lists: owner, organiser or staff.

        Raises:
            UnavailableError: Identity is gone, and did not say so in the last quarter of an hour.
        """
        return await self._roles.of(organisation_id, user_id) >= STAFF

    async def names(self, user_ids: Collection[bytes]) -> dict[bytes, str]:
        """The names of people who have one.

        Raises:
            UnavailableError: Identity is gone and some are not known.
        """
        return await self._names.of(user_ids)
