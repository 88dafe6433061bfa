"""Asking who is on a roster: Redis lets in, activity tells of all others, and silence is no answer."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from domainkit.roster_sets import MARKER, key_of
from protos.activity.v1 import rosters_pb2 as pb
from protos.activity.v1 import rosters_pb2_grpc
from servicekit.breaker import AsyncBreaker
from servicekit.errors import UnavailableError
from servicekit.ids import new_id
from servicekit.redis.cache import RedisError
from services.activity.rosters.members_rpc import ACCESS
from services.checkin.judging.roster_client import TIMEOUT_S, Asked, Rosters
from tests.component.conftest import Loopback

ROSTER, OTHER = new_id(), new_id()
MEMBER, STRANGER = new_id(), new_id()


@dataclass
class Sets:
    """SMISMEMBER in a pipeline; counts its trips."""

    sets: dict[bytes, set[bytes]] = field(default_factory=dict)
    breaker: AsyncBreaker = field(default_factory=lambda: AsyncBreaker("redis", fail_max=1000))
    is_gone: bool = False
    trips: int = 0

    def pipeline(self, *, transaction: bool) -> "Sets":
        """An empty one."""
        self.asked: list[tuple[bytes, list[bytes]]] = []
        return self

    def smismember(self, key: bytes, members: list[bytes]) -> None:
        """Keeps a question."""
        self.asked.append((key, members))

    async def execute(self) -> list[list[int]]:
        """Answers them all."""
        self.trips += 1
        if self.is_gone:
            raise RedisError("gone")
        return [[int(member in self.sets.get(key, ())) for member in members] for key, members in self.asked]


@dataclass
class Servicer(rosters_pb2_grpc.RosterMemberServiceServicer):
    """Knows who is listed, unless a test says that it hangs, is gone or answers for others."""

    listed: set[bytes] = field(default_factory=set)
    asked: list[tuple[bytes, list[tuple[bytes, int]]]] = field(default_factory=list)
    hangs_s: float = 0.0
    is_gone: bool = False
    surplus: int = 0

    async def BatchGetMemberships(
        self, request: pb.BatchGetMembershipsRequest, context: object
    ) -> pb.BatchGetMembershipsResponse:
        """See rosters.proto."""
        self.asked.append((request.roster_id, [(each.user_id, each.at) for each in request.asked]))
        if self.is_gone:
            raise UnavailableError("gone")
        await asyncio.sleep(self.hangs_s)
        entry_ids = [new_id() if each.user_id in self.listed else b"" for each in request.asked]
        return pb.BatchGetMembershipsResponse(entry_ids=[*entry_ids, *[b""] * self.surplus])


@dataclass
class House:
    """A client with what it asks."""

    loopback: Loopback
    servicer: Servicer = field(default_factory=Servicer)
    redis: Any = field(default_factory=Sets)

    async def start(self) -> None:
        """Serves, and connects as checkin does and as the recorder does."""
        register = rosters_pb2_grpc.add_RosterMemberServiceServicer_to_server
        await self.loopback.serve("activity", register, self.servicer, ACCESS)
        self.rosters = Rosters(self.loopback.connect("activity", "checkin"), self.redis)
        self.completing = Rosters(self.loopback.connect("activity", "recorder"))


@pytest.fixture
async def house(loopback: Loopback) -> House:
    """A roster that Redis knows whole, with one member."""
    house = House(loopback)
    house.redis.sets[key_of(ROSTER)] = {MARKER, MEMBER}
    house.servicer.listed.add(MEMBER)
    await house.start()
    return house


def came(user_id: bytes, roster_id: bytes = ROSTER, at: int = 7, *, is_now: bool = True) -> Asked:
    """Somebody who asks to be let in."""
    return roster_id, user_id, at, is_now


async def test_whom_redis_knows_nobody_is_asked_about(house: House) -> None:
    """All rosters of a batch in one trip."""
    house.redis.sets[key_of(OTHER)] = {MARKER, STRANGER}
    assert await house.rosters.are_listed([came(MEMBER), came(STRANGER, OTHER), came(MEMBER)]) == [True] * 3
    assert (house.redis.trips, house.servicer.asked) == (1, [])


async def test_who_is_not_in_the_set_is_asked_about_as_of_their_arrival(house: House) -> None:
    """Once for each roster; the set may be behind."""
    house.servicer.listed.add(STRANGER)
    newcomer = new_id()
    asked = [came(STRANGER), came(MEMBER), came(newcomer, at=9), came(newcomer, OTHER)]
    assert await house.rosters.are_listed(asked) == [True, True, False, False]
    assert sorted(house.servicer.asked) == sorted([(ROSTER, [(STRANGER, 7), (newcomer, 9)]), (OTHER, [(newcomer, 7)])])


@pytest.mark.parametrize("left", [set(), {MEMBER}, None])
async def test_a_set_that_is_missing_or_not_whole_is_not_an_empty_one(house: House, left: set[bytes] | None) -> None:
    """Nothing is said of anybody: activity tells, and where it is gone nobody does."""
    if left is None:
        house.redis.is_gone = True
    else:
        house.redis.sets[key_of(ROSTER)] = left
    assert await house.rosters.are_listed([came(MEMBER), came(STRANGER)]) == [True, False]
    house.servicer.is_gone = True
    assert await house.rosters.are_listed([came(MEMBER), came(STRANGER)]) == [None, None]


async def test_of_an_earlier_arrival_the_set_says_nothing(house: House) -> None:
    """Who is a member now may not have been one then."""
    house.servicer.listed.clear()
    assert await house.rosters.are_listed([came(MEMBER, is_now=False)]) == [False]


async def test_completion_asks_activity_alone(house: House) -> None:
    """As of arrivals that lie back."""
    assert await house.completing.are_listed([came(MEMBER), came(STRANGER)]) == [True, False]
    assert house.redis.trips == 0


async def test_an_answer_for_others_is_none(house: House) -> None:
    """Nobody can tell whose is missing."""
    house.servicer.surplus = 1
    assert await house.rosters.are_listed([came(STRANGER)]) == [None]


async def test_a_slow_activity_is_soon_not_asked(house: House) -> None:
    """Three batches wait out the deadline; the next ones wait for nothing."""
    house.servicer.hangs_s = 10 * TIMEOUT_S
    for _ in range(4):
        assert await house.rosters.are_listed([came(MEMBER), came(STRANGER)]) == [True, None]
    assert len(house.servicer.asked) == 3
