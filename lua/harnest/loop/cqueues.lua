--- cqueues: its controllers poll a client as they poll any object with pollfd, events and timeout.

local cqueues = require "cqueues"
local condition = require "cqueues.condition"
local protected = require "harnest.copcall"

local loop = { name = "cqueues" }

-- Seconds after which it looks again whether there is anything to wait for: what was under way may have been collected.
local LONGEST = 1

-- Of each controller that has someone who waits: the coroutine's means to be told of a new deadline.
local kicks = setmetatable({}, { __mode = "k" })
local watched, drive

function loop.this()
  return cqueues.running() and condition.new() or nil
end

function loop.sleep(this)
  this:wait()
end

function loop.wake(this)
  this:signal()
end

function loop.spawn(fn, done)
  cqueues.running():wrap(function()
    done(protected(fn))
  end)
end

--- A coroutine of the controller polls and drives as long as there is something to watch.
local function poll(controller, kick)
  while watched do
    cqueues.poll(watched, kick, LONGEST)
    if watched then
      drive()
    end
  end
  kicks[controller] = nil
end

function loop.watch(client, drive_it)
  local controller = cqueues.running()
  watched, drive = client, drive_it
  if kicks[controller] then
    kicks[controller]:signal()
  elseif controller then
    local kick = condition.new()
    kicks[controller] = kick
    controller:wrap(function()
      poll(controller, kick)
    end)
  end
end

function loop.unwatch()
  if watched then
    cqueues.cancel(watched:pollfd())
    watched, drive = nil, nil
  end
  for _, kick in pairs(kicks) do
    kick:signal()
  end
end

return loop
