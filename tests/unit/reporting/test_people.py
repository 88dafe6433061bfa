"""Lists of people: who is expected and absent, both ids as one, filters, and pages that miss nobody."""

import random
from dataclasses import replace
from typing import Any

import pytest

from domainkit.guest_ids import guest_id
from servicekit import ids
from servicekit.clock import now_us
from servicekit.errors import UnavailableError
from services.reporting.domain import IN, Activity, Cursor, Filter, Mark, SeatView, Status, marked
from services.reporting.expected.roster_client import EntryName
from services.reporting.expected.tally import Answer, Member
from services.reporting.people import People, Shown, Wanted
from services.reporting.project import Change
from tests.fakes.expected import FakeGuests, FakeParticipants, FakeRosters
from tests.fakes.reporting import FakeLive

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
        self.live = FakeLive()
        self.rosters = FakeRosters(
            *(Member(entry(number), user(number) if number < 4 else b"", f"{number % 2}") for number in range(1, 6))
        )
        self.participants = FakeParticipants()
        self.called: dict[bytes, str] = {}
        self.is_identity_gone = False
        self.guests = FakeGuests()
        self.people = People(self.live, self, self.rosters, self.participants, self.guests)

    async def names(self, user_ids: Any) -> dict[bytes, str]:
        """As identity knows them."""
        if self.is_identity_gone:
            raise UnavailableError("identity does not answer")
        return {each: self.called[each] for each in user_ids if each in self.called}

    async def come(
        self, user_id: bytes, status: Status = HELD, revision: int = 1, at: int = 1, mark: Mark = Mark.NONE
    ) -> None:
        """Somebody's seat is like this now."""
        view = marked(SeatView(status is HELD, at, [], int(status), "qr", "", "on_time", []), mark, at)
        change = Change(b"o" * 16, user_id, IN, revision, view, b"", at)
        await self.live.apply({self.activity.activity_id: [change]})

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
    assert await house.ids(Wanted()) == [entry(1), entry(4)]
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
    assert await house.ids(lacking) == [user(2), user(9)]
    house.activity = replace(house.activity, questions=0)
    assert await house.ids(lacking) == []


async def test_names_are_those_of_the_roster(house: House) -> None:
    """A search finds people by them, strangers by their own; without either the list goes on with what there is."""
    house.rosters.called = {entry(1): EntryName("王小明", "1"), entry(5): EntryName("王大力", "5")}
    house.called = {user(1): "小明同学", user(9): "老王"}
    for each in (user(1), user(9)):
        await house.come(each)
    assert [(each.name, each.number) for each in await house.shown(Wanted())] == [("王小明", "1"), ("老王", "")]
    assert await house.ids(Wanted(query="王")) == [user(1), user(9)]
    assert await house.ids(replace(ABSENT, query="王")) == [entry(5)]

    house.rosters.is_gone = house.participants.is_gone = True
    assert [(each.name, each.is_listed) for each in await house.shown(Wanted())] == [("小明同学", None), ("老王", None)]
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
