"""What the activity service refuses, each with its reason."""

from collections.abc import Sequence

from servicekit.errors import ConflictError, FieldError, InvalidArgumentError, NotFoundError, RateLimitedError


class ActivityNotFoundError(NotFoundError):
    """Unknown, foreign or not published: nobody can tell which."""

    def __init__(self) -> None:
        super().__init__("there is no such activity")


class OrganisationNotFoundError(NotFoundError):
    """Unknown, or the person has no part in its activities."""

    def __init__(self) -> None:
        super().__init__("there is no such organisation")


class PlaceNotFoundError(NotFoundError):
    """The organisation has saved no such place."""

    def __init__(self) -> None:
        super().__init__("there is no such place")


class TooManyPlacesError(RateLimitedError):
    """The organisation saved as many as it may."""

    reason = "TOO_MANY_PLACES"

    def __init__(self, quota: int) -> None:
        detail = f"an organisation saves at most {quota} places; delete one that nobody needs"
        super().__init__(detail, metadata={"quota": str(quota)})


class DisplayNotFoundError(NotFoundError):
    """No display has this id or link, as far as the caller may know."""

    def __init__(self) -> None:
        super().__init__("there is no such display")


class TooManyDisplaysError(RateLimitedError):
    """The activity has as many displays as it may."""

    reason = "TOO_MANY_DISPLAYS"

    def __init__(self, quota: int) -> None:
        detail = f"an activity has at most {quota} displays; revoke one that nobody looks at"
        super().__init__(detail, metadata={"quota": str(quota)})


class DisplayLinkSpentError(ConflictError):
    """The link of a display opens nothing any more; `state` says what has become of the display."""

    reason = "DISPLAY_LINK_SPENT"

    def __init__(self, state: str) -> None:
        super().__init__("this link opens nothing any more; make a new one", metadata={"state": state})


class StateError(ConflictError):
    """The activity's state does not allow this."""

    def __init__(self, action: str, state: str) -> None:
        super().__init__(f"a {state} activity cannot be {action}", metadata={"state": state})


class RevisionStaleError(ConflictError):
    """Somebody else changed the activity since the caller has seen it; `fields` says what."""

    reason = "REVISION_STALE"

    def __init__(self, revision: int, changed: Sequence[FieldError]) -> None:
        names = ", ".join(field.field for field in changed) or "its state"
        detail = f"the activity was changed meanwhile ({names}); look at it again"
        super().__init__(detail, fields=changed, metadata={"revision": str(revision)})


class CodeWrongError(InvalidArgumentError):
    """No activity has this code now."""

    reason = "CODE_WRONG"

    def __init__(self) -> None:
        super().__init__("no activity has this code; look at the screen again")


class CodeLockedError(RateLimitedError):
    """Too many wrong codes of this person."""

    reason = "CODE_LOCKED"


class TooManyActivitiesError(RateLimitedError):
    """The organisation made as many in an hour as it may."""

    reason = "TOO_MANY_ACTIVITIES"

    def __init__(self, wait_s: float) -> None:
        detail = "the organisation made as many activities in this hour as it may; go on later"
        super().__init__(detail, retry_after_s=wait_s)


class TooManyChangesError(RateLimitedError):
    """The organisation changed its activities as often in an hour as it may."""

    reason = "TOO_MANY_CHANGES"

    def __init__(self, wait_s: float) -> None:
        detail = "the organisation changed its activities as often in this hour as it may; go on later"
        super().__init__(detail, retry_after_s=wait_s)


class QrMalformedError(InvalidArgumentError):
    """Not a check-in QR at all."""

    reason = "QR_MALFORMED"


class QrSignatureError(InvalidArgumentError):
    """It looks like one, but was not made by this system."""

    reason = "QR_SIGNATURE"


class QrRevokedError(InvalidArgumentError):
    """An organiser has replaced it."""

    reason = "QR_REVOKED"


class QrExpiredError(InvalidArgumentError):
    """Its life and grace are over."""

    reason = "QR_EXPIRED"


class QrFutureError(InvalidArgumentError):
    """It says it was issued later than now."""

    reason = "QR_FUTURE"
