--- What a list's resources have: collects the attributes and relationships of one page.

local array = require "harnest.array"
local call = require "harnest.call"
local core = require "harnest.core"
local description = require "harnest.description"
local listing = require "harnest.listing"

local null = core.null

--- Returns the JSON type of a value. On Luas without integers, a whole number is an integer.
local function json_type(value)
  if value == null then
    return "null"
  elseif type(value) == "number" then
    local is_integer = value % 1 == 0
    if math.type then
      is_integer = math.type(value) == "integer"
    end
    return is_integer and "integer" or "number"
  elseif type(value) == "table" then
    return array.is(value) and "array" or "object"
  end
  return type(value)
end

--- Returns the names in a set as a sorted array; "null" is last, and "integer" is left out beside
-- "number".
local function names_of(set)
  local names = array.new {}
  for name in pairs(set) do
    if name ~= "null" and not (name == "integer" and set.number) then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  if set.null then
    names[#names + 1] = "null"
  end
  return names
end

--- Adds an attribute's value to what is recorded of the attribute.
local function add_value(attribute, value)
  attribute.count = attribute.count + 1
  attribute.types[json_type(value)] = true
  if value == null then
    attribute.nulls = attribute.nulls + 1
  elseif attribute.example == nil then
    attribute.example = value
  end
end

--- Returns the set of the resources in `included`: a table from type to a set of ids.
local function included_ids(page)
  local ids = {}
  for _, resource in ipairs(array.is(page.included) and page.included or {}) do
    if type(resource) == "table" and type(resource.type) == "string" then
      ids[resource.type] = ids[resource.type] or {}
      ids[resource.type][resource.id or resource.lid or ""] = true
    end
  end
  return ids
end

--- Adds an identifier to what is recorded of a relationship.
-- @param included  as included_ids returns it
local function add_identifier(relationship, identifier, included)
  if type(identifier) ~= "table" or type(identifier.type) ~= "string" then
    return
  end
  local ids = included[identifier.type]
  relationship.types[identifier.type] = true
  relationship.identifiers = relationship.identifiers + 1
  if ids and ids[identifier.id or identifier.lid or ""] then
    relationship.included = relationship.included + 1
  end
end

--- Adds a resource's relationship to what is recorded of it.
local function add_linkage(relationship, value, included)
  local data = type(value) == "table" and value.data
  relationship.count = relationship.count + 1
  if array.is(data) then
    relationship.to = "many"
    for _, identifier in ipairs(data) do
      add_identifier(relationship, identifier, included)
    end
  elseif data then
    relationship.to = relationship.to or "one"
    add_identifier(relationship, data, included)
  end
end

--- Calls `add` with the record of each member of a resource's object. Makes the record first if
-- there is none. Members of other values, such as the empty array that PHP sends, are none.
-- @param records  table from a member's name to its record
-- @param new      function: makes a record
local function add_members(records, object, new, add)
  for name, value in pairs(type(object) == "table" and object or {}) do
    if type(name) == "string" then
      records[name] = records[name] or new()
      add(records[name], value)
    end
  end
end

local function new_attribute()
  return { count = 0, nulls = 0, types = {} }
end

local function new_relationship()
  return { count = 0, types = {}, identifiers = 0, included = 0 }
end

--- Collects the attributes and relationships of resources.
local function add_resources(self, resources, included)
  local types = {}
  for _, resource in ipairs(resources) do
    if type(resource) == "table" then
      types[type(resource.type) == "string" and resource.type or "?"] = true
      add_members(self.attributes, resource.attributes, new_attribute, add_value)
      add_members(self.relationships, resource.relationships, new_relationship,
        function(relationship, value)
          add_linkage(relationship, value, included)
        end)
    end
  end
  self.types = names_of(types)
  for _, attribute in pairs(self.attributes) do
    attribute.types, attribute.nulls = names_of(attribute.types), attribute.nulls / attribute.count
  end
  for _, relationship in pairs(self.relationships) do
    relationship.types = names_of(relationship.types)
  end
end

--- Returns how a list goes on after its first page.
local function paging_of(pages, page)
  local rule, next_path, size, has_failed = core.listing_paging(pages)
  local problem = has_failed and select(2, pages:next()) or nil
  return {
    rule = rule,
    next = next_path,
    size = size,
    number = page.number,
    last = page.last,
    total = page.total,
    problem = problem and problem.message,
  }
end

--- Requests one page and describes it: `api:describe("contracts", {include = "owner"})`.
-- @param client  the client
-- @param place   a type, path or link
-- @param ...     queries, merged; `limit`, `concurrency` and `view` have no effect
-- @return a table, see docs/API.md, whose tostring has several lines; or nil and an error
return function(client, place, ...)
  local query = call.query(...)
  query.limit, query.view = nil, nil
  local order = { pages = true, whole = true, prefetch = 0, concurrency = 1 }
  local pages = listing.of(client, query, order, "describe: type", place)
  local page, err = pages:next()
  if not page then
    if err then
      return nil, err
    end
    return nil, core.error("protocol", "protocol: describe: the response has no page")
  end
  local self = description.new { count = #page, attributes = {}, relationships = {} }
  local is_list = array.is(page.data)
  add_resources(self, is_list and page.data or { page[1] }, included_ids(page))
  self.paging = is_list and paging_of(pages, page) or nil
  pages:close()
  return self
end
