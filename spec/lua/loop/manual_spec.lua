-- The manual loop: where its coroutines can wait.

local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"

local PAGE = '{"data":[{"type":"t","id":"1"},{"type":"t","id":"2"},{"type":"t","id":"3"}],"links":{"next":null}}'
local can_detect = _VERSION ~= "Lua 5.1" or jit ~= nil

describe("manual loop", function()
  local raw, api

  setup(function() raw = rawserver.start() end)
  before_each(function()
    raw:reset()
    raw:play { { times = math.huge, rawserver.response(200, {}, PAGE) } }
    api = harnest.new { url = raw.url, token = false, dialect = "jsonapi", retries = 0, loop = "manual" }
  end)
  after_each(function() api:close() end)
  teardown(function() raw:stop() end)

  -- Runs a function in a coroutine, with a budget that is always used up. Returns the number of steps.
  local function run(fn)
    local done, steps = false, 0
    api:spawn(function()
      fn()
      done = true
    end)
    while not done and steps < 1000 do
      steps = steps + 1
      api:step(0.01, 0)
    end
    assert.is_true(done)
    return steps
  end

  if can_detect then
    it("does not suspend a coroutine within a function that C code calls", function()
      local ids = {}
      run(function()
        local list = api:list "t"
        ids[1] = list:next().id
        table.sort({ 1, 2 }, function(a, b)
          if #ids < 3 then ids[#ids + 1] = list:next().id end
          return a < b
        end)
        while #ids < 3 do ids[#ids + 1] = list:next().id end
      end)
      assert.equal("1 2 3", table.concat(ids, " "))
    end)

    it("raises a usage error for a call within such a function, and resumes the coroutine as usual", function()
      local err
      local steps = run(function()
        for _ = 1, 3 do
          table.sort({ 1, 2 }, function(a, b)
            local _, message = pcall(api.get, api, "t", 1)
            err = err or message
            return a < b
          end)
          coroutine.yield()
        end
        assert(api:fetch "/t")
      end)
      assert.matches("spec/lua/loop/manual_spec%.lua:%d+: cannot wait %(loop manual%)", err)
      assert.truthy(steps < 100)
    end)
  end

  it("resumes a coroutine that yields by itself in the next step", function()
    assert.equal(4, run(function()
      for _ = 1, 3 do coroutine.yield() end
    end))
  end)
end)
