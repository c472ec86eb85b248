local harnest = require "harnest"

local array, null, changes = harnest.array, harnest.null, harnest.changes

-- A resource with these attributes and relationships.
local function resource(attributes, relationships)
  return { type = "contracts", id = "42", attributes = attributes, relationships = relationships }
end

local function copy(value)
  if type(value) ~= "table" then
    return value
  end
  local copied = {}
  for k, v in pairs(value) do
    copied[k] = copy(v)
  end
  return setmetatable(copied, getmetatable(value))
end

local one, two, three =
  { type = "people", id = "1" }, { type = "people", id = "2" }, { type = "people", id = "3" }

describe("harnest.changes: attributes", function()
  local cases = {
    { "nothing for the same", { a = 1 }, { a = 1 }, nil },
    { "what differs", { a = 1, b = "x" }, { a = 2, b = "x" }, { a = 2 } },
    { "what is new", { a = 1 }, { a = 1, b = false }, { b = false } },
    { "null for what is gone", { a = 1, b = 2 }, { a = 1 }, { b = null } },
    { "nothing for a null that is gone", { a = 1, b = null }, { a = 1 }, nil },
    { "null for what becomes null", { a = 1 }, { a = null }, { a = null } },
    { "a value for what was null", { a = null }, { a = 0 }, { a = 0 } },
    { "false apart from null", { a = null }, { a = false }, { a = false } },
    { "numbers by value", { a = 1 }, { a = 1.0 }, nil },
    { "numbers apart from their text", { a = 1 }, { a = "1" }, { a = "1" } },
    { "nothing for the same within", { a = { b = { 1, { c = "x" } } } }, { a = { b = { 1, { c = "x" } } } }, nil },
    { "an attribute whole", { a = { b = 1, c = 2 } }, { a = { b = 1, c = 3 } }, { a = { b = 1, c = 3 } } },
    { "one that loses a member", { a = { b = 1, c = 2 } }, { a = { b = 1 } }, { a = { b = 1 } } },
    { "one that gains a member", { a = { b = 1 } }, { a = { b = 1, c = 2 } }, { a = { b = 1, c = 2 } } },
    { "a shorter array", { a = array { 1, 2 } }, { a = array { 1 } }, { a = array { 1 } } },
    { "the order of an array", { a = array { 1, 2 } }, { a = array { 2, 1 } }, { a = array { 2, 1 } } },
    { "an empty array as one", { a = array {} }, { a = {} }, nil },
    { "an empty object as one", { a = {} }, { a = {} }, nil },
    { "an object that becomes an array", { a = {} }, { a = array {} }, { a = array {} } },
    { "all of them where there were none", nil, { a = 1 }, { a = 1 } },
    { "nothing where nothing is said", { a = 1 }, nil, nil },
    { "all cleared", { a = 1, b = "" }, {}, { a = null, b = null } },
  }
  for _, case in ipairs(cases) do
    it("has " .. case[1], function()
      local old, new = resource(case[2]), resource(case[3])
      local old_before, new_before = copy(old), copy(new)
      assert.same(case[4] and { attributes = case[4] }, changes(old, new))
      assert.same(old_before, old)
      assert.same(new_before, new)
    end)
  end

  it("keeps arrays that become empty arrays", function()
    local lines = array { { tags = array { 1 } } }
    local old = resource { tags = array { "x" }, deep = { tags = array { 1 }, lines = lines } }
    local new = resource { tags = {}, deep = { tags = {}, lines = { { tags = {} } }, more = 1 } }
    local update = changes(old, new)
    assert.is_true(harnest.is_array(update.attributes.tags))
    assert.is_true(harnest.is_array(update.attributes.deep.tags))
    assert.is_true(harnest.is_array(update.attributes.deep.lines[1].tags))
    assert.equal(1, update.attributes.deep.more)
    assert.is_nil(getmetatable(new.attributes.tags))
    assert.is_nil(getmetatable(new.attributes.deep.tags))
    assert.is_nil(getmetatable(new.attributes.deep.lines[1].tags))
  end)
end)

describe("harnest.changes: relationships", function()
  local function r(data, more)
    local relationship = more or {}
    relationship.data = data
    return { x = relationship }
  end
  local cases = {
    { "nothing for the same", r(one), r(copy(one)), nil },
    { "another", r(one), r(two), { x = { data = two } } },
    { "another type", r(one), r { type = "teams", id = "1" }, { x = { data = { type = "teams", id = "1" } } } },
    { "none", r(one), r(null), { x = { data = null } } },
    { "one where there was none", r(null), r(one), { x = { data = one } } },
    { "nothing for none twice", r(null), r(null), nil },
    { "nothing without data", r(one), { x = { links = { self = "/x" } } }, nil },
    { "nothing for one that is gone", r(one), {}, nil },
    { "nothing where nothing is said", r(one), nil, nil },
    { "what was not known", { x = { links = {} } }, r(one), { x = { data = one } } },
    { "what is new", nil, r(one), { x = { data = one } } },
    { "nothing for another order", r(array { one, two }), r(array { two, one }), nil },
    { "nothing for one named twice", r(array { one, two }), r(array { two, one, two }), nil },
    { "one more, each once", r(array { one }), r { one, two, one }, { x = { data = array { one, two } } } },
    { "one other", r(array { one, two }), r(array { one, three }), { x = { data = array { one, three } } } },
    { "one less", r(array { one, two }), r(array { two }), { x = { data = array { two } } } },
    { "to-one apart from to-many", r(one), r(array { one }), { x = { data = array { one } } } },
    { "nothing for other meta and links", r(one, { meta = { a = 1 } }), r(one, { links = { self = "/" } }), nil },
    { "identifiers of whole resources", r(one), r { type = "people", id = "2", attributes = {}, meta = { a = 1 } },
      { x = { data = two } } },
    { "the meta of an identifier", r(one), r { type = "people", id = "2", meta = { a = 1 } },
      { x = { data = { type = "people", id = "2", meta = { a = 1 } } } } },
    { "a resource that a script gives", r(one), { x = two }, { x = { data = two } } },
    { "an array that a script gives", r(array { one }), { x = array { two } }, { x = { data = array { two } } } },
    { "null that a script gives", r(one), { x = null }, { x = { data = null } } },
    { "another id after a NUL", r { type = "people", id = "1\0a" }, r { type = "people", id = "1\0b" },
      { x = { data = { type = "people", id = "1\0b" } } } },
    { "ids that are numbers as text", r(one), r { type = "people", id = 1 }, nil },
  }
  for _, case in ipairs(cases) do
    it("has " .. case[1], function()
      local old, new = resource(nil, case[2]), resource(nil, case[3])
      local old_before, new_before = copy(old), copy(new)
      assert.same(case[4] and { relationships = case[4] }, changes(old, new))
      assert.same(old_before, old)
      assert.same(new_before, new)
    end)
  end

  it("keeps to-many relationships that become empty arrays", function()
    local update = changes(resource(nil, r(array { one })), resource(nil, r {}))
    assert.is_true(harnest.is_array(update.relationships.x.data))
    assert.is_nil(update.relationships.x.data[1])
  end)
end)

describe("harnest.changes", function()
  it("has attributes and relationships together", function()
    assert.same(
      { attributes = { a = 2 }, relationships = { x = { data = two } } },
      changes(resource({ a = 1 }, { x = { data = one } }), resource({ a = 2 }, { x = { data = two } }))
    )
  end)

  it("ignores meta and links", function()
    local old, new = resource { a = 1 }, resource { a = 1 }
    old.meta, new.links = { x = 1 }, { self = "/" }
    assert.is_nil(changes(old, new))
  end)

  it("reads tables without metamethods", function()
    local loud = { __index = error, __eq = error, __pairs = error, __len = error }
    local old = setmetatable(resource(setmetatable({ a = setmetatable({}, loud) }, loud)), loud)
    local new = setmetatable(resource(setmetatable({ a = setmetatable({ b = 1 }, loud) }, loud)), loud)
    assert.same(1, changes(old, new).attributes.a.b)
  end)

  local usage_errors = {
    { "no resource", nil, {}, "harnest.changes: old: expected a resource, got nil" },
    { "a string", resource(), "x", "harnest.changes: new: expected a resource, got string" },
    { "another id", resource(), { type = "contracts", id = "43" },
      'harnest.changes: new.id: expected "42", as in old, got "43"' },
    { "another type", resource(), { type = "people", id = "42" },
      'harnest.changes: new.type: expected "contracts", as in old, got "people"' },
    { "no id", resource(), { type = "contracts" },
      "harnest.changes: new: expected a resource with type and id, got a table without them" },
    { "two empty tables", {}, {},
      "harnest.changes: old: expected a resource with type and id, got a table without them" },
    { "two without ids", { type = "t" }, { type = "t" },
      "harnest.changes: old: expected a resource with type and id, got a table without them" },
    { "attributes that are none", resource(), resource "x",
      "harnest.changes: new.attributes: expected a table, got string" },
    { "a relationship that is none", resource(), resource(nil, { x = 1 }),
      "harnest.changes: relationships.x: expected a relationship, got 1" },
    { "linkage that is none", resource(), resource(nil, { x = { data = { {} } } }),
      "harnest.changes: relationships.x[1]: expected a resource or an identifier with type and id" },
    { "linkage that is a string", resource(nil, { x = { data = one } }), resource(nil, { x = { data = "1" } }),
      "harnest.changes: relationships.x: expected resources, identifiers or null, got string" },
  }
  for _, case in ipairs(usage_errors) do
    it("rejects " .. case[1], function()
      local fine, message = pcall(changes, case[2], case[3])
      assert.is_false(fine)
      assert.equal(case[4], (message:gsub("^[^:]+:%d+: ", "")))
    end)
  end

  it("compares ids in full length", function()
    local first, second = ("a"):rep(500), ("a"):rep(250) .. "b" .. ("a"):rep(249)
    local fine, message = pcall(changes, { type = "t", id = first }, { type = "t", id = second })
    assert.is_false(fine)
    assert.matches('new.id: expected "a+%.%.%.a+", as in old, got "a+%.%.%.a+"$', message)
    local function related(id)
      return { type = "t", id = "1", relationships = { r = { data = { { type = "t", id = id } } } } }
    end
    assert.equal(second, changes(related(first), related(second)).relationships.r.data[1].id)
    assert.is_nil(changes(related(first), related(first)))
  end)

  it("rejects tables that contain themselves", function()
    local old, new = { x = 1 }, { x = 1 }
    old.self, new.self = old, new
    local fine, message = pcall(changes, resource { a = old }, resource { a = new })
    assert.is_false(fine)
    assert.equal("harnest.changes: attributes.a: nested more than 1024 levels deep; does the table contain itself?",
      (message:gsub("^[^:]+:%d+: ", "")))
  end)
end)
