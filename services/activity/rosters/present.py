"""Who is on a roster, in Redis, so that checkin asks nobody for those it lets in.

Keys, all with an expiry:
    activity:roster:{roster}        set: people, and the marker (`domainkit/roster_sets.py`)
    activity:roster:{roster}:heard  hash: the newest revision, that of the set, and since when this Redis remembers
    activity:roster:{roster}:*      sets on their way to the first one

A change is applied to the revision before it alone, and what was read from MySQL is written only where nothing newer
came meanwhile: a set that stands lacks no change that was told here, whatever was lost, late or told twice.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

import msgspec

from domainkit.roster_sets import MARKER, key_of
from servicekit import ids
from servicekit.errors import UnavailableError
from servicekit.rabbitmq.outbox import Effect, OutboxRow
from servicekit.redis.cache import Redis, Script, run_scripts, trip

log = logging.getLogger(__name__)

ROSTER = "roster"

_LIFE_S = 6 * 3600
_FRESH_LIFE_S = 60
_CHUNK = 5000
_ATTEMPTS = 3
_USER_BYTES = 16

_CHANGE = Script(__file__, "change", USER_BYTES=_USER_BYTES, LIFE_S=_LIFE_S)
_WRITE = Script(__file__, "write", LIFE_S=_LIFE_S)


class Change(msgspec.Struct, frozen=True):
    """What a revision of a roster changed of who is on it."""

    roster_id: bytes
    revision: int
    joined: Sequence[bytes] = ()
    left: Sequence[bytes] = ()

    def row(self) -> OutboxRow:
        """The change on its way to Redis."""
        return OutboxRow.effect(ROSTER, msgspec.msgpack.encode(self))


_decode = msgspec.msgpack.Decoder(Change).decode


@dataclass(frozen=True, slots=True)
class Present:
    """Everybody who is on a roster, as of a revision."""

    revision: int
    user_ids: Collection[bytes]


class RosterSets:
    """The sets of all rosters; `apply`, `begin` and `write` raise UnavailableError when Redis is gone."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def apply(self, change: Change) -> None:
        """Brings a set in step with a change, or drops it. May be told late, twice and in any order."""
        pipeline = self._redis.pipeline(transaction=False)
        keys = _keys(change.roster_id)
        _CHANGE.add_to(pipeline, keys, [change.revision, b"".join(change.joined), b"".join(change.left)])
        async with trip(self._redis):
            await run_scripts(self._redis, pipeline, _CHANGE)

    async def begin(self, roster_id: bytes) -> bytes:
        """What `write` takes of whoever begins to read now."""
        _, heard = _keys(roster_id)
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.hsetnx(heard, "since", ids.new_id())
        pipeline.expire(heard, _LIFE_S)
        pipeline.hget(heard, "since")
        async with trip(self._redis):
            *_, since = await pipeline.execute()
        return since or b""

    async def write(self, roster_id: bytes, since: bytes, present: Present) -> bool:
        """Writes the whole set as it was read after `begin`; False where something newer came meanwhile."""
        people, heard = _keys(roster_id)
        fresh, members = people + b":" + ids.new_id(), [MARKER, *present.user_ids]
        pipeline = self._redis.pipeline(transaction=False)
        for start in range(0, len(members), _CHUNK):
            pipeline.sadd(fresh, *members[start : start + _CHUNK])
        pipeline.expire(fresh, _FRESH_LIFE_S)
        _WRITE.add_to(pipeline, [people, heard, fresh], [since, present.revision, len(members)])
        async with trip(self._redis):
            return (await run_scripts(self._redis, pipeline, _WRITE))[-1] == 1

    async def is_there(self, roster_id: bytes) -> bool:
        """Whether the set of a roster stands."""
        async with trip(self._redis):
            return bool(await self._redis.exists(key_of(roster_id)))


class Loading:
    """Writes sets that are missing, each by one task at a time.

    Args:
        read: Everybody on a roster, as of a revision; None where there is no such roster. Raises UnavailableError.
    """

    def __init__(self, sets: RosterSets, read: Callable[[bytes], Awaitable[Present | None]]) -> None:
        self._sets = sets
        self._read = read
        self._under_way: dict[bytes, asyncio.Task[None]] = {}

    def hasten(self, roster_id: bytes) -> None:
        """Has the set of a roster written soon, where it is missing."""
        if roster_id not in self._under_way:
            task = asyncio.create_task(self._load(roster_id))
            self._under_way[roster_id] = task
            task.add_done_callback(lambda _: self._under_way.pop(roster_id, None))

    async def drain(self) -> None:
        """Returns when nothing is being written."""
        await asyncio.gather(*self._under_way.values())

    async def _load(self, roster_id: bytes) -> None:
        try:
            if await self._sets.is_there(roster_id):
                return
            for _ in range(_ATTEMPTS):
                since = await self._sets.begin(roster_id)
                present = await self._read(roster_id)
                if present is None or await self._sets.write(roster_id, since, present):
                    return
        except UnavailableError as error:
            log.warning("a roster is not in Redis for now: %s", error)


def apply_effect(sets: RosterSets) -> Effect:
    """The effect of kind `roster`: done when Redis has heard of it."""

    async def apply(row: OutboxRow) -> None:
        await sets.apply(_decode(row.body))

    return apply


def _keys(roster_id: bytes) -> list[bytes]:
    people = key_of(roster_id)
    return [people, people + b":heard"]
