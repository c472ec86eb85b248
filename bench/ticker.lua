--- Runs a timer of 5 ms in each loop while it lists 2,000 resources from a server that takes 50 ms
-- for each page. Prints the longest gap between two ticks, and the longest gap without the list
-- during the same time.
--   lua bench/ticker.lua ROUNDS
-- In nginx (see nginx_ticker.lua) it runs only in nginx's loop, and the output is the response.

local harnest = require "harnest"
local socket = require "socket"
local loops = ngx and { require "spec.support.nginx_loop" } or require "spec.support.loops"
local say = ngx and ngx.say or print

local TICK, COUNT, SIZE = 0.005, 2000, 100
local rounds = tonumber(ngx and ngx.var.arg_rounds or arg and arg[1]) or 3
local url = os.getenv("HARNEST_URL"):gsub("/v1/api$", "/delay/0.05/v1/api")

-- Ticks in loops without a sleep for coroutines: the host sleeps, and steps the loop after each
-- tick.
local function tick_outside(tick, is_over, go_on)
  local due = socket.gettime()
  while not is_over() do
    due = due + TICK
    socket.sleep(math.max(0, due - socket.gettime()))
    tick()
    go_on()
  end
end

-- Starts `work` (a function or nil) as a coroutine of the loop, and ticks until is_over() is true.
local function run(loop, api, work, tick, is_over)
  if loop.name == "manual" then
    if work then
      api:spawn(work)
    end
    tick_outside(tick, is_over, function() api:step(0, 0.002) end)
  elseif not loop.sleep then
    assert(coroutine.resume(coroutine.create(work or function() end)))
    tick_outside(tick, is_over, function()
      if loop.drive then
        loop.drive()
      end
    end)
  else
    loop.run(function()
      if work then
        loop.spawn(work)
      end
      while not is_over() do
        loop.sleep(TICK)
        tick()
      end
    end)
  end
end

--- Lists, or does nothing for `idle_seconds` if given.
-- @return the longest gap between two ticks and the duration, in seconds
local function measure(loop, idle_seconds)
  local api = harnest.new { url = url, dialect = "harnest", loop = loop.option }
  local count, longest, listed, started = 0, 0, false, socket.gettime()
  local last = started
  local function tick()
    local now = socket.gettime()
    longest, last = math.max(longest, now - last), now
  end
  local function list()
    api:list("contracts", { page = { size = SIZE } }):each(function() count = count + 1 end)
    assert(count == COUNT, count)
    listed = true
  end
  local function is_over()
    return listed or idle_seconds and socket.gettime() - started >= idle_seconds
  end
  run(loop, api, not idle_seconds and list or nil, tick, is_over)
  local seconds = socket.gettime() - started
  api:close()
  return longest, seconds
end

for _, loop in ipairs(loops) do
  if loop.option then
    local listing, idle, seconds = 0, 0, 0
    for _ = 1, rounds do
      local gap, took = measure(loop)
      listing, seconds = math.max(listing, gap), math.max(seconds, took)
      idle = math.max(idle, (measure(loop, took)))
    end
    say(("  %-8s %-8s longest gap %5.1f ms while listing, %5.1f ms without; %.2f s for %d resources"):format(
      jit and "LuaJIT" or _VERSION, loop.name, listing * 1000, idle * 1000, seconds, COUNT))
  end
end
