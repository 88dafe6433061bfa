"""Live numbers in Redis; the only file that knows their keys. Everything here can be rebuilt.

Keys, all of one hash slot per activity and with an expiry:
    reporting:seats:{activity}       hash: occurrence, user and direction (33 bytes) -> revision (8 bytes) and the
                                     seat's view (msgpack)
    reporting:counts:{activity}      hash: counter -> people, never zero; `#seats:` and `#revisions:` with an occurrence
                                     -> what `Totals` compares; `#folded` -> the minute before which minutes are counted
                                     by quarters of an hour and longer (`domain.SPANS`)
    reporting:live:{activity}        stream of `LiveBatch`es for viewers, see the README
    reporting:rebuilding:{activity}  who rebuilds the first two, while somebody does
    reporting:next-seats:{activity}, reporting:next-counts:{activity}
                                     the generation that is being built; events go to both while it is
    reporting:moved:{activity}       sorted set: who changed their place on the list -> the number of their last move;
                                     an empty member for everybody, when a new generation was put in place
    reporting:heartbeat              when the projector last said that it consumes and that the numbers are whole
"""

import struct
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple, cast

import msgspec

from servicekit import ids
from servicekit.clock import SECOND_US, now_us
from servicekit.redis.cache import Redis, Script, run_scripts, unavailable_when_gone
from servicekit.unreadable import Unreadable
from services.reporting.domain import (
    BLOCK,
    DAY_US,
    IN,
    MINUTES_KEPT,
    QUARTER,
    QUARTERS_KEPT,
    Counted,
    Listing,
    SeatView,
    Totals,
)
from services.reporting.project import Change

EVENTS_PER_ENTRY = 50
_ENTRIES = 1000
# Changes in one call of the script, which holds up everybody else for about 10 us each; each is two fields and two
# values, and Lua passes at most some 8,000 to a command at once.
_CHANGES = 500
_HEARTBEAT = "reporting:heartbeat"
_STALE_AFTER_US = 5 * SECOND_US
_UNKNOWN_LIFE_US = 8 * DAY_US
_LEAST_LIFE_US = 3600 * SECOND_US
# Longer than one page may take. Whoever died rebuilding is in the way of the next one for so long.
REBUILD_LIFE_MS = 30_000
# The generation being built outlives its marker: where the marker is, it is whole.
_NEXT_LIFE_S = 600
_NOTHING_YET = "0-0"
_EVERYBODY = b""

_REVISION_BYTES = 8
_ID_BYTES = 16
_ENTERED = bytes([IN])
_SEATS, _REVISIONS, _FOLDED = b"#seats:", b"#revisions:", b"#folded"
# A change as the script reads it: occurrence, user, direction, size of the view, size of the event, revision | view |
# event. The msgpack of Redis knows no binary strings, so only the view, which has none, is in it.
_CHANGE = struct.Struct(">16s16sBIIQ")
_FIELD_BYTES = 33

_VIEWS, _COUNTERS = Unreadable("seat_view"), Unreadable("counter")

_pack = msgspec.msgpack.Encoder().encode
_unpack_view = msgspec.msgpack.Decoder(SeatView).decode

# Moves count up by one, whoever moves.
_MOVE = """
local function move(moved, people)
  if #people == 0 then return end
  local last, scores = tonumber(redis.call('ZRANGE', moved, -1, -1, 'WITHSCORES')[2] or 0), {}
  for number, user in ipairs(people) do
    scores[#scores + 1] = last + number
    scores[#scores + 1] = user
  end
  redis.call('ZADD', moved, unpack(scores))
end
"""

# Minutes count for themselves only for a while: what is older is counted with its neighbours, so that an activity of
# weeks has a few hundred counters. A person is taken out again of wherever their minute went.
_FOLD = f"""
local function span(minute, folded)
  if minute >= folded then return 'minute:' .. minute end
  local coarse = folded - {QUARTERS_KEPT - MINUTES_KEPT}
  if minute >= coarse - coarse % {BLOCK} then return 'quarter:' .. minute - minute % {QUARTER} end
  return 'block:' .. minute - minute % {BLOCK}
end

local function fold(counts, newest, folded)
  local from = newest - {MINUTES_KEPT}
  from = from - from % {QUARTER}
  if from <= folded then return end
  local stored = redis.call('HGETALL', counts)
  for index = 1, #stored, 2 do
    local kind, minute = string.match(stored[index], '^(%l+):(%d+)$')
    local target = (kind == 'minute' or kind == 'quarter') and span(tonumber(minute), from)
    if target and target ~= stored[index] and tonumber(stored[index + 1]) then
      redis.call('HDEL', counts, stored[index])
      if redis.call('HINCRBY', counts, target, stored[index + 1]) == 0 then redis.call('HDEL', counts, target) end
    end
  end
  redis.call('HSET', counts, '{_FOLDED.decode()}', from)
end
"""

# Takes changes as they happen (no owner) or a page of a rebuild (the owner's). Both go through one function, so that
# the generations cannot differ. "Inside" is the one counter that needs both seats of a person.
_PROJECT = Script(
    _MOVE
    + _FOLD
    + f"""
local blob, expire_at, owner = ARGV[1], ARGV[2], ARGV[3]
local live, rebuilding = KEYS[3], KEYS[4]

local function add(sums, name, by)
  sums[name] = (sums[name] or 0) + by
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

local function twin_of(field)
  local direction = string.byte(field, {_FIELD_BYTES})
  return string.sub(field, 1, {_FIELD_BYTES - 1}) .. string.char(3 - direction)
end

local function known(seats)
  local fields, pos = {{}}, 1
  while pos <= #blob do
    local view_size, event_size = struct.unpack('>I4I4', blob, pos + {_FIELD_BYTES})
    local field = string.sub(blob, pos, pos + {_FIELD_BYTES - 1})
    fields[#fields + 1] = field
    fields[#fields + 1] = twin_of(field)
    pos = pos + {_CHANGE.size} + view_size + event_size
  end
  local found = {{}}
  for i, stored in ipairs(redis.call('HMGET', seats, unpack(fields))) do found[fields[i]] = stored end
  return found
end

local function project(seats, counts, moved_people)
  local deltas, added, raised, events, held = {{}}, {{}}, {{}}, {{}}, {{}}
  local pos, index, is_changed, kept, writes = 1, 0, false, known(seats), {{}}
  while pos <= #blob do
    local view_size, event_size = struct.unpack('>I4I4', blob, pos + {_FIELD_BYTES})
    local event_at = pos + {_CHANGE.size} + view_size
    local packed = string.sub(blob, pos + {_CHANGE.size - _REVISION_BYTES}, event_at - 1)
    local field = string.sub(blob, pos, pos + {_FIELD_BYTES - 1})
    local stored = kept[field]
    local before, now = stored and revision(stored) or 0, revision(packed)
    if not stored or before < now then
      local occurrence = string.sub(field, 1, {_ID_BYTES})
      kept[field] = packed
      writes[#writes + 1] = field
      writes[#writes + 1] = packed
      if not stored then add(added, occurrence, 1) end
      add(raised, occurrence, now - before)
      if not stored or string.sub(stored, {_REVISION_BYTES + 1}) ~= string.sub(packed, {_REVISION_BYTES + 1}) then
        local direction = string.byte(field, {_FIELD_BYTES})
        local old, new, other = view(stored), view(packed), view(kept[twin_of(field)])
        is_changed = true
        for _, counter in ipairs(old and old[3] or {{}}) do add(deltas, counter, -1) end
        for _, counter in ipairs(new[3]) do add(deltas, counter, 1) end
        if direction == {IN} then
          add(deltas, 'inside', inside(new, other) - inside(old, other))
          if old and old[2] ~= new[2] then moved_people[#moved_people + 1] = string.sub(field, {_ID_BYTES + 1}, -2) end
          events[#events + 1] = string.sub(blob, event_at, event_at + event_size - 1)
        else
          add(deltas, 'inside', inside(other, new) - inside(other, old))
        end
        if new[1] and not (old and old[1]) then held[#held + 1] = index end
      end
    end
    pos, index = event_at + event_size, index + 1
  end
  if #writes > 0 then redis.call('HSET', seats, unpack(writes)) end
  local moved, newest = #events, 0
  local folded = tonumber(redis.call('HGET', counts, '{_FOLDED.decode()}') or '') or 0
  for counter, by in pairs(deltas) do
    if by ~= 0 then
      moved = moved + 1
      local minute = tonumber(string.match(counter, '^minute:(%d+)$'))
      if minute then
        counter = span(minute, folded)
        newest = math.max(newest, by > 0 and minute or 0)
      end
      if redis.call('HINCRBY', counts, counter, by) == 0 then redis.call('HDEL', counts, counter) end
    end
  end
  fold(counts, newest, folded)
  for occurrence, by in pairs(added) do redis.call('HINCRBY', counts, '{_SEATS.decode()}' .. occurrence, by) end
  for occurrence, by in pairs(raised) do redis.call('HINCRBY', counts, '{_REVISIONS.decode()}' .. occurrence, by) end
  return events, moved, held, is_changed
end

local builder = redis.call('GET', rebuilding)
if owner ~= '' and builder ~= owner then return false end
if builder then
  project(KEYS[5], KEYS[6], {{}})
  for key = 5, 6 do redis.call('EXPIRE', KEYS[key], {_NEXT_LIFE_S}) end
end
if owner ~= '' then
  redis.call('PEXPIRE', rebuilding, {REBUILD_LIFE_MS})
  return {{}}
end

local people = {{}}
local events, moved, held, is_changed = project(KEYS[1], KEYS[2], people)
move(KEYS[7], people)
if moved > 0 then
  for first = 1, math.max(#events, 1), {EVENTS_PER_ENTRY} do
    local batch = table.concat(events, '', first, math.min(first + {EVENTS_PER_ENTRY - 1}, #events))
    redis.call('XADD', live, 'MAXLEN', '~', {_ENTRIES}, '*', 'e', batch)
  end
end
if is_changed then
  for _, key in ipairs({{1, 2, 3, 7}}) do redis.call('EXPIREAT', KEYS[key], expire_at) end
end
return held
"""
)

# From here on events go to both generations. What one that died left over goes first.
_BEGIN = Script(
    f"""
if not redis.call('SET', KEYS[4], ARGV[1], 'NX', 'PX', {REBUILD_LIFE_MS}) then return 0 end
redis.call('UNLINK', KEYS[5], KEYS[6])
return 1
"""
)

# The new generation takes the place of the old one, and viewers are told that the numbers have moved.
_SWITCH = Script(
    _MOVE
    + f"""
if redis.call('GET', KEYS[4]) ~= ARGV[1] then return 0 end
for key = 1, 2 do
  redis.call('UNLINK', KEYS[key])
  if redis.call('EXISTS', KEYS[key + 4]) == 1 then redis.call('RENAME', KEYS[key + 4], KEYS[key]) end
end
redis.call('XADD', KEYS[3], 'MAXLEN', '~', {_ENTRIES}, '*', 'e', '')
move(KEYS[7], {{''}})
for _, key in ipairs({{1, 2, 3, 7}}) do redis.call('EXPIREAT', KEYS[key], ARGV[2]) end
redis.call('UNLINK', KEYS[4])
return 1
"""
)

_ABANDON = Script(
    """
if redis.call('GET', KEYS[4]) ~= ARGV[1] then return 0 end
redis.call('UNLINK', KEYS[4], KEYS[5], KEYS[6])
return 1
"""
)


class Numbers(NamedTuple):
    """The counters of an activity.

    Attributes:
        event_id: Position in the live stream that the counters include at least.
        heartbeat_at: When the projector last said that it consumes; 0 for never.
        is_rebuilding: Whether they are being replaced, which happens when they are known to be wrong.
    """

    counts: dict[str, int]
    event_id: str
    heartbeat_at: int
    is_rebuilding: bool = False

    @property
    def is_stale(self) -> bool:
        """Whether what happened since may be missing."""
        return self.is_rebuilding or now_us() - self.heartbeat_at > _STALE_AFTER_US


class LiveWriter:
    """What the projector does to the numbers. Every method raises UnavailableError when Redis is gone.

    Args:
        closes_at: When an activity's last window closes; None if that is not known. Must not block.
    """

    def __init__(self, redis: Redis, closes_at: Callable[[bytes], int | None]) -> None:
        self._redis = redis
        self._closes_at = closes_at

    async def apply(self, changes: Mapping[bytes, Sequence[Change]]) -> list[Change]:
        """See `project.LiveNumbers`; one trip."""
        calls = [(activity_id, part) for activity_id, every in changes.items() for part in _parts(every)]
        answers = await self._project(calls, b"")
        held = zip(calls, answers, strict=True)
        return [part[index] for (_, part), indices in held for index in cast(list[int], indices)]

    async def begin(self, activity_id: bytes, owner: bytes) -> bool:
        """Begins to rebuild; False when somebody else is at it."""
        return bool(await self._run(_BEGIN, activity_id, owner))

    async def fill(self, activity_id: bytes, changes: Sequence[Change], owner: bytes) -> bool:
        """Adds to the generation that is being built; False when it is not the owner's any more. One trip."""
        answers = await self._project([(activity_id, part) for part in _parts(changes)], owner)
        return None not in answers

    async def switch(self, activity_id: bytes, owner: bytes) -> bool:
        """Puts the new generation in the place of the old one, and tells viewers; False as for `fill`."""
        return bool(await self._run(_SWITCH, activity_id, owner, self._expire_at(activity_id)))

    async def abandon(self, activity_id: bytes, owner: bytes) -> None:
        """Throws the new generation away, if it is still the owner's."""
        await self._run(_ABANDON, activity_id, owner)

    async def totals(self, activity_ids: Collection[bytes]) -> dict[bytes, Totals]:
        """What the numbers of these activities contain, by occurrence; one trip.

        An activity of whose keys one is lost contains nothing.
        """
        pipeline = self._redis.pipeline(transaction=False)
        for activity_id in activity_ids:
            seats, counts = _keys(activity_id)[:2]
            pipeline.hlen(seats)
            pipeline.hgetall(counts)
        with unavailable_when_gone():
            answers = await pipeline.execute()
        found: dict[bytes, Totals] = {}
        for seats_kept, counts in zip(answers[::2], answers[1::2], strict=True):
            totals = _totals(counts)
            if sum(each.seats for each in totals.values()) == seats_kept:
                found |= totals
        return found

    async def beat(self, *, anew: bool = False) -> bool:
        """Says that the projector consumes; False, without effect, when Redis has forgotten that it ever did.

        Args:
            anew: Say so after Redis was emptied, too: its numbers are whole again.
        """
        with unavailable_when_gone():
            return bool(await self._redis.set(_HEARTBEAT, now_us(), xx=not anew))

    async def _project(self, calls: Sequence[tuple[bytes, Sequence[Change]]], owner: bytes) -> list[object]:
        if not calls:
            return []
        pipeline = self._redis.pipeline(transaction=False)
        for activity_id, part in calls:
            rows = b"".join(map(_row, part))
            _PROJECT.add_to(pipeline, _keys(activity_id), [rows, self._expire_at(activity_id), owner])
        with unavailable_when_gone():
            return await run_scripts(self._redis, pipeline, _PROJECT)

    async def _run(self, script: Script, activity_id: bytes, *arguments: bytes | int) -> object:
        pipeline = self._redis.pipeline(transaction=False)
        script.add_to(pipeline, _keys(activity_id), arguments)
        with unavailable_when_gone():
            [answer] = await run_scripts(self._redis, pipeline, script)
        return answer

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
        _, counts_key, live_key, rebuilding_key, *_ = _keys(activity_id)
        # The marker first: old numbers are never taken for new ones. The stream before the counters: an event that
        # comes in between is sent once more rather than never.
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.exists(rebuilding_key)
        pipeline.xrevrange(live_key, count=1)
        pipeline.hgetall(counts_key)
        pipeline.get(_HEARTBEAT)
        with unavailable_when_gone():
            is_rebuilding, newest, counts, heartbeat = await pipeline.execute()
        event_id = newest[0][0].decode() if newest else _NOTHING_YET
        return Numbers(_people(counts), event_id, int(heartbeat or 0), bool(is_rebuilding))

    async def people(self, activity_id: bytes, since: int | None = None) -> Listing:
        """Everybody with an attempt to come in, and who moved on the list since; one trip.

        Args:
            since: The number of a move; None when nobody asks who moved.

        Raises:
            UnavailableError: Redis is gone.
        """
        seats_key, *_, moved_key = _keys(activity_id)
        # The last move before the people, and who moved after them: what comes in between is told twice rather than
        # never.
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.zrange(moved_key, -1, -1, withscores=True)
        pipeline.hgetall(seats_key)
        pipeline.zrange(moved_key, f"({'inf' if since is None else since}", "inf", byscore=True, withscores=True)
        with unavailable_when_gone():
            last, stored, moved = await pipeline.execute()
        entered = ((field[_ID_BYTES:-1], packed) for field, packed in stored.items() if field[-1:] == _ENTERED)
        people = [Counted(user_id, view) for user_id, packed in entered if (view := _view(user_id, packed))]
        moves = {user_id: int(number) for user_id, number in moved}
        return Listing(people, moves, int(last[0][1]) if last else 0, moves.pop(_EVERYBODY, 0))

    async def revision(self, activity_id: bytes, occurrence_id: bytes, user_id: bytes, direction: int) -> int | None:
        """Which revision of a seat the numbers contain; None when they do not know it.

        Raises:
            UnavailableError: Redis is gone.
        """
        with unavailable_when_gone():
            field = occurrence_id + user_id + bytes([direction])
            packed = cast(bytes | None, await self._redis.hget(_keys(activity_id)[0], field))
        return int.from_bytes(packed[:_REVISION_BYTES], "big") if packed else None

    async def heartbeat_at(self) -> int:
        """When the projector last said that it consumes and that the numbers are whole; 0 for never.

        Raises:
            UnavailableError: Redis is gone.
        """
        with unavailable_when_gone():
            return int(await self._redis.get(_HEARTBEAT) or 0)


def _keys(activity_id: bytes) -> Sequence[str]:
    name = f"{{{ids.to_text(activity_id)}}}"
    return [
        f"reporting:{kind}:{name}"
        for kind in ("seats", "counts", "live", "rebuilding", "next-seats", "next-counts", "moved")
    ]


def _parts(changes: Sequence[Change]) -> Sequence[Sequence[Change]]:
    return [changes[first : first + _CHANGES] for first in range(0, len(changes), _CHANGES)]


def _row(change: Change) -> bytes:
    occurrence_id, user_id, direction, revision, seat, event, _ = change
    view = _pack(seat)
    return _CHANGE.pack(occurrence_id, user_id, direction, len(view), len(event), revision) + view + event


def _view(user_id: bytes, packed: bytes) -> SeatView | None:
    try:
        return _unpack_view(packed[_REVISION_BYTES:])
    except msgspec.MsgspecError as error:
        _VIEWS.note(user_id, error)
        return None


def _people(counts: Mapping[bytes, bytes]) -> dict[str, int]:
    """Everything that counts people, by name.

    A counter is below zero where a projector of an earlier release took somebody out of a minute that is folded.
    """
    found = {}
    for name, count in counts.items():
        if not name.startswith(b"#"):
            try:
                found[name.decode()] = int(count)
            except ValueError as error:
                _COUNTERS.note(name, error)
    return {name: people for name, people in found.items() if people > 0}


def _totals(counts: Mapping[bytes, bytes]) -> dict[bytes, Totals]:
    kept = {name.removeprefix(_SEATS): int(count) for name, count in counts.items() if name.startswith(_SEATS)}
    return {
        occurrence_id: Totals(seats, int(counts.get(_REVISIONS + occurrence_id, 0)))
        for occurrence_id, seats in kept.items()
    }
