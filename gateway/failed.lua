-- Notes a failed sign-in. As in `buckets.Buckets`, a bucket is one number: when it will be full again.
--
-- KEYS     1 the bucket of an address
-- ARGV     1 seconds from one token to the next, 2 seconds until an empty bucket is full
-- returns  in how many ms the address has a token again; 0 when it has one

local time, interval, fill = redis.call('TIME'), tonumber(ARGV[1]), tonumber(ARGV[2])
local now = time[1] + time[2] / 1000000
local full_at = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now) + interval
full_at = math.min(full_at, now + fill + LONGEST_WAIT_S)
redis.call('SET', KEYS[1], string.format('%.6f', full_at), 'PX', math.ceil((full_at - now) * 1000))
return math.ceil(math.max(full_at + interval - now - fill, 0) * 1000)
