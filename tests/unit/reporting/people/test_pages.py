"""Lists of people: who is expected and absent, both ids as one, filters, and pages that miss nobody."""

import random
from dataclasses import replace
from typing import Any

import pytest

from domainkit.guest_ids import guest_id
from domainkit.name_search import is_named_like
from servicekit import ids
from servicekit.clock import now_us
from servicekit.errors import UnavailableError
from services.reporting.domain import IN, OUT, Activity, Cursor, Filter, Mark, SeatView, Status, marked
from services.reporting.errors import NumbersDroppedError
from services.reporting.expected.roster_client import EntryName
from services.reporting.expected.tally import Answer, Member
from services.reporting.people.naming import Naming
from services.reporting.people.pages import People, Shown
from services.reporting.people.scene import Scene, Wanted
from services.reporting.project import Change
from tests.fakes.expected import FakeGuests, FakeParticipants, FakeRosters
from tests.fakes.reporting import FakeFacts

HELD, PENDING, REFUSED, ANNULLED = Status.CHECKED_IN, Status.PENDING_REVIEW, Status.REFUSED, Status.ABSENT
ABSENT = Wanted(Filter(Status.ABSENT))
HOUR_US = 3600 * 1_000_000


def entry(number: int) -> bytes:
    """The id of an entry."""
    return bytes([number]) * 16


def user(number: int) -> bytes:
    """The id of a user."""
    return bytes([100 + number]) * 16


class House:
    """An activity, its roster of five of whom the first three are bound, and who is there."""

    def __init__(self) -> None:
        closes_at = now_us() + HOUR_US
        self.activity = Activity(
            ids.new_id(), ids.new_id(), "讲座", "Asia/Shanghai", 2, 1, 0, 0, closes_at, roster_id=b"r" * 16
        )
        self.facts = FakeFacts()
        self.rosters = FakeRosters(
            *(Member(entry(number), user(number) if number < 4 else b"", f"{number % 2}") for number in range(1, 6))
        )
        self.participants = FakeParticipants()
        self.called: dict[bytes, str] = {}
        self.is_identity_gone = self.is_too_wide = False
        self.opened: set[bytes] = set()
        self.guests = FakeGuests(self.rosters)
        self.people = People(self.facts, self.rosters, self.participants, Naming(self, self.rosters, self.guests))

    async def names(self, user_ids: Any) -> dict[bytes, str]:
        """As identity knows them."""
        if self.is_identity_gone:
            raise UnavailableError("identity does not answer")
        self.opened |= set(user_ids)
        return {each: self.called[each] for each in user_ids if each in self.called}

    async def find(self, query: str) -> list[bytes] | None:
        """Those who are called so."""
        if self.is_identity_gone:
            raise UnavailableError("identity does not answer")
        return (
            None
            if self.is_too_wide
            else [user_id for user_id, name in self.called.items() if is_named_like(name, query)]
        )

    async def come(
        self,
        user_id: bytes,
        status: Status = HELD,
        revision: int = 1,
        at: int = 1,
        mark: Mark = Mark.NONE,
        occurrence_id: bytes = b"o" * 16,
    ) -> None:
        """Somebody's seat is like this now."""
        view = marked(SeatView(status is HELD, at, [], int(status), "qr", "", "on_time", []), mark, at)
        change = Change(occurrence_id, user_id, IN, revision, view, b"", at)
        await self.facts.apply({self.activity.activity_id: [change]})

    async def leave(self, user_id: bytes, at: int, revision: int = 1) -> None:
        """Somebody goes before the end."""
        view = SeatView(True, at, [], int(HELD), "qr", "", "early_leave", [])
        change = Change(b"o" * 16, user_id, OUT, revision, view, b"", at)
        await self.facts.apply({self.activity.activity_id: [change]})

    async def shown(self, wanted: Wanted, size: int = 50) -> list[Shown]:
        """Everybody on a list."""
        found, cursor, is_more = [], None, True
        while is_more:
            page, cursor = await self.people.page(self.activity, wanted, cursor, size)
            found += page
            is_more = cursor is not None
        return found

    async def ids(self, wanted: Wanted, size: int = 50) -> list[bytes]:
        """Who is on a list."""
        return [each.user_id for each in await self.shown(wanted, size)]


@pytest.fixture
def house() -> House:
    """Nobody has come yet."""
    return House()


async def test_nobody_is_absent_from_what_was_cancelled(house: House) -> None:
    """Nobody tried, and somebody was annulled before that, whose entry stands on no list of who is missing."""
    house.activity = replace(house.activity, state=4, closes_at=now_us() - 9 * HOUR_US)
    await house.come(user(3), ANNULLED)
    await house.come(b"s" * 16, ANNULLED)
    assert await house.ids(ABSENT) == []
    assert await house.ids(Wanted(Filter(Status.ABSENT), group="1")) == []
    house.participants.said = {user(1): Answer.LEAVE}
    assert await house.ids(Wanted(answer=Answer.LEAVE)) == [user(1)]


async def test_who_is_expected_and_holds_no_seat_is_absent(house: House) -> None:
    """By the user where somebody knows, else by the entry; refused, waiting and annulled ones too, and each once."""
    await house.come(user(1))
    await house.come(user(2), REFUSED)
    await house.come(user(3), ANNULLED)
    await house.come(user(9), REFUSED)
    await house.come(user(8), ANNULLED)
    assert await house.ids(ABSENT, size=2) == [user(2), user(3), entry(4), entry(5), user(8)]


async def test_who_asked_for_leave_is_not_absent(house: House) -> None:
    """They are listed by their answer, with those who came all the same."""
    house.participants.said = {user(1): Answer.LEAVE, user(2): Answer.LEAVE, user(9): Answer.COMING}
    await house.come(user(1))
    assert await house.ids(ABSENT) == [user(3), entry(4), entry(5)]
    assert await house.ids(Wanted(answer=Answer.LEAVE)) == [user(1), user(2)]
    [coming] = await house.shown(Wanted(answer=Answer.COMING))
    assert (coming.user_id, coming.is_listed) == (user(9), False)


async def test_lists_follow_what_staff_say(house: House) -> None:
    """On leave is an answer and no absence; absent is one at once, and no excuse that was given before counts then."""
    house.participants.said = {user(3): Answer.LEAVE}
    for number, mark in enumerate((Mark.PRESENT, Mark.LEAVE, Mark.ABSENT, Mark.LATE), 1):
        await house.come(user(number) if number < 4 else entry(number), REFUSED, mark=mark)
    shown = {each.user_id: each for each in await house.shown(Wanted())}
    assert [(each.found.seat.status, each.answer) for _, each in sorted(shown.items())] == [
        (HELD, Answer.NONE),
        (HELD, Answer.NONE),
        (0, Answer.LEAVE),
        (Status.ABSENT, Answer.NONE),
    ]
    assert await house.ids(Wanted(answer=Answer.LEAVE)) == [user(2)]
    assert await house.ids(ABSENT) == [user(3), entry(5)]
    assert await house.ids(Wanted(Filter(punctuality="late"))) == [entry(4)]


async def test_who_is_marked_absent_under_their_other_id_is_absent(house: House) -> None:
    """The last word counts, whichever id it was said of, though they hold a seat."""
    await house.come(user(1))
    await house.come(entry(1), at=2, mark=Mark.ABSENT)
    assert await house.ids(ABSENT) == [entry(1), user(2), user(3), entry(4), entry(5)]


@pytest.mark.parametrize(("closed_ago_us", "status"), [(HOUR_US, 0), (3 * HOUR_US, Status.ABSENT)])
async def test_nobody_is_called_absent_before_the_watermark(house: House, closed_ago_us: int, status: int) -> None:
    """Two hours after the close what phones did offline has come; who asked for leave is not even then."""
    house.activity = replace(house.activity, closes_at=now_us() - closed_ago_us)
    house.participants.said = {user(1): Answer.LEAVE}
    assert {each.found.seat.status for each in await house.shown(ABSENT)} == {status}
    assert [each.found.seat.status for each in await house.shown(Wanted(answer=Answer.LEAVE))] == [0]


async def test_both_ids_are_one_person_on_a_list(house: House) -> None:
    """The better of what they tried is shown, and who came as an entry is not absent once bound."""
    await house.come(entry(1))
    await house.come(user(1), REFUSED, at=2)
    await house.come(entry(4))
    house.rosters.bind(entry(4), user(7))
    assert await house.ids(Wanted()) == [entry(4), entry(1)]
    assert await house.ids(ABSENT) == [user(2), user(3), entry(5)]


async def test_a_group_is_of_the_roster(house: House) -> None:
    """Strangers are in none; an open activity has none."""
    for each in (user(1), user(2), user(9)):
        await house.come(each)
    assert await house.ids(Wanted(group="1")) == [user(1)]
    assert await house.ids(replace(ABSENT, group="1")) == [user(3), entry(5)]
    house.activity = replace(house.activity, roster_id=None)
    assert await house.ids(Wanted(group="1")) == []


async def test_details_are_missing_of_who_came_and_has_not_said_all(house: House) -> None:
    """Under the user they are; where nothing is asked nothing is missing."""
    house.activity = replace(house.activity, questions=2)
    house.participants.told = {user(1): ["a", "b"], user(2): ["a", ""], user(4): ["a", "b"]}
    await house.come(entry(4))
    house.rosters.bind(entry(4), user(4))
    for each, status in ((user(1), HELD), (user(2), HELD), (user(3), PENDING), (user(9), HELD)):
        await house.come(each, status)
    lacking = Wanted(lacks_details=True)
    assert await house.ids(lacking) == [user(9), user(2)]
    house.activity = replace(house.activity, questions=0)
    assert await house.ids(lacking) == []


async def test_names_are_those_of_the_roster(house: House) -> None:
    """A search finds people by them, strangers by their own; without either the list goes on with what there is."""
    house.rosters.called = {entry(1): EntryName("王小明", "1"), entry(5): EntryName("王大力", "5")}
    house.called = {user(1): "小明同学", user(9): "老王"}
    for each in (user(1), user(9)):
        await house.come(each)
    assert [(each.name, each.number) for each in await house.shown(Wanted())] == [("老王", ""), ("王小明", "1")]
    assert await house.ids(Wanted(query="王")) == [user(9), user(1)]
    assert await house.ids(replace(ABSENT, query="王")) == [entry(5)]

    house.rosters.is_gone = house.participants.is_gone = True
    assert [(each.name, each.is_listed) for each in await house.shown(Wanted())] == [("老王", None), ("小明同学", None)]
    house.is_identity_gone = True
    assert [each.name for each in await house.shown(Wanted())] == ["", ""]


async def test_guests_and_entries_without_an_account_have_names_too(house: House) -> None:
    """As staff wrote them down, those also who are off the roster by now; without activity the others keep theirs."""
    guest, gone = guest_id(ids.new_id()), entry(8)
    house.guests.called, house.called = {guest: "赵客人"}, {user(9): "老王"}
    house.rosters.called = {entry(5): EntryName("王大力", "5"), gone: EntryName("李雷", "8")}
    for each in (guest, entry(5), gone, user(9)):
        await house.come(each)
    assert {each.name for each in await house.shown(Wanted())} == {"赵客人", "王大力", "李雷", "老王"}
    assert await house.ids(Wanted(query="客人")) == [guest]

    house.guests.is_gone = True
    assert {each.name for each in await house.shown(Wanted())} == {"", "王大力", "李雷", "老王"}
    with pytest.raises(UnavailableError):
        await house.ids(Wanted(query="老王"))


@pytest.mark.parametrize("wanted", [ABSENT, Wanted(group="1"), Wanted(answer=Answer.LEAVE)])
async def test_what_a_list_goes_by_must_be_known(house: House, wanted: Wanted) -> None:
    """An empty list would say that nobody is missing."""
    house.rosters.is_gone = True
    with pytest.raises(UnavailableError):
        await house.ids(wanted)


@pytest.mark.parametrize("seed", range(20))
async def test_pages_of_who_is_absent_miss_nobody(house: House, seed: int) -> None:
    """While some come, are refused, annulled or bound, whoever is absent all the time is on one page, once."""
    chance, members = random.Random(seed), [Member(entry(number), b"", "") for number in range(1, 60)]
    house.rosters.members = members
    steady, moving = {entry(number) for number in range(1, 60, 2)}, list(range(2, 60, 2))
    names = {each: each for each in steady}
    seen: list[bytes] = []
    cursor: Cursor | None = None
    for turn in range(1, 100):
        page, cursor = await house.people.page(house.activity, ABSENT, cursor, 7)
        seen += [each.member.entry_id for each in page if each.member]
        if cursor is None:
            break
        for number in chance.sample(moving, 5):
            await house.come(entry(number), chance.choice([HELD, REFUSED, ANNULLED]), turn, turn)
        someone = chance.choice(sorted(steady))
        await house.come(someone, chance.choice([REFUSED, PENDING, ANNULLED]), turn, turn)
        house.rosters.bind(chance.choice(sorted(steady)), ids.new_id())
    assert cursor is None
    assert sorted(each for each in seen if each in names) == sorted(steady)


async def test_a_search_asks_who_is_called_so_and_looks_at_nobody_else(house: House) -> None:
    """A name of a thousand is found among people of other names without any of these being opened."""
    house.rosters.called = {entry(5): EntryName("王大力", "5")}
    house.called = {user(9): "王大伟", user(8): "李雷"}
    for each in (user(8), user(9), entry(5), user(7)):
        await house.come(each)
    house.opened.clear()
    assert await house.ids(Wanted(query="王大")) == [user(9), entry(5)]
    assert house.opened == {user(9), entry(5)}


@pytest.mark.parametrize("query", ["王", "王大"])
async def test_a_name_of_too_many_is_looked_for_among_who_came(house: House, query: str) -> None:
    """One letter says too little, and of a name of half the town identity tells nothing."""
    house.is_too_wide = True
    house.called = {user(number): "王大伟" if number % 2 else "李雷" for number in range(1, 20)}
    for number in range(1, 20):
        await house.come(user(number), at=number)
    house.activity = replace(house.activity, roster_id=None)
    assert await house.ids(Wanted(query=query), size=3) == [user(number) for number in range(19, 0, -2)]


async def test_somebody_is_found_by_what_they_did_under_their_other_id(house: House) -> None:
    """They left early as the entry and hold their seat as the user: one person, who left early."""
    await house.come(user(1), at=HOUR_US)
    await house.come(entry(1), at=2 * HOUR_US)
    await house.leave(entry(1), at=3 * HOUR_US)
    for wanted in (Wanted(), Wanted(Filter(punctuality="early_leave"))):
        [shown] = await house.shown(wanted)
        assert (shown.found.user_id, shown.found.presence.is_early) == (user(1), True)
    assert await house.ids(Wanted(Filter(punctuality="late"))) == []


async def test_who_is_written_while_a_list_is_read_comes_once_more(house: House) -> None:
    """Somebody who stood beyond the first page and then before it is seen; who stood still comes once."""
    house.activity = replace(house.activity, roster_id=None)
    for number, at in enumerate((5, 4, 3, 2)):
        await house.come(user(number), at=at)
    first, cursor = await house.people.page(house.activity, Wanted(), None, 2)
    await house.come(user(2), revision=2, at=9)
    second, cursor = await house.people.page(house.activity, Wanted(), cursor, 2)
    assert [each.user_id for each in [*first, *second]] == [user(0), user(1), user(3), user(2)]
    assert cursor is None


async def test_what_was_over_before_history_began_is_not_told_before_it_is_filled_in(house: House) -> None:
    """An empty list would say that nobody came."""
    house.activity = replace(house.activity, closes_at=now_us() - 48 * HOUR_US)
    house.facts.is_filled = False
    for wanted in (Wanted(), ABSENT):
        with pytest.raises(NumbersDroppedError):
            await house.ids(wanted)
    await house.come(user(1))
    assert await house.ids(Wanted()) == [user(1)]


@pytest.mark.parametrize("seed", range(60))
async def test_lists_show_whom_one_look_at_everybody_would_show(house: House, seed: int) -> None:
    """Whatever people did under both ids, at two occurrences, marked or not; for filters of every kind."""
    chance = random.Random(seed)
    for number in range(1, 60):
        who = chance.choice([entry, user])(chance.randint(1, 6))
        status, mark = chance.choice([HELD, HELD, PENDING, REFUSED, ANNULLED]), chance.choice([Mark.NONE] * 6 + [*Mark])
        await house.come(who, status, number, number, mark, chance.choice([b"o", b"p"]) * 16)
        if chance.random() < 0.2:
            await house.leave(who, at=number + 100, revision=number)
    wanted = Wanted(
        Filter(
            status=chance.choice([0, 0, HELD, PENDING, REFUSED, ANNULLED]),
            punctuality=chance.choice(["", "", "late", "early_leave", "on_time"]),
            from_at=chance.choice([0, 0, 20]),
        ),
        group=chance.choice(["", "", "1"]),
    )
    if chance.random() < 0.3:
        house.activity = replace(house.activity, roster_id=None)
        wanted = replace(wanted, group="")
    roster = await house.rosters.get(b"") if house.activity.roster_id else None
    scene = Scene(house.activity, roster, {})
    everybody = [step.person for step in house.facts.steps(house.activity.activity_id)]
    if roster and wanted.seat.status == ANNULLED:
        keys = {member.entry_id for member in roster.members} | {scene.key(each.user_id) for each in everybody}
        expected = list(scene.people(keys, everybody))
    else:
        expected = list(scene.as_one(everybody))
    shown = [(each.found.user_id, each.found.occurrence_id) for each in await house.shown(wanted, chance.randint(1, 9))]
    assert sorted(shown) == sorted((one.user_id, one.occurrence_id) for one in expected if scene.admits(wanted, one))
