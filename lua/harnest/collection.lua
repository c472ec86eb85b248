--- Collections: immutable objects that hold a target and a query. Each method that adds to the
-- query returns a new collection.

local core = require "harnest.core"
local linkage = require "harnest.linkage"

local collection = {}

local methods = {}
local metatable = { __name = "harnest.collection", __index = methods }

-- The client, target and query of each collection. They are private: a collection's table is empty.
local inside = setmetatable({}, { __mode = "k" })

--- Makes a collection.
-- @param client  the client
-- @param target  a type, path or link
-- @param query   a query that core.query has checked, or nil for an empty one
-- @return the collection
function collection.new(client, target, query)
  local scope = setmetatable({}, metatable)
  inside[scope] = { client = client, target = target, query = query or {} }
  return scope
end

--- Makes a collection over a type, path or link, for api:collection.
-- Raises a usage error if the target makes no URL.
function collection.of(client, target)
  core.url(client, {}, "collection: type", core.unwrap_view(target))
  return collection.new(client, target)
end

--- Returns the client, target and query of a collection. Raises a usage error for other values.
local function inside_of(scope)
  return inside[scope] or core.usage_error(
    ("expected a collection, got %s; methods are called as collection:name(...)")
      :format(type(scope)))
end

--- Returns a new collection with `query` merged into the query.
local function with(scope, query)
  local self = inside_of(scope)
  return collection.new(self.client, self.target, core.query(self.query, query))
end

--- Returns a value that a method of a collection was given. Raises a usage error if it is nil, since
-- the method would change nothing.
local function checked(scope, value, what, expected)
  inside_of(scope)
  if value == nil then
    core.usage_error(("%s: expected %s, got nil"):format(what, expected))
  end
  return value
end

--- Adds to the filter: `:where{ status = 1 }`. Equal keys are replaced.
-- @param filter  table
-- @return a new collection; as do all methods below up to `query`
-- Raises a usage error for a wrong filter; so do they for theirs.
function methods:where(filter)
  return with(self, { filter = checked(self, filter, "where: filter", "a table") })
end

--- Sets the sort order: `:sort "title"`, `:sort("status", "title")`, `:sort{ … }`. It replaces an
-- earlier one.
-- @param first, ...  strings, or one array of strings
function methods:sort(first, ...)
  for i = 1, select("#", first, ...) do
    checked(self, (select(i, first, ...)), ("sort: argument %d"):format(i), "a string or an array of strings")
  end
  return with(self, { sort = select("#", ...) > 0 and { first, ... } or first })
end

--- Adds relationship paths to include: `:include "owner"`, `:include("owner", "signers.company")`,
-- `:include{ … }`.
-- @param ...  strings (which may list paths with commas), or arrays of strings
function methods:include(...)
  local paths = {}
  local function add(include, is_item)
    if type(include) == "table" and not is_item then
      core.query { include = include } -- raises unless it is an array
      for i = 1, linkage.length(include) do
        add(rawget(include, i), true)
      end
    elseif type(include) == "string" and include:find "," then
      for path in (include .. ","):gmatch "([^,]*)," do
        paths[#paths + 1] = path
      end
    elseif include ~= "" then
      paths[#paths + 1] = include
    end
  end
  add(inside_of(self).query.include)
  for i = 1, math.max(select("#", ...), 1) do
    local include = (select(i, ...))
    add(checked(self, include, ("include: argument %d"):format(i), "a string or an array of strings"))
  end
  return with(self, { include = paths })
end

--- Sets sparse fieldsets: `:fields{ contracts = { "title" } }`.
-- @param fields  table: for each type a string or an array of strings
function methods:fields(fields)
  return with(self, { fields = checked(self, fields, "fields: fields", "a table") })
end

--- Sets the page size.
-- @param size  whole number above 0
function methods:page_size(size)
  return with(self, { page = { size = checked(self, size, "page_size: size", "a whole number") } })
end

--- Sets how many resources an iterator returns at most.
-- @param limit  whole number
function methods:limit(limit)
  return with(self, { limit = checked(self, limit, "limit: limit", "a whole number") })
end

--- Merges any query table.
-- @param query  table
function methods:query(query)
  return with(self, checked(self, query, "query: query", "a table"))
end

-- list, pages, all, first, count: the client's methods of the same names, for the collection.
-- Arguments: more queries, which are merged.
for _, name in ipairs { "list", "pages", "all", "first", "count" } do
  methods[name] = function(self, ...)
    local scope = inside_of(self)
    return scope.client[name](scope.client, scope.target, scope.query, ...)
  end
end

--- Iterates over rows: `contracts:rows({"id", "title"})`.
-- @param columns  array of strings
-- @param ...      more queries, merged
-- @return as api:rows
function methods:rows(columns, ...)
  local scope = inside_of(self)
  return scope.client:rows(scope.target, columns, scope.query, ...)
end

metatable.__tostring = function(self)
  local scope = inside[self]
  if not scope then
    return "harnest.collection"
  end
  local target = core.unwrap_view(scope.target)
  if type(target) == "table" then
    target = rawget(target, "href")
  end
  return "harnest.collection: " .. core.excerpt(tostring(target))
end

--- Reads one resource of the collection, with the collection's include, fields, params and view.
-- @param id   string or whole number
-- @param ...  more queries, merged
-- @return as api:get
function methods:get(id, ...)
  local scope = inside_of(self)
  local given = scope.query
  local query = {
    include = given.include,
    fields = given.fields,
    params = given.params,
    view = given.view,
  }
  return scope.client:get(scope.target, id, query, ...)
end

return collection
