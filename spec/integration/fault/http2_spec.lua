-- HTTP/2 streams that a server resets or refuses. The server is nginx.

local fault = require "spec.support.fault"
local h2server = require "spec.support.h2server"
local tlsserver = require "spec.support.tlsserver"

describe("HTTP/2 fault:", function()
  local faults = fault.section "HTTP/2"
  local authority

  setup(function()
    faults:start()
    authority = tlsserver.authority()
  end)
  teardown(function()
    faults:stop()
    authority:remove()
  end)

  local function served(directives)
    return function() return h2server.start(authority, directives) end
  end

  local function trusting()
    return { ca_file = authority.ca_file }
  end

  -- These depend only on libcurl.
  if fault.main then
    faults:specs({
      { "the stream is reset", kind = "network", retried = true, maybe_executed = true, options = trusting,
        message = "was not closed cleanly", start = served "location / { return 444; }" },
      { "the stream is refused", kind = "network", retried = true, maybe_executed = false, options = trusting,
        requests = { "create" }, start = served "http2_body_preread_size 0;" },
    }, it)
  end

  it("is documented in docs/FAULTS.md", function() faults:check() end)
end)
