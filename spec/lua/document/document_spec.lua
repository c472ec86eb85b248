-- Whole documents: get and fetch, and responses that are not documents.

local harnest = require "harnest"
local locale = require "spec.support.locale"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"
local size = require "spec.support.size"

local sb = sandbox.get()
local raw, api, scripted

setup(function()
  raw = rawserver.start()
  scripted = harnest.new { url = raw.url, dialect = "jsonapi", retries = 0 }
  api = harnest.new { url = sb.url, token = sb.token, dialect = "jsonapi" }
end)

teardown(function()
  api:close()
  scripted:close()
  raw:stop()
end)

before_each(function() raw:reset() end)

local function answer(body, headers, status)
  raw:play { { rawserver.response(status or 200, headers or {}, body) } }
end

local function get(body)
  answer(body)
  return scripted:get("things", 1)
end

local function fetch(body)
  answer(body)
  return scripted:fetch "/things"
end

describe("api:get", function()
  it("returns one resource by type and id", function()
    for _, id in ipairs { "7", 7, 7.0 } do
      local contract = assert(api:get("contracts", id))
      assert.equal("7", contract.id)
      assert.equal("contracts", contract.type)
      assert.matches(" 7$", contract.attributes.title)
    end
  end)

  it("accepts paths and links", function()
    assert.equal("7", assert(api:get("contracts/7")).id)
    assert.equal("7", assert(api:get("/contracts/7", { include = "owner" })).id)
    assert.equal("7", assert(api:get(sb.url .. "/contracts/7")).id)
    assert.equal("7", assert(api:get({ href = "/v1/api/contracts/7" }, { fields = { contracts = {} } })).id)
    assert.equal("people", assert(api:get "contracts/10/owner").type)
    assert.equal("people", assert(api:get("contracts/10", "owner")).type)
  end)

  it("merges its queries", function()
    local contract = assert(api:get("contracts", 7, { fields = { contracts = "title" } }, { include = "owner" }))
    assert.is_nil(contract.attributes.status)
    assert.is_string(contract.attributes.title)
    contract = assert(api:get("contracts", 7, { include = "owner" }, { fields = { people = "name" } }))
    assert.is_nil(contract:related("owner").attributes.email)
  end)

  it("returns nil alone if the server has null", function()
    local results = { api:get "contracts/10/company" }
    assert.is_nil(results[1])
    assert.is_nil(results[2])
  end)

  it("returns nil and an error", function()
    local contract, err = api:get("contracts", 99999)
    assert.is_nil(contract)
    assert.equal("not_found", err.kind)
    contract, err = api:get "/contracts"
    assert.is_nil(contract)
    assert.equal("protocol", err.kind)
    assert.matches("list", err.message)
    for _, body in ipairs { "", '{"meta":{}}', "{}" } do
      contract, err = get(body)
      assert.is_nil(contract)
      assert.equal("protocol", err.kind)
      assert.matches("data", err.message)
    end
  end)

  it("writes any id into the path", function()
    answer '{"data":null}'
    scripted:get("things", "a/b c?é#%")
    assert.equal("/things/a%2Fb%20c%3F%C3%A9%23%25", raw:requests()[1].path)
  end)

  it("raises for invalid ids, naming the argument", function()
    for _, id in ipairs { "", ".", "..", 1.5, 1 / 0, true, {} } do
      local fine, message = pcall(api.get, api, "contracts", id)
      assert.is_false(fine, tostring(id))
      assert.is_string(message)
    end
    assert.matches("id: expected a string or a whole number, got nil", select(2, pcall(api.get, api, "contracts")))
    assert.matches("id", select(2, pcall(api.get, api, "contracts", "..")))
    assert.matches("get: type: expected a type, path or link, got nil", select(2, pcall(api.get, api)))
  end)
end)

describe("api:fetch", function()
  it("returns a whole document as a plain table", function()
    local document = assert(api:fetch("contracts", { page = { size = 2 }, include = "owner" }))
    assert.is_nil(getmetatable(document))
    assert.equal(2, #document.data)
    assert.equal("people", document.included[1].type)
    assert.equal("people", document.data[1]:related("owner").type)
    local names = {}
    for name in pairs(document) do
      names[#names + 1] = name
    end
    assert.is_true(#names >= 2)
  end)

  it("keeps every member, including unknown ones", function()
    local document = fetch([[{"data":[],"links":{"self":"/x","next":null,"about":{"href":"/y","meta":{"a":1}}},
      "meta":{"count":0,"list":[]},"jsonapi":{"version":"1.1","ext":["http://e/"]},"included":[],
      "e:results":[{"data":null}],"@odd":1,"errors":null,"number":7,"last":8,"total":9}]])
    assert.same({
      data = {}, links = { self = "/x", next = harnest.null, about = { href = "/y", meta = { a = 1 } } },
      meta = { count = 0, list = {} }, jsonapi = { version = "1.1", ext = { "http://e/" } }, included = {},
      ["e:results"] = { { data = harnest.null } }, ["@odd"] = 1, errors = harnest.null, number = 7, last = 8,
      total = 9,
    }, document)
  end)

  it("distinguishes null data from missing data", function()
    assert.equal(harnest.null, fetch('{"data":null}').data)
    local document = fetch '{"meta":{"done":true}}'
    assert.is_nil(document.data)
    assert.is_true(document.meta.done)
    assert.same({}, fetch "{}")
    assert.same({ errors = harnest.null }, fetch '{"errors":null}')
  end)

  it("returns true if there is no body", function()
    answer("", { ["Content-Length"] = false, ["Content-Type"] = false }, 204)
    assert.is_true(scripted:fetch "/jobs/1")
    answer("", {}, 202)
    assert.is_true(scripted:fetch "/jobs/1")
  end)

  it("accepts any content type that contains a document", function()
    for _, kind in ipairs { "application/json; charset=utf-8", "text/plain", false } do
      answer('{"data":{"type":"things","id":"1"}}', { ["Content-Type"] = kind })
      assert.equal("1", assert(scripted:fetch "/things/1").data.id)
    end
  end)

  it("returns nil and an error", function()
    local document, err = api:fetch "/nothing/at/all/there"
    assert.is_nil(document)
    assert.equal("not_found", err.kind)
  end)

  it("never sends a request to another server", function()
    for _, link in ipairs { "https://example.com/v1/api/contracts", "//example.com/x", (sb.url:gsub(":%d+", ":1")) } do
      local document, err = api:fetch(link)
      assert.is_nil(document)
      assert.equal("refused", err.kind)
      assert.is_nil(err.status)
    end
  end)
end)

describe("ids that are numbers", function()
  it("become text in every resource and identifier", function()
    local document = fetch [[{"data":[{"type":"things","id":1,"attributes":{"id":2,"type":3},"relationships":{
        "one":{"data":{"type":"things","id":9007199254740993}},
        "many":{"data":[{"type":"t","id":-4},{"type":"t","id":"5"}],"meta":{"id":6}}},
        "meta":{"id":7},"links":{"id":8}}],
      "included":[{"type":"things","id":9007199254740993},{"type":"t","id":-4}],"meta":{"id":10}}]]
    local thing = document.data[1]
    assert.equal("1", thing.id)
    assert.equal(2, thing.attributes.id)
    assert.equal(3, thing.attributes.type)
    assert.equal("9007199254740993", thing.relationships.one.data.id)
    assert.equal("-4", thing.relationships.many.data[1].id)
    assert.equal("5", thing.relationships.many.data[2].id)
    assert.equal(6, thing.relationships.many.meta.id)
    assert.equal(7, thing.meta.id)
    assert.equal(8, thing.links.id)
    assert.equal(10, document.meta.id)
    assert.equal("9007199254740993", thing:related("one").id)
    local some, missing = thing:related "many"
    assert.equal("-4", some[1].id)
    assert.same({ { type = "t", id = "5" } }, missing)
  end)

  it("keep all digits beyond 64 bits", function()
    local document = fetch [[{"data":{"type":"t","id":123456789012345678901234567890,"attributes":{
        "id":123456789012345678901234567890},"relationships":{
        "one":{"data":{"type":"t","id":-98765432109876543210}}}},
      "included":[{"type":"t","id":-98765432109876543210,"attributes":{"n":1}}]}]]
    local thing = document.data
    assert.equal("123456789012345678901234567890", thing.id)
    assert.equal(123456789012345678901234567890, thing.attributes.id)
    assert.equal("-98765432109876543210", thing.relationships.one.data.id)
    assert.equal(1, thing:related("one").attributes.n)
  end)

  it("become the shortest text that reads back to the same number, in every locale", function()
    local function ids()
      local found = {}
      for i, thing in ipairs(fetch [[{"data":[{"type":"t","id":1.1},{"type":"t","id":3.0},{"type":"t","id":-0.25},
          {"type":"t","id":1e100},{"type":"t","id":18446744073709551615}]}]].data) do
        found[i] = thing.id
      end
      return found
    end
    local expected = { "1.1", "3", "-0.25", "1e100", "18446744073709551615" }
    assert.same(expected, ids())
    locale.each(function() assert.same(expected, ids()) end)
  end)

  it("become text in everything that the sandbox sends", function()
    local numeric = harnest.new { url = sb:at "ids/numeric", token = sb.token, dialect = "jsonapi" }
    local count = 0
    for contract in numeric:list("contracts", { include = { "owner.manager", "signers" }, limit = 40 }) do
      count = count + 1
      assert.equal(tostring(count), contract.id)
      assert.equal("string", type(contract.relationships.owner.data.id))
      assert.equal(contract.relationships.owner.data.id, contract:related("owner").id)
      for i, signer in ipairs(contract:related "signers") do
        assert.equal(contract.relationships.signers.data[i].id, signer.id)
      end
    end
    numeric:close()
  end)
end)

describe("a response that is not a document", function()
  local broken = {
    { "an array", "[]", "root is not an object" },
    { "a string", '"text"', "root is not an object" },
    { "null", "null", "root is not an object" },
    { "a number", "5", "root is not an object" },
    { "data that is a string", '{"data":"x"}', "data is neither" },
    { "data that is a number", '{"data":1}', "data is neither" },
    { "data that is false", '{"data":false}', "data is neither" },
    { "items that are numbers", '{"data":[1]}', "data[0] is not a resource object" },
    { "items that are null", '{"data":[{"type":"t","id":"1"},null]}', "data[1] is not a resource object" },
    { "items that are arrays", '{"data":[[]]}', "data[0] is not a resource object" },
    { "only space", "  \n", "" },
    { "a text cut short", '{"data":{"type":"t', "cut short" },
    { "two documents", "{}{}", "" },
  }
  for _, case in ipairs(broken) do
    it("is reported: " .. case[1], function()
      local document, err = fetch(case[2])
      assert.is_nil(document)
      assert.equal("protocol", err.kind)
      assert.equal(200, err.status)
      assert.matches(case[3], err.message, 1, true)
      assert.is_string(err.body)
      local resources
      answer(case[2])
      resources, err = scripted:all "things"
      assert.is_nil(resources)
      assert.equal("protocol", err.kind)
    end)
  end

  it("is reported: a page of HTML", function()
    answer("<html><body>Log in</body></html>", { ["Content-Type"] = "text/html" })
    local document, err = scripted:fetch "/things"
    assert.is_nil(document)
    assert.equal("protocol", err.kind)
    assert.matches("text/html", err.message, 1, true)
    assert.matches("Log in", err.body)
  end)

  it("may have null for included", function()
    local resource = assert(get [[{"data":{"type":"t","id":"1","relationships":{"a":{"data":{"type":"t","id":"2"}}}},
      "included":null}]])
    local related, err = resource:related "a"
    assert.is_nil(related)
    assert.equal("refused", err.kind)
    assert.equal(harnest.null, fetch('{"data":null,"included":null}').included)
  end)

  it("may have anything for included, which keeps its value", function()
    local one = '{"data":{"type":"t","id":"1","relationships":{"a":{"data":{"type":"t","id":"2"}}}},"included":'
    for text, value in pairs {
      ["{}"] = {}, ['"x"'] = "x", ["5"] = 5, ["false"] = false, ['{"0":{"type":"t","id":"2"}}'] =
        { ["0"] = { type = "t", id = "2" } },
    } do
      local resource = assert(get(one .. text .. "}"))
      local related, err = resource:related "a"
      assert.is_nil(related)
      assert.equal("refused", err.kind)
      assert.same(value, fetch(one .. text .. "}").included)
      answer(one .. text .. "}")
      local included = assert(scripted:fetch("/things", { view = true })).included
      assert.equal(type(value) == "table" and "userdata" or type(value), type(included))
      local list = one:gsub('"data":{', '"data":[{', 1):gsub(',"included"', '],"links":{"next":null},"included"')
      answer(list .. text .. "}")
      assert.equal(1, #assert(scripted:all "things"))
    end
    one = one .. '[null,[{"type":"t","id":"3"}],"x",{},{"type":"t","id":"2"}]}'
    assert.equal("2", assert(get(one)):related("a").id)
    for _, view in ipairs { false, true } do
      answer(one)
      local included = assert(scripted:fetch("/things", { view = view })).included
      assert.equal(harnest.null, included[1])
      assert.equal("3", included[2][1].id)
      assert.equal("x", included[3])
      assert.equal("2", included[5].id)
    end
  end)
end)

-- A small compound document with everything that it may have
local FIXTURE = [[{"jsonapi":{"version":"1.1"},"meta":{"total":2,"page":{"n":1e2}},"links":{"self":"/t","next":null},
"data":[{"type":"t","id":"1","attributes":{"n":-1.5,"b":[true,false,null],"s":"\u00e9\n"},"relationships":{
"one":{"data":{"type":"u","id":"1"},"links":{"related":"/t/1/one"}},"many":{"data":[{"type":"u","id":"1"},
{"type":"t","id":"2"}]},"none":{"data":null}},"meta":{"page":{"cursor":"c"}}},{"type":"t","id":"2"}],
"included":[{"type":"u","id":"1","relationships":{"back":{"data":{"type":"t","id":"1"}}}}]}]]

-- Accesses everything in a document
local function touch(value, depth)
  if type(value) ~= "table" or depth > 12 then return end
  for name, member in pairs(value) do
    touch(member, depth + 1)
    if value.relationships and type(value.related) == "function" and type(value.relationships) == "table" then
      for relationship in pairs(value.relationships) do
        value:related(relationship)
      end
    end
    assert.is_not_nil(name)
  end
end

local function survives(text)
  answer(text)
  local document, err = scripted:fetch "/t"
  if not document then
    assert.equal("protocol", err.kind)
    return false
  end
  touch(document, 0)
  return true
end

describe("a document", function()
  it("distinguishes a member whose name continues after a NUL from data", function()
    local beside = '"data\\u0000":7,"included\\u0000x":8,"total\\u0000":9'
    local document = assert(fetch('{"data":{"type":"a","id":"1"},' .. beside .. '}'))
    assert.equal("1", document.data.id)
    assert.same({ 7, 8, 9 }, { document["data\0"], document["included\0x"], document["total\0"] })
    answer '{"data":[{"type":"a","id":"1"}],"data\\u0000":7,"total\\u0000":9,"links":{"next":null}}'
    for one in scripted:pages "t" do
      assert.same({ 1, 7, 9 }, { #one.data, one["data\0"], one["total\0"] })
    end
  end)

  it("cut off after any byte is an error and no crash", function()
    for length = 1, #FIXTURE - 1, size(3, 1) do
      assert.is_false(survives(FIXTURE:sub(1, length)), length)
    end
    assert.is_true(survives(FIXTURE))
  end)

  it("without included is freed in the first collection after its last use, while a list "
    .. "continues", function()
    raw:play {
      { rawserver.response(200, {}, '{"data":[{"type":"a","id":"1","attributes":{"text":"' .. ("x"):rep(2 ^ 20)
        .. '"}}],"links":{"next":"/t?page=2"}}') },
      { rawserver.response(200, {}, '{"data":[{"type":"a","id":"2"}],"links":{"next":null}}') },
    }
    collectgarbage()
    collectgarbage()
    local before = collectgarbage "count"
    local iterator = scripted:pages("/t", { page = { size = 1 } })
    assert.equal(1, #iterator:next())
    assert.equal(1, #iterator:next())
    collectgarbage() -- once: a finalizer would only be called in this cycle
    local more = collectgarbage "count" - before
    assert(more < 512, ("%.0f kB"):format(more))
    iterator:close()
  end)

  it("cut off in transfer is an error", function()
    raw:play { { "HTTP/1.1 200 OK\r\nContent-Length: " .. #FIXTURE .. "\r\n\r\n" .. FIXTURE:sub(1, 300),
      { close = true } } }
    local document, err = scripted:fetch "/t"
    assert.is_nil(document)
    assert.is_true(err.kind == "protocol" or err.kind == "network", err.kind)
  end)

  it("with any value replaced by another is read or rejected", function()
    local positions = {}
    for position in FIXTURE:gmatch '()"[%w]+":' do
      positions[#positions + 1] = position
    end
    assert.is_true(#positions > 30)
    local read, swapped = 0, 0
    for i, position in ipairs(positions) do
      local head, rest = FIXTURE:sub(1, position - 1), FIXTURE:sub(position)
      local name, value = rest:match '^("[%w]+":)(.*)$'
      local length = #(value:match "^%b{}" or value:match "^%b[]" or value:match '^"[^"]*"' or value:match "^[%w.-]+")
      for j, other in ipairs { "null", "1", '"x"', "{}", "[]", "[null]", '{"data":[[]]}', "true" } do
        if (i + j) % size(3, 1) == 0 then
          swapped = swapped + 1
          if survives(head .. name .. other .. value:sub(length + 1)) then read = read + 1 end
        end
      end
    end
    assert.is_true(read > swapped / 2)
  end)

  it("so changed is read or rejected as the pages of a list", function()
    for _, name in ipairs { "meta", "links", "data", "included", "next", "page", "total" } do
      for _, other in ipairs { "null", "1", '"x"', "{}", "[]", "[null]", '{"href":5}', "true", "-1", "1e300" } do
        local body = FIXTURE:gsub('"' .. name .. '":', '"' .. name .. '":' .. other .. ',"_' .. name .. '":')
        raw:reset()
        raw:play { { rawserver.response(200, {}, body) },
          { times = 3, rawserver.response(200, {}, '{"data":[]}') } }
        for _, resource in ipairs(scripted:all "t" or {}) do
          touch(resource, 0)
        end
      end
    end
  end)
end)
