-- One descriptor for another descriptor and a time.

local core = require "harnest.core"
local socket = require "socket"

-- Whether select finds the alarm readable within so many seconds
local function rings(alarm, seconds)
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

  it("is quiet until it is set", function()
    assert.is_false(rings(alarm, 0.02))
    alarm:set(0.01)
    assert.is_true(rings(alarm, 5))
  end)

  it("rings at once for what is due, and until it is set again", function()
    alarm:set(0)
    assert.is_true(rings(alarm, 0))
    alarm:set(-1)
    assert.is_true(rings(alarm, 0))
    alarm:set(1000)
    assert.is_false(rings(alarm, 0))
  end)

  it("keeps the earliest of the times that are to come", function()
    alarm:set(0.01)
    alarm:set(1000)
    assert.is_true(rings(alarm, 5))
    alarm:set(1000)
    alarm:set(0.01)
    assert.is_true(rings(alarm, 5))
  end)

  it("takes any number of seconds", function()
    for _, seconds in ipairs { 1e300, math.huge, 0 / 0 } do
      alarm:set(seconds)
      assert.is_false(rings(alarm, 0))
    end
  end)

  it("rings while the other descriptor is readable", function()
    assert(client:send "x")
    assert.is_true(rings(alarm, 5))
    assert.is_true(rings(alarm, 0))
    accepted:receive(1)
    assert.is_false(rings(alarm, 0))
  end)

  it("leaves the other descriptor open when it is closed, as often as that is", function()
    alarm:close()
    alarm:close()
    assert.equal(-1, alarm:pollfd())
    assert(client:send "y")
    assert.equal("y", accepted:receive(1))
  end)
end)
