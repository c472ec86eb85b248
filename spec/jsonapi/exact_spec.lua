-- Queries with `exact`: the client drops resources that the server's LIKE matches but that are not
-- equal.

local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

local function ids(resources)
  local list = {}
  for i, resource in ipairs(resources) do list[i] = resource.id end
  return list
end

describe("exact", function()
  local sb = sandbox.get()
  local api

  setup(function() api = harnest.new { url = sb.url, token = sb.token, dialect = "harnest" } end)
  teardown(function() api:close() end)

  local like = { filter = { title = "Lease 11" } }
  local exact = { exact = true, sort = "id" }

  it("keeps only resources equal to the filter's text", function()
    assert.is_true(api:count("contracts", like) > 1)
    local found = assert(api:all("contracts", like, exact))
    assert.same({ "11" }, ids(found))
    assert.equal("Lease 11", found[1].attributes.title)
    assert.is_true(harnest.is_array(found))
  end)

  it("compares case-sensitively, unlike LIKE", function()
    assert.equal(0, #assert(api:all("contracts", { filter = { title = "lease 11" } }, exact)))
  end)

  it("accepts any value of an array", function()
    local query = { filter = { title = { "Lease 11", "NDA 🤝 4", "Lease 1" } } }
    assert.same({ "4", "11" }, ids(assert(api:all("contracts", query, exact))))
  end)

  it("compares ids, numbers and booleans", function()
    local query = { filter = { id = { 3, "12", 1999 }, archived = true } }
    assert.same({ "3", "12" }, ids(assert(api:all("contracts", query, exact))))
    query = { filter = { status = 3, archived = false, title = { "Lease 143", "Lease 11" } } }
    assert.same({ "143" }, ids(assert(api:all("contracts", query, exact))))
    query = { filter = { status = { 1, 4 }, title = { "Lease 11", "Lease 1199" } } }
    assert.same({ "11", "1199" }, ids(assert(api:all("contracts", query, exact))))
  end)

  it("leaves filters on related resources to the server", function()
    local first = assert(api:get("contracts", 11))
    local owner = first.relationships.owner.data.id
    local name = assert(api:get("people", owner)).attributes.name
    for _, filter in ipairs { { owner = owner }, { owner = { name = name } } } do
      filter.title = "Lease 11"
      assert.same({ "11" }, ids(assert(api:all("contracts", { filter = filter }, exact))))
    end
  end)

  it("counts the remaining resources, not the server's total", function()
    local shaped = harnest.new { url = sb:at("shape/laravel"), token = sb.token, dialect = "harnest" }
    assert.is_true(shaped:count("contracts", like) > 1)
    assert.equal(1, shaped:count("contracts", like, exact))
    assert.equal(0, shaped:count("contracts", { filter = { title = "Lease" } }, exact))
    for page in shaped:pages("contracts", like, exact) do
      assert.is_nil(page.total)
      assert.equal(#page, #page.data)
    end
    shaped:close()
  end)

  it("applies limits to the remaining resources", function()
    local query = { filter = { title = { "Lease 11", "Lease 119", "Lease 1199" } }, page = { size = 5 } }
    for limit = 1, 3 do
      assert.equal(limit, #assert(api:all("contracts", query, exact, { limit = limit })))
    end
    assert.equal("11", api:first("contracts", query, exact).id)
    assert.is_nil(api:first("contracts", { filter = { title = "Lease" } }, exact))
  end)

  it("returns each resource once over many pages and cursors", function()
    local query = { filter = { title = { "Lease 11", "Lease 119", "Lease 599", "Lease 1199" } }, page = { size = 2 } }
    local found, cursor = {}, nil
    repeat
      local list = api:list("contracts", query, exact, { after = cursor, limit = 1 })
      local resource = list:next()
      found[#found + 1] = resource and resource.id
      cursor = list:cursor()
      list:close()
    until not resource
    assert.same({ "11", "119", "599", "1199" }, found)
  end)

  it("works with include and keeps included resources", function()
    local found = assert(api:all("contracts", like, exact, { include = "owner" }))
    assert.equal(1, #found)
    assert.equal("people", found[1]:related "owner".type)
  end)

  it("does nothing without a filter or if it is false", function()
    assert.equal(2000, api:count("contracts", { exact = true, page = { size = 500 } }))
    assert.equal(api:count("contracts", like), api:count("contracts", like, { exact = false }))
  end)

  describe("with scripted responses", function()
    local raw
    setup(function() raw = rawserver.start() end)
    teardown(function() raw:stop() end)

    local function all(filter, ...)
      local items = {}
      for i, attributes in ipairs { ... } do
        items[i] = ('{"type":"t","id":"%d","attributes":%s}'):format(i, attributes)
      end
      local body = ('{"data":[%s],"links":{"next":null}}'):format(table.concat(items, ","))
      raw:reset():play { { raw.response(200, {}, body) } }
      local anything = harnest.new { url = raw.url, retries = 0 }
      local found, err = anything:all("t", { filter = filter, exact = true })
      anything:close()
      return found and ids(found), err
    end

    it("distinguishes numbers to the last digit", function()
      local big = '{"n":9007199254740993}'
      assert.same({ "1" }, all({ n = "9007199254740993" }, big, '{"n":9007199254740992}', '{"n":9007199254740994}'))
      assert.same({ "1", "2", "3" }, all({ n = 5 }, '{"n":5}', '{"n":5.0}', '{"n":"5"}', '{"n":50}', '{"n":[5]}'))
      assert.same({ "1", "2" }, all({ n = 0.1 }, '{"n":0.1}', '{"n":"0.1"}', '{"n":0.10000000000000002}'))
      assert.same({ "1" }, all({ n = "" }, '{"n":""}', '{"n":null}', '{"n":0}', '{"n":[]}', '{"n":{}}'))
      assert.same({ "1", "2", "3" }, all({ n = true }, '{"n":true}', '{"n":"true"}', '{"n":true}', '{"n":false}'))
    end)

    it("fails if the attribute is missing", function()
      local found, err = all({ search = "x" }, '{"n":5}')
      assert.is_nil(found)
      assert.equal("refused", err.kind)
      assert.truthy(err.message:find('exact: a resource has no attribute "search" to compare', 1, true), err.message)
      assert.same({}, err.partial)
    end)

    it("rejects a value that is not a boolean", function()
      local fine, message = pcall(all, { n = 1 }, "{}")
      assert.is_true(fine, message)
      assert.has_error(function() api:list("t", { exact = 1 }) end)
    end)
  end)
end)
