-- Functions of project.lua: by what span of time somebody who came in a minute is counted.
--
-- Minutes count for themselves only for a while: what is older is counted with its neighbours, so that an activity of
-- weeks has a few hundred counters. A person is taken out again of wherever their minute went.
--
-- counts   hash, as in project.lua
-- minute   and newest: minutes since 1970
-- folded   the minute before which minutes are counted by quarters of an hour and longer, of one occurrence

local function span(minute, folded)
  if minute >= folded then return 'minute:' .. minute end
  local coarse = folded - (QUARTERS_KEPT - MINUTES_KEPT)
  if minute >= coarse - coarse % BLOCK then return 'quarter:' .. minute - minute % QUARTER end
  return 'block:' .. minute - minute % BLOCK
end

local function fold(counts, occurrence, newest, folded)
  local from = newest - MINUTES_KEPT
  from = from - from % QUARTER
  if from <= folded then return end
  local stored = redis.call('HGETALL', counts)
  for index = 1, #stored, 2 do
    local counter, target = stored[index], nil
    if string.sub(counter, -ID_BYTES) == occurrence then
      local kind, minute = string.match(string.sub(counter, 1, -ID_BYTES - 1), '^(%l+):(%d+)$')
      target = (kind == 'minute' or kind == 'quarter') and span(tonumber(minute), from) .. occurrence
    end
    if target and target ~= counter and tonumber(stored[index + 1]) then
      redis.call('HDEL', counts, counter)
      if redis.call('HINCRBY', counts, target, stored[index + 1]) == 0 then redis.call('HDEL', counts, target) end
    end
  end
  redis.call('HSET', counts, FOLDED .. occurrence, from)
end
