"""Imports of a roster, on MariaDB: what a file would change, the changes, and the way back."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit import ids
from servicekit.clock import SECOND_US, now_us, to_datetime
from servicekit.errors import UnavailableError
from servicekit.mysql.idempotency import Intent
from servicekit.rabbitmq.outbox import OutboxRow
from services.activity.errors import ImportNotFoundError, ImportStateError, ImportUnderWayError, TooManyImportsError
from services.activity.rosters.applying import Applying
from services.activity.rosters.entry_rows import Listed
from services.activity.rosters.imports import LIFE_US, Import, Imports, State
from services.activity.rosters.jobs import Jobs
from services.activity.rosters.listed import Entries, Wanted
from services.activity.rosters.rosters import Roster, Rosters
from services.activity.rosters.sealing import Said, Sealing
from services.activity.tables import roster_import_rows, roster_imports
from tests.contract.activity.conftest import an_outbox
from tests.fakes.activity import a_lot

FIRST = "姓名,学号,手机,座位\n王小明,1,13800000001,A1\n李小红,2,13900000002,A2\n赵六,3,,\n"
SECOND = "姓名,学号\n王大明,1\n李小红,2\n新人,4\n"


@dataclass
class Attendance:
    """Who came, by person or entry."""

    came: set[bytes] = field(default_factory=set)
    is_gone: bool = False

    async def who_came(self, occurrence_ids: Collection[bytes], user_ids: Collection[bytes]) -> set[bytes]:
        """See `applying.AttendancePort`."""
        if self.is_gone:
            raise UnavailableError("checkin is gone")
        return self.came & set(user_ids)


class House:
    """One roster, and the parts that import to it."""

    def __init__(self, engine: AsyncEngine, sealing: Sealing) -> None:
        self.engine = engine
        self.rosters = Rosters(engine, a_lot())
        self.told: list[OutboxRow] = []
        outbox = an_outbox(engine, self.told)
        self.entries = Entries(engine, outbox, sealing, a_lot())
        self.imports = Imports(engine, sealing)
        self.attendance = Attendance()
        self.applying = Applying(engine, outbox, sealing, self.rosters, self.imports, self.attendance)
        self.jobs = Jobs(self.imports, self.applying)
        self.roster = Roster(ids.new_id(), ids.new_id(), "新生", now_us())

    async def look(self, text: str) -> Import:
        """What a text would change."""
        roster = await self.rosters.get(self.roster.roster_id)
        found = await self.jobs.upload(roster, text.encode(), ids.new_id())
        return await self.until(found, State.READY, State.FAILED)

    async def until(self, found: Import, *states: State) -> Import:
        """An import once it is in one of these states."""
        async with asyncio.timeout(30):
            while found.state not in states:
                await asyncio.sleep(0.02)
                found = await self.imports.get(found.roster_id, found.import_id)
        return found

    async def begin(self, text: str, *, remove_missing: bool = False) -> Import:
        """Lets the changes of a text be made, without a job."""
        looked = await self.look(text)
        return await self.imports.apply(looked.roster_id, looked.import_id, remove_missing=remove_missing)

    async def apply(self, text: str, *, remove_missing: bool = False) -> Import:
        """Makes them."""
        begun = await self.begin(text, remove_missing=remove_missing)
        return await self.until(await self.jobs.go_on(begun), State.APPLIED)

    async def undo(self, applied: Import) -> Import:
        """Takes them back."""
        begun = await self.imports.undo(applied.roster_id, applied.import_id)
        return await self.until(await self.jobs.go_on(begun), State.UNDONE)

    async def people(self) -> dict[str, tuple[str, str]]:
        """Number and phone of everybody, by name."""
        found = await self.entries.page(self.roster.roster_id, Wanted(), None, 200)
        return {one.said.name: (one.said.number, one.said.phone) for one in found}

    async def one(self, query: str) -> Listed:
        """Whoever is meant."""
        [one] = await self.entries.page(self.roster.roster_id, Wanted(query), None, 5)
        return one


@pytest.fixture
async def house(activity_engine: AsyncEngine, sealing: Sealing) -> House:
    """See `House`."""
    house = House(activity_engine, sealing)
    await house.rosters.create(house.roster, Intent(ids.new_id(), "/Create", "", b""))
    return house


async def test_a_look_changes_nothing_and_says_all(house: House) -> None:
    """Counts, columns, a sample; the same file afterwards changes nothing."""
    looked = await house.look(FIRST)

    assert (looked.summary.added, looked.total, await house.people()) == (3, 3, {})
    assert [said.name for _, said in looked.sample] == ["王小明", "李小红", "赵六"]
    await house.apply(FIRST)
    again = (await house.look(FIRST)).summary
    assert (again.unchanged, again.added, again.changed, again.missing) == (3, 0, 0, 0)


async def test_a_later_file_updates_by_number_and_keeps_what_it_has_no_column_for(house: House) -> None:
    """Nobody is removed unasked; asked, only who has not come."""
    await house.apply(FIRST)

    later = await house.apply(SECOND)

    assert (later.summary.added, later.summary.changed, later.summary.missing, later.summary.removed) == (1, 1, 1, 0)
    assert await house.people() == {
        "王大明": ("1", "13800000001"),
        "李小红": ("2", "13900000002"),
        "赵六": ("3", ""),
        "新人": ("4", ""),
    }
    house.attendance.came = {(await house.one("3")).entry_id}
    rest = await house.apply("姓名,学号\n王大明,1\n", remove_missing=True)
    assert (rest.summary.removed, rest.summary.kept) == (2, 1)
    assert set(await house.people()) == {"王大明", "赵六"}


async def test_an_undo_brings_back_what_was_save_what_was_changed_since(house: House) -> None:
    """Who was added and came stays too."""
    await house.apply(FIRST)
    applied = await house.apply(SECOND + "来客,5\n", remove_missing=True)
    house.attendance.came = {(await house.one("来客")).entry_id}
    ming = await house.one("1")
    await house.entries.change(
        house.roster.roster_id, ming.entry_id, lambda before: replace(before, said=replace(before.said, note="改"))
    )

    undone = await house.undo(applied)

    assert set(await house.people()) == {"王大明", "李小红", "赵六", "来客"}
    assert (undone.summary.kept, undone.summary.skipped) == (1, 1)
    assert (await house.one("赵六")).said.number == "3"


async def test_what_somebody_changed_since_the_look_is_left_alone(house: House) -> None:
    """A number that was taken meanwhile, too."""
    await house.apply(FIRST)
    begun = await house.look("姓名,学号\n王大明,1\n新人,4\n")
    roster_id = house.roster.roster_id
    ming = await house.one("1")
    await house.entries.change(roster_id, ming.entry_id, lambda before: replace(before, group="一班"))
    await house.entries.add(roster_id, Listed(ids.new_id(), Said("抢先", "4")), Intent(ids.new_id(), "/C", "", b""))

    begun = await house.imports.apply(roster_id, begun.import_id, remove_missing=False)
    applied = await house.until(await house.jobs.go_on(begun), State.APPLIED)

    assert applied.summary.skipped == 2
    assert set(await house.people()) == {"王小明", "李小红", "赵六", "抢先"}


async def test_a_job_that_died_goes_on_where_it_was(house: House) -> None:
    """Taken up by whoever looks next, also by two at once; everybody is there once."""
    text = "姓名,学号\n" + "".join(f"人{number},{number}\n" for number in range(1200))
    begun = await house.begin(text)
    assert await house.applying.step(begun.roster_id, begun.import_id)
    async with house.engine.begin() as connection:
        long_ago = to_datetime(now_us() - 60 * SECOND_US)
        died = update(roster_imports).where(roster_imports.c.import_id == begun.import_id)
        await connection.execute(died.values(touched_at=long_ago))

    found = await house.imports.get(begun.roster_id, begun.import_id)
    others = Jobs(house.imports, house.applying)
    assert (found.done, found.total) == (500, 1200)
    await asyncio.gather(house.jobs.go_on(found), others.go_on(found))

    await house.until(found, State.APPLIED)
    count = (await house.rosters.counts([house.roster.roster_id]))[house.roster.roster_id]
    assert count.entries == 1200
    assert (await house.rosters.get(house.roster.roster_id)).revision == 1 + 3


async def test_a_removal_waits_for_checkin(house: House) -> None:
    """Nobody goes while nobody can tell who came."""
    await house.apply(FIRST)
    house.attendance.is_gone = True
    begun = await house.begin(SECOND, remove_missing=True)

    with pytest.raises(UnavailableError):
        await house.applying.step(begun.roster_id, begun.import_id)

    assert set(await house.people()) == {"王小明", "李小红", "赵六"}
    house.attendance.is_gone = False
    await house.until(await house.jobs.go_on(begun), State.APPLIED)


async def test_one_import_at_a_time_and_each_in_its_order(house: House) -> None:
    """What was not applied is not undone, and twice is once."""
    first, second = await house.look(FIRST), await house.look(SECOND)
    roster_id = house.roster.roster_id

    with pytest.raises(ImportStateError):
        await house.imports.undo(roster_id, first.import_id)
    begun = await house.imports.apply(roster_id, first.import_id, remove_missing=False)
    assert (await house.imports.apply(roster_id, first.import_id, remove_missing=True)).remove_missing is False
    with pytest.raises(ImportUnderWayError):
        await house.imports.apply(roster_id, second.import_id, remove_missing=False)
    with pytest.raises(ImportNotFoundError):
        await house.imports.get(ids.new_id(), first.import_id)
    await house.until(await house.jobs.go_on(begun), State.APPLIED)
    undone = await house.undo(begun)
    with pytest.raises(ImportStateError):
        await house.imports.apply(roster_id, undone.import_id, remove_missing=False)


async def test_what_cannot_be_read_says_so_and_a_lost_reader_too(house: House) -> None:
    """By reasons that have words."""
    refused = await house.look("<html>")
    lost = ids.new_id()
    await house.imports.begin(lost, house.roster.roster_id, ids.new_id())
    async with house.engine.begin() as connection:
        long_ago = to_datetime(now_us() - 600 * SECOND_US)
        died = update(roster_imports).where(roster_imports.c.import_id == lost)
        await connection.execute(died.values(touched_at=long_ago))

    found = await house.imports.get(house.roster.roster_id, lost)

    assert (refused.summary.reason, found.summary.reason) == ("FILE_HTML", "IMPORT_LOST")


async def test_a_crowd_of_files_waits_or_is_told_to(house: House) -> None:
    """Two are read at once, eight wait."""
    roster = await house.rosters.get(house.roster.roster_id)

    outcomes = await asyncio.gather(
        *(house.jobs.upload(roster, FIRST.encode(), ids.new_id()) for _ in range(14)), return_exceptions=True
    )

    assert sum(isinstance(outcome, TooManyImportsError) for outcome in outcomes) == 4
    await asyncio.gather(*(house.until(one, State.READY) for one in outcomes if isinstance(one, Import)))


async def test_after_an_hour_nothing_is_left(house: House) -> None:
    """Of what was looked at and of what was applied; what is under way stays."""
    looked, applied = await house.look(FIRST), await house.apply(FIRST)
    begun = await house.begin(SECOND)
    async with house.engine.begin() as connection:
        long_ago = to_datetime(now_us() - LIFE_US - SECOND_US)
        aged = {"created_at": long_ago, "applied_at": long_ago}
        old = update(roster_imports).where(roster_imports.c.roster_id == house.roster.roster_id)
        await connection.execute(old.values(aged))

    while await house.imports.forget_old():
        continue

    async with house.engine.connect() as connection:
        left = set((await connection.execute(select(roster_import_rows.c.import_id))).scalars())
    assert left & {looked.import_id, applied.import_id, begun.import_id} == {begun.import_id}
    for gone in (looked, applied):
        with pytest.raises(ImportNotFoundError):
            await house.imports.get(house.roster.roster_id, gone.import_id)
