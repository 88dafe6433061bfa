"""Invites on a real database: who may join with which, also when several do at once."""

import asyncio

import pytest

from domainkit.organisations import OrganisationArchivedError
from servicekit.clock import SECOND_US
from servicekit.errors import NotFoundError, PermissionDeniedError, ServiceError
from servicekit.mysql.idempotency import Intent
from services.identity.domain import Role
from services.identity.errors import (
    InviteExpiredError,
    InviteUnknownError,
    InviteUsedUpError,
    TooManyInvitesError,
    TooManyOrganisationsError,
)
from services.identity.invite_rules import Invite, InviteState
from tests.contract.identity.conftest import NOW, OPEN_AT_ONCE, Club


async def test_whoever_has_the_code_joins_and_is_listed(club: Club) -> None:
    """With the invite's role, as often as it says; the same person twice uses it once."""
    invite, first, second = await club.invite(uses=2), await club.somebody(), await club.somebody()
    preview = await club.invites.preview(invite.code, first, NOW)
    assert (preview.organisation_name, preview.role, preview.own_role) == ("跑步社", Role.STAFF, Role.NONE)
    for user_id, at in ((first, NOW), (first, NOW + 1), (second, NOW + 2)):
        joined = (await club.invites.accept(invite.code, user_id, at)).organisation
        assert (joined.organisation_id, joined.role) == (club.organisation_id, Role.STAFF)

    now, members = await club.invites.get(club.organisation_id, club.owner, invite.invite_id)
    assert (now.used, now.state(NOW)) == (2, InviteState.USED_UP)
    assert [member.user_id for member in members] == [first, second]
    with pytest.raises(InviteUsedUpError):
        await club.invites.accept(invite.code, await club.somebody(), NOW)
    with pytest.raises(InviteUsedUpError):
        await club.invites.preview(invite.code, await club.somebody(), NOW)


async def test_of_many_who_take_the_last_use_one_joins(club: Club) -> None:
    """A forwarded invite lets in as many as it says, at the same instant too; one person on two phones is one."""
    invite, twice = await club.invite(uses=2), await club.somebody()
    people = [twice, twice, *[await club.somebody() for _ in range(6)]]
    answers = await asyncio.gather(
        *(club.invites.accept(invite.code, user_id, NOW) for user_id in people), return_exceptions=True
    )
    assert {type(answer).__name__ for answer in answers} == {"Accepted", "InviteUsedUpError"}
    joined = {user_id for user_id in people if await club.role_of(user_id) is Role.STAFF}
    assert len(joined) == 2


async def test_an_invite_raises_a_role_and_never_lowers_it(club: Club) -> None:
    """Who is more already stays so, and uses nothing up."""
    invite, member = await club.invite(uses=5), await club.somebody(Role.MEMBER)
    organiser = await club.somebody(Role.ORGANISER)
    assert (await club.invites.accept(invite.code, member, NOW)).organisation.role is Role.STAFF
    assert (await club.invites.accept(invite.code, organiser, NOW)).organisation.role is Role.ORGANISER
    assert (await club.invites.get(club.organisation_id, club.owner, invite.invite_id))[0].used == 1


async def test_what_is_over_says_so(club: Club) -> None:
    """Expired by name; revoked like one that never was; what cannot be a code is none."""
    newcomer, short, gone = await club.somebody(), await club.invite(life_us=SECOND_US), await club.invite()
    with pytest.raises(InviteExpiredError):
        await club.invites.accept(short.code, newcomer, NOW + SECOND_US)
    revoked = await club.invites.revoke(club.organisation_id, club.owner, gone.invite_id, NOW)
    assert revoked.state(NOW) is InviteState.REVOKED
    assert await club.invites.revoke(club.organisation_id, club.owner, gone.invite_id, NOW + 9) == revoked
    for code in (gone.code, "CFGHJKMNPRTVWX"):
        with pytest.raises(InviteUnknownError):
            await club.invites.accept(code, newcomer, NOW)
    assert await club.role_of(newcomer) is Role.NONE


async def test_an_invite_is_worth_what_its_maker_may_give(club: Club) -> None:
    """Who is no organiser any more lets nobody in, and organisers invite no organisers."""
    organiser, newcomer = await club.somebody(Role.ORGANISER), await club.somebody()
    invite = await club.invite(by=organiser)
    with pytest.raises(PermissionDeniedError):
        await club.invite(Role.ORGANISER, by=organiser)
    await club.organisations.change_member(club.organisation_id, club.owner, organiser, Role.STAFF)
    with pytest.raises(InviteUnknownError):
        await club.invites.accept(invite.code, newcomer, NOW)
    mighty = await club.invite(Role.ORGANISER)
    await club.organisations.change_member(club.organisation_id, club.owner, organiser, Role.ORGANISER)
    for forbidden in (
        club.invites.revoke(club.organisation_id, organiser, mighty.invite_id, NOW),
        club.invites.list_of(club.organisation_id, await club.somebody(Role.STAFF), b"", 9),
    ):
        with pytest.raises(PermissionDeniedError):
            await forbidden


async def test_an_invite_belongs_to_its_organisation(club: Club) -> None:
    """Of another one nobody sees or ends it."""
    other = await club.another()
    invite = await other.invite()
    for forbidden in (
        club.invites.get(club.organisation_id, club.owner, invite.invite_id),
        club.invites.revoke(club.organisation_id, club.owner, invite.invite_id, NOW),
        club.invites.get(other.organisation_id, club.owner, invite.invite_id),
    ):
        with pytest.raises(NotFoundError):
            await forbidden
    assert (await other.invites.get(other.organisation_id, other.owner, invite.invite_id))[0].revoked_at is None


async def test_open_invites_are_counted_and_paged(club: Club) -> None:
    """As many as an organisation may have, at once or not; what is over leaves room."""
    made = await asyncio.gather(*(club.invite() for _ in range(OPEN_AT_ONCE + 2)), return_exceptions=True)
    invites = [one for one in made if isinstance(one, Invite)]
    assert len(invites) == OPEN_AT_ONCE
    assert {type(one) for one in made} == {Invite, TooManyInvitesError}
    await club.invites.revoke(club.organisation_id, club.owner, invites[0].invite_id, NOW)
    await club.invite()
    first = await club.invites.list_of(club.organisation_id, club.owner, b"", 2)
    rest = await club.invites.list_of(club.organisation_id, club.owner, first[-1].invite_id, 9)
    found = [invite.invite_id for invite in [*first, *rest]]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == OPEN_AT_ONCE + 1


async def test_an_owner_hands_over_and_two_at_once_leave_one_owner(club: Club) -> None:
    """In one step, so that there is always one; nobody gets more than they may own."""
    heir = await club.somebody(Role.MEMBER)
    other = await club.somebody(Role.STAFF)
    answers = await asyncio.gather(
        *(club.organisations.hand_over(club.organisation_id, club.owner, each) for each in (heir, other)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, ServiceError) for answer in answers) == 1
    owners = [each for each in (club.owner, heir, other) if await club.role_of(each) is Role.OWNER]
    assert len(owners) == 1
    assert await club.role_of(club.owner) is Role.ORGANISER
    with pytest.raises(NotFoundError):
        await club.organisations.hand_over(club.organisation_id, owners[0], await club.somebody())

    rich = await (await club.another()).found()
    await club.organisations.add_member(club.organisation_id, owners[0], rich.owner, Role.MEMBER, NOW)
    again = Intent(rich.owner, "/identity.v1.IdentityService/CreateOrganisation", "", b"")
    await rich.organisations.create(again, "第二个", NOW)
    with pytest.raises(TooManyOrganisationsError):
        await club.organisations.hand_over(club.organisation_id, owners[0], rich.owner)


async def test_an_organisation_is_renamed_by_who_manages_it(club: Club) -> None:
    """Staff do not; everybody sees the name."""
    organiser, staff = await club.somebody(Role.ORGANISER), await club.somebody(Role.STAFF)
    assert (await club.organisations.rename(club.organisation_id, organiser, "长跑社")).name == "长跑社"
    with pytest.raises(PermissionDeniedError):
        await club.organisations.rename(club.organisation_id, staff, "x")
    [seen] = await club.organisations.list_of(staff, b"", 9)
    assert seen.name == "长跑社"


async def test_who_joins_is_in_the_group_of_the_invite(club: Club) -> None:
    """Who was in before is put into it only where the invite makes them more."""
    newcomer, member, staff = await club.somebody(), await club.somebody(Role.MEMBER), await club.somebody(Role.STAFF)
    invite = await club.invite(uses=5, group="三班")
    assert (await club.invites.preview(invite.code, newcomer, NOW)).group == "三班"
    for user_id in (newcomer, member, staff):
        await club.invites.accept(invite.code, user_id, NOW)
    members = await club.organisations.members(club.organisation_id, club.owner, b"", 9)
    assert {member.user_id: member.group for member in members} == {
        club.owner: "",
        newcomer: "三班",
        member: "三班",
        staff: "",
    }


async def test_nobody_is_invited_to_an_archived_organisation(club: Club) -> None:
    """Nor joins by an invite of before; who is in reads so."""
    invite, newcomer, staff = await club.invite(), await club.somebody(), await club.somebody(Role.STAFF)
    await club.organisations.archive(club.organisation_id, club.owner, NOW)
    for forbidden in (club.invite(), club.invites.accept(invite.code, newcomer, NOW)):
        with pytest.raises(OrganisationArchivedError):
            await forbidden
    assert (await club.invites.accept(invite.code, staff, NOW)).organisation.role is Role.STAFF
    assert await club.role_of(newcomer) is Role.NONE
    await club.organisations.archive(club.organisation_id, club.owner, None)
    assert (await club.invites.accept(invite.code, newcomer, NOW)).organisation.role is Role.STAFF
