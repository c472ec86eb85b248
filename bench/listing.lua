--- CPU time of listing 100,000 resources as plain tables: harnest, and the loop that a script would otherwise hold.
-- Both in turn in one process, over the same server and pages, uncompressed. Prints the ratio of each pair's times.
--   lua bench/listing.lua ROUNDS

local harnest = require "harnest"
local by_hand = require "bench.by_hand"
local median = require "bench.median"

local COUNT, SIZE = 100000, 500
local rounds = tonumber(arg[1]) or 5
local url, token = os.getenv "HARNEST_URL", os.getenv "HARNEST_TOKEN"

local api = harnest.new {
  url = url,
  token = token,
  dialect = "harnest",
  headers = { ["Accept-Encoding"] = "identity" },
}

local function with_harnest()
  local count, sum = 0, 0
  for resource in api:list("bulk", { page = { size = SIZE } }) do
    count = count + 1
    sum = sum + #resource.id
  end
  return count, sum
end

local function with_hands()
  local count, sum = 0, 0
  by_hand.list(url .. "/bulk", token, SIZE, function(resource)
    count = count + 1
    sum = sum + #resource.id
  end)
  return count, sum
end

local function measure(list)
  collectgarbage()
  local start = os.clock()
  local count, sum = list()
  assert(count == COUNT, count)
  return os.clock() - start, sum
end

local _, sum = measure(with_harnest) -- the server makes its pages once
local _, other_sum = measure(with_hands)
assert(sum == other_sum)

local ratios, ours, theirs = {}, {}, {}
for round = 1, rounds do
  ours[round] = measure(with_harnest)
  theirs[round] = measure(with_hands)
  ratios[round] = ours[round] / theirs[round]
end
print(("%-8s %d resources: harnest %.2f s, by hand over %s %.2f s CPU; ratio %.2f (%.2f to %.2f)"):format(
  jit and "LuaJIT" or _VERSION, COUNT, median(ours), by_hand.name, median(theirs), median(ratios), ratios[1],
  ratios[#ratios]))
