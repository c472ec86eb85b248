-- Certificates: of servers, of proxies that speak TLS, and of the client.

local harnest = require "harnest"
local child = require "spec.support.child"
local tlsserver = require "spec.support.tlsserver"

local PASSWORD = "the-password-of-the-key"

-- Runs a script in another process with these variables; returns what it prints
local function run(variables, script)
  local all = { HARNEST_CA_FILE = false, CURL_CA_BUNDLE = false, SSL_CERT_FILE = false, SSL_CERT_DIR = false }
  for name, value in pairs(variables) do all[name] = value end
  return child.run_with(all, script)
end

describe("TLS", function()
  local authority, server

  setup(function()
    authority = tlsserver.authority()
    server = tlsserver.start(authority:good())
  end)
  teardown(function()
    server:stop()
    authority:remove()
  end)

  -- The error of a request. The servers answer with HTML, so an error of kind protocol says that
  -- TLS worked.
  local function failure(options)
    options.token, options.retries, options.timeout = false, 0, 5
    local api = harnest.new(options)
    local _, err = api:get("things", 1)
    api:close()
    return err
  end

  describe("to a proxy", function()
    local function through(options)
      options.url, options.proxy = "http://name.invalid", server.url
      return failure(options)
    end

    it("uses the client's authorities", function()
      assert.equal("protocol", through({ ca_file = authority.ca_file }).kind)
    end)

    it("that fails names the proxy", function()
      for _, url in ipairs { "http://name.invalid", "https://name.invalid" } do
        local err = failure { url = url, proxy = server.url }
        assert.equal("tls", err.kind)
        assert.truthy(err.message:find(": TLS to the proxy: SSL certificate problem", 1, true), err.message)
        assert.equal(1, err.attempts)
      end
      local direct = failure { url = server.url }
      assert.equal("tls", direct.kind)
      assert.is_nil(direct.message:find("proxy", 1, true))
    end)

    it("names the proxy if its certificate is for another host", function()
      local other = tlsserver.start(authority:wrong_host())
      local err = failure { url = "https://name.invalid", proxy = other.url, ca_file = authority.ca_file }
      other:stop()
      assert.equal("tls", err.kind)
      assert.truthy(err.message:find("TLS to the proxy: ", 1, true), err.message)
    end)

    it("is not verified with insecure", function()
      assert.equal("protocol", through({ insecure = true }).kind)
    end)
  end)

  describe("with an encrypted client key", function()
    local wanting, files

    setup(function()
      authority:sign("client", "IP:127.0.0.1")
      local dir = authority.dir
      os.execute(("openssl ec -in '%s/client.key' -aes256 -passout pass:%s -out '%s/encrypted.key' 2>/dev/null")
        :format(dir, PASSWORD, dir))
      files = { cert = dir .. "/client.pem", key = dir .. "/encrypted.key" }
      wanting = tlsserver.start(authority:good(), "-Verify 1", "-CAfile", authority.ca_file)
    end)
    teardown(function() wanting:stop() end)

    local function with(password)
      return failure { url = wanting.url, ca_file = authority.ca_file, client_cert = files.cert,
        client_key = files.key, client_key_password = password }
    end

    it("uses the password", function()
      assert.equal("protocol", with(PASSWORD).kind)
    end)

    it("fails at once without the right one", function()
      for _, password in ipairs { false, "another" } do
        local err = with(password or nil)
        assert.equal("tls", err.kind)
        assert.equal(1, err.attempts)
        assert.truthy(err.message:find("see the option client_key_password", 1, true), err.message)
        assert.is_nil(err.message:find("another", 1, true))
      end
    end)
  end)

  describe("authorities", function()
    local SCRIPT = [[
      local options = { url = "%s", token = false, retries = 0, %s }
      io.write(select(2, require "harnest".new(options):get("things", 1)).kind)
    ]]

    it("are those of HARNEST_CA_FILE, before those of curl's command", function()
      local script = SCRIPT:format(server.url, "")
      local good, bad = authority.ca_file, authority.dir .. "/self-signed.pem"
      authority:self_signed()
      assert.equal("protocol", run({ HARNEST_CA_FILE = good }, script))
      assert.equal("protocol", run({ HARNEST_CA_FILE = good, CURL_CA_BUNDLE = bad, SSL_CERT_FILE = bad }, script))
      assert.equal("tls", run({ HARNEST_CA_FILE = bad, CURL_CA_BUNDLE = good }, script))
      assert.equal("protocol", run({ HARNEST_CA_FILE = "", CURL_CA_BUNDLE = good }, script))
      assert.equal("protocol", run({ HARNEST_CA_FILE = "/none" },
        SCRIPT:format(server.url, ("ca_file = %q"):format(good))))
    end)

    it("are those of the environment that curl's command uses #slow", function()
      local script = SCRIPT:format(server.url, "")
      os.execute(("openssl rehash '%s' 2>/dev/null"):format(authority.dir))
      local good, bad = authority.ca_file, authority.dir .. "/self-signed.pem"
      authority:self_signed()
      assert.equal("tls", run({}, script))
      assert.equal("protocol", run({ SSL_CERT_FILE = good }, script))
      assert.equal("protocol", run({ CURL_CA_BUNDLE = good }, script))
      assert.equal("protocol", run({ SSL_CERT_DIR = authority.dir }, script))
      assert.equal("protocol", run({ CURL_CA_BUNDLE = good, SSL_CERT_FILE = bad }, script))
      assert.equal("tls", run({ CURL_CA_BUNDLE = bad, SSL_CERT_FILE = good }, script))
      assert.equal("tls", run({ SSL_CERT_FILE = "" }, script))
    end)

    it("are those of the options, if there are any", function()
      local good = ("ca_file = %q"):format(authority.ca_file)
      assert.equal("protocol", run({ CURL_CA_BUNDLE = "/none" }, SCRIPT:format(server.url, good)))
      assert.equal("tls", run({ CURL_CA_BUNDLE = authority.ca_file },
        SCRIPT:format(server.url, 'ca_path = "/none"')))
    end)
  end)
end)
