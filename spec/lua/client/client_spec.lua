-- Clients: options, tokens, counts, traces and close().

local core = require "harnest.core"
local harnest = require "harnest"
local usage_error = require "spec.support.usage_error"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

local on_windows = package.config:sub(1, 1) == "\\"
local TOKEN = "a-very/secret+token.0123456789=="
local KNOWN = "known names: company, url, token, authorization, dialect, ext, profile, headers, timeout, "
  .. "connect_timeout, deadline, retries, max_retry_wait, max_response, prefetch, max_pages, max_connections, proxy, "
  .. "ca_file, ca_path, client_cert, client_key, client_key_password, revocation, insecure, ignore_link_origin, cache, "
  .. "user_agent, trace, operations, rate, loop"
local EMPTY = '{"data":[]}'
local ONE = '{"data":{"type":"things","id":"1"}}'

-- The output of a script in a child process with these environment variables
local function run(variables, script)
  local interpreter = os.getenv "LUA" or arg[-1]
  local file = os.tmpname()
  local handle = assert(io.open(file, "w"))
  handle:write(script)
  handle:close()
  local names = "env -u HARNEST_URL -u HARNEST_COMPANY -u HARNEST_TOKEN"
  for name, value in pairs(variables) do names = names .. (" %s='%s'"):format(name, value) end
  local process = assert(io.popen(("%s '%s' '%s' 2>&1"):format(names, interpreter, file)))
  local output = process:read "*a"
  process:close()
  os.remove(file)
  return output
end

describe("client", function()
  local sb = sandbox.get()
  local raw

  setup(function() raw = rawserver.start() end)
  before_each(function() raw:reset() end)
  teardown(function() raw:stop() end)

  -- A client of the raw server
  local function client(options)
    local all = { url = raw.url .. "/api", token = TOKEN, retries = 0 }
    for name, value in pairs(options or {}) do all[name] = value end
    return harnest.new(all)
  end

  -- The headers of one request of a client with these options
  local function headers_with(options)
    raw:reset():play { { raw.response(200, {}, ONE) } }
    local api = client(options)
    assert(api:get("things", 1))
    api:close()
    return raw:requests(1)[1].headers
  end

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
      ignore_link_origin = { true, false }, user_agent = { "me/1" },
      trace = { function() end }, cache = { true, false, 1, 2 ^ 40 },
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
      ignore_link_origin = { 1, "true", {} }, user_agent = text,
      trace = { true, "print", {} }, cache = { 0, -1, 0.5, "yes", math.huge, {} },
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

  describe("requests", function()
    it("carry the headers that JSON:API requires", function()
      local headers = headers_with {}
      assert.equal("application/vnd.api+json", headers.accept)
      assert.equal("Bearer " .. TOKEN, headers.authorization)
      assert.equal("harnest/" .. harnest.VERSION, headers["user-agent"])
      assert.is_nil(headers["content-type"])
      assert.is_nil(headers.expect)
    end)

    it("carry the requested extensions and profiles", function()
      local accepts = {
        { { ext = "https://a/" }, 'application/vnd.api+json;ext="https://a/"' },
        { { ext = { "https://a/", "https://b/" } }, 'application/vnd.api+json;ext="https://a/ https://b/"' },
        { { profile = "https://p/" },
          'application/vnd.api+json;profile="https://p/", application/vnd.api+json' },
        { { profile = { "https://p/", "https://q/" }, ext = "https://a/" },
          'application/vnd.api+json;ext="https://a/";profile="https://p/ https://q/", '
          .. 'application/vnd.api+json;ext="https://a/"' },
        { { ext = {}, profile = {} }, "application/vnd.api+json" },
      }
      for _, case in ipairs(accepts) do assert.equal(case[2], headers_with(case[1]).accept) end
    end)

    it("carry the given headers and user agent", function()
      local headers = headers_with { headers = { ["X-One"] = "1 2", ["x-empty"] = "" }, user_agent = "me/1" }
      assert.equal("1 2", headers["x-one"])
      assert.equal("", headers["x-empty"])
      assert.equal("me/1 harnest/" .. harnest.VERSION, headers["user-agent"])
    end)

    it("are counted", function()
      raw:play { { raw.response(503, { ["Retry-After"] = "0" }) }, { raw.response(200, {}, ONE) } }
      local api = client { retries = 1 }
      local none = { requests = 0, retries = 0, connections = 0, bytes_in = 0, bytes_out = 0, cached = 0, waited = 0 }
      assert.same(none, api:stats())
      assert(api:get("things", 1))
      local stats = api:stats()
      assert.equal(2, stats.requests)
      assert.equal(1, stats.retries)
      assert.equal(1, stats.connections)
      assert.truthy(stats.bytes_in > #ONE and stats.bytes_in < 1000)
      assert.truthy(stats.bytes_out > 100 and stats.bytes_out < 2000)
      assert.truthy(stats.waited > 0 and stats.waited < 30)
      api:close()
      assert.equal(2, api:stats().requests)
    end)
  end)

  describe("descriptor", function()
    it("can be polled", function()
      local api = client()
      assert.truthy(api:pollfd() >= 0)
      assert.equal(api:pollfd(), client():pollfd())
      assert.equal("r", api:events())
      api:step(0) -- due after calls of other specs that were cancelled
      assert.is_nil(api:timeout())
      api:close()
    end)

    it("has a timeout while calls are pending", function()
      raw:play { { raw.response(200, {}, ONE) } }
      local api = client()
      local call = core.call(api, { url = raw.url .. "/api/things/1" })
      assert.equal(0, api:timeout())
      local steps = 0
      while not core.call_done(call) and steps < 1000 do
        core.step(api, 0.1)
        steps = steps + 1
      end
      assert.equal("1", core.call_result(call).data.id)
      assert.equal(0, api:step(0))
      api:close()
    end)
  end)

  it("is not inherited by programs that the script starts", function()
    local function inherited()
      local list = assert(io.popen "ls -l /proc/self/fd")
      local _, count = list:read "*a":gsub("socket:%[", "")
      list:close()
      return count
    end
    -- the engine is there before, since its multi handle has a pair of sockets that programs inherit
    raw:play { { raw.response(200, {}, ONE) } }
    local other = client()
    assert(other:get("things", 1))
    local before = inherited()
    local api = harnest.new { url = sb.url, token = sb.token }
    assert(api:get("contracts", 7))
    assert.equal(1, api:stats().connections)
    assert.equal(before, inherited())
    api:close()
    other:close()
  end)

  describe("trace", function()
    local events, api

    local function traced(options)
      events = {}
      options.trace = function(event) events[#events + 1] = event end
      api = client(options)
      return api
    end

    -- The names of the events in order
    local function names()
      local list = {}
      for i, event in ipairs(events) do list[i] = event.event end
      return table.concat(list, " ")
    end

    after_each(function() api:close() end)

    it("reports requests, responses and retries", function()
      raw:play { { raw.response(503, { ["Retry-After"] = "0" }) }, { raw.response(200, {}, ONE) } }
      assert(traced({ retries = 1 }):get("things", 1, { include = "a" }))
      assert.equal("request response retry request response", names())
      local url = raw.url .. "/api/things/1?include=a"
      assert.same({ event = "request", method = "GET", url = url, attempt = 1 }, events[1])
      assert.equal(503, events[2].status)
      assert.equal(200, events[5].status)
      for i, attempt in ipairs { 1, 1, 1, 2, 2 } do
        assert.equal(attempt, events[i].attempt)
        assert.equal("GET", events[i].method)
        assert.equal(url, events[i].url)
      end
      assert.truthy(events[3].wait >= 0 and events[3].wait <= 0.5)
      assert.truthy(events[5].seconds > 0 and events[5].bytes >= #ONE)
      assert.is_nil(events[3].status)
    end)

    it("reports pages", function()
      local pages = sb:shape "links"
      local count = 0
      for _ in traced({ url = pages, token = sb.token, prefetch = 0 }):list("companies") do count = count + 1 end
      assert.equal(40, count)
      assert.equal("request response page request response page request response page", names())
      assert.equal(200, events[3].status)
      assert.truthy(events[3].bytes > 100 and events[3].seconds >= 0)
      assert.equal(pages .. "/companies", events[3].url)
    end)

    it("reports requests without a response", function()
      assert.is_nil((traced({ url = rawserver.closed_url() }):get("things", 1)))
      assert.equal("request response", names())
      assert.is_nil(events[2].status)
    end)

    it("may close the client, which cancels its calls", function()
      raw:play { { times = 2, { stall = true } } }
      local closing
      closing = client { trace = function() closing:close() end }
      local resource, err = closing:get("things", 1)
      assert.is_nil(resource)
      assert.equal("cancelled", err.kind)
      assert.equal("cancelled: GET things/1: the client was closed", err.message)
      closing = client { trace = function() closing:close() end }
      local iterator = closing:list "things"
      local item, problem = iterator:next()
      assert.is_nil(item)
      assert.equal("cancelled", problem.kind)
      traced {}
    end)

    it("may raise, and the caller gets the error", function()
      raw:play { { times = 2, raw.response(200, {}, ONE) } }
      local failing = client { trace = function() error("no trace", 0) end }
      assert.equal("no trace", select(2, pcall(failing.get, failing, "things", 1)))
      collectgarbage()
      failing:close()
      traced {}
    end)
  end)

  describe("close", function()
    it("is idempotent", function()
      local api = client()
      api:close()
      api:close()
      assert.truthy(tostring(api):find("(closed)", 1, true))
      assert.equal(0, api:stats().requests)
    end)

    it("makes further calls usage errors", function()
      local api = client()
      local things = api:collection "things"
      api:close()
      for name in ("get list pages all first count fetch pollfd events timeout"):gmatch "%a+" do
        assert.equal("this client is closed",
          usage_error(api[name], api, "things", name == "get" and "1" or nil), name)
      end
      assert.equal("this client is closed", usage_error(things.all, things))
    end)

    it("cancels pending calls", function()
      raw:play { { raw.response(200, {}, '{"data":[{"type":"a","id":"1"}],"links":{"next":"/api/b"}}') },
        { { stall = true } } }
      local api = client()
      local iterator, more = api:list "a", api:list "a"
      assert.equal("1", (iterator:next()).id)
      raw:requests(2)
      api:close()
      for _, each in ipairs { iterator, more } do
        for _ = 1, 2 do
          local item, err = each:next()
          assert.is_nil(item)
          assert.equal("cancelled", err.kind)
          assert.is_nil(err.status)
        end
        each:close()
      end
    end)

    it("is called on collection", function()
      raw:play { { raw.response(200, {}, ONE) }, { { stall = true } } }
      local api = client()
      assert(api:get("things", 1))
      local call = core.call(api, { url = raw.url .. "/api/x" })
      core.step(api, 0)
      assert.is_false(core.call_done(call))
      api, call = nil, nil -- luacheck: ignore
      collectgarbage()
      collectgarbage()
    end)

    it("is not called while an iterator is in use", function()
      local iterator = client({ url = sb:shape "links", token = sb.token }):list "companies"
      local count = 0
      while iterator:next() do
        count = count + 1
        collectgarbage()
      end
      assert.equal(40, count)
    end)

    if _VERSION == "Lua 5.4" then
      it("is called at the end of a block", function()
        local chunk = [[
          local new = ...
          local seen
          do
            local api <close> = new()
            seen = api
          end
          return tostring(seen), pcall(function()
            local api <close> = new()
            seen = api
            error("out", 0)
          end), tostring(seen)
        ]]
        local first, raised, second = assert(load(chunk))(client)
        assert.truthy(first:find("(closed)", 1, true))
        assert.is_false(raised)
        assert.truthy(second:find("(closed)", 1, true))
      end)
    end
  end)

  describe("token function", function()
    it("is called once, when first needed", function()
      raw:play { { times = 3, raw.response(200, {}, ONE) } }
      local asked = 0
      local api = client { token = function()
        asked = asked + 1
        return "token-" .. asked
      end }
      assert.equal(0, asked)
      for _ = 1, 3 do assert(api:get("things", 1)) end
      assert.equal(1, asked)
      for _, request in ipairs(raw:requests(3)) do assert.equal("Bearer token-1", request.headers.authorization) end
      api:close()
    end)

    it("is called once more after a 401", function()
      local tokens, asked = { sb.token_expired, sb.token, "nonsense" }, 0
      local api = client { url = sb.url, token = function()
        asked = asked + 1
        return tokens[asked]
      end }
      sb:mark()
      assert.equal("1", assert(api:get("contracts", 1)).id)
      assert.equal("2", assert(api:get("contracts", 2)).id)
      assert.equal(2, asked)
      assert.equal(3, #sb:requests())
      api:close()
    end)

    it("is not called a third time for one call", function()
      local asked = 0
      local api = client { url = sb.url, token = function()
        asked = asked + 1
        return sb.token_expired
      end }
      for calls = 1, 2 do
        local resource, err = api:get("contracts", 1)
        assert.is_nil(resource)
        assert.equal("unauthorized", err.kind)
        assert.equal(401, err.status)
        assert.equal(calls + 1, asked)
      end
      api:close()
    end)

    it("works for lists", function()
      local tokens, asked = { sb.token_expired, sb.token }, 0
      local api = client { url = sb.url, token = function()
        asked = asked + 1
        return tokens[asked]
      end }
      assert.equal(40, #assert(api:all "companies"))
      assert.equal(2, asked)
      api:close()
    end)

    it("that returns no token fails the call with its reason; the next call calls it "
      .. "again", function()
      raw:play { { raw.response(200, {}, ONE) } }
      local answers, asked = { { nil, "the vault is locked" }, {}, { 42 }, { TOKEN .. "\r\nX-Evil: 1" }, { "" },
        { TOKEN } }, 0
      local api = client { token = function()
        asked = asked + 1
        return answers[asked][1], answers[asked][2]
      end }
      local reasons = {
        "the vault is locked", "the token function returned no token",
        "the token function returned a number, not a string",
        "the token function returned a token with characters that a header must not contain",
        "the token function returned a token with characters that a header must not contain",
      }
      for _, reason in ipairs(reasons) do
        local resource, err = api:get("things", 1)
        assert.is_nil(resource)
        assert.equal("unauthorized", err.kind)
        assert.is_nil(err.status)
        assert.equal("unauthorized: GET things/1: " .. reason, err.message)
        assert.is_nil(err.message:find(TOKEN, 1, true))
        assert.equal(0, err.attempts)
      end
      assert.equal(0, #raw:requests())
      assert(api:get("things", 1))
      api:close()
    end)

    it("may raise, and the caller gets the error", function()
      local api = client { token = function() error("no vault", 0) end }
      assert.equal("no vault", select(2, pcall(api.get, api, "things", 1)))
      assert.equal("no vault", select(2, pcall(api.all, api, "things")))
      api:close()
    end)

    it("that raises leaves nothing to be sent", function()
      raw:play { { times = 9, raw.response(200, {}, ONE) } }
      local tokens = { false, TOKEN }
      local api = client { token = function() return table.remove(tokens, 1) or error("no vault", 0) end }
      assert.equal("no vault", select(2, pcall(api.create, api, "things", {})))
      assert(api:create("things", {}))
      assert.equal(1, #raw:requests())
      api:close()
    end)

    it("may not call its own client", function()
      local complaint = "token: the token function called its own client, which needs the token for this request"
      raw:play { { times = 9, raw.response(200, {}, ONE) } }
      local api, other
      local calls = {
        function() return assert(api:get("things", 1)).id end,
        function() return assert(api:first "things").id end,
        function() return assert(other:get("things", 1)).id end,
        function() return coroutine.wrap(function() return assert(api:get("things", 1)).id end)() end,
      }
      for _, call in ipairs(calls) do
        api = client { token = call }
        other = client { token = calls[1] }
        local function get() return api:get("things", 1) end
        assert.truthy(usage_error(get):find(complaint, 1, true))
        if _VERSION ~= "Lua 5.1" or jit then -- without yield across pcall it cannot be detected
          local fine, message = coroutine.resume(coroutine.create(get))
          assert.is_false(fine)
          assert.truthy(message:find(complaint, 1, true), message)
        end
        api:close()
        other:close()
      end
      api = client { token = function() -- if it catches the error, it may continue
        pcall(api.get, api, "things", 1)
        return TOKEN
      end }
      assert(api:get("things", 1))
      assert.equal(1, api:stats().requests)
      assert.equal(1, #raw:requests())
      api:close()
    end)

    it("may close the client", function()
      local api
      api = client { token = function()
        api:close()
        return TOKEN
      end }
      local _, err = api:get("things", 1)
      assert.equal("cancelled", err.kind)
    end)
  end)

  describe("token", function()
    -- Every string in a value, keys too
    local function strings(value, list, seen)
      list, seen = list or {}, seen or {}
      if type(value) == "string" then list[#list + 1] = value end
      if type(value) == "table" and not seen[value] then
        seen[value] = true
        for key, item in pairs(value) do
          strings(key, list, seen)
          strings(item, list, seen)
        end
        list[#list + 1] = tostring(value)
      end
      return list
    end

    local function without_token(...)
      for _, value in ipairs { ... } do
        for _, text in ipairs(strings(value)) do
          assert.is_nil(text:find(TOKEN, 1, true), text)
          assert.is_nil(text:find("secret%W*token"), text)
        end
      end
    end

    local escaped = TOKEN:gsub("/", "\\/")
    local unicode = TOKEN:gsub("[/+=]", function(c) return ("\\u%04X"):format(c:byte()) end)
    local percent = TOKEN:gsub("[/+=]", function(c) return ("%%%02x"):format(c:byte()) end)
    local document = '{"errors":[{"status":"%d","title":"bad","detail":"got Bearer %s","meta":{"%s":["%s"]}}]}'

    it("is not in any value after a success", function()
      local events = {}
      local api = client { trace = function(event) events[#events + 1] = event end }
      raw:play { { times = 3, raw.response(200, { Echo = TOKEN }, ONE) } }
      without_token(assert(api:get("things", 1)), assert(api:fetch "things/1"), assert(api:all "things"))
      without_token(events, api:stats(), tostring(api))
      assert.truthy(#events >= 6)
      api:close()
      without_token(tostring(api))
    end)

    it("is not matched by a header's name and colon", function()
      local api = client { token = "ends-in-a-colon:" }
      raw:play { { raw.response(404, { ["ends-in-a-colon"] = "x", ["X-After"] = "y" }, "") },
        { raw.response(200, { ["Ends-In-A-Colon"] = "" }, ONE) } }
      local _, err = api:get("things", 1)
      assert.equal("y", err.headers["x-after"])
      assert.is_nil(err.headers["ends-in-a-colon"])
      assert(api:get("things", 1))
      api:close()
    end)

    local answers = {
      ["in error objects"] = function()
        return raw.response(400, { Echo = "Bearer " .. TOKEN }, document:format(400, TOKEN, TOKEN, TOKEN))
      end,
      ["in JSON that escapes"] = function()
        return raw.response(422, {}, document:format(422, escaped, unicode, escaped))
      end,
      ["in other JSON"] = function()
        return raw.response(500, { ["Content-Type"] = "application/json" }, ('{"message":"%s"}'):format(unicode))
      end,
      ["in HTML"] = function()
        return raw.response(401, { ["Content-Type"] = "text/html" }, ("<pre>%s</pre>"):format(TOKEN):rep(100))
      end,
      ["in text, where the excerpt ends"] = function()
        return raw.response(403, { ["Content-Type"] = "text/plain" }, ("x"):rep(1024 - 20) .. TOKEN)
      end,
      ["in text"] = function() return raw.response(404, { ["Content-Type"] = "text/plain" }, "no " .. TOKEN) end,
      ["in a success that is no document"] = function()
        return raw.response(200, { ["Content-Type"] = "text/html; x=" .. TOKEN }, TOKEN)
      end,
      ["in a redirect to elsewhere"] = function()
        return raw.response(302, { Location = "http://192.0.2.1/?token=" .. percent })
      end,
      ["in a body that breaks off"] = function()
        return raw.response(500, { ["Content-Length"] = "1000" }, TOKEN), { close = true }
      end,
    }
    for name, answer in pairs(answers) do
      it("is hidden in " .. name, function()
        local events = {}
        local api = client { trace = function(event) events[#events + 1] = event end }
        raw:play { { answer() }, { answer() }, { answer() } }
        local _, one = api:get("things", 1)
        local _, all = api:all "things"
        local _, listed = pcall(function() for _ in api:list "things" do error "not reached" end end)
        for _, err in ipairs { one, all, listed } do
          assert.is_string(err.kind)
          without_token(err, tostring(err))
        end
        without_token(events, api:stats())
        api:close()
      end)
    end

    it("is shown as [token]", function()
      raw:play { { raw.response(400, { Echo = "Bearer " .. TOKEN }, document:format(400, escaped, "x", TOKEN)) } }
      local _, err = client():get("things", 1)
      assert.equal("400 bad_request: GET things/1: bad: got Bearer [token]", err.message)
      assert.equal("got Bearer [token]", err.errors[1].detail)
      assert.same({ "[token]" }, err.errors[1].meta.x)
      assert.equal("Bearer [token]", err.headers.echo)
    end)

    it("that is very short does not garble messages", function()
      raw:play { { raw.response(400, {}, document:format(400, "t", "x", "t")) } }
      local api = client { token = "t" }
      local _, err = api:get("things", 1)
      assert.equal("400 bad_request: GET things/1: bad: got Bearer t", err.message)
      api:close()
    end)

    it("is hidden in URLs, including those of redirects", function()
      local events = {}
      local api = client { trace = function(event) events[#events + 1] = event end }
      raw:play { { raw.response(302, { Location = "/api/x?token=" .. percent }) }, { raw.response(404) } }
      local _, err = api:get("things", 1, { params = { token = TOKEN } })
      assert.equal(raw.url .. "/api/x?token=[token]", err.url)
      without_token(err, events)
      assert.equal(4, #events)
      api:close()
    end)

    it("is sent over plain http only to this machine", function()
      for _, url in ipairs { "http://192.0.2.1", "http://192.0.2.1:8080/api", "http://localhost.example.com" } do
        local api = harnest.new { url = url, token = TOKEN }
        for _, err in ipairs { select(2, api:get("things", 1)), (select(2, api:all "things")) } do
          assert.equal("refused", err.kind)
          assert.is_nil(err.status)
          assert.equal(0, err.attempts)
          assert.truthy(err.message:find("the token is not sent over plain http; use https", 1, true))
          without_token(err)
        end
        assert.equal(0, api:stats().requests)
        api:close()
      end
    end)

    it("is sent over plain http to other machines if allowed", function()
      -- requests for 192.0.2.1 go to a proxy here
      raw:play { { raw.response(200, {}, ONE) } }
      local api = harnest.new { url = "http://192.0.2.1", token = TOKEN, insecure = true, proxy = raw.url }
      assert(api:get("things", 1))
      local request = raw:requests(1)[1]
      assert.equal("http://192.0.2.1/things/1", request.path)
      assert.equal("Bearer " .. TOKEN, request.headers.authorization)
      api:close()
    end)

    it("is not sent to a proxy from the environment if the host is this machine", function()
      local script = ([[
        local harnest = require "harnest"
        for _, host in ipairs { "http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "https://localhost:1" } do
          local _, err = harnest.new { url = host, token = "%s", retries = 0, dialect = "jsonapi" }:get("things", 1)
          io.write(err.kind, " ")
        end
      ]]):format(TOKEN)
      raw:play { { times = 4, raw.response(200, {}, ONE) } }
      local names = { http_proxy = raw.url, https_proxy = raw.url, all_proxy = raw.url, no_proxy = "" }
      assert.equal("network network network network ", run(names, script))
      assert.equal(0, #raw:requests())
    end)

    it("is not sent to a proxy from the environment if the option proxy is false", function()
      local script = ([[
        local harnest = require "harnest"
        local through = harnest.new { url = "http://name.invalid", token = "%s", retries = 0, insecure = true }
        io.write(assert(through:get("things", 1)).id, " ")
        local api = harnest.new { url = "http://name.invalid", insecure = true, retries = 0, proxy = false }
        io.write(select(2, api:get("things", 1)).kind)
      ]]):format(TOKEN)
      raw:play { { times = 4, raw.response(200, {}, ONE) } }
      assert.equal("1 network", run({ http_proxy = raw.url, no_proxy = "" }, script))
      assert.equal(1, #raw:requests())
    end)

    it("may be missing except in the harnest dialect", function()
      local script = ([[
        local harnest = require "harnest"
        local api = harnest.new { url = "%s", retries = 0 }
        assert(api:get("things", 1))
        local strict = harnest.new { url = "%s", dialect = "harnest" }
        local resource, err = strict:get("things", 1)
        assert(resource == nil and err.kind == "refused" and err.attempts == 0, tostring(err))
        io.write(err.message)
      ]]):format(raw.url, raw.url)
      raw:play { { times = 2, raw.response(200, {}, ONE) } }
      local output = run({}, script)
      assert.equal("refused: GET things/1: no token: set the option token or authorization, or "
        .. "HARNEST_TOKEN in the environment", output)
      local requests = raw:requests(1)
      assert.equal(1, #requests)
      assert.is_nil(requests[1].headers.authorization)
    end)
  end)

  it("is not requested if it is not needed", function()
    raw:play { { times = 2, raw.response(200, {}, EMPTY) } }
    local api = client()
    api:list "things"
    api:pages "things"
    collectgarbage()
    assert.equal(0, #raw:requests())
    assert.equal(0, api:stats().requests)
    api:close()
  end)

  it("sends no token if it is false, whatever the environment says", function()
    raw:play { { raw.response(200, {}, ONE) } }
    local output = run({ HARNEST_TOKEN = "from-the-environment", HARNEST_URL = raw.url .. "/api" }, [[
      local harnest = require "harnest"
      print(harnest.new({ token = false }):get("things", 1).id)
      print(select(2, harnest.new({ token = false, dialect = "harnest" }):get("things", 1)).kind)
    ]])
    assert.equal("1\nrefused\n", output)
    assert.is_nil(raw:requests(1)[1].headers.authorization)
  end)

  it("accepts numbers beyond the range of integers", function()
    raw:play { { raw.response(503) }, { raw.response(200, {}, ONE) } }
    local many = { max_connections = 2 ^ 32, retries = 2 ^ 32, prefetch = 2 ^ 40 }
    many.timeout, many.max_retry_wait = 5, 0.01
    local api = client(many)
    assert.equal("1", assert(api:get("things", 1)).id)
    api:close()
  end)

  it("explains how methods are called", function()
    local api = client()
    assert.equal("expected a client, got string; methods are called as api:name(...)",
      usage_error(api.list, "contracts"))
    assert.equal("expected a client, got nil; methods are called as api:name(...)",
      usage_error(api.get))
    assert.equal("query: expected a table, got string",
      usage_error(api.list, api, "contracts", {}, "title"))
    local things = api:collection "things"
    assert.truthy(usage_error(things.where, { status = 1 }):find("expected a collection, got table",
      1, true))
    assert.truthy(usage_error(api:list("things").next, 5):find("expected an iterator, got 5", 1,
      true))
    local message = usage_error(api:relationship("a", 1, "b").get)
    assert.truthy(message:find("expected a relationship, got nil", 1, true))
    api:close()
  end)

  describe("writes TLS secrets", function()
    local script = [[
      local api = require "harnest".new { ca_file = os.getenv "HARNEST_CA_FILE" }
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
