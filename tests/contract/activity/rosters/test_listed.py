"""Rosters and who is on them, on MariaDB."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit import ids
from servicekit.clock import now_us, to_datetime
from servicekit.errors import InvalidArgumentError, UnavailableError
from servicekit.mysql.database import create_engine
from servicekit.mysql.idempotency import IdempotencyKeyReusedError, Intent
from services.activity.domain import State
from services.activity.errors import (
    NumberTakenError,
    RosterEntryNotFoundError,
    RosterFullError,
    RosterInUseError,
    RosterNotFoundError,
    TooManyRostersError,
)
from services.activity.rosters.entry_rows import Bound, Listed
from services.activity.rosters.listed import Entries, Wanted
from services.activity.rosters.rosters import QUOTA, Count, ExtraColumn, Roster, Rosters
from services.activity.rosters.sealing import Said, Sealing
from services.activity.rows import insert_activity
from services.activity.store import Store
from services.activity.tables import FOREVER, roster_bindings, roster_entries
from tests.contract.activity.conftest import an_outbox
from tests.fakes.activity import a_draft, a_lot

EVERYBODY = Wanted()


class House:
    """Rosters of one organisation."""

    def __init__(self, engine: AsyncEngine, sealing: Sealing) -> None:
        self.engine = engine
        self.rosters = Rosters(engine, a_lot())
        self.entries = Entries(engine, an_outbox(engine), sealing, a_lot())
        self.organisation_id = ids.new_id()

    async def roster(self, title: str = "新生") -> Roster:
        """A new one."""
        return await self.rosters.create(Roster(ids.new_id(), self.organisation_id, title, now_us()), an_intent())

    async def add(self, roster: Roster, name: str, group: str = "", **said: Any) -> Listed:
        """Somebody new on it."""
        return await self.entries.add(roster.roster_id, Listed(ids.new_id(), Said(name, **said), group), an_intent())

    async def named(self, roster: Roster, query: str = "", size: int = 50, **wanted: Any) -> list[str]:
        """The names of those who are meant."""
        found = await self.entries.page(roster.roster_id, Wanted(query, **wanted), None, size)
        return [one.said.name for one in found]

    async def bind(self, roster: Roster, one: Listed) -> bytes:
        """Somebody says that it is them; who."""
        user_id = ids.new_id()
        row = {"binding_id": ids.new_id(), "roster_id": roster.roster_id, "entry_id": one.entry_id, "how": 1}
        interval = {"valid_from": to_datetime(now_us()), "valid_to": FOREVER}
        async with self.engine.begin() as connection:
            who = {"user_id": user_id, "bound_by": user_id}
            await connection.execute(insert(roster_bindings).values(row | interval | who))
        return user_id


def an_intent(key: str = "", user_id: bytes = b"", body: bytes = b"body") -> Intent:
    """A request to make something."""
    return Intent(user_id or ids.new_id(), "/activity.v1.RosterService/Create", key, body)


@pytest.fixture
def house(activity_engine: AsyncEngine, sealing: Sealing) -> House:
    """See `House`."""
    return House(activity_engine, sealing)


async def test_rosters_are_listed_page_by_page_and_only_one_s_own(house: House) -> None:
    """The newest first; one that is deleted is on no page and gone by its id."""
    made = [await house.roster(title) for title in "甲乙丙"]
    await house.rosters.delete(made[1].roster_id)

    first = await house.rosters.page(house.organisation_id, None, 1)
    rest = await house.rosters.page(house.organisation_id, first[0].roster_id, 5)

    assert sorted(one.title for one in [*first, *rest]) == sorted("甲丙")
    assert await house.rosters.page(ids.new_id(), None, 5) == []
    with pytest.raises(RosterNotFoundError):
        await house.rosters.get(made[1].roster_id)


async def test_the_same_intent_twice_makes_one(house: House) -> None:
    """A roster and an entry alike; another body under the key is a conflict."""
    user_id = ids.new_id()
    first, second = (Roster(ids.new_id(), house.organisation_id, "甲", now_us()) for _ in range(2))
    made = await house.rosters.create(first, an_intent("k", user_id))

    assert (await house.rosters.create(second, an_intent("k", user_id))).roster_id == made.roster_id
    with pytest.raises(IdempotencyKeyReusedError):
        await house.rosters.create(second, an_intent("k", user_id, b"other"))
    one, again = (Listed(ids.new_id(), Said("张三")) for _ in range(2))
    assert await house.entries.add(made.roster_id, one, an_intent("e", user_id)) == one
    assert await house.entries.add(made.roster_id, again, an_intent("e", user_id)) == one
    assert await house.named(made) == ["张三"]


async def test_fifty_rosters_and_no_more(activity_engine: AsyncEngine, sealing: Sealing) -> None:
    """However many are made at once; one that is deleted makes room."""
    house = House(activity_engine, sealing)
    house.rosters = Rosters(activity_engine, a_lot(), quota=3)
    first = await house.roster()

    outcomes = await asyncio.gather(*(house.roster() for _ in range(6)), return_exceptions=True)

    assert sum(isinstance(outcome, TooManyRostersError) for outcome in outcomes) == 4
    await house.rosters.delete(first.roster_id)
    await house.roster()
    assert QUOTA == 50


async def test_a_roster_in_use_stays(house: House) -> None:
    """Until the activity that expects its people is over."""
    roster = await house.roster()
    draft = a_draft(house.organisation_id, ids.new_id(), ids.new_id(), roster_id=roster.roster_id).publish(now_us())
    async with house.engine.begin() as connection:
        await insert_activity(connection, replace(draft, valid_from=now_us()), ids.new_id())

    with pytest.raises(RosterInUseError):
        await house.rosters.delete(roster.roster_id)
    assert await house.rosters.occurrences_of(roster) == [draft.occurrences[0].occurrence_id]


@pytest.mark.parametrize("before", [State.DRAFT, State.CANCELLED])
async def test_nothing_is_published_of_which_the_roster_is_deleted(house: House, before: State) -> None:
    """Nobody would be on it: not for the first time, and not again."""
    roster, store = await house.roster(), Store(house.engine, an_outbox(house.engine), a_lot())
    draft = a_draft(house.organisation_id, ids.new_id(), ids.new_id(), roster_id=roster.roster_id)
    async with house.engine.begin() as connection:
        await insert_activity(connection, replace(draft, state=before, valid_from=now_us()), ids.new_id())
    await house.rosters.delete(roster.roster_id)

    with pytest.raises(InvalidArgumentError) as refused:
        await store.change(draft.activity_id, lambda activity: replace(activity, state=State.PUBLISHED))

    assert [error.field for error in refused.value.fields] == ["roster_id"]


async def test_people_are_found_by_name_number_and_phone(house: House) -> None:
    """In the order in which they were added, filtered by group and by who is bound."""
    roster = await house.roster()
    ming = await house.add(roster, "王小明", "一班", number="2026001", phone="13800000001")
    await house.add(roster, "李小红", "二班", number="2026002", phone="13900000002")
    await house.add(roster, "Anna Müller")
    await house.bind(roster, ming)

    found = {query: await house.named(roster, query) for query in ("小明", "muller", "2026002", "0001", "13900000002")}

    assert found == {
        "小明": ["王小明"],
        "muller": ["Anna Müller"],
        "2026002": ["李小红"],
        "0001": ["王小明"],
        "13900000002": ["李小红"],
    }
    assert await house.named(roster, "小") == await house.named(roster, "2026") == []
    assert await house.named(roster, group="") == ["Anna Müller"]
    assert await house.named(roster, is_bound=True) == ["王小明"]
    assert await house.named(roster, "小明", is_bound=False) == []
    assert await house.rosters.groups(roster.roster_id) == [("", 1), ("一班", 1), ("二班", 1)]
    assert await house.rosters.counts([roster.roster_id]) == {roster.roster_id: Count(3, 1)}


async def test_pages_hold_everybody_once(house: House) -> None:
    """Also where the index finds a few too many."""
    roster = await house.roster()
    names = [f"王小{letter}" for letter in "甲乙丙丁戊"]
    for name in names:
        await house.add(roster, name)

    first = await house.entries.page(roster.roster_id, Wanted("王小"), None, 3)
    rest = await house.entries.page(roster.roster_id, Wanted("王小"), first[-1].entry_id, 3)

    assert sorted(one.said.name for one in [*first, *rest]) == sorted(names)
    assert len(first) == 3


async def test_a_change_is_found_by_what_it_says_now(house: House) -> None:
    """And by nothing it said before; the revision grows with each, and with nothing else."""
    roster = await house.roster()
    one = await house.add(roster, "王小明", number="1")
    user_id = await house.bind(roster, one)

    def renamed(before: Listed) -> Listed:
        return replace(before, said=Said("李大壮", "2", extra={"座位": "A1"}), group="一班")

    changed = await house.entries.change(roster.roster_id, one.entry_id, renamed)
    await house.entries.change(roster.roster_id, one.entry_id, renamed)

    assert changed.bound is not None and (changed.bound.user_id, changed.bound.how) == (user_id, 1)
    assert isinstance(changed.bound, Bound) and await house.named(roster, "小明") == []
    assert await house.named(roster, "大壮") == await house.named(roster, "2") == ["李大壮"]
    after = await house.rosters.get(roster.roster_id)
    assert (after.revision, after.extra) == (3, (ExtraColumn("座位"),))


async def test_a_number_is_one_person_s(house: House) -> None:
    """However many take it at once; whoever is off the roster leaves it free."""
    roster = await house.roster()

    outcomes = await asyncio.gather(
        *(house.add(roster, f"人{number}", number="7") for number in range(4)), return_exceptions=True
    )

    [first] = [one for one in outcomes if isinstance(one, Listed)]
    assert sum(isinstance(one, NumberTakenError) for one in outcomes) == 3
    await house.entries.remove(roster.roster_id, first.entry_id)
    await house.add(roster, "新人", number="7")


async def test_who_is_taken_off_was_there_until_then(house: House) -> None:
    """Their row and who they were stay, ended; nobody finds them."""
    roster = await house.roster()
    one = await house.add(roster, "王小明")
    await house.bind(roster, one)

    await house.entries.remove(roster.roster_id, one.entry_id)

    assert await house.named(roster) == await house.named(roster, "小明") == []
    async with house.engine.connect() as connection:
        for table in (roster_entries, roster_bindings):
            query = select(table.c.valid_to).where(table.c.entry_id == one.entry_id)
            assert (await connection.execute(query)).scalar_one() < FOREVER
    with pytest.raises(RosterEntryNotFoundError):
        await house.entries.remove(roster.roster_id, one.entry_id)


async def test_so_many_are_on_a_roster_and_no_more(activity_engine: AsyncEngine, sealing: Sealing) -> None:
    """Nor more columns than eight."""
    house = House(activity_engine, sealing)
    house.entries = Entries(activity_engine, an_outbox(activity_engine), sealing, a_lot(), quota=2)
    roster = await house.roster()
    await house.add(roster, "甲", extra={f"x{number}": "1" for number in range(8)})

    with pytest.raises(InvalidArgumentError, match="extra"):
        await house.add(roster, "乙", extra={"y": "1"})
    await house.add(roster, "乙")
    with pytest.raises(RosterFullError):
        await house.add(roster, "丙")


async def test_who_was_erased_has_no_name_and_who_cannot_be_read_is_left_out(house: House) -> None:
    """Both are counted."""
    roster = await house.roster()
    erased, broken = await house.add(roster, "甲"), await house.add(roster, "乙")
    async with house.engine.begin() as connection:
        for entry_id, said in ((erased.entry_id, b""), (broken.entry_id, b"\x01" * 40)):
            row = update(roster_entries).where(roster_entries.c.entry_id == entry_id)
            await connection.execute(row.values(said=said))

    assert await house.named(roster) == [""]
    assert (await house.rosters.counts([roster.roster_id]))[roster.roster_id].entries == 2


async def test_a_database_that_is_gone_is_unavailable(sealing: Sealing) -> None:
    """Reads and changes alike."""
    engine = create_engine("mysql+aiomysql://nobody:x@127.0.0.1:1/activity?charset=utf8mb4")
    house, roster_id = House(engine, sealing), ids.new_id()

    for work in (
        house.rosters.get(roster_id),
        house.roster(),
        house.entries.page(roster_id, EVERYBODY, None, 1),
        house.entries.remove(roster_id, ids.new_id()),
    ):
        with pytest.raises(UnavailableError):
            await work
