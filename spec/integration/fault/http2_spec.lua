-- HTTP/2 streams that a server resets or refuses. The server is nginx.

local fault = require "spec.support.fault"
local nginx = require "spec.support.nginx"
local tlsserver = require "spec.support.tlsserver"

describe("HTTP/2 fault:", function()
  local faults = fault.section "HTTP/2"
  local authority

  setup(function()
    faults:start()
    authority = tlsserver.authority()
    authority:good()
  end)
  teardown(function()
    faults:stop()
    authority:remove()
  end)

  -- An nginx that treats each request so
  local function served(directives)
    return function()
      local host = nginx.start {
        http = ([[
          server {
            listen 127.0.0.1:@OTHER@ ssl http2;
            ssl_certificate "%s/good.pem";
            ssl_certificate_key "%s/good.key";
            %s
          }
        ]]):format(authority.dir, authority.dir, directives),
      }
      host.url = "https://127.0.0.1:" .. host.other_port
      return host
    end
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
