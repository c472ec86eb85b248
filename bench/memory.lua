--- Lists COUNT resources and keeps none. bench/run measures the peak memory of the process.
--   lua bench/memory.lua COUNT

local harnest = require "harnest"

local wanted = tonumber(arg[1])
local api = harnest.new { url = os.getenv "HARNEST_URL", dialect = "harnest" }
local count = 0
for _ in api:list("bulk", { page = { size = 500 }, limit = wanted }) do
  count = count + 1
end
assert(count == wanted)
