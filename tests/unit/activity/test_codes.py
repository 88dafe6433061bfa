"""Codes typed by a whole room at once, and the limit on guessing."""

import asyncio

import pytest

from domainkit.guesses import guess_limit
from servicekit import ids
from servicekit.errors import UnavailableError
from services.activity.codes import CodeResolver
from services.activity.domain import Activity
from services.activity.errors import CodeLockedError, CodeWrongError
from tests.fakes.activity import STARTS_AT, FakeRedis, FakeStore, a_draft

WRONG_CODE = "CCCCCC"


class BrokenStore(FakeStore):
    """A store whose database is gone."""

    async def find(self, **keys: object) -> list[Activity]:
        """Fails."""
        raise UnavailableError("the database is not reachable; try again")


def a_published(store: FakeStore) -> Activity:
    """A published activity in the store."""
    activity = a_draft(ids.new_id(), ids.new_id(), ids.new_id()).publish(STARTS_AT)
    store.activities[activity.activity_id] = activity
    return activity


def a_resolver(store: FakeStore) -> CodeResolver:
    """A resolver with a Redis of its own."""
    return CodeResolver(store, guess_limit(FakeRedis()))  # type: ignore[arg-type]


async def test_a_thousand_people_with_one_code_cost_one_read() -> None:
    """They go together."""
    store = FakeStore()
    activity, resolver = a_published(store), a_resolver(store)

    found = await asyncio.gather(*(resolver.find(ids.new_id(), activity.code) for _ in range(1000)))

    assert found == [activity] * 1000
    assert store.reads == 1


async def test_a_wrong_code_among_right_ones_hurts_its_owner_only() -> None:
    """Each gets an answer of their own."""
    store = FakeStore()
    activity, resolver = a_published(store), a_resolver(store)
    codes = [activity.code, WRONG_CODE, activity.code]

    answers = await asyncio.gather(*(resolver.find(ids.new_id(), code) for code in codes), return_exceptions=True)

    assert [type(answer) for answer in answers] == [Activity, CodeWrongError, Activity]


async def test_a_lock_holds_for_the_right_code_too() -> None:
    """Five wrong ones, whatever came between them."""
    store = FakeStore()
    activity, resolver = a_published(store), a_resolver(store)
    guesser = ids.new_id()
    for _ in range(5):
        await resolver.find(guesser, activity.code)
        with pytest.raises(CodeWrongError):
            await resolver.find(guesser, WRONG_CODE)

    with pytest.raises(CodeLockedError):
        await resolver.find(guesser, activity.code)


async def test_a_guess_that_nobody_could_check_does_not_count() -> None:
    """The database's outage locks nobody out."""
    redis = FakeRedis()
    guesser, limit = ids.new_id(), guess_limit(redis)  # type: ignore[arg-type]
    resolver = CodeResolver(BrokenStore(), limit)

    for _ in range(6):
        with pytest.raises(UnavailableError):
            await resolver.find(guesser, WRONG_CODE)

    assert await limit.spend([(guesser, False)]) == [0]
