--- The token function. Where there is a loop it runs in a coroutine of its own, asked by one of those who need the
-- token, and the others wait for what it answers. Where calls block nobody else goes on, and whoever needs it asks.

local core = require "harnest.core"
local driver = require "harnest.driver"
local plain = require "harnest.plain"

local token = {}

local function all(...)
  return ...
end

--- Runs a function as a part of an asking. core.within finds that by this very call, so the function is not its tail.
local function run(_, fn)
  return all(fn())
end

--- A function for another coroutine, as a part of the asking that the caller is a part of, if it is one.
function token.inherit(fn)
  local own = core.within(run)
  return own and function()
    return run(own, fn)
  end or fn
end

--- Whether an asking cannot end before `own` does.
local function waits_for(asking, own)
  while asking and not asking.over and asking ~= own do
    asking = asking.waits_for
  end
  return asking == own
end

--- Whether the caller is within an asking where calls block, by a coroutine of the token function's own: the one that
-- asks has resumed others and waits for them.
local function encloses(asking)
  if not asking or asking.over or not asking.blocks then
    return false
  end
  local status = asking.this and coroutine.status(asking.this) or "normal"
  return status == "normal" or status == "running"
end

--- Refuses a caller that the client's token function itself waits for.
-- @return the asking that the caller is a part of, nil for none; or false and the mistake
local function part_of(settings)
  local own = core.within(run)
  if own and waits_for(settings.asking, own) or encloses(settings.asking) then
    return false, select(2, pcall(core.mistake, "token: the function called its own client, which cannot go on without "
      .. "what the function returns; let it use another client"))
  end
  return own
end

--- Notes that the asking is under way, as a part of `own` if that is one.
local function note(settings, asking, own)
  settings.asking = asking
  if own then
    own.waits_for = asking
  end
end

local function with_text(given, reason)
  return given, reason ~= nil and tostring(reason) or nil
end

--- Asks the token function: what it returned, the reason a text, since it may be an error object.
local function answer_of(asking, fn)
  return with_text(run(asking, fn))
end

-- Asks where calls block: a pcall, but in coroutines of PUC Lua 5.1, which could not wait within one. There nobody would
-- know of the end of an asking that raised, so it is not looked for either.
local has_pcall = _VERSION ~= "Lua 5.1" or jit ~= nil
local function attempt(asking, fn)
  asking.this = coroutine.running()
  asking.blocks = has_pcall or not asking.this
  if asking.blocks then
    return pcall(answer_of, asking, fn)
  end
  return true, answer_of(asking, fn)
end

--- Asks where calls block.
-- @return true where there is an answer; false and what the function raised
function token.ask(client)
  local settings, asking = core.settings(client), {}
  local own, complaint = part_of(settings)
  if own == false then
    return false, complaint
  end
  note(settings, asking, own)
  local fine, given, reason = attempt(asking, settings.token)
  asking.over = true
  if not fine then
    return false, given
  end
  core.set_token(client, given, reason)
  return true
end

--- To be called where whoever began an asking waits for it no more: somebody else is to ask.
function token.give_up(asking)
  local settings = core.settings(asking.client)
  if settings.asking == asking then
    settings.asking = nil
    core.set_asked(asking.client, false)
  end
end

--- Ends an asking, and lets those who wait know.
local function finish(asking, fine, given, reason)
  asking.over = true
  token.give_up(asking)
  if fine then
    core.set_token(asking.client, given, reason)
  else
    asking.raised, asking.err = true, given
  end
  driver.kick()
end

--- Has the token function asked in a coroutine of the loop, unless that is under way already where the caller's runs.
-- @return true and the asking, if the caller has begun it; false and the mistake where it may not
function token.begin(client, loop)
  local settings, runner = core.settings(client), loop.runner and loop.runner()
  local own, complaint = part_of(settings)
  if own == false then
    return false, complaint
  end
  local asking = settings.asking
  if asking and asking.loop == loop and asking.runner == runner then
    note(settings, asking, own)
    return true
  end
  driver.this(loop) -- raises where nothing can wait
  asking = { client = client, loop = loop, runner = runner }
  note(settings, asking, own)
  core.set_asked(client, true)
  local fine, spawned = pcall(loop.spawn, function()
    asking.this = coroutine.running()
    return answer_of(asking, settings.token)
  end, function(...)
    finish(asking, ...)
  end)
  asking.spawned = fine and spawned
  if not fine then
    finish(asking, false, spawned)
  end
  return true, asking
end

--- Whether the coroutine of an asking was ended without a word.
function token.is_lost(asking)
  return not asking.over and plain.has_vanished(asking.this)
end

--- What came of an asking that the caller has begun, and that is over or lost.
-- @return true where there is an answer; false and what the function raised
function token.outcome(asking)
  if token.is_lost(asking) then
    finish(asking, false, core.failure("cancelled", "cancelled: the coroutine of the token function was closed"))
  elseif asking.loop.join and asking.spawned then
    asking.loop.join(asking.spawned)
  end
  if asking.raised then
    return false, asking.err
  end
  return true
end

return token
