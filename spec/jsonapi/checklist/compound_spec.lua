-- docs/SPEC.md, D: compound documents.

local exchange = require "spec.support.exchange"
local harnest = require "harnest"
local sandbox = require "spec.support.sandbox"

describe("a compound document", function()
  local x = exchange.hook(setup, before_each, teardown)

  local function fetch(body)
    x:answer(200, body)
    return assert(x.api:fetch "/things")
  end

  it("[30] indexes all included resources, linked or not", function()
    local document = fetch [[{"data":{"type":"things","id":"1","attributes":{"a":1}},"included":[
      {"type":"people","id":"1","relationships":{"boss":{"data":{"type":"people","id":"2"}}}},
      {"type":"people","id":"2","relationships":{"thing":{"data":{"type":"things","id":"1"}}}}]}]]
    local person = document.included[1]
    assert.equal(document.included[2], person:related "boss")
    assert.equal(document.data, person:related("boss"):related "thing")
  end)

  it("[30] has included resources whose relationships sparse fieldsets hide", function()
    local sb = sandbox.get()
    local api = harnest.new { url = sb.url, token = sb.token, dialect = "jsonapi" }
    local page = api:pages("contracts",
      { include = "owner", fields = { contracts = "title" }, page = { size = 3 } }):next()
    assert.is_nil(page.data[1].relationships)
    assert.equal("people", page.included[1].type)
    api:close()
  end)

  it("[31] uses the first of two resources with the same type and id", function()
    local document = fetch [[{"data":[{"type":"things","id":"1","attributes":{"n":1},"relationships":{
      "one":{"data":{"type":"people","id":"1"}},"me":{"data":{"type":"things","id":"1"}}}}],"included":[
      {"type":"people","id":"1","attributes":{"n":2}},{"type":"people","id":"1","attributes":{"n":3}},
      {"type":"things","id":"1","attributes":{"n":4}}]}]]
    local thing = document.data[1]
    assert.equal(2, thing:related("one").attributes.n)
    assert.equal(1, thing:related("me").attributes.n)
    assert.equal(3, document.included[2].attributes.n)
  end)

  it("[32] links primary resources with each other and, both ways, with included ones", function()
    local document = fetch [[{"data":[
      {"type":"things","id":"1","relationships":{"next":{"data":{"type":"things","id":"2"}}}},
      {"type":"things","id":"2","relationships":{"many":{"data":[{"type":"things","id":"1"},{"type":"b","id":"1"}]}}}],
      "included":[{"type":"b","id":"1","relationships":{"thing":{"data":{"type":"things","id":"2"}}}}]}]]
    local first, second = document.data[1], document.data[2]
    assert.equal(second, first:related "next")
    assert.equal(first, second:related("many")[1])
    assert.equal(second, second:related("many")[2]:related "thing")
    local page = fetch [[{"data":[{"type":"things","id":"1","relationships":{"me":{"data":{"type":"things","id":"1"}}}}
      ],"included":[]}]]
    assert.equal(page.data[1], page.data[1]:related "me")
  end)

  describe("with circular relationships", function()
    local circle = [[{"data":{"type":"things","id":"1","relationships":{"me":{"data":{"type":"things","id":"1"}},
      "other":{"data":{"type":"things","id":"2"}}}},"included":[{"type":"things","id":"2","relationships":{
      "other":{"data":{"type":"things","id":"1"}}}}]}]]

    it("[33] is linked", function()
      local thing = fetch(circle).data
      local at = thing
      for _ = 1, 1000 do at = at:related "other" end
      assert.equal(thing, at)
      assert.equal(thing, thing:related "me")
    end)

    it("[33] is printed and encoded, since resources do not contain each other", function()
      local thing = fetch(circle).data
      assert.is_string(tostring(thing))
      thing:related "other"
      local seen = {}
      local function visit(value)
        if type(value) ~= "table" then return end
        assert.is_nil(seen[value])
        seen[value] = true
        for _, member in pairs(value) do visit(member) end
      end
      visit(thing)
      x:answer(204)
      assert(x.api:update(thing, { relationships = thing.relationships }))
      assert.equal('{"data":{"id":"1","relationships":{"me":{"data":{"id":"1","type":"things"}},'
        .. '"other":{"data":{"id":"2","type":"things"}}},"type":"things"}}', x:sent().body)
    end)

    it("[33] is rejected if a script made the circle of tables", function()
      local knot = {}
      knot.again = { knot }
      local fine, message = pcall(x.api.create, x.api, "things", { attributes = { knot = knot } })
      assert.is_false(fine)
      assert.truthy(message:find("attributes.knot.again", 1, true), message)
      assert.equal(0, x:count())
    end)
  end)

  it("[34] finds a resource that has only a lid by its lid", function()
    local document = fetch [[{"data":[{"type":"things","lid":"1","attributes":{"n":1},"relationships":{
      "me":{"data":{"type":"things","lid":"1"}},"one":{"data":{"type":"people","lid":"b"}},
      "other":{"data":{"type":"things","id":"1"}}}},{"type":"things","id":"1","attributes":{"n":2}}],
      "included":[{"type":"people","lid":"a"},{"type":"people","lid":"b","attributes":{"n":3}}]}]]
    local thing = document.data[1]
    assert.equal(thing, thing:related "me")
    assert.equal(3, thing:related("one").attributes.n)
    assert.equal(2, thing:related("other").attributes.n)
    assert.same({ type = "things", lid = "1" }, thing:ref())
    assert.same({ type = "things", id = "1" }, document.data[2]:ref())
  end)

  it("[35] may have resources of any type", function()
    local document = fetch [[{"data":{"type":"things","id":"1","relationships":{"odd":{"data":{"type":"1:un heard-of/é",
      "id":"ü"}}}},"included":[{"type":"1:un heard-of/é","id":"ü","attributes":{"a":1}}]}]]
    assert.equal(1, document.data:related("odd").attributes.a)
    assert.equal("1:un heard-of/é", document.included[1].type)
  end)
end)
