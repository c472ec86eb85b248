--- Calls a client's own functions: the token function and the trace function.
-- The core only records that it needs a token or has trace events. The functions run here, in Lua,
-- in the coroutine that waits, with no libcurl call on the stack.

local core = require "harnest.core"
local default_coroutines = require "harnest.default_coroutines"
local store = require "harnest.store"
local task = require "harnest.task"

local callbacks = {}

-- PUC Lua 5.1 cannot yield across pcall, and a token function may make calls that wait.
local can_yield_across_pcall = _VERSION ~= "Lua 5.1" or jit ~= nil

-- Stands for the main coroutine in Lua 5.1, where coroutine.running returns nil for it.
local MAIN = {}

--- Prepares the settings of a client for its token function. Derived clients that have the same one
-- share `askers`: the coroutines that call it now, a table from each to the depth of the scheduler's
-- wakes at that time, `subject` and `cancel`.
function callbacks.prepare(settings)
  -- weak, unless drop_failed needs the coroutines
  settings.askers = setmetatable({}, { __mode = can_yield_across_pcall and "k" or nil })
end

--- Calls the token function (option `token` or `authorization`) and passes its results to the core.
-- @param askers  settings.askers
-- @param caller  the calling coroutine, or MAIN
-- Further arguments as for callbacks.run.
-- @return true; or false and what the token function raised
local function ask_token(askers, client, settings, caller, subject, cancel)
  local ask = settings.authorization or settings.token
  local fine, token, reason
  askers[caller] = { depth = default_coroutines.wake_depth(), subject = subject, cancel = cancel }
  if can_yield_across_pcall or caller == MAIN then
    fine, token, reason = pcall(ask)
  else
    fine, token, reason = true, ask()
  end
  askers[caller] = nil
  if fine and token == nil and task.is_cancelled() then
    cancel(subject) -- other requests that need the token ask for it themselves
  elseif fine then
    core.set_token(client, token, reason ~= nil and tostring(reason) or nil)
  end
  return fine, token
end

--- Returns whether a coroutine is within ask_token with these askers, by its stack.
local function is_asking(askers, asker)
  if asker == MAIN then
    return true
  elseif coroutine.status(asker) == "dead" then
    return false
  end
  local level, frame = 0, debug.getinfo(asker, 0, "f")
  while frame do
    if frame.func == ask_token and select(2, debug.getlocal(asker, level, 1)) == askers then
      return true
    end
    level = level + 1
    frame = debug.getinfo(asker, level, "f")
  end
  return false
end

--- Cancels the calls of coroutines whose token function has raised where it could not be caught.
-- Otherwise the next token would send them.
local function drop_failed(askers)
  for asker, asking in pairs(askers) do
    if not is_asking(askers, asker) then
      askers[asker] = nil
      asking.cancel(asking.subject)
    end
  end
end

--- Returns whether the caller runs within a call of the client's token function. A coroutine that
-- the scheduler resumed meanwhile, because the token function closed the client for which it
-- waited, does not.
local function is_within_token_function(askers, caller)
  local depth = default_coroutines.wake_depth()
  for asker, asking in pairs(askers) do
    local is_around = asker == MAIN or coroutine.status(asker) == "normal"
    if asker == caller or is_around and asking.depth == depth then
      return true
    end
  end
  return false
end

--- Gets a token from the token function, which must not use its own client: the client needs the
-- token for that. Arguments as for callbacks.run.
-- @return true; or false and the error to raise
local function get_token(client, settings, subject, cancel)
  local caller, askers = coroutine.running() or MAIN, settings.askers
  if not can_yield_across_pcall then
    drop_failed(askers)
  end
  if is_within_token_function(askers, caller) then
    local name = settings.authorization and "authorization" or "token"
    return pcall(core.usage_error, ("%s: the %s function called its own client, "
      .. "which needs the %s for this request"):format(name, name, name))
  end
  return ask_token(askers, client, settings, caller, subject, cancel)
end

--- Calls the client's trace function for each event.
function callbacks.pass_events(client, settings)
  if settings.on_event then
    for event in core.take_event, client do
      settings.on_event(event)
    end
  end
end

--- Serves the store of the client's cache, if it has one. Arguments as for callbacks.run.
-- Raises what the store raises.
function callbacks.serve_store(client, settings, subject, cancel)
  if not settings.store then
    return
  end
  local fine, err = pcall(store.serve, client, settings.store)
  if not fine then
    cancel(subject)
    error(err, 0)
  end
end

--- Calls the token function if the core needs a token, serves the store of the cache, and calls the
-- trace function for each event.
-- @param client    the client
-- @param settings  its settings, as core.settings returns them
-- @param subject   the call or listing that the caller waits for
-- @param cancel    function: cancels `subject`; called if the token function raises
-- Raises what the token function and the store raise.
function callbacks.run(client, settings, subject, cancel)
  if core.wants_token(client) then
    local fine, err = get_token(client, settings, subject, cancel)
    if not fine then
      cancel(subject)
      error(err, 0)
    end
  end
  callbacks.serve_store(client, settings, subject, cancel)
  callbacks.pass_events(client, settings)
end

return callbacks
