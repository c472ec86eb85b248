--- CPU time of writing 100,000 resources as CSV by pages of 500: rows of harnest against curl and jq,
-- which request the same pages. They take turns, whole processes. Prints the ratio, the median of all
-- rounds.
--   lua bench/csv.lua ROUNDS

local url, token = os.getenv "HARNEST_URL", os.getenv "HARNEST_TOKEN"

local COUNT, SIZE = 100000, 500

if arg[1] == "rows" then
  local api = require("harnest").new {
    url = url,
    token = token,
    dialect = "harnest",
    headers = { ["Accept-Encoding"] = "identity" },
  }
  local columns = { "id", "title", "status", "amount" }
  for id, title, status, amount in api:rows("bulk", columns, { page = { size = SIZE }, limit = COUNT }) do
    if title:find('"', 1, true) then
      title = title:gsub('"', '""')
    end
    io.write(id, ',"', title, '",', status, ",", amount, "\n")
  end
  api:close()
  return
end

local cpu = require "bench.cpu"
local median = require "bench.median"

local curl = ([[curl -s -H 'Accept: application/vnd.api+json' -H "Authorization: Bearer $HARNEST_TOKEN" \
  '%s/bulk?page%%5Bsize%%5D=%d&page%%5Bnumber%%5D=[1-%d]' |
  jq -r '.data[] | [.id, .attributes.title, .attributes.status, .attributes.amount] | @csv' >/dev/null]]):format(
  url, SIZE, COUNT / SIZE)
local harnest = ("%s %s rows >/dev/null"):format(arg[-1], arg[0])

local own, by_hand, ratios = {}, {}, {}
for round = 1, tonumber(arg[1]) or 9 do
  own[round], by_hand[round] = cpu(harnest), cpu(curl)
  ratios[round] = own[round] / by_hand[round]
end
local ratio = median(ratios) -- sorts them
print(("%-8s rows %.2f s CPU, curl and jq %.2f s: %.2f (%.2f to %.2f)"):format(jit and "LuaJIT" or _VERSION,
  median(own), median(by_hand), ratio, ratios[1], ratios[#ratios]))
