--- Builds resource linkage (JSON:API 1.1, 7.6): null, an identifier, or an array of identifiers.
-- Scripts may pass resources, identifiers or views in their place. Tables are read with rawget and
-- never changed. `path` arguments name the value in messages.

local core = require "harnest.core"
local array = require "harnest.array"

local null = core.null

local linkage = {}

--- Returns the length of a table, without its metatable.
linkage.length = rawlen or function(t) -- luacheck: ignore
  return #t -- PUC Lua 5.1 ignores __len of tables
end

--- Returns a name, type or id as text.
function linkage.name_text(key)
  local is_shown = key == nil or type(key) == "string" or type(key) == "number"
    or type(key) == "boolean"
  return is_shown and tostring(key) or "[" .. type(key) .. "]"
end

--- Returns a name, type or id as messages show it.
function linkage.shown_name(key)
  return core.excerpt(linkage.name_text(key))
end

--- Returns whether a key is the name of an @-member (JSON:API 1.1, 5.9).
function linkage.is_at_name(key)
  return type(key) == "string" and key:find "^@" ~= nil
end

-- Floats represent every whole number up to this one exactly.
local LARGEST_WHOLE = 2 ^ 53

-- Returns whether a number is an integer of Lua 5.3 or later.
local function is_integer(number)
  return math.type and math.type(number) == "integer"
end

local EXPECTED = "expected a resource or an identifier with type and id"

--- Raises a usage error.
local function complain(path, complaint)
  core.usage_error(path .. ": " .. complaint)
end

-- Returns the digits of an int64_t or uint64_t of LuaJIT's FFI; nil for any other value.
local function digits_of(value)
  return type(value) == "cdata" and tostring(value):match "^(%-?%d+)U?LL$" or nil
end

--- Returns an id as a string.
-- @param id    string or whole number; in LuaJIT also an int64_t or uint64_t
-- @param path  string
-- Raises a usage error for anything else.
function linkage.id_text(id, path)
  if type(id) == "string" and id ~= "" then
    return id
  elseif type(id) == "number" and id % 1 == 0
    and (math.abs(id) <= LARGEST_WHOLE or is_integer(id)) then
    return ("%d"):format(id)
  end
  return digits_of(id) or complain(path, "expected a string or a whole number, got "
    .. core.describe(id))
end

--- Returns whether a value is a resource or an identifier: a table with type, and id or lid.
function linkage.is_identifier(value)
  return type(value) == "table" and rawget(value, "type") ~= nil
    and (rawget(value, "id") ~= nil or rawget(value, "lid") ~= nil)
end

--- Returns the identifier of a resource or identifier, as a new table {type, id, lid, meta}. Only
-- an identifier's meta is copied: a resource's meta is not about the relationship.
-- @param value  a resource, identifier or view
-- @param path   string
-- Raises a usage error for anything else.
function linkage.identifier(value, path)
  value = core.unwrap_view(value)
  if not linkage.is_identifier(value) then
    complain(path, EXPECTED .. ", got "
      .. (type(value) == "table" and "a table without them" or core.describe(value)))
  end
  local type_name, id, lid = rawget(value, "type"), rawget(value, "id"), rawget(value, "lid")
  if type(type_name) ~= "string" or type_name == "" then
    complain(path .. ".type", "expected a string, got "
      .. core.describe(type_name))
  elseif lid ~= nil and (type(lid) ~= "string" or lid == "") then
    complain(path .. ".lid", "expected a string, got "
      .. core.describe(lid))
  end
  local is_resource = rawget(value, "attributes") or rawget(value, "relationships")
    or rawget(value, "links")
  return {
    type = type_name,
    id = id ~= nil and linkage.id_text(id, path .. ".id") or nil,
    lid = lid,
    meta = not is_resource and array.as_object(rawget(value, "meta")) or nil,
  }
end

--- Returns an array of identifiers.
-- @param values  array of resources, identifiers or views
-- @param path    string
-- Raises a usage error for anything else.
function linkage.identifiers(values, path)
  values = core.unwrap_view(values)
  if type(values) ~= "table" then
    complain(path, "expected an array of resources or identifiers, got " .. core.describe(values))
  end
  local identifiers = array.new {}
  local length = linkage.length(values)
  for i = 1, length do
    identifiers[i] = linkage.identifier(rawget(values, i), path .. "[" .. i .. "]")
  end
  for key in next, values do
    if identifiers[key] == nil then
      complain(path, length == 0
        and EXPECTED .. ", an array of them or null, got a table without them"
        or "expected an array, got a table with holes or names")
    end
  end
  return identifiers
end

--- Returns linkage: null, an identifier, or an array of identifiers.
-- @param value  null, a resource, identifier or view, or an array of them
-- @param path   string
-- Raises a usage error for anything else.
function linkage.of(value, path)
  value = core.unwrap_view(value)
  if core.is_null(value) then
    return null
  elseif linkage.is_identifier(value) then
    return linkage.identifier(value, path)
  elseif type(value) ~= "table" then
    complain(path, EXPECTED .. ", an array of them or null, got " .. core.describe(value))
  end
  return linkage.identifiers(value, path)
end

--- Returns the linkage of a relationship, unchecked: the data of a relationship object; else the
-- value itself. Returns nil for a relationship object without data, as servers send it.
-- @param relationship  a relationship object, or linkage
function linkage.stated(relationship)
  relationship = core.unwrap_view(relationship)
  if type(relationship) == "table" and getmetatable(relationship) == core.unstated_metatable
    and next(relationship) == nil then
    return nil
  elseif type(relationship) ~= "table" or linkage.is_identifier(relationship)
    or array.is(relationship) or next(relationship) == nil then
    return relationship
  end
  local data = rawget(relationship, "data")
  if data == nil and rawget(relationship, "links") == nil
    and rawget(relationship, "meta") == nil then
    return relationship -- neither; linkage.of raises for it
  end
  return data
end

--- Returns the relationships of a resource object as they are sent; nil if there are none.
-- Relationships without data are left out, so that the server keeps them. @-members are copied:
-- they are not relationships (JSON:API 1.1, 5.9).
-- @param given  table: for each name a relationship object or linkage
-- @param path   string: path of `given` in usage errors
-- Raises a usage error for anything else.
function linkage.relationships(given, path)
  local relationships = {}
  for name, relationship in next, given do
    relationship = core.unwrap_view(relationship)
    local stated = linkage.stated(relationship)
    if linkage.is_at_name(name) then
      relationships[name] = relationship
    elseif stated ~= nil then
      local is_object = not rawequal(stated, relationship)
      relationships[name] = {
        data = linkage.of(stated, path .. "." .. linkage.shown_name(name)),
        meta = is_object and array.as_object(rawget(relationship, "meta")) or nil,
      }
    end
  end
  return next(relationships) ~= nil and relationships or nil
end

return linkage
