--- CPU time of listing 100,000 resources as plain tables: harnest against a hand-written loop. Both
-- use the same server and uncompressed pages. They alternate, each run in a process of its own: in
-- one process, each would use the heap that the other left. Prints the ratio of the times of each
-- pair.
--   lua bench/listing.lua ROUNDS

local by_hand = require "bench.by_hand"
local median = require "bench.median"

local COUNT, SIZE, TIMES = 100000, 500, 3
local url, token = os.getenv "HARNEST_URL", os.getenv "HARNEST_TOKEN"

local sides = {}

function sides.harnest(fn)
  local api = require("harnest").new {
    url = url,
    token = token,
    dialect = "harnest",
    headers = { ["Accept-Encoding"] = "identity" },
  }
  for resource in api:list("bulk", { page = { size = SIZE } }) do
    fn(resource)
  end
  api:close()
end

function sides.hands(fn)
  by_hand.list(url .. "/bulk", token, SIZE, fn)
end

--- Lists once to warm up, then measures. Prints the seconds of one list and a checksum.
local function measure(list)
  local start, count, sum = nil, 0, 0
  for time = 0, TIMES do
    if time == 1 then
      collectgarbage()
      start = os.clock()
    end
    list(function(resource)
      count = count + 1
      sum = sum + #resource.id
    end)
  end
  assert(count == COUNT * (TIMES + 1), count)
  print((os.clock() - start) / TIMES, sum)
end

if sides[arg[1]] then
  measure(sides[arg[1]])
  return
end

--- Runs `measure` in a process of its own and returns what it prints.
local function measured(side)
  local process = assert(io.popen(("%s %s %s"):format(arg[-1], arg[0], side)))
  local seconds, sum = process:read("*n", "*n")
  process:close()
  return assert(seconds, side), sum
end

local ratios, ours, theirs = {}, {}, {}
for round = 1, tonumber(arg[1]) or 5 do
  local sum, other_sum
  ours[round], sum = measured "harnest"
  theirs[round], other_sum = measured "hands"
  assert(sum == other_sum)
  ratios[round] = ours[round] / theirs[round]
end
print(("%-8s %d resources: harnest %.2f s, by hand over %s %.2f s CPU; ratio %.2f (%.2f to %.2f)"):format(
  jit and "LuaJIT" or _VERSION, COUNT, median(ours), by_hand.name, median(theirs), median(ratios), ratios[1],
  ratios[#ratios]))
