"""SQL of tickets: one transaction for each step, so that a ticket is worth one session however many ask at once."""

from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import Row, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domainkit.pii import Pii
from servicekit import ids
from servicekit.clock import SECOND_US, from_datetime, to_datetime
from servicekit.tokens import Claims
from services.identity import domain
from services.identity.console.ticket import (
    MOST_WRONG,
    Approval,
    Place,
    Purpose,
    State,
    Ticket,
    check_phone,
    new_ticket,
)
from services.identity.domain import Kind, Machine, Session, User
from services.identity.errors import DigitsWrongError, TicketUnknownError
from services.identity.people import user_of
from services.identity.rows import instant_of, transaction, user_query
from services.identity.tables import console_tickets, sessions, users

# Long enough to tell a browser that slept what became of its ticket.
_KEPT_US = 900 * SECOND_US
_CSRF_BYTES = 32
_FORGET_AT_ONCE = 1000
_FORGET = text(f"DELETE FROM console_tickets WHERE created_at < :old LIMIT {_FORGET_AT_ONCE}")  # noqa: S608


@dataclass(frozen=True, slots=True)
class Opened:
    """A session of a console, and what its page keeps against forged requests."""

    session: Session
    csrf_token: str


class Tickets:
    """Browsers that ask to be let in to the console, or for a place."""

    def __init__(self, engine: AsyncEngine, pii: Pii) -> None:
        self._engine = engine
        self._pii = pii

    async def open(self, machine: Machine, now_us: int, asked_by: bytes | None = None) -> tuple[Ticket, str]:
        """A new one, with its secret.

        Args:
            asked_by: Who is signed in to the browser and asks for a place; None: it asks to be let in.

        Raises:
            UnavailableError: The database is gone or busy.
        """
        ticket, secret = new_ticket(machine, now_us, asked_by)
        row = {
            "ticket_id": ticket.ticket_id,
            "secret_hash": ticket.secret_hash,
            "digits": ticket.digits,
            "browser": machine.browser,
            "platform": machine.platform,
            "created_at": to_datetime(now_us),
            "asked_by": asked_by,
        }
        async with transaction(self._engine) as connection:
            await connection.execute(insert(console_tickets).values(row))
        return ticket, secret

    async def redeem(self, ticket_id: bytes, secret: str, now_us: int) -> tuple[State, Opened | None]:
        """What has become of a ticket; once it is approved, and only once, a session.

        Raises:
            TicketUnknownError: There is none, or it is another browser's.
            TicketUsedError: Its session was given already.
            UnavailableError: The database is gone or busy.
        """
        async with transaction(self._engine) as connection:
            ticket = await _lock(connection, ticket_id)
            ticket.check_purpose(Purpose.SIGN_IN)
            ticket.check_redeemable(secret)
            state = ticket.state(now_us)
            if state is not State.APPROVED or ticket.user_id is None:
                return state, None
            user = await self._lock_user(connection, ticket.user_id)
            if user is None:
                return State.DENIED, None
            await _set(connection, ticket_id, used_at=to_datetime(now_us))
            return state, await _open_session(connection, user, ticket.machine, now_us)

    async def look(self, ticket_id: bytes, who: Claims) -> Ticket:
        """A ticket as a phone is shown it.

        Raises:
            PhoneOnlyError: It is no phone that asks.
            TicketUnknownError: There is none.
            TicketOthersError: It asks somebody else for a place.
            UnavailableError: The database is gone or busy.
        """
        async with transaction(self._engine) as connection:
            await _check_phone(connection, who)
            return await _lock_own(connection, ticket_id, who)

    async def approve(self, ticket_id: bytes, who: Claims, digits: str, now_us: int) -> Ticket:
        """Lets the browser in as this person.

        Raises:
            PhoneOnlyError: It is no phone that asks.
            TicketUnknownError: There is none.
            TicketOverError: It is not for this person to approve any more.
            DigitsWrongError: The browser shows others.
            UnavailableError: The database is gone or busy.
        """
        async with transaction(self._engine) as connection:
            await _check_phone(connection, who)
            ticket = await _lock(connection, ticket_id)
            ticket.check_purpose(Purpose.SIGN_IN)
            verdict = ticket.judge(who.user_id, digits, now_us)
            if verdict is Approval.APPROVE:
                await _set(connection, ticket_id, user_id=who.user_id, approved_at=to_datetime(now_us))
            elif verdict is Approval.REFUSE:
                await _set(connection, ticket_id, wrong=ticket.wrong + 1)
        if verdict is Approval.REFUSE:
            raise DigitsWrongError(MOST_WRONG - ticket.wrong - 1)
        return ticket

    async def deny(self, ticket_id: bytes, who: Claims, now_us: int) -> Ticket:
        """Lets the browser in no more.

        Raises:
            PhoneOnlyError: It is no phone that asks.
            TicketUnknownError: There is none.
            TicketOthersError: It asks somebody else for a place.
            TicketOverError: It is too late.
            UnavailableError: The database is gone or busy.
        """
        async with transaction(self._engine) as connection:
            await _check_phone(connection, who)
            ticket = await _lock_own(connection, ticket_id, who)
            ticket.check_deniable(who.user_id, now_us)
            await _set(connection, ticket_id, denied_at=to_datetime(now_us))
            return ticket

    async def choose(self, ticket_id: bytes, who: Claims, place: Place, now_us: int) -> Ticket:
        """Answers a browser of this person with a place; once, and a repeat is none.

        Raises:
            PhoneOnlyError: It is no phone that answers.
            TicketUnknownError: There is none that asks for a place.
            TicketOthersError: It asks somebody else.
            TicketOverError: It is too late, or another place was chosen.
            UnavailableError: The database is gone or busy.
        """
        async with transaction(self._engine) as connection:
            await _check_phone(connection, who)
            ticket = await _lock_own(connection, ticket_id, who)
            ticket.check_purpose(Purpose.PLACE)
            if not ticket.is_answered_by(place, now_us):
                chosen = {"place_name": place.name, "latitude": place.latitude, "longitude": place.longitude}
                await _set(connection, ticket_id, user_id=who.user_id, approved_at=to_datetime(now_us), **chosen)
            return ticket

    async def chosen(self, ticket_id: bytes, who: Claims, secret: str, now_us: int) -> tuple[State, Place | None]:
        """What has become of a ticket for a place; the place may be read again, an answer can be lost.

        Raises:
            TicketUnknownError: There is none, or it is another browser's.
            TicketOthersError: It is somebody else's.
            UnavailableError: The database is gone or busy.
        """
        async with transaction(self._engine) as connection:
            ticket = await _lock_own(connection, ticket_id, who)
        ticket.check_purpose(Purpose.PLACE)
        ticket.check_redeemable(secret)
        state = ticket.state(now_us)
        return state, ticket.place if state is State.APPROVED else None

    async def forget_old(self, now_us: int) -> None:
        """Deletes those that nobody asks about any more.

        Raises:
            UnavailableError: The database is gone or busy.
        """
        old = {"old": to_datetime(now_us - _KEPT_US)}
        forgotten = _FORGET_AT_ONCE
        while forgotten == _FORGET_AT_ONCE:
            async with transaction(self._engine) as connection:
                forgotten = (await connection.execute(_FORGET, old)).rowcount

    async def _lock_user(self, connection: AsyncConnection, user_id: bytes) -> User | None:
        """The person, who is not erased before the transaction ends; None: who was."""
        lock = user_query(user_id).where(users.c.erased_at.is_(None)).with_for_update()
        row = (await connection.execute(lock)).first()
        return None if row is None else user_of(self._pii, row)


async def _check_phone(connection: AsyncConnection, who: Claims) -> None:
    is_theirs = (sessions.c.session_id == who.session_id) & (sessions.c.user_id == who.user_id)
    query = select(sessions.c.kind).where(is_theirs, sessions.c.revoked_at.is_(None))
    kind = (await connection.execute(query)).scalar()
    check_phone(None if kind is None else Kind(kind))


async def _lock(connection: AsyncConnection, ticket_id: bytes) -> Ticket:
    query = select(console_tickets).where(console_tickets.c.ticket_id == ticket_id).with_for_update()
    row = (await connection.execute(query)).first()
    if row is None:
        raise TicketUnknownError
    return _ticket(row)


async def _lock_own(connection: AsyncConnection, ticket_id: bytes, who: Claims) -> Ticket:
    ticket = await _lock(connection, ticket_id)
    ticket.check_asker(who.user_id)
    return ticket


async def _set(connection: AsyncConnection, ticket_id: bytes, **values: Any) -> None:
    await connection.execute(update(console_tickets).where(console_tickets.c.ticket_id == ticket_id).values(**values))


async def _open_session(connection: AsyncConnection, user: User, machine: Machine, now_us: int) -> Opened:
    session_id, token, csrf_token = ids.new_id(), domain.new_refresh_token(), token_urlsafe(_CSRF_BYTES)
    row = {
        "session_id": session_id,
        "user_id": user.user_id,
        "token_hash": domain.digest(token, Kind.CONSOLE),
        "rotated_by": domain.device_digest(session_id, csrf_token),
        "created_at": to_datetime(now_us),
        "expires_at": to_datetime(now_us + domain.refresh_life_us(Kind.CONSOLE)),
        "kind": Kind.CONSOLE,
        "browser": machine.browser,
        "platform": machine.platform,
    }
    await connection.execute(insert(sessions).values(row))
    return Opened(Session(session_id, user, token), csrf_token)


def _ticket(row: Row[Any]) -> Ticket:
    return Ticket(
        row.ticket_id,
        row.secret_hash,
        row.digits,
        Machine(row.browser, row.platform),
        from_datetime(row.created_at),
        row.wrong,
        row.user_id,
        instant_of(row.approved_at),
        instant_of(row.denied_at),
        instant_of(row.used_at),
        row.asked_by,
        None if row.latitude is None else Place(row.place_name, row.latitude, row.longitude),
    )
