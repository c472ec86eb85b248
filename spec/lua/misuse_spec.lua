-- Every argument of every public function, given any value: the call works, returns an error object,
-- or raises a usage error of one line at the caller's own line, and does not take long.

-- luacheck: no max line length

local harnest = require "harnest"

local unpack = table.unpack or unpack

local MARK = "raised by a metamethod"
local LONGEST = 2 -- seconds

local function nothing() end
local function raise() error(MARK) end

local cyclic = { name = "cyclic" }
cyclic.self, cyclic.again, cyclic[1] = cyclic, cyclic, cyclic

local metatables = {
  lying = {
    __index = function() return "x" end, __len = function() return 1e9 end,
    __pairs = function() return function() return 1, 1 end end, __tostring = function() return "a\nb" end,
    __ipairs = function() return function() return 1, 1 end end,
  },
  ["its own index"] = { __index = function(t) return t end },
  raising = {
    __index = raise, __newindex = raise, __len = raise, __pairs = raise, __ipairs = raise, __tostring = raise,
    __eq = raise, __call = raise, __concat = raise,
  },
  locked = { __metatable = "locked" },
  ["locked without a name"] = { __metatable = false },
}

-- The values that replace an argument: an array of {name, value}
local function values()
  local list = {
    { "nil", nil }, { "false", false }, { "true", true }, { "0", 0 }, { "-1", -1 }, { "0.5", 0.5 },
    { "NaN", 0 / 0 }, { "infinity", math.huge }, { "2^53 + 2", 2 ^ 53 + 2 }, { "1e300", 1e300 },
    { "an empty string", "" }, { "a string", "x" }, { "a path", "/x" }, { "dots", ".." },
    { "a URL without host", "http://" }, { "control characters", "a\0b\r\n\27c" }, { "line breaks", "a\n\nb" },
    { "invalid UTF-8", "\255\254" }, { "a huge string", ("x"):rep(1500000) }, { "a huge path", "/" .. ("x"):rep(1500000) },
    { "a function", nothing }, { "a coroutine", coroutine.create(nothing) }, { "a file", io.stdout },
    { "null", harnest.null }, { "an empty table", {} }, { "an array", { 1, 2 } }, { "a table of names", { a = 1 } },
    { "an array with a hole", { 1, nil, 3 } }, { "a cyclic table", cyclic }, { "the module", harnest },
    { "a table with a table as a key", { [{}] = 1 } }, { "a table with line breaks in a name", { ["a\nb\0c"] = 1 } },
    { "a table with a raising key", { [setmetatable({}, metatables.raising)] = 1 } },
    { "a table with a function as a value", { x = nothing } }, { "an array of functions", { nothing } },
    { "a table with NaN", { x = 0 / 0 } },
  }
  for name, metatable in pairs(metatables) do
    list[#list + 1] = { "a table that is " .. name, setmetatable({}, metatable) }
    list[#list + 1] = { "an array that is " .. name, setmetatable({ "a" }, metatable) }
  end
  return list
end

local function is_one_line(text)
  return not text:find "[%z\1-\31\127]"
end

-- Returns what is wrong with an outcome of pcall; nil if nothing is
local function complaint(fine, first, second)
  local err = first
  if fine then
    err = first == nil and second or nil
    if err == nil then return nil end
    if type(err) == "string" then return not is_one_line(err) and "more than one line: " .. err end
  end
  if type(err) == "table" and rawget(err, "kind") then
    if #err.message > 1300 then return "long: " .. #err.message end
    return not is_one_line(err.message) and "more than one line: " .. err.message or nil
  elseif type(err) ~= "string" then
    return fine and "an error of type " .. type(err) or nil -- what a script's function raised
  end
  local message = err:match "^[%w/_.]*spec/lua/misuse_spec%.lua:%d+: (.*)$"
  if not message then return "not at the caller's own line: " .. err end
  if not is_one_line(message) then return "more than one line: " .. message end
  if #message > 1003 then return "long: " .. #message end
  for _, internal in ipairs { "attempt to", "bad argument", "overflow", MARK, "not enough memory" } do
    if message:find(internal, 1, true) then return "internal: " .. message end
  end
end

describe("misuse of", function()
  local api, looped
  setup(function()
    api = harnest.new { url = "http://127.0.0.1:1/b", token = false, dialect = "jsonapi", retries = 0, deadline = 1 }
    looped = harnest.new { url = "http://127.0.0.1:1/b", token = false, dialect = "jsonapi", retries = 0, loop = "manual" }
  end)
  teardown(function()
    api:close()
    looped:close()
  end)

  -- Calls fn with the arguments and returns a complaint
  local function try(fn, ...)
    local clock = os.clock()
    local wrong = complaint(pcall(fn, ...))
    if not wrong and os.clock() - clock > LONGEST then wrong = ("%.1f s"):format(os.clock() - clock) end
    return wrong
  end

  -- Takes one item of an iterator, so that its first request is sent
  local function taken(iterator, ...)
    if iterator == nil then return nil, ... end
    if type(iterator) == "userdata" then return iterator:next() end
    local _, result, err = iterator()
    return result, err
  end

  local function copy(t)
    if type(t) ~= "table" then return t end
    local copied = {}
    for name, value in next, t do copied[name] = copy(value) end
    return copied
  end

  -- Calls fn(name, value) with each variant of a valid argument: other values, the same table with each
  -- of its members replaced, with one more member, and with a metatable
  local function each_variant(valid, fn, depth)
    for _, value in ipairs(values()) do
      local is_huge = type(value[2]) == "string" and #value[2] > 1e6
      if depth == 1 or not is_huge then fn(value[1], value[2]) end
    end
    if type(valid) ~= "table" or depth > 2 then return end
    for name in next, valid do
      each_variant(valid[name], function(what, value)
        local changed = copy(valid)
        changed[name] = value
        fn(tostring(name) .. ": " .. what, changed)
      end, depth + 1)
    end
    for name, metatable in pairs(metatables) do fn("valid, but " .. name, setmetatable(copy(valid), metatable)) end
    for _, value in ipairs(values()) do
      if value[2] ~= nil and value[2] == value[2] then
        local changed = copy(valid)
        changed[value[2]] = 1
        fn("with the key " .. value[1], changed)
      end
    end
  end

  local function method(name)
    return function(...) return api[name](api, ...) end
  end

  local function iterates(name)
    return function(...) return taken(api[name](api, ...)) end
  end

  local function scope(name)
    return function(...)
      local collection = api:collection "t"
      return taken(collection[name](collection, ...):list())
    end
  end

  local function linked(name)
    return function(...)
      local relationship = api:relationship("t", 1, "r")
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
  }

  -- Public functions: {name, function, valid arguments}
  local functions = {
    { "harnest.new", function(...) harnest.new(...):close() end, OPTIONS },
    { "harnest.query", harnest.query, QUERY, { limit = 1 } },
    { "harnest.encode", harnest.encode, { a = { 1 } } },
    { "harnest.decode", harnest.decode, "[1]" },
    { "harnest.array", harnest.array, { 1 } },
    { "harnest.is_array", harnest.is_array, { 1 } },
    { "harnest.uuid", harnest.uuid, 1 },
    { "harnest.etag", harnest.etag, RESOURCE },
    { "harnest.changes", harnest.changes, WRITE, { type = "t", id = "1", attributes = { a = { b = 2 } },
      relationships = { r = { data = { { type = "t", id = "3" } } } } } },
    { "api:list", iterates "list", "t", QUERY, { limit = 1 } },
    { "api:pages", iterates "pages", "t", QUERY },
    { "api:all", method "all", "t", QUERY },
    { "api:first", method "first", "t", QUERY },
    { "api:count", method "count", "t", QUERY },
    { "api:get", method "get", "t", 1, QUERY },
    { "api:get of a resource", method "get", RESOURCE, QUERY },
    { "api:get of a link", method "get", { href = "/b/t/1" } },
    { "api:related", method "related", RESOURCE, "r", QUERY },
    { "api:fetch", method "fetch", "/t", QUERY },
    { "api:get_many", function(...) return taken(api:get_many(...)) end, "t", { 1, "2" }, QUERY },
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
      if type((...)) ~= "table" then return api:wait(...) end
      local result, err = api:wait(...)
      if result == (...) then return true end
      return result, err
    end, JOB },
    { "api:parallel", method "parallel", nothing, nothing },
    { "api:spawn", function(...) return looped:spawn(...) end, nothing },
    { "api:spawn without a loop", method "spawn", nothing },
    { "api:step", function(seconds, budget)
      if seconds == math.huge or seconds == 1e300 or seconds == 2 ^ 53 + 2 then seconds = 0 end -- it waits
      return api:step(seconds, budget)
    end, 0, 0 },
    { "api:step of a manual loop", function(_, budget) return looped:step(0, budget) end, 0, 0 },
    { "api:relationship", tostring_of(method "relationship"), "t", 1, "r" },
    { "api:relationship of a resource", tostring_of(method "relationship"), RESOURCE, "r" },
    { "relationship:get", linked "get", QUERY },
    { "relationship:list", function(...) return taken(linked "list" (...)) end, QUERY },
    { "relationship:replace", linked "replace", { { type = "t", id = "1" } } },
    { "relationship:add", linked "add", { { type = "t", id = "1", meta = { a = 1 } } } },
    { "relationship:remove", linked "remove", { type = "t", id = "1" } },
    { "api:collection", function(...) return taken(api:collection(...):list()) end, "t" },
    { "collection:where", scope "where", { a = 1 } },
    { "collection:sort", scope "sort", "a", "b" },
    { "collection:sort of an array", scope "sort", { "a" } },
    { "collection:include", scope "include", "a", { "b", "c" } },
    { "collection:fields", scope "fields", { t = { "a" } } },
    { "collection:page_size", scope "page_size", 5 },
    { "collection:limit", scope "limit", 5 },
    { "collection:query", scope "query", QUERY },
    { "collection:list", function(...) return taken(api:collection("t"):list(...)) end, QUERY },
    { "collection:all", function(...) return api:collection("t"):all(...) end, QUERY },
    { "collection:get", function(...) return api:collection("t"):get(...) end, 1, QUERY },
    { "list:each", function(...) return api:list("t"):each(...) end, nothing },
    { "list:next", function(...) return api:list("t"):next(...) end, 1 },
    { "list:cursor", function(...) return (api:list("t"):cursor(...)) end, 1 },
  }

  for _, entry in ipairs(functions) do
    it(entry[1], function()
      local name, fn, count = entry[1], entry[2], #entry - 2
      local wrong = {}
      for position = 1, count do
        each_variant(entry[2 + position], function(what, value)
          local arguments = {}
          for i = 1, count do arguments[i] = copy(entry[2 + i]) end
          arguments[position] = value
          local problem = try(fn, unpack(arguments, 1, count))
          if problem then wrong[#wrong + 1] = ("argument %d: %s: %s"):format(position, what, problem) end
        end, 1)
      end
      assert.equal("", table.concat(wrong, "\n", 1, math.min(#wrong, 12)), name .. ": " .. #wrong)
    end)
  end

  -- Methods called on something else than their object
  local objects = {
    { "client", function() return api end, { "list", "get", "create", "wait", "atomic", "parallel", "step", "spawn", "close",
      "stats", "pollfd", "events", "timeout", "relationship", "collection", "get_many", "request", "related" } },
    { "list", function() return api:list "t" end, { "next", "each", "cursor", "close" } },
    { "relationship", function() return api:relationship("t", 1, "r") end, { "get", "list", "replace", "add", "remove" } },
    { "collection", function() return api:collection "t" end, { "where", "sort", "include", "fields", "page_size", "limit",
      "query", "list", "pages", "all", "first", "count", "get" } },
  }
  for _, object in ipairs(objects) do
    it("the methods of a " .. object[1] .. " on another object", function()
      local made, wrong = object[2](), {}
      for _, name in ipairs(object[3]) do
        for _, value in ipairs(values()) do
          local fn = made[name]
          local fine, err = pcall(function() return fn(value[2], "t") end)
          local problem = fine and "works" or complaint(fine, err)
          if problem then wrong[#wrong + 1] = ("%s on %s: %s"):format(name, value[1], problem) end
        end
      end
      local text = getmetatable(made).__tostring
      for _, value in ipairs(values()) do
        local fine, err = pcall(function() return text and text(value[2]) end)
        local problem = not fine and complaint(fine, err)
        if problem then wrong[#wrong + 1] = ("__tostring on %s: %s"):format(value[1], problem) end
      end
      assert.equal("", table.concat(wrong, "\n", 1, math.min(#wrong, 12)), #wrong)
    end)
  end
end)
