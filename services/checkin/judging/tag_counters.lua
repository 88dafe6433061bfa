-- Gives readings of SUN tags to the attempts that bring them first, in whatever order they come.
--
-- KEYS     for each tag, its readings (hash): from -> what is above it, and nobody's, is fresh; high -> the highest taken;
--          counter -> how it was taken (1: = for good, ? when nobody could tell), owner (16)
-- ARGV     1 when the keys expire (seconds), 2 what is done with a reading that is nobody's: take it, note that it may have
--          been used, or keep it (take it where that can be told, else note it), then for each tag its readings
-- reading  counter (4), owner (16)
-- returns  for each tag and reading, in order: 1 its own, 2 another's, 3 older than the window, 4 nobody can tell, 5 nobody
--          can tell of any of this tag

local expire_at, is_taken, is_noted = ARGV[1], ARGV[2] ~= 'note', ARGV[2] ~= 'take'

local function judged(key, blob)
  local readings, fields = {}, {'from', 'high'}
  for pos = 1, #blob, ITEM_BYTES do
    local counter, owner = struct.unpack('>I4c16', blob, pos)
    readings[#readings + 1] = {counter, owner}
    fields[#fields + 1] = tostring(counter)
  end
  local found = redis.call('HMGET', key, unpack(fields))
  local from, high = tonumber(found[1]), tonumber(found[2]) or 0
  local out, taken, writes = {}, {}, {}
  for i, reading in ipairs(readings) do
    local counter, owner = reading[1], reading[2]
    local held, verdict, how = taken[counter] or found[i + 2]
    if held then
      if string.sub(held, 2) ~= owner then verdict = 2
      else verdict = string.sub(held, 1, 1) == '=' and 1 or 4 end
    elseif is_taken and from and counter > from and counter + WINDOW >= high then
      verdict, how = 1, '='
      high = math.max(high, counter)
    elseif is_noted then verdict, how = 4, '?'
    elseif not from then verdict = 5
    elseif counter + WINDOW < high then verdict = 3
    else verdict, how = 4, '?'
    end
    if how then
      taken[counter] = how .. owner
      writes[#writes + 1] = tostring(counter)
      writes[#writes + 1] = taken[counter]
    end
    out[i] = verdict
  end
  if #writes > 0 then
    if from then
      writes[#writes + 1] = 'high'
      writes[#writes + 1] = tostring(high)
    end
    redis.call('HSET', key, unpack(writes))
    redis.call('EXPIREAT', key, expire_at)
  end
  return out
end

local verdicts = {}
for i, key in ipairs(KEYS) do verdicts[i] = judged(key, ARGV[i + 2]) end
return verdicts
