-- Clients: their options, the address, and the environment.

local child = require "spec.support.child"
local client_fixture = require "spec.support.client_fixture"
local core = require "harnest.core"
local harnest = require "harnest"
local usage_error = require "spec.support.usage_error"
local sandbox = require "spec.support.sandbox"

local on_windows = package.config:sub(1, 1) == "\\"
local run = child.run_in

local KNOWN = "known names: company, url, token, authorization, dialect, ext, profile, headers, timeout, "
  .. "connect_timeout, deadline, retries, max_retry_wait, max_response, prefetch, max_pages, max_connections, proxy, "
  .. "ca_file, ca_path, client_cert, client_key, client_key_password, revocation, insecure, ignore_link_origin, cache, "
  .. "user_agent, trace, trace_detail, debug, operations, rate, dry_run, cassette, cassette_mode, loop"

describe("client", function()
  local sb = sandbox.get()
  local fixture = client_fixture(setup, before_each, teardown)
  local TOKEN, ONE, raw, client = fixture.TOKEN, fixture.ONE, fixture.raw, fixture.client

  describe("options", function()
    it("are a table or nothing", function()
      assert.equal("harnest.new: expected a table of options, got string",
        usage_error(harnest.new, "mycompany"))
      assert.equal("harnest.new: expected a table of options, got number",
        usage_error(harnest.new, 1))
    end)

    local good = {
      token = { "x", function() return "x" end }, dialect = { "harnest", "jsonapi" },
      ext = { "https://jsonapi.org/ext/atomic", { "https://a/", "https://b/" }, {} },
      profile = { "https://a/", { "https://a/" }, {} },
      headers = { {}, { ["X-One"] = "1", ["x-two"] = "" } }, timeout = { 0.001, 30, 1e9 },
      connect_timeout = { 0.001, 10, 1e9 }, deadline = { 0.001, 60 }, retries = { 0, 3, 100 },
      max_retry_wait = { 0.5, 60 }, max_response = { 1, 64 * 1024 * 1024, 2 ^ 40 }, prefetch = { 0, 1, 10 },
      max_connections = { 1, 100 }, proxy = { "http://127.0.0.1:1", false },
      ca_file = { "ca.pem" },
      client_key_password = { "word" }, revocation = { "strict", "best effort" }, insecure = { true, false },
      ignore_link_origin = { true, false }, dry_run = { true, false }, user_agent = { "me/1" },
      trace = { function() end }, cache = { true, false, 1, 2 ^ 40, { ttl = 1 } },
      trace_detail = { "headers", "body" }, debug = { false, function() end },
    }
    local seconds, text = { 0, -1, 0 / 0, math.huge, "30", true, {} }, { "", 1, true, {}, "a\nb", "a\0b" }
    local count = { -1, 0.5, "3", math.huge, 0 / 0, true }
    local positive = { 0, -1, 0.5, "3", math.huge, true }
    local bad = {
      company = text, url = text, token = { "", 1, true, {}, "a\n", "a b", "\255", "a\0b" },
      dialect = { "Harnest", "", 1, true }, ext = { "", 1, true, { "" }, { 1 }, { a = "b" }, 'a"b' },
      profile = { "", 1, true, { "" }, { 1 }, { a = "b" }, "a\\b" },
      headers = {
        "", 1, true, { "x" }, { [""] = "x" }, { ["a b"] = "x" }, { ["a:"] = "x" }, { a = 1 }, { a = "x\r\ny: z" },
        { a = "x\0" }, { Authorization = "x" }, { authorization = "x" }, { Host = "x" }, { Accept = "x" },
        { ["content-type"] = "x" }, { ["Content-Length"] = "0" },
      },
      timeout = seconds, connect_timeout = seconds, deadline = seconds, retries = count, max_retry_wait = seconds,
      max_response = positive, prefetch = count, max_connections = positive,
      proxy = { "", 1, true, {}, "a\nb", "a\0b" }, ca_file = text,
      ca_path = text, client_cert = text, client_key = text,
      client_key_password = text, revocation = { "none", "best_effort", "", 1, true, {} }, insecure = { 1, "true", {} },
      ignore_link_origin = { 1, "true", {} }, dry_run = { 1, "true", {} }, user_agent = text,
      trace_detail = { "", "all", 1, true, {} }, debug = { "", "1", "all", 1, {} },
      trace = { true, "print", {} }, cache = { 0, -1, 0.5, "yes", math.huge, { sise = 1 } },
    }

    if not on_windows then -- see spec/windows/schannel_spec.lua
      good.ca_path, good.client_cert, good.client_key = { "/certs" }, { "cert.pem" }, { "key.pem" }
    end

    for name, values in pairs(good) do
      it(name .. " accepts valid values", function()
        for _, value in ipairs(values) do client({ [name] = value }):close() end
      end)
    end

    for name, values in pairs(bad) do
      it(name .. " rejects other values, naming what is expected", function()
        for _, value in ipairs(values) do
          local options = { url = "http://127.0.0.1:1", [name] = value }
          if name == "company" then options.url = nil end
          local message = usage_error(harnest.new, options)
          assert.truthy(message:find("option " .. name, 1, true), message)
          assert.is_nil(message:find("\n", 1, true))
          collectgarbage()
        end
      end)
    end

    it("name what was expected and what was given", function()
      local cases = {
        { { timeout = 0 }, "option timeout: expected a finite number of seconds above 0, got 0" },
        { { retries = "3" }, "option retries: expected a whole number from 0 to 9007199254740992, got string" },
        { { dialect = "rest" }, 'option dialect: expected "harnest" or "jsonapi", got "rest"' },
        { { trace = {} }, "option trace: expected a function, got table" },
        { { trace_detail = "all" }, 'option trace_detail: expected "headers" or "body", got "all"' },
        { { debug = "all" }, 'option debug: expected true, false, "headers", "body" or a function, got "all"' },
        { { debug = 1 }, 'option debug: expected true, false, "headers", "body" or a function, got 1' },
        { { debug = {} }, 'option debug: expected true, false, "headers", "body" or a function, got table' },
        { { token = {} }, "option token: expected a string or a function, got table" },
        { { authorization = "Basic x" }, "option authorization: expected either token or authorization, got both" },
        { { headers = { Host = "x" } }, "option headers: Host is set by the client itself" },
        { { headers = { ["transfer-encoding"] = "chunked" } },
          "option headers: transfer-encoding is set by the client itself" },
        { { insecure = harnest.null }, "option insecure: expected true or false, got null" },
        { { revocation = "none" }, 'option revocation: expected "strict" or "best effort", got "none"' },
      }
      for _, case in ipairs(cases) do assert.equal(case[2], usage_error(client, case[1])) end
    end)

    it("that are unknown are rejected with the nearest known name", function()
      local near = {
        time_out = "timeout", Timeout = "timeout", retrys = "retries", tokn = "token", comapny = "company", URL = "url",
        max_respons = "max_response", caFile = "ca_file", header = "headers", connect_timout = "connect_timeout",
        whatever_this_is = false,
      }
      for name, known in pairs(near) do
        local expected = known and ('option %s: unknown; did you mean %s?'):format(name, known)
          or ("option %s: unknown; "):format(name) .. KNOWN
        assert.equal(expected, usage_error(client, { [name] = 1 }))
      end
      assert.equal("option 1: unknown; names are strings", usage_error(client, { "mycompany" }))
      local long = usage_error(client, { [("x"):rep(1e6)] = true })
      assert.equal(("option %s...%s: unknown; "):format(("x"):rep(134), ("x"):rep(66)) .. KNOWN, long)
    end)
  end)

  describe("address", function()
    local function base_of(options)
      options.token = TOKEN
      local api = harnest.new(options)
      local text = tostring(api)
      api:close()
      return text:match "^harnest%.client: (.*)$"
    end

    it("is built from the company", function()
      assert.equal("https://mycompany.api.harnest.io/v1/api", base_of { company = "mycompany" })
      assert.equal("https://my-company2.api.harnest.io/v1/api", base_of { company = "my-company2" })
      for _, company in ipairs { "my.company", "my company", "a/b", "-a", "a-", "a@b", ("a"):rep(64), "evil.com#" } do
        assert.truthy(usage_error(harnest.new,
          { company = company }):find("option company: expected the name", 1, true))
      end
    end)

    it("is any http or https URL", function()
      local urls = {
        ["https://api.example.com/jsonapi"] = "https://api.example.com/jsonapi",
        ["https://api.example.com/jsonapi//"] = "https://api.example.com/jsonapi",
        ["http://127.0.0.1:8080"] = "http://127.0.0.1:8080", ["http://[::1]:8080/a"] = "http://[::1]:8080/a",
      }
      for url, base in pairs(urls) do assert.equal(base, base_of { url = url }) end
    end)

    it("is rejected if invalid, without repeating a password", function()
      local urls = {
        "api.example.com", "ftp://example.com", "https://", "https:///x", "https://user:hunter22@example.com/",
        "https://a b/", "https://example.com/?a=b", "https://example.com/#a", "file:///etc/passwd", "//example.com",
      }
      for _, url in ipairs(urls) do
        local message = usage_error(harnest.new, { url = url })
        assert.truthy(message:find "^option url: expected", message)
        assert.is_nil(message:find("hunter22", 1, true))
      end
    end)

    it("is one of the two", function()
      assert.equal("option url: expected either company or url, got both",
        usage_error(harnest.new, { company = "a", url = "http://a" }))
    end)

    it("decides the dialect", function()
      local dialects = {
        ["https://mycompany.api.harnest.io/v1/api"] = "harnest", ["https://HARNEST.io"] = "harnest",
        ["https://harnest.io.example.com"] = "jsonapi", ["https://notharnest.io"] = "jsonapi",
        ["https://api.example.com"] = "jsonapi",
      }
      for url, dialect in pairs(dialects) do
        local api = harnest.new { url = url, token = TOKEN }
        assert.equal(dialect, core.dialect(api), url)
        api:close()
      end
      assert.equal("harnest", core.dialect(harnest.new { company = "a", token = TOKEN }))
      assert.equal("jsonapi", core.dialect(harnest.new { company = "a", token = TOKEN, dialect = "jsonapi" }))
      assert.equal("harnest", core.dialect(client { dialect = "harnest" }))
    end)
  end)

  describe("environment", function()
    local show = 'local harnest = require "harnest" local fine, api = pcall(harnest.new) io.write(tostring(api))'

    it("sets the base URL", function()
      assert.equal("harnest.client: http://127.0.0.1:1/x", run({ HARNEST_URL = "http://127.0.0.1:1/x/" }, show))
      assert.equal("harnest.client: https://acme.api.harnest.io/v1/api", run({ HARNEST_COMPANY = "acme" }, show))
      assert.equal("harnest.client: https://acme.api.harnest.io/v1/api",
        run({ HARNEST_URL = "", HARNEST_COMPANY = "acme", HARNEST_TOKEN = "" }, show))
    end)

    it("must not set both the URL and the company, unless an option does", function()
      local both = { HARNEST_URL = "http://127.0.0.1:1/x", HARNEST_COMPANY = "acme" }
      assert.equal("option url: expected either HARNEST_URL or HARNEST_COMPANY in the environment, got both; "
        .. "unset HARNEST_URL to use the company, or HARNEST_COMPANY to use the URL",
        run(both, show):match "option url.*")
      assert.equal("harnest.client: http://127.0.0.1:2",
        run(both, (show:gsub("harnest%.new%)", 'harnest.new, { url = "http://127.0.0.1:2" })'))))
    end)

    it("has lower precedence than options", function()
      local script = show:gsub("harnest%.new%)", 'harnest.new, { company = "mine" })')
      assert.equal("harnest.client: https://mine.api.harnest.io/v1/api", run({ HARNEST_URL = "http://a/" }, script))
    end)

    it("is named in the error if there is no base URL", function()
      local message = run({}, show)
      assert.truthy(message:find("option url: expected url or company", 1, true), message)
      assert.truthy(message:find("HARNEST_URL", 1, true))
      assert.truthy(message:find("HARNEST_COMPANY", 1, true))
    end)

    it("sets the token, which is validated", function()
      raw:play { { raw.response(200, {}, ONE) } }
      local url = raw.url .. "/api"
      local script = 'local api = require "harnest".new() io.write(assert(api:get("things", 1)).id, tostring(api))'
      assert.equal("1harnest.client: " .. url, run({ HARNEST_URL = url, HARNEST_TOKEN = TOKEN }, script))
      assert.equal("Bearer " .. TOKEN, raw:requests(1)[1].headers.authorization)
      local message = run({ HARNEST_URL = url, HARNEST_TOKEN = TOKEN .. "\n" }, show)
      assert.truthy(message:find("option token: expected visible ASCII", 1, true), message)
      assert.is_nil(message:find(TOKEN, 1, true))
    end)
  end)

  describe("writes TLS secrets", function()
    local script = [[
      local api = require "harnest".new {}
      print(api:count "contracts", os.getenv "SSLKEYLOGFILE", os.getenv "HARNEST_SSLKEYLOGFILE")
    ]]

    -- Whether a process with these variables writes the file
    local function writes(name, variables)
      os.remove(name)
      variables.HARNEST_URL, variables.HARNEST_TOKEN, variables.HARNEST_CA_FILE = sb.tls_url, sb.token, sb.ca_file
      local output = run(variables, script)
      assert.matches("^2000\t", output)
      local file = io.open(name)
      if file then file:close() end
      return file ~= nil, output
    end

    it("not to the file in SSLKEYLOGFILE, which stays in the environment", function()
      local name = os.tmpname()
      local written, output = writes(name, { SSLKEYLOGFILE = name })
      assert.is_false(written)
      assert.equal(("2000\t%s\tnil\n"):format(name), output)
    end)

    it("to the file in HARNEST_SSLKEYLOGFILE", function()
      local name, other = os.tmpname(), os.tmpname()
      os.remove(other)
      local written, output = writes(name, { SSLKEYLOGFILE = other, HARNEST_SSLKEYLOGFILE = name })
      assert.is_true(written)
      assert.is_nil(io.open(other))
      assert.equal(("2000\t%s\t%s\n"):format(other, name), output)
      os.remove(name)
    end)
  end)
end)
