-- Takes the seats of occurrences that are free, for those whose own judgement is accepted, while there is room.
--
-- KEYS     for each occurrence: seats (hash), taken (sorted set), complete (the marker)
-- ARGV     1 now (ms), then for each: capacity (0: no limit), when the keys expire (seconds), claims, one after the other
-- claim    field: user (16), direction (1) | attempt_id (16), judgement (1), is_staff (1), effective_at (8)
-- hint     kind (1: C claimed, H held, F freed), attempt_id (16), effective_at (8), revision (8), is_annulled (1),
--          when a claim ends (8, ms)
-- returns  for each occurrence and claim, in order: the hint that stood before; empty for none; F: full; N: nobody knows
--          the count

local now = tonumber(ARGV[1])

-- Who of these people is in, and how many are.
local function insiders(taken, fields)
  local users, inside = {}, {}
  redis.call('ZREMRANGEBYSCORE', taken, '-inf', '(' .. now)
  for i = 1, #fields do users[i] = string.sub(fields[i], 1, USER_BYTES) end
  for i, score in ipairs(redis.call('ZMSCORE', taken, unpack(users))) do inside[users[i]] = score end
  return inside, redis.call('ZCARD', taken)
end

-- While the count is complete (counted) it is kept, also of a room that has no limit for now.
local function claim(seats, taken, marker, counted, capacity, expire_at, blob)
  local fields = fields_of(blob, ITEM_BYTES)
  local hints = redis.call('HMGET', seats, unpack(fields))
  local inside, count, entering = {}, 0, {}
  if counted then inside, count = insiders(taken, fields) end
  local out, writes, seen = {}, {}, {}
  for i = 1, #fields do
    local pos = (i - 1) * ITEM_BYTES + 1
    local attempt, own, staff, at = struct.unpack('>c16BBI8', blob, pos + FIELD_BYTES)
    local field, hint = fields[i], seen[fields[i]] or hints[i]
    local revision, annulled, kind, ends_at, _ = 0, 0
    if hint then
      kind, _, _, revision, annulled, ends_at = struct.unpack('>c1c16I8I8BI8', hint)
      if kind == 'C' and ends_at < now then hint = false end
    end
    if own == ACCEPTED and (not hint or (kind == 'F' and (annulled == 0 or staff == 1))) then
      local verdict = false
      if string.byte(field, FIELD_BYTES) == IN and (counted or capacity > 0) then
        local user = string.sub(field, 1, USER_BYTES)
        if not counted then verdict = 'N'
        elseif not inside[user] then
          if capacity > 0 and count >= capacity then verdict = 'F'
          else
            inside[user], count = true, count + 1
            entering[#entering + 1] = now + CLAIM_MS
            entering[#entering + 1] = user
          end
        end
      end
      if verdict then hint = verdict
      else
        local claimed = struct.pack('>c1c16I8I8BI8', 'C', attempt, at, revision, 0, now + CLAIM_MS)
        writes[#writes + 1] = field
        writes[#writes + 1] = claimed
        seen[field] = claimed
      end
    end
    out[i] = hint or ''
  end
  if #entering > 0 then redis.call('ZADD', taken, unpack(entering)) end
  if #writes > 0 then
    redis.call('HSET', seats, unpack(writes))
    redis.call('EXPIREAT', seats, expire_at)
    if counted then
      redis.call('EXPIREAT', taken, expire_at)
      redis.call('EXPIREAT', marker, expire_at)
    end
  end
  return out
end

local out, complete = {}, markers()
for i, counted in ipairs(complete) do
  local key, argument = 3 * i - 2, 3 * i - 1
  out[i] = claim(KEYS[key], KEYS[key + 1], KEYS[key + 2], counted,
    tonumber(ARGV[argument]), ARGV[argument + 1], ARGV[argument + 2])
end
return out
