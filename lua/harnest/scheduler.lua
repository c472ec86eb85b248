--- How a caller waits for the core, which never waits by itself: blocking, or by a loop.

local core = require "harnest.core"
local callbacks = require "harnest.callbacks"
local deferred = require "harnest.deferred"

local scheduler = {
  in_use = false, -- whether this Lua state has used a loop or api:parallel
}

local loops -- harnest.loop_scheduler, if it is in use

--- Records that this Lua state uses a loop or api:parallel.
-- @return harnest.loop_scheduler
function scheduler.use()
  loops = loops or deferred.module "loop_scheduler"
  scheduler.in_use = true
  return loops
end

--- Raises a usage error if the caller cannot wait. Call it before a request is begun.
-- @return whether the request is to fail with kind `cancelled`, because the caller's task was
-- cancelled
function scheduler.check_caller(client)
  return loops ~= nil and loops.check_caller(client)
end

--- Waits until `ready(subject)` is true.
-- @param client   the client whose request the caller waits for
-- @param ready    function: returns whether `subject` is complete
-- @param subject  a call or listing
-- @param cancel   function: cancels `subject`; called if the loop ends the coroutine, or if the
--                 token function raises
-- Raises what the token function raises, and a usage error if the caller cannot wait.
function scheduler.wait_until(client, ready, subject, cancel)
  local loop = loops and loops.loop_of(client)
  if loop then
    return loops.wait_until(loop, client, ready, subject, cancel)
  end
  local settings = core.settings(client)
  callbacks.run(client, settings, subject, cancel)
  while not ready(subject) do
    core.step(client, math.huge)
    scheduler.notify()
    callbacks.run(client, settings, subject, cancel)
  end
end

--- Makes loops with waiters that are ready drive soon. Call it after a step outside of a loop.
function scheduler.notify()
  if loops then
    loops.notify()
  end
end

--- Wakes the coroutines whose calls have been cancelled; see harnest.loop_scheduler.
function scheduler.drive_now()
  if loops then
    loops.drive_now()
  end
end

--- Updates the watching after a call that may have begun or ended a request without waiting; see
-- harnest.loop_scheduler. Call it only if `in_use` is true.
-- @return whether the caller's task was cancelled
function scheduler.yield_point(client)
  return loops.yield_point(client)
end

return scheduler
