"""What a person, a session and a membership are, and the rules that bind them. Knows no I/O."""

from dataclasses import dataclass
from enum import Enum, IntEnum
from hashlib import sha256
from secrets import compare_digest, token_urlsafe

from domainkit.organisations import OneActivity
from servicekit.clock import SECOND_US
from servicekit.errors import NotFoundError, PermissionDeniedError, invalid
from servicekit.plain_text import fault, tidy
from services.identity.errors import CsrfError, LastOwnerError, RefreshTokenError

_DAY_S = 24 * 3600
ACCESS_LIFE_S = 7 * _DAY_S
REFRESH_LIFE_US = 30 * _DAY_S * SECOND_US
# Of a browser, which others may sit down at.
CONSOLE_ACCESS_LIFE_S = 15 * 60
CONSOLE_REFRESH_LIFE_US = 7 * _DAY_S * SECOND_US
# The tabs of a browser share its token and know nothing of one another: it is replaced once, however many ask.
CONSOLE_REST_US = 60 * SECOND_US
# An answer may be lost on the way to a phone; for this long the same question of the same phone gets the same answer.
# Longer than a phone goes on asking: twice, 13 s each, and a pause (`miniprogram/services/transport.js`).
REFRESH_GRACE_US = 120 * SECOND_US
# A phone of before that does not say which it is may be a thief's.
ANONYMOUS_GRACE_US = 10 * SECOND_US
REFRESH_TOKEN_BYTES = 32

MAXIMUM_NAME_CHARACTERS = 64
MAXIMUM_GROUP_CHARACTERS = 40

# Of the reserved person. WeChat's have 28 characters, so nobody signs in as this one.
SYNTHETIC_OPENID = "synthetic"


class Kind(IntEnum):
    """Where a session is. Values as in identity.v1.SignedIn.Kind."""

    PHONE = 1
    CONSOLE = 2


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
class Machine:
    """Where a console is, in short plain names; empty where nobody can tell."""

    browser: str = ""
    platform: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that goes on, as its person sees it."""

    session_id: bytes
    kind: Kind
    machine: Machine
    created_at: int
    last_used_at: int


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation as one of its members sees it."""

    organisation_id: bytes
    name: str
    role: Role
    created_at: int
    # None: it goes on.
    archived_at: int | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A person's place in an organisation; `group` may be empty."""

    user_id: bytes
    name: str
    role: Role
    joined_at: int
    group: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which members: of a group, with a name like this; empty: any."""

    name: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person is in an organisation, and for one activity if one was named."""

    role: Role = Role.NONE
    is_activity_staff: bool = False
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity as far as people become staff of it alone."""

    activity_id: bytes
    organisation_id: bytes
    title: str
    closes_at: int

    @property
    def staffed_until(self) -> int:
        """When nobody is staff of it alone any more."""
        return OneActivity(self.activity_id, self.closes_at).staffed_until


@dataclass(frozen=True, slots=True)
class ActivityStaff:
    """A person who is staff of one activity alone."""

    user_id: bytes
    name: str
    joined_at: int


def clean_name(text: str, field: str = "name") -> str:
    """The name as it is kept, see `servicekit/plain_text.py`.

    Raises:
        InvalidArgumentError: Empty, too long, or with characters that change how other text is shown.
    """
    name = tidy(text)
    if found := fault(name, MAXIMUM_NAME_CHARACTERS):
        raise invalid(field, found)
    return name


def clean_group(text: str) -> str:
    """The group as it is kept; may be empty.

    Raises:
        InvalidArgumentError: Too long, or with characters that change how other text is shown.
    """
    group = tidy(text)
    if group and (found := fault(group, MAXIMUM_GROUP_CHARACTERS)):
        raise invalid("group", found)
    return group


# Sessions: a family of refresh tokens, one of which is current.


def new_refresh_token() -> str:
    """256 random bits as base64url."""
    return token_urlsafe(REFRESH_TOKEN_BYTES)


def digest(refresh_token: str, kind: Kind = Kind.PHONE) -> bytes:
    """What is stored of a refresh token; a console's is unknown where a phone's are taken, and the other way round."""
    purpose = "console:" if kind is Kind.CONSOLE else ""
    return sha256((purpose + refresh_token).encode()).digest()


def access_life_s(kind: Kind) -> int:
    """How long its access tokens live."""
    return CONSOLE_ACCESS_LIFE_S if kind is Kind.CONSOLE else ACCESS_LIFE_S


def refresh_life_us(kind: Kind) -> int:
    """How long a session goes on that is not used."""
    return CONSOLE_REFRESH_LIFE_US if kind is Kind.CONSOLE else REFRESH_LIFE_US


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
        rotated_by: `device_digest` of who asked for it; None for who did not say. A console's device is what its page
            keeps against forged requests, from the start.
        revoked_at: When the session ended before its time; None while it goes on.
    """

    current: bytes
    previous: bytes | None
    rotated_at: int | None
    expires_at: int
    revoked_at: int | None
    rotated_by: bytes | None = None
    kind: Kind = Kind.PHONE


def judge_refresh(family: Family, presented: bytes, device: bytes | None, now_us: int) -> Refresh:
    """Decides about a token of the family: the current one rotates, a used one means that two hold it.

    Args:
        device: `device_digest` of who presents it.

    Raises:
        CsrfError: It is a console's, and who presents it has only its cookie.
        RefreshTokenError: The session is over.
    """
    if family.kind is Kind.CONSOLE:
        check_csrf(family, device)
    if family.revoked_at is not None or family.expires_at <= now_us:
        raise RefreshTokenError
    if presented == family.current:
        return Refresh.REPEAT if _rests(family, now_us) else Refresh.ROTATE
    if (
        presented != family.previous
        or family.rotated_at is None
        or now_us - family.rotated_at > _grace_us(family, device)
    ):
        return Refresh.REVOKE
    return Refresh.REPEAT


def check_csrf(family: Family, device: bytes | None) -> None:
    """Lets in the page that was given the session.

    Raises:
        CsrfError: Somebody else's page, who knows nothing but that there is a cookie.
    """
    if family.rotated_by is None or device is None or not compare_digest(family.rotated_by, device):
        raise CsrfError


def _rests(family: Family, now_us: int) -> bool:
    return family.kind is Kind.CONSOLE and now_us - (family.rotated_at or 0) < CONSOLE_REST_US


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


def check_may_archive(actor: Role) -> None:
    """Lets owners archive an organisation and take it up again.

    Raises:
        NotFoundError: The actor does not belong to it.
        PermissionDeniedError: The actor is no owner.
    """
    _check_rank(actor, Role.OWNER, "only an owner archives an organisation")


def check_may_staff(actor: Role, *, is_oneself: bool) -> None:
    """Lets organisers and owners say who is staff of an activity, and everybody stop being it.

    Raises:
        NotFoundError: The actor is no staff of the activity, and so knows of none.
        PermissionDeniedError: The actor's role is too low.
    """
    if is_oneself:
        return
    if actor < Role.STAFF:
        raise unknown_activity()
    _check_rank(actor, Role.ORGANISER, "only organisers and owners choose the staff of an activity")


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


def unknown_organisation() -> NotFoundError:
    """The one answer for organisations that do not exist and for those of other people."""
    return NotFoundError("there is no such organisation, or you do not belong to it")


def unknown_activity() -> NotFoundError:
    """The one answer for activities that do not exist and for those of other people."""
    return NotFoundError("there is no such activity")


def unknown_person() -> NotFoundError:
    """The answer for people who do not exist, or are not in the organisation."""
    return NotFoundError("there is no such person here")


def _check_rank(actor: Role, least: Role, refusal: str) -> None:
    if actor is Role.NONE:
        raise unknown_organisation()
    if actor < least:
        raise PermissionDeniedError(refusal)
