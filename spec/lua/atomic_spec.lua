-- Several operations that succeed or fail as one.

local harnest = require "harnest"
local cjson = require "cjson"
local database_copy = require "spec.support.database_copy"
local usage_error = require "spec.support.usage_error"
local rawserver = require "spec.support.rawserver"

local ATOMIC = "https://jsonapi.org/ext/atomic"

describe("atomic", function()
  local api
  local open = database_copy(teardown, function(opened) api = opened end)
  before_each(function() open() end)

  local function add(type, lid, attributes, relationships)
    return { op = "add", data = { type = type, lid = lid, attributes = attributes, relationships = relationships } }
  end

  it("adds, updates and removes, with results in order", function()
    local three = { type = "people", id = 3 }
    local results, document = assert(api:atomic {
      add("people", "ada", { name = "Ada" }),
      add("contracts", nil, { title = "Hers", amount = 12345678901234.56 }, {
        owner = { type = "people", lid = "ada" }, signers = { { type = "people", lid = "ada" }, api:get("people", 5) },
      }),
      { op = "update", data = { type = "contracts", id = "7", attributes = { title = "Changed" } } },
      { op = "update", ref = { type = "contracts", id = 8, relationship = "owner" }, data = three },
      { op = "add", ref = { type = "contracts", id = 8, relationship = "signers" }, data = three },
      { op = "remove", ref = { type = "contracts", id = 9, relationship = "signers" }, data = {} },
      { op = "remove", ref = { type = "contracts", id = 10 } },
      { op = "remove", href = "/contracts/11" },
    })
    assert.equal(8, #results)
    assert.is_true(harnest.is_array(results))
    local ada = results[1].data
    assert.equal("Ada", ada.attributes.name)
    assert.same({ type = "people", id = ada.id }, ada:ref())
    assert.equal(ada.id, results[2].data.relationships.owner.data.id)
    assert.same({ ada.id, "5" }, {
      results[2].data.relationships.signers.data[1].id, results[2].data.relationships.signers.data[2].id,
    })
    assert.equal(12345678901234.56, results[2].data.attributes.amount)
    assert.equal("Changed", results[3].data.attributes.title)
    assert.same({}, results[7])
    assert.same({}, results[8])
    assert.equal(results, document["atomic:results"])
    assert.equal("3", api:get("contracts", 8).relationships.owner.data.id)
    assert.equal("not_found", select(2, api:get("contracts", 10)).kind)
    assert.equal("not_found", select(2, api:get("contracts", 11)).kind)
  end)

  it("gives a result for each operation if the server sends none", function()
    assert.same({ {}, {} }, api:atomic {
      { op = "remove", ref = { type = "contracts", id = 10 } }, { op = "remove", href = "/contracts/12" },
    })
  end)

  it("changes nothing if one fails, and names the operation", function()
    local results, err = api:atomic {
      add("people", "a", { name = "Ada" }), add("contracts", nil, { title = "fine" }),
      add("contracts", nil, { title = "" }), { op = "remove", ref = { type = "contracts", id = 7 } },
    }
    assert.is_nil(results)
    assert.equal("invalid", err.kind)
    assert.equal(3, err.operation)
    assert.equal("/atomic:operations/2/data/attributes/title", err.errors[1].source.pointer)
    assert.equal(2000, api:count("contracts", { page = { size = 500 } }))
    assert.equal(120, api:count("people", { page = { size = 500 } }))
    err = select(2, api:atomic { { op = "remove", ref = { type = "contracts", id = 99999 } } })
    assert.equal("not_found", err.kind)
    assert.equal(1, err.operation)
    assert.is_nil(select(2, api:get("contracts", 99999)).operation)
  end)

  it("is not sent if a lid is used before it is defined", function()
    local cases = {
      { 1, 'operations[1].data.relationships.owner: no earlier operation defines the lid "a"',
        add("contracts", nil, { title = "x" }, { owner = { type = "people", lid = "a" } }),
        add("people", "a", { name = "x" }) },
      { 2, 'operations[2].data.relationships.signers[2]: no earlier operation defines the lid "b"',
        add("people", "a", { name = "x" }), add("contracts", nil, { title = "x" },
          { signers = { { type = "people", lid = "a" }, { type = "people", lid = "b" } } }) },
      { 1, 'operations[1].ref: no earlier operation defines the lid "a"',
        { op = "remove", ref = { type = "people", lid = "a" } } },
      { 1, 'operations[1].data: no earlier operation defines the lid "a"',
        { op = "update", data = { type = "people", lid = "a", attributes = {} } } },
      { 1, 'operations[1].data[1]: no earlier operation defines the lid "a"',
        { op = "add", ref = { type = "contracts", id = 7, relationship = "signers" },
          data = { { type = "people", lid = "a" } } } },
      { 2, 'operations[2].ref: no earlier operation defines the lid "a"', -- of another type
        add("people", "a", { name = "x" }), { op = "remove", ref = { type = "contracts", lid = "a" } } },
      { 2, 'operations[2].data.lid: "a" is already defined by operations[1]',
        add("people", "a", { name = "x" }), add("people", "a", { name = "y" }) },
      { 1, [[operations[1].data.relationships.owner: no earlier operation defines the lid "a\0b"]],
        add("contracts", nil, { title = "x" }, { owner = { type = "people", lid = "a\0b" } }) },
    }
    for _, case in ipairs(cases) do
      local results, err = api:atomic { case[3], case[4] }
      assert.is_nil(results)
      assert.equal("refused", err.kind)
      assert.equal("refused: atomic: " .. case[2], tostring(err))
      assert.equal(case[1], err.operation)
    end
    assert.equal(0, api:stats().requests)
  end)

  it("may refer to the resource that the same operation creates", function()
    local herself = { manager = { type = "people", lid = "a" } }
    local results = assert(api:atomic { add("people", "a", { name = "x" }, herself) })
    assert.equal(results[1].data.id, results[1].data.relationships.manager.data.id)
  end)

  describe("with scripted responses", function()
    local raw
    setup(function() raw = rawserver.start() end)
    before_each(function()
      raw:reset()
      api:close()
      api = harnest.new { url = raw.url .. "/api", retries = 1 }
    end)
    teardown(function() raw:stop() end)

    local one = { op = "remove", ref = { type = "t", id = "1" } }

    it("sends and accepts the extension's media type", function()
      raw:play { { times = 3, raw.response(204) } }
      local type = ('application/vnd.api+json;ext="%s"'):format(ATOMIC)
      assert(api:atomic { one })
      local both = harnest.new { url = raw.url .. "/api", ext = "https://a/", profile = "https://p/",
        operations = "/do/all" }
      assert(both:atomic { one })
      local same = harnest.new { url = raw.url .. "/api", ext = { ATOMIC } }
      assert(same:atomic { one })
      local requests = raw:requests(3)
      assert.equal("POST", requests[1].method)
      assert.equal("/api/operations", requests[1].path)
      assert.equal(type, requests[1].headers["content-type"])
      assert.equal(type, requests[1].headers.accept)
      local extended = ('application/vnd.api+json;ext="https://a/ %s"'):format(ATOMIC)
      assert.equal("/api/do/all", requests[2].path)
      assert.equal(extended, requests[2].headers["content-type"])
      assert.equal(extended .. ';profile="https://p/", ' .. extended, requests[2].headers.accept)
      assert.equal(type, requests[3].headers["content-type"])
      both:close()
      same:close()
    end)

    it("sends only what was given", function()
      raw:play { { raw.response(204) } }
      local operations = {
        { op = "add", href = "/t", data = { type = "t", lid = "l", attributes = { empty = harnest.array {}, n = 1 },
          relationships = { one = harnest.null, many = {}, some = { { type = "t", id = 5 } } } },
          meta = { why = "x" } },
        { op = "update", ref = { type = "t", lid = "l", relationship = "many" }, data = {} },
        { op = "update", ref = { type = "t", id = 5, relationship = "one" }, data = harnest.null },
        { op = "add", href = "/t/1/relationships/many", data = { type = "t", id = 2 } },
        { op = "remove", href = "/t/1", ["ns:x"] = true },
      }
      assert(api:atomic(operations))
      assert.equal('{"atomic:operations":[{"data":{"attributes":{"empty":[],"n":1},"lid":"l","relationships":'
        .. '{"many":{"data":[]},"one":{"data":null},"some":{"data":[{"id":"5","type":"t"}]}},"type":"t"},"href":"/t",'
        .. '"meta":{"why":"x"},"op":"add"},'
        .. '{"data":[],"op":"update","ref":{"lid":"l","relationship":"many","type":"t"}},'
        .. '{"data":null,"op":"update","ref":{"id":"5","relationship":"one","type":"t"}},'
        .. '{"data":[{"id":"2","type":"t"}],"href":"/t/1/relationships/many","op":"add"},'
        .. '{"href":"/t/1","ns:x":true,"op":"remove"}]}', raw:requests(1)[1].body)
      -- unchanged
      assert.equal(5, operations[2].ref and operations[1].data.relationships.some[1].id)
    end)

    it("is retried only with an idempotency key", function()
      raw:play { { times = 9, { close = true } } }
      local results, err = api:atomic { one }
      assert.is_nil(results)
      assert.equal("network", err.kind)
      assert.equal(1, #raw:requests())
      assert.is_nil(err.operation)
      results, err = api:atomic { one, idempotency_key = "k1" }
      assert.is_nil(results)
      assert.equal(2, err.attempts)
      assert.equal("k1", raw:requests()[2].headers["idempotency-key"])
    end)

    it("survives every response", function()
      local cases = {
        { 200, '{"atomic:results":[{"data":null}]}', 1 }, { 200, '{"atomic:results":[{"meta":{}}]}', 1 },
        { 200, '{"meta":{}}', "protocol" }, { 200, "", 1 }, { 200, '{"atomic:results":[]}', "protocol" },
        { 200, '{"atomic:results":[{},{}]}', "protocol" }, { 200, '{"atomic:results":{}}', "protocol" },
        { 200, '{"atomic:results":null}', "protocol" }, { 200, '{"atomic:results":[[]]}', "protocol" },
        { 200, '{"atomic:results":[1]}', "protocol" },
        { 200, "<html>", "protocol" }, { 422, '{"errors":[{"source":{"pointer":"/data"}}]}', "invalid" },
        { 422, '{"errors":[{"source":{"pointer":5}},1]}', "invalid" }, { 406, "", "client_error" },
      }
      for _, case in ipairs(cases) do
        raw:reset():play { { raw.response(case[1], {}, case[2]) } }
        local results, err = api:atomic { one }
        assert.equal(case[3], results and #results or err.kind, case[2])
      end
      raw:reset():play { { raw.response(422, {}, cjson.encode { errors = {
        { title = "a" }, { title = "b", source = { pointer = "/atomic:operations/12" } },
      } }) } }
      local operations = {}
      for i = 1, 13 do operations[i] = one end
      assert.equal(13, select(2, api:atomic(operations)).operation)
    end)
  end)

  it("raises for invalid operations", function()
    local cases = {
      { "operations: expected an array, got nil", nil }, { "operations: expected an array, got string", "x" },
      { "operations: expected an array with operations, got an empty table", {} },
      { "operations[1]: expected an operation, got 1", { 1 } },
      { 'operations[1].op: expected "add", "update" or "remove", got nil', { {} } },
      { 'operations[1].op: expected "add", "update" or "remove", got "delete"', { { op = "delete" } } },
      { "operations[1].dta: unknown; did you mean data?", { { op = "add", dta = {} } } },
      { "operations[1].x: unknown; known names: op, ref, href, data, meta", { { op = "add", x = {} } } },
      { "operations[1]: expected either ref or href, got both",
        { { op = "remove", ref = { type = "t", id = 1 }, href = "/t/1" } } },
      { "operations[1].href: expected a string, got table", { { op = "remove", href = {} } } },
      { "operations[1]: expected a ref or href for op remove, got neither", { { op = "remove" } } },
      { "operations[1].data: expected a resource, got nil", { { op = "add" } } },
      { "operations[1].data.type: expected a string, got nil", { { op = "add", data = {} } } },
      { "operations[1].ref: op add takes a ref only with a relationship; to add a resource, give its type in data",
        { { op = "add", ref = { type = "t", id = 1 }, data = { type = "t" } } } },
      { "operations[1].ref: expected a resource or an identifier with type and id, got a table without them",
        { { op = "remove", ref = { type = "t" } } } },
      { "operations[1].data: expected resources, identifiers or null, got nil",
        { { op = "update", ref = { type = "t", id = 1, relationship = "r" } } } },
      { "operations[2].data[1]: expected a resource or an identifier with type and id, got 5",
        { { op = "remove", href = "/t/1" }, { op = "add", ref = { type = "t", id = 1, relationship = "r" },
          data = { 5 } } } },
      { 'operations[1].data.atributes: unknown; did you mean attributes?',
        { { op = "add", data = { type = "t", atributes = {} } } } },
      { "operations[1].data.title: unknown; did you mean attributes.title? (known names: type, id, lid, attributes, "
        .. "relationships, links, meta, if_match, idempotency_key)",
        { { op = "add", data = { type = "t", title = 1 } } } },
    }
    for _, case in ipairs(cases) do
      assert.equal("atomic: " .. case[1], usage_error(function() api:atomic(case[2]) end))
    end
    assert.equal("atomic: operations[1].data.attributes.x: cannot encode a function as JSON",
      (usage_error(function()
      api:atomic { { op = "add", data = { type = "t", attributes = { x = print } } } }
    end):gsub('^%["atomic:operations"%]', "atomic:operations")))
    assert.equal(0, api:stats().requests)
  end)
end)
