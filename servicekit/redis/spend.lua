-- Spends one of each person's allowance, item after item, so that many at once gain nothing.
--
-- KEYS     a counter for each item; a person may come more than once
-- ARGV     1 limit, 2 the window (seconds, from the first that counts), then for each item: 1 if it counts, else 0
-- returns  for each item, in order: 0 if it was in time, else the seconds until the window ends

local limit, window, counts, waits = tonumber(ARGV[1]), ARGV[2], {}, {}
for i, key in ipairs(KEYS) do
  local count = counts[key] or tonumber(redis.call('GET', key) or 0)
  if count >= limit then
    waits[i] = math.max(redis.call('TTL', key), 1)
  else
    waits[i] = 0
    if ARGV[i + 2] == '1' then
      count = redis.call('INCR', key)
      redis.call('EXPIRE', key, window, 'NX')
    end
  end
  counts[key] = count
end
return waits
