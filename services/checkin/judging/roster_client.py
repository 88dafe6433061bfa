"""Who is on the rosters of a batch: one trip to Redis, then one call for each roster of those it does not know.

Redis says who is in, and never who is not: of somebody who is not there, or whose roster is not there whole, the
activity service is asked as of their arrival.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence

import grpc

from domainkit.roster_sets import MARKER, key_of
from protos.activity.v1 import rosters_pb2, rosters_pb2_grpc
from servicekit.breaker import AsyncBreaker
from servicekit.errors import ServiceError, UnavailableError
from servicekit.redis.cache import Redis, trip
from servicekit.rpc import client

log = logging.getLogger(__name__)

TIMEOUT_S = 0.3
_REST_S = 1.0

# Roster, person, when they came (microseconds since 1970 UTC), and whether that is now.
Asked = tuple[bytes, bytes, int, bool]


class Rosters:
    """Rosters as this process sees them.

    Args:
        redis: None where nobody comes now: then activity is asked about everybody.
    """

    def __init__(self, channel: grpc.aio.Channel, redis: Redis | None = None) -> None:
        self._stub = rosters_pb2_grpc.RosterMemberServiceStub(channel)
        self._breaker = AsyncBreaker("rosters", fail_max=3, reset_s=_REST_S, slow_s=TIMEOUT_S)
        self._redis = redis

    async def are_listed(self, asked: Sequence[Asked]) -> list[bool | None]:
        """For each, in order, whether they were on the roster when they came; None where nobody can tell."""
        known = await self._known(asked)
        unknown: dict[bytes, list[int]] = {}
        listed: list[bool | None] = [True if is_known else None for is_known in known]
        for index, (roster_id, *_) in enumerate(asked):
            if not known[index]:
                unknown.setdefault(roster_id, []).append(index)
        answers = await asyncio.gather(
            *(self._ask(roster_id, [asked[index] for index in indexes]) for roster_id, indexes in unknown.items())
        )
        for indexes, answer in zip(unknown.values(), answers, strict=True):
            for index, is_listed in zip(indexes, answer, strict=True):
                listed[index] = is_listed
        return listed

    async def _known(self, asked: Sequence[Asked]) -> list[bool]:
        """Whether Redis knows each as somebody who is on the roster now; it says nothing of other moments."""
        now: dict[bytes, list[bytes]] = {}
        for roster_id, user_id, _, is_now in asked:
            if is_now:
                now.setdefault(roster_id, []).append(user_id)
        members = await self._members(now) if now else set()
        return [is_now and (roster_id, user_id) in members for roster_id, user_id, _, is_now in asked]

    async def _members(self, wanted: Mapping[bytes, Sequence[bytes]]) -> set[tuple[bytes, bytes]]:
        if self._redis is None:
            return set()
        pipeline = self._redis.pipeline(transaction=False)
        for roster_id, user_ids in wanted.items():
            pipeline.smismember(key_of(roster_id), [MARKER, *user_ids])
        try:
            async with trip(self._redis):
                found = await pipeline.execute()
        except UnavailableError as error:
            log.warning("activity is asked who is on a roster until Redis is back: %s", error)
            return set()
        return {
            (roster_id, user_id)
            for (roster_id, user_ids), (is_whole, *flags) in zip(wanted.items(), found, strict=True)
            for user_id, is_in in zip(user_ids, flags, strict=True)
            if is_whole and is_in
        }

    async def _ask(self, roster_id: bytes, asked: Sequence[Asked]) -> Sequence[bool | None]:
        request = rosters_pb2.BatchGetMembershipsRequest(roster_id=roster_id)
        for _, user_id, at, _ in asked:
            request.asked.add(user_id=user_id, at=at)
        try:
            async with self._breaker.calling():
                response = await client.call(self._stub.BatchGetMemberships, request, timeout_s=TIMEOUT_S)
        except ServiceError as error:
            log.warning("nobody can tell who is on a roster: %s", error)
            return [None] * len(asked)
        if len(response.entry_ids) != len(asked):
            log.error("activity told of %d people of %d", len(response.entry_ids), len(asked))
            return [None] * len(asked)
        return [bool(entry_id) for entry_id in response.entry_ids]
