--- Calls a client's own functions: the token function and the trace function.
-- The core only records that it needs a token or has trace events. The functions run here, in Lua,
-- in the coroutine that waits, with no libcurl call on the stack.

local core = require "harnest.core"

local callbacks = {}

-- PUC Lua 5.1 cannot yield across pcall, and a token function may make calls that wait.
local can_yield_across_pcall = _VERSION ~= "Lua 5.1" or jit ~= nil

-- Stands for the main coroutine in Lua 5.1, where coroutine.running returns nil for it.
local MAIN = {}

--- Returns whether the caller runs within one of the token function's calls.
-- @param askers  set of the coroutines that call the client's token function now
-- @param caller  the calling coroutine, or MAIN
local function is_within_token_function(askers, caller)
  for asker in pairs(askers) do
    if asker == caller or asker == MAIN or coroutine.status(asker) == "normal" then
      return true
    end
  end
  return false
end

--- Calls the token function (option `token` or `authorization`) and passes its results to the core.
-- The token function must not use its own client: the client needs the token for that.
-- @return true; or false and the error to raise
local function ask_token(client, settings)
  local caller = coroutine.running() or MAIN
  local askers = settings.askers or setmetatable({}, { __mode = "k" })
  settings.askers = askers
  if is_within_token_function(askers, caller) then
    local name = settings.authorization and "authorization" or "token"
    return pcall(core.usage_error, ("%s: the %s function called its own client, "
      .. "which needs the %s for this request"):format(name, name, name))
  end
  local ask = settings.authorization or settings.token
  local fine, token, reason
  if can_yield_across_pcall or caller == MAIN then
    askers[caller] = true
    fine, token, reason = pcall(ask)
    askers[caller] = nil
  else
    fine, token, reason = true, ask()
  end
  if fine then
    core.set_token(client, token, reason ~= nil and tostring(reason) or nil)
  end
  return fine, token
end

--- Calls the token function if the core needs a token, and the trace function for each event.
-- @param client    the client
-- @param settings  its settings, as core.settings returns them
-- @param subject   the call or listing that the caller waits for
-- @param cancel    function: cancels `subject`; called if the token function raises
-- Raises what the token function raises.
function callbacks.run(client, settings, subject, cancel)
  if core.wants_token(client) then
    local fine, err = ask_token(client, settings)
    if not fine then
      cancel(subject)
      error(err, 0)
    end
  end
  if settings.trace then
    for event in core.take_event, client do
      settings.trace(event)
    end
  end
end

return callbacks
