-- Cancelling and sharing in every loop: thousands of cancelled listings, clients closed while calls
-- wait, several clients at once, one client for many coroutines.

local process_usage = require "spec.soak.process_usage"
local loop_fixture = require "spec.support.loop_fixture"
local loops = require "spec.support.loops"
local size = require "spec.support.size"

local unpack = table.unpack or unpack -- luacheck: ignore

-- In PUC Lua 5.1 a coroutine cannot yield within a `for`.
local yields_in_for = _VERSION ~= "Lua 5.1" or jit ~= nil

-- A memory checker keeps freed memory, and reports leaks itself
local checked = os.getenv "RUNNER"

-- Listings cancelled in one way in one loop, a multiple of 5: about 1,000 over all ways and loops,
-- or 10,000
local WAYS = yields_in_for and 4 or 3
local ROUNDS = checked and 100 or math.ceil(size(1000, 10000) / (5 * WAYS * #loops)) * 5

for _, loop in ipairs(loops) do
  describe("loop " .. loop.name, function()
    local fixture = loop_fixture(loop, setup, before_each, after_each, teardown)
    local client, run, raw, add = fixture.client, fixture.run, fixture.raw, fixture.add
    local api

    -- Cancels ROUNDS listings, and compares memory and descriptors after a fifth of them and at the
    -- end
    local function give_up(way)
      api = client()
      local before, before_lua, after, after_lua
      run(function()
        for i = 1, ROUNDS do
          way(i)
          if i == ROUNDS / 5 then
            before, before_lua = process_usage.now(), collectgarbage "count"
          elseif i % (ROUNDS / 5) == 0 then
            collectgarbage()
          end
        end
        after, after_lua = process_usage.now(), collectgarbage "count"
      end)
      if not checked then
        assert(after.kilobytes - before.kilobytes < 2048, ("%d kB became %d"):format(before.kilobytes, after.kilobytes))
      end
      assert(after_lua - before_lua < 128, ("%.0f kB of Lua's became %.0f"):format(before_lua, after_lua))
      assert(after.descriptors - before.descriptors <= 8,
        ("%d descriptors became %d"):format(before.descriptors, after.descriptors))
      run(function() assert.equal("7", assert(api:get("contracts", 7)).id) end)
      assert.equal(0, (api:step()))
    end

    local function begun()
      local iterator = api:list("companies", { page = { size = 1 } })
      assert(assert(iterator:next()).id == "1")
      return iterator
    end

    describe("cancelled listings", function()
      it("by close", function()
        give_up(function() begun():close() end)
      end)

      it("by collection", function()
        give_up(begun)
      end)

      if yields_in_for then
        it("by leaving a for loop", function()
          give_up(function()
            for company in api:list("companies", { page = { size = 1 } }) do
              if company.id == "1" then break end
            end
          end)
        end)
      end

      it("by ending the coroutine that iterates", function()
        give_up(function()
          local over = coroutine.create(function(iterator)
            -- the first resource was read outside, since only the loop's own coroutines can wait
            coroutine.yield(iterator)
            error "not reached"
          end)
          assert(coroutine.resume(over, begun()))
          assert(coroutine.status(over) == "suspended")
          if coroutine.close then assert(coroutine.close(over)) end
        end)
      end)
    end)

    if coroutine.close and loop.name ~= "blocking" and loop.name ~= "cqueues" then
      it("allows a coroutine to be closed while it waits", function()
        api = client { url = raw.url, token = false, dialect = "jsonapi", max_connections = 2 }
        raw:play {
          { match = "GET /quick/1", times = 21, raw.response(200, {}, '{"data":null}') },
          { match = "GET /slow", times = 20, { stall = true } },
        }
        local went_on, victim = false, nil
        local function wait_forever()
          victim = coroutine.running()
          for _ in api:list "slow" do error "not reached" end
          went_on = true
        end
        local function spawn(fn)
          if loop.option == "manual" then
            api:spawn(fn)
          else
            assert(coroutine.resume(coroutine.create(fn)))
          end
        end
        run(function()
          for _ = 1, 20 do -- more than connections: each must release its connection
            spawn(wait_forever)
            assert(select("#", api:get("quick", 1)) == 1)
            assert(coroutine.status(victim) == "suspended")
            assert(coroutine.close(victim))
          end
          api:get("quick", 1)
        end)
        assert.is_false(went_on)
        assert.equal(0, (api:step()))
        local quick = 0
        for _, request in ipairs(raw:requests(21)) do quick = quick + (request.path == "/quick/1" and 1 or 0) end
        assert.equal(21, quick)
      end)

      it("reports a closed coroutine to parallel", function()
        api = client { url = raw.url, token = false, dialect = "jsonapi" }
        raw:play {
          { match = "GET /quick/1", times = 2, raw.response(200, {}, '{"data":{"type":"quick","id":"1"}}') },
          { match = "GET /slow/1", { stall = true } },
          { match = "POST /slow", { stall = true } },
        }
        local child, writer, results
        run(function()
          results = api:parallel(function()
            child = coroutine.running()
            return api:get("slow", 1)
          end, function()
            assert(api:get("quick", 1))
            raw:requests(3)
            assert(coroutine.close(child))
            assert(coroutine.close(writer))
            return api:get("quick", 1)
          end, function()
            writer = coroutine.running()
            return api:create("slow", {})
          end)
        end)
        for i, unknown in pairs { [1] = false, [3] = true } do
          assert.is_nil(results[i][1])
          assert.equal("cancelled", results[i][2].kind)
          assert.equal(unknown, results[i][2].outcome_unknown)
        end
        assert.equal("1", results[2][1].id)
        assert.equal(0, (api:step()))
      end)
    end

    it("cancels every waiting call when the client is closed", function()
      api = client { url = raw.url, token = false, dialect = "jsonapi", retries = 0, max_connections = 20 }
      raw:play {
        { match = "GET /quick/1", raw.response(200, {}, '{"data":null}') },
        { match = "GET /begun", raw.response(200, {}, '{"data":[{"type":"t","id":"1"}],"links":{"next":"/next"}}') },
        { times = 30, { stall = true } },
      }
      local results, begun_list
      run(function()
        begun_list = api:list("begun", { page = { size = 1 } })
        assert(begun_list:next())
        results = api:parallel(
          function() return api:get("t", 1) end,
          function() return api:fetch "/t" end,
          function() return api:first "t" end,
          function() return api:all "t" end,
          function() return api:count "t" end,
          function() return api:list("t"):next() end,
          function() return api:pages("t"):next() end,
          function() return begun_list:next() end,
          function()
            local _, resource, err = api:get_many("t", { 1, 2 })()
            return resource, err
          end,
          function() return api:related({ type = "t", id = "1" }, "owner") end,
          function() return api:update("t", 1, { attributes = { a = 1 } }) end,
          function() return api:delete("t", 1) end,
          function()
            api:get("quick", 1)
            api:close()
          end)
      end)
      for i = 1, 12 do
        assert.is_nil(results[i][1])
        assert.equal("cancelled", results[i][2].kind)
      end
      assert.is_nil(results[13][2])
      assert.equal("cancelled", select(2, begun_list:next()).kind)
    end)

    it("runs two clients at once and keeps them separate", function()
      api = client { user_agent = "one" }
      local other = add { user_agent = "two", url = raw.url, token = "another-token" }
      local function page(i)
        local next_link = i < 5 and ('"/t?page=%d"'):format(i + 1) or "null"
        return raw.response(200, {}, ('{"data":[{"type":"t","id":"%d"}],"links":{"next":%s}}'):format(i, next_link))
      end
      raw:play { { page(1) }, { page(2) }, { page(3) }, { page(4) }, { page(5) } }
      local seen = { {}, {} }
      local function lists(reader, place, query, ids)
        return function()
          reader:list(place, query):each(function(resource) ids[#ids + 1] = resource.id end)
          return #ids
        end
      end
      local results
      run(function()
        results = api:parallel(lists(api, "contracts", { page = { size = 20 }, limit = 50 }, seen[1]),
          lists(other, "/t", {}, seen[2]))
      end)
      assert.same({ { 50 }, { 5 } }, results)
      for i = 1, 50 do assert.equal(tostring(i), seen[1][i]) end
      assert.same({ "1", "2", "3", "4", "5" }, seen[2])
      for _, request in ipairs(raw:requests(5)) do
        assert.equal("Bearer another-token", request.headers.authorization)
        assert.matches("^two ", request.headers["user-agent"])
      end
      assert.equal(5, other:stats().requests)
      other:close()
      run(function() assert(api:get("contracts", 1)) end)
    end)

    it("lets many coroutines list through one client over few connections", function()
      api = client { max_connections = 2 }
      local functions, types = {}, { "contracts", "companies", "people" }
      for i = 1, 24 do
        functions[i] = function()
          local expected, page_size = i, 1 + i % 5
          local query = { page = { size = page_size, number = 1 }, limit = 9, view = i % 2 == 0 }
          api:list(types[i % 3 + 1], query):each(function(resource, page)
            assert(resource.type == types[i % 3 + 1] and tonumber(resource.id) == expected - i + 1)
            assert(page.number == math.ceil((expected - i + 1) / page_size))
            expected = expected + 1
          end)
          return expected - i
        end
      end
      local results
      run(function() results = api:parallel(unpack(functions)) end)
      for i = 1, 24 do assert.same({ 9 }, results[i]) end
    end)

    it("lets a client and its iterators move between coroutines", function()
      local made, iterator, page, contract
      api = client()
      run(function()
        made = add()
        iterator = made:list("contracts", { page = { size = 2 } })
        assert(assert(iterator:next()).id == "1")
      end)
      collectgarbage()
      collectgarbage()
      run(function()
        for i = 2, 5 do
          contract, page = iterator:next()
          assert(contract.id == tostring(i))
        end
      end)
      collectgarbage()
      local results
      run(function()
        results = api:parallel(function() return assert(iterator:next()).id end,
          function() return assert(made:get("contracts", 9)).id end)
        iterator:close()
        results[3] = assert(made:get("contracts", 3)).id
      end)
      assert.same({ { "6" }, { "9" }, "3" }, results)
      assert.equal("6", page.data[2].id)
      assert.is_nil((iterator:next()))
      made:close()
      run(function() assert(api:get("contracts", 1)) end)
    end)
  end)
end
