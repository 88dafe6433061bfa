"""Sign-in, one's own profile, organisations and their members."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from gateway.clients import SIGN_IN_S, ask
from gateway.http.fields import Id, IdempotencyKey, Instant, Model, PageSize, PageToken
from gateway.routes.dependencies import Caller, ClientAddress, Services, SharedParts
from protos.identity.v1 import identity_pb2 as pb

router = APIRouter(prefix="/v1", tags=["identity"])

RoleName = Literal["member", "staff", "organiser", "owner"]

_ROLES: dict[RoleName, pb.Role.ValueType] = {
    "member": pb.ROLE_MEMBER,
    "staff": pb.ROLE_STAFF,
    "organiser": pb.ROLE_ORGANISER,
    "owner": pb.ROLE_OWNER,
}
_ROLE_NAMES: dict[int, RoleName] = {role: name for name, role in _ROLES.items()}


class SignIn(Model):
    """What `wx.login` gave."""

    code: Annotated[str, Field(min_length=1, max_length=256)]


class Refresh(Model):
    """The refresh token of the last session answer; it works once."""

    refresh_token: Annotated[str, Field(min_length=1, max_length=512)]
    device_id: Annotated[
        str, Field(max_length=64, description="As in check-ins; the same device may ask again for 120 s, else for 10.")
    ] = ""


class User(Model):
    """A person; the name is empty until they gave it."""

    id: Id
    name: str
    created_at: Instant


class Session(Model):
    """Tokens of a signed-in person. `expires_in` in seconds."""

    access_token: str
    expires_in: int
    refresh_token: str
    user: User


class ProfileChange(Model):
    """What a person changes of their own profile."""

    name: Annotated[str, Field(max_length=256)]


class NewOrganisation(Model):
    """An organisation to create; its creator becomes the owner."""

    name: Annotated[str, Field(max_length=256)]


class Organisation(Model):
    """An organisation and the caller's role in it."""

    id: Id
    name: str
    role: RoleName | None
    created_at: Instant


class Organisations(Model):
    """A page of organisations."""

    organisations: list[Organisation]
    next_page_token: str


class NewMember(Model):
    """A person to add, with a role."""

    user_id: Id
    role: RoleName = "member"


class RoleChange(Model):
    """A member's new role."""

    role: RoleName


class Member(Model):
    """A person in an organisation."""

    user_id: Id
    name: str
    role: RoleName | None
    joined_at: Instant


class Members(Model):
    """A page of members."""

    members: list[Member]
    next_page_token: str


@router.post("/auth/wechat")
async def sign_in(body: SignIn, services: Services, shared: SharedParts, address: ClientAddress) -> Session:
    """Signs in with the code of `wx.login`; the first visit makes the user."""
    request = pb.SignInWithWechatRequest(code=body.code)
    async with shared.failures.counted(address):
        return _session(await ask(services.identity.SignInWithWechat, request, timeout_s=SIGN_IN_S))


@router.post("/auth/refresh")
async def refresh(body: Refresh, services: Services, shared: SharedParts, address: ClientAddress) -> Session:
    """New tokens for a refresh token. Using an old one again ends the session everywhere."""
    request = pb.RefreshSessionRequest(refresh_token=body.refresh_token, device_id=body.device_id)
    async with shared.failures.counted(address):
        return _session(await ask(services.identity.RefreshSession, request))


@router.post("/auth/logout", status_code=204)
async def sign_out(person: Caller, shared: SharedParts) -> None:
    """Ends the session of this access token."""
    await ask(shared.clients.identity.EndSession, pb.EndSessionRequest(), person)
    shared.guard.end(person)


@router.get("/me")
async def get_me(person: Caller, services: Services) -> User:
    """The caller's profile."""
    return _user(await ask(services.identity.GetMe, pb.GetMeRequest(), person))


# A mini-program cannot send PATCH (wx.request), so PUT does the same.
@router.put("/me")
@router.patch("/me")
async def update_me(body: ProfileChange, person: Caller, services: Services) -> User:
    """Changes the caller's profile."""
    return _user(await ask(services.identity.UpdateMe, pb.UpdateMeRequest(name=body.name), person))


@router.post("/organisations", status_code=201)
async def create_organisation(
    body: NewOrganisation, person: Caller, services: Services, idempotency_key: IdempotencyKey = ""
) -> Organisation:
    """Creates an organisation."""
    request = pb.CreateOrganisationRequest(name=body.name, idempotency_key=idempotency_key)
    return _organisation(await ask(services.identity.CreateOrganisation, request, person))


@router.get("/organisations")
async def list_organisations(
    person: Caller, services: Services, page_size: PageSize = 0, page_token: PageToken = ""
) -> Organisations:
    """The organisations the caller belongs to."""
    request = pb.ListOrganisationsRequest(page_size=page_size, page_token=page_token)
    page: pb.ListOrganisationsResponse = await ask(services.identity.ListOrganisations, request, person)
    return Organisations(
        organisations=[_organisation(one) for one in page.organisations], next_page_token=page.next_page_token
    )


@router.get("/organisations/{organisation_id}/members")
async def list_members(
    organisation_id: Id, person: Caller, services: Services, page_size: PageSize = 0, page_token: PageToken = ""
) -> Members:
    """The members of an organisation."""
    request = pb.ListMembersRequest(organisation_id=organisation_id, page_size=page_size, page_token=page_token)
    page: pb.ListMembersResponse = await ask(services.identity.ListMembers, request, person)
    return Members(members=[_member(one) for one in page.members], next_page_token=page.next_page_token)


@router.post("/organisations/{organisation_id}/members", status_code=201)
async def add_member(organisation_id: Id, body: NewMember, person: Caller, services: Services) -> Member:
    """Adds a person to an organisation."""
    request = pb.AddMemberRequest(organisation_id=organisation_id, user_id=body.user_id, role=_ROLES[body.role])
    return _member(await ask(services.identity.AddMember, request, person))


@router.patch("/organisations/{organisation_id}/members/{user_id}")
async def update_member(
    organisation_id: Id, user_id: Id, body: RoleChange, person: Caller, services: Services
) -> Member:
    """Changes a member's role."""
    request = pb.UpdateMemberRequest(organisation_id=organisation_id, user_id=user_id, role=_ROLES[body.role])
    return _member(await ask(services.identity.UpdateMember, request, person))


@router.delete("/organisations/{organisation_id}/members/{user_id}", status_code=204)
async def remove_member(organisation_id: Id, user_id: Id, person: Caller, services: Services) -> None:
    """Removes a member."""
    request = pb.RemoveMemberRequest(organisation_id=organisation_id, user_id=user_id)
    await ask(services.identity.RemoveMember, request, person)


def _session(session: pb.Session) -> Session:
    return Session(
        access_token=session.access_token,
        expires_in=session.expires_in_s,
        refresh_token=session.refresh_token,
        user=_user(session.user),
    )


def _user(user: pb.User) -> User:
    return User(id=user.user_id, name=user.name, created_at=user.created_at)


def _organisation(organisation: pb.Organisation) -> Organisation:
    return Organisation(
        id=organisation.organisation_id,
        name=organisation.name,
        role=_ROLE_NAMES.get(organisation.role),
        created_at=organisation.created_at,
    )


def _member(member: pb.Member) -> Member:
    return Member(
        user_id=member.user_id, name=member.name, role=_ROLE_NAMES.get(member.role), joined_at=member.joined_at
    )
