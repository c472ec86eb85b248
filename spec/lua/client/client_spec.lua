-- Clients: options, requests, traces and close().

local child = require "spec.support.child"
local core = require "harnest.core"
local harnest = require "harnest"
local usage_error = require "spec.support.usage_error"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

local on_windows = package.config:sub(1, 1) == "\\"
local run = child.run_in
local TOKEN = "a-very/secret+token.0123456789=="
local KNOWN = "known names: company, url, token, authorization, dialect, ext, profile, headers, timeout, "
  .. "connect_timeout, deadline, retries, max_retry_wait, max_response, prefetch, max_pages, max_connections, proxy, "
  .. "ca_file, ca_path, client_cert, client_key, client_key_password, revocation, insecure, ignore_link_origin, cache, "
  .. "user_agent, trace, trace_detail, debug, operations, rate, dry_run, loop"
local ONE = '{"data":{"type":"things","id":"1"}}'

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
      collectgarbage() -- finalizers of other specs' clients cancel calls, which makes a step due
      api:step(0)
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
      local id = raw:requests(1)[1].headers["x-request-id"]
      assert.same({ event = "request", method = "GET", url = url, attempt = 1, request_id = id }, events[1])
      assert.equal("unavailable", events[2].kind)
      assert.is_nil(events[2].message)
      assert.equal("503 unavailable", events[3].reason)
      assert.equal("unavailable", events[3].kind)
      assert.is_nil(events[5].kind)
      assert.equal(503, events[2].status)
      assert.equal(200, events[5].status)
      for i, attempt in ipairs { 1, 1, 1, 2, 2 } do
        assert.equal(attempt, events[i].attempt)
        assert.equal("GET", events[i].method)
        assert.equal(url, events[i].url)
        assert.equal(id, events[i].request_id)
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
      assert.equal(40, events[3].resources + events[6].resources + events[9].resources)
      assert.is_nil(events[3].total)
    end)

    it("reports the total of pages that state it", function()
      local page = '{"data":[{"type":"t","id":"1"}],"meta":{"total":7},"links":{"next":null}}'
      raw:play { { raw.response(200, {}, page) } }
      assert.equal("1", traced({}):first("t").id)
      assert.equal("request response page", names())
      assert.equal(7, events[3].total)
      assert.equal(1, events[3].resources)
      assert.is_nil(events[2].total)
    end)

    it("reports requests without a response", function()
      assert.is_nil((traced({ url = rawserver.closed_url() }):get("things", 1)))
      assert.equal("request response", names())
      assert.is_nil(events[2].status)
      assert.equal("network", events[2].kind)
      assert.matches("^Failed to connect to 127.0.0.1 port %d+", events[2].message)
      local _, err = traced({ url = rawserver.closed_url(), retries = 1, max_retry_wait = 0.01 }):get("things", 1)
      assert.equal("request response retry request response", names())
      assert.equal("network: " .. events[2].message, events[3].reason)
      assert.equal("network", events[3].kind)
      assert.is_nil(events[4].message or events[4].kind or events[4].reason)
      assert.equal(err.request_id, events[5].request_id)
    end)

    it("reports why a response is not complete", function()
      raw:play { { "HTTP/1.1 200 OK\r\nContent-Le", { close = true } } }
      local _, err = traced({ retries = 0 }):get("things", 1)
      assert.equal("protocol", err.kind)
      assert.equal("protocol", events[2].kind)
      assert.equal("the connection closed within the response headers", events[2].message)
      raw:play { { { stall = true } } }
      assert.is_nil((traced({ retries = 0, timeout = 0.05 }):get("things", 1)))
      assert.equal("timeout", events[2].kind)
      assert.is_string(events[2].message)
    end)

    it("has the number of the attempt that waited for a connection until the deadline", function()
      raw:play { { times = 2, { stall = true } } }
      traced { deadline = 0.05, max_connections = 1, prefetch = 0, retries = 0 }
      api:parallel(function() api:get("things", 1) end, function() api:get("things", 2) end)
      assert.equal("request request response response", names())
      for _, event in ipairs(events) do assert.equal(1, event.attempt) end
    end)

    it("has headers and bodies where asked for", function()
      for _, detail in ipairs { false, "headers", "body" } do
        raw:reset():play { { raw.response(200, { ETag = '"1"', ["Set-Cookie"] = "a=b" }, ONE) } }
        assert(traced({ trace_detail = detail or nil }):update("things", 1, { attributes = { a = 1 } }))
        local sent, received = events[1], events[2]
        if detail then
          local requested = raw:requests(1)[1].headers
          assert.equal(requested["content-type"], sent.request_headers["content-type"])
          assert.equal(requested["x-request-id"], sent.request_headers["x-request-id"])
          assert.is_nil(sent.request_headers.expect)
          assert.equal('"1"', received.headers.etag)
          assert.same({ "[token]" }, { received.headers["set-cookie"] })
        else
          assert.is_nil(sent.request_headers or received.headers)
        end
        assert.equal(detail == "body" and raw:requests(1)[1].body or nil, sent.request_body)
        assert.equal(detail == "body" and ONE or nil, received.body)
        assert.equal(detail == "body" and #ONE or nil, received.body_size)
        assert.is_nil(sent.headers or sent.body or received.request_headers or received.request_body)
        api:close()
      end
    end)

    it("has the first 4 KB of a body, cut between characters", function()
      local body = '{"data":null,"meta":{"x":"' .. ("ü"):rep(3000) .. '"}}'
      raw:play { { raw.response(200, {}, body) } }
      traced({ trace_detail = "body" }):get("things", 1)
      assert.equal(#body, events[2].body_size)
      assert.equal(body:sub(1, 4096), events[2].body)
      body = " " .. body
      raw:play { { raw.response(200, {}, body) } }
      traced({ trace_detail = "body" }):get("things", 1)
      assert.equal(body:sub(1, 4095), events[2].body)
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
