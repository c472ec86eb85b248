-- Alarms: one descriptor for another descriptor and a time.

local core = require "harnest.core"
local socket = require "socket"

-- Whether select finds the alarm readable within this many seconds
local function is_due(alarm, seconds)
  return #socket.select({ { getfd = function() return alarm:pollfd() end } }, nil, seconds) == 1
end

describe("alarm", function()
  local server, client, accepted, alarm

  before_each(function()
    server = assert(socket.bind("127.0.0.1", 0))
    local host, port = server:getsockname()
    client = assert(socket.connect(host, port))
    accepted = assert(server:accept())
    alarm = core.alarm(accepted:getfd())
  end)

  after_each(function()
    alarm:close()
    for _, it in ipairs { server, client, accepted } do it:close() end
  end)

  it("is not readable until it is set", function()
    assert.is_false(is_due(alarm, 0.02))
    alarm:set(0.01)
    assert.is_true(is_due(alarm, 5))
  end)

  it("becomes readable at once for a time in the past, until it is set again", function()
    alarm:set(0)
    assert.is_true(is_due(alarm, 0))
    alarm:set(-1)
    assert.is_true(is_due(alarm, 0))
    alarm:set(1000)
    assert.is_false(is_due(alarm, 0))
  end)

  it("keeps the earliest future time", function()
    alarm:set(0.01)
    alarm:set(1000)
    assert.is_true(is_due(alarm, 5))
    alarm:set(1000)
    alarm:set(0.01)
    assert.is_true(is_due(alarm, 5))
  end)

  it("accepts any number of seconds", function()
    for _, seconds in ipairs { 1e300, math.huge, 0 / 0 } do
      alarm:set(seconds)
      assert.is_false(is_due(alarm, 0))
    end
  end)

  it("is readable while the other descriptor is", function()
    assert(client:send "x")
    assert.is_true(is_due(alarm, 5))
    assert.is_true(is_due(alarm, 0))
    accepted:receive(1)
    assert.is_false(is_due(alarm, 0))
  end)

  it("leaves the other descriptor open when closed, also repeatedly", function()
    alarm:close()
    alarm:close()
    assert.equal(-1, alarm:pollfd())
    assert(client:send "y")
    assert.equal("y", accepted:receive(1))
  end)
end)
