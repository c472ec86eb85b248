--- harnest.changes: the smallest update that turns one resource into another.
--
-- Both resources are read with rawget and never changed. Sections that the new resource lacks are
-- not compared: without `attributes` no attribute is cleared, and relationships without `data`
-- stay. Numbers are compared by value, since servers do not distinguish 1 from 1.0. To-many
-- relationships are compared as sets, since JSON:API gives their order no meaning.

local core = require "harnest.core"
local array = require "harnest.array"
local linkage = require "harnest.linkage"

local null = core.null

-- The deepest nesting that is compared, as for JSON documents. A cyclic table is deeper.
local DEPTH = 1024

--- Raises a usage error.
local function complain(path, complaint)
  core.usage_error("harnest.changes: " .. path .. ": " .. complaint)
end

--- Returns a resource's attributes or relationships; nil if there are none.
-- @param resource  table
-- @param which     "old" or "new", for messages
-- @param name      "attributes" or "relationships"
local function section(resource, which, name)
  local value = rawget(resource, name)
  if value == nil or core.is_null(value) then
    return nil
  elseif type(value) ~= "table" then
    complain(which .. "." .. name, "expected a table, got " .. core.describe(value))
  end
  return value
end

--- Returns whether a table has all keys of another one.
local function has_keys_of(held, other)
  for key in next, other do
    if rawget(held, key) == nil then
      return false
    end
  end
  return true
end

local function complain_of_depth(path)
  complain(path, "nested more than 1024 levels deep; does the table contain itself?")
end

--- Returns whether two values are equal in JSON. A new empty table without an array's mark equals
-- any empty table: scripts write both arrays and objects as {}.
local function same(a, b, path, depth)
  if type(a) ~= "table" or type(b) ~= "table" or rawequal(a, b) then
    return rawequal(a, b)
  elseif depth > DEPTH then
    complain_of_depth(path)
  end
  if next(a) == nil and next(b) == nil then
    return array.is(a) == array.is(b) or not getmetatable(b)
  end
  for key, value in next, a do
    local other = rawget(b, key)
    if other == nil or not same(value, other, path, depth + 1) then
      return false
    end
  end
  return has_keys_of(a, b)
end

--- Returns the new value as it is sent. If it has an empty table without a mark in the place of an
-- old array, returns a copy with an array there: JSON would have an object otherwise.
local function keep_arrays(old, new, path, depth)
  if type(new) ~= "table" or type(old) ~= "table" or rawequal(old, new) then
    return new
  elseif depth > DEPTH then
    complain_of_depth(path)
  elseif next(new) == nil then
    return array.is(old) and not getmetatable(new) and array.new {} or new
  end
  local copy
  for key, value in next, new do
    local better = keep_arrays(rawget(old, key), value, path, depth + 1)
    if not rawequal(better, value) then
      copy = copy or {}
      copy[key] = better
    end
  end
  if not copy then
    return new
  end
  for key, value in next, new do
    if copy[key] == nil then
      copy[key] = value
    end
  end
  return array.is(new) and array.new(copy) or copy
end

--- Returns whether a name is that of a field. @-members are not fields (JSON:API 1.1, 5.9).
local function is_field(name)
  return type(name) ~= "string" or not name:find "^@"
end

--- Returns the attributes that differ, null for removed ones; nil if none differs.
local function changed_attributes(old, new)
  local before = section(old, "old", "attributes") or {}
  local after = section(new, "new", "attributes")
  local changed = {}
  for name, value in next, after or {} do
    local was = rawget(before, name)
    local path = "attributes." .. linkage.shown_name(name)
    if is_field(name) and (was == nil or not same(was, value, path, 0)) then
      changed[name] = keep_arrays(was, value, path, 0)
    end
  end
  for name, was in next, after and before or {} do
    if is_field(name) and rawget(after, name) == nil and not core.is_null(was) then
      changed[name] = null
    end
  end
  return next(changed) ~= nil and changed or nil
end

--- Returns the linkage of a relationship, unchecked; nil if it has none.
local function stated(relationship, path)
  if relationship ~= nil and not core.is_null(relationship) and type(relationship) ~= "table" then
    complain(path, "expected a relationship, got " .. core.describe(relationship))
  end
  return linkage.stated(relationship)
end

--- Returns a string that is equal for two identifiers if and only if they identify the same
-- resource.
local function key_of(identifier, path)
  if not linkage.is_identifier(identifier) then
    complain(path, "expected a resource or an identifier with type and id")
  end
  local id, lid = rawget(identifier, "id"), rawget(identifier, "lid")
  local type_name = linkage.name_text(rawget(identifier, "type"))
  -- the length keeps type and id apart, since both may hold any character
  return (id and "id" or "lid") .. #type_name .. ":" .. type_name .. linkage.name_text(id or lid)
end

--- Returns the set of a linkage's keys and its size; false and 0 for an empty to-one relationship.
local function set_of(data, path)
  if core.is_null(data) then
    return false, 0
  elseif type(data) ~= "table" then
    complain(path, "expected resources, identifiers or null, got " .. core.describe(data))
  elseif linkage.is_identifier(data) then
    return { [key_of(data, path)] = true }, 1
  end
  local set, size = {}, 0
  for i = 1, linkage.length(data) do
    local key = key_of(rawget(data, i), path .. "[" .. i .. "]")
    size = size + (set[key] and 0 or 1)
    set[key] = true
  end
  return set, size
end

--- Returns whether two linkages identify the same resources; false if the old one is nil.
local function same_linkage(old, new, path)
  local after, after_size = set_of(new, path)
  if old == nil then
    return false
  end
  local before, before_size = set_of(old, path)
  local is_to_one = linkage.is_identifier(new)
  if not before or not after or before_size ~= after_size
    or linkage.is_identifier(old) ~= is_to_one then
    return before == after
  end
  return has_keys_of(before, after)
end

--- Returns a linkage as it is sent: identifiers without duplicates. set_of has checked it.
local function unique_linkage(data, path)
  local identifiers = linkage.of(data, path)
  if not array.is(identifiers) then
    return identifiers
  end
  local once, seen = array.new {}, {}
  for i = 1, #identifiers do
    local key = key_of(identifiers[i], path)
    if not seen[key] then
      seen[key] = true
      once[#once + 1] = identifiers[i]
    end
  end
  return once
end

--- Returns the relationships that differ; nil if none does.
local function changed_relationships(old, new)
  local before = section(old, "old", "relationships") or {}
  local after = section(new, "new", "relationships") or {}
  local changed = {}
  for name, relationship in next, after do
    local path = "relationships." .. linkage.shown_name(name)
    relationship = core.unwrap_view(relationship)
    local data = is_field(name) and stated(relationship, path) or nil
    if data ~= nil and not same_linkage(stated(rawget(before, name), path), data, path) then
      changed[name] = { data = unique_linkage(data, path) }
    end
  end
  return next(changed) ~= nil and changed or nil
end

--- Raises a usage error unless the value is a table with type and id.
local function check_resource(value, which)
  if type(value) ~= "table" then
    complain(which, "expected a resource, got " .. core.describe(value))
  elseif rawget(value, "type") == nil or rawget(value, "id") == nil then
    complain(which, "expected a resource with type and id, got a table without them")
  end
end

--- Raises a usage error unless two resources have the same type and id.
local function check_same(old, new)
  for _, name in ipairs { "type", "id" } do
    local was, is = rawget(old, name), rawget(new, name)
    if linkage.name_text(was) ~= linkage.name_text(is) then
      complain("new." .. name, ('expected "%s", as in old, got "%s"'):format(linkage.shown_name(was),
        linkage.shown_name(is)))
    end
  end
end

--- Returns the smallest update that turns one resource into the other: a table {attributes,
-- relationships} for api:update with only the fields that differ; nil if none does. An attribute
-- that the new resource lacks is set to harnest.null.
-- @param old  the resource as it was
-- @param new  the resource as it should be, with the same type and id
-- Raises a usage error if these are not resources, or not the same one.
local function changes(old, new)
  old, new = core.unwrap_view(old), core.unwrap_view(new)
  check_resource(old, "old")
  check_resource(new, "new")
  check_same(old, new)
  local attributes, relationships = changed_attributes(old, new), changed_relationships(old, new)
  if attributes or relationships then
    return { attributes = attributes, relationships = relationships }
  end
  return nil
end

return changes
