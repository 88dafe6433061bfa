"""`activity.v1.RosterMemberService`: who is on a roster, and how an entry becomes a person.

A person says so with a number that WeChat verified or with an invite, and staff say it of others. Nobody learns of a
number or of an entry whether it is somebody already: that reads as if it was not on the list.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from secrets import choice
from typing import Any, Protocol

import msgspec

from domainkit.codes import CODE_ALPHABET, as_typed
from domainkit.masked_names import masked
from domainkit.roles import STAFF, Role
from domainkit.sealed import SealBrokenError, SealedTextError
from protos.activity.v1 import rosters_pb2 as pb
from protos.activity.v1 import rosters_pb2_grpc
from servicekit import clock
from servicekit.errors import invalid
from servicekit.rpc.interceptors import by, for_person, person
from services.activity.admission import ID_BYTES, RolesPort, admit
from services.activity.displays import digest_of
from services.activity.domain import Activity
from services.activity.errors import (
    ActivityNotFoundError,
    EntryInviteUnknownError,
    EntryTakenError,
    PhoneNotListedError,
    RosterEntryNotFoundError,
    RosterGuessesError,
    RosterNotFoundError,
)
from services.activity.metrics import UNREADABLE_ENTRY
from services.activity.rosters.invites import Invite
from services.activity.rosters.listing import Listing, ListingServicer
from services.activity.rosters.members import Binding, Entry, How
from services.activity.rosters.rosters import Roster
from services.activity.rosters.sealing import Said, Sealing

Context = Any

_SERVICE = "/activity.v1.RosterMemberService/"
_FOR_PEOPLE = (
    "GetOwnEntry",
    "BindByPhone",
    "CreateEntryInvite",
    "PreviewEntryInvite",
    "AcceptEntryInvite",
    "BindEntry",
    "UnbindEntry",
)
ACCESS = {_SERVICE + method: for_person("gateway") for method in _FOR_PEOPLE} | {
    _SERVICE + "BatchGetMemberships": by("checkin", "recorder"),
}

_AT_ONCE = 5000
# 60 bits.
_CODE_LENGTH = 14


class MembersPort(Protocol):
    """See `members.Members`. Every method raises UnavailableError when the database is gone."""

    async def bind(self, binding: Binding) -> None:
        """Makes an entry a person's."""

    async def unbind(self, roster_id: bytes, entry_id: bytes, at: int) -> None:
        """Makes an entry nobody's."""

    async def entry_of(self, roster_id: bytes, user_id: bytes) -> Entry | None:
        """Which entry a person is."""

    async def of_phone(self, roster_id: bytes, indexes: Collection[bytes]) -> Sequence[Entry]:
        """Entries that have a number."""

    async def entry(self, roster_id: bytes, entry_id: bytes) -> Entry | None:
        """Who is on a roster now under an id."""

    async def at(self, roster_id: bytes, asked: Sequence[tuple[bytes, int]]) -> Sequence[bytes]:
        """For each person and moment the entry that they were."""


class RostersPort(Protocol):
    """See `rosters.Rosters`."""

    async def get(self, roster_id: bytes) -> Roster:
        """One of them; raises RosterNotFoundError, UnavailableError."""


class InvitesPort(Protocol):
    """See `invites.Invites`. Every method raises UnavailableError when the database is gone."""

    async def add(self, invite: Invite) -> None:
        """Stores an invite in place of the one before."""

    async def of_code(self, digest: bytes) -> Invite | None:
        """The invite of a code."""

    async def accept(self, invite: Invite, user_id: bytes, at: int) -> None:
        """Makes its entry a person's."""


class ActivitiesPort(Protocol):
    """See `store.Store`; raises UnavailableError when the database is gone and nothing is remembered."""

    async def get(self, activity_id: bytes) -> Activity | None:
        """The activity of an id."""


class PhonesPort(Protocol):
    """See `phones.Phones`."""

    async def verified(self, code: str) -> str:
        """The number behind a code; raises InvalidArgumentError, UnavailableError."""


class GuessesPort(Protocol):
    """See `domainkit.guesses`; never raises."""

    def wait_s(self, person: bytes) -> float:
        """How long somebody who is known to be locked may not try."""

    async def spend(self, items: Sequence[tuple[bytes, bool]]) -> list[float]:
        """Counts those that are wrong; for each, how long its person is locked."""


class RosterMemberServicer(ListingServicer, rosters_pb2_grpc.RosterMemberServiceServicer):
    """Serves the methods.

    Args:
        organisation_name: What an organisation is called; empty while nobody can tell.
        hasten: Has Redis know a roster of which somebody had to ask.
        now_us: The clock; tests bring their own.
    """

    def __init__(
        self,
        members: MembersPort,
        listing: Listing,
        rosters: RostersPort,
        invites: InvitesPort,
        activities: ActivitiesPort,
        roles: RolesPort,
        phones: PhonesPort,
        guesses: GuessesPort,
        sealing: Sealing,
        organisation_name: Callable[[bytes], Awaitable[str]],
        hasten: Callable[[bytes], object],
        now_us: Callable[[], int] = clock.now_us,
    ) -> None:
        super().__init__(listing)
        self._members = members
        self._rosters = rosters
        self._invites = invites
        self._activities = activities
        self._roles = roles
        self._phones = phones
        self._organisation_name = organisation_name
        self._guesses = guesses
        self._sealing = sealing
        self._hasten = hasten
        self._now_us = now_us

    async def BatchGetMemberships(
        self, request: pb.BatchGetMembershipsRequest, context: Context
    ) -> pb.BatchGetMembershipsResponse:
        """Who of these was on a roster when they came."""
        if len(request.asked) > _AT_ONCE:
            raise invalid("asked", f"must be at most {_AT_ONCE}")
        self._hasten(request.roster_id)
        asked = [(each.user_id, each.at) for each in request.asked]
        return pb.BatchGetMembershipsResponse(entry_ids=await self._members.at(request.roster_id, asked))

    async def GetOwnEntry(self, request: pb.GetOwnEntryRequest, context: Context) -> pb.OwnEntry:
        """Which entry of an activity's roster the calling person is."""
        roster = await self._roster_of(request.activity_id)
        if roster is None:
            return pb.OwnEntry()
        return self._own(roster, await self._members.entry_of(roster.roster_id, person().user_id))

    async def BindByPhone(self, request: pb.BindByPhoneRequest, context: Context) -> pb.OwnEntry:
        """Makes the calling person the entry that has their number."""
        roster, user_id = await self._roster_of(request.activity_id), person().user_id
        if roster is None:
            raise PhoneNotListedError
        self._check_tries(user_id)
        number = await self._phones.verified(request.code)
        found = await self._members.of_phone(roster.roster_id, self._sealing.by_phone(roster.roster_id, number))
        # Of several with one number nobody can tell which it is.
        entry = found[0] if len(found) == 1 and found[0].user_id in (b"", user_id) else None
        await self._count_try(user_id, is_wrong=entry is None)
        if entry is None:
            raise PhoneNotListedError
        binding = Binding(roster.roster_id, entry.entry_id, user_id, How.PHONE, user_id, self._now_us())
        try:
            await self._members.bind(binding)
        except (EntryTakenError, RosterEntryNotFoundError):
            raise PhoneNotListedError from None
        return self._own(roster, entry)

    async def CreateEntryInvite(self, request: pb.CreateEntryInviteRequest, context: Context) -> pb.EntryInvite:
        """Makes the one invite of an entry."""
        await self._admit(request.roster_id, STAFF)
        await self._entry(request.roster_id, request.entry_id)
        code = "".join(choice(CODE_ALPHABET) for _ in range(_CODE_LENGTH))
        invite = Invite(request.roster_id, request.entry_id, digest_of(code.encode()), self._now_us(), person().user_id)
        await self._invites.add(invite)
        return pb.EntryInvite(code=code, expires_at=invite.expires_at)

    async def PreviewEntryInvite(
        self, request: pb.PreviewEntryInviteRequest, context: Context
    ) -> pb.EntryInvitePreview:
        """What a code leads to."""
        _, roster, entry = await self._invited(request.code)
        said = self._said(entry)
        return pb.EntryInvitePreview(
            roster_title=roster.title,
            name=masked(said.name) if said else "",
            organisation_name=await self._organisation_name(roster.organisation_id),
        )

    async def AcceptEntryInvite(self, request: pb.AcceptEntryInviteRequest, context: Context) -> pb.OwnEntry:
        """Makes the calling person the entry of an invite."""
        invite, roster, entry = await self._invited(request.code)
        if invite.created_by == person().user_id:
            raise invalid("code", "nobody confirms themselves; ask another of the staff, or bind your phone number")
        try:
            await self._invites.accept(invite, person().user_id, self._now_us())
        except EntryTakenError:
            raise EntryInviteUnknownError from None
        return self._own(roster, entry)

    async def BindEntry(self, request: pb.BindEntryRequest, context: Context) -> pb.BindEntryResponse:
        """Says who an entry is."""
        await self._admit(request.roster_id, STAFF)
        by_whom = person().user_id
        if len(request.user_id) != ID_BYTES:
            raise invalid("user_id", "must be 16 bytes")
        if request.user_id == by_whom:
            raise invalid("user_id", "nobody confirms themselves; ask another of the staff, or bind your phone number")
        binding = Binding(request.roster_id, request.entry_id, request.user_id, How.STAFF, by_whom, self._now_us())
        await self._members.bind(binding)
        return pb.BindEntryResponse()

    async def UnbindEntry(self, request: pb.UnbindEntryRequest, context: Context) -> pb.UnbindEntryResponse:
        """Says that an entry is nobody any more."""
        await self._admit(request.roster_id, STAFF)
        await self._members.unbind(request.roster_id, request.entry_id, self._now_us())
        return pb.UnbindEntryResponse()

    async def _roster_of(self, activity_id: bytes) -> Roster | None:
        """The roster of a published activity; None where it is open to all."""
        activity = await self._activities.get(activity_id)
        if activity is None or activity.published_at is None:
            raise ActivityNotFoundError
        roster_id = activity.definition.roster_id
        return await self._rosters.get(roster_id) if roster_id else None

    async def _admit(self, roster_id: bytes, least: Role) -> None:
        roster = await self._rosters.get(roster_id)
        await admit(self._roles, roster.organisation_id, least, RosterNotFoundError)

    async def _entry(self, roster_id: bytes, entry_id: bytes) -> Entry:
        found = await self._members.entry(roster_id, entry_id)
        if found is None or not found.said:
            raise RosterEntryNotFoundError
        return found

    async def _invited(self, typed: str) -> tuple[Invite, Roster, Entry]:
        """What a code leads to, for a person who did not try too many that lead nowhere."""
        user_id = person().user_id
        self._check_tries(user_id)
        invite = await self._invites.of_code(digest_of(as_typed(typed).encode()))
        is_open = invite is not None and invite.is_open(user_id, self._now_us())
        await self._count_try(user_id, is_wrong=not is_open)
        if invite is None or not is_open:
            raise EntryInviteUnknownError
        try:
            entry = await self._entry(invite.roster_id, invite.entry_id)
        except RosterEntryNotFoundError:
            raise EntryInviteUnknownError from None
        return invite, await self._rosters.get(invite.roster_id), entry

    def _check_tries(self, user_id: bytes) -> None:
        if wait_s := self._guesses.wait_s(user_id):
            raise RosterGuessesError(wait_s)

    async def _count_try(self, user_id: bytes, *, is_wrong: bool) -> None:
        [wait_s] = await self._guesses.spend([(user_id, is_wrong)])
        if wait_s:
            raise RosterGuessesError(wait_s)

    def _own(self, roster: Roster, entry: Entry | None) -> pb.OwnEntry:
        own = pb.OwnEntry(is_listed=True, roster_title=roster.title)
        if entry is None:
            return own
        own.entry_id, own.group = entry.entry_id, entry.group
        if said := self._said(entry):
            own.name = said.name
            for column in roster.extra:
                if column.is_shown and (value := said.extra.get(column.heading, "")):
                    own.shown.add(heading=column.heading, value=value)
        return own

    def _said(self, entry: Entry) -> Said | None:
        """What is known of somebody; None of who was erased, and of what cannot be read."""
        if not entry.said:
            return None
        try:
            return self._sealing.open(entry.entry_id, entry.said)
        except (SealedTextError, SealBrokenError, msgspec.MsgspecError) as error:
            UNREADABLE_ENTRY.note(entry.entry_id, error)
            return None
