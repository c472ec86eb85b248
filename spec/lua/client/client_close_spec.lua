-- close() of clients.

local client_fixture = require "spec.support.client_fixture"
local core = require "harnest.core"
local usage_error = require "spec.support.usage_error"
local sandbox = require "spec.support.sandbox"

describe("client", function()
  local sb = sandbox.get()
  local fixture = client_fixture(setup, before_each, teardown)
  local ONE, raw, client = fixture.ONE, fixture.raw, fixture.client

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
      local page = '{"data":[{"type":"a","id":"1"},{"type":"a","id":"2"}],"links":{"next":"/api/b"}}'
      raw:play { { raw.response(200, {}, page) }, { { stall = true } } }
      local api = client()
      local iterator, more = api:list "a", api:list "a"
      for id = 1, 2 do assert.equal(tostring(id), (iterator:next()).id) end
      core.step(api, 0) -- sends the request of the next page, which a blocking client does only as it waits
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
end)
