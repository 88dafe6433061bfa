"""People's names, as identity says them; believed for a minute."""

import time
from collections.abc import Collection

import grpc

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
        self._known: dict[bytes, tuple[float, str]] = {}

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

    def remembered(self, user_ids: Collection[bytes]) -> dict[bytes, str]:
        """The names that are believed without asking."""
        now = time.monotonic()
        return {user_id: entry[1] for user_id in user_ids if (entry := self._known.get(user_id)) and entry[0] > now}

    async def _load(self, user_ids: Collection[bytes]) -> dict[bytes, str]:
        request = identity_pb2.BatchGetUsersRequest(user_ids=user_ids)
        response = await client.call(self._stub.BatchGetUsers, request, timeout_s=_TIMEOUT_S)
        names = {user.user_id: user.name for user in response.users}
        if len(self._known) > _KEPT:
            self._known.clear()
        until = time.monotonic() + _LIFE_S
        self._known.update((user_id, (until, name)) for user_id, name in names.items())
        return names
