"""`activity.v1.RosterService`: staff read rosters and who is on them, organisers and owners change both."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from domainkit.roles import ORGANISER, STAFF, Role
from protos.activity.v1 import rosters_pb2 as pb
from protos.activity.v1 import rosters_pb2_grpc
from servicekit import ids, pages, plain_text
from servicekit.clock import now_us
from servicekit.errors import FieldError, InvalidArgumentError, invalid
from servicekit.mysql.idempotency import Intent
from servicekit.rpc.interceptors import for_person, person
from services.activity.admission import RolesPort, admit
from services.activity.errors import RosterNotFoundError
from services.activity.rosters.entries import MAX_CHARACTERS, MAX_EXTRA, PHONE, field_of
from services.activity.rosters.entry_rows import Listed
from services.activity.rosters.listed import Entries, Wanted
from services.activity.rosters.rosters import Count, ExtraColumn, Roster, Rosters, check
from services.activity.rosters.sealing import Said, masked

Context = Any

_SERVICE = "/activity.v1.RosterService/"
_METHODS = (
    *("CreateRoster", "ListRosters", "GetRoster", "UpdateRoster", "DeleteRoster", "ListRosterGroups"),
    *("ListRosterEntries", "CreateRosterEntry", "UpdateRosterEntry", "DeleteRosterEntry"),
)
ACCESS = {_SERVICE + method: for_person("gateway") for method in _METHODS}

_MAX_QUERY = 64


class RosterAdmission:
    """Who may act on which rosters: others are told that there is none."""

    def __init__(self, rosters: Rosters, roles: RolesPort) -> None:
        self._rosters = rosters
        self._roles = roles

    async def admit(self, roster_id: bytes, least: Role) -> Roster:
        """The roster, for a person of at least this role in its organisation.

        Raises:
            RosterNotFoundError: There is none, or not for them to know; PermissionDeniedError: they are staff.
        """
        roster = await self._rosters.get(roster_id)
        await admit(self._roles, roster.organisation_id, least, RosterNotFoundError)
        return roster


class RosterServicer(rosters_pb2_grpc.RosterServiceServicer):
    """Serves the methods."""

    def __init__(self, rosters: Rosters, entries: Entries, roles: RolesPort, admission: RosterAdmission) -> None:
        self._rosters = rosters
        self._entries = entries
        self._roles = roles
        self._admission = admission

    async def CreateRoster(self, request: pb.CreateRosterRequest, context: Context) -> pb.Roster:
        """An empty one."""
        await admit(self._roles, request.organisation_id, ORGANISER, begins=True)
        roster = Roster(ids.new_id(), request.organisation_id, plain_text.tidy(request.title), now_us())
        check(roster)
        body = pb.CreateRosterRequest(organisation_id=request.organisation_id, title=request.title)
        intent = Intent(person().user_id, _SERVICE + "CreateRoster", request.idempotency_key, _canonical(body))
        return await self._told(await self._rosters.create(roster, intent))

    async def ListRosters(self, request: pb.ListRostersRequest, context: Context) -> pb.ListRostersResponse:
        """Those of an organisation, the newest first."""
        size, before = pages.page_size(request.page_size), pages.decode_id(request.page_token)
        await admit(self._roles, request.organisation_id, STAFF)
        found = await self._rosters.page(request.organisation_id, before, size + 1)
        counts = await self._rosters.counts([roster.roster_id for roster in found[:size]])
        return pb.ListRostersResponse(
            rosters=[_roster_message(roster, counts[roster.roster_id]) for roster in found[:size]],
            next_page_token=pages.encode(found[size - 1].roster_id) if len(found) > size else "",
        )

    async def GetRoster(self, request: pb.GetRosterRequest, context: Context) -> pb.Roster:
        """One of them."""
        return await self._told(await self._admission.admit(request.roster_id, STAFF))

    async def UpdateRoster(self, request: pb.UpdateRosterRequest, context: Context) -> pb.Roster:
        """Changes what is given."""
        await self._admission.admit(request.roster_id, ORGANISER)

        def move(roster: Roster) -> Roster:
            if request.HasField("title"):
                roster = replace(roster, title=plain_text.tidy(request.title))
            if request.HasField("extra"):
                columns = ((plain_text.tidy(each.heading), each.is_shown) for each in request.extra.columns)
                roster = replace(roster, extra=tuple(ExtraColumn(*column) for column in columns))
            check(roster)
            return roster

        return await self._told(await self._rosters.change(request.roster_id, move))

    async def DeleteRoster(self, request: pb.DeleteRosterRequest, context: Context) -> pb.DeleteRosterResponse:
        """Hides one that no activity needs."""
        await self._admission.admit(request.roster_id, ORGANISER)
        await self._rosters.delete(request.roster_id)
        return pb.DeleteRosterResponse()

    async def ListRosterGroups(
        self, request: pb.ListRosterGroupsRequest, context: Context
    ) -> pb.ListRosterGroupsResponse:
        """Every group and how many are in it."""
        await self._admission.admit(request.roster_id, STAFF)
        groups = await self._rosters.groups(request.roster_id)
        made = (pb.ListRosterGroupsResponse.Group(group=group, entries=entries) for group, entries in groups)
        return pb.ListRosterGroupsResponse(groups=made)

    async def ListRosterEntries(
        self, request: pb.ListRosterEntriesRequest, context: Context
    ) -> pb.ListRosterEntriesResponse:
        """A page of those who are meant."""
        size, after = pages.page_size(request.page_size), pages.decode_id(request.page_token)
        await self._admission.admit(request.roster_id, STAFF)
        wanted = Wanted(
            _query(request.query),
            request.group if request.HasField("group") else None,
            request.is_bound if request.HasField("is_bound") else None,
        )
        found = await self._entries.page(request.roster_id, wanted, after, size + 1)
        return pb.ListRosterEntriesResponse(
            entries=map(to_message, found[:size]),
            next_page_token=pages.encode(found[size - 1].entry_id) if len(found) > size else "",
        )

    async def CreateRosterEntry(self, request: pb.CreateRosterEntryRequest, context: Context) -> pb.RosterEntry:
        """Puts somebody on a roster."""
        await self._admission.admit(request.roster_id, ORGANISER)
        said, group = _said(request.entry)
        body = pb.CreateRosterEntryRequest(roster_id=request.roster_id, entry=request.entry)
        intent = Intent(person().user_id, _SERVICE + "CreateRosterEntry", request.idempotency_key, _canonical(body))
        return to_message(await self._entries.add(request.roster_id, Listed(ids.new_id(), said, group), intent))

    async def UpdateRosterEntry(self, request: pb.UpdateRosterEntryRequest, context: Context) -> pb.RosterEntry:
        """Says anew what is known of somebody."""
        await self._admission.admit(request.roster_id, ORGANISER)

        def move(before: Listed) -> Listed:
            entry = pb.RosterEntry()
            entry.CopyFrom(request.entry)
            if entry.phone and entry.phone == masked(before.said.phone):
                entry.phone = before.said.phone
            said, group = _said(entry)
            return replace(before, said=said, group=group)

        return to_message(await self._entries.change(request.roster_id, request.entry.entry_id, move))

    async def DeleteRosterEntry(
        self, request: pb.DeleteRosterEntryRequest, context: Context
    ) -> pb.DeleteRosterEntryResponse:
        """Takes somebody off a roster."""
        await self._admission.admit(request.roster_id, ORGANISER)
        await self._entries.remove(request.roster_id, request.entry_id)
        return pb.DeleteRosterEntryResponse()

    async def _told(self, roster: Roster) -> pb.Roster:
        counts = await self._rosters.counts([roster.roster_id])
        return _roster_message(roster, counts[roster.roster_id])


def to_message(one: Listed) -> pb.RosterEntry:
    """What is told of an entry."""
    said, bound = one.said, one.bound
    message = pb.RosterEntry(
        entry_id=one.entry_id,
        name=said.name,
        number=said.number,
        phone=masked(said.phone),
        group=one.group,
        note=said.note,
        extra=said.extra,
    )
    if bound is not None:
        how = pb.RosterEntry.Bound.How.ValueType(bound.how)
        message.bound.CopyFrom(pb.RosterEntry.Bound(user_id=bound.user_id, how=how, since=bound.since))
    return message


def _roster_message(roster: Roster, count: Count) -> pb.Roster:
    return pb.Roster(
        roster_id=roster.roster_id,
        organisation_id=roster.organisation_id,
        title=roster.title,
        revision=roster.revision,
        extra=[pb.ExtraColumn(heading=heading, is_shown=is_shown) for heading, is_shown in roster.extra],
        entries=count.entries,
        bound=count.bound,
        created_at=roster.created_at,
    )


def _said(entry: pb.RosterEntry) -> tuple[Said, str]:
    """What somebody says of a person, and their group.

    Raises:
        InvalidArgumentError: Names all fields at fault, by their JSON paths, with the cure.
    """
    if faults := list(_faults(entry)):
        raise InvalidArgumentError(f"{faults[0].field}: {faults[0].message}", fields=faults)
    tidy = plain_text.tidy
    phone = PHONE.fullmatch(_digits(entry.phone))
    extra = {tidy(heading): tidy(value) for heading, value in entry.extra.items()}
    said = Said(tidy(entry.name), tidy(entry.number), phone[1] if phone else "", tidy(entry.note), extra)
    return said, tidy(entry.group)


def _faults(entry: pb.RosterEntry) -> Iterator[FieldError]:
    for field in ("name", "number", "group", "note"):
        if fault := plain_text.fault(getattr(entry, field), MAX_CHARACTERS, is_required=field == "name"):
            yield FieldError(field, fault)
    if entry.phone and not PHONE.fullmatch(_digits(entry.phone)):
        yield FieldError("phone", "must be a mobile number of eleven digits, such as 13800000000")
    if len(entry.extra) > MAX_EXTRA:
        yield FieldError("extra", f"must be at most {MAX_EXTRA} columns")
    for heading, value in entry.extra.items():
        if fault := plain_text.fault(heading, MAX_CHARACTERS):
            yield FieldError("extra", f"a heading {fault}")
        elif field_of(heading):
            yield FieldError("extra", f"{heading} is what {field_of(heading)} is called; say it there")
        elif fault := plain_text.fault(value, MAX_CHARACTERS, is_required=False):
            yield FieldError(f"extra.{heading}", fault)


def _digits(phone: str) -> str:
    """A phone without what people write between its digits."""
    return "".join(phone.split()).replace("-", "")


def _query(said: str) -> str:
    query = plain_text.tidy(said)
    if len(query) > _MAX_QUERY:
        raise invalid("q", f"must be at most {_MAX_QUERY} characters")
    return query


def _canonical(message: Any) -> bytes:
    body: bytes = message.SerializeToString(deterministic=True)
    return body
