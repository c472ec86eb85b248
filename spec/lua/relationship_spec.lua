-- Relationships at their own URLs, and related resources.

local harnest = require "harnest"
local database_copy = require "spec.support.database_copy"
local usage_error = require "spec.support.usage_error"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"


local function ids(identifiers)
  local list = {}
  for i, identifier in ipairs(identifiers) do list[i] = identifier.id end
  return list
end

local function person(id)
  return { type = "people", id = id }
end

describe("relationship", function()
  local sb = sandbox.get()
  local api
  local open = database_copy(teardown, function(opened) api = opened end)
  before_each(function() open() end)

  describe("to one", function()
    it("is read, replaced and emptied", function()
      local owner = api:relationship("contracts", 7, "owner")
      assert.same({ type = "people", id = api:get("contracts", 7).relationships.owner.data.id }, owner:get())
      assert.same({ type = "people", id = "9" }, owner:replace(person(9)))
      assert.equal("9", api:get("contracts", 7).relationships.owner.data.id)
      assert.equal("8", owner:replace(api:get("people", 8)).id)
      assert.is_true(owner:replace(harnest.null))
      local nothing, err = owner:get()
      assert.is_nil(nothing)
      assert.is_nil(err)
    end)

    it("cannot be added to or removed from", function()
      local owner = api:relationship("contracts", 7, "owner")
      assert.equal("forbidden", select(2, owner:add(person(1))).kind)
      assert.equal("forbidden", select(2, owner:remove { person(1) }).kind)
    end)
  end)

  describe("to many", function()
    it("is added to and removed from, each member once", function()
      local signers = api:relationship("contracts", 7, "signers")
      assert.same({ "5", "6" }, ids(assert(signers:replace { person(5), api:get("people", 6) })))
      assert.same({ "5", "6", "7" }, ids(assert(signers:add { person(7), person(5) })))
      assert.same({ "5", "6", "7", "8" }, ids(assert(signers:add(person(8)))))
      assert.same({ "6", "8" }, ids(assert(signers:remove { person(5), person(7), person(99) })))
      assert.same({ "6" }, ids(assert(signers:remove(person(8)))))
      local linkage = assert(signers:get())
      assert.same({ "6" }, ids(linkage))
      assert.is_true(harnest.is_array(linkage))
      assert.same({ "6" }, ids(api:get("contracts", 7).relationships.signers.data))
    end)

    it("is emptied by any empty array", function()
      local signers = api:relationship("contracts", 7, "signers")
      for _, none in ipairs { {}, harnest.array {} } do
        assert(signers:replace { person(5) })
        assert.same({}, signers:replace(none))
        assert.same({}, signers:get())
      end
    end)

    it("is unchanged by adding and removing nothing", function()
      local signers = api:relationship("contracts", 7, "signers")
      local before = ids(signers:get())
      assert.same(before, ids(assert(signers:add {})))
      assert.same(before, ids(assert(signers:remove {})))
    end)

    it("gives true if the server sends no linkage", function()
      open "answer/none"
      local signers = api:relationship("contracts", 7, "signers")
      assert.is_true(signers:replace { person(5) })
      assert.is_true(signers:add { person(6) })
      assert.is_true(signers:remove { person(5) })
      assert.same({ "6" }, ids(signers:get()))
      open "answer/meta"
      local done, document = api:relationship("contracts", 7, "signers"):add { person(6) }
      assert.is_true(done)
      assert.is_true(document.meta.done)
    end)

    it("has paginated linkage", function()
      local all = {}
      for id = 1, 100 do all[id] = person(id) end
      local signers = api:relationship("contracts", 7, "signers")
      assert(signers:replace(all))
      sb:mark()
      local listed = {}
      for identifier, page in signers:list { page = { size = 30 } } do
        assert.equal("people", identifier.type)
        assert.is_true(#page <= 30)
        listed[#listed + 1] = identifier.id
      end
      assert.equal(100, #listed)
      assert.equal("100", listed[100])
      assert.equal(4, #sb:requests "/relationships/signers")
      assert.equal(100, #signers:get())
      assert.equal(100, #signers:get { page = { size = 7 } })
      assert.equal(3, #ids(signers:get { limit = 3 }))
    end)

    it("may be protected against replacement", function()
      open "replace/refuse"
      local signers = api:relationship("contracts", 7, "signers")
      local nothing, err = signers:replace { person(5) }
      assert.is_nil(nothing)
      assert.equal("forbidden", err.kind)
      assert(signers:add { person(5) })
    end)
  end)

  it("returns the server's errors", function()
    assert.equal("not_found", select(2, api:relationship("contracts", 99999, "signers"):get()).kind)
    assert.equal("not_found", select(2, api:relationship("contracts", 7, "nonsense"):get()).kind)
    assert.equal("not_found", select(2, api:relationship("contracts", 7, "signers"):add(person(99999))).kind)
    assert.equal("conflict", select(2, api:relationship("contracts", 7, "owner")
      :replace { type = "companies", id = 1 }).kind)
    assert.has_error(function()
      for _ in api:relationship("contracts", 99999, "signers"):list() do error "not reached" end
    end)
  end)

  it("can be created from a resource", function()
    local contract = api:get("contracts", 7)
    assert.equal("9", api:relationship(contract, "owner"):replace(person(9)).id)
    assert.equal("8", api:relationship(contract:ref(), "owner"):replace(person(8)).id)
    assert.equal("harnest.relationship: owner", tostring(api:relationship(contract, "owner")))
  end)

  it("raises for invalid arguments", function()
    local signers = api:relationship("contracts", 7, "signers")
    local expected = "expected a resource or an identifier with type and id"
    assert.equal("replace: " .. expected .. ", an array of them or null, got nil",
      usage_error(function() signers:replace(nil) end))
    assert.equal("add: expected an array of resources or identifiers, got 3",
      usage_error(function() signers:add(3) end))
    assert.equal("add[1]: " .. expected .. ", got string", usage_error(function() signers:add { "3" } end))
    assert.equal("remove[2]: " .. expected .. ", got a table without them",
      usage_error(function() signers:remove { person(1), { type = "people" } } end))
    assert.equal("add: " .. expected .. ", an array of them or null, got a table without them",
      usage_error(function() signers:add { foo = 1 } end))
    assert.equal("relationship: name: expected a string, the relationship's name, got nil",
      usage_error(function() api:relationship("contracts", 7) end))
    assert.equal("relationship: name: expected a string, the relationship's name, got 1",
      usage_error(function() api:relationship({ type = "contracts", id = 7 }, 1) end))
    assert.equal("relationship: id: expected a string or a whole number, got nil",
      usage_error(function() api:relationship("contracts", nil, "owner") end))
    assert.equal("relationship: resource: " .. expected .. ", got a table without them",
      usage_error(function() api:relationship({}, "owner") end))
    assert.equal("related: resource: expected a resource or an identifier, got string",
      usage_error(function() api:related("contracts", "owner") end))
    assert.equal("related: name: expected a string, the relationship's name, got nil",
      usage_error(function() api:related { type = "contracts", id = 7 } end))
  end)

  describe("related", function()
    it("gives the resource of a to-one, nil if there is none", function()
      local contract = api:get("contracts", 7)
      local owner = assert(api:related(contract, "owner"))
      assert.same(contract.relationships.owner.data, owner:ref())
      assert.truthy(owner.attributes.name)
      assert(api:relationship(contract, "owner"):replace(harnest.null))
      local nothing, err = api:related(contract, "owner")
      assert.is_nil(nothing)
      assert.is_nil(err)
    end)

    it("gives an iterator for a to-many, over all pages", function()
      local count = 0
      for contract in api:related({ type = "people", id = 5 }, "contracts", { include = "owner" }) do
        assert.equal("5", contract:related "owner".id)
        count = count + 1
      end
      assert.equal(api:count("contracts", { filter = { owner = 5 } }), count)
      assert.is_true(count > 15)
      local iterator = api:related({ type = "people", id = 5 }, "contracts", { limit = 2 })
      assert.truthy(iterator:next())
      assert.truthy(iterator:next())
      assert.is_nil(iterator:next())
    end)

    it("gives an iterator without an item for an empty to-many", function()
      assert(api:relationship("contracts", 7, "signers"):replace {})
      local iterator = api:related({ type = "contracts", id = 7 }, "signers")
      assert.is_nil(iterator:next())
    end)

    it("gives nil and the error", function()
      local nothing, err = api:related({ type = "contracts", id = 99999 }, "owner")
      assert.is_nil(nothing)
      assert.equal("not_found", err.kind)
    end)

    it("builds the URL from type and id if there is no related link", function()
      local raw = rawserver.start()
      local client = harnest.new { url = raw.url .. "/api", retries = 0 }
      raw:play { { times = 2, raw.response(200, {}, '{"data":null}') } }
      local resource = { type = "t", id = "1", links = { self = "/api/organizations/o/t/a" },
        relationships = { o = { data = { type = "p", id = "2" } },
          p = { links = { related = "/api/t/1/p?resourceVersion=id%3A7" } } } }
      assert.is_nil(client:related(resource, "o"))
      assert.is_nil(client:related(resource, "p"))
      local requests = raw:requests(2)
      assert.equal("/api/t/1/o", requests[1].path)
      assert.equal("/api/t/1/p?resourceVersion=id%3A7", requests[2].path)
      client:close()
      raw:stop()
    end)

    it("follows the related link if it is under the base URL, otherwise builds the URL", function()
      local raw = rawserver.start()
      local client = harnest.new { url = raw.url .. "/api", retries = 0 }
      local links = {
        [raw.url .. "/api/somewhere/else"] = "/api/somewhere/else", ["/api/x"] = "/api/x",
        ["https://evil.example.com/api/x"] = "/api/t/1/o", ["/other/x"] = "/api/t/1/o",
      }
      for link, path in pairs(links) do
        for _, form in ipairs { link, { href = link } } do
          raw:reset():play { { times = 2, raw.response(200, {}, '{"data":null}') } }
          local resource = { type = "t", id = "1", relationships = { o = { links = { related = form, self = form } } } }
          assert.is_nil(client:related(resource, "o"))
          assert.is_nil(client:relationship(resource, "o"):get())
          local requests = raw:requests(2)
          assert.equal(path, requests[1].path)
          assert.equal((path:gsub("/1/o$", "/1/relationships/o")), requests[2].path)
        end
      end
      client:close()
      raw:stop()
    end)
  end)
end)
