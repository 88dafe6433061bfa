"""The index of names on a real database: it catches up with what was there before, and with a new secret."""

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from domainkit.pii import Pii
from services.identity.domain import Role, Wanted
from services.identity.name_index import index_some
from services.identity.organisations import Organisations
from services.identity.tables import name_pairs, users
from tests.contract.identity.conftest import PII, Club

ROTATED = Pii({2: b"\x02" * 32, 1: b"\x01" * 32}, "identity", "wx1")
LATER = Pii({2: b"\x02" * 32}, "identity", "wx1")


async def index_all(engine: AsyncEngine, pii: Pii) -> None:
    """As identity does in the background."""
    after = await index_some(engine, pii, b"")
    while after:
        after = await index_some(engine, pii, after)


async def found(club: Club, pii: Pii) -> list[bytes]:
    """Who is called 张三."""
    members = Organisations(club.engine, pii, 9)
    page = await members.members(club.organisation_id, club.owner, b"", 9, Wanted("张三"))
    return [member.user_id for member in page]


async def test_names_of_before_are_found_once_they_are_indexed(club: Club) -> None:
    """Who has no name is left alone; a second round finds nothing to do."""
    person, nameless = await club.somebody(Role.MEMBER, "张三"), await club.somebody(Role.MEMBER)
    async with club.engine.begin() as connection:
        await connection.execute(delete(name_pairs))
        await connection.execute(update(users).values(name_indexed_with=None))
    assert await found(club, PII) == []
    await index_all(club.engine, PII)
    assert await found(club, PII) == [person]
    async with club.engine.connect() as connection:
        with_index = (await connection.execute(select(users.c.user_id).where(users.c.name_indexed_with == 1))).scalars()
        assert nameless not in set(with_index)
    assert await index_some(club.engine, PII, b"") == b""


async def test_a_new_secret_finds_the_names_of_the_old_one_and_takes_them_over(club: Club) -> None:
    """Before and after they are indexed anew."""
    person = await club.somebody(Role.MEMBER, "张三")
    assert await found(club, ROTATED) == [person]
    await index_all(club.engine, ROTATED)
    assert await found(club, ROTATED) == [person]
    async with club.engine.connect() as connection:
        pairs = (await connection.execute(select(name_pairs.c.pair).where(name_pairs.c.user_id == person))).scalars()
        assert set(pairs) == {LATER.blind_indexes("name_pair", "张三")[0][:8]}


async def test_a_name_that_does_not_open_waits_for_its_secret(club: Club) -> None:
    """It is indexed as soon as that is back."""
    person = await club.somebody(Role.MEMBER, "张三")
    await index_all(club.engine, LATER)
    await index_all(club.engine, ROTATED)
    assert await found(club, ROTATED) == [person]


async def test_everybody_is_found_wherever_they_are(club: Club) -> None:
    """By people who are members of nothing too; of more than are wanted, and for a query of one letter, nobody is."""
    person, other = (
        await club.somebody(Role.MEMBER, "慕容雪"),
        await (await club.another()).somebody(Role.MEMBER, "慕容雪松"),
    )
    assert sorted(await club.people.find("慕容", 2) or []) == sorted([person, other])
    assert await club.people.find("容雪松", 2) == [other]
    assert await club.people.find("慕容 风", 9) is not None
    assert await club.people.find("司马懿", 9) == []
    assert (await club.people.find("慕容", 1), await club.people.find("慕", 9)) == (None, None)
    await club.people.rename(other, "司马雪松")
    assert await club.people.find("慕容", 1) == [person]
