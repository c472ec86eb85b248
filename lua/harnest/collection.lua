--- Immutable scopes: a collection and the query built up for it so far. Every step returns a new scope.

local core = require "harnest.core"

local collection = {}

local methods = {}
local metatable = { __name = "harnest.collection", __index = methods }

-- The client, target and query of each scope, out of the reach of accident.
local inside = setmetatable({}, { __mode = "k" })

--- Makes a scope.
-- @param client  the client
-- @param target  a type, path or link
-- @param query   a checked query (default: an empty one)
function collection.new(client, target, query)
  local scope = setmetatable({}, metatable)
  inside[scope] = { client = client, target = target, query = query or {} }
  return scope
end

-- What is inside a scope; raises for anything else.
local function inside_of(scope)
  return inside[scope] or core.usage_error(("expected a collection, got %s; methods are called as collection:name(...)")
    :format(type(scope)))
end

local function with(scope, query)
  local self = inside_of(scope)
  return collection.new(self.client, self.target, core.query(self.query, query))
end

--- Adds to the filter, key by key: `:where{ status = 1 }`.
function methods:where(filter)
  return with(self, { filter = filter })
end

--- Sets the order, in place of an earlier one: `:sort "title"`, `:sort("status", "title")`, `:sort{ … }`.
function methods:sort(first, ...)
  return with(self, { sort = select("#", ...) > 0 and { first, ... } or first })
end

--- Adds to what is included: `:include "owner"`, `:include("owner", "signers.company")`, `:include{ … }`.
function methods:include(...)
  local paths = {}
  local function add(include, is_item) -- as queries have it: a path, paths with commas between, or an array of such
    if type(include) == "table" and not is_item then
      core.query { include = include } -- raises for what is no array
      for _, path in ipairs(include) do
        add(path, true)
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
  for i = 1, select("#", ...) do
    add((select(i, ...)))
  end
  return with(self, { include = paths })
end

--- Names the fields wanted, type by type: `:fields{ contracts = { "title" } }`.
function methods:fields(fields)
  return with(self, { fields = fields })
end

--- Sets the page size.
function methods:page_size(size)
  return with(self, { page = { size = size } })
end

--- Stops after so many resources.
function methods:limit(limit)
  return with(self, { limit = limit })
end

--- Adds any query table.
function methods:query(query)
  return with(self, query)
end

--- As the client's calls of the same names, over the scope's collection; more queries may be given.
for _, name in ipairs { "list", "pages", "all", "first", "count" } do
  methods[name] = function(self, ...)
    local scope = inside_of(self)
    return scope.client[name](scope.client, scope.target, scope.query, ...)
  end
end

--- One resource of the collection by its id, with the scope's include, fields and view.
function methods:get(id, ...)
  local scope = inside_of(self)
  local given = scope.query
  local query = { include = given.include, fields = given.fields, params = given.params, view = given.view }
  return scope.client:get(scope.target, id, query, ...)
end

return collection
