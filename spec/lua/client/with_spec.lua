-- api:with: clients derived from another client, what they share and what not.

local child = require "spec.support.child"
local clients = require "spec.support.clients"
local core = require "harnest.core"
local harnest = require "harnest"
local sandbox = require "spec.support.sandbox"
local usage_error = require "spec.support.usage_error"

local TOKEN, OTHER = "token-of-the-first", "token-of-another"
local ONE = '{"data":{"type":"things","id":"1"}}'

describe("with", function()
  local group = clients(function(raw) return { url = raw.url .. "/api", token = TOKEN, retries = 0, timeout = 5 } end)
  group:hook(setup, before_each, after_each, teardown)
  local raw = group.raw

  local function serve(...)
    raw:play { { times = 999, raw.response(200, ...) } }
  end

  -- The last request that the server got
  local function last(count) return raw:requests(count)[count] end

  describe("takes options", function()
    it("in place of the client's own, which keeps its own", function()
      serve({}, ONE)
      local api = group:open { user_agent = "a/1", headers = { ["X-One"] = "1", ["x-two"] = "2" }, ext = "https://e/" }
      local derived = api:with { user_agent = "b/2", headers = { ["X-ONE"] = "3", ["X-Three"] = "4" } }
      assert(derived:get("things", 1))
      local headers = last(1).headers
      assert.equal("b/2 harnest/" .. harnest.VERSION, headers["user-agent"])
      assert.same({ "3", "2", "4" }, { headers["x-one"], headers["x-two"], headers["x-three"] })
      assert.truthy(headers.accept:find('ext="https://e/"', 1, true))
      assert.equal("Bearer " .. TOKEN, headers.authorization)
      assert(api:get("things", 1))
      headers = last(2).headers
      assert.equal("a/1 harnest/" .. harnest.VERSION, headers["user-agent"])
      assert.same({ "1", "2" }, { headers["x-one"], headers["x-two"] })
      assert.is_nil(headers["x-three"])
    end)

    it("again and again", function()
      serve({}, ONE)
      local derived = group:open { headers = { A = "1" } }:with { headers = { B = "2" } }:with { headers = { C = "3" } }
      assert(derived:with({}):get("things", 1))
      local headers = last(1).headers
      assert.same({ "1", "2", "3" }, { headers.a, headers.b, headers.c })
    end)

    it("for the base URL, on the same server", function()
      serve({}, ONE)
      assert(group:open():with { url = raw.url .. "/other/" }:get("things", 1))
      assert.equal("/other/things/1", last(1).path)
      assert.equal("Bearer " .. TOKEN, last(1).headers.authorization)
    end)

    it("for deadlines, retries and other limits", function()
      raw:play { -- on a slow machine, the first request may end before the server has read it
        { match = "GET /api/things/2", { stall = true } },
        { raw.response(503) }, { raw.response(503) }, { raw.response(200, {}, ONE) },
      }
      local api = group:open()
      local _, err = api:with { deadline = 0.1 }:get("things", 2)
      assert.equal("timeout", err.kind)
      assert(api:with { retries = 2, max_retry_wait = 0.01 }:get("things", 1))
      raw:reset()
      serve({}, ONE)
      _, err = api:with { max_response = 10 }:get("things", 1)
      assert.equal("protocol", err.kind)
      assert(api:get("things", 1))
    end)

    it("for the dialect, media types and the link origin", function()
      local api = group:open { dialect = "jsonapi" }
      assert.equal("harnest", core.dialect(api:with { dialect = "harnest" }))
      assert.equal("jsonapi", core.dialect(api:with {}))
      serve({}, ONE)
      assert(api:with({ ext = "https://e/" }):with({ profile = "https://p/" }):get("things", 1))
      assert.truthy(last(1).headers.accept:find('ext="https://e/";profile="https://p/"', 1, true))
      assert.is_nil(api:get("https://elsewhere.example/things/1"))
      assert(api:with { ignore_link_origin = true }:get("https://elsewhere.example/things/1"))
    end)

    it("and refuses wrong ones", function()
      local api = group:open()
      assert.equal("with: expected a table of options, got nil", usage_error(api.with, api))
      assert.matches("^option timout: unknown; did you mean timeout", usage_error(api.with, api, { timout = 1 }))
      assert.matches("^option timeout: expected", usage_error(api.with, api, { timeout = "1" }))
      assert.equal("option authorization: expected either token or authorization, got both",
        usage_error(api.with, api, { token = "a", authorization = "Basic b" }))
      assert.matches("^option operations: ", usage_error(api.with, api, { operations = "https://elsewhere.example/" }))
      assert.matches("^expected a client, got table", usage_error(api.with, {}, {}))
      api:close()
      assert.equal("this client is closed", usage_error(api.with, api, {}))
    end)
  end)

  describe("the token", function()
    it("is shared, or another one, or none", function()
      serve({}, ONE)
      local api = group:open()
      assert(api:with({ timeout = 1 }):get("things", 1))
      assert(api:with({ token = OTHER }):get("things", 1))
      assert(api:with({ authorization = "Basic QTpi" }):get("things", 1))
      assert(api:with({ token = false }):get("things", 1))
      assert(api:get("things", 1))
      local sent = {}
      for i, request in ipairs(raw:requests(5)) do sent[i] = request.headers.authorization or "none" end
      assert.same({ "Bearer " .. TOKEN, "Bearer " .. OTHER, "Basic QTpi", "none", "Bearer " .. TOKEN }, sent)
    end)

    it("of a function is fetched once for all, and renewed for all", function()
      raw:play { { raw.response(200, {}, ONE) }, { raw.response(200, {}, ONE) }, { raw.response(401) },
        { times = 9, raw.response(200, {}, ONE) } }
      local calls = 0
      local api = group:open { token = function()
        calls = calls + 1
        return "token-" .. calls
      end }
      local derived = api:with { timeout = 2 }
      assert(derived:get("things", 1))
      assert(api:get("things", 1))
      assert.equal(1, calls)
      assert(derived:get("things", 1)) -- 401, and then the second token
      assert(api:get("things", 1))
      assert.equal(2, calls)
      assert.equal("Bearer token-2", last(5).headers.authorization)
      assert(api:with({ token = function() return OTHER end }):get("things", 1))
      assert.equal("Bearer " .. OTHER, last(6).headers.authorization)
      assert.equal(2, calls)
    end)

    it("function must not call a client that has the same one", function()
      local derived
      local api = group:open { token = function() return derived:get("things", 1) end }
      derived = api:with { timeout = 2 }
      assert.matches("token: the token function called its own client",
        tostring(select(2, pcall(api.get, api, "things", 1))), 1, true)
    end)

    it("goes to another server only if it is named", function()
      local api = group:open()
      local moved = { url = "http://localhost:1/api" }
      assert.matches("^option url: expected one on the same server, since another one does not get the client's token",
        usage_error(api.with, api, moved))
      assert.matches("^option company: expected one on the same server", usage_error(api.with, api, { company = "a" }))
      serve({}, ONE)
      local elsewhere = (raw.url:gsub("127%.0%.0%.1", "localhost"))
      local derived = group:open { headers = { Cookie = "sid=secret" } }:with { url = elsewhere, token = false }
      assert(derived:get("things", 1))
      assert.is_nil(last(1).headers.authorization)
      assert.is_nil(last(1).headers.cookie)
    end)

    it("must not be empty", function()
      local api = group:open()
      assert.equal("option token: expected a text, got an empty string", usage_error(api.with, api, { token = "" }))
    end)
  end)

  it("does not pass on insecure to another server", function()
    local sb = sandbox.get()
    local api = group:open { url = sb.tls_url, insecure = true }
    assert.equal("unauthorized", select(2, api:get("contracts", 1)).kind) -- the token is wrong, but TLS works
    local moved = api:with { url = sb.bad_tls_url, token = sb.token }
    assert.equal("tls", select(2, moved:get("contracts", 1)).kind)
    assert(moved:with({ insecure = true }):get("contracts", 1))
  end)

  describe("shares", function()
    it("connections", function()
      serve({}, ONE)
      local api = group:open()
      assert(api:get("things", 1))
      for _ = 1, 5 do
        local derived = api:with { token = OTHER }
        assert(derived:get("things", 1))
        assert.equal(0, derived:stats().connections)
        derived:close()
      end
      assert.equal(1, #raw:connections(1))
      assert.equal(1, api:stats().requests)
    end)

    it("the limit of connections, unless the option sets another one", function()
      raw:play { { match = "GET /api/slow", { stall = true } }, { times = 9, raw.response(200, {}, ONE) } }
      local api = group:open { max_connections = 1 }
      local slow = core.call(api, { url = raw.url .. "/api/slow" }) -- kept, since a collected call is cancelled
      for _ = 1, 5 do core.step(api, 0.01) end
      local _, err = api:with { deadline = 0.1 }:get("things", 1)
      assert.is_false(core.call_done(slow))
      assert.matches("at most max_connections requests run at once", err.message)
      assert(api:with { max_connections = 1 }:get("things", 1))
    end)

    it("the rate limit, unless the option sets another one", function()
      serve({}, ONE)
      local api = group:open { rate = { requests = 2, per = 60 }, deadline = 0.1 }
      local derived = api:with {}
      assert(api:get("things", 1))
      assert(derived:get("things", 1))
      for _, one in ipairs { api, derived, api:with { max_connections = 3 } } do
        assert.equal("timeout", select(2, one:get("things", 1)).kind)
      end
      assert(api:with { rate = { requests = 1, per = 60 } }:get("things", 1))
    end)

    it("slots that requests of another client leave", function()
      raw:play { { match = "GET /api/slow", { stall = true } }, { times = 9, raw.response(200, {}, ONE) } }
      local api = group:open { rate = { requests = 1, per = 0.05 } }
      local derived = api:with {}
      local slow = core.call(derived, { url = raw.url .. "/api/slow" }) -- kept, since a collected call is cancelled
      local waiting = { core.call(api, { url = raw.url .. "/api/things" }),
        core.call(derived, { url = raw.url .. "/api/things" }) }
      for _ = 1, 5 do core.step(api, 0.01) end
      assert.is_false(core.call_done(slow))
      derived:close() -- its request has the slot, and another one of it waits
      local deadline = core.now() + 5
      while not core.call_done(waiting[1]) and core.now() < deadline do core.step(api, 0.1) end
      assert.is_table(core.call_result(waiting[1]).data)
      assert.equal("cancelled", select(2, core.call_result(waiting[2])).kind)
    end)

    it("the retry budget", function()
      raw:play { { times = 999, raw.response(503) } }
      local api = group:open { retries = 20, max_retry_wait = 0.001 }
      for _ = 1, 20 do api:with({}):get("things", 1) end
      assert.matches("too many calls to this server have failed lately", select(2, api:get("things", 1)).message)
    end)

    it("the cache, by token and headers", function()
      serve({ ["Cache-Control"] = "max-age=60" }, ONE)
      local api = group:open { cache = true }
      assert(api:get("things", 1))
      local function requests(options)
        local derived = api:with(options)
        assert(derived:get("things", 1))
        return derived:stats().requests
      end
      assert.equal(0, requests {})
      assert.equal(0, requests { token = TOKEN })
      assert.equal(1, requests { token = OTHER })
      assert.equal(0, requests { token = OTHER })
      assert.equal(1, requests { token = false })
      assert.equal(1, requests { headers = { ["X-User"] = "1" } })
      assert.equal(0, requests { headers = { ["X-User"] = "1" } })
      assert.equal(1, requests { cache = false })
      assert.equal(1, requests { cache = true })
      assert(api:get("things", 1))
      assert.equal(1, api:stats().requests)
    end)
  end)

  describe("close", function()
    it("cancels only the client's own calls", function()
      raw:play { { times = 9, { sleep = 0.2 }, raw.response(200, {}, ONE) } }
      local api = group:open { token = function() return TOKEN end }
      local derived = api:with {}
      local calls = {}
      for i, one in ipairs { api, derived, api, derived } do
        calls[i] = core.call(one, { url = raw.url .. "/api/things" })
      end
      assert.equal(2, core.pending_count(derived)) -- all wait for the token
      derived:close()
      assert.equal(0, core.pending_count(derived))
      assert.equal(2, core.pending_count(api))
      core.set_token(api, TOKEN)
      for i = 1, 4 do
        while not core.call_done(calls[i]) do core.step(api, 1) end
        local data, err = core.call_result(calls[i])
        assert.equal(i % 2 == 1, data ~= nil)
        assert.equal(i % 2 == 0 and "cancelled" or nil, i % 2 == 0 and err.kind or nil)
      end
    end)

    it("of the first client leaves derived ones open", function()
      serve({}, ONE)
      local api = group:open { rate = { requests = 9, per = 60 }, token = function() return TOKEN end, cache = true }
      local derived = api:with {}
      api:close()
      assert(derived:get("things", 1))
      assert(derived:with({ timeout = 1 }):get("things", 1))
      derived:close()
    end)
  end)

  it("has the loop of the client, or another one", function()
    serve({}, ONE)
    local api = group:open { loop = "manual" }
    local found
    api:spawn(function() found = assert(api:with({ timeout = 1 }):get("things", 1)) end)
    while not found do api:step(0.1) end
    local blocking = group:add()
    local manual, done = blocking:with { loop = "manual" }, false
    manual:spawn(function() done = manual:get("things", 1) ~= nil end)
    while not done do manual:step(0.1) end
    assert(blocking:get("things", 1))
    assert(api:with({ loop = false }):get("things", 1))
  end)

  it("passes on trace events", function()
    serve({}, ONE)
    local events = {}
    local api = group:open { trace = function(event) events[#events + 1] = event.event end }
    assert(api:with({}):get("things", 1))
    assert.same({ "request", "response" }, events)
  end)

  -- AddressSanitizer's allocator keeps freed memory
  local quarantine = (os.getenv "LD_PRELOAD" or ""):find "asan"
  local measures = quarantine and function() end or it
  measures("leaves nothing in memory", function()
    serve({}, ONE)
    assert.equal("flat\n", child.run([[
      local harnest, url = require "harnest", ...
      local function memory()
        for _ = 1, 3 do collectgarbage() end
        for line in io.lines "/proc/self/status" do
          local kib = line:match "^VmRSS:%s+(%d+)"
          if kib then return tonumber(kib) end
        end
      end
      local api = harnest.new { url = url, token = "a-token", cache = true, headers = { A = "1" } }
      local function derive(count)
        for i = 1, count do
          local derived = api:with { token = "token-" .. i, timeout = 1, headers = { B = "2" } }
          if i % 100 == 0 then assert(derived:get("things", 1)) end
        end
      end
      derive(10000)
      local before = memory()
      derive(10000)
      local grown = memory() - before
      print(grown < 1024 and "flat" or grown)
    ]], raw.url .. "/api"))
  end)
end)
