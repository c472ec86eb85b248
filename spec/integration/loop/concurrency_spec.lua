-- Concurrent calls in every loop, also while a client is closed. nginx_spec.lua runs these specs in nginx.

local loop_fixture = require "spec.support.loop_fixture"
local loops = require "spec.support.loops"
local sandbox = require "spec.support.sandbox"

local unpack = table.unpack or unpack -- luacheck: ignore

for _, loop in ipairs(loops) do
  describe("loop " .. loop.name, function()
    local sb = sandbox.get()
    local fixture = loop_fixture(loop, setup, before_each, after_each, teardown)
    local client, run, raw, add = fixture.client, fixture.run, fixture.raw, fixture.add

    -- The number of connections of the requests to the sandbox: one if the requests were sequential
    local function connections()
      local count, known = 0, {}
      for _, request in ipairs(sb:requests()) do
        count = count + (known[request.connection] and 0 or 1)
        known[request.connection] = true
      end
      return count
    end

    it("runs functions concurrently", function()
      local api = client { url = sb:at "delay/0.1" }
      local results
      sb:mark()
      run(function()
        results = api:parallel(function() return api:get("contracts", 1) end,
          function() return api:get("contracts", "none") end,
          function() error { "mine" } end,
          function() return api:count("contracts", { filter = { id = 5 } }) end,
          function() return assert(api:first("people")).id, "and more" end)
      end)
      assert.equal("1", results[1][1].id)
      assert.is_nil(results[2][1])
      assert.equal("not_found", results[2][2].kind)
      assert.is_nil(results[3][1])
      assert.equal("mine", results[3][2][1])
      assert.equal(1, results[4][1])
      assert.equal("1", results[5][1])
      assert.equal("and more", results[5][2])
      assert.equal(5, #results)
      assert.is_true(connections() > 1)
    end)

    it("gets many by id, in order", function()
      local api = client { url = sb:at "delay/0.05" }
      local found = {}
      sb:mark()
      run(function()
        local iterator = api:get_many("contracts", { 5, "3", "none", 1, 8, 9, 10 })
        while true do
          local id, resource, err = iterator()
          if id == nil then break end
          found[#found + 1] = { id, resource and resource.id, err and err.kind }
        end
      end)
      assert.same({ { 5, "5" }, { "3", "3" }, { "none", nil, "not_found" }, { 1, "1" }, { 8, "8" }, { 9, "9" },
        { 10, "10" } }, found)
      assert.is_true(connections() > 1)
    end)

    if loop.sleep then
      it("runs other coroutines while one waits", function()
        local api = client { url = sb:at "delay/0.2" }
        local ticks, over = 0, false
        run(function()
          loop.spawn(function()
            while not over do
              loop.sleep(0.005)
              ticks = ticks + 1
            end
          end)
          assert(#assert(api:all("contracts", { limit = 30, page = { size = 15 } })) == 30)
          over = true
        end)
        assert.is_true(ticks > 8, ticks) -- without concurrency two requests give two or three
      end)
    end

    it("serves many coroutines at once", function()
      local api = client()
      local functions, results = {}, nil
      for i = 1, 40 do
        functions[i] = function() return assert(api:get("contracts", i)).id end
      end
      run(function() results = api:parallel(unpack(functions)) end)
      for i = 1, 40 do assert.equal(tostring(i), results[i][1]) end
    end)

    it("cancels pending calls when it is closed", function()
      local api = client { url = raw.url, retries = 0 }
      raw:play { { match = "GET /quick/1", raw.response(200, {}, '{"data":null}') }, { times = 9, { stall = true } } }
      local results
      run(function()
        results = api:parallel(function() return api:get("t", 1) end, function() return api:all "t" end, function()
          api:get("quick", 1)
          api:close()
        end)
      end)
      assert.equal("cancelled", results[1][2].kind)
      assert.equal("cancelled", results[2][2].kind)
    end)

    it("continues with another client when one is closed", function()
      local other = client { url = sb:at "delay/0.1" }
      local api = add { url = raw.url }
      raw:play { { match = "GET /quick/1", raw.response(200, {}, '{"data":null}') }, { times = 9, { stall = true } } }
      local results
      run(function()
        results = other:parallel(function() return other:get("contracts", 1) end,
          function() return api:get("t", 1) end, function()
            api:get("quick", 1)
            api:close()
          end)
      end)
      assert.equal("1", results[1][1].id)
      assert.equal("cancelled", results[2][2].kind)
    end)
  end)
end
