"""What routes ask for: the services, and the person who calls."""

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from gateway.auth import Guard
from gateway.clients import Clients
from gateway.live import Live
from gateway.many import Many
from gateway.ratelimit import Buckets
from servicekit.tokens import Claims

_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="The access token of a sign-in.")


class Parts:
    """What the composing module hands to the routes."""

    def __init__(self, clients: Clients, guard: Guard, live: Live, many: Many, wechat_check_file: str = "") -> None:
        self.clients = clients
        self.guard = guard
        self.live = live
        self.many = many
        # How often one person may sync; each attempt is limited by what it is.
        self.syncs = Buckets(burst=5, per_s=0.5)
        self.wechat_check_file = wechat_check_file


def parts(request: Request) -> Parts:
    """The parts of this app."""
    found: Parts = request.app.state.parts
    return found


def clients(request: Request) -> Clients:
    """The services of this app."""
    return parts(request).clients


async def caller(request: Request, _: Annotated[Any, Depends(_bearer)]) -> Claims:
    """The person who calls.

    Raises:
        UnauthenticatedError: Nobody proved who they are.
        UnavailableError: Nobody can tell now.
    """
    authorization = request.headers.get("authorization")
    return await parts(request).guard.admit_strictly(authorization.encode("latin-1") if authorization else None)


SharedParts = Annotated[Parts, Depends(parts)]
Services = Annotated[Clients, Depends(clients)]
Caller = Annotated[Claims, Depends(caller)]
