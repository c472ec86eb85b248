--- How a caller waits for the core, which never waits by itself: blocking, or by a loop.
-- Between two waits the core's wishes are served: a token to ask for, trace events to give out. They run here, in Lua,
-- in the coroutine that waits, with nothing of libcurl on the stack.

local core = require "harnest.core"
local driver = require "harnest.driver"
local manual = require "harnest.loop.manual"

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

--- The loop that the caller waits by: the one that runs its coroutine, else its client's; nil to block.
function wait.loop_of(client)
  return driver.in_use and manual.of_caller() or core.settings(client).loop
end

--- Raises for a caller that cannot wait, before it begins what it would have to wait for.
function wait.check(client)
  local loop = wait.loop_of(client)
  if loop then
    driver.this(loop)
  end
end

--- Waits until `ready(subject)` is true.
-- @param client   the client whose requests are waited for
-- @param ready    function: whether there is nothing to wait for any more
-- @param subject  what `ready` is asked about
-- @param cancel   function: gives the subject up, should the loop end the coroutine for good
function wait.until_ready(client, ready, subject, cancel)
  local settings, loop = core.settings(client), wait.loop_of(client)
  serve(client, settings)
  while not ready(subject) do
    if loop then
      driver.suspend(loop, client, ready, subject, cancel)
    else
      core.step(client, math.huge)
      if driver.in_use then
        driver.kick()
      end
    end
    serve(client, settings)
  end
end

--- To be called where something may have begun or ended without being waited for.
function wait.pass(client)
  local loop = wait.loop_of(client)
  if not loop then
    driver.kick()
    return
  end
  driver.touch(loop, client)
  if loop.pause then
    loop.pause()
  end
end

return wait
