-- Ends a rebuild: the new generation takes the place of the old one, and viewers are told that the numbers have moved.
--
-- KEYS     as in project.lua
-- ARGV     1 owner, 2 when the keys expire (seconds)
-- returns  1, or 0 when it is another's by now

if redis.call('GET', KEYS[4]) ~= ARGV[1] then return 0 end
for key = 1, 2 do
  redis.call('UNLINK', KEYS[key])
  if redis.call('EXISTS', KEYS[key + 4]) == 1 then redis.call('RENAME', KEYS[key + 4], KEYS[key]) end
end
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ENTRIES, '*', 'e', '')
for key = 1, 3 do redis.call('EXPIREAT', KEYS[key], ARGV[2]) end
redis.call('UNLINK', KEYS[4])
return 1
