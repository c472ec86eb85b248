-- docs/SPEC.md, Q: the checklist has its specs, and broken documents cause no crash.

local cjson = require "cjson"
local coverage = require "spec.coverage"
local exchange = require "spec.support.exchange"
local harnest = require "harnest"
local size = require "spec.support.size"
local text_file = require "spec.support.text_file"

describe("the checklist", function()
  local lines = coverage.lines(text_file.read "docs/SPEC.md")

  it("[109] is numbered without a gap", function()
    assert.truthy(#lines > 100)
    for number, line in ipairs(lines) do assert.equal(number, line.number) end
  end)

  it("[109] has a spec for each of its lines", function()
    local carried = {}
    local list = assert(io.popen "find spec sandbox/spec -name '*_spec.lua'")
    for path in list:lines() do coverage.collect(text_file.read(path), carried) end
    list:close()
    local missing, unknown = coverage.compare(lines, carried)
    assert.same({ {}, {} }, { missing, unknown })
  end)

  it("[109] is reported if a line has no spec, or a spec names an unknown line", function()
    local specs = 'IT("[1, 2] a", f) DESCRIBE("[3][4] b", f) IT("c [5]", f) IT("[999] d", f) f("[6]")'
    local carried = coverage.collect((specs:gsub("IT", "it"):gsub("DESCRIBE", "describe")), {})
    assert.same({ true, true, true, true, [999] = true }, carried)
    local missing, unknown = coverage.compare(lines, carried)
    assert.equal(#lines - 4, #missing)
    assert.equal(5, missing[1].number)
    assert.same({ 999 }, unknown)
  end)

  it("[109] states the strength of each line", function()
    local text = "# MUST\n## A. x\n1. MUST be\n2. SHOULD be\n3. MAY be\n4. MUST NOT be\n5. is (dn)\n6. is (S)\n7. is\n"
    local strengths = {}
    for i, line in ipairs(coverage.lines(text)) do strengths[i] = line.section .. line.strength end
    assert.same({ "AMUST", "ASHOULD", "AMAY", "AMUST NOT", "Adn", "AS", "A-" }, strengths)
  end)
end)

-- Documents with everything that a client can meet, and the calls that read them
local fixtures = {
  compound = [[{"jsonapi":{"version":"1.1"},"meta":{"page":{"total":2}},"links":{"self":"/api/t","next":null},"data":[
{"type":"t","id":"1","attributes":{"n":[1.5,null]},"relationships":{"one":{"data":{"type":"u","id":"1"},"links":{
"related":"/api/t/1/one"}},"many":{"data":[{"type":"t","id":"2"}]}},"links":{"self":"/api/t/1"},"meta":{"page":{
"cursor":"c"}}},{"type":"t","id":"2"}],"included":[{"type":"u","id":"1","attributes":{"s":"\u00e9"}}]}]],
  single = [[{"data":{"type":"t","id":"1","attributes":{"a":{"b":[]}},"relationships":{"none":{"data":null}},
"links":{"self":{"href":"/api/t/1"}},"meta":{}},"links":{"self":"/api/t/1"}}]],
  linkage = [[{"data":[{"type":"t","id":"1","meta":{"a":1}},{"type":"u","lid":"l"}],"links":{"related":"/api/t/1/many",
"next":{"href":null}}}]],
  results = [[{"atomic:results":[{"data":{"type":"t","id":"1","attributes":{"a":1}},"meta":{"m":1}},{}],"meta":{}}]],
  failure = [[{"errors":[{"id":"e","links":{"about":"/x","type":["/y"]},"status":"422","code":"c","title":"t",
"detail":"d","source":{"pointer":"/data/attributes/a","parameter":"p","header":"h"},"meta":{"page":{"maxSize":5}}}],
"meta":{"m":1},"links":{},"jsonapi":{}}]],
}

describe("a document", function()
  local x = exchange.hook(setup, before_each, teardown)

  local readers = {
    function() return x.api:fetch "t" end,
    function() return x.api:all("t", { page = { number = 1 } }) end,
    function() return x.api:get("t", 1) end,
    function() return x.api:create("t", { attributes = { a = 1 } }) end,
    function() return x.api:relationship("t", 1, "many"):get() end,
    function() return x.api:relationship("t", 1, "many"):add { { type = "t", id = "1" } } end,
    function()
      return x.api:atomic { { op = "add", data = { type = "t" } }, { op = "remove", ref = { type = "t", id = "1" } } }
    end,
  }

  -- Accesses everything in the result
  local function touch(value, depth)
    if type(value) ~= "table" or depth > 12 then return end
    for _, member in pairs(value) do touch(member, depth + 1) end
    local mt = getmetatable(value)
    if type(mt) == "table" and mt.__index and type(value.related) == "function" then
      value:ref()
      local relationships = rawget(value, "relationships")
      for name in pairs(type(relationships) == "table" and relationships or {}) do
        local related, err = value:related(name)
        assert.truthy(related ~= nil or err == nil or err.kind)
      end
    end
  end

  -- Reads a text with every reader, or the given ones: each returns a result or an error with a
  -- kind. Returns the number of results.
  local function read_by_all(text, status, chosen)
    local successes = 0
    local answer = x.raw.response(status, {}, text)
    x:reset()
    x.raw:play { { times = math.huge, answer } }
    for _, reader in ipairs(chosen or readers) do
      local value, err = reader()
      if value == nil and err ~= nil then
        assert.is_string(err.kind, text)
        assert.truthy(#tostring(err) > 0)
        assert.is_nil(tostring(err):find("[%c]"))
        touch(err, 0)
      else
        successes = successes + 1
        touch(value, 0)
      end
    end
    return successes
  end

  local function status_of(name)
    return name == "failure" and 422 or 200
  end

  for name, text in pairs(fixtures) do
    it("[111] is read unchanged: " .. name, function()
      local successes = read_by_all(text, status_of(name))
      assert.equal(name ~= "failure", successes > 0)
    end)

    it("[111] cut off anywhere is an error: " .. name, function()
      for length = 1, #text - 1, size(3, 1) do
        local part, in_turn = text:sub(1, length), readers[length % #readers + 1]
        assert.equal(0, read_by_all(part, status_of(name), { readers[1], in_turn }), part)
      end
    end)

    it("[111] with any value replaced by null is read or rejected: " .. name, function()
      local swapped = 0
      local function swap(from)
        local start, stop = text:find('":%s*', from)
        if not start then return end
        local rest = text:sub(stop + 1)
        local value = rest:match "^%b{}" or rest:match "^%b[]" or rest:match '^"[^"]*"' or rest:match "^[%w.+-]+"
        read_by_all(text:sub(1, stop) .. "null" .. rest:sub(#value + 1), status_of(name))
        swapped = swapped + 1
        return swap(stop + 1)
      end
      swap(1)
      local _, members = text:gsub('":', "")
      assert.equal(members, swapped)
    end)

    it("[111] with unknown members in every object is read the same: " .. name, function()
      local before = read_by_all(text, status_of(name))
      local padded = text:gsub("{(%s*[\"}])", function(after)
        return '{"unheard":{"of":[null]}' .. (after:find "}" and "" or ",") .. after
      end)
      assert.are_not.equal(text, padded)
      assert.equal(before, read_by_all(padded, status_of(name)))
    end)
  end

  it("[110] that is written is read back as the same tree", function()
    local attributes = {
      text = "\"\\\b\f\n\r\t\1\127/é日🎉\226\128\168", empty = "", numbers = { 0, -1, 1.5, 1e300, 5e-324, 2 ^ 53, 0.1 },
      nothing = harnest.null, yes = true, no = false, array = harnest.array {}, object = {},
      deep = { { { a = { { b = harnest.array { harnest.array {} } } } } } }, ["first name"] = { [""] = 1, ["é"] = 2 },
    }
    local given = { attributes = attributes, meta = { m = { 1, "2" } },
      relationships = { one = { type = "b", id = 5 }, none = harnest.null, many = { { type = "b", id = "6" } } } }
    x:answer(204)
    assert(x.api:update("things", "1", given))
    local body = x:sent().body
    assert.is_table(cjson.decode(body)) -- other decoders can read it
    x:answer(200, body)
    local thing = assert(x.api:get("things", 1))
    assert.same(attributes, thing.attributes)
    assert.same(given.meta, thing.meta)
    assert.same({ one = { data = { type = "b", id = "5" } }, none = { data = harnest.null },
      many = { data = { { type = "b", id = "6" } } } }, thing.relationships)
    assert.is_true(harnest.is_array(thing.attributes.array))
    assert.is_false(harnest.is_array(thing.attributes.object))
    x:answer(204)
    assert(x.api:update(thing, thing))
    assert.equal(body, x:sent().body)
  end)
end)
