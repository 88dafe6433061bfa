-- Makes claims last whose attempts are durable; a seat that is another's by now stays as it is.
--
-- KEYS     as in claim.lua
-- ARGV     for each occurrence: confirmations, one after the other
-- each     field: user (16), direction (1) | attempt_id (16)
-- hint     as in claim.lua: a confirmed claim is one that never ends
-- returns  nothing

local function confirm(seats, taken, counted, blob)
  local fields, writes, entered = fields_of(blob, ITEM_BYTES), {}, {}
  local hints = redis.call('HMGET', seats, unpack(fields))
  for i = 1, #fields do
    local hint = hints[i]
    local attempt = string.sub(blob, (i - 1) * ITEM_BYTES + FIELD_BYTES + 1, i * ITEM_BYTES)
    if hint and string.sub(hint, 1, 1 + #attempt) == 'C' .. attempt then
      writes[#writes + 1] = fields[i]
      writes[#writes + 1] = string.sub(hint, 1, -9) .. struct.pack('>I8', FOR_EVER_MS)
      if counted and string.byte(fields[i], FIELD_BYTES) == IN then
        entered[#entered + 1] = '+inf'
        entered[#entered + 1] = string.sub(fields[i], 1, USER_BYTES)
      end
    end
  end
  if #writes > 0 then redis.call('HSET', seats, unpack(writes)) end
  if #entered > 0 then redis.call('ZADD', taken, unpack(entered)) end
end

for i, counted in ipairs(markers()) do confirm(KEYS[3 * i - 2], KEYS[3 * i - 1], counted, ARGV[i]) end
