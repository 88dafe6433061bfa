-- Puts a set that was read at a revision in its place, unless something newer was heard of since the reading began.
--
-- KEYS     1 people (set), 2 heard (hash) as in change.lua, and since: names the time that this Redis remembers,
--          3 fresh (set), what was read
-- ARGV     1 since, as it was before the reading, 2 the revision that was read, 3 how many are in the fresh set
-- returns  1 where it is in place, else 0

local people, heard, fresh, revision = KEYS[1], KEYS[2], KEYS[3], tonumber(ARGV[2])
local since, newest = unpack(redis.call('HMGET', heard, 'since', 'newest'))
if since ~= ARGV[1] or tonumber(newest or 0) > revision or redis.call('SCARD', fresh) ~= tonumber(ARGV[3]) then
  redis.call('DEL', fresh)
  return 0
end
redis.call('RENAME', fresh, people)
redis.call('EXPIRE', people, LIFE_S)
redis.call('HSET', heard, 'newest', revision, 'whole', revision)
redis.call('EXPIRE', heard, LIFE_S)
return 1
