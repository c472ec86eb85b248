-- TLS of Windows. It differs from that of other systems in options and messages.

if package.config:sub(1, 1) ~= "\\" then return end

local harnest = require "harnest"
local sandbox = require "spec.support.sandbox"
local clients = require "spec.support.clients"
local usage_error = require "spec.support.usage_error"

describe("TLS of Windows", function()
  local sb = sandbox.get()
  local servers = clients(function(raw)
    return { url = (raw.url:gsub("^http://[^:]+", "https://localhost")), retries = 0 }
  end)
  local raw = servers.raw
  servers:hook(setup, before_each, after_each, teardown)

  local function get(options)
    options.url = (options.url or sb.tls_url):gsub("127%.0%.0%.1", "localhost")
    options.token = sb.token
    local resource, err = servers:add(options):get("contracts", "1")
    return resource and resource.id, err
  end

  it("trusts the authorities of ca_file", function()
    assert.equal("1", (get { ca_file = sb.ca_file }))
  end)

  it("trusts no others then", function()
    local id, err = get { url = sb.bad_tls_url, ca_file = sb.ca_file }
    assert.is_nil(id)
    assert.equal("tls", err.kind)
    local other = os.tmpname()
    os.execute(("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=other "
      .. "-keyout /dev/null -out '%s' 2>/dev/null"):format(other))
    id, err = get { ca_file = other }
    assert.is_nil(id)
    assert.equal("tls", err.kind)
    assert.truthy(err.message:find("ca_file", 1, true))
    os.remove(other)
  end)

  it("names a ca_file that does not exist", function()
    local _, err = get { ca_file = "no-such-file" }
    assert.equal("tls", err.kind)
    assert.truthy(err.message:find("no-such-file", 1, true))
  end)

  it("takes the option revocation", function()
    assert.equal("1", (get { ca_file = sb.ca_file, revocation = "best effort" }))
    assert.equal("1", (get { ca_file = sb.ca_file, revocation = "strict" }))
  end)

  it("rejects what Schannel cannot read", function()
    for name, advice in pairs { ca_path = "set ca_file", client_cert = "CurrentUser\\MY\\THUMBPRINT",
      client_key = "the store of client_cert" } do
      local message = usage_error(harnest.new, { url = sb.tls_url, [name] = "file.pem" })
      assert.equal("option " .. name, message:match "^[^:]*")
      assert.truthy(message:find("Schannel", 1, true) and message:find(advice, 1, true), message)
    end
  end)

  it("takes a certificate of a store of Windows", function()
    servers:add { url = sb.tls_url, client_cert = "CurrentUser\\MY\\0000000000000000000000000000000000000000" }
  end)

  for name, last in pairs { closed = { close = true }, reset = { reset = true } } do
    it(("repeats a request if the connection is %s in the handshake"):format(name), function()
      for _, first in ipairs { "", "\22\3\3\0\100\2\0\0" } do
        raw:reset()
        local script = { match = "connect", { listen = true }, last }
        if first ~= "" then table.insert(script, 2, first) end
        raw:play { script, script }
        local _, err = servers:add { retries = 1 }:get("things", "1")
        assert.equal("network", err.kind)
        assert.equal(2, err.attempts)
      end
    end)
  end
end)
