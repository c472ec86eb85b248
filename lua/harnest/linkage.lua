--- What relationships point to, in all the forms in which scripts give it, made into JSON:API's resource linkage
-- (JSON:API 1.1, 7.6): null, an identifier, or an array of identifiers. Tables are read raw and left as they are; views
-- stand for the tables that they show.

local core = require "harnest.core"
local array = require "harnest.array"

local null = core.null

local linkage = {}

-- Whole numbers up to here are the same in integers and floats.
local LARGEST_WHOLE = 2 ^ 53

-- Lua's own integers, where it has them.
local function is_integer(number)
  return math.type and math.type(number) == "integer"
end

local EXPECTED = "expected a resource or an identifier with type and id"

local function complain(path, complaint)
  core.usage_error(path .. ": " .. complaint)
end

--- The text of an id that is a string or a whole number.
-- @param path  what to call it in a complaint
function linkage.id_text(id, path)
  if type(id) == "string" and id ~= "" then
    return id
  elseif type(id) == "number" and id % 1 == 0 and (math.abs(id) <= LARGEST_WHOLE or is_integer(id)) then
    return ("%d"):format(id)
  end
  return complain(path, "expected a string or a whole number, got " .. (id == "" and "an empty string" or type(id)))
end

--- Whether a value is a resource or an identifier of one.
function linkage.is_identifier(value)
  return type(value) == "table" and rawget(value, "type") ~= nil
    and (rawget(value, "id") ~= nil or rawget(value, "lid") ~= nil)
end

--- The bare identifier of a resource or identifier. An identifier's meta stays with it, a resource's does not.
-- @param path  what to call it in a complaint
function linkage.identifier(value, path)
  value = core.unwrap_view(value)
  if not linkage.is_identifier(value) then
    complain(path, EXPECTED .. ", got " .. (type(value) == "table" and "another table" or type(value)))
  end
  local type_name, id, lid = rawget(value, "type"), rawget(value, "id"), rawget(value, "lid")
  if type(type_name) ~= "string" or type_name == "" then
    complain(path .. ".type", "expected a string, got " .. (type_name == "" and "an empty string" or type(type_name)))
  elseif lid ~= nil and (type(lid) ~= "string" or lid == "") then
    complain(path .. ".lid", "expected a string, got " .. (lid == "" and "an empty string" or type(lid)))
  end
  local is_resource = rawget(value, "attributes") or rawget(value, "relationships") or rawget(value, "links")
  return {
    type = type_name,
    id = id ~= nil and linkage.id_text(id, path .. ".id") or nil,
    lid = lid,
    meta = not is_resource and rawget(value, "meta") or nil,
  }
end

--- Many resources or identifiers as an array of identifiers.
function linkage.identifiers(values, path)
  values = core.unwrap_view(values)
  if type(values) ~= "table" then
    complain(path, "expected an array of resources or identifiers, got " .. type(values))
  end
  local identifiers = array.new {}
  for i = 1, #values do
    identifiers[i] = linkage.identifier(values[i], ("%s[%d]"):format(path, i))
  end
  for key in next, values do
    if identifiers[key] == nil then
      complain(path, #values == 0 and EXPECTED .. ", an array of them or null, got another table"
        or "expected an array without holes or names")
    end
  end
  return identifiers
end

--- Linkage of any form: null, a resource or identifier, or an array of them.
function linkage.of(value, path)
  value = core.unwrap_view(value)
  if value == null then
    return null
  elseif linkage.is_identifier(value) then
    return linkage.identifier(value, path)
  elseif type(value) ~= "table" then
    complain(path, EXPECTED .. ", an array of them or null, got " .. type(value))
  end
  return linkage.identifiers(value, path)
end

--- What a relationship states, as given: the data of a relationship object, else the value itself, which is linkage.
-- Nil where a relationship object, as servers send them, has no data, or has nothing at all.
function linkage.stated(relationship)
  relationship = core.unwrap_view(relationship)
  if type(relationship) == "table" and getmetatable(relationship) == core.unstated_metatable
    and next(relationship) == nil then
    return nil
  elseif type(relationship) ~= "table" or linkage.is_identifier(relationship) or array.is(relationship)
    or next(relationship) == nil then
    return relationship
  end
  local data = rawget(relationship, "data")
  if data == nil and rawget(relationship, "links") == nil and rawget(relationship, "meta") == nil then
    return relationship -- none of JSON:API's: to be complained of
  end
  return data
end

--- The relationships of a resource object that is sent. One that states nothing is left alone, so it is not sent;
-- @-members are no relationships and go along as they are.
function linkage.relationships(given)
  local relationships = {}
  for name, relationship in next, given do
    local path, is_foreign = "relationships." .. tostring(name), tostring(name):find "^@"
    relationship = core.unwrap_view(relationship)
    local stated = linkage.stated(relationship)
    if is_foreign then
      relationships[name] = relationship
    elseif stated ~= nil then
      local is_object = not rawequal(stated, relationship)
      relationships[name] = {
        data = linkage.of(stated, path),
        meta = is_object and rawget(relationship, "meta") or nil,
      }
    end
  end
  return next(relationships) ~= nil and relationships or nil
end

return linkage
