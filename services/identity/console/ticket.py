"""What a ticket is, and the rules of signing in, and of asking for a place, with one. Knows no I/O.

Its QR holds the ticket alone, so whoever photographs it gains nothing: the session goes to the browser that has the
secret. Who lures somebody to a QR of their own is named to them, and lacks the digits of the screen that they sit at.
A place is asked of a phone of the same person alone, so nobody can be lured, and no digits are asked.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum
from hashlib import sha256
from secrets import compare_digest, randbelow, token_bytes, token_urlsafe

from servicekit.clock import SECOND_US
from servicekit.errors import invalid
from servicekit.plain_text import fault, tidy
from services.identity.domain import Kind, Machine
from services.identity.errors import (
    PhoneOnlyError,
    TicketOthersError,
    TicketOverError,
    TicketUnknownError,
    TicketUsedError,
)

LIFE_US = 120 * SECOND_US
# An approval in the last second is still worth a session.
REDEEM_US = 30 * SECOND_US
# So many wrong digits end a ticket.
MOST_WRONG = 2

_TICKET_BYTES = 16
_SECRET_BYTES = 32
_MAXIMUM_NAME_CHARACTERS = 32
_MAXIMUM_PLACE_CHARACTERS = 64


class State(IntEnum):
    """What has become of a ticket. Values as in identity.v1.Ticket.State."""

    PENDING = 1
    APPROVED = 2
    DENIED = 3
    EXPIRED = 4


class Purpose(IntEnum):
    """What a ticket asks for. Values as in identity.v1.Ticket.Purpose."""

    SIGN_IN = 1
    PLACE = 2


class Approval(Enum):
    """What to do with digits that were typed."""

    APPROVE = "approve"
    REPEAT = "repeat"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Place:
    """A place as a phone chose it, in GCJ-02; the name may be empty."""

    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Ticket:
    """A browser that asks for something.

    Attributes:
        wrong: How often other digits were typed.
        user_id: Who approved it, or chose its place.
        used_at: When the browser was given its session.
        asked_by: Who is signed in to the browser; None: nobody yet, it asks to be let in.
        place: What was chosen.
    """

    ticket_id: bytes
    secret_hash: bytes
    digits: str
    machine: Machine
    created_at: int
    wrong: int = 0
    user_id: bytes | None = None
    approved_at: int | None = None
    denied_at: int | None = None
    used_at: int | None = None
    asked_by: bytes | None = None
    place: Place | None = None

    @property
    def purpose(self) -> Purpose:
        """What it asks for."""
        return Purpose.SIGN_IN if self.asked_by is None else Purpose.PLACE

    @property
    def expires_at(self) -> int:
        """Until when it can be approved."""
        return self.created_at + LIFE_US

    def state(self, now_us: int) -> State:
        """What has become of it by now."""
        if self.denied_at is not None or self.wrong >= MOST_WRONG:
            return State.DENIED
        if self.approved_at is None:
            return State.PENDING if now_us < self.expires_at else State.EXPIRED
        is_good = self.used_at is not None or now_us < max(self.expires_at, self.approved_at + REDEEM_US)
        return State.APPROVED if is_good else State.EXPIRED

    def check_purpose(self, purpose: Purpose) -> None:
        """Keeps the ways of a sign-in and of a place apart.

        Raises:
            TicketUnknownError: It asks for something else.
        """
        if self.purpose is not purpose:
            raise TicketUnknownError

    def check_asker(self, user_id: bytes) -> None:
        """Lets only who is signed in to the browser see and answer what it asks for.

        Raises:
            TicketOthersError: It is somebody else.
        """
        if self.asked_by not in (None, user_id):
            raise TicketOthersError

    def check_redeemable(self, secret: str) -> None:
        """Lets the browser ask that opened it, until it has its session.

        Raises:
            TicketUnknownError: It is another browser's.
            TicketUsedError: It has.
        """
        if not compare_digest(self.secret_hash, digest(secret)):
            raise TicketUnknownError
        if self.used_at is not None:
            raise TicketUsedError

    def judge(self, user_id: bytes, digits: str, now_us: int) -> Approval:
        """What digits are worth that a person typed; a repeat of an approval is one.

        Raises:
            TicketOverError: It is not for this person to approve any more.
        """
        state = self.state(now_us)
        if state is State.APPROVED and self.user_id == user_id:
            return Approval.REPEAT
        if state is not State.PENDING:
            raise TicketOverError(state.name.lower())
        return Approval.APPROVE if compare_digest(self.digits.encode(), digits.encode()) else Approval.REFUSE

    def is_answered_by(self, place: Place, now_us: int) -> bool:
        """Whether this place was chosen before; a ticket is worth one.

        Raises:
            TicketOverError: Another was, or it is too late.
        """
        state = self.state(now_us)
        if state is State.APPROVED and self.place == place:
            return True
        if state is not State.PENDING:
            raise TicketOverError(state.name.lower())
        return False

    def check_deniable(self, user_id: bytes, now_us: int) -> None:
        """Lets anybody refuse what waits, and who approved it what has not been used.

        Raises:
            TicketOverError: It is too late.
        """
        state = self.state(now_us)
        is_own = state is State.APPROVED and self.user_id == user_id and self.used_at is None
        if state not in (State.PENDING, State.DENIED) and not is_own:
            raise TicketOverError(state.name.lower())


def new_ticket(machine: Machine, now_us: int, asked_by: bytes | None = None) -> tuple[Ticket, str]:
    """A ticket, and the secret of the browser that opens it."""
    secret = token_urlsafe(_SECRET_BYTES)
    ticket_id, digits = token_bytes(_TICKET_BYTES), f"{randbelow(100):02}"
    return Ticket(ticket_id, digest(secret), digits, machine, now_us, asked_by=asked_by), secret


def digest(secret: str) -> bytes:
    """What is stored of a secret."""
    return sha256(secret.encode()).digest()


def a_machine(browser: str, platform: str) -> Machine:
    """The machine that asks, as it is shown.

    Raises:
        InvalidArgumentError: A name is too long, or has characters that change how other text is shown.
    """
    return Machine(
        _short("browser", browser, _MAXIMUM_NAME_CHARACTERS), _short("platform", platform, _MAXIMUM_NAME_CHARACTERS)
    )


def a_place(name: str, latitude: float, longitude: float) -> Place:
    """A place that can be one of an activity.

    Raises:
        InvalidArgumentError: Its name cannot, or it is not on earth.
    """
    for field, degrees, limit in (("latitude", latitude, 90), ("longitude", longitude, 180)):
        if not -limit <= degrees <= limit:
            raise invalid(field, f"must be from -{limit} to {limit} degrees")
    return Place(_short("name", name, _MAXIMUM_PLACE_CHARACTERS), latitude, longitude)


def check_phone(kind: Kind | None) -> None:
    """Lets phones approve.

    Raises:
        PhoneOnlyError: It is a console's session, or none.
    """
    if kind is not Kind.PHONE:
        raise PhoneOnlyError


def _short(field: str, text: str, longest: int) -> str:
    name = tidy(text)
    if name and (found := fault(name, longest)):
        raise invalid(field, found)
    return name
