"""What those are called who tried: each by whoever knows them, and nobody is asked in vain."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import pytest

from domainkit.guest_ids import guest_id
from servicekit.errors import UnavailableError
from servicekit.ids import new_id
from services.checkin.reviewing.called import Called
from tests.factories import a_snapshot, an_occurrence
from tests.fakes.checkin import FakeActivities


@dataclass
class Book:
    """Names by where somebody is and who they are; `asked` says who was."""

    known: dict[bytes, str] = field(default_factory=dict)
    asked: list[tuple[bytes, set[bytes]]] = field(default_factory=list)
    is_gone: bool = False

    async def of(self, where: bytes, identifiers: Collection[bytes]) -> Mapping[bytes, str]:
        """Those that are known, there."""
        self.asked.append((where, set(identifiers)))
        if self.is_gone:
            raise UnavailableError("does not answer")
        return {each: self.known[each] for each in identifiers if each in self.known}


class Users(Book):
    """Users are the same everywhere."""

    async def of(self, user_ids: Collection[bytes]) -> Mapping[bytes, str]:  # type: ignore[override]
        """Those that are known."""
        return await super().of(b"", user_ids)


class House:
    """An activity with a roster, one without, and a person of each sort."""

    def __init__(self) -> None:
        self.user, self.entry, self.guest = new_id(), new_id(), guest_id(new_id())
        self.listed = an_occurrence(roster_id=new_id())
        self.open = an_occurrence()
        self.users, self.guests = Users({self.user: "李四"}), Book({self.guest: "赵客人"})
        self.entries = Book({self.entry: "王小明"})
        activities = FakeActivities([a_snapshot(self.listed), a_snapshot(self.open)])
        self.called = Called(self.users, self.guests, self.entries, activities)


@pytest.fixture
def house() -> House:
    """See `House`."""
    return House()


async def test_each_is_named_by_whoever_knows_them(house: House) -> None:
    """Guests by their activity, entries by its roster."""
    people = dict.fromkeys((house.user, house.entry, house.guest), house.listed.activity_id)
    assert await house.called.of(people) == {house.user: "李四", house.entry: "王小明", house.guest: "赵客人"}
    assert house.guests.asked == [(house.listed.activity_id, {house.guest})]
    assert house.entries.asked == [(house.listed.roster_id, {house.entry})]


async def test_users_cost_one_question(house: House) -> None:
    """And guests none to identity; of nobody nobody is asked."""
    await house.called.of({house.user: house.listed.activity_id})
    await house.called.of({house.guest: house.open.activity_id})
    await house.called.of({})
    assert (len(house.users.asked), len(house.guests.asked), house.entries.asked) == (1, 1, [])


async def test_who_is_unknown_where_there_is_no_roster_has_no_name(house: House) -> None:
    """Nor at an activity that nobody here knows."""
    assert await house.called.of({house.entry: house.open.activity_id}) == {}
    assert await house.called.of({house.entry: new_id()}) == {}
    assert house.entries.asked == []


@pytest.mark.parametrize("gone", ["users", "guests", "entries"])
async def test_whoever_does_not_answer_costs_their_names_alone(house: House, gone: str) -> None:
    """The list goes on with the others."""
    getattr(house, gone).is_gone = True
    named = await house.called.of(dict.fromkeys((house.user, house.entry, house.guest), house.listed.activity_id))
    assert len(named) == 2
