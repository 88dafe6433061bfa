"""To which attempts personal codes belong, in a real Redis and in the fake."""

import asyncio

import pytest

from servicekit.ids import new_id
from servicekit.redis import cache
from services.checkin.judging.nonces import Nonces
from services.checkin.judging.person_codes import NoncesPort, Showing
from tests.fakes.checkin import FakeNonces


@pytest.fixture(params=["redis", "fake"])
def nonces(request: pytest.FixtureRequest, redis: cache.Redis) -> NoncesPort:
    """The real ones, and those that other tests use."""
    return Nonces(redis) if request.param == "redis" else FakeNonces()


def said() -> bytes:
    """What a code says that nobody has shown."""
    return new_id() + new_id()[4:]


async def test_a_code_belongs_to_the_attempt_that_first_shows_it(nonces: NoncesPort) -> None:
    """In one batch and later, and to nobody else; each code by itself."""
    code, other, first, second = said(), said(), new_id(), new_id()
    shown = [Showing(code, first, True), Showing(code, second, True), Showing(other, second, True)]
    assert await nonces.owners(shown) == [first, first, second]
    assert await nonces.owners(shown[1:]) == [first, second]


async def test_a_code_that_is_over_becomes_nobody_s(nonces: NoncesPort) -> None:
    """It still belongs to the attempt that showed it in its time."""
    code, first, late = said(), new_id(), new_id()
    assert await nonces.owners([Showing(code, late, False)]) == [None]
    assert await nonces.owners([Showing(code, first, True)]) == [first]
    assert await nonces.owners([Showing(code, first, False), Showing(code, late, False)]) == [first, first]


async def test_of_many_at_once_one_is_first(nonces: NoncesPort) -> None:
    """Two staff who scan one phone in the same instant."""
    code, attempts = said(), [new_id() for _ in range(8)]
    owners = await asyncio.gather(*(nonces.owners([Showing(code, each, True)]) for each in attempts))
    assert len({owner for each in owners if each for owner in each}) == 1


async def test_a_code_is_remembered_for_a_day(redis: cache.Redis) -> None:
    """Longer than any phone at a door is without a network on one day."""
    code = said()
    await Nonces(redis).owners([Showing(code, new_id(), True)])
    assert 86_000 < await redis.ttl(b"checkin:code:" + code) <= 86_400


async def test_without_redis_nobody_can_tell_and_nobody_is_kept_waiting() -> None:
    """What is shown then goes to a human."""
    gone = cache.connect("redis://127.0.0.1:1/0")
    assert await Nonces(gone).owners([Showing(said(), new_id(), True)]) is None
    await gone.aclose()
