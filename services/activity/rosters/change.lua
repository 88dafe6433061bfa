-- Applies a change of who is on a roster to a set at the revision before it; any other set is dropped.
--
-- KEYS     1 people (set), 2 heard (hash): newest, the highest revision heard of; whole, at which the set is
-- ARGV     1 the revision that the change made, 2 people who joined (16 each), one after the other, 3 those who left
-- returns  nothing

local people, heard, revision = KEYS[1], KEYS[2], tonumber(ARGV[1])
local newest, whole = unpack(redis.call('HMGET', heard, 'newest', 'whole'))
if tonumber(newest or 0) >= revision then return end
redis.call('HSET', heard, 'newest', revision)
redis.call('EXPIRE', heard, LIFE_S)
if tonumber(whole or -1) ~= revision - 1 or redis.call('EXISTS', people) == 0 then
  redis.call('DEL', people)
  redis.call('HDEL', heard, 'whole')
  return
end
-- Who left as one entry may have joined as another.
for pos = 1, #ARGV[3], USER_BYTES do redis.call('SREM', people, string.sub(ARGV[3], pos, pos + USER_BYTES - 1)) end
for pos = 1, #ARGV[2], USER_BYTES do redis.call('SADD', people, string.sub(ARGV[2], pos, pos + USER_BYTES - 1)) end
redis.call('HSET', heard, 'whole', revision)
