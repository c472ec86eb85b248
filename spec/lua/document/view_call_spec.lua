-- Views in calls: the query option view, and views as arguments.

local harnest = require "harnest"
local usage_error = require "spec.support.usage_error"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"
local view_fixture = require "spec.support.view_fixture"

local sb = sandbox.get()
local fixture = view_fixture(setup, before_each, teardown)
local VIEW, is_view, shows = fixture.VIEW, fixture.is_view, fixture.shows
local raw, answer, both = fixture.raw, fixture.answer, fixture.both

describe("query.view", function()
  it("works in a list, page by page, with limit, after and include", function()
    local seen, cursor = {}, nil
    local query = { page = { size = 7 }, include = "owner", limit = 17, view = true }
    local iterator = fixture.api:list("contracts", query)
    for contract, page in iterator do
      seen[#seen + 1] = contract.id
      assert(is_view(contract) and contract:related("owner").type == "people")
      assert(page.number == math.ceil(#seen / 7))
      if #seen == 17 then cursor = iterator:cursor() end
    end
    for contract in fixture.api:list("contracts", { limit = 8, after = cursor }, VIEW) do
      assert(is_view(contract))
      seen[#seen + 1] = contract.id
    end
    assert.equal(25, #seen)
    for i, id in ipairs(seen) do assert.equal(tostring(i), id) end
  end)

  it("works with exact", function()
    local query = { filter = { country = "FR" }, exact = true }
    local plain, views = assert(fixture.api:all("companies", query)), assert(fixture.api:all("companies", query, VIEW))
    assert.is_true(#plain > 1)
    assert.equal(#plain, #views)
    for i, view in ipairs(views) do shows(view, plain[i]) end
    local page = fixture.api:pages("companies", query, VIEW):next()
    for i, company in ipairs(page.data) do assert.equal(plain[i].id, company.id) end
  end)

  it("makes a page return views", function()
    local query = { page = { size = 6 }, include = "owner", limit = 9 }
    local plain, count = fixture.api:pages("contracts", query), 0
    for page in fixture.api:pages("contracts", query, VIEW) do
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
    assert.equal("1", assert(fixture.api:first("contracts", VIEW)):table().id)
    local contract = assert(fixture.api:get("contracts", 7, VIEW))
    assert.equal("7", contract:table().id)
    local ids = {}
    for id, one in fixture.api:get_many("contracts", { 3, 2 }, VIEW) do
      assert.is_true(is_view(one))
      assert.equal(tostring(id), one.id)
      ids[#ids + 1] = id
    end
    assert.same({ 3, 2 }, ids)
    assert.is_true(is_view((fixture.api:related(contract, "owner", VIEW))))
    local count = 0
    for signer in fixture.api:related(assert(fixture.api:get("contracts", 3)), "signers", VIEW) do
      count = count + 1
      assert.is_true(is_view(signer))
    end
    assert.equal(3, count)
    local document = assert(fixture.api:fetch("/contracts", VIEW, { include = "owner", page = { size = 3 } }))
    assert.is_table(document)
    assert.equal(3, #document.data)
    assert.equal("people", document.data[1]:related("owner").type)
    assert.is_true(is_view(document.included[1]))
    assert.is_true(is_view(fixture.api:request({ path = "/contracts/7", query = VIEW }).data))
    local scope = fixture.api:collection("contracts"):query(VIEW)
    assert.is_true(is_view(scope:first()))
    assert.is_true(is_view(scope:get(7)))
    assert.equal("people", fixture.api:relationship("contracts", 3, "signers"):get(VIEW)[1].type)
    assert.equal(2000, fixture.api:count("contracts", VIEW))
  end)

  it("returns null and nothing unchanged", function()
    answer '{"data":null}'
    assert.is_nil(fixture.scripted:get("things", 1, VIEW))
    answer '{"data":null}'
    assert.is_nil(fixture.scripted:first("things", VIEW))
    answer '{"data":null,"meta":null}'
    local document = fixture.scripted:fetch("/things", VIEW)
    assert.equal(harnest.null, document.data)
    assert.equal(harnest.null, document.meta)
    answer '{"data":[]}'
    assert.same({}, fixture.scripted:fetch("/things", VIEW).data)
  end)

  it("is rejected for a write", function()
    assert.equal("query.view: expected in reads only; writes return plain resources",
      usage_error(function() fixture.api:create("drafts", { attributes = {} }, VIEW) end))
    local message = usage_error(function() fixture.api:first("drafts", { view = 1 }) end)
    assert.matches("^query.view: expected true or false, got ", message)
  end)

  it("is off if it is false", function()
    assert.is_table(fixture.api:first("contracts", { view = false }))
    assert.is_table(fixture.api:first("contracts", VIEW, { view = false }))
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
    local view = assert(fixture.scripted:get("t", 1, VIEW))
    assert.equal('"v1"', harnest.etag(view))
    assert.equal('"v1"', harnest.etag(view:table()))
    assert.is_nil(harnest.etag(both '{"data":{"type":"t","id":"1"}}'))
    assert.matches("expected a resource, got userdata",
      usage_error(function() harnest.etag(io.stdout) end))
  end)

  it("is used as a link", function()
    answer '{"data":[],"links":{"next":{"href":"/more"}}}'
    local page = fixture.scripted:pages("things", VIEW):next()
    raw:reset()
    answer '{"data":[]}'
    assert(fixture.scripted:all(page.links.next))
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
    local body = sends_the_same(function(resource) return fixture.scripted:create("t", resource) end)
    assert.truthy(body:find('"attributes":{"a":[1,{"x":null}],"empty":[],"o":{}}', 1, true), body)
    assert.truthy(body:find('"some":{"data":[{"id":"3","type":"t"}]}', 1, true), body)
    sends_the_same(function(resource) return fixture.scripted:update("t", 1, resource) end)
    sends_the_same(function(resource) return fixture.scripted:update(resource, resource) end)
  end)

  it("is sent like its table, in members", function()
    sends_the_same(function(resource)
      return fixture.scripted:create("t", { attributes = resource.attributes, relationships = resource.relationships,
        meta = resource.meta, ["@x"] = resource.attributes })
    end)
    sends_the_same(function(resource)
      return fixture.scripted:update("t", 1, { attributes = { a = resource.attributes.a } })
    end)
    local body = sends_the_same(function(resource)
      return fixture.scripted:request { method = "POST", path = "/x", body = { data = { resource } } }
    end)
    assert.equal('{"data":[{"attributes":', body:sub(1, 23))
    local view = both(RESOURCE)
    local given = { attributes = view.attributes }
    raw:play { { rawserver.response(204) } }
    fixture.scripted:create("t", given)
    assert.is_true(is_view(given.attributes)) -- unchanged
    local wrong = { attributes = (both '{"data":{"type":"t","attributes":{"_x":1}}}').attributes }
    assert.matches('attributes: "_x" is not a valid member name',
      usage_error(fixture.scripted.create, fixture.scripted, "t", wrong))
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
      sends_the_same(function(resource) return fixture.scripted:atomic { call(resource) } end)
    end
  end)

  it("is encoded as JSON anywhere", function()
    local view, plain = both(RESOURCE)
    assert.equal(harnest.encode(plain), harnest.encode(view))
    assert.equal(harnest.encode { a = { plain, plain.attributes.a }, b = plain.relationships.none, c = plain.meta },
      harnest.encode { a = { view, view.attributes.a }, b = view.relationships.none, c = view.meta })
    local query = { include = "owner", limit = 30, page = { size = 10 } }
    assert.equal(harnest.encode(assert(fixture.api:all("contracts", query))),
      harnest.encode(assert(fixture.api:all("contracts", query, VIEW))))
    local array = ("["):rep(990) .. ("]"):rep(990)
    local deep = (both('{"data":{"type":"t","attributes":{"a":' .. array .. "}}}")).attributes
    for _ = 1, 60 do deep = { deep } end
    assert.matches("nested deeper than", usage_error(harnest.encode, deep))
  end)
end)
