-- Writes to a server with scripted responses: what is sent, and what each response returns.

local harnest = require "harnest"
local cjson = require "cjson"
local usage_error = require "spec.support.usage_error"
local rawserver = require "spec.support.rawserver"

local null = harnest.null

describe("a write with scripted responses", function()
  local raw, api

  setup(function() raw = rawserver.start() end)
  before_each(function()
    raw:reset()
    api = harnest.new { url = raw.url .. "/api", retries = 0, token = "a-secret-token" }
  end)
  after_each(function() api:close() end)
  teardown(function() raw:stop() end)

  local ONE = '{"data":{"type":"t","id":"1","attributes":{}}}'

  it("sends the media type with every body and only with bodies", function()
    raw:play { { raw.response(201, {}, ONE) }, { raw.response(200, {}, ONE) }, { raw.response(204) } }
    assert(api:create("t", {}))
    assert(api:update("t", 1, {}))
    assert(api:delete("t", 1))
    local requests = raw:requests(3)
    for i = 1, 2 do
      assert.equal("application/vnd.api+json", requests[i].headers["content-type"])
      assert.equal(tostring(#requests[i].body), requests[i].headers["content-length"])
    end
    assert.is_nil(requests[3].headers["content-type"])
    assert.equal("", requests[3].body)
    assert.same({ "POST", "PATCH", "DELETE" }, { requests[1].method, requests[2].method, requests[3].method })
    assert.same({ "/api/t", "/api/t/1", "/api/t/1" }, { requests[1].path, requests[2].path, requests[3].path })
    assert.equal('{"data":{"type":"t"}}', requests[1].body)
    assert.equal('{"data":{"id":"1","type":"t"}}', requests[2].body)
  end)

  it("sends include and fields, conditions and keys", function()
    raw:play { { raw.response(200, {}, ONE) } }
    assert(api:update("t", "a/b", { attributes = {}, if_match = 'W/"x"', idempotency_key = "k1" },
      { include = "o" }, { fields = { t = "a" } }))
    local request = raw:requests(1)[1]
    assert.equal("/api/t/a%2Fb?fields%5Bt%5D=a&include=o", request.path)
    assert.equal('W/"x"', request.headers["if-match"])
    assert.equal("k1", request.headers["idempotency-key"])
  end)

  it("has an unknown outcome if a gateway gave up or the success cannot be read", function()
    for _, answer in ipairs {
      raw.response(502, {}, ""), raw.response(504, {}, ""), raw.response(201, {}, "{"),
      "HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{",
    } do
      raw:reset()
      raw:play { { answer, { close = true } } }
      local nothing, err = api:create("t", {})
      assert.is_nil(nothing)
      assert.equal(1, #raw:requests())
      assert.truthy(err.message:find("; it may have been done", 1, true), err.message)
    end
  end)

  it("has an unknown outcome if the client was closed after it was sent", function()
    local next_page = '{"data":[{"type":"t","id":"1"}],"links":{"next":"' .. raw.url .. '/api/t/2"}}'
    raw:play {
      { match = "GET /api/t", raw.response(200, {}, next_page) },
      { match = "GET /api/t/2", { sleep = 0.2 }, raw.response(200, {}, '{"data":[]}') },
      { match = "POST /api/t", { stall = true } },
    }
    local writing, closing = false, nil
    closing = harnest.new { url = raw.url .. "/api", token = "a-secret-token", dialect = "jsonapi",
      trace = function(event)
        -- the next page's response
        if writing and event.event == "response" then closing:close() end
      end }
    local iterator = closing:pages "t"
    assert(iterator:next())
    writing = true
    local nothing, err = closing:create("t", {})
    assert.is_nil(nothing)
    assert.equal("cancelled", err.kind)
    assert.equal("cancelled: POST t: the client was closed; it may have been done", err.message)
  end)

  it("has a known outcome if the client was closed before it was sent", function()
    local closing
    closing = harnest.new { url = raw.url .. "/api", token = "a-secret-token", dialect = "jsonapi",
      trace = function() closing:close() end }
    local nothing, err = closing:create("t", {})
    assert.is_nil(nothing)
    assert.equal("cancelled: POST t: the client was closed", err.message)
  end)

  it("has a known outcome, and is retried, if the proxy opened no tunnel", function()
    raw:play { { times = 2, raw.response(502, {}, "") } }
    local proxied = harnest.new { url = "https://api.invalid", token = "a-secret-token", proxy = raw.url, retries = 1,
      max_retry_wait = 0.05, dialect = "jsonapi" }
    local nothing, err = proxied:create("t", {})
    proxied:close()
    assert.is_nil(nothing)
    assert.equal(2, err.attempts)
    assert.is_nil(err.message:find("may have", 1, true), err.message)
  end)

  it("uses the resource's own link if it is under the base URL", function()
    local links = {
      [raw.url .. "/api/things/one"] = "/api/things/one", ["/api/x?y=1"] = "/api/x?y=1",
      [raw.url .. "/elsewhere/1"] = "/api/t/1", ["https://evil.example.com/api/t/1"] = "/api/t/1",
      ["//evil.example.com/api/t/1"] = "/api/t/1", ["/apis/1"] = "/api/t/1", [""] = "/api/t/1", ["t/1"] = "/api/t/1",
    }
    for link, path in pairs(links) do
      for _, form in ipairs { link, { href = link } } do
        raw:reset():play { { raw.response(204) }, { raw.response(204) } }
        local resource = { type = "t", id = "1", links = { self = form } }
        assert(api:update(resource, {}))
        assert(api:delete(resource))
        local requests = raw:requests(2)
        assert.same({ path, path }, { requests[1].path, requests[2].path }, link)
      end
    end
    assert.equal(0, #raw:requests() - 2)
  end)

  it("goes to no other server by a link or path that contains NUL", function()
    local resource = { type = "t", id = "12", links = { self = "/api/t/1\0002" },
      relationships = { o = { links = { self = "/api/t/1\0/o", related = "/api/t/1\0/o" } } } }
    raw:play { { times = 4, raw.response(204) } }
    assert(api:update(resource, {}))
    assert(api:delete(resource))
    assert(api:relationship(resource, "o"):replace(null))
    local requests = raw:requests(3)
    assert.equal("/api/t/12", requests[1].path)
    assert.equal("/api/t/12", requests[2].path)
    assert.equal("/api/t/12/relationships/o", requests[3].path)
    assert.equal('request: path: expected a type, path or link, got "/t/1\\0/o", which has a NUL',
      usage_error(function() api:request { method = "DELETE", path = "/t/1\0/o" } end))
    assert.equal(3, #raw:requests())
  end)

  it("keeps a relationship that the server did not state", function()
    for _, nothing in ipairs { "{}", "[]", "null" } do
      local body = ('{"data":{"type":"t","id":"1","attributes":{},"relationships":{"o":%s}}}'):format(nothing)
      raw:reset():play { { raw.response(200, {}, body) }, { raw.response(204) } }
      local resource = assert(api:get("t", 1))
      assert(api:update(resource, resource))
      assert.equal('{"data":{"attributes":{},"id":"1","type":"t"}}', raw:requests(2)[2].body)
      local full = { type = "t", id = "1", relationships = { o = { data = { { type = "p", id = "1" } } } } }
      assert.is_nil(harnest.changes(full, resource))
      resource.relationships.o = {} -- this states something
      assert.same({}, harnest.changes(full, resource).relationships.o.data)
    end
  end)

  if type(jit) == "table" then -- luacheck: ignore 113
    it("takes LuaJIT's 64-bit integers as ids and values", function()
      local big, one = loadstring "return 9007199254740993LL, 1ULL"() -- luacheck: ignore 113
      raw:play { { times = 3, raw.response(204) }, { raw.response(200, {}, '{"data":[]}') } }
      assert(api:create("t", { id = big, attributes = { n = big },
        relationships = { o = { type = "p", id = one } } }))
      assert(api:update("t", big, { id = big }))
      assert(api:delete { type = "t", id = one, links = { self = "/api/t/1?x=1" } })
      assert(api:all("t", { filter = { n = big, m = { one, 2 } }, exact = true }))
      local requests = raw:requests(4)
      assert.equal('{"data":{"attributes":{"n":9007199254740993},"id":"9007199254740993","relationships":{"o":'
        .. '{"data":{"id":"1","type":"p"}}},"type":"t"}}', requests[1].body)
      assert.equal("/api/t/9007199254740993", requests[2].path)
      assert.equal("/api/t/1", requests[3].path)
      assert.equal("/api/t?filter%5Bm%5D=1,2&filter%5Bn%5D=9007199254740993", requests[4].path)
      raw:reset():play { { raw.response(200, {}, [[{"data":[{"type":"t","id":"1","attributes":{"n":9007199254740993}},
        {"type":"t","id":"2","attributes":{"n":9007199254740992}}],"links":{"next":null}}]]) } }
      local found = assert(api:all("t", { filter = { n = big }, exact = true }))
      assert.equal(1, #found)
      assert.equal("1", found[1].id)
    end)
  end

  it("sends {} for the empty arrays of PHP", function()
    raw:play { { raw.response(200, {}, [[{"data":{"type":"t","id":"1","attributes":[],"relationships":[],"links":[],
      "meta":[]}}]]) }, { times = 4, raw.response(204) } }
    local resource = assert(api:get("t", 1))
    assert(api:update(resource, resource))
    assert(api:create("t", { attributes = harnest.array {}, meta = harnest.array() }))
    assert(api:update("t", 1, { relationships = { o = { meta = harnest.array {},
      data = { type = "p", id = "2", meta = harnest.array {} } } } }))
    assert.is_nil(harnest.changes(resource, resource))
    local requests = raw:requests(4)
    assert.equal('{"data":{"attributes":{},"id":"1","meta":{},"type":"t"}}', requests[2].body)
    assert.equal('{"data":{"attributes":{},"meta":{},"type":"t"}}', requests[3].body)
    assert.equal('{"data":{"id":"1","relationships":{"o":{"data":{"id":"2","meta":{},"type":"p"},"meta":{}}},'
      .. '"type":"t"}}', requests[4].body)
    assert.truthy(usage_error(api.update, api, "t", 1, { attributes = { 1 } }):find("got an array", 1, true))
  end)

  it("is no success if the response has only errors", function()
    for _, body in ipairs { '{"data":null,"errors":[{"title":"not saved"}]}', '{"errors":[{"title":"not saved"}]}',
      '{"data":[],"errors":[{"title":"not saved"}]}' } do
      raw:reset():play { { times = 3, raw.response(200, {}, body) } }
      for _, result in ipairs { { api:create("t", {}) }, { api:update("t", 1, {}) }, { api:delete("t", 1) } } do
        assert.equal("protocol", result[2] and result[2].kind, body)
        assert.equal("not saved", result[2].errors[1].title)
      end
    end
  end)

  it("resolves a Location against the request's URL", function()
    local there = { ["/api/t/7"] = "/api/t/7", ["t/7"] = "/api/t/7", ["?x=1"] = "/api/t?x=1",
      ["../other/7"] = "/other/7" }
    for location, path in pairs(there) do
      raw:reset():play { { raw.response(201, { Location = location }) }, { raw.response(200, {}, ONE) } }
      assert.equal("1", assert(api:create("t", {})).id)
      assert.equal(path, raw:requests(2)[2].path)
    end
    for _, location in ipairs { "", "http://", "\1" } do
      raw:reset():play { { raw.response(201, { Location = location }) } }
      assert.equal("t", assert(api:create("t", {})).type)
    end
  end)

  it("stays under the base URL", function()
    raw:play { { times = 9, raw.response(204) } }
    assert(api:delete { type = "t", id = "1", links = { self = "/api/%2e%2e/x/1" } })
    assert.equal("/api/t/1", raw:requests(1)[1].path)
    for _, path in ipairs { "../x", "/../x", "a/../../x" } do
      local message = usage_error(function() api:request { method = "DELETE", path = path } end)
      assert.equal(('request: path: expected a path below the base URL, got "%s"'):format(path), message)
    end
    local message = usage_error(api.delete, api, { type = "../x", id = "1" })
    assert.truthy(message:find("without / or ?", 1, true))
    assert.equal(1, #raw:requests())
  end)

  it("reports a redirect after which the write may have been executed", function()
    raw:play { { raw.response(303, { Location = "/api/t/1" }) } }
    local result, err = api:create("t", {})
    assert.is_nil(result)
    assert.truthy(err.message:find("; it may have been done", 1, true), err.message)
  end)

  it("sends extensions' members and @-members, but no links", function()
    raw:play { { raw.response(201, {}, ONE) } }
    assert(api:create("t", {
      links = { self = "x" }, ["ext:version"] = 3, ["@note"] = "n", meta = { a = 1 }, lid = "l",
    }))
    assert.same({ data = {
      type = "t", lid = "l", meta = { a = 1 }, ["ext:version"] = 3, ["@note"] = "n",
    } }, cjson.decode(raw:requests(1)[1].body))
  end)

  it("takes the type from the table if the target is a path", function()
    raw:play { { raw.response(201, {}, ONE) } }
    assert(api:create("/t/1/children", { type = "c", attributes = { a = 1 } }))
    local request = raw:requests(1)[1]
    assert.equal("/api/t/1/children", request.path)
    assert.equal('{"data":{"attributes":{"a":1},"type":"c"}}', request.body)
    assert.equal("create: data.type: expected a string, since the target is a path or link, got nil",
      usage_error(function() api:create("/t/1/children", {}) end))
  end)

  it("survives every kind of response", function()
    local cases = {
      { 200, ONE, "1" }, { 201, ONE, "1" }, { 201, '{"meta":{}}', "nil" }, { 201, "", "nil" },
      { 201, '{"data":null}', "nil" }, { 204, "", true }, { 200, '{"meta":{"a":1}}', true }, { 200, "", true },
      { 200, '{"data":null}', true }, { 200, '{"data":[]}', "protocol" }, { 201, '{"data":[{"type":"t","id":"1"}]}',
      "protocol" }, { 200, "[]", "protocol" }, { 200, "<html>", "protocol" }, { 200, '{"data":', "protocol" },
      { 200, '{"errors":[{"title":"no"}]}', "protocol" }, { 302, "", "protocol" }, { 500, "", "server_error" },
    }
    for _, case in ipairs(cases) do
      raw:reset():play { { raw.response(case[1], {}, case[2]) } }
      local result, err = api:create("t", { attributes = { a = 1 } })
      local got = result == true or result and tostring(result.id) or err.kind
      assert.equal(case[3], got, case[1] .. " " .. case[2])
      if got == "nil" then assert.equal(1, result.attributes.a) end
    end
  end)

  it("returns what was sent, and its URL, if it cannot be read", function()
    local paths = { ["/api/t/77"] = "/api/t/77", ["t/77"] = "/api/t/77", ["/api/t/\255"] = "/api/t/%ff" }
    for location, path in pairs(paths) do
      raw:reset():play { { raw.response(201, { Location = location }) }, { raw.response(500) } }
      local resource = assert(api:create("t", { attributes = { a = 1 } }))
      assert.same({ a = 1 }, resource.attributes)
      assert.equal(raw.url .. path, resource.links.self)
      assert.is_nil(resource.id)
    end
    raw:reset():play { { raw.response(201, { Location = "https://evil.example.com/t/77" }) } }
    assert.equal(1, assert(api:create("t", { attributes = { a = 1 } })).attributes.a)
    assert.equal(1, #raw:requests())
  end)

  it("hides the token in what is returned with a document", function()
    raw:play { { raw.response(500, { ["X-Echo"] = "a-secret-token" }, "a-secret-token") } }
    local result, err = api:create("t", {})
    assert.is_nil(result)
    assert.is_nil(cjson.encode({ err.headers, err.body, err.message }):find("a-secret-token", 1, true))
  end)

  it("refuses a redirect", function()
    raw:play { { raw.response(307, { Location = "/api/t/2" }) } }
    local result, err = api:update("t", 1, {})
    assert.is_nil(result)
    assert.equal("refused", err.kind)
    assert.equal(1, #raw:requests())
  end)

  it("follows a 307 or 308 once, with method and body, if only the slash at the end differs", function()
    for _, status in ipairs { 307, 308 } do
      raw:reset():play { { raw.response(status, { Location = "/api/t/" }) }, { raw.response(201, {}, ONE) } }
      assert.equal("1", assert(api:create("t", { attributes = { n = 1 } })).id)
      local requests = raw:requests(2)
      assert.same({ "POST", "/api/t/" }, { requests[2].method, requests[2].path })
      assert.equal('{"data":{"attributes":{"n":1},"type":"t"}}', requests[2].body)
      assert.equal(requests[1].body, requests[2].body)
      assert.equal(requests[1].headers["content-type"], requests[2].headers["content-type"])
    end
    raw:reset():play { { raw.response(308, { Location = "/api/t/1/" }) },
      { raw.response(308, { Location = "/api/t/1" }) } }
    local _, err = api:update("t", 1, {})
    assert.equal("308 refused: PATCH t/1/: redirect of a write to /api/t/1 blocked, after another one", err.message)
    assert.equal(2, #raw:requests())
  end)

  it("states no earlier attempt if there was none", function()
    raw:play { { raw.response(301, { Location = "/api/t/" }) }, { raw.response(302, { Location = "/api/u" }) } }
    local _, err = api:create("t", {})
    assert.equal("301 refused: POST t: redirect of a write to /api/t/ blocked; send the write to a path or link "
      .. "with the slash as there", err.message)
    _, err = api:create("t", {})
    assert.equal("302 refused: POST t: redirect of a write to /api/u blocked; it may have been done", err.message)
  end)

  it("goes to the resource's own link without its query if the path contains the id", function()
    local links = {
      ["/api/node/article/1?resourceVersion=id%3A7"] = "/api/node/article/1",
      [raw.url .. "/api/t/1?resourceVersion=id%3A7&x=1"] = "/api/t/1",
      ["/api/t/1/?x=1"] = "/api/t/1/",
      ["/api/t?id=1"] = "/api/t?id=1",
      ["/api/t/12?x"] = "/api/t/12?x",
    }
    for link, path in pairs(links) do
      for _, form in ipairs { link, { href = link } } do
        raw:reset():play { { times = 2, raw.response(204) }, { raw.response(200, {}, ONE) },
          { times = 3, raw.response(204) } }
        local resource = { type = "t", id = "1", links = { self = form },
          relationships = { o = { links = { self = link } } } }
        assert(api:update(resource, {}))
        assert(api:delete(resource))
        assert(api:get(resource))
        assert(api:relationship(resource, "o"):add { type = "p", id = "2" })
        assert(api:relationship(resource, "p"):replace(null))
        local requests = raw:requests(5)
        for i = 1, 4 do assert.equal(path, requests[i].path, link) end
        local bare = path:find "?" and "/api/t/1" or path:gsub("/$", "")
        assert.equal(bare .. "/relationships/p", (requests[5].path:gsub("//", "/")))
      end
    end
    raw:reset():play { { raw.response(204) } }
    assert(api:delete { type = "t", id = "a/b ü", links = { self = "/api/t/a%2Fb%20%C3%BC?x=1" } })
    assert.equal("/api/t/a%2Fb%20%C3%BC", raw:requests(1)[1].path)
  end)
end)
