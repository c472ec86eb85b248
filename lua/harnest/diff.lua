--- The smallest update that turns one resource into another.
--
-- Both are read raw and left as they are. What the new resource does not speak of is not touched: without `attributes`
-- no attribute is cleared, and relationships without `data` stay. Numbers are compared by their value, since servers do
-- not tell 1 from 1.0; to-many relationships as sets, since JSON:API gives their order no meaning.

local core = require "harnest.core"
local array = require "harnest.array"
local linkage = require "harnest.linkage"

local null = core.null

-- As deep as JSON may be; deeper is a table that holds itself.
local DEPTH = 1024

local function complain(path, complaint)
  core.usage_error("harnest.changes: " .. path .. ": " .. complaint)
end

--- A table, or nil for none.
local function section(resource, which, name)
  local value = rawget(resource, name)
  if value == nil or value == null then
    return nil
  elseif type(value) ~= "table" then
    complain(which .. "." .. name, "expected a table, got " .. type(value))
  end
  return value
end

--- Whether the new value is the same as the old in JSON. An empty one without a mark is the same as any empty table:
-- scripts write both arrays and objects that way.
local function same(a, b, path, depth)
  if type(a) ~= "table" or type(b) ~= "table" or rawequal(a, b) then
    return rawequal(a, b)
  elseif depth > DEPTH then
    complain(path, "nested too deep; does a table hold itself?")
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
  for key in next, b do
    if rawget(a, key) == nil then
      return false
    end
  end
  return true
end

--- The new value as it is to be sent: itself, or a copy where it has an empty table without a mark in the place of an
-- old array, which would be written as an object. Too deep a value is left to the writer to refuse.
local function shaped(old, new, depth)
  if type(new) ~= "table" or type(old) ~= "table" or rawequal(old, new) or depth > DEPTH then
    return new
  elseif next(new) == nil then
    return array.is(old) and array.new {} or new
  end
  local copy
  for key, value in next, new do
    local better = shaped(rawget(old, key), value, depth + 1)
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

--- Whether a name is that of a field. @-members are none (JSON:API 1.1, 5.9).
local function is_field(name)
  return type(name) ~= "string" or not name:find "^@"
end

--- What happened to the attributes; nil for nothing.
local function changed_attributes(old, new)
  local before, after = section(old, "old", "attributes") or {}, section(new, "new", "attributes")
  local changed = {}
  for name, value in next, after or {} do
    local was = rawget(before, name)
    if is_field(name) and (was == nil or not same(was, value, "attributes." .. tostring(name), 0)) then
      changed[name] = shaped(was, value, 0)
    end
  end
  for name, was in next, after and before or {} do
    if is_field(name) and rawget(after, name) == nil and was ~= null then
      changed[name] = null
    end
  end
  return next(changed) ~= nil and changed or nil
end

--- What a relationship points to, nil when it does not say.
local function stated(relationship, path)
  if relationship ~= nil and relationship ~= null and type(relationship) ~= "table" then
    complain(path, "expected a relationship, got " .. type(relationship))
  end
  return linkage.stated(relationship)
end

--- A text that two identifiers have in common just when they name the same resource.
local function name_of(identifier, path)
  if not linkage.is_identifier(identifier) then
    complain(path, "expected a resource or an identifier with type and id")
  end
  local id, lid = rawget(identifier, "id"), rawget(identifier, "lid")
  return ("%s\0%s\0%s"):format(tostring(rawget(identifier, "type")), id and "id" or "lid", tostring(id or lid))
end

--- What a linkage names, as a set of texts with its size; false for an empty to-one.
local function set_of(data, path)
  if data == null then
    return false, 0
  elseif type(data) ~= "table" then
    complain(path, "expected resources, identifiers or null, got " .. type(data))
  elseif linkage.is_identifier(data) then
    return { [name_of(data, path)] = true }, 1
  end
  local set, size = {}, 0
  for i = 1, #data do
    local name = name_of(data[i], ("%s[%d]"):format(path, i))
    size = size + (set[name] and 0 or 1)
    set[name] = true
  end
  return set, size
end

--- Whether two linkages name the same; the old one may be unknown.
local function same_linkage(old, new, path)
  local after, after_size = set_of(new, path)
  if old == nil then
    return false
  end
  local before, before_size = set_of(old, path)
  local is_one = linkage.is_identifier(new)
  if not before or not after or before_size ~= after_size or linkage.is_identifier(old) ~= is_one then
    return before == after
  end
  for name in next, after do
    if not before[name] then
      return false
    end
  end
  return true
end

--- A linkage, which set_of has found fine, as it is sent: bare identifiers, each once.
local function sent(data, path)
  local identifiers = linkage.of(data, path)
  if not array.is(identifiers) then
    return identifiers
  end
  local once, seen = array.new {}, {}
  for i = 1, #identifiers do
    local name = name_of(identifiers[i], path)
    if not seen[name] then
      seen[name] = true
      once[#once + 1] = identifiers[i]
    end
  end
  return once
end

--- What happened to the relationships; nil for nothing.
local function changed_relationships(old, new)
  local before, after = section(old, "old", "relationships") or {}, section(new, "new", "relationships") or {}
  local changed = {}
  for name, relationship in next, after do
    local path = "relationships." .. tostring(name)
    relationship = core.unwrap_view(relationship)
    local is = is_field(name) and stated(relationship, path) or nil
    if is ~= nil and not same_linkage(stated(rawget(before, name), path), is, path) then
      changed[name] = { data = sent(is, path) }
    end
  end
  return next(changed) ~= nil and changed or nil
end

local function describe(resource)
  return tostring(rawget(resource, "type")) .. "/" .. tostring(rawget(resource, "id"))
end

--- The smallest update that turns one resource into the other: a table {attributes, relationships} for api:update with
-- what differs only, or nil when nothing does. An attribute that the new resource lacks is set to harnest.null.
-- @param old  the resource as it was
-- @param new  the same resource (type, id) as it should be
local function changes(old, new)
  old, new = core.unwrap_view(old), core.unwrap_view(new)
  if type(old) ~= "table" then
    core.usage_error("harnest.changes: old: expected a resource, got " .. type(old))
  elseif type(new) ~= "table" then
    core.usage_error("harnest.changes: new: expected a resource, got " .. type(new))
  end
  if describe(old) ~= describe(new) then
    core.usage_error("harnest.changes: " .. describe(old) .. " and " .. describe(new) .. " are not the same resource")
  end
  local attributes, relationships = changed_attributes(old, new), changed_relationships(old, new)
  if attributes or relationships then
    return { attributes = attributes, relationships = relationships }
  end
  return nil
end

return changes
