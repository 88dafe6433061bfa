"""What an invite is, and whom it lets in: a code, a role, so many uses, until a moment. Knows no I/O."""

from dataclasses import dataclass
from enum import IntEnum
from secrets import choice

from domainkit.codes import CODE_ALPHABET, as_typed
from servicekit.clock import SECOND_US
from servicekit.errors import NotFoundError, invalid
from services.identity.domain import Role
from services.identity.errors import InviteExpiredError, InviteUnknownError, InviteUsedUpError

DAY_US = 24 * 3600 * SECOND_US
INVITE_CODE_LENGTH = 14
MAXIMUM_INVITE_USES = 500
MAXIMUM_INVITE_LIFE_US = 365 * DAY_US


class InviteState(IntEnum):
    """Whether an invite lets anybody in, and why not. Values as in identity.v1.Invite.State."""

    OPEN = 1
    USED_UP = 2
    EXPIRED = 3
    REVOKED = 4


@dataclass(frozen=True, slots=True)
class NewInvite:
    """What is asked of an invite that is not there yet; see `Invite`."""

    organisation_id: bytes
    role: Role
    uses: int
    expires_at: int
    group: str = ""
    activity_id: bytes = b""


@dataclass(frozen=True, slots=True)
class Invite:
    """A code with which so many people join an organisation with a role."""

    invite_id: bytes
    organisation_id: bytes
    code: str
    role: Role
    uses: int
    used: int
    expires_at: int
    created_by: bytes
    created_at: int
    revoked_at: int | None = None
    # Of those who join with it.
    group: str = ""
    # The one activity whose staff it makes; empty: members of the organisation.
    activity_id: bytes = b""

    def state(self, now_us: int) -> InviteState:
        """What it is at a moment; revoked is for good."""
        if self.revoked_at is not None:
            return InviteState.REVOKED
        if self.used >= self.uses:
            return InviteState.USED_UP
        return InviteState.EXPIRED if self.expires_at <= now_us else InviteState.OPEN


@dataclass(frozen=True, slots=True)
class InvitePreview:
    """What a code leads to: where, by whom, as what, and what its reader is there already."""

    organisation_id: bytes
    organisation_name: str
    invited_by: str
    role: Role
    expires_at: int
    own_role: Role
    group: str
    activity_id: bytes


def new_invite_code() -> str:
    """Fourteen characters that can be read off a wall; 60 bits."""
    return "".join(choice(CODE_ALPHABET) for _ in range(INVITE_CODE_LENGTH))


def clean_invite_code(text: str) -> str:
    """A code as typed, in the form in which it was made.

    Raises:
        InviteUnknownError: It cannot be one.
    """
    code = as_typed(text)
    if len(code) != INVITE_CODE_LENGTH or not set(code) <= set(CODE_ALPHABET):
        raise InviteUnknownError
    return code


def check_invite(new: NewInvite, now_us: int) -> None:
    """What can be asked of a new invite.

    Raises:
        InvalidArgumentError: Names the field and the cure.
    """
    if new.role is Role.OWNER:
        raise invalid("role", "must be member, staff or organiser; an owner is made of a member")
    if not 1 <= new.uses <= MAXIMUM_INVITE_USES:
        raise invalid("uses", f"must be 1 to {MAXIMUM_INVITE_USES}")
    if not now_us < new.expires_at <= now_us + MAXIMUM_INVITE_LIFE_US:
        raise invalid("expires_at", f"must lie in the future, {MAXIMUM_INVITE_LIFE_US // DAY_US} days ahead at most")
    if new.activity_id and new.role is not Role.STAFF:
        raise invalid("activity_id", "goes with the role staff only")
    if new.activity_id and new.group:
        raise invalid("group", "is of members; staff of one activity have none")


def check_open(invite: Invite, creator: Role, now_us: int) -> None:
    """Lets somebody in.

    Args:
        creator: What who made it may still do.

    Raises:
        InviteUnknownError: It was revoked, or who made it may not give its role any more.
        InviteExpiredError: Its time is over.
        InviteUsedUpError: As many as may have joined with it.
    """
    state = invite.state(now_us)
    least = Role.OWNER if invite.role >= Role.ORGANISER else Role.ORGANISER
    if state is InviteState.REVOKED or creator < least:
        raise InviteUnknownError
    if state is InviteState.EXPIRED:
        raise InviteExpiredError
    if state is InviteState.USED_UP:
        raise InviteUsedUpError


def unknown_invite() -> NotFoundError:
    """The answer for invites that do not exist, and for those of other organisations."""
    return NotFoundError("there is no such invite here")
