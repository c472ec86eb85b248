-- TLS connections that fail.

local fault = require "spec.support.fault"
local sandbox = require "spec.support.sandbox"
local tlsserver = require "spec.support.tlsserver"

describe("TLS fault:", function()
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

  -- A server: `openssl s_server` with a certificate and options
  local function served(certificate, ...)
    local more = { ... }
    return function() return tlsserver.start(authority[certificate](authority),
      (unpack or table.unpack)(more)) end
  end

  local function final(name, message, start, more)
    local row = { name, kind = "tls", retried = false, maybe_executed = false, message = message,
      start = start, options = trusting }
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
    final("the authority is unknown", "ca_file", served "good", { options = {} }),
    final("the server does not speak TLS", nil, nil,
      { url = secure, match = "connect", options = {},
      script = { { listen = true }, "HTTP/1.1 400 Bad Request\r\n\r\n", { close = true } } }),
  }, it)

  -- These differ in the messages of OpenSSL and libcurl, which are the same on every Lua.
  if fault.main then
    faults:specs({
      final("the certificate is for another host", "no alternative certificate subject name",
        served "wrong_host"),
      final("the certificate is self-signed", "self-signed", served "self_signed"),
      final("only TLS 1.0", "protocol version", served("good", "-tls1 -cipher DEFAULT@SECLEVEL=0")),
      final("only TLS 1.1", "protocol version",
        served("good", "-tls1_1 -cipher DEFAULT@SECLEVEL=0")),
      final("a client certificate is required, in TLS 1.3", "certificate required",
        served("good", "-Verify 1")),
      final("a client certificate is required, in TLS 1.2", "client_cert",
        served("good", "-Verify 1 -tls1_2")),
      { "reset in the handshake", kind = "network", retried = true, maybe_executed = false,
        url = secure, match = "connect",
        script = { { listen = true }, { reset = true } } },
      { "closed in the handshake", kind = "network", retried = true, maybe_executed = false,
        url = secure, match = "connect",
        script = { { listen = true }, { close = true } } },
      { "closed within the server's first record", kind = "network", retried = true,
        maybe_executed = false, url = secure,
        match = "connect", script = { { listen = true }, "\22\3\3\0\100\2\0\0",
          { close = true } } },
      { "http to a TLS port", kind = "network", retried = true, maybe_executed = true,
        message = "Empty reply", url = plain,
        start = served "good" },
      { "http to a TLS port that responds in http", kind = "bad_request", retried = false,
        maybe_executed = false,
        message = "expected JSON:API, got text/html", url = (sb.tls_url:gsub("^https", "http")) },
    }, it)
  end

  it("is documented in docs/FAULTS.md", function() faults:check() end)
end)
