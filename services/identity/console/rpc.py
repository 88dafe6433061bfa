"""`identity.v1.ConsoleService`: what a browser asks of a phone that scans it, and the sessions of a person."""

from collections.abc import Callable
from typing import Any

from protos.identity.v1 import identity_pb2 as pb
from protos.identity.v1 import identity_pb2_grpc
from servicekit import clock
from servicekit.ids import to_text
from servicekit.rpc.interceptors import person
from services.identity import domain
from services.identity.console.ticket import Purpose, State, Ticket, a_machine, a_place
from services.identity.console.tickets import Tickets
from services.identity.domain import Kind, Machine, Session, SignedIn
from services.identity.errors import DigitsWrongError, RefreshTokenReusedError
from services.identity.messages import to_session
from services.identity.metrics import CONSOLE_SIGN_INS
from services.identity.people import People
from services.identity.revocation import Revocations
from services.identity.sessions import Sessions
from services.identity.signing import Signer

Context = Any


class ConsoleServicer(identity_pb2_grpc.ConsoleServiceServicer):
    """Serves the methods.

    Args:
        public_url: Where browsers reach us; a ticket's QR begins with it.
        now_us: The clock of tickets and sessions; tests bring their own.
    """

    def __init__(
        self,
        tickets: Tickets,
        people: People,
        sessions: Sessions,
        signer: Signer,
        revocations: Revocations,
        public_url: str,
        now_us: Callable[[], int] = clock.now_us,
    ) -> None:
        self._tickets = tickets
        self._people = people
        self._sessions = sessions
        self._signer = signer
        self._revocations = revocations
        self._public_url = public_url
        self._now_us = now_us

    async def OpenTicket(self, request: pb.OpenTicketRequest, context: Context) -> pb.OpenedTicket:
        """A ticket for a browser."""
        opened = await self._open(a_machine(request.browser, request.platform), None)
        CONSOLE_SIGN_INS.labels("opened").inc()
        return opened

    async def RedeemTicket(self, request: pb.RedeemTicketRequest, context: Context) -> pb.RedeemedTicket:
        """What has become of a ticket."""
        state, opened = await self._tickets.redeem(request.ticket_id, request.secret, self._now_us())
        redeemed = pb.RedeemedTicket(state=_state(state))
        if opened is not None:
            CONSOLE_SIGN_INS.labels("ok").inc()
            redeemed.session.CopyFrom(self._session(opened.session, opened.csrf_token))
        return redeemed

    async def GetTicket(self, request: pb.GetTicketRequest, context: Context) -> pb.Ticket:
        """Which machine asks, and since when."""
        return self._ticket(await self._tickets.look(request.ticket_id, person()))

    async def ApproveTicket(self, request: pb.ApproveTicketRequest, context: Context) -> pb.Ticket:
        """Lets the browser in as the calling person."""
        who, now_us = person(), self._now_us()
        try:
            ticket = self._ticket(await self._tickets.approve(request.ticket_id, who, request.digits, now_us))
        except DigitsWrongError:
            CONSOLE_SIGN_INS.labels("digits_wrong").inc()
            raise
        ticket.state = pb.Ticket.STATE_APPROVED
        return ticket

    async def DenyTicket(self, request: pb.DenyTicketRequest, context: Context) -> pb.Ticket:
        """Lets nobody in by it."""
        ticket = self._ticket(await self._tickets.deny(request.ticket_id, person(), self._now_us()))
        ticket.state = pb.Ticket.STATE_DENIED
        if ticket.purpose == pb.Ticket.PURPOSE_SIGN_IN:
            CONSOLE_SIGN_INS.labels("denied").inc()
        return ticket

    async def OpenPlaceTicket(self, request: pb.OpenPlaceTicketRequest, context: Context) -> pb.OpenedTicket:
        """A ticket for a browser of the calling person that asks for a place."""
        return await self._open(a_machine(request.browser, request.platform), person().user_id)

    async def GetChosenPlace(self, request: pb.GetChosenPlaceRequest, context: Context) -> pb.ChosenPlace:
        """What the phone said."""
        state, place = await self._tickets.chosen(request.ticket_id, person(), request.secret, self._now_us())
        chosen = pb.ChosenPlace(state=_state(state))
        if place is not None:
            chosen.place.CopyFrom(pb.TicketPlace(name=place.name, latitude=place.latitude, longitude=place.longitude))
        return chosen

    async def ChoosePlace(self, request: pb.ChoosePlaceRequest, context: Context) -> pb.Ticket:
        """Tells the browser a place."""
        place = a_place(request.place.name, request.place.latitude, request.place.longitude)
        ticket = self._ticket(await self._tickets.choose(request.ticket_id, person(), place, self._now_us()))
        ticket.state = pb.Ticket.STATE_APPROVED
        return ticket

    async def RefreshConsole(self, request: pb.RefreshConsoleRequest, context: Context) -> pb.ConsoleSession:
        """Goes on; a token used before ends its session, save for a while."""
        token, csrf_token = request.refresh_token, request.csrf_token
        try:
            session = await self._people.refresh(token, csrf_token, self._now_us(), Kind.CONSOLE)
        except RefreshTokenReusedError as error:
            await self._revocations.announce(error.session_id)
            raise
        return self._session(session, csrf_token)

    async def EndConsole(self, request: pb.EndConsoleRequest, context: Context) -> pb.EndConsoleResponse:
        """Signs a browser out."""
        session_id = await self._people.end_console(request.refresh_token, request.csrf_token, self._now_us())
        if session_id:
            await self._revocations.announce(session_id)
        return pb.EndConsoleResponse(session_id=session_id)

    async def ListSessions(self, request: pb.ListSessionsRequest, context: Context) -> pb.ListSessionsResponse:
        """Where the calling person is signed in."""
        who = person()
        found = await self._sessions.list_of(who.user_id, self._now_us())
        return pb.ListSessionsResponse(sessions=[_signed_in(each, who.session_id) for each in found])

    async def RevokeSession(self, request: pb.RevokeSessionRequest, context: Context) -> pb.RevokeSessionResponse:
        """Signs the calling person out somewhere."""
        await self._sessions.end(person().user_id, request.session_id, self._now_us())
        await self._revocations.announce(request.session_id)
        return pb.RevokeSessionResponse()

    async def _open(self, machine: Machine, asked_by: bytes | None) -> pb.OpenedTicket:
        ticket, secret = await self._tickets.open(machine, self._now_us(), asked_by)
        url = f"{self._public_url}/c/{to_text(ticket.ticket_id)}"
        digits = ticket.digits if ticket.purpose is Purpose.SIGN_IN else ""
        return pb.OpenedTicket(ticket=self._ticket(ticket), secret=secret, digits=digits, url=url)

    def _ticket(self, ticket: Ticket) -> pb.Ticket:
        return pb.Ticket(
            ticket_id=ticket.ticket_id,
            state=_state(ticket.state(self._now_us())),
            browser=ticket.machine.browser,
            platform=ticket.machine.platform,
            created_at=ticket.created_at,
            expires_at=ticket.expires_at,
            purpose=pb.Ticket.Purpose.ValueType(ticket.purpose),
        )

    def _session(self, session: Session, csrf_token: str) -> pb.ConsoleSession:
        now_us, life_s = self._now_us(), domain.access_life_s(Kind.CONSOLE)
        access_token = self._signer.sign(session.user.user_id, session.session_id, now_us, life_s)
        return pb.ConsoleSession(
            session=to_session(session, access_token, life_s),
            csrf_token=csrf_token,
            expires_at=now_us + domain.refresh_life_us(Kind.CONSOLE),
        )


def _state(state: State) -> "pb.Ticket.State.ValueType":
    return pb.Ticket.State.ValueType(state)


def _signed_in(session: SignedIn, current: bytes) -> pb.SignedIn:
    return pb.SignedIn(
        session_id=session.session_id,
        kind=pb.SignedIn.Kind.ValueType(session.kind),
        browser=session.machine.browser,
        platform=session.machine.platform,
        created_at=session.created_at,
        last_used_at=session.last_used_at,
        is_current=session.session_id == current,
    )
