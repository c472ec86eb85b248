-- Usage errors: they name the argument, what was expected and what was given, at the caller's line.

local harnest = require "harnest"
local usage_error = require "spec.support.usage_error"

local URL = "http://127.0.0.1:1"
local QUERY = "known names: filter, sort, include, fields, page, limit, after, concurrency, exact, view, null, "
  .. "missing, sparse, lines, params"
local OPTIONS = "known names: company, url, token, authorization, dialect, ext, profile, headers, timeout, "
  .. "connect_timeout, deadline, retries, max_retry_wait, max_response, prefetch, max_pages, max_connections, proxy, "
  .. "ca_file, ca_path, client_cert, client_key, client_key_password, revocation, insecure, ignore_link_origin, cache, "
  .. "user_agent, trace, trace_detail, debug, operations, rate, dry_run, cassette, cassette_mode, loop"
local OPERATION = "known names: op, ref, href, data, meta"
local RESOURCE = "known names: type, id, lid, attributes, relationships, links, meta, if_match, idempotency_key"

-- Names that people know from other libraries, with what the error suggests. All of the table in
-- src/lua/support/wrong_names.c are here.
local WRONG_OPTIONS = {
  max_retries = "retries", maxRetries = "retries", max_attempts = "retries", base_url = "url", baseURL = "url",
  baseUrl = "url", base_uri = "url", host = "url", endpoint = "url", server = "url",
  api_key = "token or authorization", apiKey = "token or authorization", auth = "token or authorization",
  bearer = "token", bearer_token = "token", access_token = "token", api_token = "token",
  user = "authorization = harnest.basic(user, password)", username = "authorization = harnest.basic(user, password)",
  password = "authorization = harnest.basic(user, password)", verify = "insecure", ssl_verify = "insecure",
  verify_ssl = "insecure", ca_bundle = "ca_file", cafile = "ca_file", cert = "client_cert",
  limit = "limit in the query of a call", page_size = "page = {size = ...} in the query of a call",
  per_page = "page = {size = ...} in the query of a call", cacert = "ca_file", proxy_url = "proxy", log = "debug",
  logger = "debug", verbose = "debug", ttl = "cache = {ttl = ...}",
}
local WRONG_QUERIES = {
  per_page = "page.size", perPage = "page.size", order_by = "sort", orderBy = "sort",
  order = "sort", select = "fields", where = "filter", expand = "include",
}

describe("a usage error", function()
  local api = harnest.new { url = URL, token = false, dialect = "jsonapi", retries = 0 }
  local resource = { type = "t", id = "1", attributes = {} }
  teardown(function() api:close() end)

  local function new(options)
    options.url = options.url or URL
    return harnest.new(options)
  end

  local function write(given)
    return function() api:create("t", given) end
  end

  local function loop_with(more)
    local loop = { watch = print, unwatch = print }
    for name, value in pairs(more) do loop[name] = value end
    return loop
  end

  local cases = {
    { "create: type: expected a type, path or link, got nil", function() api:create(nil, { attributes = {} }) end },
    { "create: type: expected a type, path or link, got 5", function() api:create(5, {}) end },
    { "update: type: expected a type, path or link, got nil", function() api:update(nil, 1, {}) end },
    { "update: data: expected a table with attributes or relationships, got nil", function() api:update("t", 1) end },
    { "get: id: expected a string or a whole number, got nil", function() api:get "t" end },
    { "get: id: expected a string or a whole number, got table", function() api:get("t", { include = "owner" }) end },
    { "delete: id: expected a string or a whole number, got nil", function() api:delete "t" end },
    { "create: attributes: expected a table, got 5", write { attributes = 5 } },
    { "create: relationships: expected a table, got 5", write { relationships = 5 } },
    { "meta: expected a table of names and values, got 5", write { meta = 5 } },
    { "meta: expected a table of names and values, got an array", write { meta = { 1, 2 } } },
    { "atomic: operations[1].data.meta: expected a table of names and values, got 5", function()
      api:atomic { { op = "add", data = { type = "t", meta = 5 } } }
    end },
    { "update: if_match: expected a string, got a string with control characters", function()
      api:update("t", 1, { if_match = "a\1b" })
    end },
    { "delete: if_match: expected a string, got a string with control characters", function()
      api:delete("t", 1, { if_match = "a\0b" })
    end },
    { "option headers: expected a table of names and values, got an array", function()
      new { headers = { "a: b" } }
    end },
    { "option headers: expected a table of names and values, got a table with names and positions", function()
      new { headers = { "a: b", c = "d" } }
    end },
    { "option ext: expected a string or an array of strings, got a table of names and values", function()
      new { ext = { a = "b" } }
    end },
    { "request: headers: expected a table of names and values, got an array", function()
      api:request { path = "/t", headers = { "a: b" } }
    end },
    { "request: headers.A: expected a string, got 5", function() api:request { path = "/t", headers = { A = 5 } } end },
    { "harnest.new: expected a table of options, got the module itself; call it as harnest.new { ... }",
      function() harnest:new { url = URL } end },
    { "get_many: ids: expected an array, got a table of names and values", function()
      api:get_many("t", { a = 1 })
    end },
    { "get_many: ids[2]: expected a string or a whole number, got an empty table", function()
      api:get_many("t", { 1, {} })
    end },
    { "collection: type: expected a type, path or link, got nil", function() api:collection() end },
    { "related: name: expected a string, the relationship's name, got an empty string", function()
      api:related(resource, "")
    end },
    { "relationship: name: expected a string, the relationship's name, got an empty string", function()
      api:relationship("t", 1, "")
    end },
    { "wait: job.location: expected a path or link, got 5", function()
      api:wait { accepted = true, location = 5 }
    end },
    { "wait: job.content_location: expected a path or link, got an empty table", function()
      api:wait { accepted = true, content_location = {}, location = "/t/1" }
    end },
    { "wait: job.retry_after: expected a number of seconds, got string", function()
      api:wait { accepted = true, location = "/t/1", retry_after = "5" }
    end },
    { "each: expected a function, got nil", function() api:list("t"):each() end },
    -- the argument, by the name that docs/API.md gives it
    { "list: type: expected a type, path or link, got nil", function() api:list() end },
    { "list: type: expected a type, path or link, got a table without href", function() api:list(resource) end },
    { "pages: type: expected a type, path or link, got boolean", function() api:pages(true) end },
    { "all: type: expected a type, path or link, got nil", function() api:all() end },
    { "first: type: expected a type, path or link, got nil", function() api:first() end },
    { "count: type: expected a type, path or link, got nil", function() api:count() end },
    { "get: type: expected a type, path or link, got nil", function() api:get() end },
    { "get: resource: expected a resource or an identifier with type and id, got a table without them",
      function() api:get {} end },
    { "get: resource: expected a resource with an id, got one with a lid only", function()
      api:get { type = "t", lid = "x" }
    end },
    { 'get: resource.type: expected a type without / or ?, got "t/u"', function()
      api:get { type = "t/u", id = 1 }
    end },
    { "get: resource.id: expected a string or a whole number, got 0.5", function()
      api:get { type = "t", id = 0.5 }
    end },
    { 'get: link: expected a path below the base URL, got "/../x"', function()
      new { url = URL .. "/b" }:get "/../x"
    end },
    { 'get: type: expected a type or path without a query, since an id follows it, got "/t?a=b"', function()
      api:get("/t?a=b", 1)
    end },
    { "fetch: path: expected a type, path or link, got nil", function() api:fetch() end },
    { "get_many: type: expected a type, path or link, got nil", function() api:get_many(nil, { 1 }) end },
    { "relationship: type: expected a type, path or link, got nil", function() api:relationship(nil, 1, "r") end },
    { "relationship: name: expected a string, the relationship's name, got 5", function()
      api:relationship("t", 1, 5)
    end },
    { "related: resource: expected a resource or an identifier, got nil", function() api:related() end },
    { "related: resource: expected a resource or an identifier, got a link", function()
      api:related({ href = "/t/1" }, "r")
    end },
    { "related: resource: expected a resource with an id, got one with a lid only", function()
      api:related({ type = "t", lid = "x" }, "r")
    end },
    { "delete: type: expected a type, path or link, got nil", function() api:delete() end },
    { "delete: options: expected a table, got 5", function() api:delete("t", 1, 5) end },
    { "delete: attributes: unknown; known names: if_match, idempotency_key", function()
      api:delete("t", 1, { attributes = {} })
    end },
    { "request: body: expected a table, got string", function() api:request { path = "/t", body = "x" } end },
    { "request: body.data.attributes.a: cannot encode a function as JSON", function()
      api:request { path = "/t", method = "POST", body = { data = { attributes = { a = print } } } }
    end },
    { "request: path: expected a type, path or link, got 5", function() api:request { path = 5 } end },
    { "harnest.encode: value: cannot encode a function as JSON", function() harnest.encode(print) end },
    { "harnest.encode: value: cannot encode nil as JSON; use harnest.null", function() harnest.encode() end },
    { "harnest.encode: value.a[1]: cannot encode a function as JSON", function() harnest.encode { a = { print } } end },
    { "harnest.decode: text: expected a string, got 5", function() harnest.decode(5) end },
    { 'option operations: expected a path below the base URL, got "/../x"', function()
      harnest.new { url = URL .. "/b", operations = "/../x" }
    end },
    { "option operations: expected a path below the base URL, got one refused: https://other.example/x leads to "
      .. "another server than " .. URL .. ", which never gets a request or the token", function()
      new { operations = "https://other.example/x" }
    end },
    { 'atomic: operations: expected an array, got one operation; call it as api:atomic{ {op = "add", ...} }', function()
      api:atomic({ op = "remove", href = "/t/1" }, { op = "remove", href = "/t/2" })
    end },
    { "atomic: idempotency_keys: unknown; did you mean idempotency_key?", function()
      api:atomic { { op = "remove", href = "/t/1" }, idempotency_keys = "x" }
    end },
    { "atomic: operations: expected an array with operations, got an array with holes", function()
      api:atomic { { op = "remove", href = "/t/1" }, nil, { op = "remove", href = "/t/2" } }
    end },
    { "atomic: operations[1].ref.relation: unknown; did you mean relationship?", function()
      api:atomic { { op = "update", ref = { type = "t", id = "1", relation = "r" }, data = { type = "t", id = "2" } } }
    end },
    { 'atomic: operations[1].data.attributes: "a!" is not a valid member name (letters and digits; - _ and space in '
      .. "between)", function() api:atomic { { op = "add", data = { type = "t", attributes = { ["a!"] = 1 } } } } end },
    { "atomic: operations[2].data.relationships.o: expected a resource or an identifier with type and id, an array of "
      .. "them or null, got 5", function()
      api:atomic { { op = "remove", href = "/t/1" }, { op = "add", data = { type = "t", relationships = { o = 5 } } } }
    end },
    { "atomic: operations[1].data.attributes.a: cannot encode a function as JSON", function()
      api:atomic { { op = "add", data = { type = "t", attributes = { a = print } } } }
    end },
    -- the range of numbers, and what came
    { "option retries: expected a whole number from 0 to 9007199254740992, got -1", function()
      new { retries = -1 }
    end },
    { "option rate.requests: expected a whole number from 1 to 100000, got 100001", function()
      new { rate = { requests = 100001, per = 1 } }
    end },
    { "option deadline: expected a finite number of seconds above 0, got inf", function()
      new { deadline = 1 / 0 }
    end },
    { "query.limit: expected a whole number from 1 to 9007199254740992, got 0", function()
      api:all("t", { limit = 0 })
    end },
    { "query.sort: expected a string or an array of strings, got a table of names and values", function()
      api:all("t", { sort = { a = 1 } })
    end },
    { "query.include: expected a string or an array of strings, got a table with names and positions", function()
      api:all("t", { include = { "a", b = 1 } })
    end },
    { "query.sort: expected a string or an array of strings, got an array with holes", function()
      api:all("t", { sort = { "a", nil, "b" } })
    end },
    -- arguments that would have no effect
    { "where: filter: expected a table, got nil", function() api:collection("t"):where() end },
    { "sort: argument 1: expected a string or an array of strings, got nil", function()
      api:collection("t"):sort()
    end },
    { "sort: argument 2: expected a string or an array of strings, got nil", function()
      api:collection("t"):sort("a", nil)
    end },
    { "include: argument 1: expected a string or an array of strings, got nil", function()
      api:collection("t"):include()
    end },
    { "include: argument 2: expected a string or an array of strings, got nil", function()
      api:collection("t"):include("a", nil)
    end },
    { "fields: fields: expected a table, got nil", function() api:collection("t"):fields() end },
    { "page_size: size: expected a whole number, got nil", function() api:collection("t"):page_size() end },
    { "limit: limit: expected a whole number, got nil", function() api:collection("t"):limit() end },
    { "query: query: expected a table, got nil", function() api:collection("t"):query() end },
    { "harnest.etag: expected a resource, got nan", function() harnest.etag(0 / 0) end },
    { "harnest.etag: expected a resource, got nil", function() harnest.etag() end },
    { "harnest.changes: old: expected a resource with type and id, got a table without them", function()
      harnest.changes({}, {})
    end },
    { "get_many: ids: expected an array, got an array with holes", function() api:get_many("t", { 1, nil, 3 }) end },
    { "get_many: ids: expected an array, got an array with holes", function()
      api:get_many("t", { [1] = 1, [9] = 9 })
    end },
    { "get_many: ids: expected an array, got a table with names and positions", function()
      api:get_many("t", { 1, a = 2 })
    end },
    { "query.page.sise: unknown; did you mean size? (a name that only your server knows goes into params)", function()
      api:all("t", { page = { sise = 1 } })
    end },
    { "query.page.Number: unknown; did you mean number? (a name that only your server knows goes into params)",
      function() api:all("t", { page = { size = 1, Number = 1 } }) end },
    -- members of a loop
    { "option loop.slep: unknown; did you mean sleep?", function() new { loop = loop_with { slep = print } } end },
    { "option loop.descriptor: unknown; known names: name, watch, unwatch, this, sleep, wake, spawn, is_gone, join",
      function() new { loop = loop_with { descriptor = 5 } } end },
    { "cannot wait (loop custom): call it in a coroutine that the loop runs", function()
      local function this() return nil, {} end
      new { loop = loop_with { this = this, sleep = print, wake = print, spawn = print } }:all "t"
    end },
    { "option loop.1: unknown; names are strings", function() new { loop = loop_with { print } } end },
    { "option loop.watch: expected a function, got nil", function() new { loop = {} } end },
    { "option loop.sleep: expected a function (loop.this needs it), got nil", function()
      new { loop = loop_with { this = print } }
    end },
    { "option loop.this: expected a function (loop.wake needs it), got nil", function()
      new { loop = loop_with { wake = print } }
    end },
    { "option loop.spawn: expected a function (loop.this needs it), got nil", function()
      new { loop = loop_with { this = print, sleep = print, wake = print } }
    end },
    { "harnest.changes: new: expected a resource, got nil", function() harnest.changes(resource) end },
    { "harnest.etag: expected a resource, got string", function() harnest.etag "t" end },
    { "harnest.array: expected a table, got string", function() harnest.array "t" end },
    -- the nearest known name
    { "option retry: unknown; did you mean retries?", function() new { retry = 1 } end },
    { "option max_connection: unknown; did you mean max_connections?", function() new { max_connection = 1 } end },
    { "option rate.request: unknown; did you mean requests?", function() new { rate = { request = 1 } } end },
    { "request: bdy: unknown; did you mean body?", function() api:request { bdy = {} } end },
    { "request: querys: unknown; did you mean query?", function() api:request { querys = {} } end },
    { "atomic: operations[1].operation: unknown; " .. OPERATION, function() api:atomic { { operation = "add" } } end },
    { "atomic: operations[2].hrefs: unknown; did you mean href?", function()
      api:atomic { { op = "remove", href = "/t/1" }, { op = "remove", hrefs = "/t/1" } }
    end },
    { "query.sorting: unknown; did you mean filter.sorting? (" .. QUERY .. ")", function()
      api:list("t", { sorting = "a" })
    end },
    { "delete: title: unknown; known names: if_match, idempotency_key", function()
      api:delete("t", 1, { title = "a" })
    end },
    { "delete: if_matches: unknown; did you mean if_match?", function() api:delete("t", 1, { if_matches = "a" }) end },
    -- and its place, if that is another one
    { "query.status: unknown; did you mean filter.status? (" .. QUERY .. ")", function()
      api:list("t", { status = 1 })
    end },
    { "query.page_size: unknown; did you mean page.size? (" .. QUERY .. ")", function()
      api:list("t", { page_size = 1 })
    end },
    { "query.page[size]: unknown; did you mean page.size? (" .. QUERY .. ")", function()
      api:list("t", { ["page[size]"] = 1 })
    end },
    { "query.filter[a]: unknown; did you mean filter.a? (" .. QUERY .. ")", function()
      api:list("t", { ["filter[a]"] = 1 })
    end },
    { "query.size: unknown; did you mean page.size? (" .. QUERY .. ")", function() api:list("t", { size = 1 }) end },
    { "query.pagesize: unknown; did you mean page.size? (" .. QUERY .. ")", function()
      api:list("t", { pagesize = 1 })
    end },
    { "query.pageNumber: unknown; did you mean page.number? (" .. QUERY .. ")", function()
      api:list("t", { pageNumber = 1 })
    end },
    { "query.page-cursor: unknown; did you mean page.cursor? (" .. QUERY .. ")", function()
      api:list("t", { ["page-cursor"] = "x" })
    end },
    { "query.pagesizes: unknown; did you mean filter.pagesizes? (" .. QUERY .. ")", function()
      api:list("t", { pagesizes = 1 })
    end },
    { "option api: unknown; " .. OPTIONS, function() new { api = 1 } end },
    { "option URL: unknown; did you mean url?", function() new { URL = 1 } end },
    { "query.filter[a][b]: unknown; did you mean filter?", function()
      api:list("t", { ["filter[a][b]"] = 1 })
    end },
    { "query.a.b: unknown; " .. QUERY, function() api:list("t", { ["a.b"] = 1 }) end },
    { "query.filter[: unknown; did you mean filter?", function() api:list("t", { ["filter["] = 1 }) end },
    { "create: title: unknown; did you mean attributes.title? (" .. RESOURCE .. ")", write { title = "a" } },
    { "create: owner: unknown; did you mean relationships.owner? (" .. RESOURCE .. ")",
      write { owner = { type = "people", id = "1" } } },
    { "create: owner: unknown; did you mean relationships.owner? (" .. RESOURCE .. ")",
      write { owner = { data = harnest.null } } },
    { "create: owners: unknown; did you mean relationships.owners? (" .. RESOURCE .. ")",
      write { owners = { { type = "people", id = "1" } } } },
    { "create: rows: unknown; did you mean attributes.rows? (" .. RESOURCE .. ")", write { rows = { 1, 2 } } },
    { "update: title: unknown; did you mean attributes.title? (" .. RESOURCE .. ")", function()
      api:update("t", 1, { title = "a" })
    end },
    { "update: title: unknown; did you mean attributes.title? (" .. RESOURCE .. ")", function()
      api:update(resource, { title = "a" })
    end },
    { "atomic: operations[1].data.title: unknown; did you mean attributes.title? (" .. RESOURCE .. ")", function()
      api:atomic { { op = "add", data = { type = "t", title = "a" } } }
    end },
    -- complete names, whatever they contain
    { [[create: data.type: expected "t\0u", the target's type, got "v"]], function()
      api:create("t\0u", { type = "v" })
    end },
    { "option tim\\0out: unknown; " .. OPTIONS, function() new { ["tim\0out"] = 1 } end },
    { 'option headers: "a\\0b" is not a header\'s name', function() new { headers = { ["a\0b"] = "c" } } end },
    { "query.fil\\0ter: unknown; " .. QUERY, function() api:list("t", { ["fil\0ter"] = {} }) end },
    { [[fetch: path: expected a type, path or link, got "/a\0b", which has a NUL]], function() api:fetch "/a\0b" end },
    { [[get: id: expected text that a URL's path can contain, got "1\02"]], function() api:get("t", "1\0002") end },
    { [[relationship: name: expected text that a URL's path can contain, got "a\0b"]], function()
      api:relationship("t", 1, "a\0b")
    end },
    { "create: a\\0b: unknown; known names: type, id, lid, attributes, relationships, links, meta, if_match, "
      .. "idempotency_key", write { ["a\0b"] = 1 } },
    { 'attributes: "a\\0b" is not a valid member name (letters and digits; - _ and space in between)',
      write { attributes = { ["a\0b"] = 1 } } },
    { "request: a\\0b: unknown; known names: method, path, query, body, headers, raw", function()
      api:request { ["a\0b"] = 1 }
    end },
    { "atomic: operations[1].a\\0b: unknown; known names: op, ref, href, data, meta", function()
      api:atomic { { ["a\0b"] = 1 } }
    end },
    { [[id: expected "1", the target's id, got "2\0b"]], function() api:update(resource, { id = "2\0b" }) end },
  }
  for _, case in ipairs(cases) do
    it("raises " .. case[1], function()
      assert.equal(case[1], usage_error(case[2]))
    end)
  end

  for name, meant in pairs(WRONG_OPTIONS) do
    it(("suggests %s for the option %s"):format(meant, name), function()
      assert.equal(("option %s: unknown; did you mean %s?"):format(name, meant), usage_error(function()
        new { [name] = 1 }
      end))
    end)
  end

  for name, meant in pairs(WRONG_QUERIES) do
    it(("suggests %s for %s in a query"):format(meant, name), function()
      assert.equal(("query.%s: unknown; did you mean %s?"):format(name, meant), usage_error(function()
        api:list("t", { [name] = 1 })
      end))
    end)
  end

  it("has a spec for each wrong name", function()
    local file = assert(io.open "src/lua/support/wrong_names.c")
    local tested, count = { OPTION = {}, QUERY = {} }, 0
    for name in pairs(WRONG_OPTIONS) do tested.OPTION[(name:lower():gsub("_", ""))] = true end
    for name in pairs(WRONG_QUERIES) do tested.QUERY[(name:lower():gsub("_", ""))] = true end
    for list, name in file:read "*a":gmatch '{(%u+), "(%l+)", "' do
      count = count + 1
      assert.is_true(tested[list][name], name)
    end
    file:close()
    assert.is_true(count > 20)
  end)

  it("is at the script's line with the paths of Windows, too", function()
    local compile = loadstring or load
    local own = assert(compile("require('harnest.core').usage_error 'wrong'", [[@D:\lua\harnest\loop\manual.lua]]))
    local script = assert(compile("\nlocal own = ...; own()", [[@C:\games\harnest\main.lua]]))
    local fine, message = pcall(script, own)
    assert.is_false(fine)
    assert.equal([[C:\games\harnest\main.lua:2: wrong]], message)
  end)

  it("names a method called without its client", function()
    local methods = { "create", "update", "delete", "atomic", "wait", "get_many", "parallel", "spawn", "step",
      "request", "related", "relationship", "collection", "list", "pages", "all", "first", "count", "get", "fetch",
      "close", "stats", "pollfd", "events", "timeout", "describe", "types" }
    for _, name in ipairs(methods) do
      for _, wrong in ipairs { "t", resource, print } do
        assert.equal(("expected a client, got %s; methods are called as api:name(...)"):format(type(wrong)),
          usage_error(function() api[name](wrong, 1, {}) end), name)
      end
    end
  end)
end)
