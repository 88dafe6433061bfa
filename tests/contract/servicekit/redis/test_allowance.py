"""An allowance is spent one by one, on the real Redis and on the fake."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from servicekit import ids
from servicekit.redis import cache
from servicekit.redis.allowance import Allowance
from servicekit.redis.cache import Redis
from tests.fakes.activity import FakeRedis

WINDOW_S = 600


@pytest.fixture(params=["real", "fake"])
async def redis(request: pytest.FixtureRequest, redis_url: str) -> AsyncIterator[Any]:
    """Either of the two."""
    if request.param == "fake":
        yield FakeRedis()
    else:
        client = cache.connect(redis_url, timeout_s=10)
        yield client
        await client.aclose()


def of_three(redis: Redis) -> Allowance:
    """Three per person; each call is another process."""
    return Allowance(redis, b"guess:test:", limit=3, window_s=WINDOW_S)


async def test_the_items_of_a_batch_are_counted_one_by_one(redis: Redis) -> None:
    """Those that do not count spend nothing, and are refused like the others when all is spent."""
    person, neighbour = ids.new_id(), ids.new_id()
    items = [(person, True), (person, False), (person, True), (neighbour, True), (person, True), (person, True)]

    waits = await of_three(redis).spend([*items, (person, False)])

    assert [wait_s > 0 for wait_s in waits] == [False] * 5 + [True, True]
    assert all(0 <= wait_s <= WINDOW_S for wait_s in waits)


async def test_processes_count_together_also_at_the_same_instant(redis: Redis) -> None:
    """Ten of them let three through in all; each then knows without asking."""
    person, processes = ids.new_id(), [of_three(redis) for _ in range(10)]

    waits = await asyncio.gather(*(process.spend([(person, True)] * 2) for process in processes))

    assert Counter(wait_s > 0 for pair in waits for wait_s in pair) == {False: 3, True: 17}
    assert [process.wait_s(person) > 0 for process in processes] == [pair[1] > 0 for pair in waits]


async def test_without_redis_each_process_counts_for_itself() -> None:
    """From what it knew."""
    redis = FakeRedis()
    person, process = ids.new_id(), of_three(redis)  # type: ignore[arg-type]
    await process.spend([(person, True)])
    redis.is_gone = True

    waits = await process.spend([(person, True)] * 3)

    assert [wait_s > 0 for wait_s in waits] == [False, False, True]
    assert process.wait_s(person) > 0


async def test_a_window_ends(redis_url: str) -> None:
    """A second later everybody has all of it again."""
    redis = cache.connect(redis_url, timeout_s=10)
    person, process = ids.new_id(), Allowance(redis, b"guess:test:", limit=1, window_s=1)
    assert await process.spend([(person, True)]) == [0]

    async def has_some() -> bool:
        """Whether there is something left."""
        return await process.spend([(person, False)]) == [0]

    assert not await has_some()
    async with asyncio.timeout(5):
        while not await has_some():  # noqa: ASYNC110  a counter rings no bell
            await asyncio.sleep(0.02)
    await redis.aclose()
