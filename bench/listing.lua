--- CPU time of listing resources by pages of 15 and of 500, reading two members of each: harnest's
-- plain tables, views and rows against a hand-written loop. All use the same server and uncompressed
-- pages. They take turns, each run in a process of its own: in one process, each would use the heap
-- that another one left. Prints the ratio of each side to the loop by hand, the median of all rounds.
--   lua bench/listing.lua ROUNDS

local by_hand = require "bench.by_hand"
local median = require "bench.median"

-- Repetitions make a run long enough for the clock.
local workloads = {
  { count = 15000, size = 15, times = 3 },
  { count = 100000, size = 500, times = 2 },
}
local url, token = os.getenv "HARNEST_URL", os.getenv "HARNEST_TOKEN"

local function client()
  return require("harnest").new {
    url = url,
    token = token,
    dialect = "harnest",
    headers = { ["Accept-Encoding"] = "identity" },
  }
end

-- Each function lists `count` resources by pages of `size` and returns the sum of their members'
-- lengths.
local sides = {}

local function sum_of_list(count, size, view)
  local api, sum = client(), 0
  for resource in api:list("bulk", { page = { size = size }, limit = count, view = view }) do
    sum = sum + #resource.id + #resource.attributes.title
  end
  api:close()
  return sum
end

function sides.tables(count, size)
  return sum_of_list(count, size, false)
end

function sides.views(count, size)
  return sum_of_list(count, size, true)
end

function sides.rows(count, size)
  local api, sum = client(), 0
  for id, title in api:rows("bulk", { "id", "title" }, { page = { size = size }, limit = count }) do
    sum = sum + #id + #title
  end
  api:close()
  return sum
end

sides["by hand"] = function(count, size)
  local sum = 0
  by_hand.list(url .. "/bulk", token, size, count, function(resource)
    sum = sum + #resource.id + #resource.attributes.title
  end)
  return sum
end

--- Lists once to warm up, then measures. Prints the seconds of one list and the sum.
local function measure(side, count, size, times)
  local sum = side(count, size)
  collectgarbage()
  local start = os.clock()
  for _ = 1, times do
    assert(side(count, size) == sum)
  end
  print((os.clock() - start) / times, sum)
end

if sides[arg[1]] then
  measure(sides[arg[1]], tonumber(arg[2]), tonumber(arg[3]), tonumber(arg[4]))
  return
end

--- Runs `measure` in a process of its own and returns what it prints.
local function measured(side, workload)
  local process = assert(io.popen(("%s %s '%s' %d %d %d"):format(
    arg[-1], arg[0], side, workload.count, workload.size, workload.times)))
  local seconds, sum = process:read("*n", "*n")
  process:close()
  return assert(seconds, side), sum
end

local names = { "tables", "views", "rows" }
for _, workload in ipairs(workloads) do
  local seconds, ratios = {}, {}
  for _, name in ipairs(names) do
    ratios[name] = {}
  end
  for round = 1, tonumber(arg[1]) or 9 do
    local sum
    seconds[round], sum = measured("by hand", workload)
    for _, name in ipairs(names) do
      local own, own_sum = measured(name, workload)
      assert(own_sum == sum)
      ratios[name][round] = own / seconds[round]
    end
  end
  local texts = {}
  for i, name in ipairs(names) do
    local middle = median(ratios[name]) -- sorts them
    texts[i] = ("%s %.2f (%.2f to %.2f)"):format(name, middle, ratios[name][1], ratios[name][#ratios[name]])
  end
  print(("%-8s %6d resources by %3d: by hand over %s %.2f s CPU; %s"):format(jit and "LuaJIT" or _VERSION,
    workload.count, workload.size, by_hand.name, median(seconds), table.concat(texts, ", ")))
end
