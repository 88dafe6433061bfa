"""Rosters in a real Redis, as activity writes them and checkin reads them."""

from collections.abc import AsyncIterator

import grpc
import pytest

from domainkit.roster_sets import MARKER, key_of
from servicekit.ids import new_id
from servicekit.redis import cache
from services.activity.rosters.present import Present, RosterSets
from services.checkin.judging.roster_client import Rosters


@pytest.fixture
async def rosters(redis: cache.Redis) -> AsyncIterator[Rosters]:
    """With nobody to ask but Redis."""
    async with grpc.aio.insecure_channel("127.0.0.1:1") as channel:
        yield Rosters(channel, redis)


async def test_who_is_in_a_whole_set_is_listed(redis: cache.Redis, rosters: Rosters) -> None:
    """Of all others, and of another roster, nobody can tell; nor of anybody once the marker is gone."""
    sets, roster_id, member = RosterSets(redis), new_id(), new_id()
    assert await sets.write(roster_id, await sets.begin(roster_id), Present(3, [member, new_id()]))
    asked = [(roster_id, member, 7, True), (roster_id, new_id(), 7, True), (new_id(), member, 7, True)]
    assert await rosters.are_listed(asked) == [True, None, None]
    await redis.srem(key_of(roster_id), MARKER)
    assert await rosters.are_listed(asked) == [None] * 3
