--- CPU time of encoding a typical resource as JSON: harnest against lua-cjson, alternating in one
-- process.
--   lua bench/encode.lua ROUNDS

require "harnest"
local cjson = require "cjson"
local core = require "harnest.core"

local TIMES = 20000
local rounds = tonumber(arg[1]) or 5

local lines = {}
for i = 1, 5 do
  lines[i] = { title = "Line " .. i, quantity = i, price = 1999 * i / 100, taxed = i % 2 == 0, note = cjson.null }
end
local body = {
  data = {
    type = "contracts",
    id = "8f14e45f-ceea-467f-a1f8-1d1b3a9f0c11",
    attributes = {
      title = "Non-disclosure agreement between Müller & Söhne and Acme",
      status = 1,
      value = 125000.5,
      currency = "EUR",
      ["created-at"] = "2026-01-31T09:30:00Z",
      description = ('A "mutual" agreement on what each side tells the other.\n'):rep(4),
      lines = lines,
    },
    relationships = {
      owner = { data = { type = "people", id = "17" } },
      signers = { data = { { type = "people", id = "1" }, { type = "people", id = "2" } } },
    },
  },
}

local function measure(encode)
  collectgarbage()
  local start = os.clock()
  for _ = 1, TIMES do
    encode(body)
  end
  return os.clock() - start
end

local ratios, ours, theirs = {}, {}, {}
for round = 1, rounds do
  ours[round] = measure(core.encode)
  theirs[round] = measure(cjson.encode)
  ratios[round] = ours[round] / theirs[round]
end
for _, values in ipairs { ratios, ours, theirs } do
  table.sort(values)
end
local middle = math.ceil(rounds / 2)
print(("%-8s %d bodies of %d bytes: harnest %.2f s, lua-cjson %.2f s CPU; ratio %.2f (%.2f to %.2f)"):format(
  jit and "LuaJIT" or _VERSION, TIMES, #core.encode(body), ours[middle], theirs[middle], ratios[middle], ratios[1],
  ratios[rounds]))
