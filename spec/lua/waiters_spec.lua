-- The list of waiting coroutines, which other code changes during an iteration.

require "harnest.core" -- has the modules
local waiters = require "harnest.waiters"

describe("the list of waiters", function()
  local list, all

  before_each(function()
    list, all = waiters.new(), {}
    for i = 1, 5 do
      all[i] = { name = i }
      list:add(all[i])
    end
  end)

  -- The names in the order of an iteration; `visit` is called for each waiter
  local function names(visit)
    local seen = {}
    for waiter in list:each() do
      seen[#seen + 1] = waiter.name
      if visit then visit(waiter) end
    end
    return table.concat(seen, " ")
  end

  it("keeps the order", function()
    assert.equal("1 2 3 4 5", names())
    assert.is_true(list:remove(all[1]))
    assert.is_true(list:remove(all[3]))
    assert.is_true(list:remove(all[5]))
    assert.equal("2 4", names())
    list:add { name = 6 }
    assert.equal("2 4 6", names())
  end)

  it("finds the first waiter that matches", function()
    local function is_even(waiter) return waiter.name % 2 == 0 end
    assert.equal(all[2], list:find(is_even))
    list:remove(all[2])
    list:remove(all[4])
    assert.is_nil(list:find(is_even))
  end)

  it("removes a waiter once", function()
    assert.is_true(list:remove(all[2]))
    assert.is_false(list:remove(all[2]))
    assert.equal("1 3 4 5", names())
  end)

  it("is empty before the first and after the last", function()
    assert.is_true(waiters.new():is_empty())
    for i = 1, 5 do
      assert.is_false(list:is_empty())
      list:remove(all[i])
    end
    assert.is_true(list:is_empty())
    assert.equal("", names())
    list:add { name = 6 }
    assert.equal("6", names())
  end)

  it("may lose any waiters while it is iterated over", function()
    assert.equal("1 2 3 4 5", names(function(waiter) list:remove(waiter) end))
    assert.is_true(list:is_empty())
  end)

  it("skips waiters that were removed before the iteration reached them", function()
    assert.equal("1 4", names(function(waiter)
      if waiter.name == 1 then
        for _, i in ipairs { 1, 2, 3, 5 } do list:remove(all[i]) end
      end
    end))
    assert.equal("4", names())
  end)

  it("does not reach waiters that were added during the iteration", function()
    assert.equal("1 2 3 4 5", names(function(waiter)
      list:remove(waiter)
      list:add { name = waiter.name + 10 }
    end))
    assert.equal("11 12 13 14 15", names())
  end)

  it("may be iterated over within an iteration", function()
    local inner = {}
    assert.equal("1", names(function()
      inner[#inner + 1] = names(function(waiter) list:remove(waiter) end)
    end))
    assert.same({ "1 2 3 4 5" }, inner)
  end)
end)
