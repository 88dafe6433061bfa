-- Functions of the scripts about several occurrences: their keys come in threes, as in claim.lua.

local function fields_of(blob, item_bytes)
  local fields = {}
  for pos = 1, #blob, item_bytes do fields[#fields + 1] = string.sub(blob, pos, pos + FIELD_BYTES - 1) end
  return fields
end

-- For each occurrence its marker, or false.
local function markers()
  local keys = {}
  for key = 3, #KEYS, 3 do keys[#keys + 1] = KEYS[key] end
  return redis.call('MGET', unpack(keys))
end
