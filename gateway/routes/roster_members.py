"""Who is who on a roster: people say so with their phone or an invite, and staff say it of others."""

from typing import Annotated

import msgspec
from msgspec import Meta

from gateway.clients import SIGN_IN_S, ask
from gateway.http.fields import Id, IdText, Input, Time
from gateway.routes.dependencies import Call, Routes
from protos.activity.v1 import rosters_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.ids import to_text

routes = Routes("activity")

_A_CODE = ["K7MCFGHJ4R9XWT"]
_A_ROSTER = ["高一（3）班"]

InviteCode = Annotated[str, Meta(min_length=1, max_length=64, examples=_A_CODE)]
RosterTitle = Annotated[str, Meta(examples=_A_ROSTER)]


class PhoneCode(Input):
    """What the button for the phone number gives, `wx.getPhoneNumber`; it works once."""

    code: Annotated[str, Meta(min_length=1, max_length=128, examples=["sim:demo"])]


class InviteQuery(msgspec.Struct):
    """The code of an invite."""

    code: InviteCode


class AcceptedInvite(Input):
    """The code of an invite."""

    code: InviteCode


class EntryPerson(Input):
    """Who an entry is."""

    user_id: Id


class Shown(msgspec.Struct):
    """Something more that is known of somebody, and for them to see."""

    heading: Annotated[str, Meta(examples=["座位"])]
    value: Annotated[str, Meta(examples=["3 排 7 座"])]


class OwnEntry(msgspec.Struct):
    """Oneself on a roster."""

    id: IdText
    name: Annotated[str, Meta(examples=["王小明"])]
    group: str
    shown: list[Shown]


class OwnListing(msgspec.Struct):
    """Whether an activity has a roster, and which entry of it the caller is: null for none yet."""

    is_listed: bool
    entry: OwnEntry | None
    roster_title: RosterTitle


class EntryInvite(msgspec.Struct):
    """A code by which one person becomes an entry, once; nobody is told it again, and a new one ends it."""

    code: Annotated[str, Meta(examples=_A_CODE)]
    url: Annotated[str, Meta(examples=[f"https://qiandao.example/i/{_A_CODE[0]}"])]
    expires_at: Time


class EntryInvitePreview(msgspec.Struct):
    """What an invite leads to; of the name only its ends."""

    roster_title: RosterTitle
    name: Annotated[str, Meta(examples=["王*明"])]
    organisation_name: Annotated[str, Meta(description="Empty while nobody can tell.", examples=["实验中学"])]


@routes.on("GET", "/v1/activities/{activity_id}/me/entry")
async def own_entry(call: Call, activity_id: Id) -> OwnListing:
    """Which entry of an activity's roster the caller is."""
    request = pb.GetOwnEntryRequest(activity_id=activity_id)
    return _to_own(await ask(call.services.roster_members.GetOwnEntry, request, call.person))


@routes.on("POST", "/v1/activities/{activity_id}/me/phone")
async def bind_phone(call: Call, activity_id: Id, body: PhoneCode) -> OwnListing:
    """Makes the caller the entry that has their number, as WeChat verified it; 404 PHONE_NOT_LISTED for none."""
    request = pb.BindByPhoneRequest(activity_id=activity_id, code=body.code)
    method = call.services.roster_members.BindByPhone
    return _to_own(await ask(method, request, call.person, timeout_s=SIGN_IN_S))


@routes.on("POST", "/v1/rosters/{roster_id}/entries/{entry_id}/invite", status=201)
async def invite_entry(call: Call, roster_id: Id, entry_id: Id) -> EntryInvite:
    """Makes the invite of an entry, good for seven days, for staff and above."""
    request = pb.CreateEntryInviteRequest(roster_id=roster_id, entry_id=entry_id)
    invite: pb.EntryInvite = await ask(call.services.roster_members.CreateEntryInvite, request, call.person)
    url = f"{call.parts.public_url}/i/{invite.code}"
    return EntryInvite(code=invite.code, url=url, expires_at=to_rfc3339(invite.expires_at))


@routes.on("GET", "/v1/roster-invites/preview")
async def preview_roster_invite(call: Call, query: InviteQuery) -> EntryInvitePreview:
    """What an invite leads to, before it binds."""
    request = pb.PreviewEntryInviteRequest(code=query.code)
    preview: pb.EntryInvitePreview = await ask(call.services.roster_members.PreviewEntryInvite, request, call.person)
    return EntryInvitePreview(preview.roster_title, preview.name, preview.organisation_name)


@routes.on("POST", "/v1/roster-invites/accept")
async def accept_roster_invite(call: Call, body: AcceptedInvite) -> OwnListing:
    """Makes the caller the entry of an invite."""
    request = pb.AcceptEntryInviteRequest(code=body.code)
    return _to_own(await ask(call.services.roster_members.AcceptEntryInvite, request, call.person))


@routes.on("PUT", "/v1/rosters/{roster_id}/entries/{entry_id}/person", status=204)
async def bind_entry(call: Call, roster_id: Id, entry_id: Id, body: EntryPerson) -> None:
    """Says who an entry is, for staff and above; never of oneself."""
    request = pb.BindEntryRequest(roster_id=roster_id, entry_id=entry_id, user_id=body.user_id)
    await ask(call.services.roster_members.BindEntry, request, call.person)


@routes.on("DELETE", "/v1/rosters/{roster_id}/entries/{entry_id}/person", status=204)
async def unbind_entry(call: Call, roster_id: Id, entry_id: Id) -> None:
    """Says that an entry is nobody any more, for staff and above; what is recorded stays."""
    request = pb.UnbindEntryRequest(roster_id=roster_id, entry_id=entry_id)
    await ask(call.services.roster_members.UnbindEntry, request, call.person)


def _to_own(own: pb.OwnEntry) -> OwnListing:
    shown = [Shown(heading=each.heading, value=each.value) for each in own.shown]
    entry = OwnEntry(id=to_text(own.entry_id), name=own.name, group=own.group, shown=shown) if own.entry_id else None
    return OwnListing(is_listed=own.is_listed, entry=entry, roster_title=own.roster_title)
