-- Targets: the URL of a type, an id, a path or a link, and which are refused.

local cjson = require "cjson"
local core = require "harnest.core"
local harnest = require "harnest"
local usage_error = require "spec.support.usage_error"
local rawserver = require "spec.support.rawserver"

describe("target", function()
  local BASE = "https://api.example.com/v1/api"
  local api

  setup(function() api = harnest.new { url = BASE, token = "token" } end)
  teardown(function() api:close() end)

  -- The URL requested, or false and the reason
  local function url_of(target, ...)
    local url, reason = core.url(api, {}, "get: type", target, ...)
    return url or false, reason
  end

  local cases = {
    { "a type", { "contracts" }, "/contracts" },
    { "a type in other letters", { "straße žluť 漢" }, "/stra%C3%9Fe%20%C5%BElu%C5%A5%20%E6%BC%A2" },
    { "a type with what paths reserve", { "a%b#c:d@e&f=g+h;i,j!k" },
      "/a%25b%23c%3Ad%40e%26f%3Dg%2Bh%3Bi%2Cj%21k" },
    { "an id", { "contracts", "42" }, "/contracts/42" },
    { "a uuid", { "contracts", "9b2e6f7c-1d3a-4c5e-8f70-123456789abc" },
      "/contracts/9b2e6f7c-1d3a-4c5e-8f70-123456789abc" },
    { "a whole number", { "contracts", 42 }, "/contracts/42" },
    { "a negative number", { "contracts", -1 }, "/contracts/-1" },
    { "zero", { "contracts", 0 }, "/contracts/0" },
    { "a large number", { "contracts", 2 ^ 53 }, "/contracts/9007199254740992" },
    { "a number as text of any length", { "contracts", "123456789012345678901234567890" },
      "/contracts/123456789012345678901234567890" },
    { "an id with slashes", { "contracts", "../people/1" }, "/contracts/..%2Fpeople%2F1" },
    { "an id with all that splits URLs", { "contracts", "a?b#c/d%2Fe" }, "/contracts/a%3Fb%23c%2Fd%252Fe" },
    { "an id of dots", { "contracts", "..." }, "/contracts/..." },
    { "an id in other letters", { "contracts", "ž 😀" }, "/contracts/%C5%BE%20%F0%9F%98%80" },
    { "an id with line breaks", { "contracts", "a\r\nb" }, "/contracts/a%0D%0Ab" },
    { "an id of any bytes", { "contracts", "\255\1" }, "/contracts/%FF%01" },
    { "a path", { "contracts/42/owner" }, "/contracts/42/owner" },
    { "a path with a first slash", { "/contracts/42" }, "/contracts/42" },
    { "a path with the base's", { "/v1/api/contracts/42" }, "/contracts/42" },
    { "the base's path itself", { "/v1/api" }, "" },
    { "a path that only looks like the base's", { "/v1/apis" }, "/v1/apis" },
    { "a path with a query", { "contracts?page[size]=2" }, "/contracts?page[size]=2" },
    { "a link within the host, with a query", { "/v1/api/contracts?page%5Bnumber%5D=2" },
      "/contracts?page%5Bnumber%5D=2" },
    { "a path with a fragment", { "contracts/42#top" }, "/contracts/42" },
    { "a path with encoded parts", { "contracts/a%2Fb" }, "/contracts/a%2Fb" },
    { "a path and an id", { "contracts/42/signers", 7 }, "/contracts/42/signers/7" },
    { "an absolute link", { BASE .. "/contracts/42" }, "/contracts/42" },
    { "an absolute link in other case", { "HTTPS://API.Example.com:443/v1/api/contracts" }, "/contracts" },
    { "a link without its scheme", { "//api.example.com/v1/api/contracts" }, "/contracts" },
    { "a link with a fragment", { BASE .. "/contracts#x" }, "/contracts" },
    { "a link in plain http", { "http://api.example.com/v1/api/contracts?a=b" }, "/contracts?a=b" },
    { "a link object", { { href = "/v1/api/contracts/42", meta = { count = 1 } } }, "/contracts/42" },
    { "an absolute link object", { { href = BASE .. "/contracts/42" } }, "/contracts/42" },
  }
  if math.type then
    cases[#cases + 1] = { "the largest integer", { "contracts", math.maxinteger }, "/contracts/9223372036854775807" }
    cases[#cases + 1] = { "a float that is whole", { "contracts", 3.0 }, "/contracts/3" }
  end
  if type(jit) == "table" then -- luacheck: ignore 113
    local int = loadstring "return 9007199254740993LL, 18446744073709551615ULL, -1LL" -- luacheck: ignore 113
    local signed, unsigned, negative = int()
    cases[#cases + 1] = { "an int64_t", { "contracts", signed }, "/contracts/9007199254740993" }
    cases[#cases + 1] = { "a uint64_t", { "contracts", unsigned }, "/contracts/18446744073709551615" }
    cases[#cases + 1] = { "a negative int64_t", { "contracts", negative }, "/contracts/-1" }
  end
  for _, case in ipairs(cases) do
    it("is " .. case[1], function() assert.equal(BASE .. case[3], (url_of((unpack or table.unpack)(case[2])))) end)
  end

  it("may be a link as cjson decodes it", function()
    local links = cjson.decode '{"related":{"href":"/v1/api/contracts/1/owner"},"self":"/v1/api/contracts/1"}'
    assert.equal(BASE .. "/contracts/1/owner", (url_of(links.related)))
    assert.equal(BASE .. "/contracts/1", (url_of(links.self)))
  end)

  it("keeps a path's parameters before those of the query", function()
    local query = harnest.query { sort = "title" }
    assert.equal(BASE .. "/contracts?a=b&sort=title", (core.url(api, query, "get: type", "contracts?a=b")))
    assert.equal(BASE .. "/contracts?sort=title", (core.url(api, query, "get: type", "/contracts")))
    assert.equal(BASE .. "/contracts/1?sort=title", (core.url(api, query, "get: type", "contracts", 1)))
  end)

  it("works with a base URL without a path", function()
    local bare = harnest.new { url = "http://127.0.0.1:8080", token = "token" }
    local urls = { contracts = "/contracts", ["/contracts/1"] = "/contracts/1", ["http://127.0.0.1:8080/a"] = "/a" }
    for target, path in pairs(urls) do
      assert.equal("http://127.0.0.1:8080" .. path, (core.url(bare, {}, "get: type", target)))
    end
    bare:close()
  end)

  local wrong = {
    { "no id", { nil }, "get: id: expected a string or a whole number, got nil" },
    { "a table for an id", { {} }, "get: id: expected a string or a whole number, got table" },
    { "true for an id", { true }, "get: id: expected a string or a whole number, got boolean" },
    { "null for an id", { harnest.null }, "get: id: expected a string or a whole number, got null" },
    { "a fraction for an id", { 1.5 }, "get: id: expected a string or a whole number, got 1.5" },
    { "no number for an id", { 0 / 0 }, "get: id: expected a string or a whole number, got " },
    { "infinity for an id", { math.huge }, "get: id: expected a string or a whole number, got " },
    { "a number beyond what floats count", { 2 ^ 60 + 0.0 }, "get: id: expected a string or a whole number, got " },
    { "an empty id", { "" }, 'get: id: expected text that a URL\'s path can contain, got ""' },
    { "a dot", { "." }, 'get: id: expected text that a URL\'s path can contain, got "."' },
    { "two dots", { ".." }, 'get: id: expected text that a URL\'s path can contain, got ".."' },
    { "a NUL", { "a\0b" }, [[get: id: expected text that a URL's path can contain, got "a\0b"]] },
  }
  for _, case in ipairs(wrong) do
    it("rejects " .. case[1], function()
      local message = usage_error(api.get, api, "contracts", case[2][1])
      assert.truthy(message:find(case[3], 1, true), message)
    end)
  end

  it("raises a usage error if it is invalid", function()
    local values = {
      [1] = "expected a type, path or link, got 1", [true] = "got boolean",
      [""] = "expected text that a URL's path can contain, got \"\"",
      ["."] = "path can contain", [".."] = "path can contain", ["a\0b"] = [[got "a\0b", which has a NUL]],
      ["/a\0/b"] = "which has a NUL", ["contracts/\r\nX-Evil: 1"] = "which makes no valid URL",
    }
    for value, expected in pairs(values) do
      for _, name in ipairs { "list", "all", "first", "count", "fetch", "pages" } do
        local message = usage_error(api[name], api, value)
        assert.truthy(message:find(expected, 1, true), message)
        local argument = name == "fetch" and "path" or "type"
        assert.equal(name .. ": " .. argument .. ": expected", message:match "^%w+: %w+: expected")
      end
    end
    for _, table in ipairs { {}, { href = 1 } } do
      assert.equal("list: type: expected a type, path or link, got a table without href",
        usage_error(api.list, api, table))
    end
    assert.truthy(usage_error(api.list, api, harnest.null):find("got null", 1, true))
    assert.truthy(usage_error(api.list, api):find("got nil", 1, true))
  end)

  it("with a query cannot be followed by an id", function()
    assert.truthy(usage_error(api.get, api, "contracts?a=b", 1):find("without a query", 1, true))
  end)

  local elsewhere = {
    "https://evil.example.com/v1/api/contracts", "//evil.example.com/contracts", "https://api.example.com:8443/v1/api",
    "http://evil.example.com/", "https://api.example.com.evil.com/", "https://api.example.com@evil.com/",
    "https://evil.com\\@api.example.com/", "ftp://api.example.com/v1/api", "file:///etc/passwd",
    "https://user:pass@api.example.com/v1/api", "http://api.example.com:8080/v1/api", "https:///v1/api", "https://",
  }
  for _, link in ipairs(elsewhere) do
    it("is refused at " .. link, function()
      for _, target in ipairs { link, { href = link } } do
        local resource, err = api:get(target)
        assert.is_nil(resource)
        assert.equal("refused", err.kind)
        assert.is_nil(err.status)
        assert.equal(0, err.attempts)
        assert.truthy(err.message:find(link, 1, true), err.message)
        assert.equal("refused", select(2, api:all(target)).kind)
        assert.equal("refused", select(2, api:fetch(target)).kind)
        assert.equal("refused", select(2, api:list(target):next()).kind)
      end
      assert.equal(0, api:stats().requests)
    end)
  end

  it("with control characters fails with a message of one line", function()
    for _, link in ipairs { "http://127.0.0.1:1/a\nb", "//\127", "https://api.example.com/v1/api/\r" } do
      local _, err = api:get(link)
      assert.equal("refused", err.kind)
      assert.matches("is not a valid link", err.message)
      assert.is_nil(err.message:find "%c")
      assert.equal("refused", select(2, api:create(link, { type = "a" })).kind)
      assert.equal("refused", select(2, api:list(link):next()).kind)
    end
  end)

  it("on another server never reaches that server", function()
    local own, other = rawserver.start(), rawserver.start()
    own:play { { times = 2, own.response(200, {}, '{"data":{"type":"a","id":"1"}}') } }
    local client = harnest.new { url = own.url .. "/api", token = "token", retries = 0 }
    local _, err = client:get(other.url .. "/api/a/1")
    assert.equal("refused", err.kind)
    assert.truthy(err.message:find("leads to another server", 1, true))
    assert.equal("1", assert(client:get(own.url .. "/api/a/1")).id)
    assert.equal("1", assert(client:get { href = "/api/a/1" }).id)
    assert.equal(0, #other:connections())
    for _, request in ipairs(own:requests(2)) do assert.equal("/api/a/1", request.path) end
    client:close()
    own:stop()
    other:stop()
  end)

  it("on another port or scheme of the same host names the option ignore_link_origin", function()
    local ADVICE = "; only its scheme or port differs: set the option ignore_link_origin if the server is behind a "
      .. "reverse proxy"
    local own = rawserver.start()
    local client = harnest.new { url = own.url .. "/api", token = "token", retries = 0 }
    local function message_of(link)
      local page = ('{"data":[{"type":"a","id":"1"}],"links":{"next":"%s"}}'):format(link)
      own:reset():play { { own.response(200, {}, page) } }
      local _, err = client:all "a"
      assert.equal("refused", err.kind)
      local _, direct = client:get(link)
      assert.equal("refused", direct.kind)
      assert.equal(err.message:find(ADVICE, 1, true) ~= nil, direct.message:find(ADVICE, 1, true) ~= nil)
      return err.message
    end
    for _, link in ipairs { "http://127.0.0.1:1/api/a?page=2", "http://127.0.0.1/api/a", "https://127.0.0.1/x" } do
      assert.equal("200 refused: GET a: the next link leads to another server, which gets neither request nor token: "
        .. link .. ADVICE, message_of(link))
    end
    for _, link in ipairs { "http://evil.example.com/api/a?page=2", "http://127.0.0.2:1/api" } do
      assert.is_nil(message_of(link):find("ignore_link_origin", 1, true))
    end
    client:close()
    own:stop()
  end)

  it("on another origin keeps its path and query with the option ignore_link_origin", function()
    local own, other = rawserver.start(), rawserver.start()
    local client = harnest.new { url = own.url .. "/api", token = "token", retries = 0, ignore_link_origin = true }
    local function page(id, next_link)
      return { own.response(200, {}, ('{"data":[{"type":"a","id":"%s"}],"links":{"next":%s}}'):format(id,
        next_link and '"' .. next_link .. '"' or "null")) }
    end
    for _, origin in ipairs { "http://127.0.0.1", other.url, "https://127.0.0.1", "http://inner:8080" } do
      own:reset():play { page(1, origin .. "/api/a?page=2"), page(2, nil) }
      assert.equal(2, #assert(client:all "a"))
      assert.equal("/api/a?page=2", own:requests(2)[2].path)
      own:reset():play { page(1, origin .. "/api/a"), page(2, nil) }
      assert.equal("protocol", select(2, client:all "a").kind)
      own:reset():play { { own.response(204) }, { own.response(200, {}, '{"data":null}') } }
      assert(client:delete { type = "a", id = "1", links = { self = origin .. "/api/here/1" } })
      assert.is_nil(client:get(origin .. "/api/x?y=1"))
      assert.equal("/api/here/1", own:requests(2)[1].path)
      assert.equal("/api/x?y=1", own:requests(2)[2].path)
    end
    own:reset():play { { own.response(204) }, { own.response(302, { Location = other.url .. "/api/a/1" }) } }
    assert(client:delete { type = "a", id = "1", links = { self = "http://inner/elsewhere/1" } })
    assert.equal("/api/a/1", own:requests(1)[1].path)
    assert.equal("refused", select(2, client:get("a", 1)).kind)
    assert.equal("refused", select(2, client:get("ftp://inner/api/a/1")).kind)
    assert.equal(0, #other:connections())
    client:close()
    own:stop()
    other:stop()
  end)

  it("survives every call that follows it", function()
    for _ = 1, 20 do
      url_of("contracts", "1")
      url_of "https://evil.example.com"
      collectgarbage()
    end
  end)
end)
