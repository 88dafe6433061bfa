"""Staff of one activity on a real database: they join by an invite, and are nothing else in the organisation."""

import asyncio

import pytest

from servicekit import ids
from servicekit.errors import NotFoundError, PermissionDeniedError
from services.identity.domain import Activity, Role, Standing
from services.identity.invite_rules import DAY_US
from tests.contract.identity.conftest import NOW, Club


async def an_activity(club: Club, helper: bytes) -> Activity:
    """One of the club, with somebody who is staff of it alone."""
    activity = Activity(ids.new_id(), club.organisation_id, "讲座", NOW + DAY_US)
    invite = await club.invite(activity_id=activity.activity_id)
    await club.invites.accept(invite.code, helper, NOW)
    return activity


async def test_who_joins_is_staff_of_the_activity_and_no_member(club: Club) -> None:
    """The same person twice uses the invite once; the organiser sees who they are."""
    activity_id, helper = ids.new_id(), await club.somebody(name="韩梅梅")
    invite = await club.invite(uses=2, activity_id=activity_id)
    preview = await club.invites.preview(invite.code, helper, NOW)
    assert (preview.activity_id, preview.role, preview.own_role) == (activity_id, Role.STAFF, Role.NONE)
    assert await club.invites.activity_of(invite.code) == activity_id

    joined, again = [await club.invites.accept(invite.code, helper, NOW + at) for at in (0, 1)]

    assert joined == again
    assert joined.staff and (joined.staff.name, joined.activity_id) == ("韩梅梅", activity_id)
    assert joined.organisation.role is await club.role_of(helper) is Role.NONE
    assert await club.organisations.list_of(helper, b"", 9) == []
    assert (await club.invites.preview(invite.code, helper, NOW)).own_role is Role.STAFF
    seen, people = await club.invites.get(club.organisation_id, club.owner, invite.invite_id)
    assert (seen.used, [(each.user_id, each.role) for each in people]) == (1, [(helper, Role.STAFF)])


async def test_what_they_are_is_asked_by_organisation_and_activity(club: Club) -> None:
    """In another organisation, or for another activity, they are nobody."""
    helper, other = await club.somebody(), await club.another()
    activity = await an_activity(club, helper)
    here = await club.organisations.standing(club.organisation_id, helper, activity.activity_id)
    nowhere = [
        await club.organisations.standing(club.organisation_id, helper, ids.new_id()),
        await club.organisations.standing(club.organisation_id, helper, b""),
        await club.organisations.standing(other.organisation_id, helper, activity.activity_id),
        await club.organisations.standing(ids.new_id(), helper, activity.activity_id),
    ]
    assert here == Standing(is_activity_staff=True)
    assert nowhere == [Standing()] * 4
    assert await club.staff.activities_of(helper) == [activity.activity_id]
    assert await club.organisations.standing(club.organisation_id, club.owner, b"") == Standing(Role.OWNER)


async def test_who_is_staff_of_the_organisation_needs_no_more(club: Club) -> None:
    """They use nothing up; a plain member becomes staff of the activity and stays a member."""
    staff, member = await club.somebody(Role.STAFF), await club.somebody(Role.MEMBER)
    activity_id = ids.new_id()
    invite = await club.invite(activity_id=activity_id)
    above = await club.invites.accept(invite.code, staff, NOW)
    assert (above.staff, above.organisation.role) == (None, Role.STAFF)
    raised = await club.invites.accept(invite.code, member, NOW)
    assert raised.staff
    assert raised.organisation.role is Role.MEMBER
    assert await club.organisations.standing(club.organisation_id, member, activity_id) == Standing(Role.MEMBER, True)


async def test_of_two_phones_with_the_last_use_one_joins(club: Club) -> None:
    """A forwarded invite lets in as many as it says."""
    invite, people = await club.invite(activity_id=ids.new_id()), [await club.somebody() for _ in range(4)]
    answers = await asyncio.gather(
        *(club.invites.accept(invite.code, user_id, NOW) for user_id in people), return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Accepted", *["InviteUsedUpError"] * 3]


async def test_staff_of_the_activity_and_of_the_organisation_see_them_in_pages(club: Club) -> None:
    """Members and strangers learn nothing, and they themselves nothing once it is over."""
    helpers = sorted([await club.somebody(), await club.somebody()])
    activity = Activity(ids.new_id(), club.organisation_id, "讲座", NOW + DAY_US)
    invite = await club.invite(uses=2, activity_id=activity.activity_id)
    for helper in helpers:
        await club.invites.accept(invite.code, helper, NOW)
    for reader in (helpers[0], await club.somebody(Role.STAFF), club.owner):
        first = await club.staff.list_of(activity, reader, b"", 1, NOW)
        rest = await club.staff.list_of(activity, reader, first[-1].user_id, 9, NOW)
        assert [each.user_id for each in [*first, *rest]] == helpers
    for reader, at in ((await club.somebody(Role.MEMBER), NOW), (helpers[0], activity.staffed_until)):
        with pytest.raises(NotFoundError):
            await club.staff.list_of(activity, reader, b"", 9, at)
    assert len(await club.staff.list_of(activity, club.owner, b"", 9, activity.staffed_until)) == 2


async def test_organisers_take_them_out_and_everybody_goes_by_themselves(club: Club) -> None:
    """Staff may not, and to others there is no such activity."""
    helper, leaving = await club.somebody(), await club.somebody()
    activity = await an_activity(club, helper)
    await club.invites.accept((await club.invite(activity_id=activity.activity_id)).code, leaving, NOW)
    for actor, error in (
        (await club.somebody(Role.STAFF), PermissionDeniedError),
        (await club.somebody(Role.MEMBER), NotFoundError),
        (leaving, PermissionDeniedError),
    ):
        with pytest.raises(error):
            await club.staff.remove(activity, actor, helper, NOW)
    organiser = await club.somebody(Role.ORGANISER)
    await club.staff.remove(activity, organiser, helper, NOW)
    await club.staff.remove(activity, leaving, leaving, NOW)
    for actor, user_id in ((organiser, helper), (leaving, leaving), (helper, leaving)):
        with pytest.raises(NotFoundError):
            await club.staff.remove(activity, actor, user_id, NOW)
    assert await club.staff.list_of(activity, club.owner, b"", 9, NOW) == []
