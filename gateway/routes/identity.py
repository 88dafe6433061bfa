"""Sign-in, one's own profile, organisations and their members."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gateway.clients import SIGN_IN_S, ask
from gateway.http.fields import Id, IdText, Input, Keyed, NextPageToken, Page, Time, Word
from gateway.routes.dependencies import Call, Routes
from protos.identity.v1 import identity_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.ids import to_text

routes = Routes("identity")

RoleName = Literal["member", "staff", "organiser", "owner"]

ROLES: dict[RoleName, pb.Role.ValueType] = {
    "member": pb.ROLE_MEMBER,
    "staff": pb.ROLE_STAFF,
    "organiser": pb.ROLE_ORGANISER,
    "owner": pb.ROLE_OWNER,
}
ROLE_NAMES: dict[int, RoleName] = {role: name for name, role in ROLES.items()}


_A_NAME = ["李雷"]
_AN_ORGANISATION = ["实验中学"]
_A_REFRESH_TOKEN = ["v1.Qm1dJr3wZp9Ho5uLsAbvS0mC2Xk7vYt4"]

PersonName = Annotated[str, Meta(examples=_A_NAME)]
Group = Annotated[str, Meta(max_length=160, examples=["三班"])]
OrganisationName = Annotated[str, Meta(examples=_AN_ORGANISATION)]


class SignIn(Input):
    """What `wx.login` gave."""

    code: Annotated[str, Meta(min_length=1, max_length=256, examples=["0a1B2c3D"])]


class Refresh(Input):
    """The refresh token of the last session answer; it works once."""

    refresh_token: Annotated[str, Meta(min_length=1, max_length=512, examples=_A_REFRESH_TOKEN)]
    device_id: Annotated[
        Word, Meta(description="As in check-ins; the same device may ask again for 120 s, else for 10.")
    ] = ""


class User(msgspec.Struct):
    """A person; the name is empty until they gave it."""

    id: IdText
    name: PersonName
    created_at: Time


class Session(msgspec.Struct):
    """Tokens of a signed-in person. `expires_in` in seconds."""

    access_token: Annotated[str, Meta(examples=["eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIwMTkyIn0.c2ln"])]
    expires_in: Annotated[int, Meta(examples=[900])]
    refresh_token: Annotated[str, Meta(examples=_A_REFRESH_TOKEN)]
    user: User


class ProfileChange(Input):
    """What a person changes of their own profile."""

    name: Annotated[str, Meta(max_length=256, examples=_A_NAME)]


class NewOrganisation(Input):
    """An organisation to create; its creator becomes the owner."""

    name: Annotated[str, Meta(max_length=256, examples=_AN_ORGANISATION)]


class OrganisationChange(Input):
    """What is changed of an organisation."""

    name: Annotated[str, Meta(max_length=256, examples=_AN_ORGANISATION)]


class Successor(Input):
    """The member who becomes owner."""

    user_id: Id


class Organisation(msgspec.Struct):
    """An organisation and the caller's role in it."""

    id: IdText
    name: OrganisationName
    role: RoleName | None
    created_at: Time
    archived_at: Annotated[Time | None, Meta(description="null: it goes on.")]
    undecided_after_s: Annotated[
        int,
        Meta(
            description="How long humans have before `policy.undecided` of an activity decides.",
            examples=[259200],
        ),
    ]


class OrganisationsQuery(Page):
    """Which organisations, and which part of the list."""

    archived: Annotated[bool, Meta(description="Those that are archived too.")] = False


class Organisations(msgspec.Struct):
    """A page of organisations."""

    organisations: list[Organisation]
    next_page_token: NextPageToken


class NewMember(Input):
    """A person to add, with a role."""

    user_id: Id
    role: RoleName = "member"


class MemberChange(Input):
    """A member's new role, group, or both."""

    role: RoleName | None = None
    group: Group | None = None


class MembersQuery(Page):
    """Which members, and which part of the list."""

    name: Annotated[
        Word, Meta(description="Words of a name, one of them of two Chinese characters or three others at least.")
    ] = ""
    group: Word = ""


class Member(msgspec.Struct):
    """A person in an organisation; the group may be empty."""

    user_id: IdText
    name: PersonName
    role: RoleName | None
    joined_at: Time
    group: Group


class Members(msgspec.Struct):
    """A page of members."""

    members: list[Member]
    next_page_token: NextPageToken


@routes.on("POST", "/v1/auth/wechat", who="anybody")
async def sign_in(call: Call, body: SignIn) -> Session:
    """Signs in with the code of `wx.login`; the first visit makes the user."""
    request = pb.SignInWithWechatRequest(code=body.code)
    async with call.parts.failures.counted(call.address):
        return _session(await ask(call.services.identity.SignInWithWechat, request, timeout_s=SIGN_IN_S))


@routes.on("POST", "/v1/auth/refresh", who="anybody")
async def refresh(call: Call, body: Refresh) -> Session:
    """New tokens for a refresh token. Using an old one again ends the session everywhere."""
    request = pb.RefreshSessionRequest(refresh_token=body.refresh_token, device_id=body.device_id)
    async with call.parts.failures.counted(call.address):
        return _session(await ask(call.services.identity.RefreshSession, request))


@routes.on("POST", "/v1/auth/logout", status=204)
async def sign_out(call: Call) -> None:
    """Ends the session of this access token."""
    await ask(call.services.identity.EndSession, pb.EndSessionRequest(), call.person)
    call.parts.guard.end(call.person.session_id)


@routes.on("GET", "/v1/me")
async def get_me(call: Call) -> User:
    """The caller's profile."""
    return to_user(await ask(call.services.identity.GetMe, pb.GetMeRequest(), call.person))


# A mini-program cannot send PATCH (wx.request), so PUT does the same.
@routes.on("PUT", "/v1/me")
@routes.on("PATCH", "/v1/me")
async def update_me(call: Call, body: ProfileChange) -> User:
    """Changes the caller's profile."""
    return to_user(await ask(call.services.identity.UpdateMe, pb.UpdateMeRequest(name=body.name), call.person))


@routes.on("DELETE", "/v1/me", status=204)
async def erase_me(call: Call) -> None:
    """Empties the caller's name and all they told organisations, ends their sessions and memberships; for good.

    Records of check-ins stay, under an id that names nobody. The last owner of an organisation that is not archived
    gets a 409 LAST_OWNER; `metadata.organisation_id` says of which.
    """
    await ask(call.services.identity.EraseMe, pb.EraseMeRequest(), call.person)
    call.parts.guard.end(call.person.session_id)


@routes.on("POST", "/v1/organisations", status=201)
async def create_organisation(call: Call, headers: Keyed, body: NewOrganisation) -> Organisation:
    """Creates an organisation."""
    request = pb.CreateOrganisationRequest(name=body.name, idempotency_key=headers.idempotency_key)
    return to_organisation(await ask(call.services.identity.CreateOrganisation, request, call.person), call)


@routes.on("GET", "/v1/organisations")
async def list_organisations(call: Call, query: OrganisationsQuery) -> Organisations:
    """The organisations the caller belongs to."""
    request = pb.ListOrganisationsRequest(
        page_size=query.page_size, page_token=query.page_token, include_archived=query.archived
    )
    page: pb.ListOrganisationsResponse = await ask(call.services.identity.ListOrganisations, request, call.person)
    return Organisations([to_organisation(one, call) for one in page.organisations], page.next_page_token)


@routes.on("PUT", "/v1/organisations/{organisation_id}")
@routes.on("PATCH", "/v1/organisations/{organisation_id}")
async def update_organisation(call: Call, organisation_id: Id, body: OrganisationChange) -> Organisation:
    """Gives an organisation another name."""
    request = pb.RenameOrganisationRequest(organisation_id=organisation_id, name=body.name)
    return to_organisation(await ask(call.services.identity.RenameOrganisation, request, call.person), call)


@routes.on("POST", "/v1/organisations/{organisation_id}/archive")
async def archive_organisation(call: Call, organisation_id: Id) -> Organisation:
    """Nobody creates, publishes, invites or joins there any more; all stays readable.

    While activities are published and not over a 409 ACTIVITIES_RUNNING says how many.
    """
    request = pb.ArchiveOrganisationRequest(organisation_id=organisation_id)
    return to_organisation(await ask(call.services.identity.ArchiveOrganisation, request, call.person), call)


@routes.on("POST", "/v1/organisations/{organisation_id}/unarchive")
async def unarchive_organisation(call: Call, organisation_id: Id) -> Organisation:
    """Takes an archived organisation up again."""
    request = pb.UnarchiveOrganisationRequest(organisation_id=organisation_id)
    return to_organisation(await ask(call.services.identity.UnarchiveOrganisation, request, call.person), call)


@routes.on("POST", "/v1/organisations/{organisation_id}/handover")
async def hand_over(call: Call, organisation_id: Id, body: Successor) -> Member:
    """Makes a member owner; the caller, an owner until now, becomes an organiser."""
    request = pb.HandOverRequest(organisation_id=organisation_id, user_id=body.user_id)
    return to_member(await ask(call.services.identity.HandOver, request, call.person))


@routes.on("GET", "/v1/organisations/{organisation_id}/members")
async def list_members(call: Call, organisation_id: Id, query: MembersQuery) -> Members:
    """The members of an organisation, or those of a group or with a name."""
    request = pb.ListMembersRequest(
        organisation_id=organisation_id,
        page_size=query.page_size,
        page_token=query.page_token,
        name=query.name,
        group=query.group,
    )
    page: pb.ListMembersResponse = await ask(call.services.identity.ListMembers, request, call.person)
    return Members([to_member(one) for one in page.members], page.next_page_token)


@routes.on("POST", "/v1/organisations/{organisation_id}/members", status=201)
async def add_member(call: Call, organisation_id: Id, body: NewMember) -> Member:
    """Adds a person to an organisation."""
    request = pb.AddMemberRequest(organisation_id=organisation_id, user_id=body.user_id, role=ROLES[body.role])
    return to_member(await ask(call.services.identity.AddMember, request, call.person))


@routes.on("PUT", "/v1/organisations/{organisation_id}/members/{user_id}")
@routes.on("PATCH", "/v1/organisations/{organisation_id}/members/{user_id}")
async def update_member(call: Call, organisation_id: Id, user_id: Id, body: MemberChange) -> Member:
    """Changes a member's role or group; what is left out stays."""
    request = pb.UpdateMemberRequest(
        organisation_id=organisation_id,
        user_id=user_id,
        role=ROLES[body.role] if body.role else pb.ROLE_UNSPECIFIED,
        group=body.group,
    )
    return to_member(await ask(call.services.identity.UpdateMember, request, call.person))


@routes.on("DELETE", "/v1/organisations/{organisation_id}/members/{user_id}", status=204)
async def remove_member(call: Call, organisation_id: Id, user_id: Id) -> None:
    """Removes a member."""
    request = pb.RemoveMemberRequest(organisation_id=organisation_id, user_id=user_id)
    await ask(call.services.identity.RemoveMember, request, call.person)


def _session(session: pb.Session) -> Session:
    return Session(session.access_token, session.expires_in_s, session.refresh_token, to_user(session.user))


def to_user(user: pb.User) -> User:
    """A person as the API gives them."""
    return User(to_text(user.user_id), user.name, to_rfc3339(user.created_at))


def to_organisation(organisation: pb.Organisation, call: Call) -> Organisation:
    """An organisation as the API tells it."""
    return Organisation(
        to_text(organisation.organisation_id),
        organisation.name,
        ROLE_NAMES.get(organisation.role),
        to_rfc3339(organisation.created_at),
        to_rfc3339(organisation.archived_at) if organisation.archived_at else None,
        call.parts.undecided_after_s,
    )


def to_member(member: pb.Member) -> Member:
    """A member as the API tells them."""
    return Member(
        to_text(member.user_id),
        member.name,
        ROLE_NAMES.get(member.role),
        to_rfc3339(member.joined_at),
        member.group,
    )
