"""Invites: a code with which people join an organisation, by link, by QR or typed."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gateway.clients import ask
from gateway.http.fields import Id, IdText, Input, Instant, Keyed, NextPageToken, Page, Time
from gateway.routes.dependencies import Call, Routes
from gateway.routes.identity import (
    ROLE_NAMES,
    ROLES,
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

Code = Annotated[str, Meta(examples=_A_CODE)]
TypedCode = Annotated[str, Meta(min_length=1, max_length=64, examples=_A_CODE)]


class NewInvite(Input):
    """An invite to make. An owner is not invited but made of a member."""

    role: Literal["member", "staff", "organiser"]
    expires_at: Annotated[Instant, Meta(description="A year ahead at most.")]
    uses: Annotated[int, Meta(ge=1, le=500, description="How many people may join with it.")] = 1


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
    )
    return Invite(*_values(await ask(call.services.identity.CreateInvite, request, call.person)))


@routes.on("GET", "/v1/organisations/{organisation_id}/invites")
async def list_invites(call: Call, organisation_id: Id, query: Page) -> Invites:
    """An organisation's invites."""
    request = pb.ListInvitesRequest(
        organisation_id=organisation_id, page_size=query.page_size, page_token=query.page_token
    )
    page: pb.ListInvitesResponse = await ask(call.services.identity.ListInvites, request, call.person)
    return Invites([Invite(*_values(one)) for one in page.invites], page.next_page_token)


@routes.on("GET", "/v1/organisations/{organisation_id}/invites/{invite_id}")
async def get_invite(call: Call, organisation_id: Id, invite_id: Id) -> InviteWithUses:
    """One invite with all who used it."""
    request = pb.GetInviteRequest(organisation_id=organisation_id, invite_id=invite_id)
    invite: pb.Invite = await ask(call.services.identity.GetInvite, request, call.person)
    return InviteWithUses(*_values(invite), used_by=[to_member(member) for member in invite.used_by])


@routes.on("POST", "/v1/organisations/{organisation_id}/invites/{invite_id}/revoke")
async def revoke_invite(call: Call, organisation_id: Id, invite_id: Id) -> Invite:
    """Ends an invite for good; whoever joined with it stays."""
    request = pb.RevokeInviteRequest(organisation_id=organisation_id, invite_id=invite_id)
    return Invite(*_values(await ask(call.services.identity.RevokeInvite, request, call.person)))


@routes.on("GET", "/v1/invites/preview")
async def preview_invite(call: Call, query: PreviewQuery) -> InvitePreview:
    """Who invites to what."""
    request = pb.PreviewInviteRequest(code=query.code)
    found: pb.InvitePreview = await ask(call.services.identity.PreviewInvite, request, call.person)
    return InvitePreview(
        found.organisation_name,
        found.invited_by,
        ROLE_NAMES.get(found.role),
        to_rfc3339(found.expires_at),
        ROLE_NAMES.get(found.own_role),
    )


@routes.on("POST", "/v1/invites/accept")
async def accept_invite(call: Call, body: Acceptance) -> Organisation:
    """Joins. Who is in with this role or a higher one stays as they are and uses nothing up."""
    request = pb.AcceptInviteRequest(code=body.code)
    return to_organisation(await ask(call.services.identity.AcceptInvite, request, call.person))


def _values(invite: pb.Invite) -> tuple[str, str, str, RoleName | None, StateName | None, int, int, str, str, str]:
    return (
        to_text(invite.invite_id),
        invite.code,
        invite.url,
        ROLE_NAMES.get(invite.role),
        _STATES.get(invite.state),
        invite.uses,
        invite.used,
        to_rfc3339(invite.expires_at),
        to_text(invite.created_by),
        to_rfc3339(invite.created_at),
    )
