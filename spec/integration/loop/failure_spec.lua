-- Coroutines that raise, and finalizers that close clients, while others wait in the same loop.

local at_collection = require "spec.support.at_collection"
local child = require "spec.support.child"
local clients = require "spec.support.clients"
local loops = require "spec.support.loops"
local sandbox = require "spec.support.sandbox"

-- Loops whose coroutines harnest resumes itself
local resumed_by_harnest = { luv = true, libevent = true, ["a table"] = true }

local function spawn(fn)
  assert(coroutine.resume(coroutine.create(fn)))
end

for _, loop in ipairs(loops) do
  describe("loop " .. loop.name, function()
    local group = clients(function(raw)
      return {
        url = raw.url, token = false, dialect = "jsonapi", retries = 0, loop = loop.option, max_connections = 20,
      }
    end)
    group:hook(setup, before_each, after_each, teardown)
    local raw = group.raw

    local function answer(id)
      return raw.response(200, {}, ('{"data":{"type":"t","id":"%s"}}'):format(id))
    end

    if resumed_by_harnest[loop.name] then
      it("wakes the other coroutines if one raises because its client was closed", function()
        raw:play {
          { match = "GET /t/1", { stall = true } },
          { match = "GET /t/2", { sleep = 0.1 }, answer(2) },
          { match = "GET /t/3", { sleep = 0.2 }, answer(3) },
        }
        local closed, open = group:add(), group:add()
        local other, raised, text
        loop.run(function()
          spawn(function() assert(closed:get("t", 1)) end)
          spawn(function() other = open:get("t", 2) end)
          raised, text = pcall(closed.close, closed)
          open:get("t", 3)
        end, open)
        assert.is_false(raised)
        assert.equal("string", type(text))
        assert.matches("traceback", text)
        assert.equal("2", other.id)
      end)
    end

    if loop.sleep then
      it("ends api:parallel if the loop resumed its functions last", function()
        local api = group:add()
        raw:play { { times = 2, answer(1) } }
        local results
        loop.run(function()
          results = api:parallel(function() return api:get("t", 1) end, function()
            api:get("t", 1)
            loop.sleep(0.02)
            return "slept"
          end, function()
            loop.sleep(0.01)
            return "only slept"
          end)
        end, api)
        assert.equal("1", results[1][1].id)
        assert.equal("slept", results[2][1])
        assert.equal("only slept", results[3][1])
      end)
    end

    if loop.name == "a table" then
      it("reports all coroutines that raise in one drive, as text with their tracebacks", function()
        local api, woken = group:add(), 0
        for i = 1, 6 do raw:play { { match = "GET /t/" .. i, answer(i) } } end
        local fine, text = pcall(loop.run, function()
          for i = 1, 6 do
            spawn(function()
              api:get("t", i)
              woken = woken + 1
              if i % 2 == 1 then error("failure " .. i) end
            end)
          end
          require "socket".sleep(0.3) -- all answers arrive before the first drive
          coroutine.yield()
        end)
        assert.is_false(fine)
        assert.matches("^3 coroutines failed:\n", text)
        for i = 1, 5, 2 do assert.matches(("failure %d\nstack traceback:"):format(i), text) end
        assert.equal(6, woken)
      end)

      it("reports an error object as its message", function()
        local api = group:add()
        local fine, text = pcall(loop.run, function()
          spawn(function()
            local _, err = api:get("t", 1)
            error(err, 0)
          end)
          coroutine.yield()
        end)
        assert.is_false(fine)
        assert.matches("^500 server_error: GET t/1: ", text)
      end)
    end

    it("fails only the call for which a trace or token function raises", function()
      local function raising()
        error({ "by the script" }, 0)
      end
      local shared, traced, token = group:add(), group:add { trace = raising }, group:add { token = raising }
      raw:play { { times = math.huge, { sleep = 0.02 }, answer(1) } }
      local results
      loop.run(function()
        local functions = {}
        for i = 1, 9 do
          local api = i == 4 and traced or i == 6 and token or shared
          functions[i] = function()
            assert(api:get("t", i))
            return assert(shared:get("t", i)).id
          end
        end
        results = shared:parallel((table.unpack or unpack)(functions)) -- luacheck: ignore 113
      end, shared)
      for i = 1, 9 do
        assert.same((i == 4 or i == 6) and { nil, { "by the script" } } or { "1" }, results[i])
      end
    end)

    if loop.name ~= "blocking" then
      it("cancels the wait for the next item of a list that another coroutine closes", function()
        local api = group:add()
        raw:play {
          { match = "GET /begun", raw.response(200, {}, '{"data":[{"type":"t","id":"1"}],"links":{"next":"/next"}}') },
          { match = "GET /next", { stall = true } },
          { match = "GET /t/2", { sleep = 0.05 }, answer(2) },
        }
        local results
        loop.run(function()
          local list = api:list "begun"
          assert(list:next())
          results = api:parallel(function() return list:next() end, function()
            api:get("t", 2)
            list:close()
          end)
        end, api)
        assert.is_nil(results[1][1])
        assert.equal("cancelled", results[1][2].kind)
      end)

      it("ends the waits for the last client if a finalizer closes it", function()
        local api = group:add()
        raw:play { { match = "GET /t/1", { stall = true } }, { match = "GET /t/2", answer(2) } }
        local results
        loop.run(function()
          results = api:parallel(function() return api:get("t", 1) end, function()
            assert(api:get("t", 2))
            at_collection(function() api:close() end)
            collectgarbage()
            collectgarbage()
          end)
        end, api)
        assert.equal("cancelled", results[1][2].kind)
      end)

      it("loses no coroutine if finalizers close other clients", function()
        local shared, finished = group:add(), 0
        raw:play { { times = math.huge, answer(1) } }
        local functions = {}
        for i = 1, 8 do
          functions[i] = function()
            for _ = 1, 15 do
              local api = group:add()
              -- in a table, since LuaJIT may collect what a variable has before it is set to nil
              local held = { at_collection(function() api:close() end) }
              assert(api:get("t", 1))
              assert(held[1])
              held[1] = nil
              assert(shared:get("t", 1))
            end
            finished = finished + 1
          end
        end
        local paused = collectgarbage("setpause", 100)
        local results
        loop.run(function()
          results = shared:parallel((table.unpack or unpack)(functions)) -- luacheck: ignore 113
        end, shared)
        collectgarbage("setpause", paused)
        for _, pair in ipairs(results) do
          assert.is_nil(pair[2], tostring(pair[2]))
        end
        assert.equal(8, finished)
      end)
    end
  end)
end

describe("luv", function()
  it("ends when a blocking call follows the close of a list whose request runs #process", function()
    local sb = sandbox.get()
    local printed = child.run([[
      local harnest, uv = require "harnest", require "luv"
      local url, token = ...
      local looped = harnest.new { url = url, token = token, loop = "luv" }
      local blocking = harnest.new { url = url, token = token }
      local list
      coroutine.wrap(function()
        list = looped:list("contracts", { page = { size = 1 } })
        list:next()
      end)()
      while not list or looped:stats().requests < 2 do uv.run "once" end
      list:close()
      assert(blocking:get("contracts", 1))
      local timer = uv.new_timer()
      timer:start(5000, 0, function() os.exit(1) end)
      uv.unref(timer)
      uv.run()
      print "ended"
    ]], sb.url, sb.token)
    assert.equal("ended\n", printed)
  end)

  it("goes on if the script has closed all handles of the loop #process", function()
    local sb = sandbox.get()
    local printed = child.run([[
      local harnest, uv = require "harnest", require "luv"
      local url, token = ...
      local function client(base) return harnest.new { url = base, token = token, loop = "luv", retries = 0 } end
      local function close_all()
        uv.walk(function(handle) if not handle:is_closing() then handle:close() end end)
      end
      local slow = client((url:gsub("/v1/api$", "/delay/5/v1/api")))
      coroutine.wrap(function() print(select(2, slow:get("contracts", 1)).kind) end)()
      uv.run "nowait"
      close_all()
      slow:close()
      uv.run()
      for _ = 1, 2 do
        local api = client(url)
        coroutine.wrap(function() print(assert(api:get("contracts", 7)).id) end)()
        uv.run()
        close_all()
        uv.run()
      end
    ]], sb.url, sb.token)
    assert.equal("cancelled\n7\n7\n", printed)
  end)

  it("gets text for an error that no coroutine catches #process", function()
    local sb = sandbox.get()
    local printed = child.run([[
      local harnest, uv = require "harnest", require "luv"
      local api = harnest.new { url = (...), token = false, dialect = "jsonapi", retries = 0, loop = "luv" }
      coroutine.wrap(function()
        local _, err = api:get("nothing", 1)
        error(err, 0)
      end)()
      local timer = uv.new_timer()
      timer:start(500, 0, function() uv.stop() end)
      print(pcall(uv.run))
    ]], sb.url)
    assert.matches("401 unauthorized: GET nothing/1", printed)
    assert.matches("traceback", printed)
  end)
end)
