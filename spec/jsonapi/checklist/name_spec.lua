-- docs/SPEC.md, F: member names.

local exchange = require "spec.support.exchange"
local harnest = require "harnest"

describe("a name", function()
  local x = exchange.hook(setup, before_each, teardown)

  local function get(body)
    x:answer(200, body)
    return assert(x.api:get("things", 1))
  end

  local function created(given)
    x:answer(204)
    assert(x.api:create("things", given))
    return x:sent().body
  end

  it("[41] is case-sensitive and never converted, in either direction", function()
    local attributes = '{"Title":2,"first-name":3,"firstName":5,"first_name":4,"title":1}'
    local thing = get('{"data":{"attributes":' .. attributes .. ',"type":"things","id":"1","Attributes":{"x":1}}}')
    assert.same({ title = 1, Title = 2, ["first-name"] = 3, first_name = 4, firstName = 5 }, thing.attributes)
    assert.equal('{"data":{"attributes":' .. attributes .. ',"type":"things"}}',
      created { attributes = thing.attributes })
    x:answer(200, '{"data":[]}')
    assert(x.api:all("ThingsToDo", { filter = { ["first-name"] = 1, firstName = 2 }, sort = "first_name" }))
    assert.equal("/api/ThingsToDo?filter%5Bfirst-name%5D=1&filter%5BfirstName%5D=2&sort=first_name", x:sent().path)
  end)

  it("[41] in another case is another member", function()
    x:answer(200, '{"Data":{"type":"things","id":"1"},"meta":{}}')
    local document = assert(x.api:fetch "/things/1")
    assert.is_nil(document.data)
    assert.equal("1", document.Data.id)
  end)

  describe("that is sent", function()
    local one = { type = "things", id = "1" }
    local legal = {
      "a", "A", "7", "title", "first-name", "first_name", "first name", "a--b", "é", "日本", "übergröße", "a2",
    }
    local illegal = {
      "", "-a", "a-", "_a", "a_", " a", "a ", "-", "a.b", "a/b", "a[b]", "a+b", "a,b", "a?", "a=b",
      "a~b", "a\"b", "a\tb", "a\nb", "a\\b", "a\127", "#", "a@b",
    }

    it("[42] is legal", function()
      for _, name in ipairs(legal) do
        assert.equal(('{"data":{"attributes":{"%s":1},"type":"things"}}'):format(name),
          created { attributes = { [name] = 1 } })
        assert.equal(('{"data":{"relationships":{"%s":{"data":{"id":"1","type":"things"}}},"type":"things"}}')
          :format(name), created { relationships = { [name] = one } })
      end
    end)

    it("[42] is rejected if it is not", function()
      for _, name in ipairs(illegal) do
        for _, given in ipairs { { attributes = { [name] = 1 } }, { relationships = { [name] = one } } } do
          for _, call in ipairs {
            function() return x.api:create("things", given) end,
            function() return x.api:update("things", 1, given) end,
            function()
              given.type = "things"
              return x.api:atomic { { op = "add", data = given } }
            end,
          } do
            local fine, message = pcall(call)
            assert.is_false(fine, name)
            assert.truthy(message:find("is not a valid member name", 1, true), message)
          end
        end
      end
      assert.equal(0, x:count())
    end)

    it("[42] may be anything within an attribute's value", function()
      assert.equal('{"data":{"attributes":{"a":{"":1,"-.":2}},"type":"things"}}',
        created { attributes = { a = { [""] = 1, ["-."] = 2 } } })
    end)
  end)

  it("[42] may be anything if it is received", function()
    local thing = get '{"data":{"type":"things","id":"1","attributes":{"-a.b/c":1,"":2}}}'
    assert.same({ ["-a.b/c"] = 1, [""] = 2 }, thing.attributes)
  end)

  describe("that begins with @", function()
    it("[43] is neither a relationship nor an attribute, and is kept", function()
      local thing = get [[{"data":{"type":"things","id":"1","@a":{"b":1},"attributes":{"@a":1,"c":2},
        "relationships":{"@a":{"data":{"type":"things","id":"1"}},"@b":5,"one":{"data":null}}},"included":[],"@a":[]}]]
      assert.same({ b = 1 }, thing["@a"])
      assert.equal(1, thing.attributes["@a"])
      assert.equal(5, thing.relationships["@b"])
      for _, name in ipairs { "@a", "@b" } do
        local related, err = thing:related(name)
        assert.is_nil(related)
        assert.truthy(err.message:find("is not a relationship", 1, true))
      end
    end)

    it("[43] is sent unchanged, without a meaning", function()
      assert.equal('{"data":{"@c":[],"attributes":{"@a":{"b":1}},"relationships":{"@a":{"data":5},"@b":1},'
        .. '"type":"things"}}', created { ["@c"] = harnest.array {}, attributes = { ["@a"] = { b = 1 } },
        relationships = { ["@a"] = { data = 5 }, ["@b"] = 1 } })
    end)

    it("[43] is ignored when two resources are compared", function()
      local function thing(n)
        return { type = "things", id = "1", attributes = { a = 1, ["@a"] = n }, relationships = { ["@b"] = n } }
      end
      assert.is_nil(harnest.changes(thing(1), thing(2)))
      assert.is_nil(harnest.changes(thing(1), { type = "things", id = "1", attributes = { a = 1 } }))
    end)
  end)

  it("[44] of an extension is its namespace, a colon and a name", function()
    x:answer(200, '{"version:id":"7","data":{"type":"things","id":"1","version:at":"now"},"meta":{}}')
    local document = assert(x.api:fetch "/things/1")
    assert.equal("7", document["version:id"])
    assert.equal("now", document.data["version:at"])
    assert.equal('{"data":{"attributes":{"e:a":1},"type":"things","version:at":"now"}}',
      created { ["version:at"] = "now", attributes = { ["e:a"] = 1 } })
    x:answer(200, '{"data":[]}')
    assert(x.api:all("things", { params = { ["version:id"] = "7" } }))
    assert.equal("/api/things?version%3Aid=7", x:sent().path)
  end)
end)
