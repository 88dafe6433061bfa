"""People's names, as identity says them; believed for a minute."""

from collections.abc import Collection

import grpc
from cachetools import TTLCache

from protos.identity.v1 import identity_pb2, identity_pb2_grpc
from servicekit.rpc import client

_TIMEOUT_S = 0.5
_LIFE_S = 60.0
_KEPT = 50_000
_AT_ONCE = 500


class Names:
    """Asks identity, which tells only services that found the reader entitled to the list."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = identity_pb2_grpc.IdentityServiceStub(channel)
        self._known: TTLCache[bytes, str] = TTLCache(_KEPT, _LIFE_S)

    async def of(self, user_ids: Collection[bytes]) -> dict[bytes, str]:
        """The names of those who exist, empty for who has given none.

        Raises:
            UnavailableError: Identity is gone and some are not known.
        """
        known = self.remembered(user_ids)
        unknown = [user_id for user_id in user_ids if user_id not in known]
        for first in range(0, len(unknown), _AT_ONCE):
            known |= await self._load(unknown[first : first + _AT_ONCE])
        return known

    async def find(self, query: str) -> Collection[bytes] | None:
        """Everybody who may be called so, and some others; None where that are too many to narrow anything.

        Raises:
            UnavailableError: Identity is gone.
        """
        request = identity_pb2.FindUsersRequest(query=query)
        response = await client.call(self._stub.FindUsers, request, timeout_s=_TIMEOUT_S)
        return None if response.is_too_wide else response.user_ids

    def remembered(self, user_ids: Collection[bytes]) -> dict[bytes, str]:
        """The names that are believed without asking."""
        found = ((user_id, self._known.get(user_id)) for user_id in user_ids)
        return {user_id: name for user_id, name in found if name is not None}

    async def _load(self, user_ids: Collection[bytes]) -> dict[bytes, str]:
        request = identity_pb2.BatchGetUsersRequest(user_ids=user_ids)
        response = await client.call(self._stub.BatchGetUsers, request, timeout_s=_TIMEOUT_S)
        names = {user.user_id: user.name for user in response.users}
        self._known.update(names)
        return names
