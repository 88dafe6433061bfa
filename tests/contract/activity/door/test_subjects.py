"""ResolveSubjects on MariaDB: whom staff mean, and that a guest is nobody else."""

import asyncio

import pytest
from google.rpc import status_pb2
from sqlalchemy import select, text

from domainkit.entry_codes import code_of, printed
from domainkit.guest_ids import guest_id
from protos.activity.v1 import door_pb2 as pb
from servicekit import ids
from servicekit.errors import InvalidArgumentError
from servicekit.rpc.status import from_status
from services.activity.errors import ActivityNotFoundError
from services.activity.rosters.sealing import Said
from services.activity.tables import guests
from tests.contract.activity.door.conftest import LI, WANG, Door, a_guest

ENTRY, GUEST, PERSON = pb.DoorPerson.KIND_ENTRY, pb.DoorPerson.KIND_GUEST, pb.DoorPerson.KIND_PERSON


def reason_of(status: status_pb2.Status) -> tuple[str, list[str]]:
    """Why an item is refused, and which fields are at fault."""
    error = from_status(status)
    return error.reason, [fault.field for fault in error.fields]


async def test_an_entry_is_found_by_its_id_its_code_and_who_it_is(door: Door) -> None:
    """Staff read name, group and what is for the person; number and phone only their ends."""
    entry_id = await door.enter()
    code = code_of(entry_id)
    by_code = pb.Subject(entry_code=printed(code).lower())
    [unbound, *_] = await door.resolve(pb.Subject(entry_id=entry_id))
    assert unbound.user_id == unbound.entry_id == entry_id
    user_id = await door.bind(entry_id)
    subjects = (pb.Subject(entry_id=entry_id), by_code, pb.Subject(user_id=user_id), pb.Subject(user_id=entry_id))
    [found, *others] = await door.resolve(*subjects)
    assert others == [found] * 3
    assert (found.kind, found.user_id, found.entry_id) == (ENTRY, user_id, entry_id)
    assert (found.name, found.number, found.phone_tail, found.group) == ("王小明", "****001", "0001", "一组")
    assert [(each.heading, each.value) for each in found.extra] == [("座位", "3 排 7 座")]
    assert (found.entry_code, [*found.code_keys]) == (printed(code), [])


async def test_one_item_at_fault_leaves_the_others(door: Door) -> None:
    """Each has its own error, in the order of the request."""
    entry_id, stranger = await door.enter(), ids.new_id()
    found = await door.resolve(
        pb.Subject(entry_id=ids.new_id()),
        pb.Subject(entry_code="K7MCF-GHJ4R"),
        pb.Subject(entry_code=code_of(ids.new_id())),
        pb.Subject(),
        pb.Subject(user_id=b"short"),
        a_guest(guest_id=bytes(16)),
        a_guest(name="王\u202e明"),
        a_guest(phone_tail="43210"),
        a_guest(name=""),
        pb.Subject(user_id=stranger),
        pb.Subject(entry_id=entry_id),
    )
    assert [reason_of(each) for each in found[:9]] == [
        ("ENTRY_NOT_LISTED", []),
        ("ENTRY_CODE_MALFORMED", ["entry_code"]),
        ("ENTRY_NOT_LISTED", []),
        ("INVALID_ARGUMENT", ["user_id"]),
        ("INVALID_ARGUMENT", ["user_id"]),
        ("INVALID_ARGUMENT", ["guest.id"]),
        ("INVALID_ARGUMENT", ["guest.name"]),
        ("INVALID_ARGUMENT", ["guest.phone_tail"]),
        ("NOT_FOUND", []),
    ]
    assert (found[9].kind, found[9].user_id, found[9].name) == (PERSON, stranger, "")
    assert found[10].name == "王小明"


async def test_who_is_off_the_roster_or_of_another_is_not_found(door: Door) -> None:
    """Nor who was erased: a label that is still around says nothing of them."""
    gone, erased = await door.enter(), await door.enter(LI)
    await door.entries.remove(door.roster_id, gone)
    async with door.engine.begin() as connection:
        await connection.execute(text("UPDATE roster_entries SET said = '' WHERE entry_id = :id"), {"id": erased})
    by_id = [pb.Subject(entry_id=each) for each in (gone, erased)]
    told = await door.resolve(*by_id, pb.Subject(entry_code=code_of(gone)))
    assert {reason_of(each)[0] for each in told} == {"ENTRY_NOT_LISTED"}
    door.activity = await door.held(roster_id=None)
    [alone] = await door.resolve(pb.Subject(entry_id=await door.enter(Said("韩梅梅"))))
    assert reason_of(alone)[0] == "ENTRY_NOT_LISTED"


async def test_two_entries_of_one_code_are_told_apart_by_name(door: Door) -> None:
    """By id each is found still."""
    first = await door.enter()
    second = await door.enter_as(ids.new_id()[:11] + first[-5:])
    by_code, by_id = await door.resolve(pb.Subject(entry_code=code_of(first)), pb.Subject(entry_id=second))
    assert reason_of(by_code)[0] == "ENTRY_CODE_AMBIGUOUS" and by_id.name == "李雷"


async def test_a_guest_is_written_down_once(door: Door) -> None:
    """What was said first stays, under an id that no user has; the name stands nowhere in clear."""
    made = ids.new_id()
    [guest] = await door.resolve(a_guest(guest_id=made))
    assert (guest.kind, guest.name, guest.phone_tail) == (GUEST, "赵客人", "4321")
    assert guest.user_id == guest_id(made) != made
    again = await door.resolve(
        a_guest(name="别的名字", guest_id=made),
        a_guest(name="", guest_id=guest.user_id),
        pb.Subject(user_id=guest.user_id),
    )
    assert again == [guest] * 3
    async with door.engine.connect() as connection:
        theirs = select(guests).where(guests.c.activity_id == door.activity.activity_id)
        [row] = (await connection.execute(theirs)).all()
    assert row.created_by == door.staff and "赵客人".encode() not in row.said and b"4321" not in row.said


async def test_what_is_said_first_of_a_guest_stays_in_one_call_too(door: Door) -> None:
    """As it does in two."""
    made = ids.new_id()
    both = await door.resolve(a_guest("赵客人", guest_id=made), a_guest("钱客人", guest_id=made))
    assert [one.name for one in both] == ["赵客人"] * 2


async def test_nobody_becomes_a_guest_by_their_id(door: Door) -> None:
    """Staff who write down a guest with the id of a user have written down somebody else."""
    user_id = await door.bind(await door.enter())
    [guest, person] = await door.resolve(a_guest(guest_id=user_id), pb.Subject(user_id=user_id))
    assert guest.user_id != user_id and (person.kind, person.name) == (ENTRY, "王小明")


async def test_an_activity_has_so_many_guests(door: Door) -> None:
    """Also when they come at once; who is written down already is found, and so is whoever is no guest."""
    await asyncio.gather(*(door.resolve(a_guest(), a_guest()) for _ in range(2)))
    entry_id, last = await door.enter(), a_guest()
    found = await door.resolve(last, a_guest(), pb.Subject(entry_id=entry_id), last)
    assert found[0] == found[3] and found[0].kind == GUEST and found[2].kind == ENTRY
    error = from_status(found[1])
    assert (error.reason, error.metadata) == ("TOO_MANY_GUESTS", {"quota": "5"})


async def test_staff_of_the_activity_alone_may(door: Door) -> None:
    """Strangers and members read that there is no such activity."""
    entry_id = await door.enter()
    [found] = await door.resolve(pb.Subject(entry_id=entry_id), who=door.alone)
    assert found.name == WANG.name
    with pytest.raises(ActivityNotFoundError):
        await door.resolve(pb.Subject(entry_id=entry_id), who=ids.new_id())


async def test_more_than_two_hundred_are_refused(door: Door) -> None:
    """The error names the field and the cure."""
    with pytest.raises(InvalidArgumentError) as refusal:
        await door.resolve(*[pb.Subject(user_id=ids.new_id())] * 201)
    assert [fault.field for fault in refusal.value.fields] == ["subjects"]
