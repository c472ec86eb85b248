-- Proxies that do not help. What is asked for through them has names that nobody could resolve, so that nothing but the
-- proxy is ever asked.

local fault = require "spec.support.fault"
local rawserver = require "spec.support.rawserver"

local response = rawserver.response

describe("a proxy's fault:", function()
  local faults = fault.section "Proxies"
  setup(function() faults:start() end)
  teardown(function() faults:stop() end)

  local function through(self)
    return { proxy = self.raw.url, insecure = true }
  end

  local function row(name, more)
    local all = { name, url = "http://api.invalid/api", options = through }
    for key, value in pairs(more) do all[key] = value end
    return all
  end

  -- The proxy of a tunnel never sees the token
  local function no_token(raw)
    for _, request in ipairs(raw:requests()) do
      assert.equal("CONNECT", request.method)
      assert.is_nil(request.head:find("a-token-to-send", 1, true))
    end
  end

  local function tunnel(name, more)
    local all = row(name, more)
    all.after = no_token
    all.url = "https://api.invalid/api"
    return all
  end

  local html = { ["Content-Type"] = "text/html" }

  local function nowhere()
    return { proxy = rawserver.closed_url(), insecure = true }
  end

  faults:specs({
    row("no proxy listens", { kind = "network", again = true, carried = false, options = nowhere }),
    tunnel("no proxy listens, with TLS", { kind = "network", again = true, carried = false, options = nowhere }),
    row("the proxy has no such name", { kind = "network", again = true, carried = false, says = "resolve proxy",
      options = { proxy = "http://" .. ("x"):rep(70) .. ".invalid", insecure = true } }),
    row("the proxy wants to know who asks: 407", { kind = "client_error", again = false, carried = false,
      script = { response(407, html, "<html>") } }),
    row("the proxy has no answer: 502", { kind = "server_error", again = true, carried = true,
      script = { response(502, html, "<html>") } }),
    row("the proxy does not wait any longer: 504", { kind = "server_error", again = true, carried = true,
      script = { response(504, html, "<html>") } }),
    tunnel("the proxy wants to know who asks before a tunnel: 407", { kind = "network", again = true, carried = false,
      says = "407", script = { response(407, html, "<html>") } }),
    tunnel("the proxy makes no tunnel: 502", { kind = "network", again = true, carried = false,
      says = "502", script = { response(502, html, "<html>") } }),
    tunnel("the proxy closes in place of a tunnel", { kind = "network", again = true, carried = false,
      script = { { close = true } } }),
    tunnel("the proxy's tunnel ends at once", { kind = "network", again = true, carried = false,
      script = { "HTTP/1.1 200 OK\r\n\r\n", { close = true } } }),
    tunnel("the proxy's tunnel leads to no TLS", { kind = "tls", again = false, carried = false, script = {
      "HTTP/1.1 200 OK\r\n\r\n", { listen = true }, "HTTP/1.1 400 Bad Request\r\n\r\n", { close = true },
    } }),
  }, it)

  it("docs/FAULTS.md tells of them", function() faults:check() end)
end)
