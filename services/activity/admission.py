"""Who may act in an organisation: others are told that there is none, and who may only look, that they may not."""

from collections.abc import Callable
from typing import Protocol

from domainkit.roles import NONE, STAFF, Role
from servicekit.errors import NotFoundError, PermissionDeniedError
from services.activity.errors import OrganisationNotFoundError

ID_BYTES = 16


class RolesPort(Protocol):
    """Roles of the calling person; see `roles.Roles`."""

    async def of_caller(self, organisation_id: bytes) -> Role:
        """Their role, or NONE."""

    async def organisations_of_caller(self) -> list[bytes]:
        """Where they are staff or more."""


async def admit(
    roles: RolesPort,
    organisation_id: bytes,
    least: Role,
    unknown: Callable[[], NotFoundError] = OrganisationNotFoundError,
) -> None:
    """Lets the calling person pass who has at least this role.

    Raises:
        PermissionDeniedError: They are staff, and that is not enough.
        NotFoundError: They are less, or there is none: as `unknown` makes it.
    """
    role = await roles.of_caller(organisation_id) if len(organisation_id) == ID_BYTES else NONE
    if role < STAFF:
        raise unknown()
    if role < least:
        raise PermissionDeniedError("only an organiser or owner of the organisation may do this")
