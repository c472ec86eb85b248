-- docs/SPEC.md, N: atomic operations.

local exchange = require "spec.support.exchange"
local harnest = require "harnest"

local EXT = ';ext="https://jsonapi.org/ext/atomic"'

local function thing(id)
  return { type = "things", id = id }
end

describe("atomic operations", function()
  local x = exchange.hook(setup, before_each, teardown)

  local function add(lid)
    return { op = "add", data = { type = "things", lid = lid } }
  end

  -- The operations sent, as text
  local function sent(...)
    x:answer(204)
    assert(x.api:atomic { ... })
    return x:sent().body:match '^{"atomic:operations":(%[.*%])}$'
  end

  -- The error raised; nothing is sent
  local function usage_error(...)
    local count = x:count()
    local fine, message = pcall(x.api.atomic, x.api, ...)
    assert.is_false(fine)
    assert.equal(count, x:count())
    return message
  end

  it("[88] are sent by POST, with the extension in Content-Type and Accept", function()
    assert.equal('[{"data":{"type":"things"},"op":"add"}]', sent(add()))
    assert.equal("POST", x:sent().method)
    assert.equal("application/vnd.api+json" .. EXT, x:sent().headers["content-type"])
    assert.equal("application/vnd.api+json" .. EXT, x:sent().headers.accept)
    local draft = { type = "drafts", attributes = { title = "A" } }
    local results = assert(x:sandbox():atomic { { op = "add", data = draft } })
    assert.equal("A", results[1].data.attributes.title)
  end)

  it("[89] are one or more, alone in their document", function()
    assert.truthy(usage_error({}):find("operations: expected an array with operations", 1, true))
    assert.truthy(usage_error():find("operations: expected an array", 1, true))
    sent(add(), add())
    assert.equal('{"atomic:operations":[{"data":{"type":"things"},"op":"add"},{"data":{"type":"things"},"op":"add"}]}',
      x:sent().body)
  end)

  it("[90] add, update or remove, by ref or href", function()
    assert.equal('[{"data":{"id":"1","type":"things"},"op":"update","ref":{"id":"1","type":"things"}},'
      .. '{"href":"/things/2","op":"remove"}]',
      sent({ op = "update", ref = thing "1", data = thing "1" }, { op = "remove", href = "/things/2" }))
    for _, op in ipairs { "delete", "", "ADD", 1 } do
      assert.truthy(usage_error { { op = op, data = thing "1" } }:find("op", 1, true))
    end
    assert.truthy(usage_error { { data = thing "1" } }:find('expected "add", "update" or "remove", got nil', 1, true))
    assert.truthy(usage_error { { op = "remove", ref = thing "1", href = "/things/1" } }
      :find("expected either ref or href, got both", 1, true))
    assert.truthy(usage_error { { op = "remove", ref = thing "1",
      path = "/x" } }:find("path: unknown", 1, true))
  end)

  it("[91] have in ref a type, an id or lid, and for linkage the relationship", function()
    assert.equal('[{"data":{"lid":"a","type":"things"},"op":"add"},{"op":"remove","ref":{"lid":"a","type":"things"}},'
      .. '{"data":[],"op":"update","ref":{"id":"1","relationship":"many","type":"things"}}]',
      sent(add "a", { op = "remove", ref = { type = "things", lid = "a" } },
        { op = "update", ref = { type = "things", id = 1, relationship = "many" }, data = {} }))
    for _, ref in ipairs { {}, { type = "things" }, { id = "1" }, { type = 1, id = "1" }, { type = "things", id = "" },
      { type = "things", lid = 5 }, { type = "things", id = "1", relationship = 5 } } do
      assert.truthy(usage_error { { op = "remove", ref = ref, data = {} } }:find("ref", 1, true))
    end
  end)

  it("[92] add a resource with a type, update or remove an identified resource", function()
    assert.equal('[{"data":{"type":"things"},"href":"/boxes/1/things","op":"add"},'
      .. '{"data":{"attributes":{"a":1},"id":"1","type":"things"},"op":"update"},'
      .. '{"data":{"id":"2","type":"things"},"href":"/things/2","op":"update"}]',
      sent({ op = "add", href = "/boxes/1/things", data = { type = "things" } },
        { op = "update", data = { type = "things", id = "1", attributes = { a = 1 } } },
        { op = "update", href = "/things/2", data = thing "2" }))
    assert.truthy(usage_error { { op = "add",
      data = { attributes = { a = 1 } } } }:find("data.type", 1, true))
    assert.truthy(usage_error { { op = "add" } }:find("data: expected a resource, got nil", 1,
      true))
    assert.truthy(usage_error { { op = "update", data = { id = "1" } } }:find("data.type", 1, true))
    assert.truthy(usage_error { { op = "update" } }:find("data: expected a resource, got nil", 1,
      true))
    assert.truthy(usage_error { { op = "remove" } }:find("expected a ref or href", 1, true))
    assert.truthy(usage_error { { op = "remove", data = thing "1" } }:find("expected a ref or href",
      1, true))
  end)

  it("[93] change linkage: to-one by update, to-many by any operation, if ref names the "
    .. "relationship", function()
    local one = { type = "things", id = "1", relationship = "one" }
    local many = { type = "things", id = "1", relationship = "many" }
    local target = '{"id":"2","type":"things"}'
    local function with(name)
      return '"ref":{"id":"1","relationship":"' .. name .. '","type":"things"}}'
    end
    assert.equal('[{"data":' .. target .. ',"op":"update",' .. with "one"
      .. ',{"data":null,"op":"update",' .. with "one"
      .. ',{"data":[' .. target .. '],"op":"add",' .. with "many" .. ',{"data":[],"op":"update",' .. with "many"
      .. ',{"data":[' .. target .. '],"op":"remove",' .. with "many" .. "]",
      sent({ op = "update", ref = one, data = { type = "things", id = "2", attributes = { a = 1 } } },
        { op = "update", ref = one, data = harnest.null }, { op = "add", ref = many, data = { thing "2" } },
        { op = "update", ref = many, data = {} }, { op = "remove", ref = many, data = { thing "2" } }))
    assert.equal('[{"data":[' .. target .. '],"href":"/things/1/relationships/many","op":"add"}]',
      sent { op = "add", href = "/things/1/relationships/many", data = { thing "2" } })
    for _, op in ipairs { "add", "remove" } do
      assert.truthy(usage_error { { op = op, ref = many, data = harnest.null } }:find("data", 1,
        true))
      assert.truthy(usage_error { { op = op, ref = many } }:find("data", 1, true))
    end
    for _, op in ipairs { "add", "update", "remove" } do -- without the relationship
      usage_error { { op = op, data = { thing "2" } } }
    end
    usage_error { { op = "update", data = harnest.null } }
  end)

  describe("with lids", function()
    local function refused(position, ...)
      local count = x:count()
      local results, err = x.api:atomic { ... }
      assert.is_nil(results)
      assert.equal("refused", err.kind)
      assert.equal(position, err.operation)
      assert.equal(count, x:count())
      return err.message
    end

    it("[94] define each lid once, before its first use", function()
      local a = { type = "things", lid = "a" }
      local refers = { { op = "update", data = { type = "things", lid = "a", attributes = { n = 1 } } },
        { op = "remove", ref = a }, { op = "add", data = { type = "b", relationships = { one = a } } },
        { op = "add", data = { type = "b", relationships = { many = { thing "1", a } } } },
        { op = "add", ref = { type = "things", id = "1", relationship = "many" }, data = { a } },
        { op = "update", ref = { type = "things", lid = "a", relationship = "many" }, data = {} } }
      for _, operation in ipairs(refers) do
        assert.truthy(refused(1, operation, add "a"):find('no earlier operation defines the lid "a"', 1, true))
        refused(2, add "b", operation)
        refused(2, { op = "add", data = { type = "b", lid = "a" } }, operation) -- of another type
        assert.truthy(sent(add "a", operation):find('"lid":"a"', 1, true))
      end
      assert.truthy(refused(2, add "a", add "a"):find("already defined by operations[1]", 1, true))
      assert.truthy(sent { op = "add", data = { type = "things", lid = "a", relationships = { me = a } } })
    end)

    it("[94] resolve to the id that the server assigned", function()
      local api = x:sandbox()
      local results = assert(api:atomic {
        { op = "add", data = { type = "people", lid = "new", attributes = { name = "New" } } },
        { op = "add", data = { type = "contracts", attributes = { title = "Lease" },
          relationships = { owner = { type = "people", lid = "new" } } } },
      })
      assert.equal(results[1].data.id, results[2].data.relationships.owner.data.id)
    end)
  end)

  describe("have results", function()
    it("[95] by position, one for each operation, also empty ones", function()
      x:answer(200, '{"atomic:results":[{"data":{"type":"things","id":"7","attributes":{"a":1}},"meta":{"m":1}},{},'
        .. '{"data":null}]}')
      local results = assert(x.api:atomic { add(), { op = "remove", ref = thing "1" }, add() })
      assert.equal(3, #results)
      assert.equal("7", results[1].data.id)
      assert.equal(1, results[1].meta.m)
      assert.same({}, results[2])
      assert.equal(harnest.null, results[3].data)
      for _, text in ipairs { "[]", "[{}]", "[{},{},{}]", "{}", "5", "[{},5]" } do
        x:answer(200, '{"atomic:results":' .. text .. "}")
        local none, err = x.api:atomic { add(), add() }
        assert.is_nil(none)
        assert.equal("protocol", err.kind)
      end
    end)

    it("[95] that are all empty if the response is a 204", function()
      x:answer(204)
      assert.same({ {}, {} }, x.api:atomic { add(), add() })
    end)
  end)

  describe("that fail", function()
    it("[96] change nothing, and the error names the operation", function()
      local api = x:sandbox()
      local results, err = api:atomic {
        { op = "update", data = { type = "contracts", id = "7", attributes = { title = "New" } } },
        { op = "remove", ref = { type = "contracts", id = "8" } },
        { op = "update", data = { type = "contracts", id = "9", attributes = { title = "" } } },
      }
      assert.is_nil(results)
      assert.equal("invalid", err.kind)
      assert.equal(3, err.operation)
      assert.matches("^/atomic:operations/2/data/attributes/title", err.errors[1].source.pointer)
      assert.are_not.equal("New", assert(api:get("contracts", 7)).attributes.title)
      assert.equal("8", assert(api:get("contracts", 8)).id)
    end)

    it("[96] are counted from 1 in Lua and from 0 in pointers", function()
      for pointer, position in pairs { ["/atomic:operations/0"] = 1, ["/atomic:operations/1/data"] = 2,
        ["/atomic:operations/1/ref/id"] = 2 } do
        x:answer(404, '{"errors":[{"title":"No","source":{"pointer":"' .. pointer .. '"}}]}')
        local results, err = x.api:atomic { add(), add() }
        assert.is_nil(results)
        assert.equal("not_found", err.kind)
        assert.equal(position, err.operation)
      end
      x:answer(400, '{"errors":[{"title":"No","source":{"pointer":"/data"}},{"title":"No"}]}')
      assert.is_nil(select(2, x.api:atomic { add() }).operation)
    end)
  end)

  it("[97] are sent to the endpoint in the option", function()
    sent(add())
    assert.equal("/api/operations", x:sent().path)
    x:answer(204)
    assert(x:client { operations = "/bulk/atomic" }:atomic { add() })
    assert.equal("/api/bulk/atomic", x:sent().path)
  end)
end)
