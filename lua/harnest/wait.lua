--- How a caller waits for the core, which never waits by itself.
-- Between two waits the core's wishes are served: a token to ask for, trace events to give out. They run here, in Lua,
-- with nothing of libcurl on the stack.

local core = require "harnest.core"

local wait = {}

--- Asks the token function and gives out trace events, if there are any.
local function serve(client, settings)
  if core.wants_token(client) then
    core.set_token(client, settings.token())
  end
  if settings.trace then
    for event in core.take_event, client do
      settings.trace(event)
    end
  end
end

--- Blocks until `ready(subject)` is true.
-- @param client   the client whose requests are waited for
-- @param ready    function: whether there is nothing to wait for any more
-- @param subject  what `ready` is asked about
function wait.blocking(client, ready, subject)
  local settings = core.settings(client)
  serve(client, settings)
  while not ready(subject) do
    core.step(client, math.huge)
    serve(client, settings)
  end
end

return wait
