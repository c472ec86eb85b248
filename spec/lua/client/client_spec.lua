-- Clients: their requests and their descriptor.

local client_fixture = require "spec.support.client_fixture"
local core = require "harnest.core"
local harnest = require "harnest"
local sandbox = require "spec.support.sandbox"

describe("client", function()
  local sb = sandbox.get()
  local fixture = client_fixture(setup, before_each, teardown)
  local TOKEN, ONE, raw = fixture.TOKEN, fixture.ONE, fixture.raw
  local client, headers_with = fixture.client, fixture.headers_with

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
end)
