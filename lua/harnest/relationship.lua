--- A relationship by its own URL: its linkage read and changed (JSON:API 1.1, 7.6 and 9.4).

local core = require "harnest.core"
local call = require "harnest.call"
local job = require "harnest.job"
local linkage = require "harnest.linkage"
local listing = require "harnest.listing"
local target = require "harnest.target"

local unpack = table.unpack or unpack

local relationship = {}

local methods = {}
local metatable = { __name = "harnest.relationship", __index = methods }

-- The client of each relationship and where it is, out of the reach of accident.
local inside = setmetatable({}, { __mode = "k" })

-- What is inside a relationship; raises for anything else.
local function inside_of(self)
  return inside[self]
    or core.usage_error(("expected a relationship, got %s; methods are called as relationship:name(...)")
    :format(type(self)))
end

local function check_name(what, name)
  if type(name) ~= "string" or name == "" then
    core.usage_error(what .. ": expected the relationship's name, a string, got "
      .. (name == "" and "an empty one" or type(name)))
  end
end

--- Makes the object. The relationship's own link is used where the resource has one under the base URL.
-- @param place  a type, followed by an id and the relationship's name; or a resource, followed by the name
function relationship.new(client, place, ...)
  place = core.unwrap_view(place)
  local is_resource = target.is_resource(place)
  local name = select(is_resource and 1 or 2, ...)
  check_name("relationship", name)
  local here
  if is_resource then
    local link = target.relationship_link(client, place, name, "self")
    here = link and { link } or { target.of_resource(client, place, "relationships", name) }
  else
    here = { place, (...), "relationships", name }
  end
  core.url(client, {}, unpack(here, 1, is_resource and #here or 4)) -- raises now for what is none
  local self = setmetatable({}, metatable)
  inside[self] = { client = client, here = here, name = name }
  return self
end

--- The linkage: an array of identifiers, of all pages; an identifier; nil for an empty to-one; or nil and an error.
function methods:get(...)
  local its = inside_of(self)
  local query = call.query(...)
  local iterator, is_list, err = listing.open(its.client, query, { whole = true }, unpack(its.here))
  if not iterator then
    return nil, err
  elseif is_list then
    return listing.collect(iterator)
  end
  return listing.only(iterator)
end

--- Iterates over the linkage of a to-many relationship, page by page behind the scenes: `for identifier, page in …`.
-- @param ...  queries, merged
function methods:list(...)
  local its = inside_of(self)
  return listing.of(its.client, call.query(...), {}, unpack(its.here))
end

--- What a change brought: the linkage where the server sends it, a job for 202, else true; or nil and an error.
local function result(document, answer)
  if not document then
    return nil, answer
  elseif answer.status == 202 then
    return job.new(document, answer, result)
  elseif document == true or document.data == nil or document.data == core.null then
    return true, document ~= true and document or nil
  end
  return document.data, document
end

local function send(self, method, data)
  local its = inside_of(self)
  local order = { method = method, body = core.encode({ data = data }, "document") }
  return result(call.ask(its.client, order, {}, unpack(its.here)))
end

--- The members to add or remove: a single one may be given without an array around it.
local function members(what, values)
  values = core.unwrap_view(values)
  if linkage.is_identifier(values) then
    values = { values }
  end
  return linkage.identifiers(values, what)
end

--- Puts what the relationship points to in place of what it pointed to: a resource or identifier, an array of them, or
-- harnest.null. Servers may refuse that for to-many relationships (kind `forbidden`); then add and remove.
-- @return the linkage, or true where the server sends none; a job for 202; or nil and an error
function methods:replace(value)
  return send(self, "PATCH", linkage.of(value, "replace"))
end

--- Adds members to a to-many relationship; those that are in it stay once. Returns as replace does.
function methods:add(values)
  return send(self, "POST", members("add", values))
end

--- Removes members from a to-many relationship; those that are not in it do not matter. Returns as replace does.
function methods:remove(values)
  return send(self, "DELETE", members("remove", values))
end

metatable.__tostring = function(self)
  return "harnest.relationship: " .. inside[self].name
end

--- What a relationship leads to: see api:related.
function relationship.related(client, resource, name, ...)
  resource = core.unwrap_view(resource)
  if not target.is_resource(resource) then
    core.usage_error("related: expected a resource or an identifier, got " .. type(resource))
  end
  check_name("related", name)
  local query = call.query(...)
  local link = target.relationship_link(client, resource, name, "related")
  local iterator, is_list, err
  if link then
    iterator, is_list, err = listing.open(client, query, {}, link)
  else
    iterator, is_list, err = listing.open(client, query, {}, target.of_resource(client, resource, name))
  end
  if not iterator then
    return nil, err
  elseif is_list then
    return listing.for_loop(iterator)
  end
  return listing.only(iterator)
end

return relationship
