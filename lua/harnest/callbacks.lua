--- Calls a client's own functions: the token function and the trace function, and serves the store of
-- its cache. The core only records that it needs a token or has trace events. The functions run here,
-- in Lua, in the coroutine that waits, with no libcurl call on the stack.

local core = require "harnest.core"
local deferred = require "harnest.deferred"

local callbacks = {}

local get_token = deferred.call("token_function", "get")
local new_askers = deferred.call("token_function", "new_askers")
local serve = deferred.call("store", "serve")

--- Prepares the settings of a client for its token function, if it has one. Derived clients that have
-- the same one share `askers`, see harnest.token_function.
function callbacks.prepare(settings)
  if settings.authorization or settings.token then
    settings.askers = new_askers()
  end
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
  local fine, err = pcall(serve, client, settings.store)
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
