-- Single calls in every loop, and calls where code cannot wait. nginx_spec.lua runs these specs in nginx.

local loop_fixture = require "spec.support.loop_fixture"
local loops = require "spec.support.loops"
local sandbox = require "spec.support.sandbox"

-- In PUC Lua 5.1 a coroutine cannot yield within a `for`; it uses `each` and `next`.
local yields_in_for = _VERSION ~= "Lua 5.1" or jit ~= nil

for _, loop in ipairs(loops) do
  describe("loop " .. loop.name, function()
    local sb = sandbox.get()
    local fixture = loop_fixture(loop, setup, before_each, after_each, teardown)
    local client, run, raw = fixture.client, fixture.run, fixture.raw

    it("gets, counts and returns errors", function()
      local api = client()
      local contract, count, found, err
      run(function()
        contract = api:get("contracts", 7)
        count = api:count "contracts"
        found = api:describe "contracts"
        err = select(2, api:types())
      end)
      assert.equal(15, found.count)
      assert.equal("not_found", err.kind)
      run(function() err = select(2, api:get("contracts", "none")) end)
      assert.equal("7", contract.id)
      assert.equal(2000, count)
      assert.equal("not_found", err.kind)
    end)

    it("creates, updates, deletes, and waits for jobs", function()
      local api = client { url = sb:copy("answer/accepted", "job/0.05", "retry-after/0") }
      local created, updated, deleted
      run(function()
        created = assert(api:wait(api:create("contracts", { attributes = { title = "made" } })))
        updated = assert(api:wait(api:update(created, { attributes = { title = "changed" } })))
        deleted = api:wait(api:delete(updated))
      end)
      assert.equal("made", created.attributes.title)
      assert.equal("changed", updated.attributes.title)
      assert.is_true(deleted)
    end)

    it("retries after a wait", function()
      local api = client { url = raw.url, max_retry_wait = 0.05, retries = 2 }
      raw:play { { { close = true } }, { raw.response(503) }, { raw.response(200, {}, '{"data":null}') } }
      local err
      run(function() err = select(2, api:get("t", 1)) end)
      assert.is_nil(err)
      assert.equal(2, api:stats().retries)
    end)

    it("calls token functions and trace functions", function()
      local asked, events = 0, {}
      local api = client {
        token = function()
          asked = asked + 1
          return asked == 1 and sb.token_expired or sb.token
        end,
        trace = function(event) events[#events + 1] = event.event .. (event.status or "") end,
      }
      local contract
      run(function() contract = api:get("contracts", 7) end)
      assert.equal("7", contract.id)
      assert.equal(2, asked)
      assert.same({ "request", "response401", "request", "response200" }, events)
    end)

    if loop.option then
      -- PUC Lua 5.1 cannot detect it; nginx logs an error
      if yields_in_for and loop.name ~= "nginx" then
        it("raises if the caller cannot yield, and leaves nothing pending", function()
          local api = client()
          local fine, message, contract, pending
          run(function()
            fine, message = pcall(string.gsub, "x", "x", function() return api:get("contracts", 7).id end)
            pending = api:step()
            contract = api:get("contracts", 8)
          end)
          assert.is_false(fine)
          assert.truthy(message:find("C code calls cannot yield", 1, true), message)
          assert.equal(0, pending)
          assert.equal("8", contract.id)
        end)
      end

      it("raises outside of a coroutine of the loop", function()
        local api = client()
        local outside = loop.outside or function(fn) return fn() end
        local fine, message = outside(function() return pcall(api.get, api, "contracts", 1) end)
        assert.is_false(fine)
        assert.truthy(message:find("cannot wait (loop ", 1, true), message)
        assert.truthy(message:find("call it in a coroutine", 1, true), message)
        assert.equal(0, api:stats().requests)
      end)
    end
  end)
end
