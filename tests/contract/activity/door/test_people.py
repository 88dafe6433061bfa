"""What phones at a door take along, and search, on MariaDB."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from domainkit import person_codes
from protos.activity.v1 import door_pb2 as pb
from servicekit import ids
from servicekit.clock import SECOND_US
from servicekit.errors import InvalidArgumentError
from services.activity.errors import ActivityNotFoundError
from services.activity.rosters.sealing import Said
from services.activity.tables import guests
from tests.contract.activity.door.conftest import LI, Door, a_guest

HOUR_US, DAY_US = 3600 * SECOND_US, 86_400 * SECOND_US


async def test_everybody_is_taken_along_in_pages(door: Door) -> None:
    """Who is on the roster, then guests, each once, however long pages are; who was taken off is not."""
    for name in ("张一", "张二", "张三"):
        await door.enter(Said(name))
    await door.entries.remove(door.roster_id, await door.enter(LI))
    await door.resolve(a_guest("客人甲", guest_id=ids.new_id()), a_guest("客人乙", guest_id=ids.new_id()))
    everybody = ["张一", "张二", "张三", "客人甲", "客人乙"]
    for size in range(6):
        pages = await door.carried(size)
        assert sorted(each.name for page in pages for each in page) == sorted(everybody)
        assert all(len(page) <= (size or 1000) for page in pages)


async def test_guests_are_taken_along_whatever_becomes_of_the_roster_meanwhile(door: Door) -> None:
    """A page that began on the roster goes on with all of them where the activity expects nobody by name any more."""
    await door.resolve(a_guest("客人甲"))
    for name in ("张一", "张二"):
        await door.enter(Said(name))
    request = pb.ListDoorPeopleRequest(activity_id=door.activity.activity_id, page_size=1)
    request.page_token = (await door.call("ListDoorPeople", request)).next_page_token
    alone = replace(door.activity, definition=replace(door.activity.definition, roster_id=None))
    door.store.activities[door.activity.activity_id] = alone
    rest = await door.call("ListDoorPeople", request)
    assert [each.name for each in rest.people] == ["客人甲"]


async def test_a_bound_entry_comes_with_the_keys_of_its_codes(door: Door) -> None:
    """They verify what its person shows at this activity, now and at the end of it, and at no other."""
    user_id, _ = await door.bind(await door.enter()), await door.enter(LI)
    [[wang, li]] = await door.carried(0)
    assert (wang.user_id, [*li.code_keys]) == (user_id, [])
    keys = person_codes.PersonKeys({1: bytes(32)})
    for at in (door.now_us, door.activity.closes_at):
        seconds = at // SECOND_US
        drawn_by = person_codes.activity_key(keys.of(user_id, seconds)[0].key, door.activity.activity_id)
        code = person_codes.parse(person_codes.draw(drawn_by, user_id, door.activity.activity_id, seconds, b"once"))
        person_codes.require_proof(code, door.activity.activity_id, wang.code_keys)
    other = await door.held()
    drawn_by = person_codes.activity_key(keys.of(user_id, seconds)[0].key, other.activity_id)
    foreign = person_codes.parse(person_codes.draw(drawn_by, user_id, other.activity_id, seconds, b"once"))
    with pytest.raises(person_codes.PersonCodeError):
        person_codes.require_proof(foreign, other.activity_id, wang.code_keys)


@pytest.mark.parametrize(
    ("ends_after", "kept_for"), [(HOUR_US * 3, HOUR_US * 3), (DAY_US * 30, DAY_US * 7), (-DAY_US, HOUR_US)]
)
async def test_a_phone_keeps_people_until_the_end(door: Door, ends_after: int, kept_for: int) -> None:
    """A week at most, and after the end for an hour, in which staff still say who was there."""
    times = {"starts_at": door.now_us - 2 * DAY_US, "ends_at": door.now_us + ends_after, "closes_after_s": 0}
    activity = await door.held(**times)
    response = await door.call("ListDoorPeople", pb.ListDoorPeopleRequest(activity_id=activity.activity_id))
    assert response.expires_at == door.now_us + kept_for


async def test_people_are_found_by_name_number_and_phone(door: Door) -> None:
    """Entries first, then guests; a name by two Han characters or three others."""
    await door.enter()
    await door.enter(Said("王小明", "2027002", "13900004321"))
    await door.resolve(a_guest("王小明二号"), a_guest("Anna Li", phone_tail=""))
    assert await door.search("小明") == ["王小明", "王小明", "王小明二号"]
    assert await door.search("4321") == ["王小明", "王小明二号"]
    assert await door.search("2027001") == ["王小明"]
    assert await door.search("ann") == ["Anna Li"]
    assert await door.search("9999") == await door.search("nobody") == []


@pytest.mark.parametrize("query", ["", "王", "an", "12", "长" * 65])
async def test_too_little_or_too_much_is_not_searched(door: Door, query: str) -> None:
    """The error names the field."""
    with pytest.raises(InvalidArgumentError) as refusal:
        await door.search(query)
    assert [fault.field for fault in refusal.value.fields] == ["q"]


async def test_at_most_twenty_are_found(door: Door) -> None:
    """Guests come where entries leave room."""
    for number in range(19):
        await door.enter(Said("王小明", str(number)))
    await door.resolve(a_guest("王小明"), a_guest("王小明"))
    assert len(await door.search("小明")) == 20


async def test_names_of_guests_are_told_to_services(door: Door) -> None:
    """Unknown ones are left out, those of another activity too."""
    [guest] = await door.resolve(a_guest())
    request = pb.BatchGetGuestNamesRequest(
        activity_id=door.activity.activity_id, guest_ids=[guest.user_id, ids.new_id()]
    )
    found = (await door.call("BatchGetGuestNames", request)).guests
    assert [(each.guest_id, each.name) for each in found] == [(guest.user_id, "赵客人")]
    request.activity_id = ids.new_id()
    assert not (await door.call("BatchGetGuestNames", request)).guests
    request.guest_ids.extend([guest.user_id] * 500)
    with pytest.raises(InvalidArgumentError):
        await door.call("BatchGetGuestNames", request)


@pytest.mark.parametrize("name", ["ListDoorPeople", "SearchDoorPeople"])
async def test_people_are_for_staff(door: Door, name: str) -> None:
    """Those of the activity alone too; others read that there is none."""
    request = pb.SearchDoorPeopleRequest if name == "SearchDoorPeople" else pb.ListDoorPeopleRequest
    asked = request(activity_id=door.activity.activity_id)
    if isinstance(asked, pb.SearchDoorPeopleRequest):
        asked.query = "小明"
    await door.call(name, asked, door.alone)
    with pytest.raises(ActivityNotFoundError):
        await door.call(name, asked, ids.new_id())


async def test_a_guest_that_cannot_be_read_hides_no_other(door: Door) -> None:
    """They are left out of lists."""
    [broken, _] = await door.resolve(a_guest("赵客人"), a_guest("赵客人二号"))
    garbage = update(guests).where(guests.c.guest_id == broken.user_id).values(said=bytes(64))
    async with door.engine.begin() as connection:
        await connection.execute(garbage)
    assert await door.search("赵客人") == ["赵客人二号"]
    assert [each.name for page in await door.carried(0) for each in page] == ["赵客人二号"]


async def test_services_are_told_who_may_be_called_so(door: Door) -> None:
    """Guests of the activity and entries of the roster; for one letter nobody, and that it says too little."""
    [guest] = await door.resolve(a_guest("王小明"))
    entry_id = await door.enter(Said("王小虎", "1"))
    await door.enter(Said("李雷", "2"))
    request = pb.FindSubjectsRequest(activity_id=door.activity.activity_id, roster_id=door.roster_id, query="王小")
    told = await door.call("FindSubjects", request)
    assert (sorted(told.subject_ids), told.is_too_wide) == (sorted([guest.user_id, entry_id]), False)
    request.roster_id = b""
    assert list((await door.call("FindSubjects", request)).subject_ids) == [guest.user_id]
    request.query = "王"
    told = await door.call("FindSubjects", request)
    assert (list(told.subject_ids), told.is_too_wide) == ([], True)
