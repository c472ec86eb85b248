-- Usage errors: they name the argument, what was expected and what was given, at the caller's line.

local harnest = require "harnest"
local usage_error = require "spec.support.usage_error"

local URL = "http://127.0.0.1:1"
local QUERY = "known names: filter, sort, include, fields, page, limit, after, concurrency, exact, view, params"
local OPTIONS = "known names: company, url, token, authorization, dialect, ext, profile, headers, timeout, "
  .. "connect_timeout, deadline, retries, max_retry_wait, max_response, prefetch, max_pages, max_connections, proxy, "
  .. "ca_file, ca_path, client_cert, client_key, client_key_password, insecure, ignore_link_origin, cache, user_agent, "
  .. "trace, operations, rate, loop"
local OPERATION = "known names: op, ref, href, data, meta"
local RESOURCE = "known names: type, id, lid, attributes, relationships, links, meta, if_match, idempotency_key"

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
    { "get_many: ids: expected an array, got a table of names and values", function() api:get_many("t", { a = 1 }) end },
    { "get_many: ids[2]: expected a string or a whole number, got an empty table", function() api:get_many("t", { 1, {} }) end },
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
    { "wait: job.retry_after: expected a number of seconds, got string", function()
      api:wait { accepted = true, location = "/t/1", retry_after = "5" }
    end },
    { "each: expected a function, got nil", function() api:list("t"):each() end },
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
    { "delete: title: unknown; known names: if_match, idempotency_key", function() api:delete("t", 1, { title = "a" }) end },
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
    { [[relationship: name: expected text that a URL's path can contain, got "a\0b"]], function() api:relationship("t", 1, "a\0b") end },
    { "create: a\\0b: unknown; known names: type, id, lid, attributes, relationships, links, meta, if_match, "
      .. "idempotency_key", write { ["a\0b"] = 1 } },
    { 'attributes: "a\\0b" is not a valid member name (letters and digits; - _ and space in between)',
      write { attributes = { ["a\0b"] = 1 } } },
    { "request: a\\0b: unknown; known names: method, path, query, body, headers", function()
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

  it("names a method called without its client", function()
    local methods = { "create", "update", "delete", "atomic", "wait", "get_many", "parallel", "spawn", "step",
      "request", "related", "relationship", "collection", "list", "pages", "all", "first", "count", "get", "fetch",
      "close", "stats", "pollfd", "events", "timeout" }
    for _, name in ipairs(methods) do
      for _, wrong in ipairs { "t", resource, print } do
        assert.equal(("expected a client, got %s; methods are called as api:name(...)"):format(type(wrong)),
          usage_error(function() api[name](wrong, 1, {}) end), name)
      end
    end
  end)
end)
