--- The loop of copas.
-- copas waits for sockets, so it gets socket-like objects: one for each coroutine that waits, and
-- one for the watched client. LuaSocket's select asks them for a descriptor (`getfd`), and whether
-- data is buffered (`dirty`); if it is, select does not poll the descriptor.

local copas = require "copas"
local copcall = require "harnest.copcall"

local loop = { name = "copas" }

local fake_socket = {}
fake_socket.__index = fake_socket

--- Returns a descriptor; -1 makes select skip the socket. A dirty socket needs any valid number.
function fake_socket:getfd()
  return self.ready and 0 or self.descriptor or -1
end

function fake_socket:dirty()
  return self.ready
end

function fake_socket:receive()
  if self.ready then
    self.ready = false
    return true
  end
  return nil, "timeout"
end

--- Does nothing. copas closes the last socket of a coroutine when the coroutine ends.
function fake_socket.close() end

function loop.this()
  local this, is_main = coroutine.running()
  return this and not is_main and setmetatable({ ready = false }, fake_socket) or nil
end

function loop.sleep(this)
  copas.receive(this)
end

function loop.wake(this)
  this.ready = true
end

function loop.spawn(fn, done)
  copas.addthread(function()
    done(copcall(fn))
  end)
end

-- The watched client's socket.
local wakeup = setmetatable({}, { __index = fake_socket })
wakeup.__index = wakeup

--- copas calls receive before and after it polls: first it returns "timeout", then true.
function wakeup:receive()
  self.waits = not self.waits
  return not self.waits or nil, "timeout"
end

local watched -- the wakeup of the watched descriptor, or nil

--- Watches a descriptor with a new coroutine.
local function begin(descriptor, drive)
  local this = setmetatable({ descriptor = descriptor, ready = false }, wakeup)
  watched = this
  copas.addthread(function()
    copas.receive(this)
    while watched == this do
      this.ready = false
      drive()
      copas.receive(this)
    end
  end)
end

function loop.watch(client, drive, at_once)
  local descriptor = client:pollfd()
  if not watched or watched.descriptor ~= descriptor then
    loop.unwatch()
    begin(descriptor, drive)
  end
  if at_once then
    watched.ready = true
  end
end

function loop.unwatch()
  if watched then
    watched.descriptor = nil
    watched.ready = true -- its coroutine ends
    watched = nil
  end
end

return loop
