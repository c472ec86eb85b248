-- client:step in the loop manual.

local harnest = require "harnest"
local sandbox = require "spec.support.sandbox"
local socket = require "socket"

describe("loop", function()
  it("manual: step keeps to its budget and raises a coroutine's error", function()
    local sb = sandbox.get()
    local api = harnest.new { url = sb.url, token = sb.token, dialect = "harnest", loop = "manual" }
    local count, over, longest, steps = 0, false, 0, 0
    api:spawn(function()
      api:list("bulk", { page = { size = 500 }, limit = 5000 }):each(function() count = count + 1 end)
      over = true
    end)
    while not over do
      local started = socket.gettime()
      api:step(0.01, 0.001)
      steps, longest = steps + 1, math.max(longest, socket.gettime() - started)
    end
    assert.equal(5000, count)
    assert.is_true(steps > 10, steps)
    api:spawn(function() error("mine", 0) end)
    api:step()
    assert.matches("^mine\nstack traceback", select(2, pcall(api.step, api)))
    api:close()
  end)

  it("manual: step resumes one coroutine even without time left", function()
    local api = harnest.new { url = "http://127.0.0.1:1", loop = "manual" }
    local order = {}
    for i = 1, 3 do
      api:spawn(function() order[#order + 1] = i end)
    end
    api:step(0, 0)
    assert.same({ 1 }, order)
    api:step(0, 0)
    assert.same({ 1, 2 }, order)
    api:close()
  end)

  it("manual: step resumes coroutines that yielded, and counts those that can continue", function()
    local api = harnest.new { url = sandbox.get().url, token = sandbox.get().token, loop = "manual" }
    local at, steps = {}, 0
    for i = 1, 3 do
      api:spawn(function()
        at[i] = "begun"
        coroutine.yield()
        at[i] = assert(api:get("contracts", i)).id
        coroutine.yield()
        at[i] = "ended " .. at[i]
      end)
    end
    assert.equal(3, api:step(0, 1e-9)) -- one continues, the others wait for the next step
    assert.same({ "begun" }, at)
    while api:step(1, 1e-9) > 0 do
      steps = steps + 1
      assert(steps < 1000)
    end
    assert.same({ "ended 1", "ended 2", "ended 3" }, at)
    api:close()
  end)
end)
