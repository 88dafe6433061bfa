-- Makes the count of an occurrence complete: who holds a seat in MySQL, and whom a hint knows of. Nothing where it is.
--
-- KEYS     1 seats (hash), 2 taken (sorted set), 3 complete (the marker)
-- ARGV     1 when count and marker expire (seconds), 2 users (16 each), one after the other
-- hint     as in claim.lua
-- returns  nothing

local expire_at, users = ARGV[1], ARGV[2]
local seats, taken, marker = KEYS[1], KEYS[2], KEYS[3]
if redis.call('EXISTS', marker) == 1 then return end
for pos = 1, #users, USER_BYTES do
  redis.call('ZADD', taken, '+inf', string.sub(users, pos, pos + USER_BYTES - 1))
end
local hints = redis.call('HGETALL', seats)
for i = 1, #hints, 2 do
  local user, kind = string.sub(hints[i], 1, USER_BYTES), string.sub(hints[i + 1], 1, 1)
  if string.byte(hints[i], FIELD_BYTES) == IN and kind ~= 'F' then
    local _, _, _, _, _, ends_at = struct.unpack('>c1c16I8I8BI8', hints[i + 1])
    redis.call('ZADD', taken, kind == 'H' and '+inf' or ends_at, user)
  end
end
redis.call('EXPIREAT', taken, expire_at)
redis.call('SET', marker, 1, 'EXAT', expire_at)
