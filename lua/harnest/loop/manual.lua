--- A loop that the script steps itself, as games do: each step resumes coroutines, within a time
-- budget.

local core = require "harnest.core"
local default_coroutines = require "harnest.default_coroutines"

local manual = {}

-- PUC Lua 5.1 cannot yield across pcall.
local can_yield_across_pcall = _VERSION ~= "Lua 5.1" or jit ~= nil

-- What a coroutine yields that waits for the core, and one whose time budget is used up. A failed
-- yield, in a finalizer, leaves no trace.
local ASLEEP, PAUSED = {}, {}

-- The loop of each coroutine. Both are weak: a waiting coroutine does not keep its loop alive.
local owners = setmetatable({}, { __mode = "kv" })

--- Returns the manual loop that runs the caller; nil if none does.
function manual.of_caller()
  local this = coroutine.running()
  return this and owners[this] or nil
end

--- Makes a loop; see harnest.scheduler for its functions. It watches no client before a call waits.
-- @param resumes_yields  boolean: whether the next step resumes a coroutine that yields outside of
--                        harnest, as games do to end a frame
function manual.new(resumes_yields)
  local queue, first, last = {}, 1, 0 -- coroutines to resume
  local watched, drive, deadline = nil, nil, math.huge
  local loop = { name = "manual", is_gone = default_coroutines.is_dead }

  --- Returns the calling coroutine if this loop runs it; else nil and advice.
  function loop.this()
    local this = coroutine.running()
    if this and owners[this] == loop then
      return this
    end
    return nil, "call it in a coroutine that api:spawn began"
  end

  function loop.sleep()
    coroutine.yield(ASLEEP)
  end

  function loop.wake(this)
    last = last + 1
    queue[last] = this
  end

  --- Makes a coroutine that the next step begins.
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

  --- Suspends the caller until the next step if the time budget is used up. Does nothing where the
  -- caller cannot yield, in a finalizer for example; PUC Lua 5.1 raises an error there.
  function loop.pause()
    local this = deadline < math.huge and core.now() >= deadline and loop.this()
    if not this or coroutine.isyieldable and not coroutine.isyieldable() then
      return
    end
    if can_yield_across_pcall then
      pcall(coroutine.yield, PAUSED)
    else
      coroutine.yield(PAUSED)
    end
  end

  --- Returns whether the loop has a coroutine to resume or a client to watch.
  function loop.is_busy()
    return last >= first or watched ~= nil
  end

  --- Resumes, in order, the coroutines that are queued now, until the deadline. It always resumes
  -- at least one: otherwise a budget that drive() uses up would stop all of them.
  local function run()
    local stop = last
    while first <= stop do
      local this = queue[first]
      queue[first] = nil
      first = first + 1
      local fine, yielded = default_coroutines.resume(this)
      if not fine then
        error(yielded, 0)
      end
      local may_continue = yielded == PAUSED or resumes_yields and yielded ~= ASLEEP
      if may_continue and coroutine.status(this) == "suspended" then
        loop.wake(this)
      end
      if core.now() >= deadline then
        return
      end
    end
  end

  --- Returns how many coroutines the next step can resume.
  function loop.due()
    return last - first + 1
  end

  --- Drives the core and resumes coroutines. Raises what one of them raises.
  -- @param seconds  number: how long to wait if no coroutine can be resumed
  -- @param budget   number: seconds after which no more coroutines are resumed; nil for no limit
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
      drive() -- sends the requests that the coroutines began
    end
  end

  return loop
end

return manual
