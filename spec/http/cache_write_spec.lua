-- The cache: what a write does to its entries.

local cache_fixture = require "spec.support.cache_fixture"
local core = require "harnest.core"
local sandbox = require "spec.support.sandbox"

describe("cache", function()
  local sb = sandbox.get()
  local cached = cache_fixture(setup, before_each, after_each, teardown)
  local raw, client, answer, unchanged = cached.raw, cached.client, cached.answer, cached.unchanged
  local title, send, conditions = cached.title, cached.send, cached.conditions

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
      local read = core.call(cached.api, { url = raw.url .. "/api/things/1" })
      core.step(cached.api, 0)
      core.call_result(send("PATCH", "things/1"))
      while not core.call_done(read) do core.step(cached.api, 0.2) end
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

  it("lets a script read its own writes", function()
    client { url = sb:copy "etag/60", token = sb.token, timeout = 30 }
    local contract, count = assert(cached.api:get("contracts", 7)), assert(cached.api:count "contracts")
    assert.equal(contract.attributes.title, cached.api:get("contracts", 7).attributes.title)
    assert(cached.api:update("contracts", 7, { attributes = { title = "written" } }))
    assert.equal("written", cached.api:get("contracts", 7).attributes.title)
    assert(cached.api:create("contracts", { attributes = { title = "new" } }))
    assert.equal(count + 1, cached.api:count "contracts")
    assert(cached.api:delete("contracts", 7))
    assert.equal("not_found", select(2, cached.api:get("contracts", 7)).kind)
    assert(cached.api:atomic { { op = "remove", ref = { type = "contracts", id = 8 } } })
    assert.equal(count - 1, cached.api:count "contracts")
  end)
end)
