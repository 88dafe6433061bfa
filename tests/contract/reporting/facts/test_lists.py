"""Lists of facts on a real database, beside the same in memory."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit import ids
from servicekit.clock import SECOND_US
from services.reporting.domain import IN, OUT, Cursor, Filter, Status
from services.reporting.facts.lists import FactLists, Narrowed, Step, new_list, who_moved
from services.reporting.project import Change
from services.reporting.tables import facts
from tests.contract.reporting.facts.test_store import House
from tests.fakes.reporting import FakeFacts
from tests.unit.reporting.facts.test_fact import NINE


@pytest.fixture
async def house(engine: AsyncEngine) -> House:
    """An activity nobody came to."""
    house = House(engine)
    await house.make()
    return house


_STATUSES = st.sampled_from(list(Status))
_PUNCTUALITIES = st.sampled_from(["", "on_time", "late", "early_leave"])
_TOLD = st.tuples(
    st.integers(1, 9), st.integers(1, 3), st.sampled_from([IN, OUT]), _STATUSES, st.integers(0, 3), _PUNCTUALITIES
)
_USERS = st.none() | st.lists(st.integers(1, 9), unique=True).map(lambda users: [bytes([user]) * 16 for user in users])
_FILTERS = st.builds(
    Filter,
    status=st.just(0) | st.sampled_from([int(status) for status in Status]),
    method=st.sampled_from(["", "", "qr", "码"]),
    reason=st.sampled_from(["", "", "LATE", "OUT_WITHOUT_IN", "LAT", "' OR 1=1 -- "]),
    gate=st.sampled_from(["", "北门", "南门"]),
    punctuality=_PUNCTUALITIES,
    from_at=st.just(0) | st.integers(0, 3).map(lambda at: NINE + at * SECOND_US),
    to_at=st.just(0) | st.integers(0, 4).map(lambda at: NINE + at * SECOND_US),
)


async def walk(lists: FactLists | FakeFacts, house: House, narrowed: Narrowed, cursor: Cursor, size: int) -> list[Step]:
    """All steps of one part of a list, page by page."""
    found: list[Step] = []
    while page := await lists.page(house.activity_id, narrowed, cursor, size):
        found += page
        cursor = page[-1].cursor(cursor.began, cursor.part)
    return found


def by_person(steps: list[Step]) -> list[tuple[bytes, bytes]]:
    """Who comes when."""
    return [(step.person.user_id, step.person.occurrence_id) for step in steps]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(st.lists(_TOLD, min_size=1, max_size=8), min_size=1, max_size=4),
    narrowed=st.builds(Narrowed, seat=_FILTERS, user_ids=_USERS),
    size=st.integers(1, 4),
)
async def test_mysql_says_what_a_list_in_memory_says(
    house: House, batches: list[list[tuple[int, int, int, Status, int, str]]], narrowed: Narrowed, size: int
) -> None:
    """Whoever is filtered, in the same order, page by page; who moved after each batch; and who stands where."""
    house.activity_id, house.occurrence_id = ids.new_id(), ids.new_id()
    await house.make()
    real, fake, said = FactLists(house.engine), FakeFacts(), dict[tuple[int, int, int], Change]()
    began: list[tuple[int, int]] = []
    for batch in batches:
        began.append((await real.written_at(house.activity_id), await fake.written_at(house.activity_id)))
        changes = [
            said.setdefault(
                (user, revision, way),
                house.change(user, revision, way, status=status, at=NINE + at * SECOND_US, punctuality=punctuality),
            )
            for user, revision, way, status, at, punctuality in batch
        ]
        await house.facts.save(changes)
        await fake.apply({house.activity_id: changes})
    shown = by_person(await walk(real, house, narrowed, new_list(0), size))
    assert shown == by_person(await walk(fake, house, narrowed, new_list(0), size))
    assert len(shown) == len(set(shown))
    for of_real, of_fake in began:
        moved = by_person(await walk(real, house, narrowed, who_moved(of_real), size))
        assert moved == by_person(await walk(fake, house, narrowed, who_moved(of_fake), size))
    in_real, in_fake = await real.standing(house.activity_id), await fake.standing(house.activity_id)
    assert (in_real.held, sorted(in_real.others)) == (in_fake.held, sorted(in_fake.others))
    some = [bytes([user]) * 16 for user in (1, 2, 3)]
    assert sorted(await real.of(house.activity_id, some)) == sorted(await fake.of(house.activity_id, some))


async def test_a_garbled_fact_leaves_the_others(house: House) -> None:
    """It is noted, and shown by nobody; what comes later of the same person is written."""
    await house.facts.save([house.change(1), house.change(2)])
    async with house.engine.begin() as connection:
        of_first = (facts.c.activity_id == house.activity_id, facts.c.user_id == bytes([1]) * 16)
        await connection.execute(update(facts).where(*of_first).values(came=b"garbled"))
    lists = FactLists(house.engine)
    assert by_person(await lists.page(house.activity_id, Narrowed(), new_list(0), 9)) == [
        (bytes([2]) * 16, house.occurrence_id)
    ]
    assert await house.facts.save([house.change(1, 2)]) == []
    assert len(await lists.page(house.activity_id, Narrowed(), new_list(0), 9)) == 2


async def test_lots_are_drawn_as_in_memory(house: House) -> None:
    """Of all who are checked in, in an order that is the seed's own, page by page."""
    real, fake = FactLists(house.engine), FakeFacts()
    statuses = [Status.CHECKED_IN] * 7 + [Status.REFUSED, Status.PENDING_REVIEW]
    changes = [house.change(user, 1, IN, status=status) for user, status in enumerate(statuses, 1)]
    await house.facts.save(changes)
    await fake.apply({house.activity_id: changes})
    orders = []
    for seed in (bytes(16), b"s" * 16, b"\xff" * 16):
        first = await real.lots(house.activity_id, seed, b"", 4)
        rest = await real.lots(house.activity_id, seed, first[-1].lot, 4)
        drawn = [(each.person.user_id, each.lot) for each in [*first, *rest] if each.person]
        told = await fake.lots(house.activity_id, seed, b"", 9)
        assert drawn == [(each.person.user_id, each.lot) for each in told if each.person]
        orders.append([user_id for user_id, _ in drawn])
    assert len({tuple(order) for order in orders}) == 3
    assert {frozenset(order) for order in orders} == {frozenset(bytes([user]) * 16 for user in range(1, 8))}
