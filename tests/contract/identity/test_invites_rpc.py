"""InviteService on a real database: what it asks of activities, and what it tells of them."""

from collections.abc import Collection
from dataclasses import dataclass, field

import pytest

from protos.identity.v1 import identity_pb2 as pb
from servicekit import ids
from servicekit.errors import InvalidArgumentError, NotFoundError, PermissionDeniedError, UnavailableError
from servicekit.rpc import interceptors
from servicekit.tokens import Claims
from services.identity.domain import Activity, Role
from services.identity.errors import InviteExpiredError, InviteUnknownError
from services.identity.invite_rules import DAY_US
from services.identity.invites_rpc import InviteServicer
from tests.contract.identity.conftest import NOW, Club


@dataclass
class FakeActivities:
    """Activities in a dictionary; `is_gone` is an activity service that does not answer."""

    known: dict[bytes, Activity] = field(default_factory=dict)
    is_gone: bool = False

    async def find(self, activity_ids: Collection[bytes]) -> dict[bytes, Activity]:
        """See `activity_client.Activities.find`."""
        if self.is_gone:
            raise UnavailableError("gone")
        return {activity_id: self.known[activity_id] for activity_id in activity_ids if activity_id in self.known}


class Desk:
    """The service as people of a club use it."""

    def __init__(self, club: Club) -> None:
        self.club = club
        self.now_us = NOW
        self.activities = FakeActivities()
        self.activity = self.an_activity(club.organisation_id)
        self.servicer = InviteServicer(
            club.organisations, club.invites, club.staff, self.activities, "https://q.example", lambda: self.now_us
        )

    def an_activity(self, organisation_id: bytes) -> Activity:
        """One that closes tomorrow."""
        activity = Activity(ids.new_id(), organisation_id, "讲座", NOW + DAY_US)
        self.activities.known[activity.activity_id] = activity
        return activity

    async def invite(self, who: bytes, activity_id: bytes, organisation_id: bytes = b"") -> pb.Invite:
        """An invite to the staff of an activity."""
        act_as(who)
        request = pb.CreateInviteRequest(
            organisation_id=organisation_id or self.club.organisation_id,
            role=pb.ROLE_STAFF,
            uses=2,
            expires_at=NOW + 30 * DAY_US,
            activity_id=activity_id,
        )
        return await self.servicer.CreateInvite(request, None)

    async def accept(self, who: bytes, code: str) -> pb.AcceptInviteResponse:
        """Somebody joins."""
        act_as(who)
        return await self.servicer.AcceptInvite(pb.AcceptInviteRequest(code=code), None)

    async def preview(self, who: bytes, code: str) -> pb.InvitePreview:
        """Somebody looks first."""
        act_as(who)
        return await self.servicer.PreviewInvite(pb.PreviewInviteRequest(code=code), None)


def act_as(user_id: bytes) -> None:
    """From here on the calls are this person's."""
    interceptors._claims.set(Claims(user_id, ids.new_id(), 0, ""))


@pytest.fixture
async def desk(club: Club) -> Desk:
    """With an activity of the club."""
    return Desk(club)


async def test_an_invite_to_an_activity_names_it(desk: Desk) -> None:
    """To who makes it, to who looks at it, and in the list; who joins reads until when they are staff."""
    organiser, helper = await desk.club.somebody(Role.ORGANISER), await desk.club.somebody()
    made = await desk.invite(organiser, desk.activity.activity_id)
    preview = await desk.preview(helper, made.code)
    joined = await desk.accept(helper, made.code)
    act_as(organiser)
    listed = await desk.servicer.ListInvites(pb.ListInvitesRequest(organisation_id=desk.club.organisation_id), None)

    assert [each.activity_title for each in (made, preview, listed.invites[0])] == ["讲座"] * 3
    assert (preview.role, preview.own_role) == (pb.ROLE_STAFF, pb.ROLE_UNSPECIFIED)
    assert (joined.activity_id, joined.staff.expires_at) == (desk.activity.activity_id, desk.activity.staffed_until)
    assert joined.organisation.role == pb.ROLE_UNSPECIFIED


async def test_foreign_and_unknown_activities_look_the_same(desk: Desk) -> None:
    """Whoever asks, and whichever of the two is foreign."""
    other = await desk.club.another()
    foreign, stranger = desk.an_activity(other.organisation_id), await desk.club.somebody()
    told = []
    for who, activity_id, organisation_id in (
        (desk.club.owner, foreign.activity_id, b""),
        (desk.club.owner, ids.new_id(), b""),
        (desk.club.owner, foreign.activity_id, other.organisation_id),
        (desk.club.owner, ids.new_id(), other.organisation_id),
        (stranger, desk.activity.activity_id, b""),
        (stranger, ids.new_id(), b""),
    ):
        with pytest.raises(NotFoundError) as refused:
            await desk.invite(who, activity_id, organisation_id)
        told.append(refused.value.detail)
    assert told[0] == told[1]
    assert len(set(told[2:])) == 1
    for activity_id in (foreign.activity_id, ids.new_id()):
        act_as(desk.club.owner)
        with pytest.raises(NotFoundError):
            await desk.servicer.ListActivityStaff(pb.ListActivityStaffRequest(activity_id=activity_id), None)


async def test_staff_invite_nobody(desk: Desk) -> None:
    """Neither those of the organisation nor those of the activity."""
    staff, helper = await desk.club.somebody(Role.STAFF), await desk.club.somebody()
    made = await desk.invite(desk.club.owner, desk.activity.activity_id)
    await desk.accept(helper, made.code)
    with pytest.raises(PermissionDeniedError):
        await desk.invite(staff, desk.activity.activity_id)
    with pytest.raises(NotFoundError):
        await desk.invite(helper, desk.activity.activity_id)


async def test_an_activity_that_is_over_takes_no_staff(desk: Desk) -> None:
    """An end that moves lets them in again; a deleted draft has no invites."""
    helper = await desk.club.somebody()
    made = await desk.invite(desk.club.owner, desk.activity.activity_id)
    desk.now_us = desk.activity.staffed_until
    for forbidden in (desk.preview, desk.accept):
        with pytest.raises(InviteExpiredError):
            await forbidden(helper, made.code)
    with pytest.raises(InvalidArgumentError):
        await desk.invite(desk.club.owner, desk.activity.activity_id)
    del desk.activities.known[desk.activity.activity_id]
    with pytest.raises(InviteUnknownError):
        await desk.accept(helper, made.code)
    longer = Activity(desk.activity.activity_id, desk.club.organisation_id, "讲座", desk.now_us)
    desk.activities.known[longer.activity_id] = longer
    assert (await desk.accept(helper, made.code)).staff.expires_at == longer.staffed_until


async def test_without_the_activity_service_members_join_and_lists_go_without_titles(desk: Desk) -> None:
    """Only who would be staff of an activity tries again."""
    made = await desk.invite(desk.club.owner, desk.activity.activity_id)
    plain = await desk.invite(desk.club.owner, b"")
    desk.activities.is_gone = True
    newcomer = await desk.club.somebody()
    with pytest.raises(UnavailableError):
        await desk.accept(newcomer, made.code)
    assert (await desk.accept(newcomer, plain.code)).organisation.role == pb.ROLE_STAFF
    act_as(desk.club.owner)
    listed = await desk.servicer.ListInvites(pb.ListInvitesRequest(organisation_id=desk.club.organisation_id), None)
    assert [each.activity_title for each in listed.invites] == ["", ""]


async def test_staff_of_an_activity_are_listed_and_taken_out(desk: Desk) -> None:
    """In pages, with the time until which they are so."""
    made = await desk.invite(desk.club.owner, desk.activity.activity_id)
    helpers = sorted([await desk.club.somebody(), await desk.club.somebody()])
    for helper in helpers:
        await desk.accept(helper, made.code)
    act_as(desk.club.owner)
    request = pb.ListActivityStaffRequest(activity_id=desk.activity.activity_id, page_size=1)
    first = await desk.servicer.ListActivityStaff(request, None)
    request.page_token = first.next_page_token
    second = await desk.servicer.ListActivityStaff(request, None)
    assert [each.user_id for each in (*first.staff, *second.staff)] == helpers
    assert {each.expires_at for each in first.staff} == {desk.activity.staffed_until}
    gone = pb.RemoveActivityStaffRequest(activity_id=desk.activity.activity_id, user_id=helpers[0])
    await desk.servicer.RemoveActivityStaff(gone, None)
    [left] = (
        await desk.servicer.ListActivityStaff(pb.ListActivityStaffRequest(activity_id=gone.activity_id), None)
    ).staff
    assert left.user_id == helpers[1]
