-- The loops available in this Lua, each with a function that runs a function to its end as a
-- coroutine of the loop.

local cqueues = require "cqueues"
local socket = require "socket"
local uv = require "luv"

local manual = {}
local loops = { { name = "blocking", run = function(fn) fn() end }, manual }

manual.name, manual.option = "manual", "manual"

function manual.run(fn, api)
  -- no pcall, since PUC Lua 5.1 cannot yield across it; the step raises fn's errors
  local over = false
  api:spawn(function()
    fn()
    over = true
  end)
  while not over do api:step(0.05) end
end

loops[#loops + 1] = {
  name = "cqueues", option = "cqueues",
  run = function(fn)
    local controller = cqueues.new()
    controller:wrap(fn)
    local fine, err = controller:loop()
    if not fine then error(err, 0) end
  end,
  sleep = cqueues.sleep,
  spawn = function(fn) cqueues.running():wrap(fn) end,
}

loops[#loops + 1] = {
  name = "luv", option = "luv",
  run = function(fn)
    local co = coroutine.create(fn)
    local fine, err = coroutine.resume(co)
    if not fine then error(err, 0) end
    while coroutine.status(co) ~= "dead" do uv.run "once" end
    -- closed handles are freed in another turn
    uv.run "nowait"
  end,
  sleep = function(seconds)
    local co, timer = coroutine.running(), uv.new_timer()
    timer:start(math.ceil(seconds * 1000), 0, function()
      timer:close()
      assert(coroutine.resume(co))
    end)
    coroutine.yield()
  end,
  spawn = function(fn) assert(coroutine.resume(coroutine.create(fn))) end,
}

-- Debian has copas for these Luas; others may have a later version
if _VERSION == "Lua 5.1" or _VERSION == "Lua 5.2" or pcall(require, "copas") then
  local copas = require "copas"
  local sleepers = 0

  local function sleep(seconds)
    if copas.pause then return copas.pause(seconds) end
    local over = socket.gettime() + seconds
    sleepers = sleepers + 1
    copas.receive {
      getfd = function() return socket.gettime() >= over and 0 or -1 end,
      dirty = function() return socket.gettime() >= over end,
      receive = function() return socket.gettime() >= over or nil, "timeout" end,
      close = function() end,
    }
    sleepers = sleepers - 1
  end

  loops[#loops + 1] = {
    name = "copas", option = "copas",
    run = function(fn)
      local over, raised, err = false, false, nil
      copas.addthread(function()
        copas.setErrorHandler(function(complaint)
          over, raised, err = true, true, complaint
        end)
        fn()
        over = true
      end)
      -- without sleepers it waits without a limit, so that only harnest can end the wait
      while not over do copas.step(sleepers > 0 and 0.001 or nil) end
      if raised then error(err, 0) end
    end,
    sleep = sleep,
    spawn = copas.addthread,
  }
end

-- The loop of examples/libevent, a table as documented. luaevent never frees its base, which memory
-- checkers report, so it is left out under one.
if not os.getenv "RUNNER" then
  local event = require "luaevent.core"
  local new_libevent = require "examples.libevent.loop"
  local EVLOOP_ONCE = 1 -- libevent's constant; luaevent has no name for it
  local base = event.new()
  loops[#loops + 1] = {
    name = "libevent", option = new_libevent(base),
    run = function(fn)
      local co = coroutine.create(fn)
      local fine, err = coroutine.resume(co)
      if not fine then error(err, 0) end
      while coroutine.status(co) ~= "dead" do
        local ended, complaint = base:loop(EVLOOP_ONCE)
        if not ended then error(complaint, 0) end
      end
    end,
    sleep = function(seconds)
      local co, timer = coroutine.running(), nil
      timer = base:addevent(nil, event.EV_TIMEOUT, function()
        timer:close()
        assert(coroutine.resume(co))
      end, seconds)
      coroutine.yield()
    end,
    spawn = function(fn) assert(coroutine.resume(coroutine.create(fn))) end,
  }
end

-- The smallest custom loop: it polls and sleeps alternately
local own = { name = "a table" }
own.option = {
  name = "a loop of the spec's",
  watch = function(client, drive) own.client, own.drive = client, drive end,
  unwatch = function() own.client, own.drive = nil, nil end,
}
function own.run(fn)
  local co = coroutine.create(fn)
  local fine, err = coroutine.resume(co)
  if not fine then error(err, 0) end
  while coroutine.status(co) ~= "dead" do
    if own.drive then own.drive() end
    socket.sleep(0.001)
  end
end
loops[#loops + 1] = own

return loops
