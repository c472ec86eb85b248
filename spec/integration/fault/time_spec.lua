-- Slow servers: an attempt never takes longer than `timeout`, whatever the server sends.

local fault = require "spec.support.fault"
local full_queue = require "spec.support.full_queue"

local LENGTH = "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"
local CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

describe("time fault:", function()
  local faults = fault.section "Time"
  setup(function() faults:start() end)
  teardown(function() faults:stop() end)

  local function slow(name, script, more)
    local row = { name, kind = "timeout", requests = { "get", "create" }, retried = true,
      maybe_executed = true, script = script,
      time = "timeout",
      message = "see the options timeout and deadline", options = { timeout = 0.1 } }
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
    slow("silence after the request is read", { { stall = true } },
      { requests = { "get", "list", "create", "delete" } }),
  }, it)

  -- These differ in the state of libcurl at the timeout, which is the same on every Lua.
  if fault.complete then
    faults:specs({
      slow("connections are not accepted", nil,
        { maybe_executed = false, start = full_queue.start, time = "connect_timeout",
          options = { connect_timeout = 0.1 } }),
      slow("connections are not accepted, and timeout is shorter", nil,
        { maybe_executed = false, start = full_queue.start }),
      slow("silence in the TLS handshake", { { stall = true } },
        { maybe_executed = false, match = "connect", url = secure }),
      slow("silence in the TLS handshake, and connect_timeout is shorter", { { stall = true } },
        { maybe_executed = false,
        match = "connect", url = secure, time = "connect_timeout",
          options = { connect_timeout = 0.1 } }),
      slow("silence before the request is read", { { stall = true } }, { match = "connect" }),
      slow("silence within the headers", { "HTTP/1.1 200 OK\r\nConte", { stall = true } }),
      slow("silence after the headers", { LENGTH, { stall = true } }),
      slow("silence within the body", { LENGTH .. "{", { stall = true } }),
      slow("silence within a chunk", { CHUNKED .. "9\r\n{", { stall = true } }),
      slow("a Content-Length too long, and no close",
        function(body) return { LENGTH, body, { stall = true } } end),
      slow("the headers come byte by byte", { "HTTP/1.1 200 OK\r\nX-Filler: ", drip("x", 100) }),
      slow("the body comes byte by byte", { LENGTH, drip(" ", 100) }),
      slow("chunks come byte by byte", { CHUNKED, drip("1\r\n \r\n", 20) }),
      slow("endless 1xx, byte by byte", { drip("HTTP/1.1 102 Processing\r\n\r\n", 9) }),
      slow("an endless body at full speed",
        { CHUNKED, { flood = { "1\r\n \r\n", 2 } } }),
      slow("endless trailers at full speed",
        { CHUNKED .. "0\r\n", { flood = { "X: 1\r\n", 2 } } }),
      slow("a deadline is shorter than timeout", { { stall = true } },
        { time = "deadline", attempts = 1, options = { deadline = 0.1 } }),
    }, it)
  end

  it("is documented in docs/FAULTS.md", function() faults:check() end)
end)
