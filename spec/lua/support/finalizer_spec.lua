-- core.in_finalizer, by which api:close decides whether to resume coroutines.

local at_collection = require "spec.support.at_collection"
local core = require "harnest.core"

local function collect()
  collectgarbage()
  collectgarbage()
end

describe("core.in_finalizer", function()
  it("is true in a finalizer, and in what it calls", function()
    local direct, in_coroutine, in_sort
    at_collection(function()
      direct = core.in_finalizer()
      in_coroutine = coroutine.wrap(function() return core.in_finalizer() end)()
      table.sort({ 2, 1 }, function(a, b)
        in_sort = core.in_finalizer()
        return a < b
      end)
    end)
    collect()
    assert.same({ true, true }, { direct, in_sort })
    -- PUC Lua 5.1 does not tell that
    assert.equal(_VERSION ~= "Lua 5.1" or jit ~= nil, in_coroutine)
  end)

  it("is false elsewhere, also after a finalizer", function()
    assert.is_false(core.in_finalizer())
    at_collection(function() error "a failed finalizer" end)
    pcall(collect)
    assert.is_false(core.in_finalizer())
    assert.is_false(coroutine.wrap(function() return core.in_finalizer() end)())
  end)

  it("leaves the script's hook as it is", function()
    local called = 0
    local function hook() called = called + 1 end
    debug.sethook(hook, "cr", 1000)
    local found, mask, count = debug.gethook()
    core.in_finalizer()
    local after, mask_after, count_after = debug.gethook()
    local before = called
    core.in_finalizer()
    local calls = called - before
    debug.sethook()
    assert.same({ found, mask, count }, { after, mask_after, count_after })
    assert.is_true(calls > 0 or jit ~= nil)
  end)
end)
