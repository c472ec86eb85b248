--- The loop of cqueues. Its controllers poll a client as they poll any object with pollfd, events
-- and timeout.

local cqueues = require "cqueues"
local condition = require "cqueues.condition"
local copcall = require "harnest.copcall"

local loop = { name = "cqueues" }

-- Seconds between two drives at most: the garbage collector may have ended the requests.
local LONGEST_WAIT = 1

-- For each controller with a polling coroutine: the condition that wakes it when the client's
-- timeout has changed.
local wakeups = setmetatable({}, { __mode = "k" })
local watched, drive

function loop.this()
  return cqueues.running() and condition.new() or nil
end

--- Waits with a timeout: a finalizer that runs between the scheduler's check and the wait may signal
-- too early.
function loop.sleep(this)
  this:wait(LONGEST_WAIT)
end

function loop.wake(this)
  this:signal()
end

function loop.spawn(fn, done)
  cqueues.running():wrap(function()
    done(copcall(fn))
  end)
end

--- Polls and drives while a client is watched. It runs in a coroutine of the controller.
local function poll(controller, wakeup)
  while watched do
    cqueues.poll(watched, wakeup, LONGEST_WAIT)
    if watched then
      drive()
    end
  end
  wakeups[controller] = nil
end

function loop.watch(client, drive_it)
  local controller = cqueues.running()
  watched, drive = client, drive_it
  if wakeups[controller] then
    wakeups[controller]:signal()
  elseif controller then
    local wakeup = condition.new()
    wakeups[controller] = wakeup
    controller:wrap(function()
      poll(controller, wakeup)
    end)
  end
end

function loop.unwatch()
  if watched then
    cqueues.cancel(watched:pollfd())
    watched, drive = nil, nil
  end
  for _, wakeup in pairs(wakeups) do
    wakeup:signal()
  end
end

return loop
