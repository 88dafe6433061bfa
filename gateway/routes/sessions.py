"""Where a person is signed in, and how that ends."""

from typing import Literal

import msgspec

from gateway.clients import ask
from gateway.http.fields import Id, IdText, Time
from gateway.routes.console import Browser, Platform
from gateway.routes.dependencies import Call, Routes
from protos.identity.v1 import identity_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.ids import to_text

routes = Routes("identity")

KindName = Literal["phone", "console"]

_KINDS: dict[int, KindName] = {pb.SignedIn.KIND_PHONE: "phone", pb.SignedIn.KIND_CONSOLE: "console"}


class SignedIn(msgspec.Struct):
    """A session that goes on. `last_used_at`: when it last had new tokens; `is_current`: it is the caller's own."""

    id: IdText
    kind: KindName | None
    browser: Browser
    platform: Platform
    created_at: Time
    last_used_at: Time
    is_current: bool


class SignedInList(msgspec.Struct):
    """A person's sessions, those used last first, a hundred at most."""

    sessions: list[SignedIn]


@routes.on("GET", "/v1/me/sessions")
async def list_sessions(call: Call) -> SignedInList:
    """Where the caller is signed in."""
    found: pb.ListSessionsResponse = await ask(
        call.services.console.ListSessions, pb.ListSessionsRequest(), call.person
    )
    return SignedInList([_signed_in(each) for each in found.sessions])


@routes.on("DELETE", "/v1/me/sessions/{session_id}", status=204)
async def revoke_session(call: Call, session_id: Id) -> None:
    """Signs the caller out somewhere, here too if it is the current session; within 5 s nothing is taken from there."""
    request = pb.RevokeSessionRequest(session_id=session_id)
    await ask(call.services.console.RevokeSession, request, call.person)
    call.parts.guard.end(session_id)


def _signed_in(session: pb.SignedIn) -> SignedIn:
    return SignedIn(
        id=to_text(session.session_id),
        kind=_KINDS.get(session.kind),
        browser=session.browser,
        platform=session.platform,
        created_at=to_rfc3339(session.created_at),
        last_used_at=to_rfc3339(session.last_used_at),
        is_current=session.is_current,
    )
