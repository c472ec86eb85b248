-- Counts a list: count.lua TYPE SIZE

local harnest = require "harnest"

local api = harnest.new {}
local started, count = os.clock(), 0
for _ in api:list(arg[1], { page = { size = tonumber(arg[2]) } }) do
  count = count + 1
end
print(("%d resources in %.1f s of CPU time"):format(count, os.clock() - started))
