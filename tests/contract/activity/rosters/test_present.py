"""Rosters in a real Redis: whatever is lost, late or told twice, a set that stands is right."""

import asyncio
from dataclasses import dataclass, field

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domainkit.roster_sets import MARKER, key_of
from servicekit.ids import new_id
from servicekit.rabbitmq.outbox import OutboxRow
from servicekit.redis import cache
from services.activity.rosters.present import Change, Loading, Present, RosterSets, apply_effect

_PEOPLE = [bytes([number]) * 16 for number in range(4)]


@dataclass
class Model:
    """A roster as MySQL has it, revision by revision, and what Redis was told of it."""

    roster_id: bytes = field(default_factory=new_id)
    states: list[frozenset[bytes]] = field(default_factory=lambda: [frozenset()])
    changes: list[Change] = field(default_factory=list)
    told: int = 0

    def change(self, person: bytes) -> None:
        """Somebody joins, or leaves where they are on it."""
        before, moved = self.states[-1], frozenset([person])
        self.states.append(before ^ moved)
        joined, left = ([], [person]) if person in before else ([person], [])
        self.changes.append(Change(self.roster_id, len(self.states) - 1, joined, left))

    def present(self) -> Present:
        """As it is read now."""
        return Present(len(self.states) - 1, self.states[-1])


_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("change"), st.sampled_from(_PEOPLE)),
        st.tuples(st.just("tell"), st.integers(0, 30)),
        st.tuples(st.sampled_from(["begin", "read", "write"]), st.integers(0, 1)),
        st.tuples(st.just("lose"), st.sampled_from(["everything", "people", "heard"])),
    ),
    max_size=30,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS)
def test_a_set_that_stands_lacks_nothing_it_was_told(redis_url: str, steps: list[tuple[str, object]]) -> None:
    """It is the roster at a revision that is no older than any that Redis was told, in whatever order things happen."""
    asyncio.run(_run(redis_url, steps))


async def _run(redis_url: str, steps: list[tuple[str, object]]) -> None:
    redis = cache.connect(redis_url, timeout_s=10)
    sets, model = RosterSets(redis), Model()
    begun: dict[object, bytes] = {}
    read: dict[object, tuple[bytes, Present]] = {}
    try:
        for step, which in steps:
            match step:
                case "change":
                    assert isinstance(which, bytes)
                    model.change(which)
                case "tell" if model.changes:
                    assert isinstance(which, int)
                    change = model.changes[which % len(model.changes)]
                    model.told = max(model.told, change.revision)
                    await sets.apply(change)
                case "begin":
                    begun[which] = await sets.begin(model.roster_id)
                case "read" if which in begun:
                    read[which] = begun.pop(which), model.present()
                case "write" if which in read:
                    await sets.write(model.roster_id, *read.pop(which))
                case "lose":
                    people = key_of(model.roster_id)
                    lost = {"people": [people], "heard": [people + b":heard"]}
                    await redis.delete(*lost.get(str(which), [people, people + b":heard"]))
            await _check(redis, model)
    finally:
        await redis.delete(key_of(model.roster_id), key_of(model.roster_id) + b":heard")
        await redis.aclose()


async def _check(redis: cache.Redis, model: Model) -> None:
    found = await redis.smembers(key_of(model.roster_id))
    if found:
        assert MARKER in found
        assert found - {MARKER} in model.states[model.told :]


async def test_changes_in_order_keep_a_set(redis: cache.Redis) -> None:
    """Nobody has to write it anew."""
    sets, model = RosterSets(redis), Model()
    assert await sets.write(model.roster_id, await sets.begin(model.roster_id), model.present())
    for person in (*_PEOPLE, _PEOPLE[0]):
        model.change(person)
        await sets.apply(model.changes[-1])
    assert await redis.smembers(key_of(model.roster_id)) == {MARKER, *_PEOPLE[1:]}
    assert 5 * 3600 < await redis.ttl(key_of(model.roster_id)) <= 6 * 3600


async def test_who_left_as_one_entry_and_joined_as_another_is_on_it(redis: cache.Redis) -> None:
    """In one change, as an import may make it."""
    sets, model = RosterSets(redis), Model()
    model.change(_PEOPLE[0])
    assert await sets.write(model.roster_id, await sets.begin(model.roster_id), model.present())
    await sets.apply(Change(model.roster_id, 2, [_PEOPLE[0]], [_PEOPLE[0]]))
    assert await redis.smembers(key_of(model.roster_id)) == {MARKER, _PEOPLE[0]}


async def test_a_gap_drops_the_set(redis: cache.Redis) -> None:
    """What the change before did is not known; what was read before either is not written."""
    sets, model = RosterSets(redis), Model()
    since, old = await sets.begin(model.roster_id), model.present()
    assert await sets.write(model.roster_id, since, old)
    model.change(_PEOPLE[0])
    model.change(_PEOPLE[1])
    await sets.apply(model.changes[-1])
    assert not await sets.is_there(model.roster_id)
    assert not await sets.write(model.roster_id, since, old)
    assert await sets.write(model.roster_id, since, model.present())


async def test_thousands_are_written_whole(redis: cache.Redis) -> None:
    """In several commands, and one moment."""
    sets, roster_id = RosterSets(redis), new_id()
    people = [number.to_bytes(16) for number in range(12_000)]
    assert await sets.write(roster_id, await sets.begin(roster_id), Present(7, people))
    assert await redis.scard(key_of(roster_id)) == len(people) + 1


async def test_a_roster_that_is_missing_is_loaded_once(redis: cache.Redis) -> None:
    """However many ask meanwhile; one that is there is not read again."""
    sets, roster_id, reads = RosterSets(redis), new_id(), []

    async def read(roster_id: bytes) -> Present:
        reads.append(roster_id)
        return Present(3, _PEOPLE)

    loading = Loading(sets, read)
    for _ in range(5):
        loading.hasten(roster_id)
    await loading.drain()
    loading.hasten(roster_id)
    await loading.drain()
    assert reads == [roster_id]
    assert await redis.smembers(key_of(roster_id)) == {MARKER, *_PEOPLE}


async def test_a_change_comes_through_the_outbox(redis: cache.Redis) -> None:
    """As its row says it; what cannot be told now is told again."""
    sets, model = RosterSets(redis), Model()
    await sets.write(model.roster_id, await sets.begin(model.roster_id), model.present())
    model.change(_PEOPLE[2])
    await apply_effect(sets)(model.changes[0].row())
    assert await redis.smembers(key_of(model.roster_id)) == {MARKER, _PEOPLE[2]}
    with pytest.raises(msgspec.MsgspecError):
        await apply_effect(sets)(OutboxRow.effect("roster", b""))
