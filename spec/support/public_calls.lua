-- The public functions with valid arguments: an array of {name, function, arguments…}. The functions
-- call `clients.api`, and `clients.looped`, a client with the loop manual; both are read at each call.

-- luacheck: no max line length

local harnest = require "harnest"

local function nothing() end

return function(clients)
  -- Takes one item of an iterator, so that its first request is sent
  local function taken(iterator, ...)
    if iterator == nil then return nil, ... end
    if type(iterator) == "userdata" then return iterator:next() end
    local _, result, err = iterator()
    return result, err
  end

  local function method(name)
    return function(...) return clients.api[name](clients.api, ...) end
  end

  local function iterates(name)
    return function(...) return taken(clients.api[name](clients.api, ...)) end
  end

  local function scope(name)
    return function(...)
      local collection = clients.api:collection "t"
      return taken(collection[name](collection, ...):list())
    end
  end

  local function linked(name)
    return function(...)
      local relationship = clients.api:relationship("t", 1, "r")
      return relationship[name](relationship, ...)
    end
  end

  local function tostring_of(fn)
    return function(...) return tostring(fn(...)) end
  end

  local QUERY = {
    filter = { a = 1, b = { 1, 2 } }, sort = { "a" }, include = { "o" }, fields = { t = { "a" } }, page = { size = 5 },
    limit = 5, concurrency = 2, params = { x = "y" }, view = true,
  }
  local ROWS = {
    include = { "o" }, fields = { u = { "a" } }, limit = 5, null = harnest.null, missing = "nil", sparse = true,
  }
  local WRITE = {
    type = "t", id = "1", attributes = { a = 1 }, meta = { m = 1 }, if_match = '"1"', idempotency_key = "k",
    relationships = { r = { data = { type = "t", id = "2" } }, many = { { type = "t", id = 3 } } },
  }
  local RESOURCE = {
    type = "t", id = "1", attributes = { a = 1 }, links = { self = "/b/t/1" },
    relationships = { r = { links = { self = "/b/t/1/relationships/r", related = "/b/t/1/r" } } },
  }
  local JOB = { accepted = true, content_location = "/b/jobs/1", location = "/b/t/1", retry_after = 0 }
  local ATOMIC = {
    { op = "add", data = { type = "t", lid = "l", attributes = { a = 1 }, relationships = { ["@x"] = 1 } } },
    { op = "update", ref = { type = "t", id = "1", relationship = "r" }, data = { type = "t", lid = "l" } },
    { op = "remove", href = "/t/1", data = { type = "t", id = "1" } }, idempotency_key = "k",
  }
  local LOOP = { name = "own", watch = nothing, unwatch = nothing }
  local OPTIONS = {
    url = "http://127.0.0.1:1/b", token = false, dialect = "jsonapi", ext = { "https://a.test/e" }, profile = "https://a.test/p",
    headers = { A = "b" }, timeout = 5, connect_timeout = 5, deadline = 5, retries = 0, max_retry_wait = 1,
    max_response = 1000, max_pages = 10, prefetch = 1, max_connections = 2, rate = { requests = 5, per = 1 }, cache = true,
    proxy = "", ca_file = "/dev/null", insecure = false, user_agent = "u", operations = "/o", trace = nothing, loop = LOOP,
    trace_detail = "body", debug = nothing,
  }

  return {
    { "harnest.new", function(...) harnest.new(...):close() end, OPTIONS },
    { "harnest.query", harnest.query, QUERY, { limit = 1 } },
    { "harnest.encode", harnest.encode, { a = { 1 } }, { indent = 2 } },
    { "harnest.decode", harnest.decode, "[1]" },
    { "harnest.array", harnest.array, { 1 } },
    { "harnest.is_array", harnest.is_array, { 1 } },
    { "harnest.uuid", harnest.uuid, 1 },
    { "harnest.etag", harnest.etag, RESOURCE },
    { "harnest.changes", harnest.changes, WRITE, { type = "t", id = "1", attributes = { a = { b = 2 } },
      relationships = { r = { data = { { type = "t", id = "3" } } } } } },
    { "api:with", function(...) clients.api:with(...):close() end, OPTIONS },
    { "api:list", iterates "list", "t", QUERY, { limit = 1 } },
    { "api:pages", iterates "pages", "t", QUERY },
    { "api:rows", iterates "rows", "t", { "id", "a.b" }, ROWS, { limit = 1 } },
    { "api:all", method "all", "t", QUERY },
    { "api:first", method "first", "t", QUERY },
    { "api:count", method "count", "t", QUERY },
    { "api:describe", tostring_of(method "describe"), "t", QUERY },
    { "api:types", method "types" },
    { "api:get", method "get", "t", 1, QUERY },
    { "api:get of a resource", method "get", RESOURCE, QUERY },
    { "api:get of a link", method "get", { href = "/b/t/1" } },
    { "api:related", method "related", RESOURCE, "r", QUERY },
    { "api:fetch", method "fetch", "/t", QUERY },
    { "api:get_many", function(...) return taken(clients.api:get_many(...)) end, "t", { 1, "2" }, QUERY },
    { "api:request", method "request",
      { method = "POST", path = "/t", query = QUERY, body = { data = { type = "t" } }, headers = { A = "b" } } },
    { "api:create", method "create", "t", WRITE, { include = "o" } },
    { "api:create at a link", method "create", { href = "/t" }, WRITE },
    { "api:update", method "update", "t", 1, WRITE, { include = "o" } },
    { "api:update of a resource", method "update", RESOURCE, WRITE },
    { "api:delete", method "delete", "t", 1, { if_match = '"1"' } },
    { "api:delete of a resource", method "delete", RESOURCE, { if_match = '"1"' } },
    { "api:atomic", method "atomic", ATOMIC },
    { "api:wait", function(...)
      if type((...)) ~= "table" then return clients.api:wait(...) end
      local result, err = clients.api:wait(...)
      if result == (...) then return true end
      return result, err
    end, JOB },
    { "api:parallel", method "parallel", nothing, nothing },
    { "api:spawn", function(...) return clients.looped:spawn(...) end, nothing },
    { "api:spawn without a loop", method "spawn", nothing },
    { "api:step", function(seconds, budget)
      if seconds == math.huge or seconds == 1e300 or seconds == 2 ^ 53 + 2 then seconds = 0 end -- it waits
      return clients.api:step(seconds, budget)
    end, 0, 0 },
    { "api:step of a manual loop", function(_, budget) return clients.looped:step(0, budget) end, 0, 0 },
    { "api:relationship", tostring_of(method "relationship"), "t", 1, "r" },
    { "api:relationship of a resource", tostring_of(method "relationship"), RESOURCE, "r" },
    { "relationship:get", linked "get", QUERY },
    { "relationship:list", function(...) return taken(linked "list" (...)) end, QUERY },
    { "relationship:replace", linked "replace", { { type = "t", id = "1" } } },
    { "relationship:add", linked "add", { { type = "t", id = "1", meta = { a = 1 } } } },
    { "relationship:remove", linked "remove", { type = "t", id = "1" } },
    { "api:collection", function(...) return taken(clients.api:collection(...):list()) end, "t" },
    { "collection:where", scope "where", { a = 1 } },
    { "collection:sort", scope "sort", "a", "b" },
    { "collection:sort of an array", scope "sort", { "a" } },
    { "collection:include", scope "include", "a", { "b", "c" } },
    { "collection:fields", scope "fields", { t = { "a" } } },
    { "collection:page_size", scope "page_size", 5 },
    { "collection:limit", scope "limit", 5 },
    { "collection:query", scope "query", QUERY },
    { "collection:list", function(...) return taken(clients.api:collection("t"):list(...)) end, QUERY },
    { "collection:rows", function(...) return taken(clients.api:collection("t"):rows(...)) end, { "id" }, ROWS },
    { "collection:all", function(...) return clients.api:collection("t"):all(...) end, QUERY },
    { "collection:get", function(...) return clients.api:collection("t"):get(...) end, 1, QUERY },
    { "list:each", function(...) return clients.api:list("t"):each(...) end, nothing },
    { "list:next", function(...) return clients.api:list("t"):next(...) end, 1 },
    { "list:cursor", function(...) return (clients.api:list("t"):cursor(...)) end, 1 },
  }
end
