--- copas, which waits for sockets: it is given objects that look like sockets, one for each coroutine that waits and
-- one for the client. They are what LuaSocket's select asks: `getfd` for a descriptor to wait on, and `dirty` for
-- whether there is something to read already, in which case it looks at no descriptor.

local copas = require "copas"
local core = require "harnest.core"
local protected = require "harnest.copcall"

local loop = { name = "copas" }

-- Seconds after which it looks again whether there is anything to wait for: what was under way may have been collected.
local LONGEST = 1

local fake = {}
fake.__index = fake

--- select passes over what has no descriptor. That of what is dirty only has to be one: it is not looked at.
function fake:getfd()
  return self.rung and 0 or self.alarm and self.alarm:pollfd() or -1
end

function fake:dirty()
  return self.rung
end

function fake:receive()
  if self.rung then
    self.rung = false
    return true
  end
  return nil, "timeout"
end

--- copas closes what a coroutine waited for last, when that ends.
function fake.close() end

function loop.this()
  local this, is_main = coroutine.running()
  return this and not is_main and setmetatable({ rung = false }, fake) or nil
end

function loop.sleep(this)
  copas.receive(this)
end

function loop.wake(this)
  this.rung = true
end

function loop.spawn(fn, done)
  copas.addthread(function()
    done(protected(fn))
  end)
end

-- The client's: rung by its descriptor or when a step is due, by an alarm on both.
local bell = setmetatable({}, { __index = fake })
bell.__index = bell

--- copas asks before it waits and after: first there is nothing, then there is.
function bell:receive()
  self.waits = not self.waits
  return not self.waits or nil, "timeout"
end

local watched

local function begin(descriptor, drive)
  local this = setmetatable({ descriptor = descriptor, alarm = core.alarm(descriptor), rung = false }, bell)
  watched = this
  copas.addthread(function()
    copas.receive(this)
    while watched == this do
      this.rung = false
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
    watched.rung = true
  else
    watched.alarm:set(math.min(client:timeout() or LONGEST, LONGEST))
  end
end

function loop.unwatch()
  if watched then
    watched.alarm:close()
    watched.rung = true -- its coroutine ends
    watched = nil
  end
end

return loop
