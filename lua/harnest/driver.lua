--- Drives the core from a loop, and wakes the coroutines that wait for it there.
--
-- One engine serves all clients of a Lua state, so any step may end anybody's waiting: whoever drives asks all who wait
-- by the same loop. A loop is a table:
--   name                  what messages call it
--   watch(client, drive, at_once)
--                         from now on call drive() whenever the client's descriptor (client:pollfd()) is readable or
--                         client:timeout() seconds have passed, and soon where at_once is true; called again whenever
--                         that time may have changed
--   unwatch()             stop that; the descriptor may be closed next
-- and, where plain coroutines, resumed from within drive(), will not do:
--   this()                what stands for the calling coroutine; nil where it cannot wait, and what to do instead
--   sleep(this)           suspends it until wake(this), or a shorter time
--   wake(this)            lets it go on, now or later
--   spawn(fn, done)       runs fn in a coroutine of the loop, now or soon, and at its end done(true, results…), or
--                         done(false, err) when it raised; may return something for
--   join(spawned)         lets what spawn made go, when it is done
--   is_gone(this)         whether the loop has ended the coroutine for good while it slept
-- Its field `state` is the driver's: who waits, in their order; the client whose descriptor is watched; the function
-- that drives.

local core = require "harnest.core"
local plain = require "harnest.default_coroutines"

local driver = {
  in_use = false, -- whether anything but blocking has been asked for in this Lua state
}

-- The loops that watch or that somebody waits by. Their states are in themselves: as values here they would keep the
-- loops for ever, where weak tables are not ephemeron tables (PUC Lua 5.1, LuaJIT).
local active = setmetatable({}, { __mode = "k" })

--- What stands for the calling coroutine. Where it cannot wait that is a mistake.
function driver.this(loop)
  local this, advice = loop.this()
  if this == nil then
    core.usage_error(("this client waits by %s: %s"):format(loop.name, advice or "call it in a coroutine that this runs"))
  elseif coroutine.isyieldable and not coroutine.isyieldable() then
    core.usage_error(("this client waits by %s, and nothing can wait here (within a function that C code called)"):format(
      loop.name))
  end
  return this
end

--- Gives up what those wait for whose coroutines are no more, and tells their ends.
local function drop_gone(loop, state)
  local waiting, gone = {}, {}
  for _, waiter in ipairs(state.waiters) do
    local list = loop.is_gone(waiter.this) and gone or waiting
    list[#list + 1] = waiter
  end
  state.waiters = waiting
  for _, waiter in ipairs(gone) do
    waiter.cancel(waiter.subject)
    plain.vanish(waiter.this, core.error("cancelled", "cancelled: the coroutine was closed while it waited"))
  end
end

--- Wakes those who have nothing to wait for any more, in their order. One that raises does not keep the others from it.
local function wake_ready(loop, state)
  local woken, waiting, raised, err = {}, {}, false, nil
  if loop.is_gone then
    drop_gone(loop, state)
  end
  for _, waiter in ipairs(state.waiters) do
    local list = (core.needs_lua(waiter.client) or waiter.ready(waiter.subject)) and woken or waiting
    list[#list + 1] = waiter
  end
  state.waiters = waiting
  for _, waiter in ipairs(woken) do
    waiter.woken = true
    local fine, complaint = pcall(loop.wake, waiter.this)
    if not fine and not raised then
      raised, err = true, complaint
    end
  end
  if raised then
    error(err, 0)
  end
end

--- Watches as long as there is something under way, whoever waits for it.
local function watch_on(loop, state, client, at_once)
  if #state.waiters > 0 or core.is_busy(client) then
    state.client = client
    active[loop] = true
    loop.watch(client, state.drive, at_once)
  elseif state.client then
    state.client = nil
    active[loop] = nil
    loop.unwatch()
  end
end

local function drive(loop, state)
  local client = state.client
  if not client then
    return
  end
  core.step(client, 0)
  local fine, err = pcall(wake_ready, loop, state)
  if state.client then -- those who were woken may have closed it
    watch_on(loop, state, state.client)
  end
  if not fine then
    error(err, 0)
  end
end

local function state_of(loop)
  local state = loop.state
  if not state then
    state = { waiters = {} }
    function state.drive()
      drive(loop, state)
    end
    loop.state = state
  end
  return state
end

--- Iterates over the loops that are active now, and their states, whatever becomes of them meanwhile.
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

-- Lua 5.2, and LuaJIT in nginx, cannot say beforehand whether a coroutine may be left, but can be heard when it may
-- not; PUC Lua 5.1 neither.
local is_heard = not coroutine.isyieldable and (_VERSION ~= "Lua 5.1" or jit ~= nil)

--- Sleeps as the loop does. Where the coroutine cannot be left, as in a finalizer or in what sorts, that is a mistake,
-- and the waiter is none.
local function sleep(loop, state, waiter)
  local fine, err = pcall(loop.sleep, waiter.this)
  if fine then
    return
  end
  for i, other in ipairs(state.waiters) do
    if other == waiter then
      table.remove(state.waiters, i)
      waiter.cancel(waiter.subject)
      break
    end
  end
  if type(err) == "string" and err:find "attempt to yield" then
    core.usage_error(("this client waits by %s, and nothing can wait here (%s)"):format(loop.name, err))
  end
  error(err, 0)
end

--- Suspends the calling coroutine until `ready(subject)` is true, or the client wants something of Lua. Where the loop
-- ends the coroutine instead, `cancel(subject)` is called.
function driver.suspend(loop, client, ready, subject, cancel)
  local this, state = driver.this(loop), state_of(loop)
  local waiter = { this = this, client = client, ready = ready, subject = subject, cancel = cancel }
  state.waiters[#state.waiters + 1] = waiter
  watch_on(loop, state, client)
  repeat
    if is_heard then
      sleep(loop, state, waiter)
    else
      loop.sleep(this)
    end
  until waiter.woken
end

--- Sees to it that what a call has begun without waiting is carried on.
function driver.ensure_watched(loop, client)
  local state = state_of(loop)
  if not state.client then
    watch_on(loop, state, client)
  end
end

--- Something was given up: nothing may be left to watch for.
function driver.update_watch()
  for loop, state in each_active() do
    if state.client then
      watch_on(loop, state, state.client)
    end
  end
end

--- A step outside of a loop may have ended the waiting of those in one.
function driver.notify()
  for loop, state in each_active() do
    if state.client and #state.waiters > 0 then
      watch_on(loop, state, state.client, true)
    end
  end
end

--- Closes a client that loops may watch. Who waits for it goes on with the error, the others wait by another client.
function driver.close(client, close)
  for loop, state in each_active() do
    if state.client then
      state.client = nil
      loop.unwatch()
    end
  end
  close(client)
  for loop, state in each_active() do
    if #state.waiters > 0 then
      wake_ready(loop, state)
    end
    local first = state.waiters[1]
    if first and not state.client then
      watch_on(loop, state, first.client, true)
    elseif not state.client then
      active[loop] = nil
    end
  end
end

return driver
