-- Creating, updating and deleting: what is sent, what is returned, and what is never executed
-- twice.

local harnest = require "harnest"
local database_copy = require "spec.support.database_copy"
local usage_error = require "spec.support.usage_error"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"
local size = require "spec.support.size"
local sqlite = require "luasql.sqlite3"
local text_file = require "spec.support.text_file"

local null = harnest.null

describe("write", function()
  local sb = sandbox.get()
  local api, copy
  local open = database_copy(teardown, function(opened, name) api, copy = opened, name end, { max_retry_wait = 0.05 })
  before_each(function() open() end)

  -- The database, which the sandbox locks, as it is now: calls use(get) with a function
  -- get(type, id, attribute), which returns the JSON text of an attribute, for a copy of its file
  local function with_stored(use)
    local path = os.tmpname()
    text_file.write(path, text_file.read(("%s/copy-%s.db"):format(sb.dir, copy)))
    local connection = assert(sqlite.sqlite3():connect(path))
    local result = use(function(type, id, attribute)
      local sql = ("SELECT %s FROM %s WHERE CAST(id AS TEXT) = '%s'"):format(attribute, type, id)
      local cursor = assert(connection:execute(sql))
      local text = cursor:fetch()
      cursor:close()
      return text
    end)
    connection:close()
    os.remove(path)
    return result
  end

  local function stored(type, id, attribute)
    return with_stored(function(get) return get(type, id, attribute) end)
  end

  describe("create", function()
    it("returns the created resource and its document", function()
      local contract, document = assert(api:create("contracts", {
        attributes = { title = "A new one", status = 2 },
        relationships = { owner = { type = "people", id = 3 } },
      }, { include = "owner" }))
      assert.equal("contracts", contract.type)
      assert.matches("^%d+$", contract.id)
      assert.equal("A new one", contract.attributes.title)
      assert.equal("3", contract:related "owner".id)
      assert.equal(contract, document.data)
      assert.same(contract.attributes, api:get("contracts", contract.id).attributes)
      assert.equal(2001, api:count("contracts", { page = { size = 500 } }))
    end)

    it("sends every digit and all other values unchanged", function()
      local uuid = harnest.uuid()
      local draft = assert(api:create("drafts", { id = uuid, attributes = {
        title = "Größe \"x\"\n\t\0 \127 漢",
        amount = 12345678901234.56,
        big = math.type and 9007199254740993 or 9007199254740992,
        tags = harnest.array {},
        details = { none = harnest.array {}, empty = {}, nothing = null, deep = { { 1, 2.5 } } },
        note = null,
        archived = false,
      } }))
      assert.equal(uuid, draft.id)
      assert.equal("12345678901234.56", stored("drafts", uuid, "amount"))
      assert.equal(math.type and "9007199254740993" or "9007199254740992", stored("drafts", uuid, "big"))
      assert.equal("[]", stored("drafts", uuid, "tags"))
      assert.equal('{"deep":[[1,2.5]],"empty":{},"none":[],"nothing":null}', stored("drafts", uuid, "details"))
      assert.equal("null", stored("drafts", uuid, "note"))
      assert.equal("false", stored("drafts", uuid, "archived"))
      assert.equal("Größe \"x\"\n\t\0 \127 漢", draft.attributes.title)
    end)

    it("writes back unchanged what was read", function()
      local count = size(15, 60)
      for id = 1, count do
        local contract = assert(api:get("contracts", id))
        assert(api:create("drafts", {
          id = "copy-" .. id, attributes = contract.attributes, relationships = contract.relationships,
        }))
        local draft = assert(api:get("drafts", "copy-" .. id))
        assert.same(contract.attributes, draft.attributes)
        assert.same(contract.relationships, draft.relationships)
      end
      local attributes = { "title", "status", "tags", "archived", "note", "created_at", math.type and "big" }
      with_stored(function(get)
        for id = 1, count do
          for _, attribute in ipairs(attributes) do
            assert.equal(get("contracts", id, attribute), get("drafts", "copy-" .. id, attribute))
          end
        end
      end)
    end)

    it("keeps the ETag for conditions", function()
      local contract = assert(api:create("contracts", { attributes = { title = "x" } }))
      assert.matches('^"', harnest.etag(contract))
      assert.is_nil(contract.meta)
      assert.is_nil(harnest.etag({}))
      assert.has_error(function() harnest.etag(nil) end, "harnest.etag: expected a resource, got nil")
    end)

    it("states which fields are invalid", function()
      local contract, err = api:create("contracts", { attributes = { title = "", status = "x", nonsense = 1 } })
      assert.is_nil(contract)
      assert.equal("invalid", err.kind)
      assert.equal("422 invalid: POST contracts: ", err.message:sub(1, 29))
      local pointers = {}
      for _, object in ipairs(err.errors) do pointers[object.source.pointer] = object.code end
      assert.same({
        ["/data/attributes/title"] = "required", ["/data/attributes/status"] = "kind_invalid",
        ["/data/attributes/nonsense"] = "attribute_unknown",
      }, pointers)
      assert.equal(2000, api:count("contracts", { page = { size = 500 } }))
    end)

    it("accepts an id if the server does", function()
      local uuid = harnest.uuid()
      assert.equal(uuid, api:create("drafts", { id = uuid, attributes = { title = "x" } }).id)
      assert.equal("conflict", select(2, api:create("drafts", { id = uuid, attributes = { title = "x" } })).kind)
      assert.equal("forbidden", select(2, api:create("contracts", { id = uuid, attributes = { title = "x" } })).kind)
      assert.equal("not_found", select(2, api:create("nonsense", { attributes = {} })).kind)
      local readonly = harnest.new { url = sb:at("copy/" .. copy), token = sb.token_readonly, dialect = "harnest" }
      assert.equal("forbidden", select(2, readonly:create("contracts", { attributes = { title = "x" } })).kind)
      readonly:close()
    end)

    it("returns true for a 204, and what was sent if the server only confirms", function()
      open "answer/none"
      local uuid = harnest.uuid()
      assert.is_true(api:create("drafts", { id = uuid, attributes = { title = "x" } }))
      open "answer/meta"
      local draft, document = api:create("drafts", { id = uuid, attributes = { title = "x", tags = harnest.array {} } })
      assert.same({ type = "drafts", id = uuid }, draft:ref())
      assert.same({ title = "x", tags = {} }, draft.attributes)
      assert.is_true(harnest.is_array(draft.attributes.tags))
      assert.is_true(document.meta.done)
    end)

    it("reads the resource that a 201 without a body names in Location", function()
      for _, form in ipairs { "answer/bare", "answer/meta" } do
        open(form)
        local contract = assert(api:create("contracts", { attributes = { title = "x" } }))
        assert.equal("2001", contract.id)
        -- null, as the server created it
        assert.equal(0, harnest.is_array(contract.attributes.tags) and 1 or 0)
        assert.equal(null, contract.attributes.tags)
        assert.truthy(harnest.etag(contract))
      end
    end)

    it("accepts a resource that was read", function()
      local contract = api:get("contracts", 7)
      contract.id = nil
      assert.equal("2001", api:create("contracts", contract).id)
      assert.equal([[create: data.type: expected "drafts", the target's type, got "contracts"]],
        usage_error(function() api:create("drafts", contract) end))
    end)
  end)

  describe("update", function()
    it("changes only what is in the table", function()
      local before = api:get("contracts", 7)
      local after, document = assert(api:update("contracts", 7, { attributes = { title = "Changed", note = null } }))
      assert.equal("Changed", after.attributes.title)
      assert.equal(after, document.data)
      assert.equal("null", stored("contracts", 7, "note"))
      before.attributes.title, before.attributes.note = "Changed", null
      assert.same(before.attributes, after.attributes)
      assert.same(before.relationships, after.relationships)
    end)

    it("empties a to-many, clears a to-one, and keeps what is not named", function()
      local contract = api:get("contracts", 7)
      assert.is_true(#contract.relationships.signers.data > 0)
      for _, none in ipairs { {}, harnest.array {}, { data = {} } } do
        assert(api:update("contracts", 7, { relationships = { signers = { { type = "people", id = "9" } } } }))
        local after = assert(api:update("contracts", 7, { relationships = { signers = none, company = null } }))
        assert.same({}, after.relationships.signers.data)
        assert.equal(null, after.relationships.company.data)
        assert.same(contract.relationships.owner.data, after.relationships.owner.data)
      end
    end)

    it("accepts relationships in every form", function()
      local person, other = api:get("people", 5), api:get("people", 6)
      local forms = {
        [person] = "5", [{ type = "people", id = "5" }] = "5", [{ type = "people", id = 5 }] = "5",
        [{ data = person }] = "5", [person:ref()] = "5",
      }
      for form, id in pairs(forms) do
        assert(api:update("contracts", 7, { relationships = { owner = null } }))
        local after = assert(api:update("contracts", 7, { relationships = { owner = form } }))
        assert.equal(id, after.relationships.owner.data.id)
      end
      for _, form in ipairs { { person, other }, { data = { person:ref(), other } } } do
        assert(api:update("contracts", 7, { relationships = { signers = {} } }))
        local after = assert(api:update("contracts", 7, { relationships = { signers = form } }))
        assert.same({ "5", "6" }, { after.relationships.signers.data[1].id, after.relationships.signers.data[2].id })
      end
    end)

    it("accepts a resource instead of type and id", function()
      local contract = api:get("contracts", 7)
      contract = assert(api:update(contract, { attributes = { title = "Changed" } }))
      assert.equal("7", contract.id)
      assert.equal("Changed", api:get(contract:ref()).attributes.title)
      assert.equal("Changed", api:get(contract).attributes.title)
    end)

    it("sends the smallest update that harnest.changes finds", function()
      local old, new = api:get("contracts", 8), api:get("contracts", 8)
      assert.is_nil(harnest.changes(old, new))
      new.attributes.title, new.attributes.tags = "Changed", { "a", "b" }
      new.relationships.signers.data[1] = nil
      local update = assert(harnest.changes(old, new))
      assert.equal(2, update.attributes.tags and (update.attributes.title and 2))
      local after = assert(api:update(old, update))
      assert.is_nil(harnest.changes(after, new))
    end)

    it("returns true if the server sends no resource", function()
      open "answer/none"
      assert.is_true(api:update("contracts", 7, { attributes = { title = "x" } }))
      open "answer/meta"
      local done, document = api:update("contracts", 7, { attributes = { title = "x" } })
      assert.is_true(done)
      assert.is_true(document.meta.done)
      assert.equal('"x"', stored("contracts", 7, "title"))
    end)

    it("returns the server's errors", function()
      local nothing, err = api:update("contracts", 99999, { attributes = { title = "x" } })
      assert.is_nil(nothing)
      assert.equal("not_found", err.kind)
      assert.equal("PATCH", err.method)
      err = select(2, api:update("contracts", 7, { relationships = { owner = { type = "people", id = 99999 } } }))
      assert.equal("not_found", err.kind)
      assert.equal("/data/relationships/owner/data", err.errors[1].source.pointer)
      open "replace/refuse"
      err = select(2, api:update("contracts", 7, { relationships = { signers = {} } }))
      assert.equal("forbidden", err.kind)
    end)

    it("applies only to the version that was read, if if_match is set", function()
      local mine, theirs = api:get("contracts", 7), api:get("contracts", 7)
      assert.truthy(harnest.etag(mine))
      assert(api:update(theirs, { attributes = { title = "theirs" }, if_match = harnest.etag(theirs) }))
      local nothing, err = api:update(mine, { attributes = { title = "mine" }, if_match = harnest.etag(mine) })
      assert.is_nil(nothing)
      assert.equal("conflict", err.kind)
      assert.equal(412, err.status)
      assert.truthy(err.message:find("the resource has changed since its ETag was read; read it again", 1, true))
      assert.equal('"theirs"', stored("contracts", 7, "title"))
      local again = api:get(mine)
      assert(api:update(again, { attributes = { title = "mine" }, if_match = harnest.etag(again) }))
      assert.equal('"mine"', stored("contracts", 7, "title"))
    end)
  end)

  describe("delete", function()
    it("deletes, by type and id or by a resource", function()
      assert.is_true(api:delete("contracts", 7))
      assert.equal("not_found", select(2, api:get("contracts", 7)).kind)
      assert.is_true(api:delete(api:get("contracts", 8)))
      assert.is_true(api:delete { type = "contracts", id = 9 })
      assert.equal(1997, api:count("contracts", { page = { size = 500 } }))
    end)

    it("fails if the resource did not exist before", function()
      local without = api:get("contracts", 10)
      without.id = nil
      assert.equal("delete: resource: expected a resource or an identifier with type and id, got a table without them",
        usage_error(api.delete, api, without))
      local nothing, err = api:delete("contracts", 99999)
      assert.is_nil(nothing)
      assert.equal("not_found", err.kind)
      assert.equal("DELETE", err.method)
    end)

    it("applies only to the version that was read, if if_match is set", function()
      local contract = api:get("contracts", 7)
      assert(api:update("contracts", 7, { attributes = { title = "x" } }))
      assert.equal("conflict", select(2, api:delete(contract, { if_match = harnest.etag(contract) })).kind)
      assert.equal("conflict", select(2, api:delete("contracts", 7, { if_match = harnest.etag(contract) })).kind)
      contract = api:get("contracts", 7)
      assert.is_true(api:delete("contracts", 7, { if_match = harnest.etag(contract) }))
    end)
  end)

  describe("retried", function()
    -- A client of a server that executes the first `count` requests and then closes the connection
    local function closing(count)
      open("fail-after/" .. sandbox.unique() .. "/444/" .. count)
      local url = tostring(api):match "http.*"
      api:close()
      api = harnest.new { url = url, token = sb.token, dialect = "harnest", max_retry_wait = 0.05 }
      return api
    end

    local function titled(title)
      local plain = harnest.new { url = sb:at("copy/" .. copy), token = sb.token, dialect = "harnest" }
      local count = plain:count("contracts", { filter = { title = title }, page = { size = 500 } })
      plain:close()
      return count
    end

    it("is no POST whose outcome is unknown", function()
      closing(1)
      local nothing, err = api:create("contracts", { attributes = { title = "only once" } })
      assert.is_nil(nothing)
      assert.equal("network", err.kind)
      assert.equal(1, err.attempts)
      assert.truthy(err.message:find("it may have been done", 1, true), err.message)
      assert.equal(1, titled "only once")
    end)

    it("is no POST by libcurl itself over a reused connection", function()
      open()
      assert(api:get("contracts", 1))
      local knobs = "fail-after/" .. sandbox.unique() .. "/444/1/copy/" .. copy
      local link = sb:at(knobs):gsub("/v1/api$", "")
      api:close()
      api = harnest.new { url = link:match "^https?://[^/]+", token = sb.token, dialect = "harnest" }
      local base = link:match "^https?://[^/]+(/.*)$" .. "/v1/api"
      assert(api:get("/copy/" .. copy .. "/v1/api/contracts/1"))
      local nothing, err = api:create(base .. "/contracts", {
        type = "contracts", attributes = { title = "only once" },
      })
      assert.is_nil(nothing)
      assert.equal("network", err.kind)
      assert.equal(2, api:stats().requests)
      assert.equal(1, titled "only once")
    end)

    it("is no POST that timed out", function()
      open "delay-after/1"
      local url = tostring(api):match "http.*"
      api:close()
      api = harnest.new { url = url, token = sb.token, dialect = "harnest", timeout = 0.3 }
      local nothing, err = api:create("contracts", { attributes = { title = "only once" } })
      assert.is_nil(nothing)
      assert.equal("timeout", err.kind)
      assert.equal(1, err.attempts)
      assert.equal(1, titled "only once")
    end)

    it("is a POST with an idempotency key, which is executed once", function()
      closing(2)
      local contract = assert(api:create("contracts", {
        attributes = { title = "only once" }, idempotency_key = harnest.uuid(),
      }))
      assert.equal("only once", contract.attributes.title)
      assert.equal(1, titled "only once")
    end)

    it("is a POST that the server states it did not execute", function()
      for _, status in ipairs { 429, 503 } do
        open("fail/" .. sandbox.unique() .. "/" .. status .. "/2", "retry-after/0")
        assert(api:create("contracts", { attributes = { title = "only once" } }))
        assert.equal(2, api:stats().retries)
        assert.equal(1, titled "only once")
      end
    end)

    it("is a PATCH, and a DELETE, which counts as success if the resource is gone", function()
      closing(1)
      local contract = assert(api:update("contracts", 7, { attributes = { title = "changed" } }))
      assert.equal("changed", contract.attributes.title)
      closing(1)
      assert.is_true(api:delete("contracts", 7))
      local nothing, err = harnest.new({ url = rawserver.closed_url(), retries = 1 }):delete("contracts", 7)
      assert.is_nil(nothing)
      assert.equal("network", err.kind)
      assert.equal(2, err.attempts)
    end)

    it("reports a condition that an earlier attempt may have changed", function()
      closing(1)
      local plain = harnest.new { url = sb:at("copy/" .. copy), token = sb.token, dialect = "harnest" }
      local contract = plain:get("contracts", 7)
      plain:close()
      local nothing, err = api:update(contract, { attributes = { title = "x" }, if_match = harnest.etag(contract) })
      assert.is_nil(nothing)
      assert.equal("conflict", err.kind)
      assert.truthy(err.message:find("an earlier attempt may have done it", 1, true), err.message)
    end)
  end)

  describe("raises for", function()
    local f = print
    local cyclic = {}
    cyclic.self = cyclic
    local creates = {
      ["create: data: expected a table with attributes or relationships, got nil"] = false,
      ['create: atributes: unknown; did you mean attributes?'] = { atributes = {} },
      ["create: price: unknown; did you mean attributes.price? (known names: type, id, lid, attributes, "
        .. "relationships, links, meta, if_match, idempotency_key)"] = { price = 1 },
      ["attributes: expected a table of names and values, got an array"] = { attributes = { 1, 2 } },
      ["attributes.id: reserved name; set id in the resource itself"] = { attributes = { id = 1 } },
      ["relationships.type: reserved name; set type in the resource itself"] = { relationships = { type = null } },
      ["relationships.a: an attribute has the same name"] = { attributes = { a = 1 }, relationships = { a = null } },
      ["attributes.lines[3].price: cannot encode a function as JSON"] =
        { attributes = { lines = { 1, {}, { price = f } } } },
      ["attributes.n: cannot encode NaN as JSON"] = { attributes = { n = 0 / 0 } },
      ["attributes.n: cannot encode infinity as JSON"] = { attributes = { n = math.huge } },
      ["attributes.c.self: a cycle, the same table as attributes.c"] = { attributes = { c = cyclic } },
      ["attributes.s: not UTF-8, from byte 2 on"] = { attributes = { s = "a\255" } },
      ["id: expected a string or a whole number, got boolean"] = { id = true },
      ["id: expected a string or a whole number, got an empty string"] = { id = "" },
      ["relationships.o: expected a resource or an identifier with type and id, an array of them or null, got 3"] =
        { relationships = { o = 3 } },
      ["relationships.o: expected a resource or an identifier with type and id, an array of them or null, "
        .. "got a table without them"] = { relationships = { o = { foo = 3 } } },
      ["relationships.o[2]: expected a resource or an identifier with type and id, got string"] =
        { relationships = { o = { { type = "t", id = 1 }, "2" } } },
      ["relationships.o: expected an array, got a table with holes or names"] =
        { relationships = { o = { { type = "t", id = 1 }, foo = { type = "t", id = 2 } } } },
      ["relationships.o.id: expected a string or a whole number, got 1.5"] =
        { relationships = { o = { type = "t", id = 1.5 } } },
      ["relationships.o.type: expected a string, got 1"] = { relationships = { o = { type = 1, id = 1 } } },
      ["create: if_match: expected a string, got 1"] = { if_match = 1 },
      ["create: if_match: expected a string, got one of blanks only"] = { if_match = " " },
      ["create: idempotency_key: expected a string, got one of blanks only"] = { idempotency_key = "  " },
      ["create: idempotency_key: expected a string, got a string with control characters"] =
        { idempotency_key = "a\r\nX-Evil: 1" },
    }
    for message, given in pairs(creates) do
      it(message, function()
        assert.equal(message, usage_error(function() api:create("t", given or nil) end))
        assert.equal(0, api:stats().requests)
      end)
    end

    it("an invalid id", function()
      assert.equal("update: id: expected a string or a whole number, got nil",
        usage_error(function() api:update("t", nil, {}) end))
      assert.equal([[id: expected "1", the target's id, got "2"]],
        usage_error(function() api:update("t", 1, { id = "2" }) end))
      assert.equal("update: data: expected a table with attributes or relationships, got nil",
        usage_error(function() api:update("t", 1) end))
      assert.equal("delete: id: expected a string or a whole number, got nil",
        usage_error(function() api:delete "t" end))
      assert.equal("delete: if_macht: unknown; did you mean if_match?",
        usage_error(function() api:delete("t", 1, { if_macht = "x" }) end))
      assert.equal("delete: options: expected a table, got string",
        usage_error(function() api:delete("t", 1, "x") end))
      assert.equal("delete: resource: expected a resource or an identifier with type and id, got a table without them",
        usage_error(function() api:delete {} end))
    end)
  end)
end)
