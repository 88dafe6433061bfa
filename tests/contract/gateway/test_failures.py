"""Failed sign-ins by address: many at once gain nothing, good ones cost nothing, replicas share."""

import asyncio
from collections import Counter

import pytest

from gateway.failures import FailedSignInsError, Failures
from servicekit import ids
from servicekit.errors import ServiceError, UnauthenticatedError, UnavailableError
from servicekit.redis import cache
from servicekit.redis.cache import Redis

# A bucket of one that takes 100 s to fill: however slow the machine, nothing comes back during a test.
PER_S = 0.01


@pytest.fixture
def address() -> str:
    """One that nobody else has."""
    return ids.to_text(ids.new_id())


def of_one(redis: Redis) -> Failures:
    """One failure, and another one a hundred seconds later; each call is another replica."""
    return Failures(redis, PER_S)


async def sign_in(failures: Failures, address: str, error: ServiceError | None = None) -> str:
    """How a sign-in ended."""
    try:
        async with failures.counted(address):
            await asyncio.sleep(0)
            if error is not None:
                raise error
    except ServiceError as caught:
        return caught.reason
    return "ok"


async def test_failures_at_the_same_instant_are_counted_one_by_one(redis: Redis, address: str) -> None:
    """None passes because the others have not failed yet."""
    failures = of_one(redis)

    ends = await asyncio.gather(*(sign_in(failures, address, UnauthenticatedError("wrong")) for _ in range(30)))

    assert Counter(ends) == {"UNAUTHENTICATED": 1, "TOO_MANY_FAILED_SIGN_INS": 29}
    assert await sign_in(failures, "another", None) == "ok"


async def test_good_ones_and_outages_cost_nothing(redis: Redis, address: str) -> None:
    """However many there are."""
    failures = of_one(redis)

    for _ in range(20):
        assert await sign_in(failures, address) == "ok"
        assert await sign_in(failures, address, UnavailableError("WeChat is gone")) == "UNAVAILABLE"


async def test_replicas_share_what_an_address_may_fail(redis: Redis, address: str) -> None:
    """The second one lets one try through, hears that it was too many, and then knows."""
    first, second = of_one(redis), of_one(redis)
    wrong = UnauthenticatedError("wrong")
    await sign_in(first, address, wrong)
    await sign_in(second, address, wrong)

    with pytest.raises(FailedSignInsError) as caught:
        async with second.counted(address):
            pytest.fail("let in")

    # Alone it would have been a hundred seconds.
    assert caught.value.retry_after_s is not None and caught.value.retry_after_s > 100


async def test_without_redis_a_replica_counts_for_itself(address: str) -> None:
    """The limit gets wider by the replicas, and never opens."""
    failures = of_one(cache.connect("redis://127.0.0.1:1/0"))
    wrong = UnauthenticatedError("wrong")

    assert [await sign_in(failures, address, wrong) for _ in range(3)] == [
        "UNAUTHENTICATED",
        *["TOO_MANY_FAILED_SIGN_INS"] * 2,
    ]
