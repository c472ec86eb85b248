-- api:describe and api:types: what a server has, for a REPL.

local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"
local usage_error = require "spec.support.usage_error"

local MIXED = [[{"data": [
  {"type": "books", "id": "1", "attributes": {"title": "One", "price": 5, "tags": [], "extra": {"a": 1},
    "gone": null, "né\u0001": true}, "relationships": {
      "author": {"data": {"type": "people", "id": 7}}, "shops": {"data": []}, "maker": {"data": null},
      "other": {"links": {"related": "/x"}}}},
  {"type": "books", "id": "2", "attributes": {"title": null, "price": 5.5, "tags": ["a"], "extra": null,
    "gone": null}, "relationships": {"author": {"data": {"type": "firms", "id": "1"}},
      "shops": {"data": [{"type": "shops", "id": "1"}, {"type": "shops", "id": "2"}]}}},
  {"type": "films", "id": "1", "attributes": []}, {"type": "films", "id": "2"}
], "included": [{"type": "people", "id": "7"}, {"type": "shops", "id": "2"}],
"links": {"next": "/b?page%5Bnumber%5D=2"}, "meta": {"total": 9}}]]

local MIXED_TEXT = [[
books, films: 4 on this page
attributes
  extra       object, null  50 % null   {"a":1}
  gone        null          100 % null
  "né\u0001"  boolean                   true
  price       number                    5
  tags        array                     []
  title       string, null  50 % null   "One"
relationships
  author  to one   firms, people  1 of 2 included
  maker   to one
  other   no data
  shops   to many  shops          1 of 2 included
pages
  rule   by a link in the body
  page   1 of 3
  size   4
  total  9
  next   /b?page%5Bnumber%5D=2]]

describe("api:describe", function()
  local sb, api, raw, scripted = sandbox.get(), nil, nil, nil

  setup(function()
    api = harnest.new { url = sb.url, token = sb.token, dialect = "harnest" }
    raw = rawserver.start()
    scripted = harnest.new { url = raw.url, token = false, dialect = "jsonapi", retries = 0 }
  end)
  before_each(function() raw:reset() end)
  teardown(function()
    api:close()
    scripted:close()
    raw:stop()
  end)

  local function describe_body(body, headers)
    raw:play { { rawserver.response(200, headers or {}, body) } }
    return scripted:describe "b"
  end

  it("returns what the resources of one page have", function()
    local found = assert(describe_body(MIXED))
    assert.equal(4, found.count)
    assert.same({ "books", "films" }, found.types)
    assert.same({ count = 2, nulls = 0.5, types = { "string", "null" }, example = "One" }, found.attributes.title)
    assert.same({ "number" }, found.attributes.price.types)
    assert.same({ count = 2, nulls = 1, types = { "null" } }, found.attributes.gone)
    assert.same({ count = 2, to = "one", types = { "firms", "people" }, identifiers = 2, included = 1 },
      found.relationships.author)
    assert.same({ count = 2, to = "many", types = { "shops" }, identifiers = 2, included = 1 },
      found.relationships.shops)
    assert.same({ count = 1, types = {}, identifiers = 0, included = 0 }, found.relationships.other)
    assert.equal("one", found.relationships.maker.to)
    assert.same({ rule = "link", next = "/b?page%5Bnumber%5D=2", size = 4, number = 1, last = 3, total = 9 },
      found.paging)
    assert.equal(1, #raw:requests())
  end)

  it("is shown in lines with aligned columns", function()
    assert.equal(MIXED_TEXT, tostring(describe_body(MIXED)))
  end)

  it("distinguishes integers from other numbers as the Lua does", function()
    local found = describe_body '{"data":[{"type":"b","id":"1","attributes":{"a":1,"b":1.5,"c":1.0,"d":1e300}}]}'
    assert.same({ "integer" }, found.attributes.a.types)
    assert.same({ "number" }, found.attributes.b.types)
    assert.same({ math.type and "number" or "integer" }, found.attributes.c.types)
  end)

  it("shows long and multibyte examples shortened, and names without control characters", function()
    local text = tostring(describe_body(('{"data":[{"type":"b","id":"1","attributes":{"a":"%s","b\\n\\u001b":1}}]}')
      :format(("é"):rep(100))))
    assert.matches('  a            string     "' .. ("é"):rep(36) .. "%.%.%.\n", text)
    assert.truthy(text:find([["b\n\u001b"]], 1, true))
    assert.is_nil(text:find "\27")
  end)

  for _, case in ipairs {
    { "link", '{"data":[{"type":"b","id":"1"}],"links":{"next":null}}' },
    { "header", '{"data":[{"type":"b","id":"1"}]}', { Link = '</b?page=2>; rel="next"' }, "/b?page=2" },
    { "cursor", '{"data":[{"type":"b","id":"1"}],"meta":{"next_cursor":"xyz"}}', nil, "/b?page%5Bcursor%5D=xyz" },
    { "end", '{"data":[{"type":"b","id":"1"}],"has_more":false}' },
    { "number", '{"data":[{"type":"b","id":"1"}],"meta":{"page":{"currentPage":1,"lastPage":2}}}', nil,
      "/b?page%5Bnumber%5D=2" },
    { "total", '{"data":[{"type":"b","id":"1"}],"meta":{"total":5}}', nil, "/b?page%5Bnumber%5D=2" },
    { "guess", '{"data":[{"type":"b","id":"1"}]}', nil, "/b?page%5Bnumber%5D=2" },
  } do
    it("states the rule by which the list goes on: " .. case[1], function()
      local paging = describe_body(case[2], case[3]).paging
      assert.equal(case[1], paging.rule)
      assert.equal(case[4], paging.next)
      assert.equal(1, #raw:requests())
    end)
  end

  it("states why the list cannot go on", function()
    local found = describe_body '{"data":[{"type":"b","id":"1"}],"links":{"next":"http://other.test/b?page=2"}}'
    assert.equal(1, found.count)
    assert.is_nil(found.paging.next)
    assert.matches("^200 refused: .*http://other%.test", found.paging.problem)
    assert.matches("\n  problem  200 refused", tostring(found))
    assert.equal(1, #raw:requests())
  end)

  it("describes one resource, nothing, and odd documents", function()
    local one = describe_body '{"data":{"type":"b","id":"1","attributes":{"a":1}}}'
    assert.equal(1, one.count)
    assert.equal(1, one.attributes.a.example)
    assert.is_nil(one.paging)
    assert.equal("b: 1 on this page\nattributes\n  a  integer    1", tostring(one))
    local none = describe_body '{"data":null}'
    assert.equal("no type: 0 on this page", tostring(none))
    assert.equal(0, describe_body '{"data":[]}'.count)
    for _, data in ipairs { '[1,"x",null,[]]', '[{"type":"b","id":"1","attributes":5,"relationships":[1]}]',
      '[{"type":"b","id":"1","relationships":{"a":7,"b":{"data":[1,null,{}]},"c":{"data":{}}}}]' } do
      local found, err = describe_body('{"data":' .. data .. ',"included":7}')
      assert(found or err.kind == "protocol", err)
      if found then assert.equal("string", type(tostring(found))) end
    end
  end)

  it("describes resources whose types are no text", function()
    for _, type in ipairs { "null", "{}", "[]", "true" } do
      raw:reset():play { { raw.response(200, {}, ([[{"data":[{"id":"1","type":T},{"id":"2","type":"a"},
        {"id":"3","type":T,"relationships":{"r":{"data":[{"type":T,"id":"1"},{"type":"b","id":"2"}]}}}],
        "included":[{"type":T,"id":"1"}]}]]):gsub("T", type)) } }
      local found = assert(scripted:describe "t")
      assert.same({ "?", "a" }, { found.types[1], found.types[2] })
      assert.same({ "b" }, { found.relationships.r.types[1], found.relationships.r.types[2] })
      assert.truthy(tostring(found):find("?, a: 3 on this page", 1, true))
    end
  end)

  it("takes queries, paths and links as api:list does, without views and limits", function()
    local query = { include = "owner", filter = { status = 1 }, limit = 1, view = true }
    local found = assert(api:describe("contracts", query, { page = { size = 20 } }))
    assert.equal(20, found.count)
    assert.equal(20, found.relationships.owner.included)
    assert.same({ "people" }, found.relationships.owner.types)
    assert.equal("string", type(found.attributes.title.example))
    assert.equal("one", assert(api:describe("/contracts/7")).relationships.owner.to)
    assert.equal("contracts", assert(api:describe { href = sb.url .. "/contracts" }).types[1])
  end)

  it("returns the error of the request, and raises usage errors", function()
    local found, err = api:describe "no-such-type"
    assert.is_nil(found)
    assert.equal("not_found", err.kind)
    assert.equal("describe: type: expected a type, path or link, got nil", usage_error(api.describe, api))
    assert.equal("query.limmit: unknown; did you mean limit?", usage_error(api.describe, api, "t", { limmit = 1 }))
  end)
end)

describe("api:types", function()
  local raw, api

  setup(function() raw = rawserver.start() end)
  before_each(function()
    raw:reset()
    api = harnest.new { url = raw.url .. "/v1/api", token = false, dialect = "jsonapi", retries = 0 }
  end)
  after_each(function() api:close() end)
  teardown(function() raw:stop() end)

  local function play(body, headers, status)
    raw:play { { match = "GET /v1/api", rawserver.response(status or 200, headers or {}, body) } }
  end

  it("returns the links of the root document that are below the base URL", function()
    play(([[{"jsonapi": {"version": "1.1"}, "links": {"self": "/v1/api", "describedby": "/v1/api/schema",
      "people": "/v1/api/people", "node--article": {"href": "%s/v1/api/node/article", "meta": {"a": 1}},
      "home": "/", "docs": "http://other.test/v1/api/docs", "root": "/v1/api/", "none": null, "five": 5}}]])
      :format(raw.url))
    assert.same({ { name = "node--article", href = raw.url .. "/v1/api/node/article" },
      { name = "people", href = raw.url .. "/v1/api/people" } }, assert(api:types()))
  end)

  it("returns link objects, which calls take", function()
    play '{"data": null, "links": {"people": "/v1/api/people"}}'
    raw:play {
      { match = "GET /v1/api/people", rawserver.response(200, {}, '{"data":[{"type":"people","id":"1"}],"links":{}}') },
    }
    assert.equal("1", assert(api:first(assert(api:types())[1])).id)
  end)

  it("returns an error that says what is missing", function()
    for _, answer in ipairs {
      { 404, "{}", "not_found" }, { 405, "{}", "client_error" }, { 200, '{"data":[]}', "protocol" },
      { 200, "<html>", "protocol" }, { 200, '{"meta":{},"links":{"self":"/v1/api"}}', "protocol" },
      { 200, '{"meta":{},"links":["/v1/api/x"]}', "protocol" },
    } do
      raw:reset()
      play(answer[2], answer[2] == "<html>" and { ["Content-Type"] = "text/html" } or {}, answer[1])
      local found, err = api:types()
      assert.is_nil(found)
      assert.equal(answer[3], err.kind)
      assert.matches("; the server has no root document that names its types$", tostring(err))
    end
  end)

  it("leaves the error of a server that did not answer as it is", function()
    play("{}", {}, 401)
    assert.equal("unauthorized", select(2, api:types()).kind)
    local other = harnest.new { url = rawserver.closed_url(), token = false, dialect = "jsonapi", retries = 0 }
    assert.is_nil(tostring(select(2, other:types())):find "root document")
    other:close()
  end)
end)
