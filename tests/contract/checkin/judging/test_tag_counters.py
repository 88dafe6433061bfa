"""To which attempts readings of SUN tags belong, in a real Redis and in the fake."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from typing import Protocol

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from servicekit.clock import now_us
from servicekit.ids import new_id
from servicekit.redis import cache
from services.checkin.judging.tag_counters import WINDOW, TagCounters
from services.checkin.judging.taps import Reading, Verdict
from services.checkin.seats.seats import SINCE, Seats
from tests.fakes.checkin import FakeTagCounters

OWN, USED, OLD, UNSURE, FORGOTTEN = Verdict
CLOSES_AT = now_us() + 3_600_000_000
ACTIVITY = new_id()


class Counters(Protocol):
    """What both can."""

    async def take(self, readings: Sequence[Reading]) -> list[Verdict] | None:
        """See `TagCounters.take`."""

    async def note(self, readings: Sequence[Reading]) -> None:
        """See `TagCounters.note`."""

    async def keep(self, readings: Sequence[Reading]) -> None:
        """See `TagCounters.keep`."""


@pytest.fixture(params=["redis", "fake"])
async def counters(request: pytest.FixtureRequest, redis: cache.Redis) -> Counters:
    """The real ones, in a Redis that remembers since before any tag, and those that other tests use."""
    if request.param == "fake":
        return FakeTagCounters()
    await Seats(redis).remember_since()
    return TagCounters(redis)


def readings(tag_id: bytes, *counted: int, owner: bytes = b"") -> list[Reading]:
    """Readings of a tag, of an attempt each or all of one."""
    return [Reading(ACTIVITY, tag_id, counter, owner or new_id(), CLOSES_AT) for counter in counted]


async def test_a_reading_belongs_to_the_attempt_that_first_brings_it(counters: Counters) -> None:
    """In one batch and later, of each tag by itself, and for ever."""
    tag, other = new_id(), new_id()
    [first], [second] = readings(tag, 1), readings(tag, 1)
    assert await counters.take([first, second, *readings(other, 1)]) == [OWN, USED, OWN]
    assert await counters.take([second, first]) == [USED, OWN]


async def test_readings_come_in_any_order_within_the_window(counters: Counters) -> None:
    """The edge is in; one below it is out, save for whom it belongs to."""
    tag = new_id()
    early = readings(tag, 3)
    assert await counters.take(early) == [OWN]
    assert await counters.take(readings(tag, WINDOW + 10)) == [OWN]
    assert await counters.take(readings(tag, 10, 9)) == [OWN, OLD]
    assert await counters.take(early) == [OWN]


async def test_what_nobody_could_check_is_kept_from_others(counters: Counters) -> None:
    """Its own attempt may come again and is not surer than before; what was taken before stays taken."""
    tag = new_id()
    taken, noted = readings(tag, 1, 2)
    assert await counters.take([taken]) == [OWN]
    await counters.note([noted, *readings(tag, 1)])
    assert await counters.take([noted, taken, *readings(tag, 2)]) == [UNSURE, OWN, USED]


async def test_what_nobody_could_judge_is_kept_as_if_it_were_taken(counters: Counters) -> None:
    """Where that can be told; what is another's stays so, and what is older than the window gets no surer."""
    tag = new_id()
    [taken] = readings(tag, WINDOW + 10)
    assert await counters.take([taken]) == [OWN]
    fresh, old, other = readings(tag, 11, 2, WINDOW + 10)
    await counters.keep([fresh, old, other])
    assert await counters.take([fresh, old, taken, *readings(tag, 11, 2)]) == [OWN, UNSURE, OWN, USED, USED]


async def test_a_tag_that_is_young_may_have_been_forgotten(counters: Counters) -> None:
    """Its activity was put off until its hash was over: what activity knows of it may have been used."""
    tag = new_id()
    brought = [each._replace(recorded=5) for each in readings(tag, 5, 6)]
    assert await counters.take(brought) == [UNSURE, OWN]


async def test_of_many_at_once_one_is_first(counters: Counters) -> None:
    """Two phones that read the same URL in the same instant."""
    tag = new_id()
    found = await asyncio.gather(*(counters.take(readings(tag, 7)) for _ in range(8)))
    assert sorted(verdict for each in found if each for verdict in each) == [OWN] + [USED] * 7


async def test_a_forgotten_tag_is_trusted_above_what_may_have_been_used(redis: cache.Redis) -> None:
    """Until then nobody can tell of any of its readings; saying it twice changes nothing."""
    tag, counters = new_id(), TagCounters(redis)
    await redis.set(SINCE, now_us() + 60_000_000)
    low, high = readings(tag, 5, 6)
    assert await counters.take([low, high]) == [FORGOTTEN] * 2
    await counters.note([low])
    for used in (5, 900):
        await counters.trust(ACTIVITY, {tag: used}, CLOSES_AT)
    assert await counters.take([low, *readings(tag, 5, 4), high]) == [UNSURE, USED, UNSURE, OWN]
    await redis.delete(SINCE)


async def test_a_redis_that_does_not_know_since_when_it_remembers_trusts_no_tag(redis: cache.Redis) -> None:
    """It was just emptied."""
    await redis.delete(SINCE)
    assert await TagCounters(redis).take(readings(new_id(), 1)) == [FORGOTTEN]


async def test_readings_are_remembered_until_a_day_after_the_close(redis: cache.Redis) -> None:
    """With those of all tags of the activity in one slot of a cluster."""
    await Seats(redis).remember_since()
    tag = new_id()
    await TagCounters(redis).take(readings(tag, 1))
    key = b"checkin:nfc:{%s}:" % ACTIVITY.hex().encode() + tag
    left_s = (CLOSES_AT - now_us()) // 1_000_000
    assert left_s + 86_400 - 60 < await redis.ttl(key) <= left_s + 86_400 + 60


async def test_without_redis_nobody_can_tell_and_nobody_is_kept_waiting() -> None:
    """What is touched then goes to a human."""
    gone = cache.connect("redis://127.0.0.1:1/0")
    assert await TagCounters(gone).take(readings(new_id(), 1)) is None
    await gone.aclose()


_BATCHES = st.lists(
    st.lists(st.tuples(st.integers(0, 3 * WINDOW), st.integers(0, 3)), min_size=1, max_size=6), max_size=12
)


@settings(deadline=None, max_examples=60)
@example(batches=[[(0, 0)], [(1, 0)]], noted=set(), kept={0, 1})
@given(batches=_BATCHES, noted=st.sets(st.integers(0, 11)), kept=st.sets(st.integers(0, 11)))
def test_redis_says_what_the_model_says(
    redis_url: str, batches: list[list[tuple[int, int]]], noted: set[int], kept: set[int]
) -> None:
    """Whatever comes in whatever order, checked or not: the same verdicts, and no reading is two attempts'."""

    async def play() -> None:
        async with aclosing(cache.connect(redis_url, timeout_s=10)) as redis:
            await compare(redis)

    async def compare(redis: cache.Redis) -> None:
        await Seats(redis).remember_since()
        tag, owners = new_id(), [new_id() for _ in range(4)]
        real, model = TagCounters(redis), FakeTagCounters()
        held: dict[int, bytes] = {}
        for number, batch in enumerate(batches):
            brought = [Reading(ACTIVITY, tag, counter, owners[owner], CLOSES_AT) for counter, owner in batch]
            if number in noted:
                await real.note(brought)
                await model.note(brought)
            if number in kept:
                await real.keep(brought)
                await model.keep(brought)
            verdicts = await real.take(brought)
            assert verdicts == await model.take(brought)
            for reading, verdict in zip(brought, verdicts or [], strict=True):
                if verdict is OWN:
                    assert held.setdefault(reading.counter, reading.owner) == reading.owner

    asyncio.run(play())
