-- Gives up a rebuild, and throws away what it has built.
--
-- KEYS     as in project.lua
-- ARGV     1 owner
-- returns  1, or 0 when it is another's by now

if redis.call('GET', KEYS[4]) ~= ARGV[1] then return 0 end
redis.call('UNLINK', KEYS[4], KEYS[5], KEYS[6])
return 1
