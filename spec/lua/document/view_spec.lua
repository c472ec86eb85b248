-- Views: resources that are decoded from their page on access.

local harnest = require "harnest"
local usage_error = require "spec.support.usage_error"
local view_fixture = require "spec.support.view_fixture"

local fixture = view_fixture(setup, before_each, teardown)
local VIEW, is_view, shows, both = fixture.VIEW, fixture.is_view, fixture.shows, fixture.both

-- The metamethods for iteration that this Lua has
local has_pairs = pcall(function()
  local reached = setmetatable({}, { __pairs = function() return next, { 1 } end })
  assert(pairs(reached)(select(2, pairs(reached))) == 1)
end)
local has_ipairs = _VERSION == "Lua 5.3" or _VERSION == "Lua 5.4" or _VERSION == "Lua 5.2" or has_pairs

local RICH = [=[{"data":{"type":"t","id":7,"lid":"l","attributes":{"s":"x\u0000y","i":9007199254740993,"n":-3,
  "u":18446744073709551615,"huge":123456789012345678901234567890,"f":0.1,"z":-0.0,"one":1.0,"no":false,"yes":true,
  "null":null,"a":[],"o":{},"deep":[1,[2,[3,{"x":[null,"y"]}]],{}],"id":5,"type":6,"table":"t","related":"r","ref":"f",
  "":"empty","1":"one","twice":1,"twice":2},
  "relationships":{"a":{"data":{"type":"t","id":8}},"b":{"data":[{"type":"t","id":9},{"type":"t","id":"10"}]},
  "c":{"data":null},"d":{"data":[]},"e":null,"f":[],"g":{},"h":{"links":{"related":"/x"},"meta":{"id":4}}},
  "links":{"self":"/t/7"},"meta":{"id":3,"list":[{"id":4}]}}}]=]

describe("a view", function()
  it("distinguishes arrays from objects, also empty ones", function()
    local view = assert(fixture.api:get("contracts", 7, { view = true }))
    assert.is_true(harnest.is_array(view.attributes.tags))
    assert.is_false(harnest.is_array(view.attributes))
    assert.is_false(harnest.is_array(view))
    assert.is_false(harnest.is_array(5))
  end)

  it("shows what the plain resource has", function()
    local view, plain = both(RICH)
    assert.is_true(shows(view, plain) > 50)
    assert.equal("7", view.id)
    assert.equal("8", view.relationships.a.data.id)
    assert.equal("10", view.relationships.b.data[2].id)
    assert.equal(5, view.attributes.id)
    assert.equal(3, view.meta.id)
    assert.equal(2, view.attributes.twice)
    assert.equal(harnest.null, view.attributes.null)
    assert.equal(harnest.null, view.relationships.c.data)
    assert.is_nil(view.relationships.e.data)
    assert.is_nil(view.attributes.nothing)
    assert.is_nil(view.nothing)
  end)

  it("shows every contract as it is", function()
    local plain = assert(fixture.api:all("contracts", { limit = 150 }))
    local views = assert(fixture.api:all("contracts", { limit = 150 }, VIEW))
    assert.equal(150, #views)
    for i, view in ipairs(views) do shows(view, plain[i]) end
  end)

  it("distinguishes arrays and objects by their keys", function()
    local view = both(RICH)
    local deep = view.attributes.deep
    assert.equal(1, deep[1])
    assert.equal(3, #deep)
    assert.equal("y", deep[2][2][2].x[2])
    for _, key in ipairs { 0, -1, 4, 1.5, 2 ^ 60, 1 / 0, -1 / 0, 0 / 0 } do assert.is_nil(deep[key]) end
    for _, key in ipairs { "1", "x", true, {}, print } do assert.is_nil(deep[key]) end
    assert.equal("one", view.attributes["1"])
    assert.is_nil(view.attributes[1])
    assert.is_nil(view[1])
    assert.equal(0, #view.attributes)
  end)

  it("finds items in any order", function()
    local items = {}
    for i = 1, 50 do items[i] = i % 2 == 0 and tostring(i) or ('{"x":%d}'):format(i) end
    local view = both('{"data":{"type":"t","id":"1","attributes":{"a":[' .. table.concat(items, ",") .. "]}}}")
    local array = view.attributes.a
    local function check(i)
      local item = array[i]
      assert.equal(i, i % 2 == 0 and item or item.x)
    end
    for i = 1, 50 do check(i) end
    for i = 50, 1, -1 do check(i) end
    for i = 1, 200 do check(i * 37 % 50 + 1) check(i * 37 % 50 + 1) end
    assert.is_nil(array[51])
    check(50)
  end)

  it("separates data from methods", function()
    local view = both(RICH)
    assert.equal("t", view.attributes.table)
    assert.equal("r", view.attributes.related)
    assert.equal("f", view.attributes.ref)
    view = both '{"data":{"type":"t","id":"1","table":1,"ref":2,"related":3,"tables":4,"re":5}}'
    assert.is_function(view.table)
    assert.is_function(view.ref)
    assert.is_function(view.related)
    assert.equal(4, view.tables)
    assert.equal(5, view.re)
    assert.equal(1, rawget(view:table(), "table"))
  end)

  it("is equal to another view of the same value", function()
    local views = assert(fixture.api:all("contracts", { limit = 2 }, VIEW))
    assert.is_true(views[1].attributes == views[1].attributes)
    assert.is_false(views[1].attributes == views[2].attributes)
    assert.is_false(views[1] == views[2])
    assert.is_false(views[1] == io.stdout)
  end)

  it("has a string form", function()
    local view = both(RICH)
    assert.equal("harnest.view: t/7", tostring(view))
    assert.equal("harnest.view: an array of 3", tostring(view.attributes.deep))
    assert.equal("harnest.view: an object with 0 members", tostring(view.attributes.o))
    assert.equal("harnest.view: an object with 0 members", tostring(view.relationships.e))
    assert.equal("harnest.view: ?/?", tostring((both '{"data":{"type":[],"id":null}}')))
  end)

  it("cannot be modified", function()
    local view = both(RICH)
    assert.matches("^title: a view cannot be changed",
      usage_error(function() view.attributes.title = "x" end))
    assert.matches("^id: a view", usage_error(function() view.id = "x" end))
    assert.matches("a view", usage_error(function() view.attributes.deep[1] = "x" end))
    assert.matches("a view", usage_error(function() view.attributes[{}] = "x" end))
    assert.equal("7", view.id)
  end)

  it("hides its metatable", function()
    local view = both(RICH)
    assert.equal("harnest.view", getmetatable(view))
  end)
end)

describe("iterating over a view", function()
  it("works by calling it, in every Lua", function()
    local view = both(RICH)
    local names = {}
    for name in view() do names[#names + 1] = name end
    table.sort(names)
    assert.same({ "attributes", "id", "lid", "links", "meta", "relationships", "type" }, names)
    local count = 0
    for i, value in view.attributes.deep() do
      count = count + 1
      assert.equal(view.attributes.deep[i], value)
    end
    assert.equal(3, count)
    for _ in view.attributes.a() do error "not reached" end
    for _ in view.relationships.e() do error "not reached" end
    assert.matches("in view%(%)", usage_error(function()
      for _ in view.attributes do error "not reached" end
    end))
  end)

  if has_pairs then
    it("works with pairs", function()
      local view, plain = both(RICH)
      local count = 0
      for name, value in pairs(view.attributes) do
        count = count + 1
        shows(value, plain.attributes[name])
      end
      assert.equal(22, count)
      for i, value in pairs(view.attributes.deep) do assert.equal(view.attributes.deep[i], value) end
    end)
  end

  if has_ipairs then
    it("works with ipairs", function()
      local view, plain = both(RICH)
      local count = 0
      for i, value in ipairs(view.attributes.deep) do
        count = count + 1
        shows(value, plain.attributes.deep[i])
      end
      assert.equal(3, count)
      local step, array = ipairs(view.attributes.deep)
      assert.equal(1, (step(array, 0, "more"))) -- `for` passes none, scripts may
      for _ in ipairs(view.attributes) do error "not reached" end
      for _ in ipairs(view.attributes.a) do error "not reached" end
    end)
  end
end)

describe("view:table", function()
  it("is the plain resource", function()
    local view, plain = both(RICH)
    local own = view:table()
    assert.same(plain, own)
    assert.equal(getmetatable(plain), getmetatable(own))
    assert.is_true(harnest.is_array(own.attributes.a))
    assert.equal(harnest.encode(plain), harnest.encode(own))
    own.attributes.title = "changed"
    assert.is_nil(view.attributes.title)
  end)

  it("has the view's related resources", function()
    local view = assert(fixture.api:get("contracts", 7, { include = "owner" }, VIEW))
    local own = view:table()
    assert.equal(view:related("owner").id, own:related("owner").id)
    assert.is_table(own:related "owner")
    assert.equal(own, view:table()) -- each resource of a compound document is one table
  end)
end)

describe("view:ref", function()
  it("is a table with type and id, or lid", function()
    local view = assert(fixture.api:get("contracts", 7, VIEW))
    assert.same({ type = "contracts", id = "7" }, view:ref())
    assert.same({ type = "t", id = "7" }, (both(RICH)):ref())
    assert.same({ type = "t", lid = "x" }, (both '{"data":{"type":"t","lid":"x"}}'):ref())
    local odd = '{"data":{"type":{"a":[]},"id":[{}]}}'
    for _, body in ipairs { odd, '{"data":{"type":"t"}}', '{"data":{}}', '{"data":{"type":null,"id":true,"lid":1}}' } do
      local one, other = both(body)
      assert.same(other:ref(), one:ref())
    end
  end)
end)

describe("view:related", function()
  -- Fails unless both have the same relationship
  local function agrees(view, plain, name)
    local expected, expected_more = plain:related(name)
    local related, more = view:related(name)
    if type(expected) == "table" and harnest.is_array(expected) then
      assert.is_true(harnest.is_array(related))
      assert.equal(#expected, #related)
      for i, one in ipairs(expected) do shows(related[i], one) end
    elseif expected then
      shows(related, expected)
    else
      assert.is_nil(related)
    end
    if expected == nil and expected_more then
      assert.equal(expected_more.kind, more.kind)
      assert.equal(expected_more.message, more.message)
    elseif expected_more then
      assert.is_true(harnest.is_array(more))
      assert.equal(#expected_more, #more)
      for i, one in ipairs(expected_more) do shows(more[i], one) end
    else
      assert.is_nil(more)
    end
  end

  it("returns views of included resources", function()
    local query = { limit = 40, include = { "owner", "company", "signers", "owner.manager" } }
    local plain, views = assert(fixture.api:all("contracts", query)), assert(fixture.api:all("contracts", query, VIEW))
    for i, view in ipairs(views) do
      for _, name in ipairs { "owner", "company", "signers" } do agrees(view, plain[i], name) end
      agrees(view:related "owner", plain[i]:related "owner", "manager")
    end
    assert.is_true(is_view(views[1]:related "owner"))
    assert.is_true(is_view(views[3]:related("signers")[1]))
  end)

  it("has the rules and errors of plain resources", function()
    local view, plain = both [=[{"data":{"type":"t","id":"1","relationships":{
      "one":{"data":{"type":"t","id":2}},"local":{"data":{"type":"t","lid":"x"}},"self":{"data":{"type":"t","id":"1"}},
      "gone":{"data":{"type":"t","id":"99"}},"null":{"data":null},"none":{"data":[]},"odd":{"data":{"id":"2"}},
      "number":{"data":{"type":3,"id":"3"}},"idless":{"data":{"type":"t","id":null}},
      "some":{"data":[{"type":"t","id":"2"},{"type":"t","id":"99"},7,{"type":"u","id":2},null]},
      "lost":{"data":[{"type":"t","id":"99"}]},"text":{"data":"x"},"flag":{"data":true},"links":{"links":{}},
      "unstated":null,"empty":{},"list":[],"word":"x","@meta":{"data":{"type":"t","id":"2"}},
      "twice":{"data":null,"data":{"type":"t","id":"2"}}}},
      "included":[{"type":"t","id":"2","attributes":{"a":1}},{"type":"t","lid":"x"},{"type":"u","id":"2"},
      {"type":3,"id":"3"}]}]=]
    for name in pairs(plain.relationships) do agrees(view, plain, name) end
    agrees(view, plain, "nothing")
    assert.equal(1, view:related("one").attributes.a)
    assert.equal(view, view:related "self")
    for _, relationships in ipairs { "null", "[]", "7", '{"a":7}', '{"a":{"data":{"type":"t","id":"1"}}}' } do
      view, plain = both('{"data":{"type":"t","id":"1","relationships":' .. relationships .. "}}")
      agrees(view, plain, "a")
    end
  end)

  it("names what it expects", function()
    local view = both(RICH)
    local related, ref, to_table = view.related, view.ref, view.table
    assert.equal("related: name: expected a string, the relationship's name, got nil",
      usage_error(function() view:related() end))
    for _, wrong in ipairs { 1, "x", {}, io.stdout, harnest.null, print } do
      assert.matches("^related: expected a view, got ", usage_error(related, wrong, "a"))
      assert.matches("^ref: expected a view, got ", usage_error(ref, wrong))
    end
    assert.matches("^table: expected a resource, got ", usage_error(to_table, view.attributes))
    assert.matches("^related: expected a resource, got ",
      usage_error(related, view.attributes, "a"))
  end)
end)
