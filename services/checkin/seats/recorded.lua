-- Writes seats as the recorder stored them, unless a higher revision is known, and keeps complete counts in step.
--
-- A claim is of an accepted attempt, which loses its seat to another holder or to an annul only: a seat that is free
-- without one was stored before that attempt was, and stays claimed.
--
-- KEYS     as in claim.lua
-- ARGV     1 how long the hints live where nothing says yet (seconds), then for each occurrence: recorded seats, one
--          after the other
-- each     field: user (16), direction (1) | hint, as in claim.lua: H held or F freed
-- returns  nothing

local life = ARGV[1]

local function record(seats, taken, counted, blob)
  local fields, is_new, writes, entered, left = fields_of(blob, ITEM_BYTES), true, {}, {}, {}
  local hints = redis.call('HMGET', seats, unpack(fields))
  for i = 1, #fields do
    local new = string.sub(blob, (i - 1) * ITEM_BYTES + FIELD_BYTES + 1, i * ITEM_BYTES)
    local kind, _, _, revision, annulled = struct.unpack('>c1c16I8I8B', new)
    local was, attempt, at, known, _, ends_at = '', '', 0, -1
    if hints[i] then
      is_new, was, attempt, at, known, _, ends_at = false, struct.unpack('>c1c16I8I8BI8', hints[i])
    end
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
    -- Where a hint stood, the hash has its end already.
    if is_new then redis.call('EXPIRE', seats, life, 'NX') end
  end
end

for i, counted in ipairs(markers()) do record(KEYS[3 * i - 2], KEYS[3 * i - 1], counted, ARGV[i + 1]) end
