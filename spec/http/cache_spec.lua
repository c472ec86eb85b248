-- The client's cache: the option, its size, its user, and lists from it.

local cache_fixture = require "spec.support.cache_fixture"
local harnest = require "harnest"
local usage_error = require "spec.support.usage_error"
local sandbox = require "spec.support.sandbox"
local size = require "spec.support.size"

local ENTRIES = size(200, 500)
local EXPECTED = "option cache: expected true, false, a whole number of bytes from 1 to 9007199254740992 or a table, "
  .. "got "

describe("cache", function()
  local sb = sandbox.get()
  local cached = cache_fixture(setup, before_each, after_each, teardown)
  local TOKEN, raw, client, sandboxed, body = cached.TOKEN, cached.raw, cached.client, cached.sandboxed, cached.body
  local answer, unchanged, title, conditions = cached.answer, cached.unchanged, cached.title, cached.conditions

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
        cached.api = harnest.new { url = raw.url .. "/api", token = TOKEN, cache = off == "false" and false or nil }
        raw:play { answer("a", { ["Cache-Control"] = "max-age=60", ETag = '"a"' }),
          answer("b", { ["Cache-Control"] = "max-age=60", ETag = '"b"' }) }
        assert.equal("a", title())
        assert.equal("b", title())
        assert.is_nil((conditions(2)))
        assert.equal(0, cached.api:stats().cached)
      end)
    end
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
    assert(cached.api:get("others", 1))
    assert.equal(2, given)
    assert.equal("b", title())
    assert.is_nil((conditions(4)))
  end)

  it("stays within its size and evicts the least recently used entry", function()
    client { url = sb:at "etag/60", token = sb.token, timeout = 30, cache = 100 * ENTRIES }
    local function get(id) assert.equal(tostring(id), assert(cached.api:get("contracts", id)).id) end
    for id = 1, ENTRIES do
      get(id)
      get(1) -- used continuously
    end
    assert.equal(ENTRIES, cached.api:stats().requests)
    assert.equal(ENTRIES, cached.api:stats().cached)
    for id = ENTRIES, ENTRIES - 4, -1 do get(id) end
    assert.equal(ENTRIES, cached.api:stats().requests)
    for id = 2, 6 do get(id) end
    assert.equal(ENTRIES + 5, cached.api:stats().requests)
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
        local query = { page = { size = 50 } }
        local first = ids(assert(cached.api:all("contracts", query)))
        local requests = cached.api:stats().requests
        assert.equal(2000, #first)
        sb:mark()
        local second = ids(assert(cached.api:all("contracts", query)))
        assert.same(first, second)
        assert.equal(seconds == 0 and requests or 0, cached.api:stats().requests - requests)
        assert.equal(requests, cached.api:stats().cached)
        for _, request in ipairs(sb:requests()) do assert.equal(304, request.status) end
      end)
    end

    for _, shape in ipairs { "links", "laravel", "link-header", "cursor-profile" } do
      it("in the shape " .. shape .. ", with included resources", function()
        sandboxed("shape/" .. shape, "etag/60")
        local query = { include = "company", page = { size = 7 } }
        local function read()
          local names = {}
          for person, page in cached.api:list("people", query) do
            local company = person:related "company"
            names[#names + 1] = person.id .. (company and company.attributes.name or "") .. page.number
          end
          return names
        end
        local first = read()
        local requests = cached.api:stats().requests
        assert.equal(120, #first)
        assert.same(first, read())
        assert.equal(requests, cached.api:stats().requests)
      end)
    end

    it("with a trace and prefetched pages", function()
      local pages = 0
      client { url = sb:at "etag/60", token = sb.token, prefetch = 5, trace = function(event)
        if event.event == "page" then pages = pages + 1 end
      end }
      for _ = 1, 2 do
        local count = 0
        for _ in cached.api:list "people" do count = count + 1 end
        assert.equal(120, count)
      end
      assert.equal(18, pages) -- the last one is predicted and empty
      assert.equal(120, assert(cached.api:count "people"))
      assert.truthy(cached.api:first "people")
    end)
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
      assert.equal("fr", assert(cached.api:request(french)).meta.language)
      assert.equal("any", assert(cached.api:request { path = "/things/1" }).meta.language)
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

  it("needs the token", function()
    local tokens = { "a-token-1", false }
    raw:play { answer("a", { ["Cache-Control"] = "max-age=60" }), { raw.response(401) } }
    client { token = function() return table.remove(tokens, 1) or nil, "the vault is locked" end }
    assert.equal("a", title())
    assert.is_nil((cached.api:get("others", 1)))
    local resource, err = cached.api:get("things", 1)
    assert.is_nil(resource)
    assert.equal("unauthorized", err.kind)
  end)

  it("is freed with its client", function()
    raw:play { answer("a", { ["Cache-Control"] = "max-age=60" }) }
    client()
    assert.equal("a", title())
    assert.equal("a", title())
    cached.api:close()
    assert.equal("this client is closed", usage_error(cached.api.get, cached.api, "things", 1))
    assert.equal(1, cached.api:stats().cached)
  end)
end)
