-- Writes seats as the recorder stored them, unless a higher revision is known, and keeps a complete count in step.
--
-- A claim is of an accepted attempt, which loses its seat to another holder or to an annul only: a seat that is free
-- without one was stored before that attempt was, and stays claimed.
--
-- KEYS     1 seats (hash), 2 taken (sorted set), 3 complete (the marker)
-- ARGV     1 how long the hints live where nothing says yet (seconds), 2 recorded seats, one after the other
-- each     field: user (16), direction (1) | hint, as in claim.lua: H held or F freed
-- returns  nothing

local life, blob = ARGV[1], ARGV[2]
local seats, taken, marker = KEYS[1], KEYS[2], KEYS[3]
local counted = redis.call('EXISTS', marker) == 1
local fields, writes, entered, left = {}, {}, {}, {}
for pos = 1, #blob, ITEM_BYTES do fields[#fields + 1] = string.sub(blob, pos, pos + FIELD_BYTES - 1) end
local hints = redis.call('HMGET', seats, unpack(fields))
for i = 1, #fields do
  local new = string.sub(blob, (i - 1) * ITEM_BYTES + FIELD_BYTES + 1, i * ITEM_BYTES)
  local kind, _, _, revision, annulled = struct.unpack('>c1c16I8I8B', new)
  local was, attempt, at, known, _, ends_at = '', '', 0, -1
  if hints[i] then was, attempt, at, known, _, ends_at = struct.unpack('>c1c16I8I8BI8', hints[i]) end
  if revision > known then
    local is_claimed = was == 'C' and kind == 'F' and annulled == 0
    if is_claimed then new = struct.pack('>c1c16I8I8BI8', 'C', attempt, at, revision, 0, ends_at) end
    writes[#writes + 1] = fields[i]
    writes[#writes + 1] = new
    if not is_claimed and counted and string.byte(fields[i], FIELD_BYTES) == IN then
      local user = string.sub(fields[i], 1, USER_BYTES)
      if kind == 'H' then
        entered[#entered + 1] = '+inf'
        entered[#entered + 1] = user
      elseif kind == 'F' then left[#left + 1] = user end
    end
  end
end
if #entered > 0 then redis.call('ZADD', taken, unpack(entered)) end
if #left > 0 then redis.call('ZREM', taken, unpack(left)) end
if #writes > 0 then
  redis.call('HSET', seats, unpack(writes))
  redis.call('EXPIRE', seats, life, 'NX')
end
