-- Begins a rebuild: from here on events go to both generations. What one that died left over goes first.
--
-- KEYS     as in project.lua
-- ARGV     1 owner
-- returns  1, or 0 when somebody else rebuilds

if not redis.call('SET', KEYS[4], ARGV[1], 'NX', 'PX', REBUILD_LIFE_MS) then return 0 end
redis.call('UNLINK', KEYS[5], KEYS[6])
return 1
