"""Rosters: lists of people that an organisation expects, and who is on them."""

from msgspec import UNSET

from gateway.clients import ask
from gateway.http.fields import Id, Keyed, Page
from gateway.routes.dependencies import Call, Routes
from gateway.routes.roster_shapes import (
    EntryQuery,
    NewRoster,
    NewRosterEntry,
    Roster,
    RosterChanges,
    RosterEntries,
    RosterEntry,
    RosterGroup,
    RosterGroups,
    Rosters,
    entry_to_message,
    to_entry,
    to_roster,
)
from protos.activity.v1 import rosters_pb2 as pb

routes = Routes("activity")


@routes.on("POST", "/v1/organisations/{organisation_id}/rosters", status=201)
async def create_roster(call: Call, organisation_id: Id, headers: Keyed, body: NewRoster) -> Roster:
    """An empty roster, for organisers and owners; an organisation has at most 50."""
    request = pb.CreateRosterRequest(
        organisation_id=organisation_id, title=body.title, idempotency_key=headers.idempotency_key
    )
    return to_roster(await ask(call.services.rosters.CreateRoster, request, call.person))


@routes.on("GET", "/v1/organisations/{organisation_id}/rosters")
async def list_rosters(call: Call, organisation_id: Id, query: Page) -> Rosters:
    """Rosters of an organisation, the newest first, for staff and above."""
    request = pb.ListRostersRequest(
        organisation_id=organisation_id, page_size=query.page_size, page_token=query.page_token
    )
    page: pb.ListRostersResponse = await ask(call.services.rosters.ListRosters, request, call.person)
    return Rosters([to_roster(one) for one in page.rosters], page.next_page_token)


@routes.on("GET", "/v1/rosters/{roster_id}")
async def get_roster(call: Call, roster_id: Id) -> Roster:
    """A roster, for staff and above."""
    return to_roster(await ask(call.services.rosters.GetRoster, pb.GetRosterRequest(roster_id=roster_id), call.person))


# A mini-program cannot send PATCH (wx.request), so PUT does the same.
@routes.on("PUT", "/v1/rosters/{roster_id}")
@routes.on("PATCH", "/v1/rosters/{roster_id}")
async def change_roster(call: Call, roster_id: Id, body: RosterChanges) -> Roster:
    """Another title, or other columns: what a column says is kept, and told while it is named here."""
    request = pb.UpdateRosterRequest(roster_id=roster_id)
    if body.title is not UNSET:
        request.title = body.title
    if body.extra is not UNSET:
        columns = [pb.ExtraColumn(heading=each.heading, is_shown=each.is_shown) for each in body.extra]
        request.extra.CopyFrom(pb.UpdateRosterRequest.Extra(columns=columns))
    return to_roster(await ask(call.services.rosters.UpdateRoster, request, call.person))


@routes.on("DELETE", "/v1/rosters/{roster_id}", status=204)
async def delete_roster(call: Call, roster_id: Id) -> None:
    """Deletes a roster; a 409 ROSTER_IN_USE while a published activity that is not over expects its people."""
    await ask(call.services.rosters.DeleteRoster, pb.DeleteRosterRequest(roster_id=roster_id), call.person)


@routes.on("GET", "/v1/rosters/{roster_id}/groups")
async def list_roster_groups(call: Call, roster_id: Id) -> RosterGroups:
    """Every group of a roster and how many are in it, for staff and above."""
    request = pb.ListRosterGroupsRequest(roster_id=roster_id)
    found: pb.ListRosterGroupsResponse = await ask(call.services.rosters.ListRosterGroups, request, call.person)
    return RosterGroups([RosterGroup(each.group, each.entries) for each in found.groups])


@routes.on("GET", "/v1/rosters/{roster_id}/entries")
async def list_roster_entries(call: Call, roster_id: Id, query: EntryQuery) -> RosterEntries:
    """Who is on a roster, in the order in which they were added, for staff and above; phones are masked."""
    request = pb.ListRosterEntriesRequest(
        roster_id=roster_id,
        query=query.q,
        group=query.group,
        is_bound=query.is_bound,
        page_size=query.page_size,
        page_token=query.page_token,
    )
    page: pb.ListRosterEntriesResponse = await ask(call.services.rosters.ListRosterEntries, request, call.person)
    return RosterEntries([to_entry(one) for one in page.entries], page.next_page_token)


@routes.on("POST", "/v1/rosters/{roster_id}/entries", status=201)
async def create_roster_entry(call: Call, roster_id: Id, headers: Keyed, body: NewRosterEntry) -> RosterEntry:
    """Puts somebody on a roster, from now on; at most 50,000 are on one."""
    request = pb.CreateRosterEntryRequest(
        roster_id=roster_id, entry=entry_to_message(body), idempotency_key=headers.idempotency_key
    )
    return to_entry(await ask(call.services.rosters.CreateRosterEntry, request, call.person))


@routes.on("PUT", "/v1/rosters/{roster_id}/entries/{entry_id}")
async def replace_roster_entry(call: Call, roster_id: Id, entry_id: Id, body: NewRosterEntry) -> RosterEntry:
    """Says all of an entry anew; who it is bound to stays."""
    request = pb.UpdateRosterEntryRequest(roster_id=roster_id, entry=entry_to_message(body, entry_id))
    return to_entry(await ask(call.services.rosters.UpdateRosterEntry, request, call.person))


@routes.on("DELETE", "/v1/rosters/{roster_id}/entries/{entry_id}", status=204)
async def delete_roster_entry(call: Call, roster_id: Id, entry_id: Id) -> None:
    """Takes somebody off a roster, from now on; when they came before, they were on it."""
    request = pb.DeleteRosterEntryRequest(roster_id=roster_id, entry_id=entry_id)
    await ask(call.services.rosters.DeleteRosterEntry, request, call.person)
