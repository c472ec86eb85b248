-- What tostring() says of harnest's values, and that it changes nothing else about plain data.

local cjson = require "cjson"
local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"

local LIST = [[{"data":[{"type":"contracts","id":"42","attributes":{"title":"nda","tags":["a","b"],"none":[]},
  "relationships":{"owner":{"data":{"type":"people","id":"1"}}}},{"type":"contracts","id":7}],
  "included":[{"type":"people","id":"1"}],"meta":{"page":{"currentPage":2,"lastPage":2,"total":4}},
  "links":{"next":null}}]]

describe("tostring", function()
  local raw, api

  setup(function()
    raw = rawserver.start()
    api = harnest.new { url = raw.url, token = "a-token-to-send" }
  end)
  before_each(function() raw:reset() end)
  teardown(function()
    api:close()
    raw:stop()
  end)

  local function all(query)
    raw:play { { raw.response(200, {}, LIST) } }
    return assert(api:all("contracts", query))
  end

  it("of a resource is its type and id", function()
    local resources = all()
    assert.equal("contracts/42", tostring(resources[1]))
    assert.equal("contracts/7", tostring(resources[2]))
    assert.equal("people/1", tostring(resources[1]:related "owner"))
    raw:play { { raw.response(200, {}, '{"data":{"type":"t","id":"1"}}') } }
    assert.equal("t/1", tostring(assert(api:get("t", 1))))
  end)

  it("of a resource that a script has changed says what is there", function()
    local resource = all()[1]
    resource.id = 5
    assert.equal("contracts/5", tostring(resource))
    resource.id, resource.lid = nil, "new"
    assert.equal("contracts/new", tostring(resource))
    resource.lid = nil
    assert.equal("contracts", tostring(resource))
    resource.id, resource.type = ("x"):rep(1000), "a\n\27\0b"
    assert.is_true(#tostring(resource) < 300)
    assert.is_nil(tostring(resource):find "%c")
    resource.type = {}
    assert.equal("harnest.resource", tostring(resource))
    assert.equal("harnest.resource", getmetatable(resource).__tostring())
  end)

  it("of an array is its length, unless lua-cjson has a metatable for arrays", function()
    local resources = all()
    if cjson.array_mt then
      assert.is_nil(cjson.array_mt.__tostring)
    else
      assert.equal("harnest.array: 2 items", tostring(resources))
      assert.equal("harnest.array: 0 items", tostring(resources[1].attributes.none))
      assert.equal("harnest.array: 1 item", tostring(harnest.array { 1 }))
      assert.equal("harnest.array", tostring(harnest.array { 1, nil, 3, x = 1 }))
      assert.equal("harnest.array", getmetatable(resources).__tostring())
    end
  end)

  it("of a page is its number and its resources", function()
    raw:play { { raw.response(200, {}, LIST) },
      { raw.response(200, {}, '{"data":[{"type":"t","id":"1"}],"links":{"next":null}}') },
      { raw.response(200, {}, '{"data":{"type":"t","id":"1"}}') } }
    local page = api:pages("contracts", { page = { number = 2 } }):next()
    assert.equal("harnest.document: page 2 of 2, 2 resources", tostring(page))
    assert.matches("^harnest.document: .*1 resource$", tostring(api:pages "contracts":next()))
    local _, document = assert(api:update("t", 1, { attributes = { a = 1 } }))
    assert.equal("harnest.document: 1 resource", tostring(document))
  end)

  it("of a collection is its target", function()
    assert.equal("harnest.collection: contracts", tostring(api:collection "contracts"))
    assert.equal("harnest.collection: contracts", tostring(api:collection "contracts":where { a = 1 }))
    assert.equal("harnest.collection: /a/b", tostring(api:collection { href = "/a/b" }))
    assert.equal("harnest.collection", getmetatable(api:collection "a").__tostring())
  end)

  it("of clients, iterators, relationships, views and errors says what they are", function()
    assert.equal("harnest.client: " .. raw.url, tostring(api))
    assert.equal("harnest.listing: /contracts", (tostring((api:list "contracts"))))
    assert.equal("harnest.relationship: owner", tostring(api:relationship("contracts", 1, "owner")))
    local views = all { view = true }
    assert.equal("harnest.view: contracts/42", tostring(views[1]))
    local _, err = api:get("none", 1)
    assert.equal(err.message, tostring(err))
  end)

  it("changes nothing about plain data", function()
    local resources = all()
    local plain = { type = "contracts", id = "42", attributes = { title = "nda", tags = { "a", "b" }, none = {} },
      relationships = { owner = { data = { type = "people", id = "1" } } } }
    assert.same(plain, resources[1])
    assert.same({ plain, { type = "contracts", id = "7" } }, resources)
    local decoded = cjson.decode(cjson.encode(resources))
    assert.equal("nda", decoded[1].attributes.title)
    assert.same({ "a", "b" }, decoded[1].attributes.tags)
    local names = {}
    for name in pairs(resources[1]) do names[#names + 1] = name end
    table.sort(names)
    assert.equal("attributes id relationships type", table.concat(names, " "))
    assert.is_nil(rawget(resources[1], "related"))
    assert.is_false(resources[1] == all()[1])
    local other = cjson.decode(cjson.encode(plain))
    assert.same(other, plain)
  end)
end)
