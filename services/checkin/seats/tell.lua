-- Puts what people are told anew before what they were told before, once for each attempt.
--
-- KEYS     told of one shard, a key for each person
-- ARGV     1 how long it is kept (seconds), then for each key: answers, one after the other
-- answer   head: attempt_id (16), body_hash (16), received_at (8), size (4) | so many bytes
-- returns  nothing

local life, kept = ARGV[1], redis.call('MGET', unpack(KEYS))
for i, key in ipairs(KEYS) do
  local told, before = ARGV[i + 1], kept[i]
  if before then
    local parts, seen = {}, {}
    local blob, pos = told .. before, 1
    while pos + HEAD_BYTES <= #blob + 1 and #parts < KEPT do
      local attempt, _, _, size, start = struct.unpack('>c16c16I8I4', blob, pos)
      if start + size > #blob + 1 then break end
      if not seen[attempt] then parts[#parts + 1] = string.sub(blob, pos, start + size - 1) end
      seen[attempt], pos = true, start + size
    end
    told = table.concat(parts)
  end
  redis.call('SET', key, told, 'EX', life)
end
