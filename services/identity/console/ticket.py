"""What a ticket is, and the rules of signing in with one. Knows no I/O.

Its QR holds the ticket alone, so whoever photographs it gains nothing: the session goes to the browser that has the
secret. Who lures somebody to a QR of their own is named to them, and lacks the digits of the screen that they sit at.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum
from hashlib import sha256
from secrets import compare_digest, randbelow, token_bytes, token_urlsafe

from servicekit.clock import SECOND_US
from servicekit.errors import invalid
from servicekit.plain_text import fault, tidy
from services.identity.domain import Kind, Machine
from services.identity.errors import PhoneOnlyError, TicketOverError, TicketUnknownError, TicketUsedError

LIFE_US = 120 * SECOND_US
# An approval in the last second is still worth a session.
REDEEM_US = 30 * SECOND_US
# So many wrong digits end a ticket.
MOST_WRONG = 2

_TICKET_BYTES = 16
_SECRET_BYTES = 32
_MAXIMUM_NAME_CHARACTERS = 32


class State(IntEnum):
    """What has become of a ticket. Values as in identity.v1.Ticket.State."""

    PENDING = 1
    APPROVED = 2
    DENIED = 3
    EXPIRED = 4


class Approval(Enum):
    """What to do with digits that were typed."""

    APPROVE = "approve"
    REPEAT = "repeat"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A browser that asks to be let in.

    Attributes:
        wrong: How often other digits were typed.
        user_id: Who approved it.
        used_at: When the browser was given its session.
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

    def check_deniable(self, user_id: bytes, now_us: int) -> None:
        """Lets anybody refuse what waits, and who approved it what has not been used.

        Raises:
            TicketOverError: It is too late.
        """
        state = self.state(now_us)
        is_own = state is State.APPROVED and self.user_id == user_id and self.used_at is None
        if state not in (State.PENDING, State.DENIED) and not is_own:
            raise TicketOverError(state.name.lower())


def new_ticket(machine: Machine, now_us: int) -> tuple[Ticket, str]:
    """A ticket, and the secret of the browser that opens it."""
    secret = token_urlsafe(_SECRET_BYTES)
    return Ticket(token_bytes(_TICKET_BYTES), digest(secret), f"{randbelow(100):02}", machine, now_us), secret


def digest(secret: str) -> bytes:
    """What is stored of a secret."""
    return sha256(secret.encode()).digest()


def a_machine(browser: str, platform: str) -> Machine:
    """The machine that asks, as it is shown.

    Raises:
        InvalidArgumentError: A name is too long, or has characters that change how other text is shown.
    """
    return Machine(_short("browser", browser), _short("platform", platform))


def check_phone(kind: Kind | None) -> None:
    """Lets phones approve.

    Raises:
        PhoneOnlyError: It is a console's session, or none.
    """
    if kind is not Kind.PHONE:
        raise PhoneOnlyError


def _short(field: str, text: str) -> str:
    name = tidy(text)
    if name and (found := fault(name, _MAXIMUM_NAME_CHARACTERS)):
        raise invalid(field, found)
    return name
