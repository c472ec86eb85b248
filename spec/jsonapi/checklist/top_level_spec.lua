-- docs/SPEC.md, B: the top level of documents.

local exchange = require "spec.support.exchange"
local harnest = require "harnest"

describe("a document", function()
  local x = exchange.hook(setup, before_each, teardown)

  local function fetch(body, status)
    x:answer(status or 200, body)
    return x.api:fetch "/things"
  end

  it("[11] has an object at its root", function()
    for _, body in ipairs { "[]", "1", "null", '"data"', "true" } do
      local document, err = fetch(body)
      assert.is_nil(document)
      assert.equal("protocol", err.kind)
    end
  end)

  it("[11] has data, errors, meta or a member of an extension", function()
    assert.same({ data = harnest.null }, fetch '{"data":null}')
    assert.same({ meta = { a = 1 } }, fetch '{"meta":{"a":1}}')
    assert.same({ ["e:results"] = {} }, fetch '{"e:results":[]}')
    local document, err = fetch '{"errors":[{"title":"No"}]}'
    assert.is_nil(document)
    assert.equal("No", err.errors[1].title)
    local resource
    x:answer(200, '{"jsonapi":{"version":"1.1"}}')
    resource, err = x.api:get("things", 1)
    assert.is_nil(resource)
    assert.equal("protocol", err.kind)
  end)

  it("[12] with data and errors is read by its status", function()
    local both = '{"data":{"type":"things","id":"1"},"errors":[{"detail":"half done"}]}'
    assert.equal("1", assert(fetch(both)).data.id)
    local document, err = fetch(both, 500)
    assert.is_nil(document)
    assert.equal("server_error", err.kind)
    assert.equal("half done", err.errors[1].detail)
  end)

  it("[12] may have null for errors", function()
    assert.equal("1", assert(fetch '{"data":{"type":"things","id":"1"},"errors":null}').data.id)
    local document, err = fetch('{"errors":null}', 409)
    assert.is_nil(document)
    assert.equal("conflict", err.kind)
    assert.is_nil(err.errors)
  end)

  it("[12] may have included without data", function()
    local document = assert(fetch '{"meta":{},"included":[{"type":"things","id":"1"}]}')
    assert.is_nil(document.data)
    assert.equal("1", document.included[1].id)
  end)

  it("[13] keeps members unknown to JSON:API, which change nothing", function()
    local odd = '"unheard":{"of":[1]}'
    local document = assert(fetch('{"data":[{"type":"things","id":"1","attributes":{"a":1},"relationships":{"one":{'
      .. '"data":{"type":"things","id":"1",' .. odd .. "}," .. odd .. "}}," .. odd .. '}],"included":[],'
      .. '"links":{"self":{"href":"/x",' .. odd .. "}," .. odd .. "}," .. odd .. "}"))
    local expected, thing = { of = { 1 } }, document.data[1]
    assert.same(expected, document.unheard)
    assert.same(expected, thing.unheard)
    assert.same(expected, thing.relationships.one.unheard)
    assert.same(expected, thing.relationships.one.data.unheard)
    assert.same(expected, document.links.unheard)
    assert.same(expected, document.links.self.unheard)
    assert.equal(thing, thing:related "one")
    assert.equal(1, thing.attributes.a)
  end)

  it("[14] has a resource, an identifier, null, or an array of them", function()
    assert.same({ type = "things", id = "1", attributes = { a = 1 } },
      fetch('{"data":{"type":"things","id":"1","attributes":{"a":1}}}').data)
    assert.same({ type = "things", id = "1" }, fetch('{"data":{"type":"things","id":"1"}}').data)
    assert.equal(harnest.null, fetch('{"data":null}').data)
    assert.same({ { type = "things", id = "1" } }, fetch('{"data":[{"type":"things","id":"1"}]}').data)
    assert.same({}, fetch('{"data":[]}').data)
    assert.is_true(harnest.is_array(fetch('{"data":[]}').data))
    for _, data in ipairs { "1", '"x"', "true", "[1]", "[[]]", "[null]" } do
      local document, err = fetch('{"data":' .. data .. "}")
      assert.is_nil(document, data)
      assert.equal("protocol", err.kind)
    end
  end)

  it("[14] keeps an array of one item as an array", function()
    local document = assert(fetch '{"data":[{"type":"things","id":"1"}]}')
    assert.is_true(harnest.is_array(document.data))
    assert.equal(1, #document.data)
    x:answer(200, '{"data":[{"type":"things","id":"1"}]}')
    local resource, err = x.api:get("things", 1)
    assert.is_nil(resource)
    assert.equal("protocol", err.kind)
  end)

  it("[14] distinguishes missing data from null", function()
    assert.is_nil(fetch('{"meta":{}}').data)
    assert.equal(harnest.null, fetch('{"data":null,"meta":{}}').data)
    x:answer(200, '{"data":null}')
    assert.same({}, { x.api:get("things", 1) })
    x:answer(200, '{"meta":{}}')
    assert.equal("protocol", select(2, x.api:get("things", 1)).kind)
  end)

  it("[15] has links, of which self suffices to fetch it again", function()
    local self = "/api/things?filter%5Ba%5D=1&page%5Bnumber%5D=2"
    local document = assert(fetch('{"data":[],"links":{"self":"' .. self .. '","related":"/r","describedby":"/d",'
      .. '"first":"/f","last":"/l","prev":null,"next":null}}'))
    assert.same({ self = self, related = "/r", describedby = "/d", first = "/f", last = "/l", prev = harnest.null,
      next = harnest.null }, document.links)
    x:answer(200, '{"data":[]}')
    assert(x.api:fetch(document.links.self))
    assert.equal(self, x:sent().path)
    x:answer(200, '{"data":[]}')
    assert(x.api:fetch { href = document.links.self })
    assert.equal(self, x:sent().path)
  end)

  it("[16] may describe its JSON:API: version, ext, profile and meta", function()
    local document = assert(fetch [[{"data":null,"jsonapi":{"version":"1.1","ext":["https://e.example/"],
      "profile":["https://p.example/"],"meta":{"a":1}}}]])
    assert.same({ version = "1.1", ext = { "https://e.example/" }, profile = { "https://p.example/" },
      meta = { a = 1 } }, document.jsonapi)
    for _, odd in ipairs { "{}", "null", '{"version":2}', "[]", '"1.0"', '{"version":"9.9","ext":null}' } do
      assert.equal(harnest.null, assert(fetch('{"data":null,"jsonapi":' .. odd .. "}")).data)
    end
    assert.is_nil(fetch('{"data":null}').jsonapi)
  end)
end)
