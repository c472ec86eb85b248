--- CPU time from the start of a process to its first resource: require, client, one page of 15, end.
-- harnest against the loop by hand. The sides take turns; each round runs both PROCESSES times and
-- takes user and system time of all its processes. Prints milliseconds for a process and the ratio,
-- the medians of all rounds.
--   lua bench/start.lua ROUNDS PROCESSES

local url, token = os.getenv "HARNEST_URL", os.getenv "HARNEST_TOKEN"

-- Each function reads the first page and takes its first resource.
local sides = {}

function sides.harnest()
  local api = require("harnest").new {
    url = url,
    token = token,
    dialect = "harnest",
    headers = { ["Accept-Encoding"] = "identity" },
  }
  local resource = assert(api:list("bulk", { page = { size = 15 }, limit = 15 }):next())
  api:close()
  return resource
end

sides["by hand"] = function()
  local first
  require("bench.by_hand").list(url .. "/bulk", token, 15, 15, function(resource)
    first = first or resource
  end)
  return first
end

if sides[arg[1]] then
  assert(sides[arg[1]]().id)
  return
end

local cpu = require "bench.cpu"

--- Returns the milliseconds of CPU time of a process, on average over `count` of them.
local function measured(side, count)
  return cpu(("i=0; while [ $i -lt %d ]; do %s %s '%s'; i=$((i + 1)); done"):format(count, arg[-1], arg[0], side))
    * 1000 / count
end

local median = require "bench.median"
local rounds, processes = tonumber(arg[1]) or 9, tonumber(arg[2]) or 40
local own, by_hand, ratios = {}, {}, {}
for round = 1, rounds do
  own[round], by_hand[round] = measured("harnest", processes), measured("by hand", processes)
  ratios[round] = own[round] / by_hand[round]
end
local ratio = median(ratios) -- sorts them
print(("%-8s harnest %.1f ms CPU, by hand over %s %.1f ms: %.2f (%.2f to %.2f)"):format(jit and "LuaJIT" or _VERSION,
  median(own), require("bench.by_hand").name, median(by_hand), ratio, ratios[1], ratios[rounds]))
