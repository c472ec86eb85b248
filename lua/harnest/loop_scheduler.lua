--- How a caller waits for the core by a loop. harnest.scheduler loads this when a loop is first used.
--
-- A loop drives the core: it steps the engine when the engine's descriptor is readable. All clients
-- of a Lua state share one engine, so a step may complete any call. Each step re-checks every waiter
-- of the loop, and wakes those that are ready.
--
-- Only drive() wakes waiters and ends the watch, since a finalizer may close a client or a list at any
-- allocation, also within the functions of a loop. If a call ends outside of a step, the core makes
-- the engine's descriptor readable, so that a drive follows.
--
-- A loop is a table:
--   name                  string: what messages call it
--   watch(client, drive, at_once)
--                         from now on call drive() whenever the client's descriptor
--                         (client:pollfd()) is readable, and once soon if at_once is true; called
--                         again after each drive; the client may be closed before the next drive()
--   unwatch()             stop that; the descriptor may be closed next
-- and, if coroutines that are resumed from within drive() do not suit the loop:
--   this()                returns a waiter object for the calling coroutine; nil and advice for the
--                         message if it cannot wait
--   sleep(this)           suspends it until wake(this), or for a shorter time
--   wake(this)            resumes it, now or later
--   spawn(fn, done)       runs fn in a coroutine of the loop, now or soon, and at its end calls
--                         done(true, results…), or done(false, err) if it raised; may return a
--                         handle
--   join(spawned)         releases the handle that spawn returned, when its function has ended
--   is_gone(this)         returns whether the loop has ended the coroutine while it was suspended
-- The scheduler keeps its own data in the loop's field `state`: waiters (see harnest.waiters), client
-- (whose descriptor the loop watches; nil if none), engine (see core.engine_hold), drive, step and send
-- (functions, see drive below), failures (what coroutines raised and nothing has raised again yet: an
-- array with its length n) and waking (number of wake_all under way).

local core = require "harnest.core"
local callbacks = require "harnest.callbacks"
local default_coroutines = require "harnest.default_coroutines"
local manual = require "harnest.loop.manual"
local task = require "harnest.task"
local waiters = require "harnest.waiters"

local loop_scheduler = {}

-- The loops that watch a client or have a waiter. Their states are in the loops themselves: as
-- values here they would keep the loops for ever, since weak tables are not ephemeron tables in
-- PUC Lua 5.1 and LuaJIT.
local active = setmetatable({}, { __mode = "k" })

-- Lua 5.2, and LuaJIT in nginx, have no coroutine.isyieldable, but the error of a failed yield can
-- be caught there. PUC Lua 5.1 has neither.
local must_catch_yield = not coroutine.isyieldable and (_VERSION ~= "Lua 5.1" or jit ~= nil)

--- Returns the loop by which the caller waits: the manual loop that runs its coroutine, else the
-- client's; nil to block.
function loop_scheduler.loop_of(client)
  return manual.of_caller() or core.settings(client).loop
end

--- Returns the loop's waiter object for the calling coroutine.
-- Raises a usage error if the caller cannot wait.
function loop_scheduler.this(loop)
  local this, advice = loop.this()
  if this == nil then
    core.usage_error(("cannot wait (loop %s): %s"):format(core.excerpt(loop.name),
      type(advice) == "string" and advice or "call it in a coroutine that the loop runs"))
  elseif coroutine.isyieldable and not coroutine.isyieldable() then
    core.usage_error(("cannot wait (loop %s): a function that C code calls cannot yield")
      :format(core.excerpt(loop.name)))
  end
  return this
end

--- Ends the call of a waiter whose coroutine the loop has ended, and reports its end.
local function drop_dead(waiter)
  waiter.cancel(waiter.subject)
  local err = core.error("cancelled", "cancelled: the coroutine was closed while it waited")
  err.outcome_unknown = core.outcome_is_unknown(waiter.subject)
  default_coroutines.report_closed(waiter.this, err)
end

--- Whether a waiter's coroutine can continue.
local function is_ready(waiter)
  return core.needs_lua(waiter.client) or waiter.ready(waiter.subject)
end

--- Wakes the waiters that are ready, in order, those that were there at the start. What a coroutine
-- raises does not keep others from being woken: it is added to the state's failures.
local function wake_ready(loop, state)
  for waiter in state.waiters:each() do
    local is_gone = loop.is_gone and loop.is_gone(waiter.this)
    if is_gone or is_ready(waiter) then
      if state.waiters:remove(waiter) then
        waiter.woken = true
        local fine, err = pcall(is_gone and drop_dead or loop.wake, is_gone and waiter or waiter.this)
        if not fine then
          state.failures.n = state.failures.n + 1
          state.failures[state.failures.n] = err
        end
      end
    end
  end
end

--- Calls wake_ready. Within it `waking` is above 0: code that it runs leaves the failures to it.
-- @return true; or false and what a function of the loop raised
local function wake_all(loop, state)
  state.waking = state.waking + 1
  local fine, err = pcall(wake_ready, loop, state)
  state.waking = state.waking - 1
  return fine, err
end

--- Raises what coroutines have raised, all in one text if there are several.
local function raise_failures(state)
  if state.waking == 0 then
    local failures = state.failures
    state.failures = { n = 0 }
    default_coroutines.raise(failures)
  end
end

local function has_open_client(waiter)
  return core.is_open(waiter.client)
end

--- Returns the client if it is open, else an open one of a waiter; nil if there is none.
local function open_client(state, client)
  if core.is_open(client) then
    return client
  end
  local waiter = state.waiters:find(has_open_client)
  return waiter and waiter.client
end

--- Watches the client, or another one of the loop if it is closed, while there is a waiter or a
-- running request; else stops watching. While a loop watches, the engine stays open even if all
-- clients are closed, and a drive wakes the last waiters.
local function watch_if_busy(loop, state, client, at_once)
  client = open_client(state, client)
  if client and (not state.waiters:is_empty() or core.is_busy(client)) then
    state.client = client
    state.engine:hold()
    active[loop] = true
    loop.watch(client, state.drive, at_once)
  elseif state.client and state.waiters:is_empty() then
    state.client = nil
    active[loop] = nil
    loop.unwatch()
    state.engine:release()
  end
end

--- Iterates over the active loops and their states. The loop's body may change which are active.
local function each_active()
  local loops, i = {}, 0
  for loop in pairs(active) do
    loops[#loops + 1] = loop
  end
  return function()
    i = i + 1
    return loops[i], loops[i] and loops[i].state
  end
end

--- Makes loops with waiters that are ready drive soon, and stops those that have nothing left to
-- watch. Call it after a step outside of a loop, which may have taken the wakeup of the others.
-- @param driving  a loop to leave out; nil for none
function loop_scheduler.notify(driving)
  local first = next(active)
  if first == nil or first == driving and next(active, first) == nil then
    return
  end
  for loop, state in each_active() do
    local has_ready = state.waiters:find(is_ready) ~= nil
    if loop ~= driving and state.client and (has_ready or state.waiters:is_empty()) then
      watch_if_busy(loop, state, state.client, has_ready)
    end
  end
end

--- Lets the core act and wakes the waiters that are ready. Loops call it as state.drive, a manual loop
-- as state.step and state.send, too.
-- @param act      function: core.step or core.send_due, which do nothing if the client is closed
-- @param seconds  number: for core.step
local function drive(loop, state, act, seconds)
  if not state.client then
    return
  end
  act(open_client(state, state.client) or state.client, seconds)
  local fine, err = wake_all(loop, state)
  if state.client then -- a nested drive may have ended the watch
    watch_if_busy(loop, state, state.client)
  end
  loop_scheduler.notify(loop)
  if not fine then
    error(err, 0)
  end
  raise_failures(state)
end

--- Returns the loop's state, made on first use.
local function state_of(loop)
  local state = loop.state
  if not state then
    state = { waiters = waiters.new(), engine = core.engine_hold(), failures = { n = 0 }, waking = 0 }
    function state.drive()
      drive(loop, state, core.step, 0)
    end
    function state.step(seconds)
      drive(loop, state, core.step, seconds)
    end
    function state.send()
      drive(loop, state, core.send_due)
    end
    loop.state = state
  end
  return state
end

--- Drives all active loops, so that the coroutines whose calls have been cancelled continue. In a
-- finalizer it does nothing: they continue at the next turn of their loop.
-- Raises what coroutines raise, of the first loop with any.
function loop_scheduler.drive_now()
  if next(active) == nil or core.in_finalizer() then
    return
  end
  local fine, err = true, nil
  for _, state in each_active() do
    local drove, complaint = pcall(state.drive)
    if fine and not drove then
      fine, err = false, complaint
    end
  end
  if not fine then
    error(err, 0)
  end
end

--- Suspends the caller as the loop does, and turns a failed yield (in a finalizer, say, or in a
-- comparison function of table.sort) into a usage error. Then the waiter is removed.
local function sleep_or_raise(loop, state, waiter)
  local fine, err = pcall(loop.sleep, waiter.this)
  if fine then
    return
  end
  if state.waiters:remove(waiter) then
    waiter.cancel(waiter.subject)
  end
  if type(err) == "string" and err:find "attempt to yield" then
    core.usage_error(("cannot wait (loop %s): a function that C code calls cannot yield (%s)")
      :format(core.excerpt(loop.name), err))
  end
  error(err, 0)
end

--- Cancels what a task waits for, and wakes the task. It is the loop's `wake` of a manual loop, which
-- only queues the coroutine, so a finalizer may call this.
local function cancel_wait(waiter)
  waiter.cancel(waiter.subject)
  if waiter.loop.state.waiters:remove(waiter) then
    waiter.woken = true
    waiter.loop.wake(waiter.this)
  end
end

--- Suspends the calling coroutine until `ready(subject)` is true, or the client needs Lua (for a
-- token or trace events). Arguments as for wait_until.
local function suspend(loop, client, ready, subject, cancel)
  local this, state = loop_scheduler.this(loop), state_of(loop)
  local waiter = { this = this, client = client, ready = ready, subject = subject, cancel = cancel }
  state.waiters:add(waiter)
  watch_if_busy(loop, state, client)
  if not state.client then -- a finalizer has closed the client
    state.waiters:remove(waiter)
    return
  end
  local waiting = task.running()
  if waiting then
    waiter.loop = loop
    task.begin_wait(waiting, cancel_wait, waiter)
  end
  while not waiter.woken do
    if must_catch_yield then
      sleep_or_raise(loop, state, waiter)
    else
      loop.sleep(this)
    end
  end
  if waiting then
    task.end_wait(waiting)
  end
end

--- Raises a usage error if the caller cannot wait. Call it before a request is begun.
-- @return whether the request is to fail with kind `cancelled`, because the caller's task was
-- cancelled
function loop_scheduler.check_caller(client)
  local loop = loop_scheduler.loop_of(client)
  if loop then
    loop_scheduler.this(loop)
  end
  return loop ~= nil and task.is_cancelled()
end

--- Suspends the calling task until `is_over()` is true, which wakes it, or calls `cancel()` if the
-- task is cancelled. Other loops' coroutines are only suspended.
-- @param loop  the caller's loop
-- @param this  the loop's waiter object for the caller
function loop_scheduler.sleep_until(loop, this, is_over, cancel)
  local waiting = task.running()
  if waiting then
    task.begin_wait(waiting, cancel)
  end
  while not is_over() do
    loop.sleep(this)
  end
  if waiting then
    task.end_wait(waiting)
  end
end

--- Waits by a loop until `ready(subject)` is true.
-- @param loop  the caller's loop
-- Further arguments and errors as for scheduler.wait_until.
function loop_scheduler.wait_until(loop, client, ready, subject, cancel)
  local settings = core.settings(client)
  if loop.rest and task.is_cancelled() then
    cancel(subject)
    loop.rest() -- so that a function that repeats a failing call does not stop the program
    callbacks.serve_store(client, settings, subject, cancel)
    callbacks.pass_events(client, settings)
  else
    callbacks.run(client, settings, subject, cancel)
  end
  while not ready(subject) do
    suspend(loop, client, ready, subject, cancel)
    callbacks.run(client, settings, subject, cancel)
  end
end

--- Watches a client for requests that began without a waiter, if its loop watches none yet.
local function ensure_watched(loop, client)
  local state = state_of(loop)
  if not state.client then
    watch_if_busy(loop, state, client)
  end
end

--- Updates the watching after a call that may have begun or ended a request without waiting.
-- A manual loop whose time budget is used up suspends the caller until the next step.
-- @return whether the caller's task was cancelled
function loop_scheduler.yield_point(client)
  local running = task.running()
  local loop = running and running.loop or core.settings(client).loop
  if not loop then
    loop_scheduler.notify()
    return false
  end
  ensure_watched(loop, client)
  if loop.pause then
    loop.pause()
  end
  return running ~= nil and running.is_cancelled == true
end

return loop_scheduler
