"""Invites: a code with which people join an organisation or the staff of one activity, by link, by QR or typed."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from gateway.clients import ask
from gateway.http.fields import Id, IdText, Input, Instant, Keyed, NextPageToken, Page, Time
from gateway.routes.activity_staff import ActivityStaff, to_activity_staff
from gateway.routes.dependencies import Call, Routes
from gateway.routes.identity import (
    ROLE_NAMES,
    ROLES,
    Group,
    Member,
    Organisation,
    OrganisationName,
    PersonName,
    RoleName,
    to_member,
    to_organisation,
)
from protos.identity.v1 import identity_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.ids import to_text

routes = Routes("identity")

StateName = Literal["open", "used_up", "expired", "revoked"]

_STATES: dict[int, StateName] = {
    pb.Invite.STATE_OPEN: "open",
    pb.Invite.STATE_USED_UP: "used_up",
    pb.Invite.STATE_EXPIRED: "expired",
    pb.Invite.STATE_REVOKED: "revoked",
}
_A_CODE = ["K7MCFGHJ4R9XWT"]
_A_TITLE = ["新生讲座"]

Code = Annotated[str, Meta(examples=_A_CODE)]
TypedCode = Annotated[str, Meta(min_length=1, max_length=64, examples=_A_CODE)]


class NewInvite(Input):
    """An invite to make. An owner is not invited but made of a member."""

    role: Literal["member", "staff", "organiser"]
    expires_at: Annotated[Instant, Meta(description="A year ahead at most.")]
    uses: Annotated[int, Meta(ge=1, le=500, description="How many people may join with it.")] = 1
    group: Annotated[Group, Meta(description="Of those who join with it.")] = ""
    activity_id: Annotated[
        Id | None,
        Meta(description="With the role staff only: who joins is staff of it alone, and no member."),
    ] = None


class Invite(msgspec.Struct):
    """An invite as those see it who manage members. `url` is what its QR says."""

    id: IdText
    code: Code
    url: Annotated[str, Meta(examples=[f"https://qiandao.example/i/{_A_CODE[0]}"])]
    role: RoleName | None
    state: StateName | None
    uses: int
    used: int
    expires_at: Time
    created_by: IdText
    created_at: Time
    group: Group
    activity_id: Annotated[IdText | None, Meta(description="null: to the organisation.")]
    activity_title: Annotated[str | None, Meta(examples=_A_TITLE)]


class InviteWithUses(Invite):
    """An invite, and the members who joined with it, in order; who has left since is not named."""

    used_by: list[Member]


class Invites(msgspec.Struct):
    """A page of invites, the latest first."""

    invites: list[Invite]
    next_page_token: NextPageToken


class InvitePreview(msgspec.Struct):
    """What a code leads to, before it binds."""

    organisation_name: OrganisationName
    invited_by: PersonName
    role: RoleName | None
    expires_at: Time
    own_role: Annotated[RoleName | None, Meta(description="The caller's there; null: none.")]
    group: Group
    activity_id: Annotated[IdText | None, Meta(description="null: to the organisation.")]
    activity_title: Annotated[str | None, Meta(examples=_A_TITLE)]


class Accepted(msgspec.Struct):
    """Where the caller is in now: the organisation with their role, or one activity of it with `staff`."""

    organisation: Organisation
    activity_id: Annotated[IdText | None, Meta(description="null: it was to the organisation.")]
    staff: Annotated[ActivityStaff | None, Meta(description="null: their role in the organisation says it already.")]


class Acceptance(Input):
    """The code of an invite, as typed or as the link has it."""

    code: TypedCode


class PreviewQuery(msgspec.Struct):
    """Which invite."""

    code: TypedCode


@routes.on("POST", "/v1/organisations/{organisation_id}/invites", status=201)
async def create_invite(call: Call, organisation_id: Id, headers: Keyed, body: NewInvite) -> Invite:
    """Makes an invite."""
    request = pb.CreateInviteRequest(
        organisation_id=organisation_id,
        role=ROLES[body.role],
        uses=body.uses,
        expires_at=body.expires_at,
        idempotency_key=headers.idempotency_key,
        group=body.group,
        activity_id=body.activity_id or b"",
    )
    return Invite(**_fields(await ask(call.services.invites.CreateInvite, request, call.person)))


@routes.on("GET", "/v1/organisations/{organisation_id}/invites")
async def list_invites(call: Call, organisation_id: Id, query: Page) -> Invites:
    """An organisation's invites."""
    request = pb.ListInvitesRequest(
        organisation_id=organisation_id, page_size=query.page_size, page_token=query.page_token
    )
    page: pb.ListInvitesResponse = await ask(call.services.invites.ListInvites, request, call.person)
    return Invites([Invite(**_fields(one)) for one in page.invites], page.next_page_token)


@routes.on("GET", "/v1/organisations/{organisation_id}/invites/{invite_id}")
async def get_invite(call: Call, organisation_id: Id, invite_id: Id) -> InviteWithUses:
    """One invite with all who used it."""
    request = pb.GetInviteRequest(organisation_id=organisation_id, invite_id=invite_id)
    invite: pb.Invite = await ask(call.services.invites.GetInvite, request, call.person)
    return InviteWithUses(**_fields(invite), used_by=[to_member(member) for member in invite.used_by])


@routes.on("POST", "/v1/organisations/{organisation_id}/invites/{invite_id}/revoke")
async def revoke_invite(call: Call, organisation_id: Id, invite_id: Id) -> Invite:
    """Ends an invite for good; whoever joined with it stays."""
    request = pb.RevokeInviteRequest(organisation_id=organisation_id, invite_id=invite_id)
    return Invite(**_fields(await ask(call.services.invites.RevokeInvite, request, call.person)))


@routes.on("GET", "/v1/invites/preview")
async def preview_invite(call: Call, query: PreviewQuery) -> InvitePreview:
    """Who invites to what."""
    request = pb.PreviewInviteRequest(code=query.code)
    found: pb.InvitePreview = await ask(call.services.invites.PreviewInvite, request, call.person)
    return InvitePreview(
        found.organisation_name,
        found.invited_by,
        ROLE_NAMES.get(found.role),
        to_rfc3339(found.expires_at),
        ROLE_NAMES.get(found.own_role),
        found.group,
        _text_or_none(found.activity_id),
        found.activity_title or None,
    )


@routes.on("POST", "/v1/invites/accept")
async def accept_invite(call: Call, body: Acceptance) -> Accepted:
    """Joins. Who is in with this role or a higher one stays as they are and uses nothing up."""
    request = pb.AcceptInviteRequest(code=body.code)
    answer: pb.AcceptInviteResponse = await ask(call.services.invites.AcceptInvite, request, call.person)
    return Accepted(
        to_organisation(answer.organisation, call),
        _text_or_none(answer.activity_id),
        to_activity_staff(answer.staff) if answer.HasField("staff") else None,
    )


def _text_or_none(identifier: bytes) -> str | None:
    return to_text(identifier) if identifier else None


def _fields(invite: pb.Invite) -> dict[str, Any]:
    return {
        "id": to_text(invite.invite_id),
        "code": invite.code,
        "url": invite.url,
        "role": ROLE_NAMES.get(invite.role),
        "state": _STATES.get(invite.state),
        "uses": invite.uses,
        "used": invite.used,
        "expires_at": to_rfc3339(invite.expires_at),
        "created_by": to_text(invite.created_by),
        "created_at": to_rfc3339(invite.created_at),
        "group": invite.group,
        "activity_id": _text_or_none(invite.activity_id),
        "activity_title": invite.activity_title or None,
    }
