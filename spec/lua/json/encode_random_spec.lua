-- encode and decode of random documents.

local cjson = require "cjson"
local core = require "harnest.core"
local random_json = require "spec.support.random_json"
local same_value = require "spec.support.same_value"
local size = require "spec.support.size"

-- Locals, since busted looks up each global of a spec in all enclosing blocks
local encode, decode, pairs, type = core.encode, core.decode, pairs, type

-- Whether cjson read the same, with every number as a float and arrays without a mark
local function like_cjson(ours, its)
  if type(ours) == "number" then
    return type(its) == "number" and ours + 0.0 == its + 0.0
  elseif type(ours) ~= "table" or type(its) ~= "table" then
    return ours == its
  end
  for key, value in pairs(ours) do
    if not like_cjson(value, its[key]) then
      return false
    end
  end
  for key in pairs(its) do
    if ours[key] == nil then
      return false
    end
  end
  return true
end

-- HARNEST_SEED repeats a run; HARNEST_DOCUMENTS shortens it for a memory checker.
local seed = tonumber(os.getenv "HARNEST_SEED") or os.time()
local count = tonumber(os.getenv "HARNEST_DOCUMENTS") or size(3000, 10000)
print(("encode: %d random documents, HARNEST_SEED=%d"):format(count, seed))

describe("random documents", function()
  it("are written as they were read", function()
    local next_text = random_json(seed)
    for i = 1, count do
      local text = next_text()
      local value = assert(decode(text))
      local written = encode(value)
      local again = assert(decode(written))
      local fine = same_value(value, again) and encode(again) == written
        and like_cjson(value, cjson.decode(text)) and like_cjson(value, cjson.decode(written))
      if not fine then
        error(("HARNEST_SEED=%d, document %d: %s was written as %s"):format(seed, i, text, written))
      end
    end
  end)
end)
