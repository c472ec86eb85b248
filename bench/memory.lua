--- Peak memory of a process that lists 10,000 and 100,000 resources by pages of 500 and keeps none:
-- harnest against the loop by hand. Prints kilobytes and their ratio, the medians of all rounds.
--   lua bench/memory.lua ROUNDS

local url, token = os.getenv "HARNEST_URL", os.getenv "HARNEST_TOKEN"

-- Each function lists `count` resources and calls `fn` with each.
local sides = {}

function sides.harnest(count, fn)
  local api = require("harnest").new {
    url = url,
    token = token,
    dialect = "harnest",
    headers = { ["Accept-Encoding"] = "identity" },
  }
  for resource in api:list("bulk", { page = { size = 500 }, limit = count }) do
    fn(resource)
  end
  api:close()
end

sides["by hand"] = function(count, fn)
  require("bench.by_hand").list(url .. "/bulk", token, 500, count, fn)
end

--- Returns the largest resident memory that this process had, in kB (Linux).
local function peak()
  for line in io.lines "/proc/self/status" do
    local kilobytes = line:match "^VmHWM:%s*(%d+) kB"
    if kilobytes then
      return tonumber(kilobytes)
    end
  end
end

if sides[arg[1]] then
  local wanted, seen = tonumber(arg[2]), 0
  sides[arg[1]](wanted, function()
    seen = seen + 1
  end)
  assert(seen == wanted)
  print(peak())
  return
end

--- Returns the peak of a process of its own that lists `count` resources.
local function measured(side, count)
  local process = assert(io.popen(("%s %s '%s' %d"):format(arg[-1], arg[0], side, count)))
  local kilobytes = process:read "*n"
  process:close()
  return assert(kilobytes, side)
end

local median, by_hand_name = require "bench.median", require("bench.by_hand").name
for _, count in ipairs { 10000, 100000 } do
  local own, by_hand = {}, {}
  for round = 1, tonumber(arg[1]) or 5 do
    own[round], by_hand[round] = measured("harnest", count), measured("by hand", count)
  end
  local ours, theirs = median(own), median(by_hand)
  print(("%-8s %6d resources: harnest %d kB, by hand over %s %d kB: %.2f"):format(jit and "LuaJIT" or _VERSION, count,
    ours, by_hand_name, theirs, ours / theirs))
end
