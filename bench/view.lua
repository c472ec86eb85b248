--- CPU time of a loop that reads two members of each of 100,000 resources: views against plain
-- tables. They alternate in one process, with the same server and uncompressed pages. Prints the
-- ratio of the times of each pair.
--   lua bench/view.lua ROUNDS

local harnest = require "harnest"
local median = require "bench.median"

local COUNT, SIZE = 100000, 500
local rounds = tonumber(arg[1]) or 5

local api = harnest.new {
  url = os.getenv "HARNEST_URL",
  token = os.getenv "HARNEST_TOKEN",
  dialect = "harnest",
  headers = { ["Accept-Encoding"] = "identity" },
}

local function measure(view)
  collectgarbage()
  local start, count, sum = os.clock(), 0, 0
  for resource in api:list("bulk", { page = { size = SIZE }, view = view }) do
    count = count + 1
    sum = sum + #resource.id + #resource.attributes.title
  end
  assert(count == COUNT, count)
  return os.clock() - start, sum
end

local _, sum = measure(true) -- the server computes its pages once
local _, other_sum = measure(false)
assert(sum == other_sum)

local ratios, views, tables = {}, {}, {}
for round = 1, rounds do
  views[round] = measure(true)
  tables[round] = measure(false)
  ratios[round] = views[round] / tables[round]
end
print(("%-8s %d resources, two members of each: views %.2f s, tables %.2f s CPU; ratio %.2f (%.2f to %.2f)"):format(
  jit and "LuaJIT" or _VERSION, COUNT, median(views), median(tables), median(ratios), ratios[1], ratios[#ratios]))
