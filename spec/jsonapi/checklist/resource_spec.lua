-- docs/SPEC.md, C: resources, identifiers and their fields.

local exchange = require "spec.support.exchange"
local harnest = require "harnest"
local lists = require "spec.support.lists"
local usage_error = require "spec.support.usage_error"

describe("a resource", function()
  local x = exchange.hook(setup, before_each, teardown)
  local api

  setup(function() api = lists.client() end)
  teardown(function() api:close() end)

  local function get(body)
    x:answer(200, '{"data":' .. body .. ',"included":[]}')
    return assert(x.api:get("things", 1))
  end

  -- The body sent when a resource is created from a table
  local function created(given)
    x:answer(204)
    assert(x.api:create(given.type or "things", given))
    return x:sent().body
  end

  describe("has strings for type and id:", function()
    it("[17] sends numbers as strings", function()
      assert.equal('{"data":{"id":"5","relationships":{"one":{"data":{"id":"7","type":"things"}}},"type":"things"}}',
        created { id = 5, relationships = { one = { type = "things", id = 7.0 } } })
      x:answer(204)
      assert(x.api:update("things", 12, { attributes = { a = 1 } }))
      assert.equal('{"data":{"attributes":{"a":1},"id":"12","type":"things"}}', x:sent().body)
    end)

    it("[17] sends nothing for a value that cannot be an id", function()
      for _, id in ipairs { "", 1.5, true, {} } do
        usage_error(x.api.create, x.api, "things", { id = id })
        usage_error(x.api.create, x.api, "things",
          { relationships = { one = { type = "things", id = id } } })
      end
      for _, type in ipairs { "", 1, true } do
        usage_error(x.api.create, x.api, "things",
          { relationships = { one = { type = type, id = "1" } } })
      end
      for _, lid in ipairs { "", 1, true } do
        usage_error(x.api.create, x.api, "things", { lid = lid })
      end
      assert.equal(0, x:count())
    end)

    it("[17] reads a number as its text", function()
      local thing = get [[{"type":"things","id":12,"relationships":{"one":{"data":{"type":"things",
        "id":9007199254740993}},"many":{"data":[{"type":"things","id":-1}]}}}]]
      assert.equal("12", thing.id)
      assert.equal("9007199254740993", thing.relationships.one.data.id)
      assert.equal("-1", thing.relationships.many.data[1].id)
    end)
  end)

  it("[18] without an id is new, identified by its lid until created", function()
    assert.equal('{"data":{"attributes":{"a":1},"type":"things"}}', created { attributes = { a = 1 } })
    assert.equal('{"data":{"lid":"new","relationships":{"me":{"data":{"lid":"new","type":"things"}}},"type":"things"}}',
      created { lid = "new", relationships = { me = { type = "things", lid = "new" } } })
    assert.truthy(usage_error(x.api.update, x.api, { type = "things", lid = "new" }, {}):find("id",
      1, true))
    assert.truthy(usage_error(x.api.create, x.api, "things",
      { relationships = { one = { type = "things" } } })
      :find("expected a resource or an identifier", 1, true))
  end)

  it("[19] has one lid throughout the document", function()
    x:answer(204)
    assert(x.api:atomic {
      { op = "add", data = { type = "things", lid = "new", attributes = { a = 1 } } },
      { op = "add", ref = { type = "things", lid = "new", relationship = "many" }, data = { type = "b", id = "1" } },
      { op = "update", data = { type = "b", id = "1", relationships = { one = { type = "things", lid = "new" } } } },
      { op = "remove", ref = { type = "things", lid = "new" } },
    })
    local lids, count = {}, 0
    for lid in x:sent().body:gmatch '"lid":"(.-)","' do
      lids[lid], count = true, count + 1
    end
    assert.same({ new = true }, lids)
    assert.equal(4, count)
  end)

  it("[20] is identified by type and id, not by the id alone", function()
    x:answer(200, [[{"data":{"type":"things","id":"1","relationships":{"a":{"data":{"type":"apples","id":"1"}},
      "b":{"data":{"type":"bears","id":"1"}},"c":{"data":{"type":"cows","id":"1"}}}},
      "included":[{"type":"bears","id":"1"},{"type":"apples","id":"1"}]}]])
    local thing = assert(x.api:get("things", 1))
    assert.equal("apples", thing:related("a").type)
    assert.equal("bears", thing:related("b").type)
    assert.is_nil((thing:related "c"))
    assert.same({ type = "things", id = "1" }, thing:ref())
  end)

  describe("separates its members:", function()
    it("[21] a field's name does not hide the resource's own members", function()
      local thing = get [[{"type":"things","id":"1","attributes":{"id":2,"type":"x","attributes":3,"related":4,"ref":5,
        "links":6,"meta":7},"relationships":{"related":{"data":null},"id":{"data":null}}}]]
      assert.equal("1", thing.id)
      assert.equal("things", thing.type)
      assert.same({ id = 2, type = "x", attributes = 3, related = 4, ref = 5, links = 6, meta = 7 }, thing.attributes)
      assert.is_nil(thing.links)
      assert.equal("function", type(thing.related))
      assert.same({}, { thing:related "related" })
    end)

    it("[21] sends no field named type or id, and none that is both attribute and "
      .. "relationship", function()
      local one = { type = "things", id = "1" }
      for _, given in ipairs {
        { attributes = { id = "1" } }, { attributes = { type = "x" } }, { relationships = { id = one } },
        { relationships = { type = one } }, { attributes = { one = 1 }, relationships = { one = one } },
      } do
        local section, name = usage_error(x.api.create, x.api, "things",
          given):match "(%a+)%.(%a+): "
        assert.truthy(given[section] and given[section][name], section)
        usage_error(x.api.update, x.api, "things", 1, given)
        given.type = "things"
        usage_error(x.api.atomic, x.api, { { op = "add", data = given } })
      end
      assert.equal(0, x:count())
    end)
  end)

  it("[22] has any JSON in its attributes, which are read back as written", function()
    local texts = {
      "null", "false", "true", "[]", "{}", '""', "0", "-1.5", "[null]", "[[],{}]",
      '{"a":{"b":[{"c":[]}]}}', "[1,[2,[3]]]", '{"":1}', '"\\u0000"', "1e100",
    }
    for _, text in ipairs(texts) do
      local thing = get('{"type":"things","id":"1","attributes":{"a":' .. text .. "}}")
      x:answer(204)
      assert(x.api:update(thing, { attributes = thing.attributes }))
      assert.equal('{"data":{"attributes":{"a":' .. text .. '},"id":"1","type":"things"}}', x:sent().body)
    end
    local thing = get '{"type":"things","id":"1","attributes":{"a":null,"b":false,"c":[],"d":{}}}'
    assert.equal(harnest.null, thing.attributes.a)
    assert.is_false(thing.attributes.b)
    assert.is_true(harnest.is_array(thing.attributes.c))
    assert.is_false(harnest.is_array(thing.attributes.d))
  end)

  it("[23] may have meta, like all objects around it", function()
    x:answer(200, [[{"meta":{"n":1},"jsonapi":{"meta":{"n":2}},"links":{"self":{"href":"/x","meta":{"n":3}}},
      "data":{"type":"things","id":"1","meta":{"n":4},"links":{"self":{"href":"/api/things/1","meta":{"n":5}}},
      "relationships":{"one":{"data":{"type":"things","id":"2","meta":{"n":6}},"meta":{"n":7}}}}}]])
    local document = assert(x.api:fetch "/things/1")
    local thing = document.data
    local one = thing.relationships.one
    for n, holder in ipairs {
      document, document.jsonapi, document.links.self, thing, thing.links.self, one.data, one,
    } do
      assert.same({ n = n }, holder.meta)
    end
    x:answer(400, '{"errors":[{"meta":{"n":8}}]}')
    assert.same({ n = 8 }, select(2, x.api:get("things", 1)).errors[1].meta)
    assert.equal('{"data":{"meta":{"n":9},"relationships":{"one":{"data":{"id":"2","meta":{"n":10},"type":"things"},'
      .. '"meta":{"n":11}}},"type":"things"}}', created {
      meta = { n = 9 },
      relationships = { one = { data = { type = "things", id = "2", meta = { n = 10 } }, meta = { n = 11 } } },
    })
  end)

  describe("has relationships", function()
    it("[24] that are unknown if they have no data", function()
      local thing = get [[{"type":"things","id":"1","relationships":{"a":{"links":{"related":"/a"}},"b":{"meta":{}},
        "c":{},"d":{"data":null},"e":{"data":[]}}}]]
      for _, name in ipairs { "a", "b", "c" } do
        local related, err = thing:related(name)
        assert.is_nil(related)
        assert.equal("refused", err.kind)
      end
      assert.same({}, { thing:related "d" })
      assert.same({}, thing:related "e")
    end)

    it("[24] that are not sent back if they have no data", function()
      local thing = get [[{"type":"things","id":"1","relationships":{"a":{"links":{"related":"/a"}},"b":{"meta":{}},
        "d":{"data":null},"e":{"data":[]}}}]]
      x:answer(204)
      assert(x.api:update(thing, { relationships = thing.relationships }))
      assert.equal('{"data":{"id":"1","relationships":{"d":{"data":null},"e":{"data":[]}},"type":"things"}}',
        x:sent().body)
    end)

    it("[25] to none, one or many, in a stable order", function()
      local many = '[{"id":"3","type":"things"},{"id":"1","type":"things"},{"id":"2","type":"things"}]'
      local thing = get('{"type":"things","id":"1","relationships":{"none":{"data":null},"one":{"data":'
        .. '{"type":"things","id":"2"}},"many":{"data":' .. many .. '},"few":{"data":[]}}}')
      assert.equal(harnest.null, thing.relationships.none.data)
      assert.same({ type = "things", id = "2" }, thing.relationships.one.data)
      assert.same({ "3", "1", "2" }, { thing.relationships.many.data[1].id, thing.relationships.many.data[2].id,
        thing.relationships.many.data[3].id })
      assert.is_true(harnest.is_array(thing.relationships.few.data))
      assert.truthy(created { relationships = { many = thing.relationships.many } }:find(many, 1, true))
    end)

    it("[26] to resources of several types", function()
      x:answer(200, [[{"data":{"type":"things","id":"1","relationships":{"many":{"data":[{"type":"a","id":"1"},
        {"type":"b","id":"1"},{"type":"a","id":"2"},{"type":"things","id":"1"}]}}},
        "included":[{"type":"a","id":"2"},{"type":"b","id":"1"},{"type":"a","id":"1"}]}]])
      local thing = assert(x.api:get("things", 1))
      local found = {}
      for i, target in ipairs(thing:related "many") do found[i] = target.type .. target.id end
      assert.equal("a1 b1 a2 things1", table.concat(found, " "))
    end)

    it("[27] whose pagination links page the linkage, not the related resources", function()
      local thing = get [[{"type":"things","id":"1","relationships":{"many":{"data":[{"type":"b","id":"1"}],"links":{
        "self":"/api/things/1/relationships/many","related":"/api/things/1/many",
        "next":"/api/things/1/relationships/many?page=2"}}}}]]
      x:serve("GET /api/things/1/relationships/many?page=2", 200,
        '{"data":[{"type":"b","id":"2"}],"links":{"next":null}}')
      x:serve("GET /api/things/1/relationships/many", 200, '{"data":[{"type":"b","id":"1"}],'
        .. '"links":{"next":"/api/things/1/relationships/many?page=2"}}')
      x:serve("GET /api/things/1/many?page=2", 200,
        '{"data":[{"type":"b","id":"2","attributes":{"a":2}}],"links":{"next":null}}')
      x:serve("GET /api/things/1/many", 200, '{"data":[{"type":"b","id":"1","attributes":{"a":1}}],'
        .. '"links":{"next":"/api/things/1/many?page=2"}}')
      assert.same({ { type = "b", id = "1" }, { type = "b", id = "2" } }, x.api:relationship(thing, "many"):get())
      local attributes = {}
      for target in x.api:related(thing, "many") do attributes[#attributes + 1] = target.attributes.a end
      assert.same({ 1, 2 }, attributes)
      local rest = assert(x.api:all(thing.relationships.many.links.next))
      assert.same({ { type = "b", id = "2" } }, rest)
    end)

    it("[28] whose self link gives linkage, and whose related link gives resources or "
      .. "none", function()
      local contract = assert(api:get("contracts", 3))
      local linkage = assert(api:relationship(contract, "signers"):get())
      assert.same(contract.relationships.signers.data, linkage)
      assert.is_nil(linkage[1].attributes)
      local count = 0
      for person in api:related(contract, "signers") do
        count = count + 1
        assert.equal(linkage[count].id, person.id)
        assert.is_string(person.attributes.name)
      end
      assert.equal(#linkage, count)
      local empty = { type = "things", id = "1" }
      x:answer(200, '{"data":null}')
      assert.same({}, { x.api:related(empty, "one") })
      x:answer(200, '{"data":[]}')
      assert.is_nil((x.api:related(empty, "many"):next()))
    end)
  end)

  it("[29] is fetched again from its self link rather than from a built URL", function()
    local thing = get '{"type":"things","id":"1","links":{"self":"/api/elsewhere/one?as=it-is"}}'
    x:answer(200, '{"data":{"type":"things","id":"1"}}')
    assert.equal("1", assert(x.api:get(thing)).id)
    assert.equal("/api/elsewhere/one?as=it-is", x:sent().path)
    thing = get('{"type":"things","id":"1","links":{"self":{"href":"' .. x.url .. '/elsewhere/two"}}}')
    x:answer(200, '{"data":{"type":"things","id":"1"}}')
    assert(x.api:get(thing))
    assert.equal("/api/elsewhere/two", x:sent().path)
    local contract = assert(api:get("contracts", 7))
    assert.is_string(contract.links.self)
    assert.same(contract, api:get(contract.links.self))
  end)

  it("[29] is fetched from the built URL if it has no link under the base URL", function()
    for _, links in ipairs { "null", "{}", '{"self":null}', '{"self":"https://elsewhere.example/things/1"}' } do
      local thing = get('{"type":"things","id":"1","links":' .. links .. "}")
      x:answer(200, '{"data":{"type":"things","id":"1"}}')
      assert(x.api:get(thing))
      assert.equal("/api/things/1", x:sent().path)
    end
  end)
end)
