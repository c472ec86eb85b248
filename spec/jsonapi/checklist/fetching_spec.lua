-- docs/SPEC.md, H: fetching.

local exchange = require "spec.support.exchange"
local harnest = require "harnest"
local lists = require "spec.support.lists"

describe("fetching", function()
  local x = exchange.hook(setup, before_each, teardown)
  local real

  setup(function() real = lists.client() end)
  teardown(function() real:close() end)

  it("[57] treats an unknown status as x00 of its class", function()
    for _, status in ipairs { 200, 203, 206, 218, 299 } do
      x:answer(status, '{"data":{"type":"things","id":"1"}}')
      assert.equal("1", assert(x.api:get("things", 1)).id)
    end
    local kinds = {
      [402] = "client_error", [410] = "client_error", [451] = "client_error", [499] = "client_error",
      [500] = "server_error", [501] = "server_error", [507] = "server_error", [599] = "server_error",
      [300] = "protocol", [304] = "protocol", [399] = "protocol",
    }
    for status, kind in pairs(kinds) do
      x:answer(status, '{"data":{"type":"things","id":"1"}}')
      local thing, err = x.api:get("things", 1)
      assert.is_nil(thing)
      assert.equal(kind, err.kind)
      assert.equal(status, err.status)
    end
  end)

  it("[57] uses the response's status, not the body's", function()
    x:answer(200, '{"data":{"type":"things","id":"1"},"status":500}')
    assert.equal("1", assert(x.api:get("things", 1)).id)
    x:answer(422, '{"errors":[{"status":"404"}]}')
    assert.equal("invalid", select(2, x.api:get("things", 1)).kind)
  end)

  it("[58] distinguishes an empty to-one from a missing one", function()
    assert.same({}, { real:related({ type = "contracts", id = "10" }, "company") })
    assert.same({}, { real:get "contracts/10/company" })
    for _, id in ipairs { "10", "999999" } do
      local name = id == "10" and "unheard" or "company"
      local related, err = real:related({ type = "contracts", id = id }, name)
      assert.is_nil(related)
      assert.equal("not_found", err.kind)
    end
    local contract, err = real:get("contracts", 999999)
    assert.is_nil(contract)
    assert.equal("not_found", err.kind)
  end)

  it("[59] accepts an empty collection or to-many", function()
    local all = assert(real:all "empties")
    assert.same({}, all)
    assert.is_true(harnest.is_array(all))
    assert.same({}, { real:first "empties" })
    assert.equal(0, real:count "empties")
    x:answer(200, '{"data":[]}')
    local iterator = x.api:related({ type = "things", id = "1" }, "many")
    assert.same({}, { iterator:next() })
    x:answer(200, '{"data":[]}')
    assert.same({}, x.api:relationship("things", 1, "many"):get())
  end)

  describe("a part of a resource", function()
    it("[60] does not delete the rest", function()
      local whole = assert(real:get("contracts", 7))
      local part = assert(real:get("contracts", 7, { fields = { contracts = "title" } }))
      assert.same({ title = whole.attributes.title }, part.attributes)
      x:answer(204)
      assert(x.api:update(part, { attributes = part.attributes, relationships = part.relationships }))
      assert.is_nil(x:sent().body:find("null", 1, true))
      assert.is_nil(x:sent().body:find("status", 1, true))
    end)

    it("[60] has no difference to the whole if they have no section in common", function()
      local whole = { type = "things", id = "1", attributes = { a = 1, b = 2 },
        relationships = { one = { data = { type = "b", id = "1" } } } }
      assert.is_nil(harnest.changes(whole, { type = "things", id = "1" }))
      assert.is_nil(harnest.changes(whole, { type = "things", id = "1", attributes = { a = 1, b = 2 },
        relationships = { one = { links = { self = "/x" } } } }))
    end)
  end)
end)
