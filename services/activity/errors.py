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


class TagNotFoundError(NotFoundError):
    """The activity has no such tag."""

    def __init__(self) -> None:
        super().__init__("there is no such tag")


class TooManyTagsError(ConflictError):
    """The activity has as many tags as may live."""

    reason = "TOO_MANY_TAGS"

    def __init__(self, quota: int) -> None:
        detail = f"an activity has at most {quota} tags; revoke one that hangs nowhere any more"
        super().__init__(detail, metadata={"quota": str(quota)})


class EntryCodeLockedError(RateLimitedError):
    """So many codes were wrong at a kiosk that no printed code is looked up there for a while, right or not."""

    reason = "ENTRY_CODE_LOCKED"

    def __init__(self, wait_s: float) -> None:
        super().__init__("too many wrong codes were typed at this kiosk; try again", retry_after_s=wait_s)


class DisplayLinkSpentError(ConflictError):
    """The link of a display opens nothing any more; `state` says what has become of the display."""

    reason = "DISPLAY_LINK_SPENT"

    def __init__(self, state: str) -> None:
        super().__init__("this link opens nothing any more; make a new one", metadata={"state": state})


class RosterNotFoundError(NotFoundError):
    """No roster has this id, as far as the caller may know."""

    def __init__(self) -> None:
        super().__init__("there is no such roster")


class RosterEntryNotFoundError(NotFoundError):
    """The roster has no such entry now."""

    def __init__(self) -> None:
        super().__init__("there is no such entry")


class TooManyRostersError(RateLimitedError):
    """The organisation has as many rosters as it may."""

    reason = "TOO_MANY_ROSTERS"

    def __init__(self, quota: int) -> None:
        detail = f"an organisation has at most {quota} rosters; delete one that nobody needs"
        super().__init__(detail, metadata={"quota": str(quota)})


class RosterFullError(RateLimitedError):
    """As many people are on the roster as may be."""

    reason = "ROSTER_FULL"

    def __init__(self, quota: int) -> None:
        detail = f"a roster has at most {quota} entries; remove those who are not expected, or make another roster"
        super().__init__(detail, metadata={"quota": str(quota)})


class RosterInUseError(ConflictError):
    """A published activity expects the people of the roster."""

    reason = "ROSTER_IN_USE"

    def __init__(self, activity_id: str) -> None:
        detail = "a published activity that is not over expects these people; close it, or give it another roster"
        super().__init__(detail, metadata={"activity_id": activity_id})


class NumberTakenError(ConflictError):
    """Somebody on the roster has this number already."""

    reason = "NUMBER_TAKEN"

    def __init__(self) -> None:
        super().__init__("somebody on the roster has this number; change theirs, or leave the number out")


class ImportNotFoundError(NotFoundError):
    """The roster has no such import, or it is over an hour old."""

    def __init__(self) -> None:
        super().__init__("there is no such import; send the file again")


class ImportStateError(ConflictError):
    """The state of the import does not allow this."""

    reason = "IMPORT_STATE"

    def __init__(self, action: str, state: str) -> None:
        super().__init__(f"an import that is {state} cannot be {action}", metadata={"state": state})


class ImportUnderWayError(ConflictError):
    """Another import changes the roster."""

    reason = "IMPORT_UNDER_WAY"

    def __init__(self) -> None:
        super().__init__("another import changes this roster now; wait for its end", retry_after_s=2)


class TooManyImportsError(RateLimitedError):
    """As many files wait to be read as may."""

    reason = "TOO_MANY_IMPORTS"

    def __init__(self) -> None:
        super().__init__("too many files are read at this moment; send it again in a while", retry_after_s=5)


class PhoneNotListedError(NotFoundError):
    """No entry has this number for this person: none at all, several, or one that is somebody else's already."""

    reason = "PHONE_NOT_LISTED"

    def __init__(self) -> None:
        super().__init__("your phone number is not on the list; ask the organiser for an invite")


class EntryTakenError(ConflictError):
    """The entry is somebody else already."""

    reason = "ENTRY_TAKEN"

    def __init__(self) -> None:
        super().__init__("this entry is somebody already; take that person off it first")


class AlreadyListedError(ConflictError):
    """The person is another entry of the same roster."""

    reason = "ALREADY_LISTED"

    def __init__(self) -> None:
        super().__init__("this person is another entry of the roster already; take them off that one first")


class EntryInviteUnknownError(NotFoundError):
    """No entry has an invite of this code that still counts: it is wrong, used, over, or there is a newer one."""

    reason = "INVITE_UNKNOWN"

    def __init__(self) -> None:
        super().__init__("this invite does not count, or no longer; ask the organiser for a new one")


class RosterGuessesError(RateLimitedError):
    """Somebody tried too many numbers or invites that lead to nobody."""

    reason = "TOO_MANY_TRIES"

    def __init__(self, wait_s: float) -> None:
        super().__init__("too many tries; ask the organiser, or try again in ten minutes", retry_after_s=wait_s)


class EntryNotListedError(NotFoundError):
    """Nobody of this id or code is on the activity's roster now."""

    reason = "ENTRY_NOT_LISTED"

    def __init__(self) -> None:
        super().__init__("nobody on this activity's roster has this; find the person by name, or add them as a guest")


class EntryCodeAmbiguousError(ConflictError):
    """Two entries of the roster have one code."""

    reason = "ENTRY_CODE_AMBIGUOUS"

    def __init__(self) -> None:
        super().__init__("two entries of this roster have this code; find the person by name")


class GuestNotFoundError(NotFoundError):
    """The activity has no such guest."""

    def __init__(self) -> None:
        super().__init__("there is no such guest; say their name")


class TooManyGuestsError(RateLimitedError):
    """The activity has as many guests as it may."""

    reason = "TOO_MANY_GUESTS"

    def __init__(self, quota: int) -> None:
        detail = f"an activity has at most {quota} guests; put the others on its roster"
        super().__init__(detail, metadata={"quota": str(quota)})


class TooManyPrintsError(RateLimitedError):
    """As many papers are printed as may be."""

    reason = "TOO_MANY_PRINTS"

    def __init__(self) -> None:
        super().__init__("too many papers are printed at this moment; ask again in a while", retry_after_s=5)


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


class AnswerLateError(ConflictError):
    """It is too late to say that one comes, or does not."""

    reason = "ANSWER_LATE"

    def __init__(self) -> None:
        super().__init__("it is too late for this answer; check in, or tell the organiser")


class SaidTooOftenError(RateLimitedError):
    """The person said as much of themselves in an hour as one may."""

    def __init__(self, wait_s: float) -> None:
        super().__init__("you said as much in this hour as one may; go on later", retry_after_s=wait_s)
