"""Bindings on MariaDB: one person one entry, one entry one person, and each of them from a moment to a moment."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import update

from servicekit import ids
from servicekit.clock import now_us, to_datetime
from servicekit.errors import ServiceError
from services.activity.errors import (
    AlreadyListedError,
    EntryInviteUnknownError,
    EntryTakenError,
    RosterEntryNotFoundError,
    RosterNotFoundError,
)
from services.activity.rosters.invites import Invite
from services.activity.rosters.members import end, record
from services.activity.rosters.rosters import lock_roster
from services.activity.rosters.sealing import Said
from services.activity.tables import roster_entries, rosters
from tests.contract.activity.rosters.conftest import BEFORE, LATER, NOW, SEALING, House


async def test_a_binding_is_told_to_redis_with_the_next_revision(house: House) -> None:
    """A set that stands is kept in step, by who joins and by who leaves."""
    assert await house.in_redis() == set()
    entry_id, user_id = await house.bound()
    assert (await house.in_redis(), await house.revision()) == ({user_id}, 2)
    await house.members.unbind(house.roster_id, entry_id, LATER)
    assert (await house.in_redis(), await house.revision()) == (set(), 3)


async def test_twice_is_once(house: House) -> None:
    """The revision stays."""
    entry_id, user_id = await house.bound()
    await house.members.bind(house.binding(entry_id, user_id, LATER))
    await house.members.unbind(house.roster_id, await house.entry(), LATER)
    assert await house.revision() == 2


async def test_an_entry_is_one_person_and_a_person_one_entry(house: House) -> None:
    """Who comes second is told which of the two it is; an entry that was left may be another's."""
    entry_id, user_id = await house.bound()
    with pytest.raises(EntryTakenError):
        await house.members.bind(house.binding(entry_id, ids.new_id()))
    with pytest.raises(AlreadyListedError):
        await house.members.bind(house.binding(await house.entry(), user_id))
    await house.members.unbind(house.roster_id, entry_id, LATER)
    await house.members.bind(house.binding(entry_id, ids.new_id(), LATER))


@pytest.mark.parametrize("side", ["entry", "person"])
async def test_of_many_at_once_one_wins(house: House, side: str) -> None:
    """The others read a clear error, from whichever side they come."""
    entry_id, user_id = await house.entry(), ids.new_id()
    tries = [
        house.binding(entry_id, ids.new_id()) if side == "entry" else house.binding(await house.entry(), user_id)
        for _ in range(5)
    ]
    results = await asyncio.gather(*map(house.members.bind, tries), return_exceptions=True)
    error = EntryTakenError if side == "entry" else AlreadyListedError
    assert [type(result) for result in results if result is not None] == [error] * 4


async def test_who_was_on_it_is_told_as_of_any_moment(house: House) -> None:
    """Neither before they said who they are, nor after they were taken off; the entry itself is a guest by its id."""
    entry_id, user_id = await house.bound()
    moments = [BEFORE, NOW, LATER - 1, LATER]
    await house.members.unbind(house.roster_id, entry_id, LATER)
    asked = [(user_id, at) for at in moments]
    assert await house.members.at(house.roster_id, asked) == [b"", entry_id, entry_id, b""]
    assert await house.members.at(house.roster_id, [(entry_id, BEFORE - 1), (entry_id, NOW)]) == [b"", entry_id]
    assert await house.members.at(ids.new_id(), asked) == [b""] * 4


async def test_an_entry_that_ends_ends_its_binding(house: House) -> None:
    """As whoever removes entries does it, in one transaction."""
    entry_id, user_id = await house.bound()
    _, other = await house.bound()
    assert await house.in_redis() == {user_id, other}
    async with house.engine.begin() as connection:
        await lock_roster(connection, house.roster_id)
        gone = update(roster_entries).where(roster_entries.c.entry_id == entry_id)
        await connection.execute(gone.values(valid_to=to_datetime(LATER)))
        left = await end(connection, [entry_id], LATER)
        rows = await record(connection, house.outbox, house.roster_id, left=left)
    await house.outbox.deliver_now(rows)
    assert await house.in_redis() == {other}
    assert await house.members.at(house.roster_id, [(user_id, NOW), (user_id, LATER)]) == [entry_id, b""]
    with pytest.raises(RosterEntryNotFoundError):
        await house.members.bind(house.binding(entry_id, user_id, LATER))


async def test_a_number_finds_its_entry(house: House) -> None:
    """On this roster alone, and nobody typed it: it only stands there as an index."""
    entry_id = await house.entry(Said("王小明", phone="13800000000"))
    [found] = await house.members.of_phone(house.roster_id, SEALING.by_phone(house.roster_id, "13800000000"))
    assert found.entry_id == entry_id
    assert await house.members.of_phone(house.roster_id, SEALING.by_phone(house.roster_id, "13800000001")) == []


async def test_what_is_not_there_is_told(house: House) -> None:
    """A roster that was deleted is none."""
    with pytest.raises(RosterEntryNotFoundError):
        await house.members.bind(house.binding(ids.new_id(), ids.new_id()))
    await house.execute(
        update(rosters).where(rosters.c.roster_id == house.roster_id).values(deleted_at=to_datetime(now_us()))
    )
    assert await house.members.present(house.roster_id) is None
    with pytest.raises(RosterNotFoundError):
        await house.members.bind(house.binding(ids.new_id(), ids.new_id()))


async def invited(house: House) -> Invite:
    """An invite of a new entry."""
    invite = Invite(house.roster_id, await house.entry(), bytes(16) + ids.new_id(), NOW, ids.new_id())
    await house.invites.add(invite)
    return invite


async def test_an_invite_makes_one_person_the_entry(house: House) -> None:
    """Of many at once one; for them it stays good, so that a lost answer is repeated."""
    invite, people = await invited(house), [ids.new_id() for _ in range(4)]
    accepting = (house.invites.accept(invite, user_id, NOW) for user_id in people)
    results = await asyncio.gather(*accepting, return_exceptions=True)
    [winner] = [user_id for user_id, result in zip(people, results, strict=True) if result is None]
    assert all(isinstance(result, ServiceError | None) for result in results)
    assert await house.members.at(house.roster_id, [(winner, NOW)]) == [invite.entry_id]
    await house.invites.accept(invite, winner, LATER)
    assert await house.invites.of_code(invite.code_digest) == replace(invite, used_by=winner)


async def test_who_was_taken_off_is_not_back_by_the_invite_they_used(house: House) -> None:
    """Staff who corrected a list would be overruled by a link in a chat."""
    invite, user_id = await invited(house), ids.new_id()
    await house.invites.accept(invite, user_id, NOW)
    await house.members.unbind(house.roster_id, invite.entry_id, LATER)
    spent = await house.invites.of_code(invite.code_digest)
    assert spent is not None and not spent.is_open(user_id, LATER)
    with pytest.raises(EntryInviteUnknownError):
        await house.invites.accept(invite, user_id, LATER)
    assert await house.members.at(house.roster_id, [(user_id, LATER)]) == [b""]


async def test_a_new_invite_ends_the_one_before(house: House) -> None:
    """And who used that one up binds nobody."""
    old = await invited(house)
    new = replace(old, code_digest=bytes(16) + ids.new_id())
    await house.invites.add(new)
    assert await house.invites.of_code(old.code_digest) is None
    with pytest.raises(EntryInviteUnknownError):
        await house.invites.accept(old, ids.new_id(), NOW)
    assert await house.revision() == 1
    assert await house.invites.of_code(new.code_digest) == new
