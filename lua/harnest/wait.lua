--- How a caller waits for the core, which never waits by itself: blocking, or by a loop.
-- Between two waits the core's wishes are served: a token to ask for, trace events to give out. They run here, in Lua,
-- with nothing of libcurl on the stack.

local core = require "harnest.core"
local driver = require "harnest.driver"
local manual = require "harnest.loop.manual"
local token = require "harnest.token"

local wait = {}

--- Sees to it that the token function is asked, if a token is wanted.
-- @param asking  an asking that the caller has begun; nil for none
-- @return whether the caller may go on; the asking as long as it is under way, or a new one; where it may not, what the
-- function raised
local function see_to_token(client, loop, asking)
  if not asking and core.wants_token(client) then
    if not loop then
      return token.ask(client)
    end
    local fine, begun = token.begin(client, loop)
    if not fine or not begun then
      return fine, begun
    end
    asking = begun
  end
  if not asking or not asking.over and not token.is_lost(asking) then
    return true, asking
  end
  return token.outcome(asking)
end

--- Gives out trace events, if there are any.
local function give_events(client, trace)
  if trace then
    for event in core.take_event, client do
      trace(event)
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

-- What those wait for who have begun an asking, beside their subject: a table, since what a function refers to on the
-- stack of a coroutine may be gone when that is ended.

local function is_ready_or_asked(both)
  return both.asking.over or token.is_lost(both.asking) or both.ready(both.subject)
end

local function cancel_both(both)
  token.give_up(both.asking)
  both.cancel(both.subject)
end

--- Waits until `ready(subject)` is true.
-- @param client   the client whose requests are waited for
-- @param ready    function: whether there is nothing to wait for any more
-- @param subject  what `ready` is asked about
-- @param cancel   function: gives the subject up, should the loop end the coroutine for good
-- @return true; or false and what is to be raised, where the token function raised it
function wait.until_ready(client, ready, subject, cancel)
  local trace, loop, asking = core.settings(client).trace, wait.loop_of(client), nil
  while true do
    local fine, result = see_to_token(client, loop, asking)
    asking = result
    give_events(client, trace)
    if not fine then
      return false, result
    elseif ready(subject) then
      break
    elseif asking then
      local both = { asking = asking, ready = ready, subject = subject, cancel = cancel }
      driver.suspend(loop, client, is_ready_or_asked, both, cancel_both)
    elseif loop then
      driver.suspend(loop, client, ready, subject, cancel)
    else
      core.step(client, math.huge)
      if driver.in_use then
        driver.kick()
      end
    end
  end
  if asking and loop.join then -- its coroutine may be ended with the caller's
    token.give_up(asking)
  end
  return true
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
