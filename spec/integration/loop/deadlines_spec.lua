-- Timeouts and deadlines in every loop. nginx_spec.lua runs these specs in nginx.

local loop_fixture = require "spec.support.loop_fixture"
local loops = require "spec.support.loops"
local socket = require "socket"

local unpack = table.unpack or unpack -- luacheck: ignore

for _, loop in ipairs(loops) do
  describe("loop " .. loop.name, function()
    local fixture = loop_fixture(loop, setup, before_each, after_each, teardown)
    local client, run, raw, add = fixture.client, fixture.run, fixture.raw, fixture.add

    it("applies timeouts and deadlines", function()
      local api = client { url = raw.url, timeout = 0.1, retries = 0 }
      raw:play { -- on a slow machine, the first request may end before the server has read it
        { match = "GET /t/1", { stall = true } },
        { match = "GET /t/2", times = 9, raw.response(503, { ["Retry-After"] = "30" }) },
      }
      local err
      run(function() err = select(2, api:get("t", 1)) end)
      assert.equal("timeout", err.kind)
      api = client { url = raw.url, deadline = 20, retries = 9 }
      run(function() err = select(2, api:get("t", 2)) end)
      assert.equal("unavailable", err.kind) -- at once, since the next attempt would be too late
      assert.equal(1, err.attempts)
    end)

    it("counts the wait for a connection towards the deadline", function()
      local api = client { url = raw.url, deadline = 0.2, retries = 0, max_connections = 1 }
      raw:play { { times = 24, { stall = true } } }
      local functions = {}
      for i = 1, 24 do
        functions[i] = function() return api:get("t", 1) end
      end
      local results, started = nil, socket.gettime()
      run(function() results = api:parallel(unpack(functions)) end)
      assert.is_true(socket.gettime() - started < 3)
      for i = 1, 24 do assert.equal("timeout", results[i][2].kind) end
    end)

    it("counts the wait for a slot of the rate limiter towards the deadline", function()
      -- the next slot comes long after the deadlines, also if the calls begin one after the other
      local api = client { url = raw.url, deadline = 0.2, retries = 0, rate = { requests = 1, per = 1 } }
      raw:play { { times = 9, { stall = true } } }
      local functions = {}
      for i = 1, 9 do
        functions[i] = function() return api:get("t", i) end
      end
      local results, started = nil, socket.gettime()
      run(function() results = api:parallel(unpack(functions)) end)
      assert.is_true(socket.gettime() - started < 3)
      for i = 1, 9 do assert.equal("timeout", results[i][2].kind) end
      assert.equal(1, #raw:requests())
    end)

    it("counts the wait for the token towards the deadline", function()
      raw:play { { { stall = true } } }
      local other
      local api = client { url = raw.url, deadline = 0.2, retries = 0, token = function()
        other:get("token", 1)
        return "late"
      end }
      other = add { url = raw.url, timeout = 0.5, retries = 0 }
      local err
      run(function() err = select(2, api:get("t", 1)) end)
      assert.equal("timeout", err.kind)
      assert.equal(0, err.attempts)
      assert.equal(1, #raw:requests())
    end)
  end)
end
