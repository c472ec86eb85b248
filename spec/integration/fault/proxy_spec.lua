-- Proxies that fail. The target hosts cannot be resolved, so that only the proxy gets requests.

local fault = require "spec.support.fault"
local rawserver = require "spec.support.rawserver"

local response = rawserver.response

describe("proxy fault:", function()
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

  -- The proxy of a tunnel never gets the token
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
    row("no proxy listens",
      { kind = "network", retried = true, maybe_executed = false, options = nowhere }),
    tunnel("no proxy listens, with TLS",
      { kind = "network", retried = true, maybe_executed = false, options = nowhere }),
    row("the proxy's host does not exist",
      { kind = "network", retried = true, maybe_executed = false, message = "resolve proxy",
      options = { proxy = "http://" .. ("x"):rep(70) .. ".invalid", insecure = true } }),
    row("the proxy requires authentication: 407",
      { kind = "client_error", retried = false, maybe_executed = false,
      message = "the proxy requires credentials", script = { response(407, html, "<html>") } }),
    row("the proxy gets no response: 502",
      { kind = "server_error", retried = true, maybe_executed = true,
      script = { response(502, html, "<html>") } }),
    row("the proxy times out: 504", { kind = "server_error", retried = true, maybe_executed = true,
      script = { response(504, html, "<html>") } }),
    tunnel("the proxy requires authentication for a tunnel: 407",
      { kind = "network", retried = false, maybe_executed = false,
      message = "the proxy requires credentials", script = { response(407, html, "<html>") } }),
    tunnel("the proxy refuses a tunnel: 502",
      { kind = "network", retried = true, maybe_executed = false,
      message = "502", script = { response(502, html, "<html>") } }),
    tunnel("the proxy closes instead of opening a tunnel",
      { kind = "network", retried = true, maybe_executed = false,
      script = { { close = true } } }),
    tunnel("the tunnel is closed at once",
      { kind = "network", retried = true, maybe_executed = false,
      script = { "HTTP/1.1 200 OK\r\n\r\n", { close = true } } }),
    tunnel("the tunnel leads to a server without TLS",
      { kind = "tls", retried = false, maybe_executed = false, script = {
      "HTTP/1.1 200 OK\r\n\r\n", { listen = true }, "HTTP/1.1 400 Bad Request\r\n\r\n",
        { close = true },
    } }),
  }, it)

  it("is documented in docs/FAULTS.md", function() faults:check() end)
end)
