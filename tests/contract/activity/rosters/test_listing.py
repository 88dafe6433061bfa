"""What reporting asks of rosters, on MariaDB: who is expected now, by revision, and what they are called."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from domainkit.pii import Pii
from protos.activity.v1 import rosters_pb2 as pb
from servicekit import ids
from servicekit.errors import InvalidArgumentError, NotFoundError, UnavailableError
from servicekit.mysql.database import create_engine
from services.activity.rosters.listing import MOST_NAMES, Listing, ListingServicer
from services.activity.rosters.sealing import Said, Sealing
from services.activity.tables import FOREVER, roster_bindings, roster_entries, rosters
from tests.contract.schemas import migrated

BEFORE, SINCE = datetime(2026, 1, 1), datetime(2026, 6, 1)
SEALING = Sealing(Pii({1: b"\x01" * 32}, "activity", ""))


@pytest.fixture(scope="module")
def rosters_url(database_url: str) -> Iterator[str]:
    """A schema made by activity's migrations."""
    with migrated(database_url, "activity") as url:
        yield url


@pytest.fixture
async def engine(rosters_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on that schema."""
    engine = create_engine(rosters_url)
    yield engine
    await engine.dispose()


class House:
    """A roster as it is stored, and the service that tells of it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.roster_id = ids.new_id()
        self.servicer = ListingServicer(Listing(engine, SEALING))

    async def insert(self, table: Any, **values: object) -> None:
        """A row of the roster."""
        async with self.engine.begin() as connection:
            await connection.execute(table.insert().values(roster_id=self.roster_id, **values))

    async def open(self) -> None:
        """Somebody made it."""
        made = {"title": "一班", "extra": "[]", "created_at": BEFORE, "created_by": ids.new_id()}
        await self.insert(rosters, organisation_id=ids.new_id(), revision=1, **made)

    async def enter(self, name: str, group: str = "", until: datetime = FOREVER) -> bytes:
        """One more who is expected, or was."""
        entry_id = ids.new_id()
        columns = SEALING.columns(self.roster_id, entry_id, Said(name, f"#{name}"))
        valid = {"valid_from": BEFORE, "valid_to": until}
        await self.insert(roster_entries, entry_id=entry_id, group_name=group, **valid, **columns)
        return entry_id

    async def bind(self, entry_id: bytes, until: datetime = FOREVER) -> bytes:
        """Somebody is found to be that entry, or was taken for it."""
        user_id = ids.new_id()
        valid = {"valid_from": BEFORE, "valid_to": until}
        who = {"binding_id": ids.new_id(), "user_id": user_id, "how": 3, "bound_by": ids.new_id()}
        await self.insert(roster_bindings, entry_id=entry_id, **who, **valid)
        return user_id

    async def set(self, table: Any, **values: object) -> None:
        """Changes all its rows of a table."""
        async with self.engine.begin() as connection:
            await connection.execute(update(table).where(table.c.roster_id == self.roster_id).values(**values))

    async def members(self, **asked: Any) -> pb.ListMembersResponse:
        """As reporting asks."""
        request = pb.ListMembersRequest(roster_id=self.roster_id, **asked)
        return await self.servicer.ListMembers(request, None)

    async def names(self, *entry_ids: bytes, roster_id: bytes = b"") -> list[tuple[bytes, str, str, str]]:
        """As reporting asks."""
        request = pb.BatchGetEntryNamesRequest(roster_id=roster_id or self.roster_id, entry_ids=entry_ids)
        found = (await self.servicer.BatchGetEntryNames(request, None)).entries
        return [(each.entry_id, each.name, each.number, each.group) for each in found]


@pytest.fixture
async def house(engine: AsyncEngine) -> House:
    """An empty roster."""
    house = House(engine)
    await house.open()
    return house


async def test_who_is_expected_now(house: House) -> None:
    """Whom the entry is bound to now, or nobody; without who was taken off, and without those of other rosters."""
    bound, unbound, lost = [await house.enter(name, "一班") for name in "甲乙丙"]
    await house.enter("丁", until=SINCE)
    user_id = await house.bind(bound)
    await house.bind(lost, until=SINCE)
    other = House(house.engine)
    await other.open()
    await other.enter("戊")

    told = (await house.members()).members

    expected = sorted([(bound, user_id, "一班"), (unbound, b"", "一班"), (lost, b"", "一班")])
    assert [(each.entry_id, each.user_id, each.group) for each in told] == expected


async def test_they_come_in_pages(house: House) -> None:
    """By entry; the last page leads nowhere, and each says the revision."""
    entries = sorted([await house.enter(name) for name in "甲乙丙"])
    first = await house.members(page_size=2)
    second = await house.members(page_size=2, page_token=first.next_page_token)
    assert [each.entry_id for each in (*first.members, *second.members)] == entries
    assert (first.revision, second.revision, second.next_page_token) == (1, 1, "")


async def test_a_roster_that_is_known_is_not_told_again(house: House) -> None:
    """Its revision alone, which a change raises."""
    await house.enter("甲")
    assert await house.members(known_revision=1) == pb.ListMembersResponse(revision=1)
    await house.set(rosters, revision=2)
    assert len((await house.members(known_revision=1)).members) == 1


async def test_what_entries_are_called(house: House, engine: AsyncEngine) -> None:
    """Of who was taken off too; an entry of another roster, an unknown and an unreadable one are left out."""
    there, gone, broken = await house.enter("甲", "一班"), await house.enter("乙", until=SINCE), await house.enter("丙")
    async with engine.begin() as connection:
        is_broken = roster_entries.c.entry_id == broken
        await connection.execute(update(roster_entries).where(is_broken).values(said=b"x" * 40))
    found = await house.names(there, gone, broken, ids.new_id())
    assert sorted(found) == sorted([(there, "甲", "#甲", "一班"), (gone, "乙", "#乙", "")])
    assert await house.names(there, roster_id=ids.new_id()) == []
    assert await house.names() == []


@pytest.mark.parametrize(("table", "values"), [(rosters, {"deleted_at": SINCE}), (roster_entries, {"said": b""})])
async def test_who_was_erased_is_counted_and_not_named(house: House, table: Any, values: dict[str, Any]) -> None:
    """Nor is anybody of a roster that was deleted."""
    entry_id = await house.enter("甲")
    await house.set(table, **values)
    assert await house.names(entry_id) == []
    assert [each.entry_id for each in (await house.members()).members] == [entry_id]


async def test_what_nobody_can_answer(house: House) -> None:
    """A roster that is none; more names than one answer takes; a database that is gone."""
    with pytest.raises(NotFoundError):
        await house.servicer.ListMembers(pb.ListMembersRequest(roster_id=ids.new_id()), None)
    with pytest.raises(InvalidArgumentError) as refused:
        await house.names(*[ids.new_id()] * (MOST_NAMES + 1))
    assert [field.field for field in refused.value.fields] == ["entry_ids"]
    gone = House(create_engine("mysql+aiomysql://nobody:x@127.0.0.1:1/activity?charset=utf8mb4"))
    for ask in (gone.members(), gone.names(b"e" * 16)):
        with pytest.raises(UnavailableError):
            await ask
    listing = Listing(gone.engine, SEALING)
    with pytest.raises(UnavailableError):
        await listing.members(gone.roster_id, None, 1)
