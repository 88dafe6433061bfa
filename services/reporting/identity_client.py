"""Roles and names from identity."""

import time
from collections.abc import Collection

import grpc

from protos.identity.v1 import identity_pb2 as pb
from protos.identity.v1 import identity_pb2_grpc
from servicekit.rpc import client
from servicekit.timed_cache import TimedCache

_ROLE_LIFE_S = 10.0
_NAME_LIFE_S = 60.0
_NAMES_KEPT = 50_000
_NAMES_AT_ONCE = 500
_TIMEOUT_S = 0.5


class Identity:
    """Identity as this process sees it, on behalf of the person being served."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = identity_pb2_grpc.IdentityServiceStub(channel)
        self._roles = TimedCache(self._load_role, _ROLE_LIFE_S, keep=bool)
        self._names: dict[bytes, tuple[float, str]] = {}

    async def jwks(self) -> str:
        """The signing keys of access tokens, as JSON."""
        keys = await client.call(self._stub.GetJwks, pb.GetJwksRequest(), timeout_s=2)
        return str(keys.json)

    async def is_staff(self, organisation_id: bytes, user_id: bytes) -> bool:
        """Whether a person may see an organisation's lists: owner, organiser or staff. Remembered for 10 s.

        Raises:
            UnavailableError: Identity is gone, so nobody can tell.
        """
        return await self._roles.get((organisation_id, user_id)) >= pb.ROLE_STAFF

    async def names(self, user_ids: Collection[bytes]) -> dict[bytes, str]:
        """The names of people, empty for who has none. Remembered for 60 s.

        Raises:
            UnavailableError: Identity is gone and some are not known.
        """
        now = time.monotonic()
        known = {user_id: entry[1] for user_id in user_ids if (entry := self._names.get(user_id)) and entry[0] > now}
        unknown = [user_id for user_id in user_ids if user_id not in known]
        for first in range(0, len(unknown), _NAMES_AT_ONCE):
            known |= await self._load_names(unknown[first : first + _NAMES_AT_ONCE])
        return known

    async def _load_role(self, key: tuple[bytes, bytes]) -> int:
        request = pb.GetRoleRequest(organisation_id=key[0], user_id=key[1])
        response = await client.call(self._stub.GetRole, request, timeout_s=_TIMEOUT_S, as_person=True)
        return int(response.role)

    async def _load_names(self, user_ids: Collection[bytes]) -> dict[bytes, str]:
        request = pb.BatchGetUsersRequest(user_ids=user_ids)
        response = await client.call(self._stub.BatchGetUsers, request, timeout_s=_TIMEOUT_S, as_person=True)
        names = dict.fromkeys(user_ids, "") | {user.user_id: user.name for user in response.users}
        self._remember(names)
        return names

    def _remember(self, names: dict[bytes, str]) -> None:
        if len(self._names) > _NAMES_KEPT:
            self._names.clear()
        until = time.monotonic() + _NAME_LIFE_S
        self._names.update((user_id, (until, name)) for user_id, name in names.items())
