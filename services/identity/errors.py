"""What can go wrong in identity, with reasons a phone can act on."""

from servicekit.errors import (
    ConflictError,
    FieldError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    UnauthenticatedError,
)
from servicekit.ids import to_text


class WechatCodeError(UnauthenticatedError):
    """WeChat does not know the code, or it was used before."""

    reason = "WECHAT_CODE_INVALID"

    def __init__(self) -> None:
        super().__init__("this WeChat code is unknown, used or too old; call wx.login again and send the new one")


class PhoneCodeError(InvalidArgumentError):
    """WeChat does not know the code of the phone-number button, or it was used before."""

    reason = "PHONE_CODE_INVALID"

    def __init__(self) -> None:
        cure = "is unknown, used or too old; tap the phone-number button again and send the new one"
        super().__init__(f"this code {cure}", fields=[FieldError("code", cure)])


class BlockedError(PermissionDeniedError):
    """WeChat regards the account as high risk."""

    reason = "BLOCKED"

    def __init__(self) -> None:
        super().__init__("WeChat has blocked this account; lift the block in WeChat's security centre, then sign in")


class RefreshTokenError(UnauthenticatedError):
    """The refresh token is unknown, or its session is over."""

    reason = "REFRESH_TOKEN_INVALID"

    def __init__(self) -> None:
        super().__init__("this refresh token is not valid any more; sign in again")


class RefreshTokenReusedError(UnauthenticatedError):
    """The refresh token was used before, so somebody else may hold it: `session_id` has been ended."""

    reason = "REFRESH_TOKEN_REUSED"

    def __init__(self, session_id: bytes) -> None:
        super().__init__("this refresh token was used before, so the session was ended for safety; sign in again")
        self.session_id = session_id


class CsrfError(PermissionDeniedError):
    """A console's cookie came without what its page sends with it."""

    reason = "CSRF_TOKEN_WRONG"

    def __init__(self) -> None:
        super().__init__("send the csrf_token of this session as X-CSRF-Token, or sign in again")


class SessionUnknownError(NotFoundError):
    """The person has no such session."""

    def __init__(self) -> None:
        super().__init__("you have no such session")


class LastOwnerError(ConflictError):
    """An organisation always keeps an owner."""

    reason = "LAST_OWNER"

    def __init__(self) -> None:
        super().__init__("the last owner cannot leave; make somebody else owner first")


class OwnsOrganisationError(ConflictError):
    """Somebody who is to be erased is the last owner of an organisation."""

    reason = "LAST_OWNER"

    def __init__(self, organisation_id: bytes, name: str) -> None:
        super().__init__(
            f"you are the last owner of {name}; hand it over or archive it first",
            metadata={"organisation_id": to_text(organisation_id)},
        )


class ActivitiesRunningError(ConflictError):
    """An organisation is not archived under the people who check in."""

    reason = "ACTIVITIES_RUNNING"

    def __init__(self, running: int) -> None:
        super().__init__(
            f"{running} activities are published and not over; close or cancel them first",
            metadata={"running": str(running)},
        )


class TooManyOrganisationsError(RateLimitedError):
    """Somebody owns as many organisations as one person may."""

    reason = "TOO_MANY_ORGANISATIONS"

    def __init__(self, quota: int) -> None:
        super().__init__(
            f"one person owns at most {quota} organisations; leave one that somebody else owns too",
            retry_after_s=3600,
            metadata={"quota": str(quota)},
        )


class TooManyAnswersError(RateLimitedError):
    """Somebody answered as many questions about messages as one person may in a day."""

    reason = "TOO_MANY_ANSWERS"

    def __init__(self, quota: int) -> None:
        super().__init__(
            f"at most {quota} answers about messages a day are noted",
            retry_after_s=3600,
            metadata={"quota": str(quota)},
        )


class AlreadyMemberError(ConflictError):
    """The person belongs to the organisation with another role."""

    reason = "ALREADY_MEMBER"

    def __init__(self) -> None:
        super().__init__("this person is a member already; change the role instead of adding them")


class InviteUnknownError(NotFoundError):
    """No invite has this code, or none that counts any more: it was revoked, or who made it may not invite now."""

    reason = "INVITE_UNKNOWN"

    def __init__(self) -> None:
        super().__init__("there is no such invite; check the code, or ask for a new one")


class InviteExpiredError(ConflictError):
    """The invite's time is over."""

    reason = "INVITE_EXPIRED"

    def __init__(self) -> None:
        super().__init__("this invite has expired; ask for a new one")


class InviteUsedUpError(ConflictError):
    """As many people as may have joined with the invite."""

    reason = "INVITE_USED_UP"

    def __init__(self) -> None:
        super().__init__("this invite has been used up; ask for a new one")


class TooManyInvitesError(RateLimitedError):
    """An organisation has as many open invites as it may."""

    reason = "TOO_MANY_INVITES"

    def __init__(self, quota: int) -> None:
        super().__init__(
            f"an organisation has at most {quota} open invites; revoke one that is not needed",
            retry_after_s=3600,
            metadata={"quota": str(quota)},
        )


class TicketUnknownError(NotFoundError):
    """Nobody has this ticket, or a browser that did not open it asks for its session."""

    reason = "CONSOLE_TICKET_UNKNOWN"

    def __init__(self) -> None:
        super().__init__("there is no such ticket; scan the QR that the console shows now")


class TicketUsedError(ConflictError):
    """The browser was given its session already."""

    reason = "CONSOLE_TICKET_USED"

    def __init__(self) -> None:
        super().__init__("this ticket was used; open a new one")


class TicketOverError(ConflictError):
    """Nobody can say yes to the ticket any more."""

    reason = "CONSOLE_TICKET_OVER"

    def __init__(self, state: str) -> None:
        super().__init__(f"this ticket is {state}; scan the QR that the console shows now", metadata={"state": state})


class TicketOthersError(PermissionDeniedError):
    """The ticket waits for a phone of somebody else."""

    reason = "CONSOLE_TICKET_OTHERS"

    def __init__(self) -> None:
        super().__init__("this ticket is for a phone of the person who is signed in on that computer")


class DigitsWrongError(InvalidArgumentError):
    """Not the digits that the browser shows; `left` tries are left before the ticket ends."""

    reason = "CONSOLE_DIGITS_WRONG"

    def __init__(self, left: int) -> None:
        cure = "must be the two that the console shows beside the QR" if left else "were wrong twice; scan a new QR"
        super().__init__(f"digits: {cure}", fields=[FieldError("digits", cure)], metadata={"left": str(left)})


class PhoneOnlyError(PermissionDeniedError):
    """A session that is not a phone's would let others in."""

    reason = "PHONE_ONLY"

    def __init__(self) -> None:
        super().__init__("only a phone lets a console in; scan the QR with the mini-program")
