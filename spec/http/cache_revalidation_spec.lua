-- The cache: conditional requests, and what a 304 does.

local cache_fixture = require "spec.support.cache_fixture"
local core = require "harnest.core"
local http_date = require "spec.support.http_date"
local sandbox = require "spec.support.sandbox"

local DAY = 24 * 60 * 60

describe("cache", function()
  local sb = sandbox.get()
  local cached = cache_fixture(setup, before_each, after_each, teardown)
  local TOKEN, raw, client, sandboxed, body = cached.TOKEN, cached.raw, cached.client, cached.sandboxed, cached.body
  local answer, unchanged, title, conditions = cached.answer, cached.unchanged, cached.title, cached.conditions

  describe("revalidates", function()
    it("a stale response, and serves it after a 304", function()
      sandboxed "etag/0"
      sb:mark()
      local first = assert(cached.api:get("contracts", 1))
      for _ = 1, 3 do assert.same(first, assert(cached.api:get("contracts", 1))) end
      local seen = {}
      for _, request in ipairs(sb:requests()) do seen[#seen + 1] = request.status end
      assert.same({ 200, 304, 304, 304 }, seen)
      local stats = cached.api:stats()
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
      local modified = http_date(-DAY)
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
      local modified = http_date(-DAY)
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
      assert.equal(1, cached.api:stats().cached)
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
      ["Expires in the past"] = { Expires = http_date(-60), ETag = '"a"' },
      ["Expires that is no date"] = { Expires = "0", ETag = '"a"' },
      ["nothing said of freshness"] = { ETag = '"a"', ["Last-Modified"] = http_date(-1000 * DAY) },
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

  describe("if it gets a 304", function()
    local function is_protocol(options)
      raw:play { unchanged { ETag = '"a"' } }
      client(options)
      local resource, err = cached.api:get("things", 1)
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
      local resource, err = cached.api:get("things", 1)
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
      local call = core.call(cached.api, { url = raw.url .. "/api/things/1" })
      core.step(cached.api, 0)
      for i = 1, 20 do assert(cached.api:get("others", i)) end
      while not core.call_done(call) do core.step(cached.api, 0.2) end
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
      local call = core.call(cached.api, { url = raw.url .. "/api/things/1" })
      core.step(cached.api, 0)
      raw:requests(2)
      assert.equal("b", title())
      while not core.call_done(call) do core.step(cached.api, 0.2) end
      assert.equal("a", core.call_result(call).data.attributes.title)
      assert.equal("b", title())
      assert.equal('"b"', (conditions(4)))
    end)

    it("after close(), does not crash", function()
      raw:play { answer("a", { ETag = '"a"' }), { { stall = true } } }
      client()
      assert.equal("a", title())
      local call = core.call(cached.api, { url = raw.url .. "/api/things/1" })
      core.step(cached.api, 0)
      cached.api:close()
      local result, err = core.call_result(call)
      assert.is_nil(result)
      assert.equal("cancelled", err.kind)
    end)

    it("after collection, does not crash", function()
      raw:play { answer("a", { ETag = '"a"' }), { times = 2, { stall = true } } }
      client()
      assert.equal("a", title())
      local calls = {} -- luacheck: ignore
      for i = 1, 2 do calls[i] = core.call(cached.api, { url = raw.url .. "/api/things/1" }) end
      core.step(cached.api, 0)
      calls[1] = nil
      collectgarbage()
      cached.api, calls[2] = nil, nil
      collectgarbage()
      collectgarbage()
    end)
  end)
end)
