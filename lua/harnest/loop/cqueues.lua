--- The loop of cqueues. Its controllers poll any object with a descriptor and events.

local cqueues = require "cqueues"
local condition = require "cqueues.condition"
local copcall = require "harnest.copcall"

local loop = { name = "cqueues" }

-- For each controller with a polling coroutine: the condition that ends its wait.
local wakeups = setmetatable({}, { __mode = "k" })

local watched -- what the coroutines poll: the client's descriptor, for reading; nil for none
local drive
local is_due = false -- whether to drive without an event

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
    done(copcall(fn))
  end)
end

--- Polls and drives while a client is watched. It runs in a coroutine of the controller.
local function poll(controller, wakeup)
  while watched do
    if not is_due then
      cqueues.poll(watched, wakeup)
    end
    is_due = false
    if watched then
      drive()
    end
  end
  wakeups[controller] = nil
end

--- Ends the waits of the polling coroutines.
local function wake_all()
  for _, wakeup in pairs(wakeups) do
    wakeup:signal()
  end
end

function loop.watch(client, drive_it, at_once)
  local controller, descriptor = cqueues.running(), client:pollfd()
  if not watched or watched.pollfd ~= descriptor then
    loop.unwatch()
    watched = { pollfd = descriptor, events = "r" }
  end
  drive = drive_it
  if at_once then
    is_due = true
    wake_all()
  end
  if controller and not wakeups[controller] then
    local wakeup = condition.new()
    wakeups[controller] = wakeup
    controller:wrap(function()
      poll(controller, wakeup)
    end)
  end
end

function loop.unwatch()
  if watched then
    cqueues.cancel(watched.pollfd)
    watched, drive = nil, nil
    wake_all()
  end
end

return loop
