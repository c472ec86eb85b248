-- library/harnest.lua: it has the names that docs/API.md and the module have, no others, and none is
-- missing.

local core = require "harnest.core"
local harnest = require "harnest"
local library_types = require "spec.support.library_types"
local rawserver = require "spec.support.rawserver"

local compare, names, section = library_types.compare, library_types.names, library_types.section
local union, first_column = library_types.union, library_types.first_column

local function read(path)
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  return text
end

local LIBRARY, PAGE, KINDS = read "library/harnest.lua", read "docs/API.md", read "src/http/error_kind.c"

-- The string keys of a table, "method" for those of functions
local function keys(t)
  local found = {}
  for name, value in pairs(t) do
    if type(name) == "string" then found[name] = type(value) == "function" and "method" or true end
  end
  return found
end

-- What the usage error of an unknown name lists
local function known_names(fn)
  local message = select(2, pcall(fn))
  return names(assert(message:match "known names: ([%w_, ]+)", message), "[%w_]+")
end

-- Whether a text mentions a name as code: `name`, or `name =` in a table
local function mentions(text)
  return function(name)
    return text:find("`" .. name .. "`", 1, true) ~= nil or text:find("%f[%w_]" .. name .. " *=") ~= nil
  end
end

-- A copy without the method that iterators over pages refuse
local function without_rows(methods)
  local others = union(methods, {})
  others.rows = nil
  return others
end

-- What the module has: for each class a set of names, or a function that returns whether it has one
local function exports(raw)
  local events = {}
  local api = harnest.new {
    url = raw.url, dialect = "jsonapi", token = false, retries = 1, max_retry_wait = 1, cache = true,
    trace_detail = "body", trace = function(event) events[#events + 1] = event end,
  }
  local resource = '{"type":"t","id":"1","attributes":{"a":1},"relationships":{"r":{"data":{"type":"t","id":"2"}}},'
    .. '"links":{},"meta":{}}'
  local page = ('{"data":[%s],"included":[],"links":{},"jsonapi":{},"meta":{"page":{"number":1,"totalPages":1,'
    .. '"totalRecords":1}}}'):format(resource)
  local errors = { ["Content-Type"] = "application/vnd.api+json" }
  raw:play {
    { match = "GET /t", times = math.huge, raw.response(200, {}, page) },
    { match = "GET /t/1", times = math.huge, raw.response(200, {}, '{"data":' .. resource .. "}") },
    { match = "GET /fresh", raw.response(200, { ["Cache-Control"] = "max-age=60" }, '{"data":null}') },
    { match = "GET /broken", times = 3, { reset = true } },
    { match = "GET /loop", raw.response(200, {}, ('{"data":[%s],"links":{"next":"/loop"}}'):format(resource)) },
    { match = "GET /busy", times = 2, raw.response(429, { ["Retry-After"] = "0" }, "text") },
    { match = "POST /t", raw.response(202, { ["Content-Location"] = "/j", Location = "/t/1", ["Retry-After"] = "1" },
      '{"data":{"type":"j","id":"1"},"meta":{},"links":{}}') },
    { match = "POST /operations", raw.response(422, errors,
      '{"errors":[{"source":{"pointer":"/atomic:operations/0/data"}}],"meta":{},"links":{}}') },
    { match = "GET /stops", times = math.huge, raw.response(200, {},
      ('{"data":[%s],"links":{"next":"/stops?page=2"}}'):format(resource)) },
    { match = "GET /stops?page=2", raw.response(404, {}, '{"errors":[]}') },
  }
  local iterator, first_page = api:list "t", assert(api:pages("t"):next())
  for _ = 1, 2 do assert(api:fetch "/fresh") end
  api:get "/broken"
  local _, busy = api:get "/busy"
  local _, info = api:request { path = "/t/1" }
  local _, operation = api:atomic { { op = "add", data = { type = "t" } } }
  local _, partial = api:all "/stops"
  local read_resource = assert(api:get("t", 1))
  local job = assert(api:create("t", {}))

  local manual = harnest.new { url = raw.url, dialect = "jsonapi", token = false, retries = 0, loop = "manual" }
  local task = manual:spawn(function() error(select(2, manual:get "/broken"), 0) end)
  while not task:done() do pcall(manual.step, manual, 1) end
  local _, traced = task:result()
  manual:close()
  local description, loops = assert(api:describe "t"), assert(api:describe "/loop")
  local goes_on = assert(api:describe "/stops")

  local recorded = harnest.new { url = raw.url, cassette = { path = "none.json", mode = "record" } }
  local reported = keys(recorded:cassette_report())
  recorded:close()

  local function methods(object) return keys(getmetatable(object).__index) end
  local seen = {}
  for _, event in ipairs(events) do seen = union(seen, keys(event)) end
  local error_methods = getmetatable(busy).__index

  local found = {
    ["harnest"] = keys(harnest),
    ["harnest.Client"] = keys(core.methods),
    ["harnest.ResourceIterator"] = keys(core.listing_methods),
    ["harnest.PageIterator"] = without_rows(keys(core.listing_methods)),
    ["harnest.RowIterator"] = keys(core.listing_methods),
    ["harnest.IdentifierIterator"] = keys(core.listing_methods),
    ["harnest.Collection"] = methods(api:collection "t"),
    ["harnest.Relationship"] = methods(api:relationship("t", 1, "r")),
    ["harnest.Resource"] = union(keys(read_resource), methods(read_resource)),
    ["harnest.View"] = keys(core.view_methods),
    ["harnest.Page"] = function(name) return first_page[name] ~= nil end,
    ["harnest.Document"] = keys(assert(api:fetch "t")),
    ["harnest.Job"] = keys(job),
    ["harnest.Task"] = methods(task),
    ["harnest.Description"] = keys(description),
    ["harnest.AttributeDescription"] = keys(description.attributes.a),
    ["harnest.RelationshipDescription"] = keys(description.relationships.r),
    ["harnest.PagingDescription"] = union(keys(description.paging), keys(loops.paging), keys(goes_on.paging)),
    ["harnest.Error"] = union(keys(traced), keys(busy),
      keys(operation), keys(partial), error_methods and keys(error_methods) or {}),
    ["harnest.ErrorKind"] = names(KINDS, '\n    %[KIND_[%u_]+%] =%s*{"([%l_]+)"'),
    ["harnest.Info"] = keys(info),
    ["harnest.Stats"] = keys(api:stats()),
    ["harnest.TraceEvent"] = seen,
    ["harnest.Options"] = known_names(function() harnest.new { zzqq = 1 } end),
    ["harnest.CassetteOptions"] = known_names(function() harnest.new { url = raw.url, cassette = { zzqq = 1 } } end),
    ["harnest.CassetteMode"] = names(select(2, pcall(harnest.new, { cassette = "x", cassette_mode = "zzqq" }))
      :match "expected (.-), got", '"(%l+)"'),
    ["harnest.CassetteReport"] = reported,
    ["harnest.EncodeOptions"] = known_names(function() harnest.encode({}, { zzqq = 1 }) end),
    ["harnest.Rate"] = known_names(function() harnest.new { url = raw.url, rate = { zzqq = 1 } } end),
    ["harnest.Cache"] = known_names(function() harnest.new { url = raw.url, cache = { zzqq = 1 } } end),
    ["harnest.Loop"] = known_names(function() harnest.new { loop = { zzqq = 1 } } end),
    ["harnest.Query"] = known_names(function() harnest.query { zzqq = 1 } end),
    ["harnest.Lines"] = known_names(function() harnest.query { lines = { zzqq = 1 } } end),
    ["harnest.RowOptions"] = known_names(function() api:list("t"):rows({ "id" }, { zzqq = 1 }) end),
    ["harnest.PageQuery"] = function(name)
      local _, message = pcall(harnest.query, { page = { [name .. "x"] = 1 } })
      return message:find(("did you mean %s?"):format(name), 1, true) ~= nil
    end,
    ["harnest.Data"] = known_names(function() api:create("t", { zzqq = 1 }) end),
    ["harnest.DeleteOptions"] = known_names(function() api:delete("t", 1, { zzqq = 1 }) end),
    ["harnest.Request"] = known_names(function() api:request { zzqq = 1 } end),
    ["harnest.Operation"] = known_names(function() api:atomic { { zzqq = 1 } } end),
    ["harnest.OperationRef"] = known_names(function() api:atomic { { op = "remove", ref = { zzqq = 1 } } } end),
    ["harnest.Operations"] = known_names(function() api:atomic { { op = "remove" }, zzqq = 1 } end),
  }
  found["harnest.ErrorKind"].none = nil -- of a request without an error
  iterator:close()
  api:close()
  return found
end

-- What docs/API.md names: for each class a set, or a function that returns whether a name is there
local function documented(page)
  local writing, errors, queries = section(page, "## Writing"), section(page, "## Errors"), section(page, "### Queries")
  local iterators = names(section(page, "### Iterators"), "`:([%w_]+)")
  local resources = section(page, "### Resources")
  local kinds = errors:match "\n| kind |.*"
  local module = {}
  for name, after in page:gmatch "%f[%w_.]harnest%.([%w_]+)(:?)" do
    -- harnest.io is a host, harnest.busted a module of its own
    if after == "" and name ~= "io" and name ~= "busted" then module[name] = true end
  end
  return {
    ["harnest"] = module,
    ["harnest.Client"] = names(page, "%f[%w_]api:([%w_]+)"),
    ["harnest.ResourceIterator"] = iterators,
    ["harnest.PageIterator"] = without_rows(iterators),
    ["harnest.RowIterator"] = iterators,
    ["harnest.IdentifierIterator"] = iterators,
    ["harnest.Collection"] = names(section(page, "### Collections"), "`:([%w_]+)"),
    ["harnest.Relationship"] = names(section(page, "### Relationships"), "`:([%w_]+)"),
    ["harnest.Resource"] = union(names(resources, "`resource:([%w_]+)"),
      names(resources:match "A resource is a table with (.-)%.", "`([%w_]+)`")),
    ["harnest.View"] = names(section(page, "### Views"), "`view:([%w_]+)"),
    ["harnest.Page"] = mentions(section(page, "### Pages") .. section(page, "## Reading")),
    ["harnest.Document"] = names(page:match "whole document as a table%s+`{(.-),? …}`", "[%w_]+"),
    ["harnest.Job"] = mentions(section(page, "### Jobs")),
    ["harnest.Task"] = names(section(page, "#### Tasks"), "`task:([%w_]+)"),
    ["harnest.Description"] = first_column(section(page, "### Descriptions")),
    ["harnest.AttributeDescription"] = mentions(section(page, "### Descriptions")),
    ["harnest.RelationshipDescription"] = mentions(section(page, "### Descriptions")),
    ["harnest.PagingDescription"] = mentions(section(page, "### Descriptions")),
    ["harnest.Error"] = union(first_column(errors:match "\n| field |.-\n\n"), names(page, "`err:([%w_]+)")),
    ["harnest.ErrorKind"] = first_column(kinds),
    ["harnest.Info"] = mentions(section(page, "## Reading")),
    ["harnest.Stats"] = names(page:match "a table of counters: (.-)%.", "`([%w_]+)`"),
    ["harnest.TraceEvent"] = mentions(section(page, "## Client")),
    ["harnest.Options"] = first_column(section(page, "### Options")),
    ["harnest.CassetteOptions"] = first_column(section(page, "### Cassettes"):match "(.-)\n| mode |"),
    ["harnest.CassetteMode"] = names(section(page, "### Cassettes"):match "\n| mode |.-\n\n", '\n| `"(%l+)"`'),
    ["harnest.CassetteReport"] = names(section(page, "### Cassettes"):match "returns a report: (.-)%. When",
      "`([%l_]+)`"),
    ["harnest.EncodeOptions"] = mentions(writing),
    ["harnest.Rate"] = names(page:match "`{(requests = n, .-)}`", "([%w_]+) ="),
    ["harnest.Cache"] = names(page:match "`cache = {(.-)}`", "([%w_]+) ="),
    ["harnest.Loop"] = names(section(page, "### Your own loop"), "\n%- `([%w_]+)"),
    ["harnest.Query"] = names(queries:match "```lua\n(.-)```", "\n  ([%w_]+) *="),
    ["harnest.Lines"] = names(section(page, "#### Lines"):match "lines = {(.-)}", "\n  ([%w_]+) +="),
    ["harnest.RowOptions"] = names(section(page, "#### Columns that come later"):match "with (`.-), as", "`([%w_]+)`"),
    ["harnest.PageQuery"] = union(names(queries:match "page *= {(.-)}", "([%w_]+) ="),
      names(queries:match "or other keys: (.-)\n", "[%w_]+")),
    ["harnest.Data"] = mentions(writing),
    ["harnest.DeleteOptions"] = mentions(writing),
    ["harnest.Request"] = names(page:match "`api:request{(.-)}`", "([%w_]+) ="),
    ["harnest.Operation"] = mentions(section(page, "### Atomic operations")),
    ["harnest.OperationRef"] = mentions(writing),
    ["harnest.Operations"] = mentions(section(page, "### Atomic operations")),
  }
end

-- Classes of values that a server or a script makes up; the module lists no names for them
local FREE = {
  ["harnest.Null"] = true, ["harnest.Interaction"] = true, ["harnest.Link"] = true, ["harnest.Identifier"] = true,
  ["harnest.OperationResult"] = true,
}

-- What docs/API.md calls the objects of these classes
local OBJECTS = {
  api = "harnest.Client", client = "harnest.Client", resource = "harnest.Resource", view = "harnest.View",
  list = "harnest.ResourceIterator", err = "harnest.Error", task = "harnest.Task",
}

describe("library/harnest.lua", function()
  local types, in_page = library_types.parse(LIBRARY), documented(PAGE)
  local raw, exported

  setup(function()
    raw = rawserver.start()
    exported = exports(raw)
  end)
  teardown(function() raw:stop() end)

  -- Compares one class. Each text stands for its file.
  local function problems_of(name, library, page)
    local parsed = library == LIBRARY and types or library_types.parse(library)
    local in_docs = page == PAGE and in_page or documented(page)
    local class = parsed.classes[name]
    local listed = class and union(class.fields, class.methods) or parsed.aliases[name]
    return compare(name, assert(listed, "no class " .. name), in_docs[name], exported[name])
  end

  for name in pairs(in_page) do
    it("agrees with docs/API.md and the module in " .. name, function()
      assert.equal("", table.concat(problems_of(name, LIBRARY, PAGE), "\n"))
    end)
  end

  it("has no class that is not compared", function()
    for name in pairs(types.classes) do
      assert.is_true(in_page[name] ~= nil or FREE[name] == true, name)
    end
  end)

  it("has a class for each object whose methods docs/API.md names", function()
    for object, method in PAGE:gmatch "`(%l+):([%l_]+)[%({]" do
      assert.is_true(OBJECTS[object] ~= nil,
        ("`%s:%s`: add the class of `%s` to library/harnest.lua and to this spec"):format(object, method, object))
    end
    for _, name in pairs(OBJECTS) do assert.is_table(types.classes[name], name) end
  end)

  -- Removes the line that matches, or replaces it
  local function without(text, pattern, replacement)
    local changed, count = text:gsub(pattern, replacement or "")
    assert.is_true(count > 0, pattern)
    return changed
  end

  -- The problem that begins with a text, or nil
  local function found(problems, beginning)
    for _, problem in ipairs(problems) do
      if problem:sub(1, #beginning) == beginning then return problem end
    end
  end

  local lacking = {
    { "harnest", "uuid", "function harnest%.uuid%(%) end", "`harnest%.uuid%(%)`" },
    { "harnest.Client", "get_many", "function Client:get_many[^\n]*", "api:get_many" },
    { "harnest.PageIterator", "cursor", "function PageIterator:cursor%(%) end", "`:cursor%(%)`" },
    { "harnest.Collection", "page_size", "function Collection:page_size%(size%) end", "`:page_size%(n%)`" },
    { "harnest.View", "table", "function View:table%(%) end", "`view:table%(%)`" },
    { "harnest.Error", "attempts", "%-%-%-@field attempts%?[^\n]*", "\n| `attempts` |[^\n]*" },
    { "harnest.ErrorKind", "tls", '%-%-%-| "tls"', "\n| `tls` |[^\n]*" },
    { "harnest.Options", "deadline", "%-%-%-@field deadline%?[^\n]*", "\n| `deadline` [^\n]*" },
    { "harnest.Query", "exact", "%-%-%-@field exact%?[^\n]*", "\n  exact *=[^\n]*" },
    { "harnest.Job", "retry_after", "(class harnest.Job.-)%-%-%-@field retry_after[^\n]*", "`retry_after`", "%1" },
  }
  for _, case in ipairs(lacking) do
    local class, name, in_library, in_docs, kept = case[1], case[2], case[3], case[4], case[5]

    it(("is seen to lack %s of %s"):format(name, class), function()
      local expected = "%s: %s: missing in library/harnest.lua, though docs/API.md and the module have it; add "
      assert.truthy(found(problems_of(class, without(LIBRARY, in_library, kept), PAGE), expected:format(class, name)))
      assert.is_nil(found(problems_of(class, LIBRARY, PAGE), expected:format(class, name)))
    end)

    it(("shows that docs/API.md lacks %s of %s"):format(name, class), function()
      local expected = ("%s: %s: missing in docs/API.md; describe it there"):format(class, name)
      assert.truthy(found(problems_of(class, LIBRARY, without(PAGE, in_docs)), expected))
      assert.is_nil(found(problems_of(class, LIBRARY, PAGE), expected))
    end)

    it(("shows that the module lacks %s of %s"):format(name, class), function()
      local original = exported[class]
      exported[class] = union(original)
      exported[class][name] = nil
      local problems = problems_of(class, LIBRARY, PAGE)
      exported[class] = original
      local expected = ("%s: %s: missing in the module, or in what the spec asks of it; "):format(class, name)
      assert.truthy(found(problems, expected))
      assert.is_nil(found(problems_of(class, LIBRARY, PAGE), expected))
    end)
  end

  it("is seen to have a name too many", function()
    local more = LIBRARY:gsub("(%-%-%-@field timeout%?)", "---@field tiemout? number\n%1", 1)
    local problems = problems_of("harnest.Options", more, PAGE)
    assert.truthy(found(problems, "harnest.Options: tiemout: missing in docs/API.md"))
    assert.truthy(found(problems, "harnest.Options: tiemout: missing in the module"))
  end)

  it("is Lua", function()
    assert.is_function(assert(loadfile "library/harnest.lua"))
  end)

  it("describes each argument of each function, in order", function()
    for _, fn in ipairs(types.functions) do
      assert.equal(fn.arguments, fn.params, fn.name)
    end
    assert.is_true(#types.functions > 60)
  end)

  it("refers to no type that it does not define", function()
    for _, reference in ipairs(types.references) do
      assert.is_true(types.classes[reference.name] ~= nil or types.aliases[reference.name] ~= nil,
        ("line %d: %s"):format(reference.line, reference.name))
    end
    assert.is_true(#types.references > 100)
  end)

  it("has exact classes for options and queries", function()
    for _, name in ipairs { "harnest.Options", "harnest.Query", "harnest.Rate", "harnest.Loop", "harnest.Request",
      "harnest.DeleteOptions" } do
      assert.is_true(types.classes[name].exact, name)
    end
  end)
end)
