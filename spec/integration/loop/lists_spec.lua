-- Lists in every loop, in for loops and with each. nginx_spec.lua runs these specs in nginx.

local loop_fixture = require "spec.support.loop_fixture"
local loops = require "spec.support.loops"
local sandbox = require "spec.support.sandbox"
local socket = require "socket"

-- In PUC Lua 5.1 a coroutine cannot yield within a `for`; it uses `each` and `next`.
local yields_in_for = _VERSION ~= "Lua 5.1" or jit ~= nil

-- Finds the 400 contracts 1, 6, 11, …
local FOUND = { filter = { status = 1 } }

local function id_after(count)
  return tostring(5 * count + 1)
end

for _, loop in ipairs(loops) do
  describe("loop " .. loop.name, function()
    local sb = sandbox.get()
    local fixture = loop_fixture(loop, setup, before_each, after_each, teardown)
    local client, run = fixture.client, fixture.run

    it("lists every resource once, in order", function()
      local api = client()
      local count, pages = 0, 0
      run(function()
        api:list("contracts", { page = { size = 25 } }, FOUND):each(function(contract)
          assert(contract.id == id_after(count), contract.id)
          count = count + 1
        end)
        local iterator = api:pages("contracts", { page = { size = 100 } }, FOUND)
        while iterator:next() do pages = pages + 1 end
      end)
      assert.equal(400, count)
      assert.equal(4, pages)
    end)

    it("yields rows, of included resources too", function()
      local api = client()
      local names, count, err = 0, 0, nil
      run(function()
        api:rows("contracts", { "id", "owner.name", "note" }, { page = { size = 50 } }, FOUND):each(function(id, name)
          assert(id == id_after(names), id)
          assert(type(name) == "string")
          names = names + 1
        end)
        local iterator = api:rows("contracts", { "archived" }, { page = { size = 100 } }, FOUND)
        while iterator:next() ~= nil do count = count + 1 end
        err = select(2, api:rows("contracts", { "titel" }):next())
      end)
      assert.equal(400, names)
      assert.equal(400, count)
      assert.equal("refused", err.kind)
    end)

    if yields_in_for then
      it("yields rows in a for loop, and raises", function()
        local api = client()
        local last, fine, err
        run(function()
          for id, title in api:rows("contracts", { "id", "title" }, { limit = 40 }) do
            assert(type(title) == "string")
            last = id
          end
          fine, err = pcall(function()
            for _ in api:rows("nothing", { "id" }) do error "not reached" end
          end)
        end)
        assert.equal("40", last)
        assert.is_false(fine)
        assert.equal("not_found", err.kind)
      end)

      it("lists in a for loop, and stops when it is left", function()
        local api = client()
        local first
        run(function()
          for contract in api:list("contracts", { limit = 40 }) do
            first = first or contract.id
            if contract.id == "3" then break end
          end
          assert(api:get("contracts", 1))
        end)
        assert.equal("1", first)
      end)

      it("raises in a for loop", function()
        local api = client()
        local fine, err
        run(function()
          fine, err = pcall(function()
            for _ in api:list "nothing" do error "not reached" end
          end)
        end)
        assert.is_false(fine)
        assert.equal("not_found", err.kind)
      end)
    end

    it("lists pages concurrently", function()
      local api = client { url = sb:shape "links", dialect = "jsonapi" }
      local expected = 1
      run(function()
        api:list("contracts", { page = { size = 100 }, concurrency = 6 }):each(function(contract)
          assert(contract.id == tostring(expected), contract.id)
          expected = expected + 1
        end)
      end)
      assert.equal(2001, expected)
    end)

    if loop.sleep then
      it("processes requests while the script does something else", function()
        local api = client { url = sb:at "delay/0.1" }
        local answered
        sb:mark()
        run(function()
          local list = api:list("contracts", { page = { size = 15 } })
          assert(list:next())
          local till = socket.gettime() + 5
          repeat -- the next page is received meanwhile
            loop.sleep(0.01)
            answered = #sb:requests "contracts"
          until answered > 1 or socket.gettime() > till
          for _ = 1, 15 do assert(list:next()) end
          list:close()
        end)
        assert.is_true(answered > 1)
      end)
    end
  end)
end
