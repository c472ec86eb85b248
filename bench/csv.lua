--- CPU time of writing 100,000 resources as CSV by pages of 500: by rows whose lines the script makes, by
-- lines, and by the command, each against curl and jq, which request the same pages. They take turns,
-- whole processes. Prints the ratios, the medians of all rounds. The script's pages are not
-- compressed, the command's are.
--   lua bench/csv.lua ROUNDS

local url, token = os.getenv "HARNEST_URL", os.getenv "HARNEST_TOKEN"

local COUNT, SIZE = 100000, 500

local writers = {}

function writers.rows(rows)
  for id, title, status, amount in rows() do
    if title:find('"', 1, true) then
      title = title:gsub('"', '""')
    end
    io.write(id, ',"', title, '",', status, ",", amount, "\n")
  end
end

function writers.lines(rows)
  for text in rows { format = "csv", block = 4096 } do
    io.write(text)
  end
end

if writers[arg[1]] then
  local api = require("harnest").new {
    url = url,
    token = token,
    dialect = "harnest",
    headers = { ["Accept-Encoding"] = "identity" },
  }
  writers[arg[1]](function(lines)
    local query = { page = { size = SIZE }, limit = COUNT, lines = lines }
    return (api:rows("bulk", { "id", "title", "status", "amount" }, query))
  end)
  api:close()
  return
end

local cpu = require "bench.cpu"
local median = require "bench.median"

local function curl(row)
  return ([[curl -s -H 'Accept: application/vnd.api+json' -H "Authorization: Bearer $HARNEST_TOKEN" \
    '%s/bulk?page%%5Bsize%%5D=%d&page%%5Bnumber%%5D=[1-%d]' | jq -r '.data[] | [%s] | @csv' >/dev/null]]):format(
    url, SIZE, COUNT / SIZE, row)
end

local four = curl ".id, .attributes.title, .attributes.status, .attributes.amount"
local all = curl(".id, .attributes.amount, .attributes.archived, .attributes.created_at, .attributes.note, "
  .. ".attributes.status, (.attributes.tags | tojson), .attributes.text, .attributes.title")
local script = arg[-1] .. " " .. arg[0] .. " %s >/dev/null"
local command = arg[-1] .. " bin/harnest list bulk --page-size " .. SIZE .. " -o csv %s >/dev/null"

for _, case in ipairs {
  { "rows", script:format "rows", four },
  { "lines", script:format "lines", four },
  { "command, 4 columns", command:format "--fields id,title,status,amount", four },
  { "command, all columns", command:format "", all },
} do
  local own, by_hand, ratios = {}, {}, {}
  for round = 1, tonumber(arg[1]) or 9 do
    own[round], by_hand[round] = cpu(case[2]), cpu(case[3])
    ratios[round] = own[round] / by_hand[round]
  end
  local ratio = median(ratios) -- sorts them
  print(("%-8s %-20s %.2f s CPU, curl and jq %.2f s: %.2f (%.2f to %.2f)"):format(jit and "LuaJIT" or _VERSION, case[1],
    median(own), median(by_hand), ratio, ratios[1], ratios[#ratios]))
end
