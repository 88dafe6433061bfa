"""What a person, a session and a membership are, and the rules that bind them. Knows no I/O."""

from dataclasses import dataclass
from enum import Enum, IntEnum
from hashlib import sha256
from secrets import choice, token_urlsafe

from domainkit.codes import CODE_ALPHABET, as_typed
from servicekit.clock import SECOND_US
from servicekit.errors import NotFoundError, PermissionDeniedError, invalid
from servicekit.plain_text import fault, tidy
from services.identity.errors import (
    InviteExpiredError,
    InviteUnknownError,
    InviteUsedUpError,
    LastOwnerError,
    RefreshTokenError,
)

ACCESS_LIFE_S = 7 * 24 * 3600
REFRESH_LIFE_US = 30 * 24 * 3600 * SECOND_US
# An answer may be lost on the way to a phone; for this long the same question of the same phone gets the same answer.
# Longer than a phone goes on asking: twice, 13 s each, and a pause (`miniprogram/services/transport.js`).
REFRESH_GRACE_US = 120 * SECOND_US
# A phone of before that does not say which it is may be a thief's.
ANONYMOUS_GRACE_US = 10 * SECOND_US
REFRESH_TOKEN_BYTES = 32

MAXIMUM_NAME_CHARACTERS = 64

DAY_US = 24 * 3600 * SECOND_US
INVITE_CODE_LENGTH = 14
MAXIMUM_INVITE_USES = 500
MAXIMUM_INVITE_LIFE_US = 365 * DAY_US

# Of the reserved person. WeChat's have 28 characters, so nobody signs in as this one.
SYNTHETIC_OPENID = "synthetic"


class Role(IntEnum):
    """What a person may do in an organisation; each includes those below it. Values as in identity.v1.Role."""

    NONE = 0
    MEMBER = 1
    STAFF = 2
    ORGANISER = 3
    OWNER = 4


@dataclass(frozen=True, slots=True)
class User:
    """A person; `name` is empty until they gave one."""

    user_id: bytes
    name: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person and the refresh token that goes on from here."""

    session_id: bytes
    user: User
    refresh_token: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation as one of its members sees it."""

    organisation_id: bytes
    name: str
    role: Role
    created_at: int


@dataclass(frozen=True, slots=True)
class Member:
    """A person's place in an organisation."""

    user_id: bytes
    name: str
    role: Role
    joined_at: int


class InviteState(IntEnum):
    """Whether an invite lets anybody in, and why not. Values as in identity.v1.Invite.State."""

    OPEN = 1
    USED_UP = 2
    EXPIRED = 3
    REVOKED = 4


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

    organisation_name: str
    invited_by: str
    role: Role
    expires_at: int
    own_role: Role


def clean_name(text: str, field: str = "name") -> str:
    """The name as it is kept, see `servicekit/plain_text.py`.

    Raises:
        InvalidArgumentError: Empty, too long, or with characters that change how other text is shown.
    """
    name = tidy(text)
    if found := fault(name, MAXIMUM_NAME_CHARACTERS):
        raise invalid(field, found)
    return name


# Sessions: a family of refresh tokens, one of which is current.


def new_refresh_token() -> str:
    """256 random bits as base64url."""
    return token_urlsafe(REFRESH_TOKEN_BYTES)


def digest(refresh_token: str) -> bytes:
    """What is stored of a refresh token."""
    return sha256(refresh_token.encode()).digest()


def device_digest(session_id: bytes, device_id: str) -> bytes | None:
    """What is stored of the device that rotated, another one for each session; None when it did not say."""
    return sha256(session_id + device_id.encode()).digest() if device_id else None


class Refresh(Enum):
    """What to do with a refresh token that was presented."""

    ROTATE = "rotate"
    REPEAT = "repeat"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True)
class Family:
    """The refresh tokens of one session.

    Attributes:
        current: Digest of the token that may be used next.
        previous: Digest of the one it replaced; None before the first rotation.
        rotated_at: When that was.
        rotated_by: `device_digest` of who asked for it; None for who did not say.
        revoked_at: When the session ended before its time; None while it goes on.
    """

    current: bytes
    previous: bytes | None
    rotated_at: int | None
    expires_at: int
    revoked_at: int | None
    rotated_by: bytes | None = None


def judge_refresh(family: Family, presented: bytes, device: bytes | None, now_us: int) -> Refresh:
    """Decides about a token of the family: the current one rotates, a used one means that two hold it.

    Args:
        device: `device_digest` of who presents it.

    Raises:
        RefreshTokenError: The session is over.
    """
    if family.revoked_at is not None or family.expires_at <= now_us:
        raise RefreshTokenError
    if presented == family.current:
        return Refresh.ROTATE
    if (
        presented != family.previous
        or family.rotated_at is None
        or now_us - family.rotated_at > _grace_us(family, device)
    ):
        return Refresh.REVOKE
    return Refresh.REPEAT


def _grace_us(family: Family, device: bytes | None) -> int:
    """How long the token that was replaced last is good for its successor; less than nothing on another device."""
    if family.rotated_by is None:
        return ANONYMOUS_GRACE_US
    return REFRESH_GRACE_US if device == family.rotated_by else -1


# Membership: who may change whose role.


def check_role(role: int) -> Role:
    """The role of a request.

    Raises:
        InvalidArgumentError: Not a role that can be given.
    """
    if role not in list(Role)[1:]:
        raise invalid("role", "must be member, staff, organiser or owner")
    return Role(role)


def check_may_list(actor: Role) -> None:
    """Lets staff and above see who belongs to the organisation.

    Raises:
        NotFoundError: The actor does not belong to it.
        PermissionDeniedError: The actor is a plain member.
    """
    _check_rank(actor, Role.STAFF, "only staff, organisers and owners see the members")


def check_may_give(actor: Role, *roles: Role, is_oneself: bool) -> None:
    """Lets organisers manage members and staff, and owners everybody but themselves.

    Args:
        roles: What the person is and what they shall become.

    Raises:
        NotFoundError: The actor does not belong to the organisation.
        PermissionDeniedError: The actor's role is too low, or the actor is the subject.
    """
    _check_rank(actor, Role.ORGANISER, "only organisers and owners manage members")
    if is_oneself:
        raise PermissionDeniedError("nobody changes their own role; ask another owner")
    if max(roles) >= Role.ORGANISER:
        _check_rank(actor, Role.OWNER, "only owners make and unmake owners and organisers")


def check_may_remove(actor: Role, subject: Role, *, is_oneself: bool, owners: int) -> None:
    """Lets everybody leave, save the last owner, and otherwise asks what `check_may_give` asks.

    Args:
        owners: How many the organisation has.

    Raises:
        NotFoundError: The actor does not belong to the organisation.
        PermissionDeniedError: The actor's role is too low.
        LastOwnerError: Nobody could manage the organisation afterwards.
    """
    if not is_oneself:
        check_may_give(actor, subject, is_oneself=False)
    elif actor is Role.NONE:
        raise unknown_organisation()
    elif actor is Role.OWNER and owners == 1:
        raise LastOwnerError


def check_may_hand_over(actor: Role, subject: Role, *, is_oneself: bool) -> None:
    """Lets an owner make another member owner.

    Raises:
        NotFoundError: The actor or the person does not belong to the organisation.
        PermissionDeniedError: The actor is no owner, or the actor is the subject.
    """
    _check_rank(actor, Role.OWNER, "only an owner hands an organisation over")
    if is_oneself:
        raise PermissionDeniedError("it is yours already; name another member")
    if subject is Role.NONE:
        raise unknown_person()


# Invites: a code, a role, so many uses, until a moment.


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


def check_invite(role: Role, uses: int, expires_at: int, now_us: int) -> None:
    """What can be asked of a new invite.

    Raises:
        InvalidArgumentError: Names the field and the cure.
    """
    if role is Role.OWNER:
        raise invalid("role", "must be member, staff or organiser; an owner is made of a member")
    if not 1 <= uses <= MAXIMUM_INVITE_USES:
        raise invalid("uses", f"must be 1 to {MAXIMUM_INVITE_USES}")
    if not now_us < expires_at <= now_us + MAXIMUM_INVITE_LIFE_US:
        raise invalid("expires_at", f"must lie in the future, {MAXIMUM_INVITE_LIFE_US // DAY_US} days ahead at most")


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


def unknown_organisation() -> NotFoundError:
    """The one answer for organisations that do not exist and for those of other people."""
    return NotFoundError("there is no such organisation, or you do not belong to it")


def unknown_person() -> NotFoundError:
    """The answer for people who do not exist, or are not in the organisation."""
    return NotFoundError("there is no such person here")


def _check_rank(actor: Role, least: Role, refusal: str) -> None:
    if actor is Role.NONE:
        raise unknown_organisation()
    if actor < least:
        raise PermissionDeniedError(refusal)
