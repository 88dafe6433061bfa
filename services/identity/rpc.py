"""`identity.v1.IdentityService`: requests in, answers out; the rules are in `domain.py`, the SQL in files by
subject, and who may call what in `access.py`.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from google.protobuf.message import Message

from protos.identity.v1 import identity_pb2 as pb
from protos.identity.v1 import identity_pb2_grpc
from servicekit import clock, pages
from servicekit.errors import ServiceError, UnavailableError, invalid
from servicekit.mysql.idempotency import Intent
from servicekit.rpc.interceptors import person
from services.identity import domain
from services.identity.access import SERVICE
from services.identity.domain import Invite, Member, Organisation, Session, User
from services.identity.errors import RefreshTokenReusedError
from services.identity.invites import Invites
from services.identity.metrics import SIGN_INS
from services.identity.organisations import Organisations
from services.identity.people import People
from services.identity.revocation import Revocations
from services.identity.signing import Signer
from services.identity.subscriptions import Answer, Grant, Subscription, Subscriptions, check_grants
from services.identity.wechat import WechatClient

T = TypeVar("T")
Context = Any

SIGN_INS_AT_ONCE = 64
MAXIMUM_BATCH = 500


class AcquaintancesPort(Protocol):
    """See `checkin_client`; raises UnavailableError when nobody can tell."""

    async def has(self, organisation_id: bytes, user_id: bytes) -> bool:
        """Whether somebody tried to check in to one of its activities by themselves."""


class IdentityServicer(identity_pb2_grpc.IdentityServiceServicer):
    """Serves the methods.

    Args:
        public_url: What the URLs of invites begin with.
        templates: Ids of the message templates that people may be asked about.
        now_us: The clock of sessions; tests bring their own.
    """

    def __init__(
        self,
        people: People,
        organisations: Organisations,
        invites: Invites,
        wechat: WechatClient,
        signer: Signer,
        revocations: Revocations,
        subscriptions: Subscriptions,
        acquaintances: AcquaintancesPort,
        public_url: str,
        templates: Collection[str] = (),
        now_us: Callable[[], int] = clock.now_us,
    ) -> None:
        self._people = people
        self._organisations = organisations
        self._invites = invites
        self._wechat = wechat
        self._signer = signer
        self._revocations = revocations
        self._subscriptions = subscriptions
        self._acquaintances = acquaintances
        self._public_url = public_url.rstrip("/")
        self._templates = templates
        self._now_us = now_us
        # Those beyond it wait their turn: a code is spent only by somebody whose turn it is.
        self._places = asyncio.Semaphore(SIGN_INS_AT_ONCE)

    async def SignInWithWechat(self, request: pb.SignInWithWechatRequest, context: Context) -> pb.Session:
        """Exchanges a code of wx.login for a session."""
        async with self._places:
            try:
                openid = await self._wechat.exchange(request.code)
                session = await self._people.sign_in(openid, self._now_us())
            except ServiceError as error:
                SIGN_INS.labels("unavailable" if isinstance(error, UnavailableError) else "refused").inc()
                raise
            SIGN_INS.labels("ok").inc()
            return self._session(session)

    async def StartSyntheticSession(self, request: pb.StartSyntheticSessionRequest, context: Context) -> pb.Session:
        """Lets the reserved person in, who has no WeChat."""
        return self._session(await self._people.sign_in(domain.SYNTHETIC_OPENID, self._now_us()))

    async def RefreshSession(self, request: pb.RefreshSessionRequest, context: Context) -> pb.Session:
        """Rotates; a token used before ends its session, save for a while for the device that used it."""
        try:
            return self._session(await self._people.refresh(request.refresh_token, request.device_id, self._now_us()))
        except RefreshTokenReusedError as error:
            await self._revocations.announce(error.session_id)
            raise

    async def EndSession(self, request: pb.EndSessionRequest, context: Context) -> pb.EndSessionResponse:
        """Ends the session of the calling access token."""
        session_id = person().session_id
        await self._people.end_session(session_id, self._now_us())
        await self._revocations.announce(session_id)
        return pb.EndSessionResponse()

    async def GetJwks(self, request: pb.GetJwksRequest, context: Context) -> pb.Jwks:
        """The key set; needs no database."""
        return pb.Jwks(json=self._signer.jwks)

    async def ListRevokedSessions(
        self, request: pb.ListRevokedSessionsRequest, context: Context
    ) -> pb.ListRevokedSessionsResponse:
        """Sessions that are over while their access tokens may still live."""
        return pb.ListRevokedSessionsResponse(session_ids=await self._revocations.current())

    async def GetMe(self, request: pb.GetMeRequest, context: Context) -> pb.User:
        """The calling person."""
        return _user(await self._people.get(person().user_id))

    async def UpdateMe(self, request: pb.UpdateMeRequest, context: Context) -> pb.User:
        """Gives the calling person a name."""
        return _user(await self._people.rename(person().user_id, domain.clean_name(request.name)))

    async def BatchGetUsers(self, request: pb.BatchGetUsersRequest, context: Context) -> pb.BatchGetUsersResponse:
        """Names for a list; unknown ids are left out."""
        if len(request.user_ids) > MAXIMUM_BATCH:
            raise invalid("user_ids", f"must be at most {MAXIMUM_BATCH}")
        found = await self._people.batch_get(request.user_ids) if request.user_ids else []
        members = await self._members_among(request.organisation_id, [user.user_id for user in found])
        return pb.BatchGetUsersResponse(users=map(_user, found), member_ids=members)

    async def _members_among(self, organisation_id: bytes, user_ids: Collection[bytes]) -> Collection[bytes]:
        if not organisation_id or not user_ids:
            return ()
        return await self._organisations.members_among(organisation_id, user_ids)

    async def CreateOrganisation(self, request: pb.CreateOrganisationRequest, context: Context) -> pb.Organisation:
        """Makes an organisation whose owner is the calling person."""
        name = domain.clean_name(request.name)
        intent = _intent(SERVICE + "CreateOrganisation", request.idempotency_key, request)
        return _organisation(await self._organisations.create(intent, name, self._now_us()))

    async def ListOrganisations(
        self, request: pb.ListOrganisationsRequest, context: Context
    ) -> pb.ListOrganisationsResponse:
        """Those the calling person belongs to."""
        size = pages.page_size(request.page_size)
        after = pages.decode_id(request.page_token) or b""
        found = await self._organisations.list_of(person().user_id, after, size + 1)
        page, next_page_token = _page(found, size, lambda organisation: organisation.organisation_id)
        return pb.ListOrganisationsResponse(organisations=map(_organisation, page), next_page_token=next_page_token)

    async def ListMembers(self, request: pb.ListMembersRequest, context: Context) -> pb.ListMembersResponse:
        """Who belongs to an organisation; for staff and above."""
        size = pages.page_size(request.page_size)
        after = pages.decode_id(request.page_token) or b""
        found = await self._organisations.members(request.organisation_id, person().user_id, after, size + 1)
        page, next_page_token = _page(found, size, lambda member: member.user_id)
        return pb.ListMembersResponse(members=map(_member, page), next_page_token=next_page_token)

    async def AddMember(self, request: pb.AddMemberRequest, context: Context) -> pb.Member:
        """Lets a person in; for organisers and owners, who may add whom the organisation knows."""
        role = domain.check_role(request.role)
        organisation_id, actor_id, user_id = request.organisation_id, person().user_id, request.user_id
        # First, or whoever may not add anybody would learn who came.
        actor = await self._organisations.role_of(organisation_id, actor_id)
        domain.check_may_give(actor, role, is_oneself=actor_id == user_id)
        await self._check_acquainted(organisation_id, user_id)
        return _member(await self._organisations.add_member(organisation_id, actor_id, user_id, role, self._now_us()))

    async def _check_acquainted(self, organisation_id: bytes, user_id: bytes) -> None:
        """A stranger's id is answered like one that nobody has: it shows no name, and not that they exist."""
        is_member = await self._organisations.role_of(organisation_id, user_id) is not domain.Role.NONE
        if not is_member and not await self._acquaintances.has(organisation_id, user_id):
            raise domain.unknown_person()

    async def UpdateMember(self, request: pb.UpdateMemberRequest, context: Context) -> pb.Member:
        """Changes a person's role; for organisers and owners."""
        role = domain.check_role(request.role)
        actor_id = person().user_id
        member = await self._organisations.change_role(request.organisation_id, actor_id, request.user_id, role)
        return _member(member)

    async def RemoveMember(self, request: pb.RemoveMemberRequest, context: Context) -> pb.RemoveMemberResponse:
        """Takes a person out, or lets the calling person leave."""
        await self._organisations.remove_member(request.organisation_id, person().user_id, request.user_id)
        return pb.RemoveMemberResponse()

    async def RenameOrganisation(self, request: pb.RenameOrganisationRequest, context: Context) -> pb.Organisation:
        """Another name; for organisers and owners."""
        name = domain.clean_name(request.name)
        return _organisation(await self._organisations.rename(request.organisation_id, person().user_id, name))

    async def HandOver(self, request: pb.HandOverRequest, context: Context) -> pb.Member:
        """A member becomes owner, and the calling owner an organiser."""
        actor_id = person().user_id
        return _member(await self._organisations.hand_over(request.organisation_id, actor_id, request.user_id))

    async def CreateInvite(self, request: pb.CreateInviteRequest, context: Context) -> pb.Invite:
        """A code to join with."""
        role, now = domain.check_role(request.role), self._now_us()
        domain.check_invite(role, request.uses, request.expires_at, now)
        intent = _intent(SERVICE + "CreateInvite", request.idempotency_key, request)
        invite = await self._invites.create(
            intent, request.organisation_id, role, request.uses, request.expires_at, now
        )
        return self._invite(invite, now)

    async def ListInvites(self, request: pb.ListInvitesRequest, context: Context) -> pb.ListInvitesResponse:
        """An organisation's invites, the latest first."""
        size, now = pages.page_size(request.page_size), self._now_us()
        before = pages.decode_id(request.page_token) or b""
        found = await self._invites.list_of(request.organisation_id, person().user_id, before, size + 1)
        page, next_page_token = _page(found, size, lambda invite: invite.invite_id)
        return pb.ListInvitesResponse(invites=[self._invite(one, now) for one in page], next_page_token=next_page_token)

    async def GetInvite(self, request: pb.GetInviteRequest, context: Context) -> pb.Invite:
        """One invite with all who used it."""
        invite, members = await self._invites.get(request.organisation_id, person().user_id, request.invite_id)
        return self._invite(invite, self._now_us(), members)

    async def RevokeInvite(self, request: pb.RevokeInviteRequest, context: Context) -> pb.Invite:
        """Ends an invite for good."""
        now, actor_id = self._now_us(), person().user_id
        return self._invite(await self._invites.revoke(request.organisation_id, actor_id, request.invite_id, now), now)

    async def PreviewInvite(self, request: pb.PreviewInviteRequest, context: Context) -> pb.InvitePreview:
        """What a code leads to."""
        code = domain.clean_invite_code(request.code)
        found = await self._invites.preview(code, person().user_id, self._now_us())
        return pb.InvitePreview(
            organisation_name=found.organisation_name,
            invited_by=found.invited_by,
            role=_role(found.role),
            expires_at=found.expires_at,
            own_role=_role(found.own_role),
        )

    async def AcceptInvite(self, request: pb.AcceptInviteRequest, context: Context) -> pb.Organisation:
        """Joins."""
        code = domain.clean_invite_code(request.code)
        return _organisation(await self._invites.accept(code, person().user_id, self._now_us()))

    async def GetRole(self, request: pb.GetRoleRequest, context: Context) -> pb.GetRoleResponse:
        """A person's role in an organisation, for the services that own its records."""
        role = await self._organisations.role_of(request.organisation_id, request.user_id)
        return pb.GetRoleResponse(role=_role(role))

    async def GrantSubscriptions(self, request: pb.GrantSubscriptionsRequest, context: Context) -> pb.Subscriptions:
        """Notes what the calling person answered."""
        grants = [Grant(grant.template_id, Answer(grant.answer)) for grant in request.grants]
        check_grants(grants, self._templates)
        intent = _intent(SERVICE + "GrantSubscriptions", request.idempotency_key, request)
        return self._standing(await self._subscriptions.grant(intent, grants, self._now_us()))

    async def GetSubscriptions(self, request: pb.GetSubscriptionsRequest, context: Context) -> pb.Subscriptions:
        """Where the calling person stands."""
        return self._standing(await self._subscriptions.of(person().user_id))

    def _standing(self, known: Mapping[str, Subscription]) -> pb.Subscriptions:
        """All templates there are; those that are no more are not told."""
        current = [known.get(template_id, Subscription(template_id)) for template_id in self._templates]
        return pb.Subscriptions(
            subscriptions=[
                pb.Subscription(
                    template_id=each.template_id,
                    quota=max(each.quota, 0),
                    answer=pb.Subscription.Answer.ValueType(each.answer),
                )
                for each in current
            ]
        )

    def _invite(self, invite: Invite, now_us: int, members: Sequence[Member] = ()) -> pb.Invite:
        return pb.Invite(
            invite_id=invite.invite_id,
            organisation_id=invite.organisation_id,
            code=invite.code,
            role=_role(invite.role),
            state=pb.Invite.State.ValueType(invite.state(now_us)),
            uses=invite.uses,
            used=invite.used,
            expires_at=invite.expires_at,
            created_by=invite.created_by,
            created_at=invite.created_at,
            used_by=map(_member, members),
            url=f"{self._public_url}/i/{invite.code}",
        )

    def _session(self, session: Session) -> pb.Session:
        return pb.Session(
            access_token=self._signer.sign(session.user.user_id, session.session_id, self._now_us()),
            expires_in_s=domain.ACCESS_LIFE_S,
            refresh_token=session.refresh_token,
            user=_user(session.user),
        )


def _intent(route: str, key: str, request: Message) -> Intent:
    return Intent(person().user_id, route, key, request.SerializeToString(deterministic=True))


def _page(found: Sequence[T], size: int, key: Callable[[T], bytes]) -> tuple[Sequence[T], str]:
    """Cuts off the one too many that says whether there is more."""
    page = found[:size]
    return page, pages.encode(key(page[-1])) if len(found) > size else ""


def _role(role: domain.Role) -> "pb.Role.ValueType":
    return pb.Role.ValueType(role)


def _user(user: User) -> pb.User:
    return pb.User(user_id=user.user_id, name=user.name, created_at=user.created_at)


def _organisation(organisation: Organisation) -> pb.Organisation:
    return pb.Organisation(
        organisation_id=organisation.organisation_id,
        name=organisation.name,
        role=_role(organisation.role),
        created_at=organisation.created_at,
    )


def _member(member: Member) -> pb.Member:
    return pb.Member(user_id=member.user_id, name=member.name, role=_role(member.role), joined_at=member.joined_at)
