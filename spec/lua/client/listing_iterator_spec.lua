-- The iterators of lists: their end, errors, close() and finalizers. For cursors see
-- jsonapi/cursor_spec.lua.

local core = require "harnest.core"
local harnest = require "harnest"
local lists = require "spec.support.lists"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

local asked, client, expect, expect_end = lists.asked, lists.client, lists.expect, lists.expect_end
local raised, reads_on = lists.raised, lists.reads_on
local closes_loops = _VERSION == "Lua 5.4"
local sb = sandbox.get()
local api

-- Calls fn(number of calls) at the end of every collection cycle until it returns true
local function at_each_cycle(fn)
  local cycles = 0
  local function arm()
    local function finalize()
      cycles = cycles + 1
      if not fn(cycles) then
        arm()
      end
    end
    if newproxy then -- luacheck: ignore 113
      getmetatable(newproxy(true)).__gc = finalize -- luacheck: ignore 113
    else
      setmetatable({}, { __gc = finalize })
    end
  end
  arm()
end

lists.hook(before_each, after_each, function(opened) api = opened end)

describe("an iterator", function()
  it("returns nil at its end, also repeatedly", function()
    local iterator = api:list("contracts", { limit = 16 })
    expect(iterator, 1, 16)
    for _ = 1, 3 do
      expect_end(iterator)
    end
    assert.equal(2, asked())
    for _ in iterator do
      error "there was more"
    end
  end)

  it("returns nil and an error object from next, and raises it in a loop", function()
    local iterator = api:list "nothing"
    for _ = 1, 3 do
      local resource, err = iterator:next()
      assert.is_nil(resource)
      assert.equal("not_found", err.kind)
      assert.equal(404, err.status)
    end
    assert.equal(1, api:stats().requests)
    local err = raised(reads_on(iterator))
    assert.is_table(err)
    assert.equal("not_found", err.kind)
    assert.matches("^404 not_found: GET nothing: ", tostring(err))
    assert.equal("not_found", raised(reads_on(api:list "nothing")).kind)
  end)

  it("calls a function for each", function()
    local ids = {}
    api:list("contracts", { limit = 17 }):each(function(resource, page)
      ids[#ids + 1] = resource.id .. "/" .. page.number
    end)
    assert.equal(17, #ids)
    assert.equal("1/1", ids[1])
    assert.equal("17/2", ids[17])
    local numbers = {}
    api:pages("contracts", { limit = 17 }):each(function(page)
      numbers[#numbers + 1] = page.number
    end)
    assert.same({ 1, 2 }, numbers)
    local nothing = api:list "nothing"
    assert.equal("not_found", raised(nothing.each, nothing, print).kind)
    assert.matches("each: expected a function, got nil", raised(nothing.each, nothing))
    local thrown = {}
    assert.equal(thrown, raised(function()
      api:list("contracts"):each(function() error(thrown) end)
    end))
  end)

  it("ends when it is closed, also repeatedly", function()
    local iterator = api:list "contracts"
    expect(iterator, 1, 3)
    iterator:close()
    iterator:close()
    expect_end(iterator)
    expect_end(iterator)
    assert.is_true(asked() <= 2)
    for _ in iterator do
      error "there was more"
    end
  end)

  describe("in a process whose collector runs continuously", function()
    local paused, stepped

    setup(function() paused, stepped = collectgarbage("setpause", 100), collectgarbage("setstepmul", 400) end)
    teardown(function()
      collectgarbage("setpause", paused)
      collectgarbage("setstepmul", stepped)
    end)

    it("can be closed by a finalizer, which may run while a page is created", function()
      for turn = 1, 15 do
        local iterator, given = api:list("bulk", { page = { size = 10 * turn } }), 0
        at_each_cycle(function(cycles)
          return cycles == 2 + turn % 3 and (iterator:close() or true)
        end)
        while true do
          local resource, err = iterator:next()
          if not resource then
            -- an error if it was closed while it waited for a page
            assert.is_true(err == nil or err.kind == "cancelled")
            break
          end
          given = given + 1
          assert.equal(tostring(given), resource.id)
          assert.is_true(given < 100000)
        end
      end
    end)

    it("returns each resource once, to a loop or to a finalizer that calls next at any "
      .. "moment", function()
      for _, prefetch in ipairs { 1, 4 } do
        local given, takes = {}, false
        local iterator = client { prefetch = prefetch }:list("bulk", { page = { size = 30 }, limit = 900 })
        at_each_cycle(function()
          if takes then
            takes = false
            for _ = 1, 45 do
              -- raises if the iterator is in use
              local fine, resource = pcall(iterator.next, iterator)
              if fine and resource then given[#given + 1] = tonumber(resource.id) end
            end
          end
          return not iterator
        end)
        while true do
          takes = #given % 3 == 0
          local resource = iterator:next()
          takes = false
          if not resource then break end
          given[#given + 1] = tonumber(resource.id)
        end
        iterator = nil
        table.sort(given)
        assert.equal(900, #given)
        for i, id in ipairs(given) do assert.equal(i, id) end
      end
    end)

    -- Returns the next resource. Calls act() from a finalizer if one runs while the iterator creates the page,
    -- and returns whether one did. Each try begins at another point of the collector's cycle, since equal ones
    -- could all miss it.
    local tries = 0
    local function next_with_finalizer(iterator, act)
      tries = tries + 1
      local _ = ("x"):rep(tries * 5000)
      local acted, ended = false, false
      at_each_cycle(function()
        -- a page is ready, so only a busy iterator is not
        if not acted and core.listing_is_list(iterator) ~= nil and not core.listing_ready(iterator) then
          acted = true
          act()
        end
        return acted or ended
      end)
      collectgarbage("setstepmul", _VERSION == "Lua 5.4" and 1000 or 1000000) -- a whole cycle at each step
      local resource = iterator:next()
      collectgarbage("setstepmul", 400)
      ended = true
      return resource, acted
    end

    it("is not ready while it creates a page, and refuses a finalizer that calls next", function()
      for _ = 1, 100 do
        local iterator, complaint = api:list("bulk", { page = { size = 300 } }), nil
        local resource, acted = next_with_finalizer(iterator, function()
          complaint = raised(iterator.next, iterator)
        end)
        assert.equal("1", resource.id)
        assert.is_true(core.listing_ready(iterator))
        if acted then
          assert.matches("next: this iterator is at work; a finalizer cannot take from it now", complaint)
          expect(iterator, 2, 600)
          iterator:close()
          return
        end
        iterator:close()
      end
      error "no finalizer ran while a page was created"
    end)

    it("returns the page during which a finalizer cancels it, then the error", function()
      local first = {}
      for id = 1, 300 do
        first[id] = ('{"type":"things","id":"%d"}'):format(id)
      end
      local page = rawserver.response(200, {}, '{"data":[' .. table.concat(first, ",")
        .. '],"links":{"next":"/things?page=2"}}')
      local own = rawserver.start()
      finally(function() own:stop() end)
      for _ = 1, 100 do
        own:play { { page }, { { stall = true } } }
        local other = harnest.new { url = own.url, token = false, dialect = "jsonapi", retries = 0, timeout = 20 }
        local iterator = other:list "things"
        local resource, acted = next_with_finalizer(iterator, function() core.listing_cancel(iterator) end)
        assert.equal("1", resource.id)
        if acted then
          expect(iterator, 2, 299)
          assert.equal("cancelled", select(2, iterator:next()).kind)
          assert.equal("cancelled", select(2, iterator:next()).kind)
          other:close()
          return
        end
        other:close()
        own:reset()
      end
      error "no finalizer ran while the page was created"
    end)
  end)

  it("can be left, and the next call works at once", function()
    local narrow = client { max_connections = 1 }
    sb:mark()
    local iterator = narrow:list "contracts"
    for resource in iterator do
      if resource.id == "2" then break end
    end
    if not closes_loops then
      iterator:close()
    end
    assert.equal("7", assert(narrow:get("contracts", 7)).id)
    assert.is_true(asked() <= 3)
    narrow:close()
  end)

  if closes_loops then
    it("is closed by leaving the loop", function()
      local kept = api:list "contracts"
      for resource in kept, nil, nil, kept do
        if resource.id == "2" then break end
      end
      expect_end(kept)
      assert.is_true(asked() <= 2)
      pcall(function()
        for _ in api:list "contracts" do
          error "left"
        end
      end)
      assert.is_true(asked() <= 4)
      assert.equal("7", assert(api:get("contracts", 7)).id)
    end)

    it("can be a to-be-closed variable", function()
      local closed = load [[
        local api = ...
        local iterator <close> = api:list "contracts"
        iterator:next()
        return iterator
      ]](api)
      expect_end(closed)
    end)
  end

  it("may be collected", function()
    for _ = 1, 20 do
      local iterator = api:list "contracts"
      expect(iterator, 1, 2)
    end
    collectgarbage()
    collectgarbage()
    assert.is_true(asked() <= 40)
    assert.equal("7", assert(api:get("contracts", 7)).id)
  end)

  it("may be collected together with its client", function()
    do
      local other = client()
      expect(other:list "contracts", 1, 2)
      local iterator = client():list "contracts" -- keeps its client alive
      collectgarbage()
      collectgarbage()
      expect(iterator, 1, 40)
    end
    collectgarbage()
    collectgarbage()
    assert.equal("7", assert(api:get("contracts", 7)).id)
  end)

  it("returns \"cancelled\" when the client was closed", function()
    for _, prefetch in ipairs { 0, 1 } do
      local other = client { prefetch = prefetch }
      local iterator = other:list "contracts"
      expect(iterator, 1, 3)
      other:close()
      local count = 3
      local resource, err = iterator:next()
      while resource do
        count = count + 1
        resource, err = iterator:next()
      end
      -- received resources are still returned
      assert.is_true(count == 15 or prefetch == 1 and count == 30, count)
      assert.equal("cancelled", err.kind)
      assert.equal("cancelled", raised(reads_on(iterator)).kind)
      iterator:close()
      assert.matches("closed", raised(other.list, other, "contracts"))
    end
  end)

  it("returns it also before its first request", function()
    local token = client { token = function() return sb.token end }
    local iterator, lazy = api:list "contracts", token:list "contracts"
    api:close()
    token:close()
    assert.equal("cancelled", select(2, iterator:next()).kind)
    assert.equal("cancelled", select(2, lazy:next()).kind)
  end)

  it("shows what it lists and no token", function()
    local text = tostring(api:list "contracts")
    assert.matches("harnest.listing", text, 1, true)
    assert.matches("/contracts", text, 1, true)
    assert.is_nil(text:find(sb.token, 1, true))
  end)
end)
