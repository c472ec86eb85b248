-- Servers that take their time: no script waits longer than `timeout` for an attempt, whatever comes meanwhile.

local fault = require "spec.support.fault"
local socket = require "socket"

local LENGTH = "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"
local CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

-- A server whose queue of connections is full: what is sent to it meets silence
local function full()
  local listener = assert(socket.bind("127.0.0.1", 0, 0))
  local _, port = listener:getsockname()
  local waiting = {}
  for i = 1, 4 do
    waiting[i] = socket.tcp()
    waiting[i]:settimeout(0)
    waiting[i]:connect("127.0.0.1", port)
  end
  local server = { url = "http://127.0.0.1:" .. port }
  function server.stop()
    for i = 1, 4 do waiting[i]:close() end
    listener:close()
  end
  return server
end

describe("a fault of time:", function()
  local faults = fault.section "Time"
  setup(function() faults:start() end)
  teardown(function() faults:stop() end)

  local function slow(name, script, more)
    local row = { name, kind = "timeout", requests = { "get", "create" }, again = true, carried = true, script = script,
      time = "timeout",
      says = "see the options timeout and deadline", options = { timeout = 0.1 } }
    for key, value in pairs(more or {}) do row[key] = value end
    return row
  end

  local function drip(text, count)
    return { drip = { text:rep(count), 0.01 } }
  end

  local function secure(self)
    return (self.raw.url:gsub("^http", "https"))
  end

  faults:specs({
    slow("silence once the request is read", { { stall = true } },
      { requests = { "get", "list", "create", "delete" } }),
  }, it)

  -- These differ in what libcurl is doing when the time is over, which is the same on every Lua.
  if fault.complete then
    faults:specs({
      slow("connections are not taken", nil,
        { carried = false, start = full, time = "connect_timeout", options = { connect_timeout = 0.1 } }),
      slow("connections are not taken, and timeout is shorter", nil, { carried = false, start = full }),
      slow("silence in the handshake of TLS", { { stall = true } },
        { carried = false, match = "connect", url = secure }),
      slow("silence in the handshake of TLS, and connect_timeout is shorter", { { stall = true } }, { carried = false,
        match = "connect", url = secure, time = "connect_timeout", options = { connect_timeout = 0.1 } }),
      slow("silence before the request is read", { { stall = true } }, { match = "connect" }),
      slow("silence within the head", { "HTTP/1.1 200 OK\r\nConte", { stall = true } }),
      slow("silence after the head", { LENGTH, { stall = true } }),
      slow("silence within the body", { LENGTH .. "{", { stall = true } }),
      slow("silence within a chunk", { CHUNKED .. "9\r\n{", { stall = true } }),
      slow("a Content-Length too long, and no close",
        function(body) return { LENGTH, body, { stall = true } } end),
      slow("the head comes drop by drop", { "HTTP/1.1 200 OK\r\nX-Filler: ", drip("x", 100) }),
      slow("the body comes drop by drop", { LENGTH, drip(" ", 100) }),
      slow("chunks come drop by drop", { CHUNKED, drip("1\r\n \r\n", 20) }),
      slow("1xx without end, drop by drop", { drip("HTTP/1.1 102 Processing\r\n\r\n", 9) }),
      slow("a body without end, as fast as can be",
        { CHUNKED, { flood = { "1\r\n \r\n", 2 } } }),
      slow("a deadline is shorter than timeout", { { stall = true } },
        { time = "deadline", attempts = 1, options = { deadline = 0.1 } }),
    }, it)
  end

  it("docs/FAULTS.md tells of them", function() faults:check() end)
end)
