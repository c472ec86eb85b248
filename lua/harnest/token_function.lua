--- Calls a client's token function (option `token` or `authorization`), which may make calls that
-- wait. Runs in the coroutine that waits, as harnest.callbacks does.

local core = require "harnest.core"
local default_coroutines = require "harnest.default_coroutines"
local task = require "harnest.task"

local token_function = {}

-- PUC Lua 5.1 cannot yield across pcall, and a token function may make calls that wait.
local can_yield_across_pcall = _VERSION ~= "Lua 5.1" or jit ~= nil

-- Stands for the main coroutine in Lua 5.1, where coroutine.running returns nil for it.
local MAIN = {}

--- Makes the table `askers` of a client's settings: the coroutines that call its token function now, a
-- table from each to the depth of the scheduler's wakes at that time, `subject` and `cancel`.
function token_function.new_askers()
  -- weak, unless drop_failed needs the coroutines
  return setmetatable({}, { __mode = can_yield_across_pcall and "k" or nil })
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
function token_function.get(client, settings, subject, cancel)
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

return token_function
