"""`identity.v1.IdentityService`: requests in, answers out; the rules are in `domain.py`, the SQL in files by
subject, and who may call what in `access.py`.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from protos.identity.v1 import identity_pb2 as pb
from protos.identity.v1 import identity_pb2_grpc
from servicekit import clock, pages
from servicekit.errors import ServiceError, UnavailableError, invalid
from servicekit.rpc.interceptors import person
from services.identity import domain
from services.identity.access import SERVICE
from services.identity.activity_staff import Staff
from services.identity.domain import Session, Wanted
from services.identity.errors import ActivitiesRunningError, RefreshTokenReusedError
from services.identity.messages import intent_of, page_of, to_member, to_organisation, to_role, to_session, to_user
from services.identity.metrics import SIGN_INS
from services.identity.organisations import Organisations
from services.identity.people import People
from services.identity.revocation import Revocations
from services.identity.signing import Signer
from services.identity.subscriptions import Answer, Grant, Subscription, Subscriptions, check_grants
from services.identity.wechat import WechatClient

Context = Any

SIGN_INS_AT_ONCE = 64
MAXIMUM_BATCH = 500
_FOUND_AT_MOST = 20_000


class AcquaintancesPort(Protocol):
    """See `checkin_client`; raises UnavailableError when nobody can tell."""

    async def has(self, organisation_id: bytes, user_id: bytes) -> bool:
        """Whether somebody tried to check in to one of its activities by themselves."""


class RunningPort(Protocol):
    """See `activity_client`; raises UnavailableError when nobody can tell."""

    async def count_running(self, organisation_id: bytes) -> int:
        """How many of an organisation's activities are published and not over."""


class ErasurePort(Protocol):
    """See `erasure.Erasure`."""

    async def erase(self, user_id: bytes, now_us: int) -> Sequence[bytes]:
        """Empties what is known of a person; their sessions, which have ended. Raises OwnsOrganisationError."""


class IdentityServicer(identity_pb2_grpc.IdentityServiceServicer):
    """Serves the methods.

    Args:
        templates: Ids of the message templates that people may be asked about.
        now_us: The clock of sessions; tests bring their own.
    """

    def __init__(
        self,
        people: People,
        organisations: Organisations,
        staff: Staff,
        wechat: WechatClient,
        signer: Signer,
        revocations: Revocations,
        subscriptions: Subscriptions,
        acquaintances: AcquaintancesPort,
        activities: RunningPort,
        erasure: ErasurePort,
        templates: Collection[str] = (),
        now_us: Callable[[], int] = clock.now_us,
    ) -> None:
        self._people = people
        self._organisations = organisations
        self._staff = staff
        self._wechat = wechat
        self._signer = signer
        self._revocations = revocations
        self._subscriptions = subscriptions
        self._acquaintances = acquaintances
        self._activities = activities
        self._erasure = erasure
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

    async def VerifyPhoneNumber(
        self, request: pb.VerifyPhoneNumberRequest, context: Context
    ) -> pb.VerifyPhoneNumberResponse:
        """Asks WeChat for a number, which stays nowhere here."""
        return pb.VerifyPhoneNumberResponse(number=await self._wechat.phone_number(request.code))

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
        return to_user(await self._people.get(person().user_id))

    async def UpdateMe(self, request: pb.UpdateMeRequest, context: Context) -> pb.User:
        """Gives the calling person a name."""
        return to_user(await self._people.rename(person().user_id, domain.clean_name(request.name)))

    async def EraseMe(self, request: pb.EraseMeRequest, context: Context) -> pb.EraseMeResponse:
        """Empties what is known of the calling person, here at once and elsewhere soon."""
        for session_id in await self._erasure.erase(person().user_id, self._now_us()):
            await self._revocations.announce(session_id)
        return pb.EraseMeResponse()

    async def BatchGetUsers(self, request: pb.BatchGetUsersRequest, context: Context) -> pb.BatchGetUsersResponse:
        """Names for a list; unknown ids are left out."""
        if len(request.user_ids) > MAXIMUM_BATCH:
            raise invalid("user_ids", f"must be at most {MAXIMUM_BATCH}")
        found = await self._people.batch_get(request.user_ids) if request.user_ids else []
        members = await self._members_among(request.organisation_id, [user.user_id for user in found])
        return pb.BatchGetUsersResponse(users=map(to_user, found), member_ids=members)

    async def FindUsers(self, request: pb.FindUsersRequest, context: Context) -> pb.FindUsersResponse:
        """Everybody who may be called so, for a service that narrows a list of its own."""
        found = await self._people.find(request.query, _FOUND_AT_MOST)
        return pb.FindUsersResponse(user_ids=found or (), is_too_wide=found is None)

    async def _members_among(self, organisation_id: bytes, user_ids: Collection[bytes]) -> Collection[bytes]:
        if not organisation_id or not user_ids:
            return ()
        return await self._organisations.members_among(organisation_id, user_ids)

    async def CreateOrganisation(self, request: pb.CreateOrganisationRequest, context: Context) -> pb.Organisation:
        """Makes an organisation whose owner is the calling person."""
        name = domain.clean_name(request.name)
        intent = intent_of(SERVICE + "CreateOrganisation", request.idempotency_key, request)
        return to_organisation(await self._organisations.create(intent, name, self._now_us()))

    async def ListOrganisations(
        self, request: pb.ListOrganisationsRequest, context: Context
    ) -> pb.ListOrganisationsResponse:
        """Those the calling person belongs to, and activities whose staff they became."""
        size = pages.page_size(request.page_size)
        after = pages.decode_id(request.page_token) or b""
        user_id = person().user_id
        found = await self._organisations.list_of(user_id, after, size + 1, with_archived=request.include_archived)
        page, next_page_token = page_of(found, size, lambda organisation: organisation.organisation_id)
        return pb.ListOrganisationsResponse(
            organisations=map(to_organisation, page),
            next_page_token=next_page_token,
            activity_ids=[] if request.page_token else await self._staff.activities_of(user_id),
        )

    async def ListMembers(self, request: pb.ListMembersRequest, context: Context) -> pb.ListMembersResponse:
        """Who belongs to an organisation; for staff and above."""
        size = pages.page_size(request.page_size)
        after = pages.decode_id(request.page_token) or b""
        wanted = Wanted(request.name, request.group)
        found = await self._organisations.members(request.organisation_id, person().user_id, after, size + 1, wanted)
        page, next_page_token = page_of(found, size, lambda member: member.user_id)
        return pb.ListMembersResponse(members=map(to_member, page), next_page_token=next_page_token)

    async def AddMember(self, request: pb.AddMemberRequest, context: Context) -> pb.Member:
        """Lets a person in; for organisers and owners, who may add whom the organisation knows."""
        role = domain.check_role(request.role)
        organisation_id, actor_id, user_id = request.organisation_id, person().user_id, request.user_id
        # First, or whoever may not add anybody would learn who came.
        actor = await self._organisations.role_of(organisation_id, actor_id)
        domain.check_may_give(actor, role, is_oneself=actor_id == user_id)
        await self._check_acquainted(organisation_id, user_id)
        return to_member(await self._organisations.add_member(organisation_id, actor_id, user_id, role, self._now_us()))

    async def _check_acquainted(self, organisation_id: bytes, user_id: bytes) -> None:
        """A stranger's id is answered like one that nobody has: it shows no name, and not that they exist."""
        is_member = await self._organisations.role_of(organisation_id, user_id) is not domain.Role.NONE
        if not is_member and not await self._acquaintances.has(organisation_id, user_id):
            raise domain.unknown_person()

    async def UpdateMember(self, request: pb.UpdateMemberRequest, context: Context) -> pb.Member:
        """Changes a person's role or group; for organisers and owners."""
        role = domain.check_role(request.role) if request.role else None
        group = domain.clean_group(request.group) if request.HasField("group") else None
        actor_id = person().user_id
        member = await self._organisations.change_member(
            request.organisation_id, actor_id, request.user_id, role, group
        )
        return to_member(member)

    async def RemoveMember(self, request: pb.RemoveMemberRequest, context: Context) -> pb.RemoveMemberResponse:
        """Takes a person out, or lets the calling person leave."""
        await self._organisations.remove_member(request.organisation_id, person().user_id, request.user_id)
        return pb.RemoveMemberResponse()

    async def RenameOrganisation(self, request: pb.RenameOrganisationRequest, context: Context) -> pb.Organisation:
        """Another name; for organisers and owners."""
        name = domain.clean_name(request.name)
        return to_organisation(await self._organisations.rename(request.organisation_id, person().user_id, name))

    async def ArchiveOrganisation(self, request: pb.ArchiveOrganisationRequest, context: Context) -> pb.Organisation:
        """Ends what may begin there; for owners."""
        organisation_id, actor_id = request.organisation_id, person().user_id
        # First, or whoever may not archive it would learn how much goes on.
        domain.check_may_archive(await self._organisations.role_of(organisation_id, actor_id))
        if running := await self._activities.count_running(organisation_id):
            raise ActivitiesRunningError(running)
        return to_organisation(await self._organisations.archive(organisation_id, actor_id, self._now_us()))

    async def UnarchiveOrganisation(
        self, request: pb.UnarchiveOrganisationRequest, context: Context
    ) -> pb.Organisation:
        """Takes it up again; for owners."""
        return to_organisation(await self._organisations.archive(request.organisation_id, person().user_id, None))

    async def HandOver(self, request: pb.HandOverRequest, context: Context) -> pb.Member:
        """A member becomes owner, and the calling owner an organiser."""
        actor_id = person().user_id
        return to_member(await self._organisations.hand_over(request.organisation_id, actor_id, request.user_id))

    async def GetOrganisationName(
        self, request: pb.GetOrganisationNameRequest, context: Context
    ) -> pb.GetOrganisationNameResponse:
        """What one is called."""
        return pb.GetOrganisationNameResponse(name=await self._organisations.name_of(request.organisation_id))

    async def GetRole(self, request: pb.GetRoleRequest, context: Context) -> pb.GetRoleResponse:
        """What a person is in an organisation and for one of its activities, for the services that own its records."""
        found = await self._organisations.standing(request.organisation_id, request.user_id, request.activity_id)
        return pb.GetRoleResponse(
            role=to_role(found.role), is_activity_staff=found.is_activity_staff, is_archived=found.is_archived
        )

    async def GrantSubscriptions(self, request: pb.GrantSubscriptionsRequest, context: Context) -> pb.Subscriptions:
        """Notes what the calling person answered."""
        grants = [Grant(grant.template_id, Answer(grant.answer)) for grant in request.grants]
        check_grants(grants, self._templates)
        intent = intent_of(SERVICE + "GrantSubscriptions", request.idempotency_key, request)
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

    def _session(self, session: Session) -> pb.Session:
        token = self._signer.sign(session.user.user_id, session.session_id, self._now_us())
        return to_session(session, token, domain.ACCESS_LIFE_S)
