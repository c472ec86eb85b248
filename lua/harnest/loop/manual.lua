--- A loop that is stepped by hand, as games do: coroutines that wait are resumed by `step`, within a budget of time.

local core = require "harnest.core"
local default_coroutines = require "harnest.default_coroutines"

local manual = {}

-- Which loop runs a coroutine. Whoever can step a loop has it: it is not kept here, by a coroutine that waits in it.
local owners = setmetatable({}, { __mode = "kv" })

--- The manual loop that runs the caller; nil when none does.
function manual.of_caller()
  local this = coroutine.running()
  return this and owners[this] or nil
end

--- Makes a loop; see harnest.scheduler for what it has. It knows of no client until one is waited for.
-- @param goes_on  whether a coroutine that yields by itself goes on in the next step, as games want it
function manual.new(goes_on)
  local queue, first, last = {}, 1, 0 -- coroutines that can go on
  local asleep = setmetatable({}, { __mode = "k" }) -- those that wait for the core, and do not just yield
  local watched, drive, deadline = nil, nil, math.huge
  local loop = { name = 'loop = "manual" (api:spawn)', is_gone = default_coroutines.is_dead }

  --- The caller, if this loop runs it.
  function loop.this()
    local this = coroutine.running()
    return this and owners[this] == loop and this or nil
  end

  function loop.sleep(this)
    asleep[this] = true
    coroutine.yield()
    asleep[this] = nil
  end

  function loop.wake(this)
    last = last + 1
    queue[last] = this
  end

  --- Runs fn in a coroutine, from the next step on.
  function loop.spawn(fn, done)
    local this = default_coroutines.create(fn, done)
    owners[this] = loop
    loop.wake(this)
  end

  function loop.watch(client, drive_it)
    watched, drive = client, drive_it
  end

  function loop.unwatch()
    watched, drive = nil, nil
  end

  --- Gives the rest of the frame back where the budget is used up.
  function loop.pause()
    local this = deadline < math.huge and core.now() >= deadline and loop.this()
    if this then
      loop.wake(this)
      loop.sleep(this)
    end
  end

  --- Whether it has anything to do or to wait for.
  function loop.is_busy()
    return last >= first or watched ~= nil
  end

  --- Lets the coroutines that could go on when it began do so, one after the other, until the time is over. One always
  -- can, or else a budget that the drive uses up would stop all of them.
  local function run()
    local stop = last
    while first <= stop do
      local this = queue[first]
      queue[first] = nil
      first = first + 1
      default_coroutines.wake(this)
      if goes_on and coroutine.status(this) == "suspended" and not asleep[this] then
        loop.wake(this)
      end
      if core.now() >= deadline then
        return
      end
    end
  end

  --- How many coroutines can go on.
  function loop.due()
    return last - first + 1
  end

  --- Does what is ready, and lets coroutines go on. What one of them raises is raised here.
  -- @param seconds  how long to wait for something to do, if there is nothing yet
  -- @param budget   seconds after which no coroutine is let go on before the next step; nil for no bound
  function loop.step(seconds, budget)
    deadline = core.now() + (budget or math.huge)
    if watched then
      if seconds > 0 and last < first then
        core.step(watched, seconds)
      end
      drive()
    end
    run()
    if watched and core.now() < deadline then
      drive() -- puts on its way what they have asked for
    end
  end

  return loop
end

return manual
