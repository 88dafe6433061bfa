"""Kiosks: displays at which people check themselves in, in the name of the staff member who made them.

Nobody watches who stands there. A printed code is short enough to be guessed, so few wrong ones lock printed codes for
all who come to that kiosk; a personal code is not, and goes on.
"""

from collections.abc import Sequence
from typing import Protocol

from domainkit.organisations import OneActivity
from domainkit.roles import STAFF, Role
from protos.activity.v1 import activity_pb2 as pb
from protos.activity.v1 import door_pb2
from services.activity.admission import alone
from services.activity.displays import Display
from services.activity.domain import Activity
from services.activity.door.subjects import Known, Meant, read
from services.activity.errors import EntryCodeLockedError, EntryNotListedError
from services.activity.metrics import KIOSK_CODES_OVER


class RolesPort(Protocol):
    """See `domainkit.roles.Roles`."""

    async def of(self, organisation_id: bytes, user_id: bytes, activity: OneActivity | None = None) -> Role:
        """Somebody's role, believed for 5 s; raises UnavailableError when nobody can tell."""


class ExpectedPort(Protocol):
    """See `door.expected.Expected`."""

    async def known(self, activity: Activity, meant: Sequence[Meant]) -> Known:
        """Who was found; raises UnavailableError."""


class GuessesPort(Protocol):
    """Wrong codes of each kiosk; never fails and never opens."""

    def wait_s(self, person: bytes) -> float:
        """How long a kiosk that is known to be locked stays so."""

    async def spend(self, items: Sequence[tuple[bytes, bool]]) -> list[float]:
        """Counts those that are wrong; for each, how long its kiosk is locked."""


class Kiosks:
    """What kiosks may."""

    def __init__(self, roles: RolesPort, expected: ExpectedPort, guesses: GuessesPort) -> None:
        self._roles = roles
        self._expected = expected
        self._guesses = guesses

    async def is_staffed(self, display: Display, activity: Activity) -> bool:
        """Whether who made it is staff of its activity still; raises UnavailableError when nobody can tell."""
        organisation_id = activity.definition.organisation_id
        return await self._roles.of(organisation_id, display.created_by, alone(activity)) >= STAFF

    async def visitor(
        self, display: Display, activity: Activity, request: pb.ResolveAtKioskRequest
    ) -> door_pb2.DoorPerson:
        """Whom somebody before it means.

        Raises:
            InvalidArgumentError: They mean nobody; names the field.
            EntryNotListedError, EntryCodeAmbiguousError: The code is nobody's, or nobody knows whose.
            EntryCodeLockedError: Too many were wrong here, right or not this time.
            UnavailableError: Nobody can tell.
        """
        if request.WhichOneof("subject") != "entry_code":
            return await self._person(activity, door_pb2.Subject(user_id=request.user_id))
        if wait_s := self._guesses.wait_s(display.display_id):
            raise _locked(wait_s)
        found: door_pb2.DoorPerson | EntryNotListedError
        try:
            found = await self._person(activity, door_pb2.Subject(entry_code=request.entry_code))
        except EntryNotListedError as error:
            found = error
        is_wrong = isinstance(found, EntryNotListedError)
        [wait_s] = await self._guesses.spend([(display.display_id, is_wrong)])
        if wait_s:
            raise _locked(wait_s)
        if isinstance(found, EntryNotListedError):
            raise found
        return found

    async def _person(self, activity: Activity, subject: door_pb2.Subject) -> door_pb2.DoorPerson:
        meant = read(subject)
        return (await self._expected.known(activity, [meant])).person(meant)


def _locked(wait_s: float) -> EntryCodeLockedError:
    KIOSK_CODES_OVER.inc()
    return EntryCodeLockedError(wait_s)
