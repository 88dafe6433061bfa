"""What routes ask for: the services, and the person who calls."""

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from gateway.checkins.batch import Many
from gateway.clients import Clients
from gateway.failures import Failures
from gateway.http.addresses import Proxies
from gateway.http.auth import Guard
from gateway.http.buckets import Buckets
from gateway.live import Live
from gateway.settings import Settings
from servicekit.tokens import Claims

_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="The access token of a sign-in.")


class Parts:
    """What the composing module hands to the routes."""

    def __init__(
        self,
        clients: Clients,
        guard: Guard,
        live: Live,
        many: Many,
        settings: Settings,
        proxies: Proxies,
        failures: Failures,
    ) -> None:
        self.clients = clients
        self.guard = guard
        self.live = live
        self.many = many
        # Per person; what is in a sync or a batch does not count against the bucket of single check-ins.
        self.syncs = Buckets(burst=5, per_s=0.5)
        self.batches = Buckets(burst=5, per_s=1)
        self.grants = Buckets(burst=10, per_s=0.2)
        self.events = Buckets(burst=5, per_s=0.2)
        self.settings = settings
        self.proxies = proxies
        self.failures = failures


def parts(request: Request) -> Parts:
    """The parts of this app."""
    found: Parts = request.app.state.parts
    return found


def clients(request: Request) -> Clients:
    """The services of this app."""
    return parts(request).clients


def client_address(request: Request) -> str:
    """The address that limits count, whether or not anybody is signed in."""
    return parts(request).proxies.client_address(request.scope)


async def caller(request: Request, _: Annotated[Any, Depends(_bearer)]) -> Claims:
    """The person who calls.

    Raises:
        UnauthenticatedError: Nobody proved who they are.
        UnavailableError: Nobody can tell now.
    """
    return await parts(request).guard.admit_strictly(_authorization(request))


async def attendee(request: Request, _: Annotated[Any, Depends(_bearer)]) -> Claims:
    """The person who calls for check-ins, which go on also while nobody knows which sessions were ended since.

    Raises:
        UnauthenticatedError: Nobody proved who they are.
        UnavailableError: The signing keys are not known.
    """
    return await parts(request).guard.admit(_authorization(request))


def _authorization(request: Request) -> bytes | None:
    header = request.headers.get("authorization")
    return header.encode("latin-1") if header else None


SharedParts = Annotated[Parts, Depends(parts)]
Services = Annotated[Clients, Depends(clients)]
ClientAddress = Annotated[str, Depends(client_address)]
Caller = Annotated[Claims, Depends(caller)]
Attendee = Annotated[Claims, Depends(attendee)]
