--- Clients that the script steps itself.

local core = require "harnest.core"
local scheduler = require "harnest.scheduler"

local stepping = {}

--- Begins a coroutine of the client's manual loop. api:step resumes it.
-- @param fn  function without arguments
-- @return a task; see harnest.task
-- Raises a usage error unless the client has loop = "manual".
function stepping.spawn(client, fn)
  local settings = core.settings(client)
  local manual = settings.loop
  if not manual or not manual.step then
    core.usage_error 'spawn: expected a client with loop = "manual"'
  elseif type(fn) ~= "function" then
    core.usage_error("spawn: expected a function, got " .. core.describe(fn))
  end
  return manual.spawn(fn, nil, settings)
end

--- Advances the running requests. With loop = "manual" it also resumes coroutines, and raises what
-- tasks raised in the step before, unless the script has asked for their results.
-- @param seconds  number: how long to wait if requests run and nothing is ready (default 0)
-- @param budget   number, with loop = "manual": seconds after which no more coroutines are resumed
--                 in this step (default: no limit)
-- @return the number of running calls; with loop = "manual" plus the number of coroutines to resume
-- and of errors that the next step can raise
function stepping.step(client, seconds, budget)
  local manual = core.settings(client).loop
  for name, value in pairs { seconds = seconds or 0, budget = budget or 0 } do
    if type(value) ~= "number" or value < 0 or value ~= value then
      core.usage_error(("step: %s: expected a number of seconds, 0 or more, got %s"):format(name,
        core.describe(value)))
    end
  end
  if manual and manual.step then
    manual.step(seconds or 0, budget)
    return core.pending_count(client) + manual.due()
  elseif not core.is_open(client) then
    core.usage_error "this client is closed"
  else
    core.step(client, core.is_busy(client) and seconds or 0)
    scheduler.notify()
  end
  return core.pending_count(client)
end

return stepping
