-- Tasks: what api:spawn returns.

local harnest = require "harnest"
local at_collection = require "spec.support.at_collection"
local rawserver = require "spec.support.rawserver"
local usage_error = require "spec.support.usage_error"

local RESOURCE = '{"data":{"type":"t","id":"1"}}'
local PAGE = '{"data":[{"type":"t","id":"1"},{"type":"t","id":"2"},{"type":"t","id":"3"}],"links":{"next":"/t?page=2"}}'
local is_puc_5_1 = _VERSION == "Lua 5.1" and jit == nil

describe("a task", function()
  local raw, api

  setup(function() raw = rawserver.start() end)
  before_each(function()
    raw:reset()
    raw:play { { match = "GET /slow", times = math.huge, { stall = true } },
      { match = "GET /t?page=2", times = math.huge, { stall = true } },
      { match = "GET /t", times = math.huge, rawserver.response(200, {}, PAGE) },
      { times = math.huge, rawserver.response(200, {}, RESOURCE) } }
    api = harnest.new { url = raw.url, token = false, dialect = "jsonapi", retries = 0, loop = "manual" }
  end)
  after_each(function() if api then pcall(api.close, api) end end)
  teardown(function() raw:stop() end)

  -- Steps until a condition holds
  local function step_until(is_over)
    for _ = 1, 1000 do
      if is_over() then return end
      api:step(0.05)
    end
    error "1000 steps"
  end

  local function run(task)
    step_until(function() return task:done() end)
    return task
  end

  -- Returns a task that waits for a response that does not come, and what its calls have returned
  local function waiting(fn)
    local seen = {}
    local task = api:spawn(function()
      seen.begun = true
      return (fn or function() return api:fetch "/slow" end)(seen)
    end)
    step_until(function() return #raw:requests() > 0 end)
    return task, seen
  end

  describe("ends", function()
    it("with the results of its function", function()
      local task = api:spawn(function() return api:get("u", 1).id, nil, false, nil end)
      assert.is_false(task:done())
      assert.equal("harnest.task: running", tostring(task))
      run(task)
      assert.equal(4, select("#", task:result()))
      assert.same({ "1", nil, false, nil }, { task:result() })
      assert.equal("harnest.task: done", tostring(task))
    end)

    it("with a text that the function raised, and its traceback", function()
      local function inner() error("mine", 0) end
      local task = run(api:spawn(function() inner() return 1 end))
      local result, err = task:result()
      assert.is_nil(result)
      assert.equal("mine", err:match "^[^\n]*")
      assert.matches("task_spec%.lua:%d+: in .*inner", err)
      assert.equal("harnest.task: failed", tostring(task))
      assert.equal(0, api:step()) -- asked for, so not raised
    end)

    it("with an error object, which has the traceback", function()
      raw:reset()
      raw:play { { times = math.huge, rawserver.response(404, {}, "{}") } }
      local task = run(api:spawn(function()
        local _, err = api:get("t", 1)
        error(err, 0)
      end))
      local _, err = task:result()
      assert.equal("not_found", err.kind)
      assert.matches("task_spec%.lua:%d+", err.traceback)
      assert.is_nil(tostring(err):find "\n")
    end)

    it("with any other value that the function raised", function()
      local thrown = {}
      local task = run(api:spawn(function() error(thrown) end))
      assert.equal(thrown, select(2, task:result()))
      local nothing = run(api:spawn(function() error(nil) end))
      assert.is_nil(select(2, nothing:result()))
      api:step()
    end)
  end)

  describe("that fails", function()
    it("raises its error in the next step, once, if nothing asks", function()
      api:spawn(function() error("mine", 0) end)
      assert.equal(1, api:step())
      local _, err = pcall(api.step, api)
      assert.matches("^mine\nstack traceback", err)
      assert.equal(0, api:step())
    end)

    it("raises an error object as it is", function()
      local task = api:spawn(function()
        error(select(2, api:get("t", 1, { view = true, sort = "x" })) or select(2, harnest.decode "{") and
          select(2, api:fetch "http://other.test/t"))
      end)
      run(task)
      local _, err = pcall(api.step, api)
      assert.equal("refused", err.kind)
      assert.equal(err, select(2, task:result()))
    end)

    it("does not keep others from continuing", function()
      local count = 0
      for _ = 1, 3 do
        api:spawn(function() count = count + 1 error("mine", 0) end)
      end
      api:step()
      assert.equal(3, count)
      local _, err = pcall(api.step, api)
      assert.matches("^3 coroutines failed:\nmine\nstack.*\nmine\nstack.*\nmine\nstack", err)
    end)

    it("raises nothing if another task waits for its result", function()
      local failing = api:spawn(function() coroutine.yield() error("mine", 0) end)
      local other = run(api:spawn(function() return select(2, failing:result()) end))
      assert.matches("^mine", other:result())
      assert.equal(0, api:step())
    end)

    it("raises nothing if that task has no time before the next step ends", function()
      local failing = api:spawn(function() coroutine.yield() error("mine", 0) end)
      local waiter = api:spawn(function() return select(2, failing:result()) end)
      for _ = 1, 5 do
        api:spawn(function() while true do coroutine.yield() end end)
      end
      for _ = 1, 50 do api:step(0, 0) end
      assert.matches("^mine", waiter:result())
    end)

    it("raises its error in api:close() at the latest", function()
      api:spawn(function() error("mine", 0) end)
      api:step()
      local _, err = pcall(api.close, api)
      api = nil
      assert.matches("^mine", err)
    end)

    it("raises its error in the close of its own client, not of a derived one", function()
      local scene = api:with {}
      api:spawn(function() error("of the game", 0) end)
      scene:spawn(function() error("of the scene", 0) end)
      api:step()
      local _, err = pcall(scene.close, scene)
      assert.matches("^of the scene", err)
      _, err = pcall(api.step, api)
      assert.matches("^of the game", err)
    end)

    it("has not failed if the close of its client cancelled its call", function()
      local scene, after = api:with {}, nil
      raw:reset():play { { times = 9, { stall = true } } }
      local listing = scene:spawn(function() error((select(2, scene:list("t"):next()))) end)
      scene:spawn(function() after = select(2, scene:get("t", 1)).kind end)
      api:step()
      scene:close()
      for _ = 1, 3 do api:step() end
      assert.equal("cancelled", after)
      assert.equal("cancelled", select(2, listing:result()).kind)
    end)

    it("raises its error although only done() was asked for", function()
      local task = run(api:spawn(function() error("mine", 0) end))
      assert.is_true(task:done())
      assert.is_false((pcall(api.step, api)))
    end)
  end)

  describe("waits for another's result", function()
    it("in another manual loop too", function()
      local other = harnest.new { url = raw.url, token = false, dialect = "jsonapi", loop = "manual" }
      local one = api:spawn(function() return api:get("u", 1).id end)
      local two = other:spawn(function() return "got " .. one:result() end)
      other:step()
      assert.is_false(two:done())
      run(one)
      other:step()
      assert.equal("got 1", two:result())
      other:close()
    end)

    it("but not for its own, and not outside of a task", function()
      local task
      task = api:spawn(function() return usage_error(task.result, task) end)
      assert.equal("result: the task is not done; call it in another task, or when task:done() is true",
        usage_error(task.result, task))
      assert.equal("result: a task cannot wait for its own result", (run(task):result()))
    end)

    it("until it is cancelled itself", function()
      local slow = waiting()
      local joiner = api:spawn(function()
        local _, err = slow:result()
        return err.kind
      end)
      api:step()
      joiner:cancel()
      api:step()
      assert.equal("cancelled", joiner:result())
      assert.is_false(slow:done())
    end)
  end)

  describe("cancelled", function()
    it("before the first step does not begin", function()
      local begun = false
      local task = api:spawn(function() begun = true end)
      task:cancel()
      assert.is_true(task:done())
      assert.equal(0, api:step() - api:step())
      assert.is_false(begun)
      local result, err = task:result()
      assert.is_nil(result)
      assert.equal("cancelled", err.kind)
      assert.equal("harnest.task: cancelled", tostring(task))
    end)

    it("during a request gets nil and an error, in the next step", function()
      local task = waiting()
      task:cancel()
      assert.is_false(task:done())
      assert.equal("harnest.task: being cancelled", tostring(task))
      assert.equal(1, api:step(0, 0) + (task:done() and 1 or 0))
      assert.is_true(task:done())
      local result, err = task:result()
      assert.is_nil(result)
      assert.equal("cancelled", err.kind)
      assert.matches("^cancelled: GET .*slow", tostring(err))
      assert.equal("harnest.task: done", tostring(task)) -- the function returned the error
      assert.equal(0, api:step())
    end)

    it("raises nothing that it raised for that reason", function()
      local task = waiting(function() return error(select(2, api:fetch "/slow"), 0) end)
      task:cancel()
      assert.equal(0, api:step() - api:step())
      assert.equal("cancelled", select(2, task:result()).kind)
      assert.equal("harnest.task: cancelled", tostring(task))
    end)

    it("raises any other error", function()
      local task = waiting(function() return api:fetch "/slow".data end)
      task:cancel()
      api:step()
      local _, err = pcall(api.step, api)
      assert.matches("attempt to index", err)
      assert.matches("stack traceback", err)
    end)

    it("when it is done changes nothing", function()
      local task = run(api:spawn(function() return 5 end))
      task:cancel()
      assert.equal(5, task:result())
    end)

    it("twice is the same as once", function()
      local task = waiting()
      task:cancel()
      task:cancel()
      api:step()
      assert.equal("cancelled", select(2, task:result()).kind)
      task:cancel()
      assert.equal(0, api:step())
    end)

    it("from within itself fails its next calls, and sends no write", function()
      local task, attempts
      local kinds = {}
      task = api:spawn(function()
        task:cancel()
        kinds[1] = select(2, api:get("u", 1)).kind
        local _, err = api:create("u", { attributes = { a = 1 } })
        kinds[2], attempts = err.kind, err.attempts
        kinds[3] = select(2, api:list "t":next()).kind
        return "end"
      end)
      run(task)
      assert.same({ "cancelled", "cancelled", "cancelled" }, kinds)
      assert.equal(0, attempts)
      assert.equal("end", task:result())
      for _, request in ipairs(raw:requests()) do assert.equal("GET /t", request.method .. " " .. request.path) end
    end)

    it("gives control back between two calls that fail", function()
      local task
      local calls = 0
      task = api:spawn(function()
        task:cancel()
        repeat
          calls = calls + 1
        until api:get("u", 1) or calls == 5
      end)
      api:step()
      assert.equal(1, calls)
      api:step()
      assert.equal(2, calls)
      run(task)
    end)

    it("during a yield of its own ends there", function()
      local resumed, closed = 0, false
      local task = api:spawn(function()
        if _VERSION == "Lua 5.4" then
          load [[local fn = ...; local guard <close> = setmetatable({}, { __close = fn }); coroutine.yield()]](
            function() closed = true end)
        end
        repeat
          coroutine.yield()
          resumed = resumed + 1
        until false
      end)
      api:step()
      local before = resumed
      task:cancel()
      assert.is_true(task:done())
      api:step()
      assert.equal(before, resumed)
      assert.equal(_VERSION == "Lua 5.4", closed)
      assert.equal("cancelled", select(2, task:result()).kind)
    end)

    it("ends at its next yield if it goes on", function()
      local after = false
      local task = waiting(function()
        api:fetch "/slow"
        coroutine.yield()
        after = true
      end)
      task:cancel()
      api:step()
      assert.is_true(task:done())
      api:step()
      assert.is_false(after)
    end)

    it("while it waits for the next page of a list gets the error from the iterator", function()
      local ids = {}
      local task = waiting(function()
        local list = api:list "t"
        while true do
          local item, err = list:next()
          if not item then return err.kind, select(2, list:next()).kind end
          ids[#ids + 1] = item.id
        end
      end)
      step_until(function() return #ids == 3 end)
      task:cancel()
      run(task)
      assert.same({ "cancelled", "cancelled" }, { task:result() })
      assert.equal("1 2 3", table.concat(ids, " "))
    end)

    it("between two resources of a page gets no more of them", function()
      local count = 0
      local task = api:spawn(function()
        api:list "t":each(function() count = count + 1 end)
      end)
      while count == 0 do api:step(0.05, 0) end
      task:cancel()
      while not task:done() do api:step(0.05, 0) end
      assert.equal(1, count)
      assert.equal("cancelled", select(2, task:result()).kind)
    end)

    it("while it waits for several functions cancels them too", function()
      local kinds, never = {}, false
      local task = waiting(function()
        local results = api:parallel(function() return api:fetch "/slow" end, function() return api:fetch "/slow" end,
          function() return api:get("u", 1).id end)
        for i, result in ipairs(results) do kinds[i] = result[1] or result[2].kind end
        never = api:parallel(function() return "run" end)[1][1] == "run"
      end)
      step_until(function() return #raw:requests() == 3 end)
      api:step(0.05)
      task:cancel()
      run(task)
      assert.same({ "cancelled", "cancelled", "1" }, kinds)
      assert.is_false(never)
    end)

    if not is_puc_5_1 then
      it("while its token function waits leaves others their token", function()
        local asked, may_go = 0, false
        local slow = harnest.new { url = raw.url, token = false, dialect = "jsonapi", retries = 0 }
        local client = harnest.new { url = raw.url, dialect = "jsonapi", loop = "manual", token = function()
          asked = asked + 1
          if asked > 1 then
            repeat coroutine.yield() until may_go
            return "secret"
          end
          local _, err = slow:fetch "/slow"
          return nil, err
        end }
        local first = client:spawn(function() return select(2, client:get("u", 1)).kind end)
        while asked == 0 do client:step(0.05) end
        local second = client:spawn(function() return assert(client:get("u", 1)).id end)
        client:step(0.05)
        first:cancel()
        while not first:done() do client:step(0.05) end
        may_go = true
        while not (first:done() and second:done()) do client:step(0.05) end
        assert.equal(2, asked)
        assert.equal("cancelled", first:result())
        assert.equal("1", (second:result()))
        client:close()
        slow:close()
      end)
    end
  end)

  describe("dropped", function()
    it("goes on", function()
      local ended = false
      api:spawn(function()
        api:get("u", 1)
        coroutine.yield()
        collectgarbage()
        ended = api:get("u", 2) ~= nil
      end)
      step_until(function()
        collectgarbage()
        return ended
      end)
    end)

    it("is collected when it is over, or with its client", function()
      local collected = 0
      local function count() collected = collected + 1 end
      if jit then jit.off() jit.flush() end -- compiled code may keep what its variables had
      local function begin(i) -- a function of its own, so that its variables are gone
        local client = i == 1 and api or harnest.new { url = raw.url, token = false, dialect = "jsonapi",
          loop = "manual" }
        local witness = at_collection(count)
        local task = client:spawn(function()
          local kept = witness
          local document = client:fetch(i == 1 and "/u/1" or "/slow")
          return kept and document
        end)
        if i == 1 then run(task) else client:step() end
        if i == 3 then task:cancel() end
      end
      for i = 1, 3 do begin(i) end
      for _ = 1, 50 do
        collectgarbage()
        if collected == 3 then break end
      end
      if jit then jit.on() end
      assert.equal(3, collected)
    end)

    it("ends though its function goes on with lists of a client that has a trace", function()
      raw:reset():play { { times = 99, { stall = true } } }
      local client = harnest.new { url = raw.url, token = false, dialect = "jsonapi", loop = "manual",
        trace = function() end }
      local kinds = {}
      local task = client:spawn(function()
        for i = 1, 3 do kinds[i] = select(2, client:all "t").kind end
      end)
      client:step()
      task:cancel()
      for _ = 1, 20 do client:step() end
      assert.is_true(task:done())
      assert.same({ "cancelled", "cancelled", "cancelled" }, kinds)
      client:close()
    end)

    it("may be cancelled by a finalizer", function()
      local task = waiting()
      do local _ = at_collection(function() task:cancel() end) end
      for _ = 1, 2 do collectgarbage() end
      api:step()
      assert.equal("cancelled", select(2, task:result()).kind)
    end)
  end)

  it("names itself if a method is called without it", function()
    local task = api:spawn(function() end)
    for _, name in ipairs { "cancel", "done", "result" } do
      assert.equal(name .. ": expected a task, got nil; methods are called as task:name()",
        usage_error(task[name]))
    end
  end)
end)
