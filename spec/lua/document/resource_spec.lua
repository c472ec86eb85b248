-- Resources as tables, and their related resources.

local cjson = require "cjson"
local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

local sb = sandbox.get()
local api, raw, scripted

setup(function()
  raw = rawserver.start()
  scripted = harnest.new { url = raw.url, dialect = "jsonapi", retries = 0 }
  api = harnest.new { url = sb.url, token = sb.token, dialect = "jsonapi" }
end)

teardown(function()
  api:close()
  scripted:close()
  raw:stop()
end)

local function fetch(body)
  raw:reset()
  raw:play { { rawserver.response(200, {}, body) } }
  return assert(scripted:fetch "/things")
end

local function refused(resource, name, ...)
  local related, err = resource:related(name)
  assert.is_nil(related)
  assert.is_table(err)
  assert.equal("refused", err.kind)
  for _, pattern in ipairs { name, ... } do
    assert.matches(pattern, err.message, 1, true)
  end
end

describe("resource:related", function()
  it("returns the resource of a to-one", function()
    local contract = assert(api:get("contracts", 7, { include = "owner" }))
    local owner = contract:related "owner"
    assert.equal("people", owner.type)
    assert.equal(contract.relationships.owner.data.id, owner.id)
    assert.is_string(owner.attributes.name)
  end)

  it("returns the resources of a to-many in order", function()
    local contract = assert(api:get("contracts", 3, { include = "signers" }))
    local results = { contract:related "signers" }
    assert.equal(1, #results)
    local signers = results[1]
    assert.equal(3, #signers)
    assert.is_true(harnest.is_array(signers))
    for i, signer in ipairs(signers) do
      assert.equal(contract.relationships.signers.data[i].id, signer.id)
      assert.is_string(signer.attributes.email)
    end
  end)

  it("returns nil alone for an empty to-one, an empty array for an empty to-many", function()
    for _, query in ipairs { {}, { include = { "company", "signers" } } } do
      local contract = assert(api:get("contracts", 20, query))
      local results = { contract:related "company" }
      assert.is_nil(results[1])
      assert.is_nil(results[2])
      local signers, missing = contract:related "signers"
      assert.same({}, signers)
      assert.is_true(harnest.is_array(signers))
      assert.is_nil(missing)
    end
  end)

  it("uses and shows a name completely", function()
    local body = '{"data":{"type":"a","id":"1","relationships":{"b":{"data":null}}}}'
    raw:reset():play { { times = 2, rawserver.response(200, {}, body) } }
    for _, view in ipairs { false, true } do
      local related, err = assert(scripted:get("a", 1, { view = view })):related "b\0c"
      assert.is_nil(related)
      assert.equal('related: the resource has no relationship "b\\0c"', err and err.message)
    end
  end)

  it("returns nil and an error for what was not included", function()
    local contract = assert(api:get("contracts", 3))
    refused(contract, "owner", "include")
    refused(contract, "signers", "include")
    contract = assert(api:get("contracts", 3, { include = "owner" }))
    refused(contract, "company", "include")
    refused(contract, "signers", "include")
    assert.equal("people", contract:related("owner").type)
  end)

  it("returns nil and an error for what the resource does not have", function()
    refused(assert(api:get("contracts", 3)), "nothing")
    local data = fetch([[{"data":[{"type":"t","id":"1"},{"type":"t","id":"2","relationships":{"a":{"links":{}},
      "b":{"data":5},"c":7,"d":null}},{"type":"t","id":"3","relationships":null}],"included":[]}]]).data
    refused(data[1], "a")
    refused(data[2], "a", "no data")
    refused(data[2], "b")
    refused(data[2], "c")
    refused(data[2], "d")
    refused(data[3], "a")
    for _, name in ipairs { "", "relationships", "__index", "data", "a.b" } do
      refused(data[2], name)
    end
  end)

  it("returns included resources and the identifiers of others", function()
    local thing = fetch([[{"data":{"type":"t","id":"1","relationships":{"many":{"data":[
      {"type":"u","id":"1","meta":{"a":1}},{"type":"u","id":"2"},{"type":"v","id":"2"},{"type":"u","id":"3"}]}}},
      "included":[{"type":"u","id":"2"},{"type":"u","id":"3","attributes":{"x":1}}]}]]).data
    local some, missing = thing:related "many"
    assert.equal(2, #some)
    assert.equal("2", some[1].id)
    assert.equal(1, some[2].attributes.x)
    assert.same({ { type = "u", id = "1", meta = { a = 1 } }, { type = "v", id = "2" } }, missing)
    assert.is_true(harnest.is_array(missing))
  end)

  it("never sends a request", function()
    local contract = assert(api:get("contracts", 3, { include = "owner" }))
    local before = api:stats().requests
    contract:related "owner"
    contract:related "company"
    contract:related "nothing"
    assert.equal(before, api:stats().requests)
  end)

  it("raises usage errors", function()
    local contract = assert(api:get("contracts", 3))
    assert.is_false((pcall(contract.related, contract)))
    assert.is_false((pcall(contract.related, contract, {})))
    assert.is_false((pcall(contract.related)))
    assert.is_false((pcall(contract.related, 5, "owner")))
  end)

  it("follows changes in the table", function()
    local contract = assert(api:get("contracts", 3, { include = { "owner", "signers" } }))
    contract.relationships.owner.data = contract:related("signers")[1]
    assert.equal(contract:related("signers")[1], contract:related "owner")
    contract.relationships.owner.data = { type = "people", id = "none" }
    refused(contract, "owner")
    contract.relationships.owner.data = harnest.null
    assert.is_nil(contract:related "owner")
    contract.relationships = nil
    refused(contract, "owner")
  end)
end)

describe("one resource in a document", function()
  it("is one table, however it is reached", function()
    local document = assert(api:fetch("contracts", { include = "owner", filter = { owner = 8 }, page = { size = 9 } }))
    local owner = document.data[1]:related "owner"
    for _, contract in ipairs(document.data) do
      assert.equal(owner, contract:related "owner")
    end
    assert.equal(owner, document.included[1])
    for page in api:pages("people", { filter = { id = { 1, 2 } }, include = "manager" }) do
      assert.equal(page.data[2], page.data[1]:related "manager")
    end
    for contract, page in api:list("contracts", { include = "owner", limit = 20 }) do
      assert.equal(contract, page.data[(tonumber(contract.id) - 1) % 15 + 1])
    end
  end)

  it("may be related to itself, directly or in a circle", function()
    local people = {}
    for person in api:list("people", { include = "manager.manager.manager", limit = 15 }) do
      people[#people + 1] = person
    end
    assert.equal(people[2], people[1]:related "manager")
    assert.equal(people[1], people[2]:related "manager")
    assert.equal(people[1], people[1]:related("manager"):related("manager"))
    assert.equal(people[3], people[3]:related "manager")
    assert.is_nil(people[4]:related "manager")
    assert.equal(people[5], people[10]:related "manager")
    assert.equal(people[2], people[10]:related("manager"):related("manager"))
    assert.same(cjson.decode(cjson.encode(people[1])), cjson.decode(cjson.encode(people[1])))
  end)

  it("is found among the primary ones if anything is included", function()
    local document = fetch [[{"data":[{"type":"t","id":"1","relationships":{"next":{"data":{"type":"t","id":"2"}}}},
      {"type":"t","id":"2","relationships":{"next":{"data":{"type":"t","id":"1"}}}}],"included":[]}]]
    assert.equal(document.data[2], document.data[1]:related "next")
    assert.equal(document.data[1], document.data[1]:related("next"):related("next"))
  end)

  it("is identified by type and id, not by id alone", function()
    local document = fetch [[{"data":{"type":"t","id":"1","relationships":{"a":{"data":{"type":"u","id":"1"}},
      "b":{"data":{"type":"v","id":"1"}},"c":{"data":{"type":"T","id":"1"}}}},
      "included":[{"type":"v","id":"1"},{"type":"u","id":"1"}]}]]
    assert.equal(document.included[2], document.data:related "a")
    assert.equal(document.included[1], document.data:related "b")
    refused(document.data, "c")
  end)

  it("is the first of duplicates", function()
    local document = fetch [[{"data":{"type":"t","id":"1","relationships":{"a":{"data":{"type":"u","id":"1"}},
      "me":{"data":{"type":"t","id":"1"}}}},"included":[{"type":"u","id":"1","attributes":{"n":1}},
      {"type":"u","id":"1","attributes":{"n":2}},{"type":"t","id":"1"},{"id":"1"},{"type":"u"},{}]}]]
    assert.equal(1, document.data:related("a").attributes.n)
    assert.equal(document.data, document.data:related "me")
    assert.equal(6, #document.included)
    assert.equal(2, document.included[2].attributes.n)
  end)

  it("is found among very many", function()
    local included, linkage = {}, {}
    for i = 1, 3000 do
      included[i] = ('{"type":"%s","id":"%d"}'):format(i % 2 == 0 and "u" or "v", i)
      linkage[i] = included[i]
    end
    local body = '{"data":{"type":"t","id":"1","relationships":{"all":{"data":[%s]}}},"included":[%s]}'
    local document = fetch(body:format(table.concat(linkage, ","), table.concat(included, ",")))
    local all, missing = document.data:related "all"
    assert.is_nil(missing)
    for i, resource in ipairs(all) do
      assert.equal(document.included[i], resource)
    end
    assert.equal(3000, #all)
  end)
end)

describe("resource:ref", function()
  it("is a new identifier", function()
    local contract = assert(api:get("contracts", 3))
    assert.same({ type = "contracts", id = "3" }, contract:ref())
    assert.is_nil(getmetatable(contract:ref()))
    assert.are_not.equal(contract:ref(), contract:ref())
  end)
end)

describe("a resource", function()
  it("is plain data", function()
    local contract = assert(api:get("contracts", 3, { include = "owner" }))
    local names = {}
    for name in pairs(contract) do
      names[#names + 1] = name
    end
    table.sort(names)
    local text = table.concat(names, " ")
    assert.matches("^attributes id .*relationships type$", text)
    assert.is_nil(text:find "related")
    assert.is_nil(getmetatable(contract.attributes))
    assert.is_nil(getmetatable(contract.relationships))
    local decoded = cjson.decode(cjson.encode(contract))
    assert.equal(contract.attributes.title, decoded.attributes.title)
    assert.same(contract.relationships.owner, decoded.relationships.owner)
  end)

  it("has attributes of any name, and still its methods", function()
    local thing = fetch([[{"data":{"type":"t","id":"1","attributes":{"related":1,"ref":2,"id":3,"type":"x"}}}]]).data
    assert.equal(1, thing.attributes.related)
    assert.equal(3, thing.attributes.id)
    assert.equal("t", thing:ref().type)
    thing = fetch([[{"data":{"type":"t","id":"1","lid":"l","related":1,"@odd":{}}}]]).data
    assert.equal(1, thing.related)
    assert.equal("l", thing.lid)
  end)

  it("can be modified", function()
    local contract = assert(api:get("contracts", 3))
    contract.attributes.title = "new"
    contract.note = "mine"
    contract.attributes = nil
    assert.equal("mine", contract.note)
    assert.is_nil(contract.attributes)
    assert.equal("contracts", contract:ref().type)
  end)

  it("outlives its page and its client", function()
    local other = harnest.new { url = sb.url, token = sb.token, dialect = "jsonapi" }
    local kept = {}
    for contract in other:list("contracts", { include = "owner.manager", limit = 40 }) do
      if tonumber(contract.id) % 10 == 1 then
        kept[#kept + 1] = contract
      end
    end
    other:close()
    other = nil -- luacheck: ignore 311
    collectgarbage()
    collectgarbage()
    assert.equal(4, #kept)
    for i, contract in ipairs(kept) do
      assert.equal(tostring(i * 10 - 9), contract.id)
      assert.equal(contract.relationships.owner.data.id, contract:related("owner").id)
    end
    assert.is_nil(other)
  end)
end)
