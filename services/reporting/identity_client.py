"""Identity as the reporting service asks it: rights and names."""

from collections.abc import Collection

import grpc

from domainkit.names import Names
from domainkit.organisations import OneActivity
from domainkit.roles import STAFF, Role, Roles


class Identity:
    """Identity as this process sees it, on behalf of the person being served."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._roles = Roles(channel)
        self._names = Names(channel)

    async def is_staff(self, organisation_id: bytes, user_id: bytes, activity: OneActivity) -> bool:
        """Whether a person may see an activity's lists: owner, organiser or staff, or staff of it alone.

        Raises:
            UnavailableError: Identity is gone, and did not say so in the last quarter of an hour.
        """
        return await self._roles.of(organisation_id, user_id, activity) >= STAFF

    async def role(self, organisation_id: bytes, user_id: bytes) -> Role:
        """What a person is in an organisation; NONE in one that is foreign or does not exist.

        Raises:
            UnavailableError: Identity is gone, and did not say so in the last quarter of an hour.
        """
        return await self._roles.of(organisation_id, user_id)

    async def names(self, user_ids: Collection[bytes]) -> dict[bytes, str]:
        """The names of people who have one.

        Raises:
            UnavailableError: Identity is gone and some are not known.
        """
        return await self._names.of(user_ids)

    async def find(self, query: str) -> Collection[bytes] | None:
        """Everybody who may be called so, and some others; None where that are too many to narrow anything.

        Raises:
            UnavailableError: Identity is gone.
        """
        return await self._names.find(query)
