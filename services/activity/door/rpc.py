"""`activity.v1.DoorService`: staff of an activity, those of it alone too, say whom they mean and have people along."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from domainkit.name_search import is_searchable
from domainkit.person_codes import PersonKeys
from domainkit.roles import STAFF
from protos.activity.v1 import door_pb2 as pb
from protos.activity.v1 import door_pb2_grpc
from servicekit import clock, pages, plain_text
from servicekit.clock import SECOND_US
from servicekit.errors import ServiceError, invalid
from servicekit.rpc.interceptors import by, for_person, person
from servicekit.rpc.status import to_status
from services.activity.admission import Admission
from services.activity.domain import Activity
from services.activity.door import paper
from services.activity.door.expected import Expected
from services.activity.door.guests import Guest, Guests
from services.activity.door.printing import Labels, Printing, Sheet
from services.activity.door.subjects import Known, Meant, entry_person, guest_person, read
from services.activity.rosters.entry_rows import Listed
from services.activity.rosters.listed import Entries, Wanted
from services.activity.rosters.rosters import Roster, Rosters
from services.activity.rosters.rpc import RosterAdmission

Context = Any
SaidT = TypeVar("SaidT")
FoundT = TypeVar("FoundT")

_SERVICE = "/activity.v1.DoorService/"
_FOR_PEOPLE = ("ResolveSubjects", "ListDoorPeople", "SearchDoorPeople", "PrintLabels", "PrintSignSheet")
ACCESS = {
    **{_SERVICE + method: for_person("gateway") for method in _FOR_PEOPLE},
    _SERVICE + "BatchGetGuestNames": by("reporting", "exporter", "checkin"),
    _SERVICE + "FindSubjects": by("reporting"),
}

_SUBJECTS_AT_ONCE = 200
_NAMES_AT_ONCE = 500
_PEOPLE_AT_ONCE = 1000
_FOUND = 20
_PIECE_BYTES = 256 * 1024
_MAX_QUERY = 64
# What `page_token` says: in which of the two lists, and after whom.
_OF_ROSTER, _OF_GUESTS = 0, 1
_NOBODY = bytes(16)
# However long an activity goes on, and after its end, when staff still say who was there.
_KEPT_AT_MOST_US, _KEPT_AT_LEAST_US = 7 * 86_400 * SECOND_US, 3600 * SECOND_US


class DoorServicer(door_pb2_grpc.DoorServiceServicer):
    """Serves the methods.

    Args:
        organisation_name: What an organisation is called; empty while nobody can tell.
        now_us: The clock; tests bring their own.
    """

    def __init__(
        self,
        admission: Admission,
        on_rosters: RosterAdmission,
        rosters: Rosters,
        entries: Entries,
        guests: Guests,
        keys: PersonKeys,
        printing: Printing,
        organisation_name: Callable[[bytes], Awaitable[str]],
        now_us: Callable[[], int] = clock.now_us,
    ) -> None:
        self._admission = admission
        self._on_rosters = on_rosters
        self._rosters = rosters
        self._entries = entries
        self._expected = Expected(rosters, entries)
        self._guests = guests
        self._keys = keys
        self._printing = printing
        self._organisation_name = organisation_name
        self._now_us = now_us

    async def ResolveSubjects(self, request: pb.ResolveSubjectsRequest, context: Context) -> pb.ResolveSubjectsResponse:
        """Who each is, or why nobody can tell."""
        if len(request.subjects) > _SUBJECTS_AT_ONCE:
            raise invalid("subjects", f"must be at most {_SUBJECTS_AT_ONCE}; ask for the rest in another call")
        activity = await self._admission.admit(request.activity_id, STAFF)
        meant = [_attempted(read, one) for one in request.subjects]
        known = await self._known(activity, [one for one in meant if isinstance(one, Meant)])
        found = [_attempted(known.person, one) if isinstance(one, Meant) else one for one in meant]
        return pb.ResolveSubjectsResponse(results=map(_result, found))

    async def ListDoorPeople(self, request: pb.ListDoorPeopleRequest, context: Context) -> pb.ListDoorPeopleResponse:
        """A page of them: who is on the roster, then guests."""
        if request.page_size < 0:
            raise invalid("page_size", f"must be 0 (default) to {_PEOPLE_AT_ONCE}")
        size = min(request.page_size or _PEOPLE_AT_ONCE, _PEOPLE_AT_ONCE)
        which, after = _position(request.page_token)
        activity = await self._admission.admit(request.activity_id, STAFF)
        expires_at, people = self._expires_at(activity), list[pb.DoorPerson]()
        roster = await self._expected.roster(activity)
        if roster and which == _OF_ROSTER:
            listed = await self._entries.page(roster.roster_id, Wanted(), after, size + 1)
            people += (self._carried(activity, roster, one, expires_at) for one in listed[:size] if one.said.name)
            if len(listed) > size:
                token = pages.encode(_OF_ROSTER, listed[size - 1].entry_id)
                return pb.ListDoorPeopleResponse(people=people, next_page_token=token, expires_at=expires_at)
            size -= len(listed)
        found = await self._guests.page(activity.activity_id, after if which == _OF_GUESTS else None, size + 1)
        people += (guest_person(one) for one in found[:size] if one.name)
        last = found[size - 1].guest_id if 0 < size < len(found) else _NOBODY
        token = pages.encode(_OF_GUESTS, last) if len(found) > size else ""
        return pb.ListDoorPeopleResponse(people=people, next_page_token=token, expires_at=expires_at)

    async def SearchDoorPeople(
        self, request: pb.SearchDoorPeopleRequest, context: Context
    ) -> pb.SearchDoorPeopleResponse:
        """At most 20 of them, those of the roster first."""
        query = plain_text.tidy(request.query)
        if not is_searchable(query) or len(query) > _MAX_QUERY:
            raise invalid("q", f"must be two Han characters or three others, of at most {_MAX_QUERY}")
        activity = await self._admission.admit(request.activity_id, STAFF)
        people: list[pb.DoorPerson] = []
        if roster := await self._expected.roster(activity):
            listed = await self._entries.page(roster.roster_id, Wanted(query), None, _FOUND)
            people += (entry_person(roster, one) for one in listed if one.said.name)
        found = await self._guests.search(activity.activity_id, query, _FOUND - len(people))
        return pb.SearchDoorPeopleResponse(people=[*people, *map(guest_person, found)])

    async def BatchGetGuestNames(
        self, request: pb.BatchGetGuestNamesRequest, context: Context
    ) -> pb.BatchGetGuestNamesResponse:
        """What guests are called."""
        if len(request.guest_ids) > _NAMES_AT_ONCE:
            raise invalid("guest_ids", f"must be at most {_NAMES_AT_ONCE}; ask for the rest in another call")
        found = await self._guests.of(request.activity_id, request.guest_ids)
        told = (one for one in found.values() if one.name)
        return pb.BatchGetGuestNamesResponse(
            guests=[pb.Guest(guest_id=one.guest_id, name=one.name, phone_tail=one.phone_tail) for one in told]
        )

    async def FindSubjects(self, request: pb.FindSubjectsRequest, context: Context) -> pb.FindSubjectsResponse:
        """Everybody who may be called so, for a service that narrows a list of its own."""
        if not is_searchable(request.query):
            return pb.FindSubjectsResponse(is_too_wide=True)
        guest_ids = await self._guests.named_like(request.activity_id, request.query)
        entry_ids = await self._entries.named_like(request.roster_id, request.query) if request.roster_id else ()
        return pb.FindSubjectsResponse(subject_ids=[*guest_ids, *entry_ids])

    # They write their pieces to the context, as gRPC lets them; the stubs know generators only.
    async def PrintLabels(self, request: pb.PrintLabelsRequest, context: Context) -> None:  # type: ignore[override]
        """Labels of everybody on a roster, or in a group of it."""
        roster = await self._on_rosters.admit(request.roster_id, STAFF)
        people = await self._people(roster, request.group if request.HasField("group") else None)
        if not people:
            raise invalid("roster_id", "is a roster without anybody on it; put people on it first")
        await self._write(paper.labels_of(people), context)

    async def PrintSignSheet(self, request: pb.PrintSignSheetRequest, context: Context) -> None:  # type: ignore[override]
        """A list with the people of the activity's roster, where it has one, and empty rows."""
        if request.blank_rows > paper.MOST_BLANK:
            raise invalid("blank_rows", f"must be at most {paper.MOST_BLANK}")
        activity = await self._admission.admit(request.activity_id, STAFF)
        roster, group = await self._expected.roster(activity), request.group if request.HasField("group") else None
        if group is not None and not roster:
            raise invalid("group", "is of no roster: the activity expects nobody by name; leave it out")
        people = await self._people(roster, group) if roster else []
        name = await self._organisation_name(activity.definition.organisation_id)
        sheet = paper.sheet_of(activity, name, people, group, request.blank_rows, self._now_us())
        await self._write(sheet, context)

    async def _people(self, roster: Roster, group: str | None) -> list[Listed]:
        """Everybody on a roster, or in a group of it; raises InvalidArgumentError for more than a paper has."""
        paper.check(await self._rosters.groups(roster.roster_id), group)
        return await self._entries.page(roster.roster_id, Wanted(group=group), None, paper.MOST)

    async def _write(self, said: Labels | Sheet, context: Context) -> None:
        content = await self._printing.print(said)
        for start in range(0, len(content), _PIECE_BYTES):
            await context.write(pb.PrintedPiece(content=content[start : start + _PIECE_BYTES]))

    async def _known(self, activity: Activity, meant: Sequence[Meant]) -> Known:
        """Everybody who is meant, in one trip for those of the roster and few for guests, however many they are."""
        guests = await self._guests_of(activity, [one.guest for one in meant if one.guest])
        return await self._expected.known(activity, meant, guests, self._guests.quota)

    async def _guests_of(self, activity: Activity, meant: Sequence[Guest]) -> dict[bytes, Guest]:
        if not meant:
            return {}
        found = await self._guests.of(activity.activity_id, [one.guest_id for one in meant])
        new = [one for one in meant if one.name and one.guest_id not in found]
        return found | (await self._guests.keep(activity, new, person().user_id, self._now_us()) if new else {})

    def _expires_at(self, activity: Activity) -> int:
        now = self._now_us()
        return max(now + _KEPT_AT_LEAST_US, min(activity.closes_at, now + _KEPT_AT_MOST_US))

    def _carried(self, activity: Activity, roster: Roster, one: Listed, until: int) -> pb.DoorPerson:
        """An entry as a phone without a network has it: who can show a code there is verified by it."""
        if one.bound is None:
            return entry_person(roster, one)
        since = self._now_us() // SECOND_US
        keys = self._keys.at_activity(one.bound.user_id, activity.activity_id, since, until // SECOND_US)
        return entry_person(roster, one, keys)


def _position(page_token: str) -> tuple[int, bytes | None]:
    position = pages.decode(page_token, int, bytes)
    if position is None:
        return _OF_ROSTER, None
    which, last = position
    assert isinstance(which, int) and isinstance(last, bytes)
    return which, last


def _attempted(step: Callable[[SaidT], FoundT], said: SaidT) -> FoundT | ServiceError:
    """What a step makes of an item, or the error of that item alone."""
    try:
        return step(said)
    except ServiceError as error:
        return error


def _result(found: pb.DoorPerson | ServiceError) -> pb.ResolveSubjectsResponse.Result:
    if isinstance(found, ServiceError):
        return pb.ResolveSubjectsResponse.Result(status=to_status(found))
    return pb.ResolveSubjectsResponse.Result(person=found)
