--- How a caller waits for the core, which never waits by itself: blocking, or by a loop.
-- Between two waits the core's wishes are served: a token to ask for, trace events to give out. They run here, in Lua,
-- in the coroutine that waits, with nothing of libcurl on the stack.

local core = require "harnest.core"
local driver = require "harnest.driver"
local manual = require "harnest.loop.manual"

local wait = {}

-- In PUC Lua 5.1 a coroutine cannot wait within a pcall: nobody would know of the end of a function that raised there.
local has_pcall = _VERSION ~= "Lua 5.1" or jit ~= nil

-- Stands for the main coroutine in the Luas that have no name for it.
local MAIN = {}

--- Whether a coroutine of `askers`, those within a client's token function, cannot go on before the caller does.
local function waits_for(askers, caller)
  for asker in pairs(askers) do
    if asker == caller or asker == MAIN or coroutine.status(asker) == "normal" then
      return true
    end
  end
  return false
end

--- Asks the token function. That it calls its own client, which needs the token, is a mistake.
-- @return true; or false and what is to be raised
local function ask_token(client, settings)
  local caller, askers = coroutine.running() or MAIN, settings.askers or setmetatable({}, { __mode = "k" })
  settings.askers = askers
  if waits_for(askers, caller) then
    return pcall(core.usage_error,
      "token: the function called its own client, which cannot go on without what it returns")
  end
  local fine, token, reason
  if has_pcall or caller == MAIN then
    askers[caller] = true
    fine, token, reason = pcall(settings.token)
    askers[caller] = nil
  else
    fine, token, reason = true, settings.token()
  end
  if fine then
    core.set_token(client, token, reason ~= nil and tostring(reason) or nil)
  end
  return fine, token
end

--- Asks the token function, if a token is wanted, and gives out trace events. What waits for a token that was not to be
-- had is given up: nobody would be told of it.
local function serve(client, settings, subject, cancel)
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
  serve(client, settings, subject, cancel)
  while not ready(subject) do
    if loop then
      driver.suspend(loop, client, ready, subject, cancel)
    else
      core.step(client, math.huge)
      if driver.in_use then
        driver.notify()
      end
    end
    serve(client, settings, subject, cancel)
  end
end

--- To be called where something may have begun or ended without being waited for.
function wait.yield_point(client)
  local loop = wait.loop_of(client)
  if not loop then
    driver.notify()
    return
  end
  driver.ensure_watched(loop, client)
  if loop.pause then
    loop.pause()
  end
end

return wait
