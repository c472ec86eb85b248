-- The cache: which responses are served from it, which are revalidated, and which are not stored.

local clients = require "spec.support.clients"
local core = require "harnest.core"
local gzip = require "spec.support.gzip"
local harnest = require "harnest"
local usage_error = require "spec.support.usage_error"
local sandbox = require "spec.support.sandbox"
local socket = require "socket"

local TOKEN = "a-token-to-send"
local DAY = 24 * 60 * 60

local function date(seconds)
  return os.date("!%a, %d %b %Y %H:%M:%S GMT", os.time() + seconds)
end

local EXPECTED = "option cache: expected true, false, a whole number of bytes from 1 to 9007199254740992 or a table, "
  .. "got "

describe("cache", function()
  local sb = sandbox.get()
  local group = clients(function(raw)
    return { url = raw.url .. "/api", token = TOKEN, retries = 0, timeout = 5, cache = true }
  end)
  group:hook(setup, before_each, after_each, teardown)
  local raw, api = group.raw, nil
  after_each(function()
    api = nil
    collectgarbage()
  end)

  local function client(options)
    api = group:open(options)
    return api
  end

  local function sandboxed(...)
    return client { url = sb:at(...), token = sb.token, timeout = 30 }
  end

  -- A resource whose title identifies the response
  local function body(title)
    return ('{"data":{"type":"things","id":"1","attributes":{"title":"%s"}}}'):format(title)
  end

  local function answer(title, headers)
    return { raw.response(200, headers, body(title)) }
  end

  local function unchanged(headers)
    local all = { ["Content-Type"] = false, ["Content-Length"] = false }
    for name, value in pairs(headers or {}) do all[name] = value end
    return { raw.response(304, all) }
  end

  -- The title of a resource by api:get
  local function title(...)
    return assert(api:get("things", 1, ...)).attributes.title
  end

  -- Sends a request with another method, and returns its call, finished or after `steps` steps
  local function send(method, path, steps)
    local call = core.call(api, { method = method, url = raw.url .. "/api/" .. path })
    for _ = 1, steps or math.huge do
      if core.call_done(call) then break end
      core.step(api, 0.2)
    end
    return call
  end

  local function conditions(index)
    local headers = raw:requests(index)[index].headers
    return headers["if-none-match"], headers["if-modified-since"]
  end

  describe("option", function()
    it("accepts true, false and a size", function()
      for _, value in ipairs { true, false, 1, 1000, 2 ^ 30 } do client { cache = value } end
    end)

    it("rejects anything else", function()
      local bad = { "yes", 0, -1, 1.5, math.huge, 0 / 0 }
      for _, value in ipairs(bad) do
        local message = usage_error(harnest.new, { url = raw.url, cache = value })
        assert.equal(EXPECTED, message:sub(1, #EXPECTED))
      end
      assert.equal(EXPECTED .. "string",
        usage_error(harnest.new, { url = raw.url, cache = "yes" }))
      assert.equal('option cach: unknown; did you mean cache?',
        usage_error(harnest.new, { cach = true }))
    end)

    for _, off in ipairs { "absent", "false" } do
      it("is off if it is " .. off, function()
        api = harnest.new { url = raw.url .. "/api", token = TOKEN, cache = off == "false" and false or nil }
        raw:play { answer("a", { ["Cache-Control"] = "max-age=60", ETag = '"a"' }),
          answer("b", { ["Cache-Control"] = "max-age=60", ETag = '"b"' }) }
        assert.equal("a", title())
        assert.equal("b", title())
        assert.is_nil((conditions(2)))
        assert.equal(0, api:stats().cached)
      end)
    end
  end)

  describe("serves a fresh response", function()
    it("from memory, without a request", function()
      sandboxed "etag/60"
      sb:mark()
      local first = assert(api:get("contracts", 1))
      local before = api:stats()
      for _ = 1, 5 do assert.same(first, assert(api:get("contracts", 1))) end
      local stats = api:stats()
      assert.equal(1, #sb:requests())
      assert.equal(1, stats.requests)
      assert.equal(5, stats.cached)
      assert.equal(before.bytes_in, stats.bytes_in)
      assert.equal(before.waited, stats.waited)
    end)

    it("over TLS and HTTP/2", function()
      client { url = sb:tls_at "etag/60", token = sb.token, ca_file = sb.ca_file }
      local first = assert(api:get("contracts", 1))
      assert.same(first, assert(api:get("contracts", 1)))
      assert.equal(1, api:stats().requests)
    end)

    it("as new tables", function()
      raw:play { answer("a", { ["Cache-Control"] = "max-age=60" }) }
      client()
      assert(api:get("things", 1)).attributes.title = "changed"
      assert.equal("a", title())
    end)

    it("until it expires", function()
      raw:play { answer("a", { ["Cache-Control"] = "max-age=1", ETag = '"a"' }), answer("b", { ETag = '"b"' }) }
      client()
      assert.equal("a", title())
      assert.equal("a", title())
      socket.sleep(1.1)
      assert.equal("b", title())
      assert.equal('"a"', (conditions(2)))
    end)

    it("separately for each URL", function()
      raw:play { answer("a", { ["Cache-Control"] = "max-age=60" }), answer("b", { ["Cache-Control"] = "max-age=60" }) }
      client()
      for _ = 1, 2 do
        assert.equal("a", title())
        assert.equal("b", title { include = "owner" })
      end
      assert.equal(2, #raw:requests())
    end)

    it("if it was compressed", function()
      raw:play { { raw.response(200, { ["Content-Encoding"] = "gzip", ["Cache-Control"] = "max-age=60" },
        gzip(body "packed")) } }
      client()
      for _ = 1, 3 do assert.equal("packed", title()) end
      assert.equal(1, #raw:requests())
    end)

    it("after a request with a safe method", function()
      for _, method in ipairs { "HEAD", "OPTIONS", "TRACE" } do
        raw:reset():play { answer("a", { ["Cache-Control"] = "max-age=60" }), { raw.response(204) } }
        client()
        assert.equal("a", title())
        send(method, "things")
        assert.equal("a", title())
        assert.equal(1, api:stats().cached)
      end
    end)

    it("not if a 304 is for another entry and the deadline passes first; the attempt is "
      .. "counted", function()
      raw:play { answer("a", { ETag = '"1"' }), unchanged {
        ETag = '"2"', ["RateLimit-Remaining"] = "0", ["RateLimit-Reset"] = "20",
      } }
      client { deadline = 2 }
      assert.equal("a", title())
      local err = select(2, api:get("things", 1))
      assert.equal("timeout", err.kind)
      assert.equal(1, err.attempts)
      assert.is_nil(err.status)
    end)

    it("that a redirect leads to", function()
      sandboxed("redirect/302", "etag/60")
      sb:mark()
      local first = assert(api:get("contracts", 1))
      assert.same(first, assert(api:get("contracts", 1)))
      local seen = {}
      for _, request in ipairs(sb:requests()) do seen[#seen + 1] = request.status end
      assert.same({ 302, 200, 302 }, seen)
      assert.equal(1, api:stats().cached)
    end)

    local fresh = {
      ["by max-age less Age"] = { ["Cache-Control"] = "max-age=60", Age = "50" },
      ["by Expires"] = { Expires = date(60), Date = date(0) },
      ["by Expires alone"] = { Expires = date(60) },
      ["by Expires where the server's clock is wrong"] = { Expires = date(60 - DAY), Date = date(-DAY) },
      ["by max-age in spite of Expires"] = { ["Cache-Control"] = "max-age=60", Expires = date(-60) },
      ["by max-age among others"] = { ["Cache-Control"] = { "private", "must-revalidate, max-age=60" } },
      ["though it varies by Accept"] = { ["Cache-Control"] = "max-age=60", Vary = "Accept, Accept-Encoding" },
      ["though it varies by what is always the same"] = { ["Cache-Control"] = "max-age=60", Vary = "Origin, Cookie" },
    }
    for name, headers in pairs(fresh) do
      it(name, function()
        raw:play { answer("a", headers) }
        client()
        assert.equal("a", title())
        assert.equal("a", title())
        assert.equal(1, #raw:requests())
      end)
    end
  end)

  describe("revalidates", function()
    it("a stale response, and serves it after a 304", function()
      sandboxed "etag/0"
      sb:mark()
      local first = assert(api:get("contracts", 1))
      for _ = 1, 3 do assert.same(first, assert(api:get("contracts", 1))) end
      local seen = {}
      for _, request in ipairs(sb:requests()) do seen[#seen + 1] = request.status end
      assert.same({ 200, 304, 304, 304 }, seen)
      local stats = api:stats()
      assert.equal(4, stats.requests)
      assert.equal(3, stats.cached)
    end)

    it("with the ETag as received", function()
      raw:play { answer("a", { ETag = 'W/"a,b"' }), unchanged(), unchanged { ETag = '"a,b"' },
        unchanged { ETag = 'W/"a,b"' } }
      client()
      for _ = 1, 4 do assert.equal("a", title()) end
      for i = 2, 4 do assert.same({ 'W/"a,b"' }, { conditions(i) }) end
    end)

    it("with Last-Modified if there is no ETag", function()
      local modified = date(-DAY)
      raw:play { answer("a", { ["Last-Modified"] = modified }), unchanged(), unchanged() }
      client()
      for _ = 1, 3 do assert.equal("a", title()) end
      for i = 2, 3 do
        local etag, since = conditions(i)
        assert.is_nil(etag)
        assert.equal(modified, since)
      end
    end)

    it("with both", function()
      local modified = date(-DAY)
      raw:play { answer("a", { ["Last-Modified"] = modified, ETag = '"a"' }), unchanged() }
      client()
      for _ = 1, 2 do assert.equal("a", title()) end
      assert.same({ '"a"', modified }, { conditions(2) })
    end)

    it("and serves a new response", function()
      raw:play { answer("a", { ETag = '"a"' }), answer("b", { ETag = '"b"' }), unchanged { ETag = '"b"' } }
      client()
      assert.equal("a", title())
      assert.equal("b", title())
      assert.equal("b", title())
      assert.equal('"b"', (conditions(3)))
      assert.equal(1, api:stats().cached)
    end)

    it("and extends freshness as the 304 states", function()
      raw:play { answer("a", { ETag = '"a"' }), unchanged { ["Cache-Control"] = "max-age=60" } }
      client()
      for _ = 1, 4 do assert.equal("a", title()) end
      assert.equal(2, #raw:requests())
    end)

    it("with the conditions in every attempt", function()
      raw:play { answer("a", { ETag = '"a"' }), { raw.response(503, { ["Retry-After"] = "0" }) },
        { { reset = true } }, unchanged() }
      client { retries = 3, max_retry_wait = 0.05 }
      assert.equal("a", title())
      assert.equal("a", title())
      for i = 2, 4 do assert.equal('"a"', (conditions(i))) end
    end)

    it("with the client's headers and the conditions", function()
      raw:play { answer("a", { ETag = '"a"' }), unchanged() }
      client { headers = { ["X-One"] = "1" } }
      for _ = 1, 2 do assert.equal("a", title()) end
      local headers = raw:requests(2)[2].headers
      assert.equal("1", headers["x-one"])
      assert.equal("application/vnd.api+json", headers.accept)
      assert.equal("Bearer " .. TOKEN, headers.authorization)
    end)

    local stale = {
      ["no-cache"] = { ["Cache-Control"] = "no-cache, max-age=60", ETag = '"a"' },
      ["max-age=0"] = { ["Cache-Control"] = "max-age=0", ETag = '"a"' },
      ["an Age as high as max-age"] = { ["Cache-Control"] = "max-age=60", Age = "60", ETag = '"a"' },
      ["Expires in the past"] = { Expires = date(-60), ETag = '"a"' },
      ["Expires that is no date"] = { Expires = "0", ETag = '"a"' },
      ["nothing said of freshness"] = { ETag = '"a"', ["Last-Modified"] = date(-1000 * DAY) },
      ["max-age that is no number"] = { ["Cache-Control"] = "max-age=1h", ETag = '"a"' },
    }
    for name, headers in pairs(stale) do
      it("every time for " .. name, function()
        raw:play { answer("a", headers), unchanged(headers), unchanged(headers) }
        client()
        for _ = 1, 3 do assert.equal("a", title()) end
        for i = 2, 3 do assert.equal('"a"', (conditions(i))) end
      end)
    end
  end)

  describe("stores nothing", function()
    local function sends_no_condition(first)
      raw:play { first, answer "b" }
      client()
      assert.equal("a", title())
      assert.equal("b", title())
      assert.same({}, { conditions(2) })
      assert.equal(0, api:stats().cached)
    end

    local kept_out = {
      ["with no-store"] = { ["Cache-Control"] = "max-age=60, no-store", ETag = '"a"' },
      ["with neither freshness nor validator"] = {},
      ["that varies by all"] = { ["Cache-Control"] = "max-age=60", ETag = '"a"', Vary = "*" },
      ["that expired and cannot be asked about"] = { ["Cache-Control"] = "max-age=60", Age = "61" },
      ["that is no JSON by its type"] = { ["Cache-Control"] = "max-age=60", ["Content-Type"] = "text/plain" },
    }
    for name, headers in pairs(kept_out) do
      it(name, function() sends_no_condition(answer("a", headers)) end)
    end

    it("and removes the entry when the server sends no-store", function()
      raw:play { answer("a", { ETag = '"a"' }), answer("b", { ["Cache-Control"] = "no-store", ETag = '"b"' }),
        answer "c" }
      client()
      for _, expected in ipairs { "a", "b", "c" } do assert.equal(expected, title()) end
      assert.equal('"a"', (conditions(2)))
      assert.is_nil((conditions(3)))
    end)

    for _, status in ipairs { 400, 401, 403, 404, 410, 500, 503, 504 } do
      it("of an error " .. status .. ", which does not replace an entry", function()
        local headers = { ["Cache-Control"] = "max-age=60", ETag = '"e"' }
        raw:play { answer("a", { ETag = '"a"' }), { times = 2, raw.response(status, headers, "") }, unchanged() }
        client()
        assert.equal("a", title())
        for _ = 1, 2 do
          local resource, err = api:get("things", 1)
          assert.is_nil(resource)
          assert.equal(status, err.status)
        end
        assert.equal("a", title())
        for i = 2, 4 do assert.equal('"a"', (conditions(i))) end
      end)
    end

    it("of a transfer that broke off", function()
      raw:play {
        { answer("a", { ["Cache-Control"] = "max-age=60", ["Content-Length"] = 1000 })[1], { close = true } },
        answer "b",
      }
      client()
      assert.is_nil((api:get("things", 1)))
      assert.equal("b", title())
    end)

    it("larger than a quarter of the cache", function()
      raw:play { answer(("a"):rep(5000), { ["Cache-Control"] = "max-age=60" }), answer "b" }
      client { cache = 16000 }
      assert.equal(5000, #title())
      assert.equal("b", title())
    end)

    for _, name in ipairs { "If-None-Match", "If-Modified-Since", "Range", "Cache-Control", "pragma" } do
      it("for a client that sends " .. name .. " itself", function()
        raw:play { answer("a", { ["Cache-Control"] = "max-age=60", ETag = '"a"' }), answer "b" }
        client { headers = { [name] = "x" } }
        assert.equal("a", title())
        assert.equal("b", title())
        assert.equal(name == "If-None-Match" and "x" or nil, (conditions(2)))
      end)
    end

    it("of one client for another", function()
      raw:play { answer("a", { ["Cache-Control"] = "max-age=60", ETag = '"a"' }), answer "b" }
      client()
      assert.equal("a", title())
      local other = harnest.new { url = raw.url .. "/api", token = TOKEN, cache = true }
      assert.equal("b", assert(other:get("things", 1)).attributes.title)
      assert.is_nil((conditions(2)))
      other:close()
      assert.equal("a", title())
    end)
  end)

  it("is not used with another token", function()
    local given = 0
    raw:play { answer("a", { ["Cache-Control"] = "max-age=60", ETag = '"a"' }), { match = "GET /api/others/1",
      raw.response(401) }, { match = "GET /api/others/1", raw.response(200, {}, body "other") }, answer "b" }
    client { token = function()
      given = given + 1
      return "a-token-" .. given
    end }
    assert.equal("a", title())
    assert.equal("a", title())
    assert(api:get("others", 1))
    assert.equal(2, given)
    assert.equal("b", title())
    assert.is_nil((conditions(4)))
  end)

  it("stays within its size and evicts the least recently used entry", function()
    client { url = sb:at "etag/60", token = sb.token, timeout = 30, cache = 50000 }
    local function get(id) assert.equal(tostring(id), assert(api:get("contracts", id)).id) end
    for id = 1, 500 do
      get(id)
      get(1) -- used continuously
    end
    assert.equal(500, api:stats().requests)
    assert.equal(500, api:stats().cached)
    for id = 500, 496, -1 do get(id) end
    assert.equal(500, api:stats().requests)
    for id = 2, 6 do get(id) end
    assert.equal(505, api:stats().requests)
  end)

  describe("after a write", function()
    local function script(...)
      raw:play { answer("a", { ["Cache-Control"] = "max-age=60", ETag = '"a"' }), ... }
      client()
      assert.equal("a", title())
      assert.equal("a", title())
    end

    for method, response in pairs { PATCH = 200, POST = 201, DELETE = 204, PUT = 303 } do
      it(method .. " answered by " .. response .. " makes all entries stale", function()
        script({ raw.response(response, {}, "") }, answer("b", { ETag = '"b"' }))
        core.call_result(send(method, "others/7"))
        assert.equal("b", title())
        assert.equal('"a"', (conditions(3)))
      end)
    end

    for name, rest in pairs { ["a close"] = "200 OK\r\nX: ", ["a 500"] = "500 No\r\n\r\n" } do
      it("that ended in " .. name .. " makes all entries stale", function()
        script({ "HTTP/1.1 " .. rest, { close = true } }, unchanged { ["Cache-Control"] = "max-age=60" })
        local result, err = core.call_result(send("PATCH", "things/1"))
        assert.is_nil(result)
        assert.is_string(err.kind)
        assert.equal("a", title())
        assert.equal("a", title())
        assert.equal('"a"', (conditions(3)))
        assert.equal(3, #raw:requests())
      end)
    end

    it("that was cancelled makes all entries stale", function()
      script({ { stall = true } }, unchanged())
      local call = send("PATCH", "things/1", 2)
      assert.is_false(core.call_done(call))
      call = nil -- luacheck: ignore
      collectgarbage()
      collectgarbage()
      assert.equal("a", title())
      assert.equal('"a"', (conditions(3)))
    end)

    for _, status in ipairs { 403, 409, 422, 503 } do
      it("that was refused with " .. status .. " changes nothing", function()
        script { raw.response(status, { ["Content-Type"] = "text/plain" }, "no") }
        core.call_result(send("PATCH", "things/1"))
        assert.equal("a", title())
        assert.equal(2, #raw:requests())
      end)
    end

    it("treats a response as stale if its request was sent before the write", function()
      raw:play {
        { match = "GET /api/things/1", { sleep = 0.3 }, answer("old", { ["Cache-Control"] = "max-age=60" })[1] },
        { match = "PATCH /api/things/1", raw.response(204) },
        answer "new",
      }
      client()
      local read = core.call(api, { url = raw.url .. "/api/things/1" })
      core.step(api, 0)
      core.call_result(send("PATCH", "things/1"))
      while not core.call_done(read) do core.step(api, 0.2) end
      assert(core.call_result(read))
      assert.equal("new", title())
    end)

    it("ignores a HEAD", function()
      script { raw.response(200, { ["Content-Length"] = false }) }
      core.call_result(send("HEAD", "things/1"))
      assert.equal("a", title())
      assert.equal(2, #raw:requests())
    end)
  end)

  describe("serves lists", function()
    local function ids(list)
      local seen = {}
      for i, resource in ipairs(list) do seen[i] = resource.id .. resource.attributes.title end
      return seen
    end

    for seconds, status in pairs { [0] = "by 304s", [60] = "without a request" } do
      it("on the second read " .. status, function()
        sandboxed("etag/" .. seconds)
        local first = ids(assert(api:all "contracts"))
        local requests = api:stats().requests
        assert.equal(2000, #first)
        sb:mark()
        local second = ids(assert(api:all "contracts"))
        assert.same(first, second)
        assert.equal(seconds == 0 and requests or 0, api:stats().requests - requests)
        assert.equal(requests, api:stats().cached)
        for _, request in ipairs(sb:requests()) do assert.equal(304, request.status) end
      end)
    end

    for _, shape in ipairs { "links", "laravel", "link-header", "cursor-profile" } do
      it("in the shape " .. shape .. ", with included resources", function()
        sandboxed("shape/" .. shape, "etag/60")
        local query = { include = "company", page = { size = 7 } }
        local function read()
          local names = {}
          for person, page in api:list("people", query) do
            local company = person:related "company"
            names[#names + 1] = person.id .. (company and company.attributes.name or "") .. page.number
          end
          return names
        end
        local first = read()
        local requests = api:stats().requests
        assert.equal(120, #first)
        assert.same(first, read())
        assert.equal(requests, api:stats().requests)
      end)
    end

    it("with a trace and prefetched pages", function()
      local pages = 0
      client { url = sb:at "etag/60", token = sb.token, prefetch = 5, trace = function(event)
        if event.event == "page" then pages = pages + 1 end
      end }
      for _ = 1, 2 do
        local count = 0
        for _ in api:list "people" do count = count + 1 end
        assert.equal(120, count)
      end
      assert.equal(18, pages) -- the last one is predicted and empty
      assert.equal(120, assert(api:count "people"))
      assert.truthy(api:first "people")
    end)
  end)

  it("lets a script read its own writes", function()
    client { url = sb:copy "etag/60", token = sb.token, timeout = 30 }
    local contract, count = assert(api:get("contracts", 7)), assert(api:count "contracts")
    assert.equal(contract.attributes.title, api:get("contracts", 7).attributes.title)
    assert(api:update("contracts", 7, { attributes = { title = "written" } }))
    assert.equal("written", api:get("contracts", 7).attributes.title)
    assert(api:create("contracts", { attributes = { title = "new" } }))
    assert.equal(count + 1, api:count "contracts")
    assert(api:delete("contracts", 7))
    assert.equal("not_found", select(2, api:get("contracts", 7)).kind)
    assert(api:atomic { { op = "remove", ref = { type = "contracts", id = 8 } } })
    assert.equal(count - 1, api:count "contracts")
  end)

  it("separates responses to calls with other headers", function()
    client()
    local fresh = { ["Cache-Control"] = "max-age=60", Vary = "Accept-Language" }
    raw:play {
      { raw.response(200, fresh, '{"data":null,"meta":{"language":"fr"}}') },
      { raw.response(200, fresh, '{"data":null,"meta":{"language":"any"}}') },
    }
    local french = { path = "/things/1", headers = { ["Accept-Language"] = "fr" } }
    for _ = 1, 2 do
      assert.equal("fr", assert(api:request(french)).meta.language)
      assert.equal("any", assert(api:request { path = "/things/1" }).meta.language)
    end
    assert.equal(2, #raw:requests())
  end)

  it("reports to a trace what was sent and what was not", function()
    local events = {}
    raw:play { answer("a", { ["Cache-Control"] = "max-age=60" }), answer("b", { ETag = '"b"' }), unchanged() }
    client { trace = function(event) events[#events + 1] = event end }
    for _ = 1, 2 do title() end
    for _ = 1, 2 do title { include = "owner" } end
    local seen = {}
    for i, event in ipairs(events) do
      seen[i] = ("%s %d %s"):format(event.event, event.attempt, event.status or "-")
    end
    assert.same({ "request 1 -", "response 1 200", "response 0 200", "request 1 -", "response 1 200", "request 1 -",
      "response 1 304" }, seen)
    assert.is_true(events[3].cached)
    assert.is_nil(events[2].cached or events[7].cached)
    assert.equal(0, events[3].bytes)
    assert.equal(0, events[3].seconds)
    assert.equal("GET", events[3].method)
    assert.equal(raw.url .. "/api/things/1", events[3].url)
  end)

  describe("if it gets a 304", function()
    local function is_protocol(options)
      raw:play { unchanged { ETag = '"a"' } }
      client(options)
      local resource, err = api:get("things", 1)
      assert.is_nil(resource)
      assert.equal("protocol", err.kind)
      assert.equal(304, err.status)
    end

    it("without a condition sent, fails", function() is_protocol() end)

    it("without a cache, fails", function() is_protocol { cache = false } end)

    it("to the caller's own condition, fails", function() is_protocol { headers = { ["If-None-Match"] = '"a"' } } end)

    it("for another version, sends an unconditional request", function()
      raw:play { answer("a", { ETag = '"a"' }), unchanged { ETag = '"b"' }, answer("b", { ETag = '"b"' }),
        unchanged { ETag = '"b"' } }
      client()
      assert.equal("a", title())
      assert.equal("b", title())
      assert.is_nil((conditions(3)))
      assert.equal("b", title())
    end)

    it("for another version repeatedly, fails", function()
      raw:play { answer("a", { ETag = '"a"' }), { times = math.huge, unchanged { ETag = '"b"' }[1] } }
      client { retries = 3 }
      assert.equal("a", title())
      local resource, err = api:get("things", 1)
      assert.is_nil(resource)
      assert.equal("protocol", err.kind)
      assert.equal(3, #raw:requests())
    end)

    it("for an entry evicted meanwhile, still serves it", function()
      raw:play {
        { match = "GET /api/things/1", answer("a", { ETag = '"a"' })[1] },
        { match = "GET /api/things/1", { sleep = 0.3 }, unchanged()[1] },
        { match = "GET /api/things/1", answer("b", { ETag = '"b"' })[1] },
        { times = math.huge, raw.response(200, { ETag = '"x"' }, body(("x"):rep(300))) },
      }
      client { cache = 4000 }
      assert.equal("a", title())
      local call = core.call(api, { url = raw.url .. "/api/things/1" })
      core.step(api, 0)
      for i = 1, 20 do assert(api:get("others", i)) end
      while not core.call_done(call) do core.step(api, 0.2) end
      assert.equal("a", core.call_result(call).data.attributes.title)
      assert.equal("b", title())
      assert.is_nil((conditions(23)))
    end)

    it("for an entry replaced meanwhile, serves the one revalidated", function()
      raw:play {
        answer("a", { ETag = '"a"' }), { { sleep = 0.3 }, unchanged()[1] }, answer("b", { ETag = '"b"' }), unchanged(),
      }
      client()
      assert.equal("a", title())
      local call = core.call(api, { url = raw.url .. "/api/things/1" })
      core.step(api, 0)
      raw:requests(2)
      assert.equal("b", title())
      while not core.call_done(call) do core.step(api, 0.2) end
      assert.equal("a", core.call_result(call).data.attributes.title)
      assert.equal("b", title())
      assert.equal('"b"', (conditions(4)))
    end)

    it("after close(), does not crash", function()
      raw:play { answer("a", { ETag = '"a"' }), { { stall = true } } }
      client()
      assert.equal("a", title())
      local call = core.call(api, { url = raw.url .. "/api/things/1" })
      core.step(api, 0)
      api:close()
      local result, err = core.call_result(call)
      assert.is_nil(result)
      assert.equal("cancelled", err.kind)
    end)

    it("after collection, does not crash", function()
      raw:play { answer("a", { ETag = '"a"' }), { times = 2, { stall = true } } }
      client()
      assert.equal("a", title())
      local calls = {} -- luacheck: ignore
      for i = 1, 2 do calls[i] = core.call(api, { url = raw.url .. "/api/things/1" }) end
      core.step(api, 0)
      calls[1] = nil
      collectgarbage()
      api, calls[2] = nil, nil
      collectgarbage()
      collectgarbage()
    end)
  end)

  it("needs the token", function()
    local tokens = { "a-token-1", false }
    raw:play { answer("a", { ["Cache-Control"] = "max-age=60" }), { raw.response(401) } }
    client { token = function() return table.remove(tokens, 1) or nil, "the vault is locked" end }
    assert.equal("a", title())
    assert.is_nil((api:get("others", 1)))
    local resource, err = api:get("things", 1)
    assert.is_nil(resource)
    assert.equal("unauthorized", err.kind)
  end)

  it("is freed with its client", function()
    raw:play { answer("a", { ["Cache-Control"] = "max-age=60" }) }
    client()
    assert.equal("a", title())
    assert.equal("a", title())
    api:close()
    assert.equal("this client is closed", usage_error(api.get, api, "things", 1))
    assert.equal(1, api:stats().cached)
  end)
end)
