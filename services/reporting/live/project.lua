-- Takes changes of one activity as they happen (no owner) or a page of a rebuild (the owner's). Both go through one
-- function, so that the generations cannot differ. "Inside" is the one counter that needs both seats of a person.
--
-- KEYS     1 seats, 2 counts (hashes), 3 live (stream), 4 rebuilding (who rebuilds),
--          5 next-seats, 6 next-counts (the generation that is being built)
-- ARGV     1 changes, one after the other, 2 when the keys expire (seconds), 3 owner of a rebuild, or nothing
-- change   field: occurrence (16), user (16), direction (1) | size of the view (4), size of the event (4),
--          revision (8) | view (msgpack: is_held, at, counters, ...) | event
--          The msgpack of Redis knows no binary strings, so only the view, which has none, is in it.
-- seats    field -> revision (8), view
-- counts   counter and occurrence (its last 16 bytes) -> people, never zero; SEATS and REVISIONS with an occurrence;
--          FOLDED with one -> a minute
-- returns  positions (from 0) of the changes by which a seat is held that was not; nothing for a rebuild, and false
--          when it is another's by now

local blob, expire_at, owner = ARGV[1], ARGV[2], ARGV[3]
local live, rebuilding = KEYS[3], KEYS[4]

local function add(sums, name, by)
  sums[name] = (sums[name] or 0) + by
end

local function sums_of(deltas, occurrence)
  deltas[occurrence] = deltas[occurrence] or {}
  return deltas[occurrence]
end

-- How many counters of an occurrence have moved.
local function count(counts, occurrence, deltas)
  local moved, newest = 0, 0
  local folded = tonumber(redis.call('HGET', counts, FOLDED .. occurrence) or '') or 0
  for counter, by in pairs(deltas) do
    if by ~= 0 then
      moved = moved + 1
      local minute = tonumber(string.match(counter, '^minute:(%d+)$'))
      if minute then
        counter = span(minute, folded)
        newest = math.max(newest, by > 0 and minute or 0)
      end
      counter = counter .. occurrence
      if redis.call('HINCRBY', counts, counter, by) == 0 then redis.call('HDEL', counts, counter) end
    end
  end
  fold(counts, occurrence, newest, folded)
  return moved
end

local function revision(stored)
  return (struct.unpack('>I8', stored))
end

local function view(stored)
  return stored and cmsgpack.unpack(string.sub(stored, REVISION_BYTES + 1))
end

-- When a held seat was last asked for, by an attempt that counts; what an older release wrote knows the holder's time.
local function moved_at(seat)
  if not (seat and seat[1]) then return '' end
  if (seat[LAST] or '') ~= '' then return seat[LAST] end
  return string.format('%016.0f', seat[2])
end

local function inside(entered, left)
  local came = moved_at(entered)
  if came ~= '' and moved_at(left) <= came then return 1 end
  return 0
end

-- What viewers are told of a seat: all but the moment it was last asked for.
local function told(seat)
  return seat and cmsgpack.pack({seat[MARK] or 0, unpack(seat, 1, LAST - 1)})
end

local function twin_of(field)
  local direction = string.byte(field, FIELD_BYTES)
  return string.sub(field, 1, FIELD_BYTES - 1) .. string.char(3 - direction)
end

local function known(seats)
  local fields, pos = {}, 1
  while pos <= #blob do
    local view_size, event_size = struct.unpack('>I4I4', blob, pos + FIELD_BYTES)
    local field = string.sub(blob, pos, pos + FIELD_BYTES - 1)
    fields[#fields + 1] = field
    fields[#fields + 1] = twin_of(field)
    pos = pos + CHANGE_BYTES + view_size + event_size
  end
  local found = {}
  for i, stored in ipairs(redis.call('HMGET', seats, unpack(fields))) do found[fields[i]] = stored end
  return found
end

local function project(seats, counts)
  local deltas, added, raised, events, held = {}, {}, {}, {}, {}
  local pos, index, is_changed, kept, writes = 1, 0, false, known(seats), {}
  while pos <= #blob do
    local view_size, event_size = struct.unpack('>I4I4', blob, pos + FIELD_BYTES)
    local event_at = pos + CHANGE_BYTES + view_size
    local packed = string.sub(blob, pos + CHANGE_BYTES - REVISION_BYTES, event_at - 1)
    local field = string.sub(blob, pos, pos + FIELD_BYTES - 1)
    local stored = kept[field]
    local before, now = stored and revision(stored) or 0, revision(packed)
    if not stored or before < now then
      local occurrence = string.sub(field, 1, ID_BYTES)
      kept[field] = packed
      writes[#writes + 1] = field
      writes[#writes + 1] = packed
      if not stored then add(added, occurrence, 1) end
      add(raised, occurrence, now - before)
      if not stored or string.sub(stored, REVISION_BYTES + 1) ~= string.sub(packed, REVISION_BYTES + 1) then
        local direction = string.byte(field, FIELD_BYTES)
        local old, new, other = view(stored), view(packed), view(kept[twin_of(field)])
        local sums = sums_of(deltas, occurrence)
        is_changed = true
        for _, counter in ipairs(old and old[3] or {}) do add(sums, counter, -1) end
        for _, counter in ipairs(new[3]) do add(sums, counter, 1) end
        if direction == IN then
          add(sums, 'inside', inside(new, other) - inside(old, other))
          if told(old) ~= told(new) then events[#events + 1] = string.sub(blob, event_at, event_at + event_size - 1) end
        else
          add(sums, 'inside', inside(other, new) - inside(other, old))
        end
        if new[1] and not (old and old[1]) then held[#held + 1] = index end
      end
    end
    pos, index = event_at + event_size, index + 1
  end
  if #writes > 0 then redis.call('HSET', seats, unpack(writes)) end
  local moved = #events
  for occurrence, sums in pairs(deltas) do moved = moved + count(counts, occurrence, sums) end
  for occurrence, by in pairs(added) do redis.call('HINCRBY', counts, SEATS .. occurrence, by) end
  for occurrence, by in pairs(raised) do redis.call('HINCRBY', counts, REVISIONS .. occurrence, by) end
  return events, moved, held, is_changed
end

local builder = redis.call('GET', rebuilding)
if owner ~= '' and builder ~= owner then return false end
if builder then
  project(KEYS[5], KEYS[6])
  for key = 5, 6 do redis.call('EXPIRE', KEYS[key], NEXT_LIFE_S) end
end
if owner ~= '' then
  redis.call('PEXPIRE', rebuilding, REBUILD_LIFE_MS)
  return {}
end

local events, moved, held, is_changed = project(KEYS[1], KEYS[2])
if moved > 0 then
  for first = 1, math.max(#events, 1), EVENTS_PER_ENTRY do
    local batch = table.concat(events, '', first, math.min(first + EVENTS_PER_ENTRY - 1, #events))
    redis.call('XADD', live, 'MAXLEN', '~', ENTRIES, '*', 'e', batch)
  end
end
if is_changed then
  for key = 1, 3 do redis.call('EXPIREAT', KEYS[key], expire_at) end
end
return held
