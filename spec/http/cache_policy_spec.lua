-- The option cache as a table: size, ttl and stale_if_error.

local clients = require "spec.support.clients"
local harnest = require "harnest"
local usage_error = require "spec.support.usage_error"

local function body(title)
  return ('{"data":{"type":"things","id":"1","attributes":{"title":"%s"}}}'):format(title)
end

describe("cache policy", function()
  local group = clients(function(raw)
    return { url = raw.url .. "/api", token = "a-token", retries = 0, timeout = 5 }
  end)
  group:hook(setup, before_each, after_each, teardown)
  local raw, api = group.raw, nil

  local function answer(title, headers)
    return { raw.response(200, headers, body(title)) }
  end

  local function title(...)
    local thing, err = api:get("things", 1, ...)
    return thing and thing.attributes.title or err.kind
  end

  it("takes known members", function()
    for _, cache in ipairs { {}, { size = 1000 }, { ttl = 0.5 }, { stale_if_error = 60 },
      { size = 1, ttl = 1, stale_if_error = 1 } } do
      group:open { cache = cache }
    end
    for _, case in ipairs {
      { { sise = 1 }, "option cache.sise: unknown; did you mean size?" },
      { { size = 0 }, "option cache.size: expected" }, { { ttl = 0 }, "option cache.ttl: expected" },
      { { ttl = "1" }, "option cache.ttl: expected" },
      { { stale_if_error = true }, "option cache.stale_if_error: expected" },
      { { 1 }, "option cache." },
    } do
      local message = usage_error(harnest.new, { url = raw.url, cache = case[1] })
      assert.equal(case[2], message:sub(1, #case[2]))
    end
  end)

  describe("ttl", function()
    it("is the lifetime of a response that states none", function()
      raw:play { answer "a", answer "b" }
      api = group:open { cache = { ttl = 60 } }
      assert.equal("a", title())
      assert.equal("a", title())
      assert.equal(1, api:stats().cached)
    end)

    it("ends", function()
      raw:play { answer "a", answer "b" }
      api = group:open { cache = { ttl = 0.001 } }
      assert.equal("a", title())
      require("socket").sleep(0.01)
      assert.equal("b", title())
    end)

    for name, headers in pairs {
      ["states a lifetime"] = { ["Cache-Control"] = "max-age=0", ETag = '"a"' },
      ["must be revalidated"] = { ["Cache-Control"] = "no-cache", ETag = '"a"' },
      ["must not be stored"] = { ["Cache-Control"] = "no-store" },
      ["has expired"] = { Expires = "0" },
    } do
      it("does not apply to a response that " .. name, function()
        raw:play { answer("a", headers), answer "b" }
        api = group:open { cache = { ttl = 60 } }
        assert.equal("a", title())
        assert.equal("b", title())
      end)
    end

    it("does not hide a script's own writes", function()
      raw:play { answer "a", { raw.response(204) }, answer "b" }
      api = group:open { cache = { ttl = 60 } }
      assert.equal("a", title())
      assert.is_true(api:delete("things", 2))
      assert.equal("b", title())
    end)
  end)

  describe("stale_if_error", function()
    local STALE = { ["Cache-Control"] = "max-age=0", ETag = '"a"' }
    local failures = {
      server_error = { raw.response(500) }, ["bad gateway"] = { raw.response(502) },
      network = { "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", { reset = true } },
      timeout = { { stall = true } },
    }
    for name, failure in pairs(failures) do
      it("answers from the cache after " .. name, function()
        raw:play { answer("a", STALE), failure, answer "b" }
        api = group:open { cache = { stale_if_error = 60 }, timeout = 0.3 }
        assert.equal("a", title())
        assert.equal("a", title())
        assert.equal(1, api:stats().cached)
        assert.equal("b", title())
      end)
    end

    it("is visible to a trace", function()
      local events = {}
      raw:play { answer("a", STALE), { raw.response(500) } }
      api = group:open { cache = { stale_if_error = 60 }, trace = function(event) events[#events + 1] = event end }
      assert.equal("a", title())
      assert.equal("a", title())
      local failed, cached = events[#events - 1], events[#events]
      assert.same({ "response", 500, "server_error" }, { failed.event, failed.status, failed.kind })
      assert.same({ "response", 200, true, 0 }, { cached.event, cached.status, cached.cached, cached.bytes })
    end)

    it("answers after all attempts", function()
      raw:play { answer("a", STALE), { raw.response(503) }, { raw.response(503) } }
      api = group:open { cache = { stale_if_error = 60 }, retries = 1, max_retry_wait = 0.01 }
      assert.equal("a", title())
      assert.equal("a", title())
      assert.equal(3, api:stats().requests)
    end)

    it("keeps responses without validators, which are requested without conditions", function()
      raw:play { answer "a", { raw.response(500) }, { raw.response(304, { ["Content-Type"] = false }) } }
      api = group:open { cache = { ttl = 0.001, stale_if_error = 60 } }
      assert.equal("a", title())
      require("socket").sleep(0.01)
      assert.equal("a", title())
      assert.is_nil(raw:requests(2)[2].headers["if-none-match"])
      assert.equal("protocol", title()) -- a 304 that nothing asked for
    end)

    it("ends", function()
      raw:play { answer("a", STALE), { raw.response(500) } }
      api = group:open { cache = { stale_if_error = 0.001 } }
      assert.equal("a", title())
      require("socket").sleep(0.01)
      assert.equal("server_error", title())
    end)

    local kinds = { [404] = "not_found", [403] = "forbidden", [429] = "rate_limited", [401] = "unauthorized" }
    for status, kind in pairs(kinds) do
      it("does not hide a " .. status, function()
        raw:play { answer("a", STALE), { raw.response(status) } }
        api = group:open { cache = { stale_if_error = 60 } }
        assert.equal("a", title())
        assert.equal(kind, title())
      end)
    end

    for name, headers in pairs {
      ["must-revalidate"] = { ["Cache-Control"] = "max-age=0, must-revalidate", ETag = '"a"' },
      ["no-cache"] = { ["Cache-Control"] = "no-cache", ETag = '"a"' },
    } do
      it("respects " .. name, function()
        raw:play { answer("a", headers), { raw.response(500) } }
        api = group:open { cache = { stale_if_error = 60 } }
        assert.equal("a", title())
        assert.equal("server_error", title())
      end)
    end

    it("does not hide a script's own writes, nor failures of writes", function()
      raw:play { answer("a", STALE), { raw.response(500) }, { raw.response(500) } }
      api = group:open { cache = { stale_if_error = 60 } }
      assert.equal("a", title())
      assert.equal("server_error", select(2, api:delete("things", 2)).kind)
      assert.equal("server_error", title())
    end)

    it("answers lists page by page", function()
      local function page(id, next)
        local text = ('{"data":[{"type":"things","id":"%d"}],"links":{"next":%s}}'):format(id, next)
        return { raw.response(200, STALE, text) }
      end
      raw:play { page(1, '"/api/things?page=2"'), page(2, "null"), { times = 2, raw.response(503) } }
      api = group:open { cache = { stale_if_error = 60 } }
      for _ = 1, 2 do
        local ids = {}
        for thing in api:list "things" do ids[#ids + 1] = thing.id end
        assert.same({ "1", "2" }, ids)
      end
    end)
  end)

  it("is inherited by derived clients", function()
    raw:play { answer "a", answer "b" }
    api = group:open { cache = { ttl = 60 } }:with { timeout = 1 }
    assert.equal("a", title())
    assert.equal("a", title())
    api = api:with { cache = true }
    assert.equal("b", title())
  end)
end)
