--- A loop that the script steps itself, as games do: each step resumes coroutines, within a time
-- budget.

local core = require "harnest.core"
local default_coroutines = require "harnest.default_coroutines"
local task = require "harnest.task"

local manual = {}

-- PUC Lua 5.1 cannot yield across pcall.
local can_yield_across_pcall = _VERSION ~= "Lua 5.1" or jit ~= nil

-- What a coroutine yields that waits for the core, and one whose time budget is used up. A failed
-- yield, in a finalizer, leaves no trace.
local ASLEEP, PAUSED = {}, {}

--- Returns the manual loop that runs the caller; nil if none does.
function manual.of_caller()
  local running = task.running()
  return running and running.loop
end

--- Makes a loop; see harnest.loop_scheduler for its functions. It watches no client before a call
-- waits.
-- @param resumes_yields  boolean: whether the next step resumes a coroutine that yields outside of
--                        harnest, as games do to end a frame
function manual.new(resumes_yields)
  local queue, first, last = {}, 1, 0 -- coroutines to resume
  local is_watching, deadline = false, math.huge
  local failed, overdue = {}, {} -- tasks whose errors the script may ask for: in this step, before
  local loop = { name = "manual", is_gone = default_coroutines.is_dead }

  --- Returns the calling coroutine if this loop runs it; else nil and advice.
  function loop.this()
    local running = task.running()
    if running and running.loop == loop then
      return running.coroutine
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

  --- Makes a task that the next step begins.
  -- @param fn, done  as for task.new
  -- @param owner     the settings of the client whose close raises the task's error; nil for none
  function loop.spawn(fn, done, owner)
    local new = task.new(loop, fn, done)
    new.owner = owner
    loop.wake(new.coroutine)
    return new
  end

  --- Records what a task's function raised.
  function loop.fail(failing, err)
    if task.fail(failing, err) then
      failed[#failed + 1] = failing
    end
  end

  function loop.watch()
    is_watching = true
  end

  function loop.unwatch()
    is_watching = false
  end

  --- Suspends the caller until the next step. Does nothing where the caller cannot yield, in a
  -- finalizer for example; PUC Lua 5.1 raises an error there.
  function loop.rest()
    if coroutine.isyieldable and not coroutine.isyieldable() then
      return
    end
    if can_yield_across_pcall then
      pcall(coroutine.yield, PAUSED)
    else
      coroutine.yield(PAUSED)
    end
  end

  --- Suspends the caller as loop.rest does, if the time budget is used up.
  function loop.pause()
    if deadline < math.huge and core.now() >= deadline and loop.this() then
      loop.rest()
    end
  end

  --- Returns whether the loop has a coroutine to resume or a client to watch.
  function loop.is_busy()
    return last >= first or is_watching
  end

  --- Resumes a coroutine, and queues it again if it yielded for a reason other than a wait.
  local function resume(this)
    local resumed = task.of(this)
    resumed.is_idle = false
    local fine, yielded = default_coroutines.resume(this)
    if not fine then
      loop.fail(resumed, yielded)
    elseif coroutine.status(this) ~= "suspended" or yielded == ASLEEP then
      return
    elseif yielded == PAUSED then
      loop.wake(this)
    elseif resumed.is_cancelled then
      task.close(resumed)
    elseif resumes_yields then
      resumed.is_idle = true
      loop.wake(this)
    end
  end

  --- Resumes, in order, the coroutines that are queued now, until the deadline. It always resumes
  -- at least one: otherwise a budget that drive() uses up would stop all of them.
  local function run()
    local stop = last
    while first <= stop do
      local this = queue[first]
      queue[first] = nil
      first = first + 1
      local queued = task.of(this)
      if queued and not queued.is_over then
        resume(this)
        if core.now() >= deadline then
          return
        end
      end
    end
  end

  --- Returns how many coroutines the next step can resume, and how many errors it can raise.
  function loop.due()
    return last - first + 1 + #failed
  end

  --- Raises the errors of tasks, except of those whose result the script has asked for.
  local function raise_unclaimed(tasks)
    local errors = { n = 0 }
    for _, failing in ipairs(tasks) do
      if not failing.is_claimed then
        errors.n = errors.n + 1
        errors[errors.n] = failing.err
      end
    end
    default_coroutines.raise(errors)
  end

  --- Raises the errors of the tasks that failed before this step.
  local function raise_overdue()
    local tasks = overdue
    overdue = {}
    raise_unclaimed(tasks)
  end

  --- Makes the errors of the tasks that have failed ones that this step raises.
  local function move_failed()
    for _, failing in ipairs(failed) do
      overdue[#overdue + 1] = failing
    end
    failed = {}
  end

  --- Raises the errors of a client's tasks that have failed. The script has not asked for their
  -- results.
  -- @param owner  the client's settings
  function loop.raise_failed(owner)
    local own, others = {}, {}
    for _, failing in ipairs(failed) do
      local list = failing.owner == owner and own or others
      list[#list + 1] = failing
    end
    failed = others
    raise_unclaimed(own)
  end

  --- Drives the core and resumes coroutines. Raises what tasks raised in the step before, unless the
  -- script has asked for their results.
  -- @param seconds  number: how long to wait if no coroutine can be resumed
  -- @param budget   number: seconds after which no more coroutines are resumed; nil for no limit
  function loop.step(seconds, budget)
    deadline = core.now() + (budget or math.huge)
    move_failed()
    if is_watching then
      loop.state.step(last < first and #overdue == 0 and seconds or 0)
    end
    run()
    if is_watching and core.now() < deadline then
      loop.state.send()
    end
    raise_overdue()
  end

  return loop
end

return manual
