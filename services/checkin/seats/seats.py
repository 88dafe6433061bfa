"""Seat hints, capacity and recent answers in Redis: they shape the answer and are never the only copy of anything.

Keys, all with an expiry:
    checkin:seats:{occurrence}     hash: user and direction -> hint
    checkin:taken:{occurrence}     sorted set: user -> when the claim ends (ms), once a capacity was asked for
    checkin:complete:{occurrence}  the marker that says the count in `taken` is complete
    checkin:since                  when this Redis began to remember (microseconds)
    checkin:told:{shard}:user      what a person was answered, the latest first: attempt_id, body_hash, received_at,
                                   answer; 15 minutes

A script asks Redis once for all people of an occurrence, not once for each: a call costs as much as all else that is
done for one. And it takes many occurrences at once, except in a cluster: each is one hash slot, answers are spread over
four, and once Redis said that the slots of a call may not differ, every occurrence has a call of its own.
"""

import asyncio
import logging
import struct
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from typing import Any, TypeVar

import msgspec
from google.protobuf.message import DecodeError
from redis.exceptions import ClusterCrossSlotError

from domainkit.copies import settle
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import now_us
from servicekit.errors import UnavailableError
from servicekit.redis.cache import Pipeline, Redis, Script, run_scripts, trip
from servicekit.unreadable import Unreadable
from services.checkin.rules.keys import AttemptKey, PersonKey
from services.checkin.rules.merge import Hint, HintKind, Judgement
from services.checkin.rules.occurrence import Direction, Occurrence, is_born_after

log = logging.getLogger(__name__)

CLAIM_MS = 30_000
KEPT_AFTER_CLOSE_S = 24 * 3600
ANSWER_LIFE_S = 900
# Until a claim brings the exact time: an occurrence is open for 31 days at most.
_LONGEST_LIFE_S = 33 * 24 * 3600
# A batch that waits for it still reaches the broker in time.
_HOLDERS_S = 0.3
# Redis serves nobody else while a call runs: some milliseconds at most.
_ROOMS_A_CALL = 200
_SHARDS = 4
_ANSWERS, _HINTS = Unreadable("answer"), Unreadable("seat_hint")
SINCE = "checkin:since"
_FULL = b"F"
_UNCOUNTED = b"N"

_IN, _OUT = bytes([Direction.IN]), bytes([Direction.OUT])
# The layouts are told in the scripts that read them.
_HINT = struct.Struct(">c16sQQBQ")
_KINDS = {b"C": HintKind.CLAIMED, b"H": HintKind.HELD, b"F": HintKind.FREED}
_CLAIM_ITEM = struct.Struct(">16sB16sBBQ")
_CONFIRM_ITEM = struct.Struct(">16sB16s")
_RECORDED_ITEM = struct.Struct(">16sBc16sQQBQ")
# Lua passes at most some 8,000 values to a command at once.
_RECORDED_CHUNK = 1000 * _RECORDED_ITEM.size
_ANSWER = struct.Struct(">16s16sQI")
# More than one sync brings.
_ANSWERS_KEPT = 64
# The largest that Lua counts with.
_FOR_EVER_MS = 2**53 - 1

_FIELDS = {"USER_BYTES": 16, "FIELD_BYTES": struct.calcsize(">16sB"), "IN": Direction.IN}
_CLAIM = Script(
    __file__, "rooms", "claim", ITEM_BYTES=_CLAIM_ITEM.size, ACCEPTED=Judgement.ACCEPTED, CLAIM_MS=CLAIM_MS, **_FIELDS
)
_CONFIRM = Script(__file__, "rooms", "confirm", ITEM_BYTES=_CONFIRM_ITEM.size, FOR_EVER_MS=_FOR_EVER_MS, **_FIELDS)
_RECORDED = Script(__file__, "rooms", "recorded", ITEM_BYTES=_RECORDED_ITEM.size, **_FIELDS)
_RESTORE = Script(__file__, "restore", **_FIELDS)
_TELL = Script(__file__, "tell", HEAD_BYTES=_ANSWER.size, KEPT=_ANSWERS_KEPT)
_SCRIPTS = (_CLAIM, _CONFIRM, _RECORDED, _RESTORE, _TELL)

T = TypeVar("T")
Holders = Callable[[bytes], Awaitable[Sequence[bytes]]]


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt that asks what its seat looks like, and takes it if its own judgement is accepted."""

    user_id: bytes
    attempt_id: bytes
    direction: int
    judgement: Judgement
    is_staff: bool
    effective_at: int


@dataclass(frozen=True, slots=True)
class Room:
    """An occurrence as seats see it.

    Attributes:
        is_amended: Its limit may be younger than the people in it, and its keys may have ended before a window that was
            moved since.
    """

    occurrence_id: bytes
    capacity: int
    closes_at: int
    is_amended: bool = False

    @classmethod
    def of(cls, occurrence: Occurrence) -> "Room":
        """The room of an occurrence as it is now."""
        return cls(occurrence.occurrence_id, occurrence.capacity, occurrence.closes_at, occurrence.amended_at > 0)


@dataclass(frozen=True, slots=True)
class Seating:
    """What Redis said of one claim: the hint that stood before, and whether capacity forbids or cannot tell."""

    hint: Hint | None = None
    is_full: bool = False
    is_uncounted: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person was told of an attempt: a serialised checkin.v1.Checkin, and the copy it answered."""

    body_hash: bytes
    received_at: int
    checkin: bytes

    def record(self) -> pb.Checkin | None:
        """What was told; None where it cannot be read, which is as if nobody remembered it."""
        try:
            record = pb.Checkin.FromString(self.checkin)
        except DecodeError as error:
            _ANSWERS.note(self.body_hash, error)
            return None
        return settle(record)


class Seats:
    """Every method is one trip to Redis and raises UnavailableError when Redis is gone.

    Args:
        holders: Who holds a seat to come in at an occurrence, as it is recorded; raises UnavailableError. For amended
            rooms only; None: those wait for completion.
    """

    def __init__(self, redis: Redis, holders: Holders | None = None) -> None:
        self._redis = redis
        self._holders = holders
        self._rooms_a_call = _ROOMS_A_CALL

    async def _run(self, add: Callable[[Pipeline, int], object]) -> list[Any]:
        """One trip.

        Args:
            add: Puts the calls into a pipeline, each with so many rooms at most. All of them may be made twice.
        """
        pipeline = self._redis.pipeline(transaction=False)
        add(pipeline, self._rooms_a_call)
        async with trip(self._redis):
            try:
                return await run_scripts(self._redis, pipeline, *_SCRIPTS)
            except ClusterCrossSlotError:
                log.info("this Redis is a cluster: from now on each occurrence has a call of its own")
        self._rooms_a_call = 1
        return await self._run(add)

    async def remember_since(self) -> None:
        """Notes when this Redis began to remember, unless it knows."""
        async with trip(self._redis):
            await self._redis.set(SINCE, now_us(), nx=True)

    async def claim(
        self, rooms: Mapping[Room, Sequence[Claim]], attempts: Collection[AttemptKey] = ()
    ) -> tuple[dict[Room, list[Seating]], dict[AttemptKey, Answer]]:
        """What stood on each seat, after taking those that were free, in the order of the claims; and earlier answers.

        Args:
            attempts: Whose answers of the last 15 minutes are wanted as well.
        """
        seatings, earlier = await self._claim(rooms, attempts)
        uncounted = [room for room, found in seatings.items() if any(seating.is_uncounted for seating in found)]
        if uncounted and (counted := await self._count_young(uncounted)):
            seatings |= (await self._claim({room: rooms[room] for room in counted}, ()))[0]
        return seatings, earlier

    async def _claim(
        self, rooms: Mapping[Room, Sequence[Claim]], attempts: Collection[AttemptKey]
    ) -> tuple[dict[Room, list[Seating]], dict[AttemptKey, Answer]]:
        now_ms = time.time_ns() // 1_000_000
        groups = _by_shard(attempts)

        def add(pipeline: Pipeline, rooms_a_call: int) -> None:
            for group in groups:
                pipeline.mget([_told_key(user) for user, _ in group])
            for part in _parts(rooms.items(), rooms_a_call):
                arguments: list[bytes | int] = [now_ms]
                for room, claims in part:
                    arguments += room.capacity, _expire_at(room), b"".join(map(_claim_item, claims))
                _CLAIM.add_to(pipeline, _keys_of(room.occurrence_id for room, _ in part), arguments)

        replies = await self._run(add)
        told = zip(chain.from_iterable(groups), chain.from_iterable(replies[: len(groups)]), strict=True)
        found = zip(rooms, chain.from_iterable(replies[len(groups) :]), strict=True)
        seatings = {room: [_to_seating(hint) for hint in hints] for room, hints in found}
        return seatings, {key: answer for key, value in told if value and (answer := _to_answers(value).get(key[1]))}

    async def _count_young(self, rooms: Iterable[Room]) -> list[Room]:
        """Counts rooms made after this Redis began to remember: whoever has a seat there lately, it knows of."""
        async with trip(self._redis):
            since = await self._redis.get(SINCE)
            if since is None:
                await self._redis.set(SINCE, now_us(), nx=True)
                return []
        young = [room for room in rooms if is_born_after(room.occurrence_id, int(since))]
        held = await self._recall([room for room in young if room.is_amended])
        counted = {room: held.get(room, ()) for room in young if room in held or not room.is_amended}
        await self._restore(counted)
        return [*counted]

    async def _recall(self, amended: Collection[Room]) -> dict[Room, Sequence[bytes]]:
        """Who came to rooms before they were amended, without those where nobody can tell."""
        held: dict[Room, Sequence[bytes]] = {}
        if self._holders is None:
            return held
        try:
            async with asyncio.timeout(_HOLDERS_S):
                for room in amended:
                    held[room] = await self._holders(room.occurrence_id)
        except (UnavailableError, TimeoutError) as error:
            log.warning("of %d amended occurrences %d are counted: %s", len(amended), len(held), error)
        return held

    async def never_came(self, leaving: Collection[PersonKey]) -> set[PersonKey]:
        """Those of these people who hold no seat to come in and claim none.

        Nobody of an occurrence that is older than what this Redis remembers.
        """
        by_occurrence: dict[bytes, list[bytes]] = {}
        for occurrence_id, user_id in leaving:
            by_occurrence.setdefault(occurrence_id, []).append(user_id)
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.get(SINCE)
        for occurrence_id, users in by_occurrence.items():
            pipeline.hmget(_keys(occurrence_id)[0], [user + _IN for user in users])
        async with trip(self._redis):
            since, *found = await pipeline.execute()
        return {
            (occurrence_id, user_id)
            for (occurrence_id, users), hints in zip(by_occurrence.items(), found, strict=True)
            for user_id, hint in zip(users, hints, strict=True)
            if since is not None and is_born_after(occurrence_id, int(since)) and not _is_in(hint)
        }

    async def gone(self, people: Collection[PersonKey]) -> dict[PersonKey, int]:
        """When those of these people first went who came and went, as far as Redis knows."""
        pipeline = self._redis.pipeline(transaction=False)
        for occurrence_id, user_id in people:
            pipeline.hmget(_keys(occurrence_id)[0], [user_id + _IN, user_id + _OUT])
        async with trip(self._redis):
            found = await pipeline.execute()
        return {
            person: left_at
            for person, (came, left) in zip(people, found, strict=True)
            if _is_in(came) and (left_at := _held_since(left))
        }

    async def restore(self, room: Room, users: Sequence[bytes]) -> None:
        """Says that the count of a room is complete again: these people, and whoever a hint says is in or coming in.

        Does nothing where the count is complete already: another recorder was faster.
        """
        await self._restore({room: users})

    async def _restore(self, holders: Mapping[Room, Sequence[bytes]]) -> None:
        def add(pipeline: Pipeline, _: int) -> None:
            for room, users in holders.items():
                _RESTORE.add_to(pipeline, _keys(room.occurrence_id), [_expire_at(room), b"".join(users)])

        if holders:
            await self._run(add)

    async def settle(self, held: Mapping[Room, Sequence[Claim]], answers: Mapping[tuple[bytes, bytes], Answer]) -> None:
        """Confirms claims whose attempts are durable, and keeps answers by (user_id, attempt_id)."""

        def add(pipeline: Pipeline, rooms_a_call: int) -> None:
            for part in _parts(held.items(), rooms_a_call):
                keys = _keys_of(room.occurrence_id for room, _ in part)
                _CONFIRM.add_to(pipeline, keys, [b"".join(map(_confirm_item, claims)) for _, claims in part])
            for group in _by_shard(answers):
                told: dict[bytes, bytes] = {}
                for user_id, attempt_id in group:
                    told[user_id] = told.get(user_id, b"") + _to_bytes(attempt_id, answers[user_id, attempt_id])
                _TELL.add_to(pipeline, [*map(_told_key, told)], [ANSWER_LIFE_S, *told.values()])

        await self._run(add)

    async def answers_of(self, user_id: bytes) -> list[Answer]:
        """The answers one person got in the last 15 minutes, the latest first."""
        async with trip(self._redis):
            told: Any = await self._redis.get(_told_key(user_id))
        return [*_to_answers(told or b"").values()]

    async def answers_of_all(self, user_ids: Sequence[bytes]) -> dict[bytes, list[Answer]]:
        """All answers that each of these people got in the last 15 minutes."""
        pipeline = self._redis.pipeline(transaction=False)
        for user_id in user_ids:
            pipeline.get(_told_key(user_id))
        async with trip(self._redis):
            found = await pipeline.execute()
        return {user_id: [*_to_answers(told or b"").values()] for user_id, told in zip(user_ids, found, strict=True)}

    async def record(self, hints: bytes) -> None:
        """Writes what the recorder stored of seats (`pack_hints`); lower revisions are ignored."""
        chunks = [
            (occurrence_id, packed[start : start + _RECORDED_CHUNK])
            for occurrence_id, packed in msgspec.msgpack.decode(hints, type=dict[bytes, bytes]).items()
            for start in range(0, len(packed), _RECORDED_CHUNK)
        ]

        def add(pipeline: Pipeline, rooms_a_call: int) -> None:
            for part in _parts(chunks, rooms_a_call):
                keys = _keys_of(occurrence_id for occurrence_id, _ in part)
                _RECORDED.add_to(pipeline, keys, [_LONGEST_LIFE_S, *(chunk for _, chunk in part)])

        await self._run(add)


def pack_hints(by_occurrence: Mapping[bytes, bytes | bytearray]) -> bytes:
    """Recorded seats of several occurrences as one effect."""
    return msgspec.msgpack.encode(by_occurrence)


def pack_recorded(
    user_id: bytes, direction: int, holder: bytes | None, effective_at: int, revision: int, annulled: bool
) -> bytes:
    """A seat as recorded, for the hint `held` or `freed`."""
    kind = b"H" if holder else b"F"
    return _RECORDED_ITEM.pack(user_id, direction, kind, holder or bytes(16), effective_at, revision, annulled, 0)


def _claim_item(c: Claim) -> bytes:
    return _CLAIM_ITEM.pack(c.user_id, c.direction, c.attempt_id, c.judgement, c.is_staff, c.effective_at)


def _confirm_item(c: Claim) -> bytes:
    return _CONFIRM_ITEM.pack(c.user_id, c.direction, c.attempt_id)


def _parts(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while part := [*islice(rest, size)]:
        yield part


def _is_in(hint: bytes | None) -> bool:
    """Whether somebody holds a seat, or may: a claim that has ended is perhaps on its way to be recorded."""
    return hint is not None and not hint.startswith(b"F")


def _held_since(hint: bytes | None) -> int:
    """Since when a seat is held, or claimed by somebody who may hold it; 0: it is neither."""
    found = _to_seating(hint or b"").hint
    return found.effective_at or 0 if found and found.kind is not HintKind.FREED else 0


def _to_seating(reply: bytes) -> Seating:
    if not reply:
        return Seating()
    if reply == _FULL:
        return Seating(is_full=True)
    if reply == _UNCOUNTED:
        return Seating(is_uncounted=True)
    try:
        kind, attempt_id, effective_at, revision, annulled, _ = _HINT.unpack(reply)
        return Seating(Hint(_KINDS[kind], attempt_id, effective_at, revision, bool(annulled)))
    except (struct.error, KeyError) as error:
        _HINTS.note(reply, repr(error))
        return Seating()


def _to_bytes(attempt_id: bytes, answer: Answer) -> bytes:
    return _ANSWER.pack(attempt_id, answer.body_hash, answer.received_at, len(answer.checkin)) + answer.checkin


def _to_answers(told: bytes) -> dict[bytes, Answer]:
    """A person's answers by attempt, in the order they are kept in, as far as they can be read."""
    answers, position = {}, 0
    try:
        while position < len(told):
            attempt_id, body_hash, received_at, size = _ANSWER.unpack_from(told, position)
            start = position + _ANSWER.size
            position = start + size
            if position > len(told):
                raise struct.error("cut off")
            answers[attempt_id] = Answer(body_hash, received_at, told[start:position])
    except struct.error as error:
        _ANSWERS.note(told, error)
    return answers


def _by_shard(keys: Iterable[AttemptKey]) -> list[list[AttemptKey]]:
    groups: list[list[AttemptKey]] = [[] for _ in range(_SHARDS)]
    for key in keys:
        groups[key[0][15] % _SHARDS].append(key)
    return [group for group in groups if group]


def _told_key(user_id: bytes) -> bytes:
    return b"checkin:told:{%d}:" % (user_id[15] % _SHARDS) + user_id


@lru_cache(maxsize=1024)
def _keys(occurrence_id: bytes) -> tuple[bytes, bytes, bytes]:
    slot = b"{" + occurrence_id.hex().encode() + b"}"
    return b"checkin:seats:" + slot, b"checkin:taken:" + slot, b"checkin:complete:" + slot


def _keys_of(occurrence_ids: Iterable[bytes]) -> list[bytes]:
    return [*chain.from_iterable(map(_keys, occurrence_ids))]


def _expire_at(room: Room) -> int:
    return room.closes_at // 1_000_000 + KEPT_AFTER_CLOSE_S
