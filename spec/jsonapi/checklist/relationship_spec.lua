-- docs/SPEC.md, K: relationships by their own URLs.

local exchange = require "spec.support.exchange"
local harnest = require "harnest"

local function things(id)
  return { type = "things", id = id }
end

describe("a relationship", function()
  local x = exchange.hook(setup, before_each, teardown)
  local one, many

  setup(function()
    one, many = x.api:relationship("things", 1, "one"), x.api:relationship("things", 1, "many")
  end)

  -- The request of a call that gets a 204
  local function sent(fn, ...)
    x:answer(204)
    assert.is_true(fn(...))
    return ("%s %s %s"):format(x:sent().method, x:sent().path, x:sent().body)
  end

  it("[74] to one is replaced by PATCH with an identifier or null", function()
    local start = 'PATCH /api/things/1/relationships/one {"data":'
    assert.equal(start .. '{"id":"2","type":"things"}}', sent(one.replace, one, things "2"))
    assert.equal(start .. '{"id":"2","type":"things"}}',
      sent(one.replace, one, { type = "things", id = 2, attributes = { a = 1 } }))
    assert.equal(start .. "null}", sent(one.replace, one, harnest.null))
    local api = x:sandbox()
    local owner = api:relationship("contracts", 7, "owner")
    assert.same({ type = "people", id = "9" }, (assert(owner:replace { type = "people", id = "9" })))
    assert.same({ type = "people", id = "9" }, (owner:get()))
    assert(owner:replace(harnest.null))
    assert.same({}, { owner:get() })
    assert.is_false(pcall(one.replace, one))
  end)

  it("[75] to many is replaced by PATCH, extended by POST, reduced by DELETE, with an array that "
    .. "may be empty", function()
    local two, rest = '{"id":"2","type":"things"}', { replace = "PATCH", add = "POST", remove = "DELETE" }
    for call, method in pairs(rest) do
      local start = method .. ' /api/things/1/relationships/many {"data":'
      assert.equal(start .. "[" .. two .. ',{"id":"3","type":"b"}]}',
        sent(many[call], many, { things "2", { type = "b", id = "3" } }))
      assert.equal(start .. "[" .. two .. "]}", sent(many[call], many, { things "2" }))
      assert.equal(start .. "[]}", sent(many[call], many, {}))
      assert.equal(start .. "[]}", sent(many[call], many, harnest.array {}))
    end
    for _, call in ipairs { "add", "remove" } do
      assert.truthy(sent(many[call], many, things "2"):find('{"data":[' .. two .. "]}", 1, true))
      assert.is_false(pcall(many[call], many, harnest.null))
      assert.is_false(pcall(many[call], many))
    end
    local signers = x:sandbox():relationship("contracts", 3, "signers")
    local function ids()
      local list = {}
      for i, identifier in ipairs(assert(signers:get())) do list[i] = identifier.id end
      return table.concat(list, " ")
    end
    local function people(id)
      return { type = "people", id = id }
    end
    assert(signers:replace { people "5", people "6" })
    assert.equal("5 6", ids())
    assert(signers:add { people "7" })
    assert.equal("5 6 7", ids())
    assert(signers:remove { people "5", people "7" })
    assert.equal("6", ids())
    assert(signers:replace {})
    assert.equal("", ids())
  end)

  it("[76] is reduced by a DELETE with a body, its type and its length", function()
    assert.equal('DELETE /api/things/1/relationships/many {"data":[{"id":"2","type":"things"}]}',
      sent(many.remove, many, { things "2" }))
    assert.equal("application/vnd.api+json", x:sent().headers["content-type"])
    assert.equal(tostring(#x:sent().body), x:sent().headers["content-length"])
  end)

  it("[77] may be extended and reduced repeatedly, so a broken attempt is retried", function()
    local patient = x:client { retries = 1, max_retry_wait = 0.01 }
    for _, call in ipairs { "add", "remove", "replace" } do
      x:reset()
      x.raw:play { { { reset = true } } }
      x:answer(204)
      local relationship = patient:relationship("things", 1, "many")
      assert.is_true(relationship[call](relationship, { things "2" }))
      assert.equal(2, x:count())
      assert.equal(x:sent(1).body, x:sent(2).body)
    end
    local signers = x:sandbox():relationship("contracts", 3, "signers")
    local nine = { { type = "people", id = "9" } }
    assert(signers:replace(nine))
    assert(signers:add(nine))
    assert.same(nine, signers:get())
    for _ = 1, 2 do assert(signers:remove(nine)) end
    assert.same({}, signers:get())
  end)

  it("[78] is answered by 200 with linkage or without, 202, 204, or 403", function()
    for _, call in ipairs { "add", "remove", "replace" } do
      local function answered(...)
        x:answer(...)
        return many[call](many, { things "2" })
      end
      local linkage, document = answered(200, '{"data":[{"type":"things","id":"9"}],"meta":{"m":1}}')
      assert.same({ things "9" }, linkage)
      assert.equal(1, document.meta.m)
      local done
      done, document = answered(200, '{"meta":{"m":1}}')
      assert.is_true(done)
      assert.equal(1, document.meta.m)
      assert.is_true(answered(202, '{"meta":{"m":1}}').accepted)
      assert.is_true(answered(204))
      local err
      done, err = answered(403, '{"errors":[{"title":"No"}]}')
      assert.is_nil(done)
      assert.equal("forbidden", err.kind)
    end
    local owner, err = x:sandbox():relationship("contracts", 7, "owner"):add { type = "people", id = "9" }
    assert.is_nil(owner)
    assert.equal("forbidden", err.kind)
  end)

  it("[79] is fetched as identifiers, with the resources if include asks for them", function()
    local api = x:sandbox()
    local signers = api:relationship("contracts", 3, "signers")
    local contract = assert(api:get("contracts", 3))
    assert.same(contract.relationships.signers.data, signers:get())
    local count = 0
    for identifier, page in signers:list { include = "signers" } do
      count = count + 1
      assert.is_nil(identifier.attributes)
      local found
      for _, person in ipairs(page.included) do
        found = found or person.id == identifier.id and person.type == identifier.type and person.attributes.name
      end
      assert.is_string(found)
    end
    assert.equal(#contract.relationships.signers.data, count)
  end)

  it("[79] is missing if its parent is, not if it is empty", function()
    local api = x:sandbox()
    for _, relationship in ipairs {
      api:relationship("contracts", 99999, "signers"), api:relationship("contracts", 3, "unheard"),
    } do
      local linkage, err = relationship:get()
      assert.is_nil(linkage)
      assert.equal("not_found", err.kind)
    end
    x:answer(200, '{"data":[]}')
    local empty = assert(many:get())
    assert.is_true(harnest.is_array(empty))
    assert.equal(0, #empty)
    x:answer(200, '{"data":null}')
    assert.same({}, { one:get() })
  end)
end)
