-- TLS that does not come about.

local fault = require "spec.support.fault"
local sandbox = require "spec.support.sandbox"
local tlsserver = require "spec.support.tlsserver"

describe("a fault of TLS:", function()
  local faults = fault.section "TLS"
  local authority
  local sb = sandbox.get()

  setup(function()
    faults:start()
    authority = tlsserver.authority()
  end)
  teardown(function()
    faults:stop()
    authority:remove()
  end)

  local function trusting()
    return { ca_file = authority.ca_file }
  end

  -- A server that `openssl s_server` makes of a certificate and options
  local function served(certificate, ...)
    local more = { ... }
    return function() return tlsserver.start(authority[certificate](authority), (unpack or table.unpack)(more)) end
  end

  local function final(name, says, start, more)
    local row = { name, kind = "tls", again = false, carried = false, says = says, start = start, options = trusting }
    for key, value in pairs(more or {}) do row[key] = value end
    return row
  end

  local function secure(self)
    return (self.raw.url:gsub("^http", "https"))
  end

  local function plain(_, server)
    return (server.url:gsub("^https", "http"))
  end

  faults:specs({
    final("the certificate has expired", "expired", served "expired"),
    final("the authority is not known", "ca_file", served "good", { options = {} }),
    final("no TLS is spoken there", nil, nil, { url = secure, match = "connect", options = {},
      script = { { listen = true }, "HTTP/1.1 400 Bad Request\r\n\r\n", { close = true } } }),
  }, it)

  -- These differ in what OpenSSL and libcurl say, which is the same on every Lua.
  if fault.main then
    faults:specs({
      final("the certificate is another host's", "no alternative certificate subject name", served "wrong_host"),
      final("the certificate is signed by itself", "self-signed", served "self_signed"),
      final("TLS 1.0 and no other", "protocol version", served("good", "-tls1 -cipher DEFAULT@SECLEVEL=0")),
      final("TLS 1.1 and no other", "protocol version", served("good", "-tls1_1 -cipher DEFAULT@SECLEVEL=0")),
      final("a client's certificate is demanded, in TLS 1.3", "certificate required", served("good", "-Verify 1")),
      final("a client's certificate is demanded, in TLS 1.2", "client_cert", served("good", "-Verify 1 -tls1_2")),
      { "reset in the handshake", kind = "network", again = true, carried = false, url = secure, match = "connect",
        script = { { listen = true }, { reset = true } } },
      { "closed in the handshake", kind = "network", again = true, carried = false, url = secure, match = "connect",
        script = { { listen = true }, { close = true } } },
      { "closed within the server's first record", kind = "network", again = true, carried = false, url = secure,
        match = "connect", script = { { listen = true }, "\22\3\3\0\100\2\0\0", { close = true } } },
      { "http to a port of TLS", kind = "network", again = true, carried = true, says = "Empty reply", url = plain,
        start = served "good" },
      { "http to a port of TLS that answers in http", kind = "bad_request", again = false, carried = false,
        says = "expected JSON:API, got text/html", url = (sb.tls_url:gsub("^https", "http")) },
    }, it)
  end

  it("docs/FAULTS.md tells of them", function() faults:check() end)
end)
