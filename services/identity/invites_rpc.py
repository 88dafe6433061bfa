"""`identity.v1.InviteService`: people join an organisation, or the staff of one activity, by a code.

The rules are in `invite_rules.py`, the SQL in `invites.py` and `activity_staff.py`.
"""

import logging
from collections.abc import Callable, Collection, Iterable
from typing import Any, Protocol

from protos.identity.v1 import identity_pb2 as pb
from protos.identity.v1 import identity_pb2_grpc
from servicekit import clock, pages
from servicekit.errors import UnavailableError, invalid
from servicekit.rpc.interceptors import person
from services.identity import domain, invite_rules
from services.identity.access import INVITES
from services.identity.activity_staff import Staff
from services.identity.domain import Activity
from services.identity.errors import InviteExpiredError, InviteUnknownError
from services.identity.invite_rules import Invite, NewInvite
from services.identity.invites import Invites
from services.identity.messages import intent_of, page_of, to_activity_staff, to_invite, to_organisation, to_role
from services.identity.organisations import Organisations

log = logging.getLogger(__name__)

Context = Any


class ActivitiesPort(Protocol):
    """See `activity_client`; raises UnavailableError when nobody can tell."""

    async def find(self, activity_ids: Collection[bytes]) -> dict[bytes, Activity]:
        """Those of these that there are."""


class InviteServicer(identity_pb2_grpc.InviteServiceServicer):
    """Serves the methods.

    Args:
        public_url: What the URLs of invites begin with.
        now_us: The clock; tests bring their own.
    """

    def __init__(
        self,
        organisations: Organisations,
        invites: Invites,
        staff: Staff,
        activities: ActivitiesPort,
        public_url: str,
        now_us: Callable[[], int] = clock.now_us,
    ) -> None:
        self._organisations = organisations
        self._invites = invites
        self._staff = staff
        self._activities = activities
        self._public_url = public_url.rstrip("/")
        self._now_us = now_us

    async def CreateInvite(self, request: pb.CreateInviteRequest, context: Context) -> pb.Invite:
        """A code to join with."""
        now, role, organisation_id = self._now_us(), domain.check_role(request.role), request.organisation_id
        group, activity_id = domain.clean_group(request.group), request.activity_id
        new = NewInvite(organisation_id, role, request.uses, request.expires_at, group, activity_id)
        invite_rules.check_invite(new, now)
        title = ""
        if activity_id:
            # First, or whoever may not invite would learn whose activity it is.
            actor = await self._organisations.role_of(organisation_id, person().user_id)
            domain.check_may_give(actor, role, is_oneself=False)
            title = (await self._activity_to_staff(organisation_id, activity_id, now)).title
        intent = intent_of(INVITES + "CreateInvite", request.idempotency_key, request)
        return to_invite(await self._invites.create(intent, new, now), now, self._public_url, title)

    async def ListInvites(self, request: pb.ListInvitesRequest, context: Context) -> pb.ListInvitesResponse:
        """An organisation's invites, the latest first."""
        size, now = pages.page_size(request.page_size), self._now_us()
        before = pages.decode_id(request.page_token) or b""
        found = await self._invites.list_of(request.organisation_id, person().user_id, before, size + 1)
        page, next_page_token = page_of(found, size, lambda invite: invite.invite_id)
        titles = await self._titles(page)
        invites = [to_invite(one, now, self._public_url, titles.get(one.activity_id, "")) for one in page]
        return pb.ListInvitesResponse(invites=invites, next_page_token=next_page_token)

    async def GetInvite(self, request: pb.GetInviteRequest, context: Context) -> pb.Invite:
        """One invite with all who used it."""
        invite, members = await self._invites.get(request.organisation_id, person().user_id, request.invite_id)
        titles = await self._titles([invite])
        return to_invite(invite, self._now_us(), self._public_url, titles.get(invite.activity_id, ""), members)

    async def RevokeInvite(self, request: pb.RevokeInviteRequest, context: Context) -> pb.Invite:
        """Ends an invite for good."""
        now, actor_id = self._now_us(), person().user_id
        invite = await self._invites.revoke(request.organisation_id, actor_id, request.invite_id, now)
        titles = await self._titles([invite])
        return to_invite(invite, now, self._public_url, titles.get(invite.activity_id, ""))

    async def PreviewInvite(self, request: pb.PreviewInviteRequest, context: Context) -> pb.InvitePreview:
        """What a code leads to."""
        code, now = invite_rules.clean_invite_code(request.code), self._now_us()
        found = await self._invites.preview(code, person().user_id, now)
        activity = await self._activity_to_join(found.activity_id, now)
        return pb.InvitePreview(
            organisation_name=found.organisation_name,
            invited_by=found.invited_by,
            role=to_role(found.role),
            expires_at=found.expires_at,
            own_role=to_role(found.own_role),
            group=found.group,
            activity_id=found.activity_id,
            activity_title=activity.title if activity else "",
        )

    async def AcceptInvite(self, request: pb.AcceptInviteRequest, context: Context) -> pb.AcceptInviteResponse:
        """Joins."""
        code, now = invite_rules.clean_invite_code(request.code), self._now_us()
        activity = await self._activity_to_join(await self._invites.activity_of(code), now)
        accepted = await self._invites.accept(code, person().user_id, now)
        return pb.AcceptInviteResponse(
            organisation=to_organisation(accepted.organisation),
            activity_id=accepted.activity_id,
            staff=to_activity_staff(accepted.staff, activity) if accepted.staff and activity else None,
        )

    async def ListActivityStaff(
        self, request: pb.ListActivityStaffRequest, context: Context
    ) -> pb.ListActivityStaffResponse:
        """Who is staff of an activity alone."""
        size, now = pages.page_size(request.page_size), self._now_us()
        after = pages.decode_id(request.page_token) or b""
        activity = await self._require(request.activity_id)
        found = await self._staff.list_of(activity, person().user_id, after, size + 1, now)
        page, next_page_token = page_of(found, size, lambda staff: staff.user_id)
        staff = [to_activity_staff(each, activity) for each in page]
        return pb.ListActivityStaffResponse(staff=staff, next_page_token=next_page_token)

    async def RemoveActivityStaff(
        self, request: pb.RemoveActivityStaffRequest, context: Context
    ) -> pb.RemoveActivityStaffResponse:
        """Takes a person out, or lets the calling person go."""
        activity = await self._require(request.activity_id)
        await self._staff.remove(activity, person().user_id, request.user_id, self._now_us())
        return pb.RemoveActivityStaffResponse()

    async def _require(self, activity_id: bytes) -> Activity:
        activity = (await self._activities.find([activity_id])).get(activity_id)
        if activity is None:
            raise domain.unknown_activity()
        return activity

    async def _activity_to_staff(self, organisation_id: bytes, activity_id: bytes, now_us: int) -> Activity:
        """The activity whose staff an organisation invites."""
        activity = await self._require(activity_id)
        if activity.organisation_id != organisation_id:
            raise domain.unknown_activity()
        if now_us >= activity.staffed_until:
            raise invalid("activity_id", "is over; move its end first")
        return activity

    async def _activity_to_join(self, activity_id: bytes, now_us: int) -> Activity | None:
        """The activity that an invite leads to; None for an invite to the organisation."""
        if not activity_id:
            return None
        activity = (await self._activities.find([activity_id])).get(activity_id)
        if activity is None:
            raise InviteUnknownError
        if now_us >= activity.staffed_until:
            raise InviteExpiredError
        return activity

    async def _titles(self, invites: Iterable[Invite]) -> dict[bytes, str]:
        """Titles by activity; an ornament here, so none while nobody can tell."""
        activity_ids = {invite.activity_id for invite in invites if invite.activity_id}
        try:
            found = await self._activities.find(activity_ids) if activity_ids else {}
        except UnavailableError as error:
            log.warning("invites go without the titles of activities: %s", error)
            return {}
        return {activity_id: activity.title for activity_id, activity in found.items()}
