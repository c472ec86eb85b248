-- docs/SPEC.md, J and L: updating and deleting resources.

local exchange = require "spec.support.exchange"
local harnest = require "harnest"

local null = harnest.null

describe("updating", function()
  local x = exchange.hook(setup, before_each, teardown)

  local function got(body)
    x:answer(200, '{"data":' .. body .. "}")
    return assert(x.api:get("things", 1))
  end

  it("[67] is a PATCH to the resource's self link, or to the URL of its type and id", function()
    local thing = got '{"type":"things","id":"1","links":{"self":"/api/elsewhere/one"}}'
    x:answer(204)
    assert(x.api:update(thing, { attributes = { a = 1 } }))
    assert.equal("PATCH", x:sent().method)
    assert.equal("/api/elsewhere/one", x:sent().path)
    thing = got '{"type":"things","id":"1"}'
    local path = x:sent().path
    x:answer(204)
    assert(x.api:update(thing, { attributes = { a = 1 } }))
    assert.equal("PATCH", x:sent().method)
    assert.equal(path, x:sent().path)
    x:answer(204)
    assert(x.api:update("things", "a/b", { attributes = { a = 1 } }))
    assert.equal("/api/things/a%2Fb", x:sent().path)
  end)

  it("[68] sends one resource with type and id", function()
    for _, call in ipairs {
      function() return x.api:update("things", 7, { attributes = { a = 1 } }) end,
      function() return x.api:update({ type = "things", id = "7" }, { attributes = { a = 1 } }) end,
      function() return x.api:update("things", "7", { type = "things", attributes = { a = 1 } }) end,
    } do
      x:answer(204)
      assert(call())
      assert.equal('{"data":{"attributes":{"a":1},"id":"7","type":"things"}}', x:sent().body)
    end
    local count = x:count()
    for _, id in ipairs { "", {}, true, 1.5 } do
      assert.is_false(pcall(x.api.update, x.api, "things", id, { attributes = { a = 1 } }))
    end
    assert.is_false(pcall(x.api.update, x.api, "things", nil, {}))
    assert.is_false(pcall(x.api.update, x.api, "things", "7", { type = "others" }))
    assert.equal(count, x:count())
  end)

  describe("changes only what is sent:", function()
    it("[69] a missing attribute keeps its value, null clears it", function()
      local api = x:sandbox()
      local before = assert(api:get("contracts", 7))
      assert(before.attributes.details ~= null and before.attributes.amount ~= null)
      local after = assert(api:update("contracts", 7, { attributes = { amount = null } }))
      assert.equal(null, after.attributes.amount)
      after.attributes.amount = before.attributes.amount
      assert.same(before.attributes, after.attributes)
      assert.same(before.relationships, after.relationships)
      x:answer(204)
      assert(x.api:update("things", 1, { attributes = { gone = null, empty = "" } }))
      assert.equal('{"data":{"attributes":{"empty":"","gone":null},"id":"1","type":"things"}}', x:sent().body)
    end)

    it("[69] a relationship is replaced as a whole and has data", function()
      local api = x:sandbox()
      local contract = assert(api:update("contracts", 3, { relationships = {
        owner = null, signers = { { type = "people", id = "9" } } } }))
      assert.equal(null, contract.relationships.owner.data)
      assert.same({ { type = "people", id = "9" } }, contract.relationships.signers.data)
      x:answer(204)
      assert(x.api:update("things", 1, { relationships = { many = {}, links = { links = { self = "/x" } } } }))
      assert.equal('{"data":{"id":"1","relationships":{"many":{"data":[]}},"type":"things"}}', x:sent().body)
    end)
  end)

  it("[70] a server that does not replace a to-many relationship may still add and remove "
    .. "members", function()
    local api = x:sandbox "replace/refuse"
    local nine = { type = "people", id = "9" }
    for _, call in ipairs {
      function() return api:update("contracts", 3, { relationships = { signers = { nine } } }) end,
      function() return api:relationship("contracts", 3, "signers"):replace { nine } end,
    } do
      local result, err = call()
      assert.is_nil(result)
      assert.equal("forbidden", err.kind)
    end
    local signers = api:relationship("contracts", 3, "signers")
    local before = assert(signers:get())
    assert(signers:add { nine })
    assert(signers:remove(before))
    assert.same({ nine }, signers:get())
  end)

  describe("is answered", function()
    it("[71] by 200 with the resource, including the server's changes", function()
      x:answer(200, '{"data":{"type":"things","id":"1","attributes":{"a":1,"version":8}},"meta":{"m":1}}')
      local thing, document = assert(x.api:update("things", 1, { attributes = { a = 1 } }))
      assert.same({ a = 1, version = 8 }, thing.attributes)
      assert.equal(1, document.meta.m)
    end)

    it("[71] by 200 without data, if the resource is as sent", function()
      for _, body in ipairs { '{"meta":{"m":1}}', '{"data":null,"meta":{"m":1}}', '{"links":{},"meta":{"m":1}}' } do
        x:answer(200, body)
        local done, document = x.api:update("things", 1, { attributes = { a = 1 } })
        assert.is_true(done)
        assert.equal(1, document.meta.m)
      end
    end)

    it("[71] by 202, if it is not finished", function()
      x:answer(202, '{"meta":{"m":1}}')
      local accepted = assert(x.api:update("things", 1, { attributes = { a = 1 } }))
      assert.are_not.equal(true, accepted)
      assert.is_true(accepted.accepted)
      assert.equal(1, accepted.meta.m)
    end)

    it("[71] by 204, if the resource is as sent", function()
      x:answer(204)
      assert.same({ true }, { x.api:update("things", 1, { attributes = { a = 1 } }) })
      local api = x:sandbox "answer/none"
      assert.is_true(api:update("contracts", 7, { attributes = { title = "New" } }))
      assert.equal("New", assert(api:get("contracts", 7)).attributes.title)
    end)
  end)

  it("[72] is refused with 404 for a missing resource and with 409 for a conflict", function()
    local api = x:sandbox()
    local cases = {
      { "not_found", "/contracts/99999", { type = "contracts", id = "99999" }, {} },
      { "not_found", "/contracts/7", { type = "contracts", id = "7" },
        { relationships = { owner = { type = "people", id = "99999" } } } },
      { "conflict", "/contracts/7", { type = "drafts", id = "7" }, {} },
      { "conflict", "/contracts/7", { type = "contracts", id = "8" }, {} },
      { "conflict", "/contracts/7", { type = "contracts", id = "7" },
        { relationships = { owner = { type = "companies", id = "1" } } } },
    }
    local base = assert(api:get("contracts", 7)).links.self:match "^(.*)/contracts/7$"
    for _, case in ipairs(cases) do
      local resource = case[3]
      resource.links = { self = base .. case[2] }
      local result, err = api:update(resource, case[4])
      assert.is_nil(result)
      assert.equal(case[1], err.kind)
      assert.equal("PATCH", err.method)
    end
  end)

  describe("that fails", function()
    it("[73] changes nothing", function()
      local api = x:sandbox()
      local before = assert(api:get("contracts", 7))
      local result, err = api:update("contracts", 7, { attributes = { title = "New", unheard = 1 },
        relationships = { owner = null } })
      assert.is_nil(result)
      assert.equal("invalid", err.kind)
      assert.same(before, api:get("contracts", 7))
    end)

    it("[73] leaves the script's tables unchanged, like one that succeeds", function()
      for _, status in ipairs { 200, 204, 422, 500 } do
        local thing = { type = "things", id = "1", attributes = { a = 1 }, relationships = {} }
        local given = { attributes = { a = 2, b = { 1, { c = null } } },
          relationships = { one = { type = "b", id = 5, attributes = {} }, none = null } }
        x:answer(status, status == 200 and '{"data":{"type":"things","id":"1","attributes":{"a":3}}}' or "")
        x.api:update(thing, given)
        assert.same({ type = "things", id = "1", attributes = { a = 1 }, relationships = {} }, thing)
        assert.same({ attributes = { a = 2, b = { 1, { c = null } } },
          relationships = { one = { type = "b", id = 5, attributes = {} }, none = null } }, given)
      end
    end)
  end)
end)

describe("deleting", function()
  local x = exchange.hook(setup, before_each, teardown)

  it("[80] is a DELETE without a body", function()
    x:answer(204)
    assert.is_true(x.api:delete("things", 1))
    assert.equal("DELETE", x:sent().method)
    assert.equal("/api/things/1", x:sent().path)
    assert.equal("", x:sent().body)
    assert.is_nil(x:sent().headers["content-type"])
    x:answer(204)
    assert.is_true(x.api:delete { type = "things", id = "1", links = { self = "/api/elsewhere/one" } })
    assert.equal("/api/elsewhere/one", x:sent().path)
  end)

  it("[80] may be answered by 200 with meta, 202 or 204", function()
    x:answer(200, '{"meta":{"m":1}}')
    local done, document = x.api:delete("things", 1)
    assert.is_true(done)
    assert.equal(1, document.meta.m)
    x:answer(202)
    local accepted = assert(x.api:delete("things", 1))
    assert.is_true(accepted.accepted)
    local api = x:sandbox()
    assert.is_true(api:delete("contracts", 7))
    assert.equal("not_found", select(2, api:get("contracts", 7)).kind)
  end)

  it("[80] a missing resource gives an error that a caller can treat as success", function()
    local api = x:sandbox()
    assert.is_true(api:delete("contracts", 7))
    local done, err = api:delete("contracts", 7)
    assert.is_nil(done)
    assert.equal("not_found", err.kind)
    assert.equal(404, err.status)
  end)

  it("[80] retried after a broken first attempt counts as done if the resource is gone", function()
    x.raw:play { { { reset = true } } }
    x:answer(404, '{"errors":[{"status":"404"}]}')
    assert.is_true(x:client({ retries = 1, max_retry_wait = 0.01 }):delete("things", 1))
    assert.equal(2, x:count())
  end)
end)
