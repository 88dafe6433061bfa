"""Live numbers in Redis; the only file that knows their keys. Everything here can be rebuilt.

Keys, all of one hash slot per activity and with an expiry:
    reporting:people:{activity}  hash: user and direction (17 bytes) -> revision (8 bytes) and the seat's view (msgpack)
    reporting:counts:{activity}  hash: counter -> people; never zero
    reporting:live:{activity}    stream of `LiveBatch`es for viewers, see the README
    reporting:heartbeat          when the projector last said that it consumes
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, cast

import msgspec

from servicekit import ids
from servicekit.cache import Redis, Script, run_scripts, unavailable_when_gone
from servicekit.clock import SECOND_US, now_us
from services.reporting.domain import DAY_US, IN, Counted, SeatView
from services.reporting.project import Change

EVENTS_PER_ENTRY = 50
_ENTRIES = 1000
# Changes in one call of the script, which holds up everybody else for about 10 us each.
_CHANGES = 500
_HEARTBEAT = "reporting:heartbeat"
_STALE_AFTER_US = 5 * SECOND_US
_UNKNOWN_LIFE_US = 8 * DAY_US
_LEAST_LIFE_US = 3600 * SECOND_US
_NOTHING_YET = "0-0"

_REVISION_BYTES = 8
# A change as the script reads it: user, direction, size of the view, size of the event, revision | view | event.
# The msgpack of Redis knows no binary strings, so only the view, which has none, is in it.
_CHANGE = struct.Struct(">16sBIIQ")

_pack = msgspec.msgpack.Encoder().encode
_unpack_view = msgspec.msgpack.Decoder(SeatView).decode

# People: user | direction, revision | view. "Inside" is the one counter that needs both seats of a person.
_PROJECT = Script(
    f"""
local people, counts, live, expire_at = KEYS[1], KEYS[2], KEYS[3], ARGV[2]
local deltas, events, held, is_changed = {{}}, {{}}, {{}}, false

local function count(counter, by)
  deltas[counter] = (deltas[counter] or 0) + by
end

local function revision(stored)
  return (struct.unpack('>I8', stored))
end

local function view(stored)
  return stored and cmsgpack.unpack(string.sub(stored, {_REVISION_BYTES + 1}))
end

local function inside(entered, left)
  if entered and entered[1] and not (left and left[1] and left[2] > entered[2]) then return 1 end
  return 0
end

local blob, pos, index = ARGV[1], 1, 0
while pos <= #blob do
  local user, direction, view_size, event_size = struct.unpack('>c16BI4I4', blob, pos)
  local event_at = pos + {_CHANGE.size} + view_size
  local packed = string.sub(blob, pos + {_CHANGE.size - _REVISION_BYTES}, event_at - 1)
  local field = user .. string.char(direction)
  local stored = redis.call('HGET', people, field)
  if not stored or revision(stored) < revision(packed) then
    redis.call('HSET', people, field, packed)
    if not stored or string.sub(stored, {_REVISION_BYTES + 1}) ~= string.sub(packed, {_REVISION_BYTES + 1}) then
      is_changed = true
      local old, new = view(stored), view(packed)
      local other = view(redis.call('HGET', people, user .. string.char(3 - direction)))
      for _, counter in ipairs(old and old[3] or {{}}) do count(counter, -1) end
      for _, counter in ipairs(new[3]) do count(counter, 1) end
      if direction == {IN} then
        count('inside', inside(new, other) - inside(old, other))
        events[#events + 1] = string.sub(blob, event_at, event_at + event_size - 1)
      else
        count('inside', inside(other, new) - inside(other, old))
      end
      if new[1] and not (old and old[1]) then held[#held + 1] = index end
    end
  end
  pos, index = event_at + event_size, index + 1
end

local moved = #events
for counter, by in pairs(deltas) do
  if by ~= 0 then
    moved = moved + 1
    if redis.call('HINCRBY', counts, counter, by) == 0 then redis.call('HDEL', counts, counter) end
  end
end
if moved > 0 then
  for first = 1, math.max(#events, 1), {EVENTS_PER_ENTRY} do
    local batch = table.concat(events, '', first, math.min(first + {EVENTS_PER_ENTRY - 1}, #events))
    redis.call('XADD', live, 'MAXLEN', '~', {_ENTRIES}, '*', 'e', batch)
  end
end
if is_changed then
  for _, key in ipairs(KEYS) do redis.call('EXPIREAT', key, expire_at) end
end
return held
"""
)


class Numbers(NamedTuple):
    """The counters of an activity.

    Attributes:
        event_id: Position in the live stream that the counters include at least.
        heartbeat_at: When the projector last said that it consumes; 0 for never.
    """

    counts: dict[str, int]
    event_id: str
    heartbeat_at: int

    @property
    def is_stale(self) -> bool:
        """Whether what happened since may be missing."""
        return now_us() - self.heartbeat_at > _STALE_AFTER_US


class LiveWriter:
    """What the projector does to the numbers.

    Args:
        closes_at: When an activity's last window closes; None if that is not known. Must not block.
    """

    def __init__(self, redis: Redis, closes_at: Callable[[bytes], int | None]) -> None:
        self._redis = redis
        self._closes_at = closes_at

    async def apply(self, changes: Mapping[bytes, Sequence[Change]]) -> list[Change]:
        """See `project.LiveNumbers`; one trip."""
        pipeline = self._redis.pipeline(transaction=False)
        calls: list[Sequence[Change]] = []
        for activity_id, all_changes in changes.items():
            expire_at = self._expire_at(activity_id)
            for first in range(0, len(all_changes), _CHANGES):
                part = all_changes[first : first + _CHANGES]
                _PROJECT.add_to(pipeline, _keys(activity_id), [b"".join(map(_row, part)), expire_at])
                calls.append(part)
        if not calls:
            return []
        with unavailable_when_gone():
            answers = cast(list[list[int]], await run_scripts(self._redis, pipeline, _PROJECT))
        return [part[index] for part, held in zip(calls, answers, strict=True) for index in held]

    async def beat(self) -> None:
        """Says that the projector consumes."""
        with unavailable_when_gone():
            await self._redis.set(_HEARTBEAT, now_us())

    def _expire_at(self, activity_id: bytes) -> int:
        """Seconds since 1970: a day after the close, and never so soon that what is written now is gone at once."""
        now = now_us()
        closes_at = self._closes_at(activity_id)
        expire_at = now + _UNKNOWN_LIFE_US if closes_at is None else closes_at + DAY_US
        return max(expire_at, now + _LEAST_LIFE_US) // SECOND_US


class LiveReader:
    """What the reporting service reads of the numbers; it may write nothing."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def numbers(self, activity_id: bytes) -> Numbers:
        """The counters as they are; one trip.

        Raises:
            UnavailableError: Redis is gone.
        """
        _, counts_key, live_key = _keys(activity_id)
        # The stream first: an event that comes in between is sent once more rather than never.
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.xrevrange(live_key, count=1)
        pipeline.hgetall(counts_key)
        pipeline.get(_HEARTBEAT)
        with unavailable_when_gone():
            newest, counts, heartbeat = await pipeline.execute()
        event_id = newest[0][0].decode() if newest else _NOTHING_YET
        return Numbers({name.decode(): int(count) for name, count in counts.items()}, event_id, int(heartbeat or 0))

    async def people(self, activity_id: bytes) -> list[Counted]:
        """Everybody with an attempt to come in, in no order.

        Raises:
            UnavailableError: Redis is gone.
        """
        with unavailable_when_gone():
            stored = cast(dict[bytes, bytes], await self._redis.hgetall(_keys(activity_id)[0]))
        return [
            Counted(field[:-1], _unpack_view(packed[_REVISION_BYTES:]))
            for field, packed in stored.items()
            if field[-1] == IN
        ]


def _keys(activity_id: bytes) -> tuple[str, str, str]:
    name = f"{{{ids.to_text(activity_id)}}}"
    return f"reporting:people:{name}", f"reporting:counts:{name}", f"reporting:live:{name}"


def _row(change: Change) -> bytes:
    user_id, direction, revision, seat, event, _ = change
    view = _pack(seat)
    return _CHANGE.pack(user_id, direction, len(view), len(event), revision) + view + event
