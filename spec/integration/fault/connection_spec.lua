-- Connections that do not come about, or break.

local fault = require "spec.support.fault"
local rawserver = require "spec.support.rawserver"

local LENGTH = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"
local CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

describe("a connection's fault:", function()
  local faults = fault.section "Connections"
  setup(function() faults:start() end)
  teardown(function() faults:stop() end)

  faults:specs({
    { "nothing listens", kind = "network", again = true, carried = false,
      says = "check the address and whether the server is running", url = rawserver.closed_url },
    -- a label of more than 63 bytes is no name, so that nobody needs to be asked
    { "there is no such host", kind = "network", again = true, carried = false, says = "resolve host",
      url = "http://" .. ("x"):rep(70) .. ".invalid", options = { insecure = true } },
    { "reset before the request is read", kind = "network", again = true, carried = true, match = "connect",
      script = { { sleep = 0.03 }, { reset = true } } },
    { "reset once the request is read", kind = "network", again = true, carried = true, script = { { reset = true } } },
    { "closed once the request is read", kind = "network", again = true, carried = true, says = "Empty reply",
      script = { { close = true } } },
    { "half-closed once the request is read", kind = "network", again = true, carried = true, says = "Empty reply",
      script = { { halfclose = true }, { stall = true } } },
    { "reset within the head", kind = "network", again = true, carried = true,
      script = { "HTTP/1.1 200 OK\r\nConte", { reset = true } } },
    { "closed within the head", kind = "protocol", again = true, carried = true,
      says = "the connection closed within the response headers",
      script = { "HTTP/1.1 200 OK\r\nConte", { close = true } } },
    { "reset after the head", kind = "network", again = true, carried = true, script = { LENGTH, { reset = true } } },
    { "closed after the head", kind = "protocol", again = true, carried = true, script = { LENGTH, { close = true } } },
    { "reset within the body", kind = "network", again = true, carried = true,
      script = { LENGTH .. "{", { reset = true } } },
    { "closed within the body", kind = "protocol", again = true, carried = true,
      script = { LENGTH .. "{", { close = true } } },
    { "half-closed within the body", kind = "protocol", again = true, carried = true,
      script = { LENGTH .. "{", { halfclose = true }, { stall = true } } },
    { "reset within a chunk", kind = "network", again = true, carried = true,
      script = { CHUNKED .. "9\r\n{", { reset = true } } },
    { "closed within a chunk", kind = "protocol", again = true, carried = true,
      script = { CHUNKED .. "9\r\n{", { close = true } } },
    { "closed between chunks", kind = "protocol", again = true, carried = true,
      script = { CHUNKED .. "1\r\n{\r\n", { close = true } } },
    { "half-closed after the answer", kind = "answered",
      script = function(_, whole) return { whole, { halfclose = true }, { stall = true } } end },
    { "the first connection is reset, the second not", kind = "answered", attempts = 2, scripts = {
      { { reset = true } }, function(_, whole) return { whole } end,
    }, create = { kind = "network", carried = true, attempts = 1 } },
  }, it)

  it("docs/FAULTS.md tells of them", function() faults:check() end)
end)
