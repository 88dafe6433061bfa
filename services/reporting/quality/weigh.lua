-- Which of some things somebody has not told yet: a set of what each person told, for a day from the first on.
--
-- KEYS[1]  what they told
-- ARGV     what they tell, by digest
-- Returns the places in ARGV, from 1, of what is new; once there is as much as anybody may tell, nothing is.

local new = {}
local room = MOST - redis.call('SCARD', KEYS[1])
for place, digest in ipairs(ARGV) do
  if #new < room and redis.call('SADD', KEYS[1], digest) == 1 then new[#new + 1] = place end
end
if redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], LIFE_S) end
return new
