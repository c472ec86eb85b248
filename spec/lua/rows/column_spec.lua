-- Where a column finds its value.

local fixture = require "spec.support.rows_fixture"
local harnest = require "harnest"

describe("api:rows of other documents", function()
  local scripted = fixture.scripted(setup, before_each, after_each, teardown)
  local raw_rows, raw_row = scripted.rows, scripted.row

  it("looks in the resource, its attributes, its relationships and beside them, in this order", function()
    local resource = [=[[{"type":"things","id":"1","lid":"l","meta":{"m":{"n":1}},"links":{"self":"/s"},"x":9,
      "both":"beside",
      "attributes":{"id":"a","type":"b","meta":{"m":2},"a.b":"dotted","a":{"b":"nested","c":[1]},"links":3,
        "both":"attribute","address":{"city":"Bern","geo":{"lat":1.5}}},
      "relationships":{"both":{"data":{"type":"t","id":"r"}},"owner":{"data":{"type":"p","id":7}}}}]]=]
    local cases = {
      { "id", "1" }, { "type", "things" }, { "meta.m.n", 1 }, { "links.self", "/s" }, { "a.b", "dotted" },
      { "both", "attribute" }, { "address.city", "Bern" }, { "address.geo.lat", 1.5 }, { "owner.id", "7" },
      { "owner.type", "p" }, { "x", 9 }, { "lid", "l" }, { "attributes.both", "attribute" },
    }
    for _, case in ipairs(cases) do
      assert.equal(case[2], (raw_row({ case[1] }, resource)), case[1])
    end
    assert.same({ 1 }, (raw_row({ "a.c" }, resource)))
    assert.same({ m = { n = 1 } }, (raw_row({ "meta" }, resource)))
    assert.same({ self = "/s" }, (raw_row({ "links" }, resource)))
    assert.same({ city = "Bern", geo = { lat = 1.5 } }, (raw_row({ "address" }, resource)))
  end)

  it("reads attributes named meta and links if the resource has none of its own", function()
    local data = '[{"type":"t","id":"1","attributes":{"meta":{"m":2},"links":"l"}}]'
    local meta, links = raw_row({ "meta.m", "links" }, data)
    assert.equal(2, meta)
    assert.equal("l", links)
  end)

  it("reads resources that have their members at the top", function()
    local id, name, city = raw_row({ "id", "name", "address.city" },
      '[{"id":5,"name":"n","address":{"city":"Bern"}}]')
    assert.same({ "5", "n", "Bern" }, { id, name, city })
  end)

  it("reads names with any bytes, and values as they are", function()
    local row = { raw_row({ "ü ñ", "zero", "big", "float", "text", "empty", "none" },
      [=[[{"type":"t","id":"1","attributes":{"ü ñ":true,"zero":0,"big":9007199254740993,"float":1e-3,
        "text":"a\u0000b","empty":[],"none":{}}}]]=]) }
    assert.is_true(row[1])
    assert.equal(0, row[2])
    assert.equal(0.001, row[4])
    assert.equal("a\0b", row[5])
    assert.is_true(harnest.is_array(row[6]))
    assert.same({}, row[7])
    assert.is_false(harnest.is_array(row[7]))
  end)

  it("finds members in any order", function()
    local rows = assert(raw_rows({ "id", "b", "a" }, [=[[
      {"type":"t","id":"1","attributes":{"a":1,"b":"x","c":0}},
      {"attributes":{"b":"a","c":5,"a":"b"},"id":"2","type":"t"},
      {"id":"3","attributes":{"c":1},"type":"t"},
      {"id":"4","type":"t"},
      {"id":"5","type":"t","attributes":{"z":"a","y":{"a":0,"b":[]},"a":null,"b":2.5}}
    ]]=]))
    assert.same({
      { n = 3, "1", "x", 1 }, { n = 3, "2", "a", "b" }, { n = 3, "3" }, { n = 3, "4" }, { n = 3, "5", 2.5 },
    }, rows)
  end)
end)
