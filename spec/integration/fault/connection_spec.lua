-- Connections that fail or break.

local fault = require "spec.support.fault"
local rawserver = require "spec.support.rawserver"

local LENGTH = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"
local CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

describe("connection fault:", function()
  local faults = fault.section "Connections"
  setup(function() faults:start() end)
  teardown(function() faults:stop() end)

  faults:specs({
    { "no server listens", kind = "network", retried = true, maybe_executed = false,
      message = "check the address and whether the server is running", url = rawserver.closed_url },
    -- a label of more than 63 bytes is invalid, so no DNS server is needed
    { "the host does not exist", kind = "network", retried = true, maybe_executed = false,
      message = "resolve host",
      url = "http://" .. ("x"):rep(70) .. ".invalid", options = { insecure = true } },
    { "reset before the request is read", kind = "network", retried = true, maybe_executed = true,
      match = "connect",
      script = { { sleep = 0.03 }, { reset = true } } },
    { "reset after the request is read", kind = "network", retried = true, maybe_executed = true,
      script = { { reset = true } } },
    { "closed after the request is read", kind = "network", retried = true, maybe_executed = true,
      message = "Empty reply",
      script = { { close = true } } },
    { "half-closed after the request is read", kind = "network", retried = true,
      maybe_executed = true, message = "Empty reply",
      script = { { halfclose = true }, { stall = true } } },
    { "reset within the headers", kind = "network", retried = true, maybe_executed = true,
      script = { "HTTP/1.1 200 OK\r\nConte", { reset = true } } },
    { "closed within the headers", kind = "protocol", retried = true, maybe_executed = true,
      message = "the connection closed within the response headers",
      script = { "HTTP/1.1 200 OK\r\nConte", { close = true } } },
    { "reset after the headers", kind = "network", retried = true, maybe_executed = true,
      script = { LENGTH, { reset = true } } },
    { "closed after the headers", kind = "protocol", retried = true, maybe_executed = true,
      script = { LENGTH, { close = true } } },
    { "reset within the body", kind = "network", retried = true, maybe_executed = true,
      script = { LENGTH .. "{", { reset = true } } },
    { "closed within the body", kind = "protocol", retried = true, maybe_executed = true,
      script = { LENGTH .. "{", { close = true } } },
    { "half-closed within the body", kind = "protocol", retried = true, maybe_executed = true,
      script = { LENGTH .. "{", { halfclose = true }, { stall = true } } },
    { "reset within a chunk", kind = "network", retried = true, maybe_executed = true,
      script = { CHUNKED .. "9\r\n{", { reset = true } } },
    { "closed within a chunk", kind = "protocol", retried = true, maybe_executed = true,
      script = { CHUNKED .. "9\r\n{", { close = true } } },
    { "closed between chunks", kind = "protocol", retried = true, maybe_executed = true,
      script = { CHUNKED .. "1\r\n{\r\n", { close = true } } },
    { "half-closed after the response", kind = "success",
      script = function(_, whole) return { whole, { halfclose = true }, { stall = true } } end },
    { "the first connection is reset, the second not", kind = "success", attempts = 2, scripts = {
      { { reset = true } }, function(_, whole) return { whole } end,
    }, create = { kind = "network", maybe_executed = true, attempts = 1 } },
  }, it)

  it("is documented in docs/FAULTS.md", function() faults:check() end)
end)
