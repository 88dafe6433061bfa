"""What organisations are called, as identity says it; believed for a minute."""

import grpc

from protos.identity.v1 import identity_pb2, identity_pb2_grpc
from servicekit.errors import UnavailableError
from servicekit.rpc import client
from servicekit.timed_cache import TimedCache

_TIMEOUT_S = 0.3
_BELIEVED_S = 60.0
_BELIEVED_WITHOUT_IDENTITY_S = 86_400.0


class OrganisationNames:
    """Asks identity."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = identity_pb2_grpc.IdentityServiceStub(channel)
        self._known: TimedCache[bytes, str] = TimedCache(
            self._load, _BELIEVED_S, keep=bool, stale_s=_BELIEVED_WITHOUT_IDENTITY_S
        )

    async def of(self, organisation_id: bytes) -> str:
        """What it is called; empty where there is none, or while nobody can tell."""
        try:
            return await self.needed(organisation_id)
        except UnavailableError:
            return ""

    async def needed(self, organisation_id: bytes) -> str:
        """What it is called; empty where there is none.

        Raises:
            UnavailableError: Identity is gone, and has not said it within a day.
        """
        return await self._known.get(organisation_id)

    async def _load(self, organisation_id: bytes) -> str:
        request = identity_pb2.GetOrganisationNameRequest(organisation_id=organisation_id)
        response: identity_pb2.GetOrganisationNameResponse = await client.call(
            self._stub.GetOrganisationName, request, timeout_s=_TIMEOUT_S
        )
        return response.name
