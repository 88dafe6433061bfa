"""Members found by name and by group, and organisations that rest: the same in memory and on MariaDB."""

from typing import Any

import pytest

from domainkit.organisations import OrganisationArchivedError
from servicekit import ids
from servicekit.errors import InvalidArgumentError, NotFoundError, PermissionDeniedError
from services.identity.domain import Role, Wanted
from services.identity.organisations import Organisations
from services.identity.people import People
from tests.contract.identity.conftest import NOW, PII, QUOTA, Club
from tests.fakes.identity import FakeOrganisations, FakePeople

NAMES = ("张三", "张三丰", "李三", "Zhang San", "José Ángel", "欧阳张三")


@pytest.fixture(params=["memory", "mariadb"])
def empty(request: pytest.FixtureRequest) -> Club:
    """On fakes and on the real thing."""
    if request.param == "mariadb":
        engine = request.getfixturevalue("identity_engine")
        return Club(engine, People(engine, PII), Organisations(engine, PII, QUOTA))
    people: Any = FakePeople()
    organisations: Any = FakeOrganisations(people, QUOTA)
    nothing: Any = None
    return Club(nothing, people, organisations)


@pytest.fixture
async def club(empty: Club) -> Club:
    """A new one."""
    return await empty.found()


async def named(club: Club, name: str, size: int = 9) -> list[str]:
    """Who is found, page by page."""
    found: list[str] = []
    after = b""
    while True:
        page = await club.organisations.members(club.organisation_id, club.owner, after, size, Wanted(name))
        found += [member.name for member in page]
        if len(page) < size:
            return sorted(found)
        after = page[-1].user_id


async def test_members_are_found_by_part_of_a_name(club: Club) -> None:
    """As on the phone: whatever case, accents and order of words; in pages of any size."""
    for name in NAMES:
        await club.somebody(Role.MEMBER, name)
    await (await club.another()).somebody(Role.MEMBER, "张三")
    for size in (1, 2, 9):
        assert await named(club, "张三", size) == sorted(["张三", "张三丰", "欧阳张三"])
    assert await named(club, "san zhang") == ["Zhang San"]
    assert await named(club, "angel") == ["José Ángel"]
    assert await named(club, "张三 欧") == ["欧阳张三"]
    assert await named(club, "王五") == []
    assert await named(club, "") == sorted([*NAMES, ""])


async def test_a_new_name_is_found_and_the_old_one_is_not(club: Club) -> None:
    """From the moment it is given."""
    user_id = await club.somebody(Role.MEMBER, "张三丰")
    await club.people.rename(user_id, "李四光")
    assert (await named(club, "张三"), await named(club, "四光")) == ([], ["李四光"])


async def test_who_says_too_little_is_told_how_much_to_say(club: Club) -> None:
    """One character would find everybody."""
    for query in ("张", "ab", "张 三"):
        with pytest.raises(InvalidArgumentError):
            await named(club, query)


async def test_a_search_that_finds_only_nearly_goes_on(club: Club) -> None:
    """All pairs of the query in another order are no match, and no end of the list."""
    for name in ("三四张三", "三四张三", "张三四"):
        await club.somebody(Role.MEMBER, name)
    assert await named(club, "张三四", 1) == ["张三四"]


async def test_members_have_a_group(club: Club) -> None:
    """Organisers put them into it, themselves too; a role does not change it."""
    organiser, member = await club.somebody(Role.ORGANISER), await club.somebody(Role.MEMBER)
    scope = (club.organisation_id, organiser)
    assert (await club.organisations.change_member(*scope, member, None, "三班")).group == "三班"
    assert (await club.organisations.change_member(*scope, organiser, None, "老师")).role is Role.ORGANISER
    changed = await club.organisations.change_member(*scope, member, Role.STAFF)
    assert (changed.role, changed.group) == (Role.STAFF, "三班")
    [found] = await club.organisations.members(club.organisation_id, club.owner, b"", 9, Wanted(group="三班"))
    assert found == changed
    with pytest.raises(PermissionDeniedError):
        await club.organisations.change_member(club.organisation_id, member, member, None, "老师")
    with pytest.raises(NotFoundError):
        await club.organisations.change_member(*scope, ids.new_id(), None, "三班")


async def test_an_owner_archives_and_takes_up_again(club: Club) -> None:
    """Lists leave it out unless asked; its people stay, and nobody joins them."""
    organiser, newcomer = await club.somebody(Role.ORGANISER), await club.somebody()
    scope = (club.organisation_id, club.owner)
    with pytest.raises(PermissionDeniedError):
        await club.organisations.archive(club.organisation_id, organiser, NOW)
    with pytest.raises(NotFoundError):
        await club.organisations.archive(club.organisation_id, newcomer, NOW)
    archived = await club.organisations.archive(*scope, NOW)
    assert await club.organisations.archive(*scope, NOW + 9) == archived
    assert archived.archived_at == NOW

    assert await club.organisations.list_of(organiser, b"", 9) == []
    [seen] = await club.organisations.list_of(organiser, b"", 9, with_archived=True)
    assert seen.archived_at == NOW
    assert (await club.organisations.standing(club.organisation_id, organiser, b"")).is_archived
    assert len(await club.organisations.members(*scope, b"", 9)) == 2
    with pytest.raises(OrganisationArchivedError):
        await club.organisations.add_member(*scope, newcomer, Role.MEMBER, NOW)

    assert (await club.organisations.archive(*scope, None)).archived_at is None
    await club.organisations.add_member(*scope, newcomer, Role.MEMBER, NOW)
    [again] = await club.organisations.list_of(newcomer, b"", 9)
    assert again.archived_at is None
