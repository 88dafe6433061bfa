"""Erasing what names people, on MariaDB: names and numbers go, counts stay."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from domainkit.pii import Pii
from servicekit import ids
from servicekit.clock import SECOND_US, now_us, to_datetime
from servicekit.mysql.idempotency import Intent
from services.activity.definition import Detail, Question
from services.activity.domain import Activity
from services.activity.door.guests import Guest, Guests
from services.activity.participants.answers import Answer, Answered, Answers
from services.activity.participants.details import Details
from services.activity.participants.erasure import Erasure
from services.activity.participants.export import Export
from services.activity.participants.privacy import Privacies, Privacy
from services.activity.rosters.entry_rows import Listed
from services.activity.rosters.listed import Entries, Wanted
from services.activity.rosters.rosters import Count, Roster, Rosters
from services.activity.rosters.sealing import Said, Sealing
from services.activity.rows import insert_activity
from services.activity.tables import FOREVER, guest_name_pairs, roster_bindings, roster_entries, roster_name_pairs
from tests.contract.activity.conftest import an_outbox
from tests.fakes.activity import a_draft, a_lot

DAY_US = 86_400 * SECOND_US
NAME = Question(Detail.NAME)


class House:
    """An organisation with a roster of three, and an activity of today that uses it and asks for names."""

    def __init__(self, engine: AsyncEngine, sealing: Sealing) -> None:
        self.engine, self.sealing = engine, sealing
        self.organisation_id = ids.new_id()
        self.rosters, self.entries = Rosters(engine, a_lot()), Entries(engine, an_outbox(engine), sealing, a_lot())
        self.answers, self.privacies = Answers(engine), Privacies(engine)
        self.details = Details(engine, Pii({1: b"\x01" * 32}, "activity", ""))
        self.erasure = Erasure(engine)
        self.people = [ids.new_id() for _ in range(3)]

    async def open(self) -> "House":
        """Everybody is bound, gave their name, and answered; the first one is excused."""
        intent = Intent(ids.new_id(), "/activity.v1.RosterService/Create", "", b"")
        roster = Roster(ids.new_id(), self.organisation_id, "新生", now_us())
        self.roster_id = (await self.rosters.create(roster, intent)).roster_id
        self.activity = await self.activity_at(now_us())
        for number, user_id in enumerate(self.people, 1):
            said = Said(f"王小{number}明", str(number), f"1380000000{number}")
            listed = await self.entries.add(self.roster_id, Listed(ids.new_id(), said, "一班"), intent)
            await self.bind(listed.entry_id, user_id)
            await self.details.say(self.organisation_id, user_id, {NAME: said.name}, now_us())
            answer = Answer.LEAVE if number == 1 else Answer.COMING
            await self.answers.give(self.activity, Answered(user_id, answer, now_us()))
        return self

    async def activity_at(self, starts_at: int, **changes: Any) -> Activity:
        """An activity of the organisation that uses the roster and asks."""
        changes = {"roster_id": self.roster_id, "ask": (NAME,), **changes}
        times = {"starts_at": starts_at, "ends_at": starts_at + 3600 * SECOND_US}
        draft = a_draft(self.organisation_id, ids.new_id(), ids.new_id(), **times, **changes)
        async with self.engine.begin() as connection:
            await insert_activity(connection, replace(draft, valid_from=now_us()), ids.new_id())
        return draft

    async def bind(self, entry_id: bytes, user_id: bytes, valid_to: int | None = None) -> None:
        """Somebody is an entry, or was."""
        until = FOREVER if valid_to is None else to_datetime(valid_to)
        row = {"binding_id": ids.new_id(), "roster_id": self.roster_id, "entry_id": entry_id, "user_id": user_id}
        how = {"how": 1, "bound_by": user_id, "valid_from": to_datetime(now_us()), "valid_to": until}
        async with self.engine.begin() as connection:
            await connection.execute(insert(roster_bindings).values(row | how))

    async def names(self) -> list[str]:
        """As the roster's list shows them."""
        return [one.said.name for one in await self.entries.page(self.roster_id, Wanted(""), None, 10)]

    async def told(self) -> list[str]:
        """The names that people gave."""
        found = await self.details.of(self.organisation_id, self.people)
        return sorted(said[NAME] for said in found.values())

    async def counts(self) -> tuple[Count, list[tuple[str, int]], int]:
        """Of the roster, by group, and how many are excused."""
        answers = await self.answers.page(self.activity.activity_id, b"", 10)
        excused = sum(each.answer == Answer.LEAVE for each in answers)
        return (
            (await self.rosters.counts([self.roster_id]))[self.roster_id],
            await self.rosters.groups(self.roster_id),
            excused,
        )

    async def left(self) -> int:
        """How much names anybody: pairs of letters, and indexes."""
        theirs = select(roster_entries.c.entry_id).where(roster_entries.c.roster_id == self.roster_id)
        pairs = select(func.count()).where(roster_name_pairs.c.entry_id.in_(theirs))
        indexes = (roster_entries.c.number_index, roster_entries.c.phone_index, roster_entries.c.phone_tail_index)
        counted = select(*map(func.count, indexes)).where(roster_entries.c.roster_id == self.roster_id)
        async with self.engine.connect() as connection:
            return (await connection.scalar(pairs) or 0) + sum((await connection.execute(counted)).one())


@pytest.fixture
async def house(activity_engine: AsyncEngine, sealing: Sealing) -> House:
    """See `House`."""
    return await House(activity_engine, sealing).open()


async def test_a_person_erased_leaves_counts_and_no_name(house: House) -> None:
    """Twice is once, and the others stay as they are."""
    before, left = await house.counts(), await house.left()

    for _ in range(2):
        await house.erasure.erase(house.people[0])

    assert await house.names() == ["", "王小2明", "王小3明"] and await house.told() == ["王小2明", "王小3明"]
    assert await house.counts() == before
    assert await house.left() == left * 2 // 3
    assert await house.entries.page(house.roster_id, Wanted("王小1"), None, 10) == []


async def test_a_person_is_given_all_that_is_known_of_them(house: House) -> None:
    """And nothing of anybody else; once they are erased only that they were excused."""
    export = Export(house.engine, house.details, house.sealing)
    known = await export.of(house.people[0])

    [answer], [detail], [entry] = known.answers, known.details, known.entries
    assert (answer.activity_id, answer.answer) == (house.activity.activity_id, Answer.LEAVE)
    assert (detail.organisation_id, detail.detail, detail.value) == (house.organisation_id, Detail.NAME, "王小1明")
    assert (entry.roster_id, entry.name, entry.number) == (house.roster_id, "王小1明", "1")
    assert (entry.phone, entry.group) == ("13800000001", "一班")
    await house.erasure.erase(house.people[0])
    left = await export.of(house.people[0])
    assert ([*left.answers], [*left.details], [each.name for each in left.entries]) == ([answer], [], [""])


async def test_an_entry_that_is_somebody_else_by_now_stays(house: House) -> None:
    """It was theirs by mistake, and says the other one's name."""
    mistaken = ids.new_id()
    [first, *_] = await house.entries.page(house.roster_id, Wanted(""), None, 10)
    await house.bind(first.entry_id, mistaken, valid_to=now_us())
    await house.bind(first.entry_id, ids.new_id(), valid_to=now_us() + 1)

    await house.erasure.erase(mistaken)

    assert await house.names() == ["王小1明", "王小2明", "王小3明"]


async def test_an_entry_that_staff_say_somebody_is_not_stays(house: House) -> None:
    """Whoever was taken off it was never who it names; an entry that ended with them is theirs."""
    mistaken = ids.new_id()
    added = await house.entries.add(
        house.roster_id,
        Listed(ids.new_id(), Said("王小4明", "4"), "一班"),
        Intent(ids.new_id(), "/activity.v1.RosterEntryService/Add", "", b""),
    )
    await house.bind(added.entry_id, mistaken, valid_to=now_us())

    await house.erasure.erase(mistaken)

    assert await house.names() == ["王小1明", "王小2明", "王小3明", "王小4明"]


async def test_what_an_organisation_kept_long_enough_is_erased(house: House) -> None:
    """Its days after the last activity that used the roster or asked, and not a day before."""
    later = await house.activity_at(now_us() + 100 * DAY_US)
    closes_at = later.closes_at
    before = await house.counts()

    await house.erasure.sweep(closes_at + 179 * DAY_US)
    assert len(await house.told()) == 3 and await house.left() and "" not in await house.names()
    await house.erasure.sweep(closes_at + 181 * DAY_US)

    assert (await house.names(), await house.told(), await house.left()) == ([""] * 3, [], 0)
    assert await house.counts() == before


async def test_answers_that_nothing_counts_go_by_their_own_activity(house: House) -> None:
    """Who was excused stays excused."""
    later = await house.activity_at(now_us() + 100 * DAY_US)
    await house.answers.give(later, Answered(house.people[1], Answer.COMING, now_us()))

    await house.erasure.sweep(house.activity.closes_at + 181 * DAY_US)

    kept = await house.answers.page(house.activity.activity_id, b"", 10)
    assert [(each.user_id, each.answer) for each in kept] == [(house.people[0], Answer.LEAVE)]
    assert len(await house.answers.page(later.activity_id, b"", 10)) == 1


async def test_each_organisation_keeps_for_as_long_as_it_said(house: House) -> None:
    """Of a week nothing is left after eight days; another organisation's people stay."""
    other = await House(house.engine, Sealing(Pii({1: b"\x01" * 32}, "activity", ""))).open()
    await house.privacies.change(house.organisation_id, lambda _: Privacy(7), ids.new_id(), now_us())

    await house.erasure.sweep(house.activity.closes_at + 8 * DAY_US)

    assert (await house.told(), await house.left()) == ([], 0)
    assert len(await other.told()) == 3 and "" not in await other.names()


async def test_guests_are_erased_when_their_activity_is_long_over(house: House) -> None:
    """Who they were is gone, that somebody came stays; guests of what is not over as long keep their names."""
    guests, by = Guests(house.engine, house.sealing), ids.new_id()
    old, new = Guest(ids.new_id(), "赵客人", "4321"), Guest(ids.new_id(), "钱客人")
    later = await house.activity_at(now_us() + 30 * DAY_US)
    await guests.keep(house.activity, [old], by, now_us())
    await guests.keep(later, [new], by, now_us())

    await house.erasure.sweep(now_us() + 182 * DAY_US)

    assert await guests.page(house.activity.activity_id, None, 10) == [Guest(old.guest_id, "")]
    assert await guests.page(later.activity_id, None, 10) == [new]
    for query in ("4321", "赵客人"):
        assert await guests.search(house.activity.activity_id, query, 10) == []
    async with house.engine.connect() as connection:
        left = select(func.count()).where(guest_name_pairs.c.activity_id == house.activity.activity_id)
        assert await connection.scalar(left) == 0
