-- The cache: what it stores and serves without a request, and what it does not store.

local cache_fixture = require "spec.support.cache_fixture"
local gzip = require "spec.support.gzip"
local harnest = require "harnest"
local http_date = require "spec.support.http_date"
local sandbox = require "spec.support.sandbox"
local socket = require "socket"

local DAY = 24 * 60 * 60

describe("cache", function()
  local sb = sandbox.get()
  local cached = cache_fixture(setup, before_each, after_each, teardown)
  local TOKEN, raw, client, sandboxed, body = cached.TOKEN, cached.raw, cached.client, cached.sandboxed, cached.body
  local answer, unchanged, title = cached.answer, cached.unchanged, cached.title
  local send, conditions = cached.send, cached.conditions

  describe("serves a fresh response", function()
    it("from memory, without a request", function()
      sandboxed "etag/60"
      sb:mark()
      local first = assert(cached.api:get("contracts", 1))
      local before = cached.api:stats()
      for _ = 1, 5 do assert.same(first, assert(cached.api:get("contracts", 1))) end
      local stats = cached.api:stats()
      assert.equal(1, #sb:requests())
      assert.equal(1, stats.requests)
      assert.equal(5, stats.cached)
      assert.equal(before.bytes_in, stats.bytes_in)
      assert.equal(before.waited, stats.waited)
    end)

    it("over TLS and HTTP/2", function()
      client { url = sb:tls_at "etag/60", token = sb.token, ca_file = sb.ca_file }
      local first = assert(cached.api:get("contracts", 1))
      assert.same(first, assert(cached.api:get("contracts", 1)))
      assert.equal(1, cached.api:stats().requests)
    end)

    it("as new tables", function()
      raw:play { answer("a", { ["Cache-Control"] = "max-age=60" }) }
      client()
      assert(cached.api:get("things", 1)).attributes.title = "changed"
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
        assert.equal(1, cached.api:stats().cached)
      end
    end)

    it("not if a 304 is for another entry and the deadline passes first; the attempt is "
      .. "counted", function()
      raw:play { answer("a", { ETag = '"1"' }), unchanged {
        ETag = '"2"', ["RateLimit-Remaining"] = "0", ["RateLimit-Reset"] = "20",
      } }
      client { deadline = 2 }
      assert.equal("a", title())
      local err = select(2, cached.api:get("things", 1))
      assert.equal("timeout", err.kind)
      assert.equal(1, err.attempts)
      assert.is_nil(err.status)
    end)

    it("that a redirect leads to", function()
      sandboxed("redirect/302", "etag/60")
      sb:mark()
      local first = assert(cached.api:get("contracts", 1))
      assert.same(first, assert(cached.api:get("contracts", 1)))
      local seen = {}
      for _, request in ipairs(sb:requests()) do seen[#seen + 1] = request.status end
      assert.same({ 302, 200, 302 }, seen)
      assert.equal(1, cached.api:stats().cached)
    end)

    local fresh = {
      ["by max-age less Age"] = { ["Cache-Control"] = "max-age=60", Age = "50" },
      ["by Expires"] = { Expires = http_date(60), Date = http_date(0) },
      ["by Expires alone"] = { Expires = http_date(60) },
      ["by Expires where the server's clock is wrong"] = { Expires = http_date(60 - DAY), Date = http_date(-DAY) },
      ["by max-age in spite of Expires"] = { ["Cache-Control"] = "max-age=60", Expires = http_date(-60) },
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

  describe("stores nothing", function()
    local function sends_no_condition(first)
      raw:play { first, answer "b" }
      client()
      assert.equal("a", title())
      assert.equal("b", title())
      assert.same({}, { conditions(2) })
      assert.equal(0, cached.api:stats().cached)
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
          local resource, err = cached.api:get("things", 1)
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
      assert.is_nil((cached.api:get("things", 1)))
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
end)
