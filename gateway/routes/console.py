"""Sign-in to the console: a browser shows a ticket, a phone approves it, and the browser has a session."""

from hashlib import sha256
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from starlette.responses import Response

from gateway import consoles, metrics
from gateway.clients import ask
from gateway.http.browsers import machine_of
from gateway.http.fields import Id, IdText, Input, Time
from gateway.routes.dependencies import Call, Routes, reply
from gateway.routes.identity import User, to_user
from protos.identity.v1 import identity_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.errors import RateLimitedError
from servicekit.ids import to_text

routes = Routes("identity")

PurposeName = Literal["sign_in", "place"]
StateName = Literal["pending", "approved", "denied", "expired"]

STATES: dict[int, StateName] = {
    pb.Ticket.STATE_PENDING: "pending",
    pb.Ticket.STATE_APPROVED: "approved",
    pb.Ticket.STATE_DENIED: "denied",
    pb.Ticket.STATE_EXPIRED: "expired",
}
_PURPOSES: dict[int, PurposeName] = {pb.Ticket.PURPOSE_SIGN_IN: "sign_in", pb.Ticket.PURPOSE_PLACE: "place"}
A_SECRET = ["nQ5uQw0Yw0mG3m1kq0V8cS0pXk2hJb7tRfD4eZs9LaA"]

Secret = Annotated[str, Meta(min_length=43, max_length=43, pattern=r"^[A-Za-z0-9_-]*$", examples=A_SECRET)]
Browser = Annotated[str, Meta(description="Empty: nobody can tell.", examples=["Chrome"])]
Platform = Annotated[str, Meta(description="Empty: nobody can tell.", examples=["Windows"])]


class OpenedTicket(msgspec.Struct):
    """What a browser shows and what it keeps to itself: the session goes to who has `poll_secret`.

    `confirm_url` leads to a WeChat simulator that confirms it; empty where there is none.
    """

    ticket: IdText
    poll_secret: Annotated[str, Meta(examples=A_SECRET)]
    digits: Annotated[str, Meta(examples=["42"])]
    qr: Annotated[str, Meta(examples=["https://qiandao.example/c/01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f"])]
    expires_at: Time
    expires_in: Annotated[int, Meta(examples=[120], description="In seconds.")]
    confirm_url: Annotated[str, Meta(examples=[""])]


class TicketPoll(Input):
    """Which ticket, and the proof that this browser opened it."""

    ticket: Id
    poll_secret: Secret


class ConsoleSession(msgspec.Struct):
    """A signed-in browser, whose cookie has the rest. `csrf_token` goes into X-CSRF-Token; `expires_in` in seconds."""

    access_token: Annotated[str, Meta(examples=["eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIwMTkyIn0.c2ln"])]
    expires_in: Annotated[int, Meta(examples=[900])]
    csrf_token: Annotated[str, Meta(examples=A_SECRET)]
    user: User


class PolledTicket(msgspec.Struct):
    """What has become of a ticket; with a session once it is approved, and only once."""

    state: StateName | None
    session: ConsoleSession | None


class Ticket(msgspec.Struct):
    """A browser that asks for something, as the phone shows it: to be let in, or for a place."""

    ticket: IdText
    purpose: PurposeName | None
    state: StateName | None
    browser: Browser
    platform: Platform
    created_at: Time
    expires_at: Time


class TicketApproval(Input):
    """The digits that the browser shows."""

    digits: Annotated[str, Meta(min_length=2, max_length=2, pattern=r"^[0-9]*$", examples=["42"])]


class FromPage(msgspec.Struct, rename="kebab"):
    """The header that only our own page can send with its cookie."""

    x_csrf_token: Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9_-]*$", description="See `csrf_token`.")] = ""


@routes.on("POST", "/v1/auth/console", who="anybody", status=201)
async def open_ticket(call: Call) -> OpenedTicket:
    """A ticket for this browser to show as a QR, good for 120 s and for one session."""
    wait_s = call.parts.tickets.take(call.address.encode()) or call.parts.all_tickets.take(b"")
    if wait_s:
        metrics.CONSOLE_TICKETS_OVER.inc()
        raise RateLimitedError("too many browsers ask to be let in; wait a moment", retry_after_s=wait_s)
    browser, platform = machine_of(call.user_agent)
    request = pb.OpenTicketRequest(browser=browser, platform=platform)
    opened: pb.OpenedTicket = await ask(call.services.console.OpenTicket, request)
    ticket_id, ticket = to_text(opened.ticket.ticket_id), opened.ticket
    return OpenedTicket(
        ticket=ticket_id,
        poll_secret=opened.secret,
        digits=opened.digits,
        qr=opened.url,
        expires_at=to_rfc3339(ticket.expires_at),
        expires_in=life_s(ticket),
        confirm_url=confirm_url(call, f"console?ticket={ticket_id}&digits={opened.digits}"),
    )


@routes.on("POST", "/v1/auth/console/poll", who="anybody", answers={200: PolledTicket})
async def poll_ticket(call: Call, body: TicketPoll) -> Response:
    """What has become of this browser's ticket, to be asked every second or two; the session comes with a cookie."""
    count_poll(call, body)
    request = pb.RedeemTicketRequest(ticket_id=body.ticket, secret=body.poll_secret)
    async with call.parts.failures.counted(call.address):
        redeemed: pb.RedeemedTicket = await ask(call.services.console.RedeemTicket, request)
    state = STATES.get(redeemed.state)
    if not redeemed.HasField("session"):
        return reply(PolledTicket(state, None))
    return _signed_in(call, redeemed.session, PolledTicket(state, _session(redeemed.session)))


@routes.on("GET", "/v1/auth/console/{ticket_id}")
async def get_ticket(call: Call, ticket_id: Id) -> Ticket:
    """Which browser asks, for what, and since when; for phones, as the two below."""
    count_ticket(call)
    return to_ticket(await ask(call.services.console.GetTicket, pb.GetTicketRequest(ticket_id=ticket_id), call.person))


@routes.on("POST", "/v1/auth/console/{ticket_id}/approve")
async def approve_ticket(call: Call, ticket_id: Id, body: TicketApproval) -> Ticket:
    """Lets the browser in as the caller.

    Other digits than it shows are a 422 CONSOLE_DIGITS_WRONG; `metadata.left` says how many tries are left of two.
    """
    count_ticket(call)
    request = pb.ApproveTicketRequest(ticket_id=ticket_id, digits=body.digits)
    return to_ticket(await ask(call.services.console.ApproveTicket, request, call.person))


@routes.on("POST", "/v1/auth/console/{ticket_id}/deny")
async def deny_ticket(call: Call, ticket_id: Id) -> Ticket:
    """Lets nobody in by it, or tells it no place."""
    count_ticket(call)
    return to_ticket(
        await ask(call.services.console.DenyTicket, pb.DenyTicketRequest(ticket_id=ticket_id), call.person)
    )


@routes.on("POST", "/v1/auth/console/refresh", who="browser", answers={200: ConsoleSession})
async def refresh_console(call: Call, headers: FromPage) -> Response:
    """A new access token for the browser that has the cookie; tabs that ask at once are all answered."""
    if wait_s := call.parts.refreshes.take(sha256(call.console_secret.encode()).digest()):
        raise RateLimitedError("this browser is signed in already; wait a moment", retry_after_s=wait_s)
    request = pb.RefreshConsoleRequest(refresh_token=call.console_secret, csrf_token=headers.x_csrf_token)
    async with call.parts.failures.counted(call.address):
        session: pb.ConsoleSession = await ask(call.services.console.RefreshConsole, request)
    return _signed_in(call, session, _session(session))


@routes.on("POST", "/v1/auth/console/sign-out", who="browser", answers={204: None})
async def sign_out_console(call: Call, headers: FromPage) -> Response:
    """Ends the session of this browser."""
    request = pb.EndConsoleRequest(refresh_token=call.console_secret, csrf_token=headers.x_csrf_token)
    async with call.parts.failures.counted(call.address):
        ended: pb.EndConsoleResponse = await ask(call.services.console.EndConsole, request)
    call.parts.guard.end(ended.session_id)
    response = reply(None, 204)
    consoles.COOKIE.give(response, "", call.parts.public_url, 0)
    return response


def count_poll(call: Call, body: TicketPoll) -> None:
    """Counts how often a browser asks what has become of its ticket.

    Raises:
        RateLimitedError: Too often.
    """
    if wait_s := call.parts.polls.take(sha256(body.ticket + body.poll_secret.encode()).digest()):
        raise RateLimitedError("ask once a second", retry_after_s=wait_s)


def count_ticket(call: Call) -> None:
    """Counts how often somebody opens or answers a ticket.

    Raises:
        RateLimitedError: Too often.
    """
    if wait_s := call.parts.approvals.take(call.person.user_id):
        raise RateLimitedError("too many QRs at once; wait a moment", retry_after_s=wait_s)


def confirm_url(call: Call, page: str) -> str:
    """A page of the WeChat simulator on which its people answer a ticket; empty where there is none."""
    simulator = call.parts.settings.simulator_url
    return f"{simulator}/{page}" if simulator else ""


def _signed_in(call: Call, session: pb.ConsoleSession, answer: msgspec.Struct) -> Response:
    response = reply(answer)
    left_us = session.expires_at - call.received_at
    consoles.COOKIE.give(response, session.session.refresh_token, call.parts.public_url, left_us)
    return response


def _session(session: pb.ConsoleSession) -> ConsoleSession:
    tokens = session.session
    return ConsoleSession(tokens.access_token, tokens.expires_in_s, session.csrf_token, to_user(tokens.user))


def life_s(ticket: pb.Ticket) -> int:
    """For how long a new ticket can be answered, in seconds."""
    return (ticket.expires_at - ticket.created_at) // 1_000_000


def to_ticket(ticket: pb.Ticket) -> Ticket:
    """A ticket in JSON terms."""
    return Ticket(
        ticket=to_text(ticket.ticket_id),
        purpose=_PURPOSES.get(ticket.purpose),
        state=STATES.get(ticket.state),
        browser=ticket.browser,
        platform=ticket.platform,
        created_at=to_rfc3339(ticket.created_at),
        expires_at=to_rfc3339(ticket.expires_at),
    )
