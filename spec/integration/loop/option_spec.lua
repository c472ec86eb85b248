-- The option loop, and the calls that only some loops have.

local child = require "spec.support.child"
local harnest = require "harnest"
local usage_error = require "spec.support.usage_error"

describe("loop", function()
  it("is a name or a table", function()
    local cases = {
      { 'option loop: expected "copas", "cqueues", "luv", "manual", "nginx" or a table, got "lvu"', "lvu" },
      { 'option loop: expected "copas", "cqueues", "luv", "manual", "nginx" or a table, got 5', 5 },
      { "option loop.watch: expected a function, got nil", {} },
      { "option loop.unwatch: expected a function, got nil", { watch = print } },
      { "option loop.sleep: expected a function, got 1", { watch = print, unwatch = print, sleep = 1 } },
      { "option loop.name: expected a string, got 1", { watch = print, unwatch = print, name = 1 } },
      { "option loop.is_gone: expected a function or nil, got boolean",
        { watch = print, unwatch = print, is_gone = true } },
      { "option loop.join: expected a function or nil, got 1", { watch = print, unwatch = print, join = 1 } },
    }
    for _, case in ipairs(cases) do
      assert.equal(case[1],
        usage_error(harnest.new, { url = "http://127.0.0.1:1", loop = case[2] }))
    end
  end)

  it("offers step and spawn only in the loop manual", function()
    local api = harnest.new { url = "http://127.0.0.1:1" }
    assert.equal('spawn: expected a client with loop = "manual"',
      usage_error(api.spawn, api, print))
    assert.equal(0, api:step())
    assert.equal("step: seconds: expected a number of seconds, 0 or more, got string",
      usage_error(api.step, api, "x"))
    assert.equal("step: budget: expected a number of seconds, 0 or more, got -1",
      usage_error(api.step, api, 0, -1))
    api:close()
    api = harnest.new { url = "http://127.0.0.1:1", loop = "manual" }
    assert.equal("spawn: expected a function, got nil", usage_error(api.spawn, api))
    assert.equal("parallel: argument 2: expected a function, got 5",
      usage_error(api.parallel, api, print, 5))
    api:close()
  end)

  it("names the Lua module that a loop requires and that cannot be loaded #process", function()
    local printed = child.run [[
      local harnest = require "harnest"
      for _, name in ipairs { "luv", "copas", "cqueues" } do
        package.loaded[name] = nil
        package.preload[name] = function() error("no " .. name, 0) end
        print(select(2, pcall(harnest.new, { url = "http://127.0.0.1:1", loop = name })))
      end
    ]]
    for _, name in ipairs { "luv", "copas", "cqueues" } do
      assert.matches(('option loop: "%s" requires the Lua module %s, which cannot be loaded (no %s')
        :format(name, name, name), printed, 1, true)
    end
  end)

  it("blocking: parallel runs functions that do not wait", function()
    local api = harnest.new { url = "http://127.0.0.1:1" }
    local results = api:parallel(function() return 1 end, function() return nil, "no" end)
    assert.same({ { 1 }, { nil, "no" } }, results)
    assert.same({}, api:parallel())
    assert.same({ { nil, "parallel: the function yielded outside of this client's calls" }, { 2 } },
      api:parallel(function() coroutine.yield() end, function() return 2 end))
    api:close()
  end)
end)
