-- A function of project.lua and switch.lua: who changed their place on the list. Moves count up by one, whoever moves.
--
-- moved    sorted set: user, or nothing for everybody -> the number of their last move
-- people   users in the order of their moves

local function move(moved, people)
  if #people == 0 then return end
  local last, scores = tonumber(redis.call('ZRANGE', moved, -1, -1, 'WITHSCORES')[2] or 0), {}
  for number, user in ipairs(people) do
    scores[#scores + 1] = last + number
    scores[#scores + 1] = user
  end
  redis.call('ZADD', moved, unpack(scores))
end
