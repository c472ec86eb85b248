--- 50 pages from a server that takes 50 ms for each: in sequence and concurrently. Prints the ratio
-- of the times.
--   lua bench/pages.lua ROUNDS

local harnest = require "harnest"
local socket = require "socket"
local median = require "bench.median"

local COUNT, SIZE, PAGES = 2000, 40, 50
local rounds = tonumber(arg[1]) or 5
local url = os.getenv("HARNEST_URL"):gsub("/v1/api$", "/shape/links/delay/0.05%0")

local api = harnest.new { url = url, token = os.getenv "HARNEST_TOKEN", dialect = "jsonapi" }

local function measure(concurrency)
  local requests = api:stats().requests
  local start, count = socket.gettime(), 0
  for resource in api:list("contracts", { page = { size = SIZE }, concurrency = concurrency }) do
    count = count + 1
    assert(resource.id == tostring(count), resource.id)
  end
  assert(count == COUNT, count)
  assert(api:stats().requests - requests == PAGES)
  return socket.gettime() - start
end

local one, eight, ratios = {}, {}, {}
for round = 1, rounds do
  one[round], eight[round] = measure(1), measure(8)
  ratios[round] = one[round] / eight[round]
end
print(("%-8s in sequence %.2f s, concurrency = 8 %.2f s; %.1f times faster (%.1f to %.1f)"):format(
  jit and "LuaJIT" or _VERSION, median(one), median(eight), median(ratios), ratios[1], ratios[#ratios]))
