"""Who may arrange things for an organisation: its owners and organisers."""

from typing import Protocol

from domainkit.roles import NONE, ORGANISER, STAFF, Role
from servicekit.errors import NotFoundError, PermissionDeniedError
from servicekit.rpc.interceptors import person

_ID_BYTES = 16


class Identity(Protocol):
    """See `identity_client.Identity`; raises UnavailableError when identity is gone."""

    async def role(self, organisation_id: bytes, user_id: bytes) -> Role:
        """What a person is in an organisation."""


async def require(identity: Identity, organisation_id: bytes, least: Role = ORGANISER) -> Role:
    """The calling person's role.

    Raises:
        NotFoundError: There is no such organisation, or they are no staff of it.
        PermissionDeniedError: They are, and that is not enough.
    """
    role = NONE
    if len(organisation_id) == _ID_BYTES:
        role = await identity.role(organisation_id, person().user_id)
    if role < STAFF:
        raise NotFoundError("there is no such organisation, or you are no staff of it")
    if role < least:
        raise PermissionDeniedError("only owners and organisers may do this; ask one of them")
    return role
