-- Views: resources that are decoded from their page on access.

local child = require "spec.support.child"
local harnest = require "harnest"
local usage_error = require "spec.support.usage_error"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

local sb = sandbox.get()
local api, raw, scripted

setup(function()
  raw = rawserver.start()
  scripted = harnest.new { url = raw.url, dialect = "jsonapi", retries = 0 }
  api = harnest.new { url = sb.url, token = sb.token, dialect = "harnest" }
end)

teardown(function()
  api:close()
  scripted:close()
  raw:stop()
end)

before_each(function() raw:reset() end)

local VIEW = { view = true }

-- The metamethods for iteration that this Lua has
local has_pairs = pcall(function()
  local reached = setmetatable({}, { __pairs = function() return next, { 1 } end })
  assert(pairs(reached)(select(2, pairs(reached))) == 1)
end)
local has_ipairs = _VERSION == "Lua 5.3" or _VERSION == "Lua 5.4" or _VERSION == "Lua 5.2" or has_pairs

local function is_view(value)
  return type(value) == "userdata" and value ~= harnest.null
end

local function answer(body, headers)
  raw:play { { rawserver.response(200, headers or {}, body) } }
end

-- The response's data as a view and as tables
local function both(body, headers)
  answer(body, headers)
  local view = assert(scripted:fetch("/things", VIEW)).data
  answer(body, headers)
  return view, assert(scripted:fetch "/things").data
end

local function kind(number)
  return math.type and math.type(number) or type(number)
end

-- Fails unless a view shows exactly what the table has, at every depth
local function shows(view, plain, path)
  path = path or "view"
  if type(plain) ~= "table" then
    assert(not is_view(view), path)
    assert(rawequal(view, plain) or view ~= view and plain ~= plain, path)
    assert(kind(view) == kind(plain), path)
    return 1
  end
  assert(is_view(view), path .. " is a " .. type(view))
  assert(#view == #plain, path .. " has another length")
  local values, members = 1, {}
  for key, value in view() do
    assert(members[key] == nil, path .. " gives a member twice")
    members[key] = value
    values = values + shows(value, plain[key], path .. "." .. tostring(key))
    assert(view[key] == value, path)
  end
  for key, value in next, plain do
    assert(members[key] ~= nil, path .. " lacks " .. tostring(key))
    shows(view[key], value, path .. "." .. tostring(key))
  end
  return values
end

local RICH = [=[{"data":{"type":"t","id":7,"lid":"l","attributes":{"s":"x\u0000y","i":9007199254740993,"n":-3,
  "u":18446744073709551615,"huge":123456789012345678901234567890,"f":0.1,"z":-0.0,"one":1.0,"no":false,"yes":true,
  "null":null,"a":[],"o":{},"deep":[1,[2,[3,{"x":[null,"y"]}]],{}],"id":5,"type":6,"table":"t","related":"r","ref":"f",
  "":"empty","1":"one","twice":1,"twice":2},
  "relationships":{"a":{"data":{"type":"t","id":8}},"b":{"data":[{"type":"t","id":9},{"type":"t","id":"10"}]},
  "c":{"data":null},"d":{"data":[]},"e":null,"f":[],"g":{},"h":{"links":{"related":"/x"},"meta":{"id":4}}},
  "links":{"self":"/t/7"},"meta":{"id":3,"list":[{"id":4}]}}}]=]

describe("a view", function()
  it("distinguishes arrays from objects, also empty ones", function()
    local view = assert(api:get("contracts", 7, { view = true }))
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
    local plain = assert(api:all("contracts", { limit = 150 }))
    local views = assert(api:all("contracts", { limit = 150 }, VIEW))
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
    local views = assert(api:all("contracts", { limit = 2 }, VIEW))
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
    local view = assert(api:get("contracts", 7, { include = "owner" }, VIEW))
    local own = view:table()
    assert.equal(view:related("owner").id, own:related("owner").id)
    assert.is_table(own:related "owner")
    assert.equal(own, view:table()) -- each resource of a compound document is one table
  end)
end)

describe("view:ref", function()
  it("is a table with type and id, or lid", function()
    local view = assert(api:get("contracts", 7, VIEW))
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
    local plain, views = assert(api:all("contracts", query)), assert(api:all("contracts", query, VIEW))
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

describe("query.view", function()
  it("works in a list, page by page, with limit, after and include", function()
    local seen, cursor = {}, nil
    local query = { page = { size = 7 }, include = "owner", limit = 17, view = true }
    local iterator = api:list("contracts", query)
    for contract, page in iterator do
      seen[#seen + 1] = contract.id
      assert(is_view(contract) and contract:related("owner").type == "people")
      assert(page.number == math.ceil(#seen / 7))
      if #seen == 17 then cursor = iterator:cursor() end
    end
    for contract in api:list("contracts", { limit = 8, after = cursor }, VIEW) do
      assert(is_view(contract))
      seen[#seen + 1] = contract.id
    end
    assert.equal(25, #seen)
    for i, id in ipairs(seen) do assert.equal(tostring(i), id) end
  end)

  it("works with exact", function()
    local query = { filter = { country = "FR" }, exact = true }
    local plain, views = assert(api:all("companies", query)), assert(api:all("companies", query, VIEW))
    assert.is_true(#plain > 1)
    assert.equal(#plain, #views)
    for i, view in ipairs(views) do shows(view, plain[i]) end
    local page = api:pages("companies", query, VIEW):next()
    for i, company in ipairs(page.data) do assert.equal(plain[i].id, company.id) end
  end)

  it("makes a page return views", function()
    local query = { page = { size = 6 }, include = "owner", limit = 9 }
    local plain, count = api:pages("contracts", query), 0
    for page in api:pages("contracts", query, VIEW) do
      local other = plain:next()
      count = count + 1
      assert.is_true(harnest.is_array(page.data))
      assert.equal(#other.data, #page.data)
      for i, contract in ipairs(other.data) do shows(page.data[i], contract) end
      for i, person in ipairs(other.included) do shows(page.included[i], person) end
      for _, name in ipairs { "meta", "links", "jsonapi", "nothing" } do shows(page[name], other[name]) end
      assert.equal(other.number, page.number)
      assert.equal(other.total, page.total)
    end
    assert.equal(2, count)
  end)

  it("works in first, get, get_many, related, fetch, request, collections and "
    .. "relationships", function()
    assert.equal("1", assert(api:first("contracts", VIEW)):table().id)
    local contract = assert(api:get("contracts", 7, VIEW))
    assert.equal("7", contract:table().id)
    local ids = {}
    for id, one in api:get_many("contracts", { 3, 2 }, VIEW) do
      assert.is_true(is_view(one))
      assert.equal(tostring(id), one.id)
      ids[#ids + 1] = id
    end
    assert.same({ 3, 2 }, ids)
    assert.is_true(is_view((api:related(contract, "owner", VIEW))))
    local count = 0
    for signer in api:related(assert(api:get("contracts", 3)), "signers", VIEW) do
      count = count + 1
      assert.is_true(is_view(signer))
    end
    assert.equal(3, count)
    local document = assert(api:fetch("/contracts", VIEW, { include = "owner", page = { size = 3 } }))
    assert.is_table(document)
    assert.equal(3, #document.data)
    assert.equal("people", document.data[1]:related("owner").type)
    assert.is_true(is_view(document.included[1]))
    assert.is_true(is_view(api:request({ path = "/contracts/7", query = VIEW }).data))
    local scope = api:collection("contracts"):query(VIEW)
    assert.is_true(is_view(scope:first()))
    assert.is_true(is_view(scope:get(7)))
    assert.equal("people", api:relationship("contracts", 3, "signers"):get(VIEW)[1].type)
    assert.equal(2000, api:count("contracts", VIEW))
  end)

  it("returns null and nothing unchanged", function()
    answer '{"data":null}'
    assert.is_nil(scripted:get("things", 1, VIEW))
    answer '{"data":null}'
    assert.is_nil(scripted:first("things", VIEW))
    answer '{"data":null,"meta":null}'
    local document = scripted:fetch("/things", VIEW)
    assert.equal(harnest.null, document.data)
    assert.equal(harnest.null, document.meta)
    answer '{"data":[]}'
    assert.same({}, scripted:fetch("/things", VIEW).data)
  end)

  it("is rejected for a write", function()
    assert.equal("query.view: expected in reads only; writes return plain resources",
      usage_error(function() api:create("drafts", { attributes = {} }, VIEW) end))
    local message = usage_error(function() api:first("drafts", { view = 1 }) end)
    assert.matches("^query.view: expected true or false, got ", message)
  end)

  it("is off if it is false", function()
    assert.is_table(api:first("contracts", { view = false }))
    assert.is_table(api:first("contracts", VIEW, { view = false }))
  end)
end)

describe("a view passed to a call", function()
  it("is used as its resource", function()
    local copy = harnest.new { url = sb:at(("copy/view-%.0f"):format(os.time() % 1e6)), token = sb.token }
    local draft = assert(copy:create("drafts", { attributes = { title = "a" } }))
    local person = assert(copy:get("people", 2, VIEW))
    local view = assert(copy:get("drafts", draft.id, VIEW))
    assert.equal("a", copy:get(view).attributes.title)
    assert.equal("b", assert(copy:update(view, { attributes = { title = "b" } })).attributes.title)
    local changed = assert(copy:update(view, { relationships = { owner = person } }))
    assert.equal("2", changed.relationships.owner.data.id)
    assert.equal("2", assert(copy:related(view, "owner")).id)
    assert.equal("2", assert(copy:relationship(view, "owner"):get()).id)
    local contract = assert(copy:get("contracts", 3, VIEW))
    local signers = copy:relationship("contracts", 3, "signers")
    assert(signers:replace(contract.relationships.signers.data))
    assert(signers:add(person))
    assert.equal(harnest.encode(contract:table()), harnest.encode(contract))
    local other = contract:table()
    other.attributes.title = "other"
    other.relationships.owner = person
    assert.same({ attributes = { title = "other" }, relationships = { owner = { data = person:ref() } } },
      harnest.changes(contract, other))
    assert.is_nil(harnest.changes(contract, contract))
    assert.is_true(copy:delete(view))
    copy:close()
  end)

  it("has the ETag of its resource", function()
    answer('{"data":{"type":"t","id":"1"}}', { ETag = '"v1"' })
    local view = assert(scripted:get("t", 1, VIEW))
    assert.equal('"v1"', harnest.etag(view))
    assert.equal('"v1"', harnest.etag(view:table()))
    assert.is_nil(harnest.etag(both '{"data":{"type":"t","id":"1"}}'))
    assert.matches("expected a resource, got userdata",
      usage_error(function() harnest.etag(io.stdout) end))
  end)

  it("is used as a link", function()
    answer '{"data":[],"links":{"next":{"href":"/more"}}}'
    local page = scripted:pages("things", VIEW):next()
    raw:reset()
    answer '{"data":[]}'
    assert(scripted:all(page.links.next))
    assert.equal("/more", raw:requests(1)[1].path)
  end)
end)

describe("a view that is sent", function()
  local RESOURCE = [=[{"data":{"type":"t","id":"1","attributes":{"a":[1,{"x":null}],"empty":[],"o":{}},
    "relationships":{"none":{"data":null},"one":{"data":{"type":"t","id":"2"}},"some":{"data":[{"type":"t","id":"3"}]},
      "unstated":{"links":{"self":"/x"}}},
    "links":{"self":"/t/1"},"meta":{"m":1.5}}}]=]

  -- Fails unless a call sends the same for a view, or its members, as for the table
  local function sends_the_same(call)
    local view, plain = both(RESOURCE)
    local bodies = {}
    for i, resource in ipairs { view, plain } do
      raw:reset()
      raw:play { { rawserver.response(204) } }
      assert(call(resource))
      bodies[i] = raw:requests(1)[1].body
    end
    assert.is_string(bodies[1])
    assert.equal(bodies[2], bodies[1])
    return bodies[1]
  end

  it("is sent like its table, as a whole", function()
    local body = sends_the_same(function(resource) return scripted:create("t", resource) end)
    assert.truthy(body:find('"attributes":{"a":[1,{"x":null}],"empty":[],"o":{}}', 1, true), body)
    assert.truthy(body:find('"some":{"data":[{"id":"3","type":"t"}]}', 1, true), body)
    sends_the_same(function(resource) return scripted:update("t", 1, resource) end)
    sends_the_same(function(resource) return scripted:update(resource, resource) end)
  end)

  it("is sent like its table, in members", function()
    sends_the_same(function(resource)
      return scripted:create("t", { attributes = resource.attributes, relationships = resource.relationships,
        meta = resource.meta, ["@x"] = resource.attributes })
    end)
    sends_the_same(function(resource)
      return scripted:update("t", 1, { attributes = { a = resource.attributes.a } })
    end)
    local body = sends_the_same(function(resource)
      return scripted:request { method = "POST", path = "/x", body = { data = { resource } } }
    end)
    assert.equal('{"data":[{"attributes":', body:sub(1, 23))
    local view = both(RESOURCE)
    local given = { attributes = view.attributes }
    raw:play { { rawserver.response(204) } }
    scripted:create("t", given)
    assert.is_true(is_view(given.attributes)) -- unchanged
    assert.matches('attributes: "_x" is not a valid member name', usage_error(scripted.create, scripted, "t",
      { attributes = (both '{"data":{"type":"t","attributes":{"_x":1}}}').attributes }))
  end)

  it("is sent like its table, in atomic operations", function()
    for _, call in ipairs {
      function(resource) return { op = "remove", ref = resource } end,
      function(resource) return { op = "update", data = resource } end,
      function(resource) return { op = "add", data = { type = "t", attributes = resource.attributes } } end,
      function(resource)
        return { op = "update", ref = { type = "t", id = 1, relationship = "some" },
          data = resource.relationships.some.data }
      end,
      function(resource)
        return { op = "add", ref = { type = "t", id = 1, relationship = "some" }, data = { resource },
          meta = resource.meta }
      end,
    } do
      sends_the_same(function(resource) return scripted:atomic { call(resource) } end)
    end
  end)

  it("is encoded as JSON anywhere", function()
    local view, plain = both(RESOURCE)
    assert.equal(harnest.encode(plain), harnest.encode(view))
    assert.equal(harnest.encode { a = { plain, plain.attributes.a }, b = plain.relationships.none, c = plain.meta },
      harnest.encode { a = { view, view.attributes.a }, b = view.relationships.none, c = view.meta })
    local query = { include = "owner", limit = 30, page = { size = 10 } }
    assert.equal(harnest.encode(assert(api:all("contracts", query))),
      harnest.encode(assert(api:all("contracts", query, VIEW))))
    local array = ("["):rep(990) .. ("]"):rep(990)
    local deep = (both('{"data":{"type":"t","attributes":{"a":' .. array .. "}}}")).attributes
    for _ = 1, 60 do deep = { deep } end
    assert.matches("nested deeper than", usage_error(harnest.encode, deep))
  end)
end)

describe("a view's page", function()
  it("lives as long as the view", function()
    local kept = {}
    for contract in api:list("contracts", { page = { size = 5 }, limit = 40 }, VIEW) do
      kept[#kept + 1] = contract.attributes
    end
    collectgarbage()
    collectgarbage()
    for _ = 1, 1000 do kept.litter = ("x"):rep(1000) .. #kept end
    local plain = assert(api:all("contracts", { limit = 40 }))
    for i, attributes in ipairs(kept) do shows(attributes, plain[i].attributes) end
  end)

  it("outlives its client, as resources do", function()
    local other = harnest.new { url = sb.url, token = sb.token }
    local view = assert(other:get("contracts", 7, { include = "owner" }, VIEW))
    other:close()
    other = nil -- luacheck: ignore 311
    collectgarbage()
    assert.equal("7", view.id)
    assert.equal("people", view:related("owner").type)
  end)

  it("is freed with the view", function()
    local page = setmetatable({}, { __mode = "k" })
    local view, its = api:list("contracts", { limit = 1, include = "owner" }, VIEW):next()
    page[its] = true
    view:related("owner")
    view, its = view.attributes, nil -- luacheck: ignore 311
    collectgarbage()
    assert.is_not_nil(next(page))
    assert.is_string(view.title)
    view = nil -- luacheck: ignore 311
    collectgarbage()
    collectgarbage()
    assert.is_nil(next(page))
  end)

  -- Finalizers run in any order; if the page was freed first, access must be an error
  it("may be used by finalizers", function()
    local printed = child.run([[
      local url, token = ...
      local harnest = require "harnest"
      local api = harnest.new { url = url, token = token }
      local outcomes = {}
      local function finalizer()
        local held = {}
        local function touch()
          local fine, text = pcall(function()
            local view = held.view
            local owner = view:related "owner"
            local count = 0
            for _ in view.attributes() do count = count + 1 end
            return owner.attributes.name .. view.attributes.title .. view:table().id .. count .. tostring(view)
          end)
          outcomes[#outcomes + 1] = fine and #text > 10 and "read" or tostring(text):match "collected" or tostring(text)
        end
        if newproxy then
          held.proxy = newproxy(true)
          getmetatable(held.proxy).__gc = touch
        else
          setmetatable(held, { __gc = touch })
        end
        return held
      end
      for _ = 1, 20 do
        local before = finalizer()
        local view = api:first("contracts", { include = "owner", view = true })
        local after = finalizer()
        before.view, after.view, before.self, after.self = view, view, before, after
        before, view, after = nil, nil, nil
        collectgarbage() collectgarbage()
      end
      local good = 0
      for _, outcome in ipairs(outcomes) do
        if outcome == "read" or outcome == "collected" then good = good + 1 else print(outcome) end
      end
      print(#outcomes >= 40 and good == #outcomes)
    ]], sb.url, sb.token)
    assert.equal("true\n", printed)
  end)
end)
