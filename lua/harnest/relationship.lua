--- Reads and changes a relationship's linkage by the relationship's URL (JSON:API 1.1, 7.6 and
-- 9.4).

local core = require "harnest.core"
local call = require "harnest.call"
local job = require "harnest.job"
local linkage = require "harnest.linkage"
local listing = require "harnest.listing"
local target = require "harnest.target"

local unpack = table.unpack or unpack

local relationship = {}

-- The target's name in usage errors.
local TARGET = "relationship: type"

local methods = {}
local metatable = { __name = "harnest.relationship", __index = methods }

-- The client, location and name of each relationship. They are private: its table is empty.
local inside = setmetatable({}, { __mode = "k" })

--- Returns a relationship's client, location and name. Raises a usage error for other values.
local function inside_of(self)
  return inside[self] or core.usage_error(
    ("expected a relationship, got %s; methods are called as relationship:name(...)")
      :format(type(self)))
end

--- Raises a usage error unless `name` is a string that is not empty.
local function check_name(what, name)
  if type(name) ~= "string" or name == "" then
    core.usage_error(what .. ": name: expected a string, the relationship's name, got "
      .. core.describe(name))
  end
end

--- Makes a relationship object: `api:relationship("contracts", 1, "signers")`. If the resource has
-- a link for the relationship under the base URL, it is used.
-- @param client  the client
-- @param place   a type, followed by an id and the relationship's name; or a resource or
--                identifier, followed by the name
-- @return the relationship object
-- Raises a usage error for wrong arguments.
function relationship.new(client, place, ...)
  place = core.unwrap_view(place)
  local is_resource = target.is_resource(place)
  local name = select(is_resource and 1 or 2, ...)
  check_name("relationship", name)
  local here
  if is_resource then
    local what = "relationship: resource"
    local link = target.relationship_link(client, place, name, "self", what)
    here = link and { link } or { target.of_resource(client, place, what, "relationships", name) }
  else
    here = { place, (...), "relationships", name }
  end
  -- raises if they make no URL
  core.url(client, {}, TARGET, unpack(here, 1, is_resource and #here or 4))
  local self = setmetatable({}, metatable)
  inside[self] = { client = client, here = here, name = name }
  return self
end

--- `relationship:get(...)`: reads the linkage, all pages of it.
-- @param ...  queries, merged
-- @return an array of identifiers (to-many), an identifier or nil (to-one); or nil and an error
function methods:get(...)
  local its = inside_of(self)
  local query = call.query(...)
  local iterator, is_list, err = listing.open(its.client, query, { whole = true }, TARGET,
    unpack(its.here))
  if not iterator then
    return nil, err
  elseif is_list then
    return listing.collect(iterator)
  end
  return listing.only(iterator)
end

--- `relationship:list(...)`: iterates over the linkage of a to-many relationship:
-- `for identifier, page in signers:list() do`. It reads further pages as needed.
-- @param ...  queries, merged
-- @return an iterator
function methods:list(...)
  local its = inside_of(self)
  return listing.of(its.client, call.query(...), {}, TARGET, unpack(its.here))
end

--- Returns the results of a change: the linkage and the document if the server sends them; a job
-- for 202; else true; or nil and an error.
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

--- Sends a change of the linkage.
local function send(self, method, data)
  local its = inside_of(self)
  local order = { method = method, body = core.encode({ data = data }, "document") }
  return result(call.ask(its.client, order, {}, TARGET, unpack(its.here)))
end

--- Returns the identifiers to add or remove. The script may pass one without an array.
local function members(what, values)
  values = core.unwrap_view(values)
  if linkage.is_identifier(values) then
    values = { values }
  end
  return linkage.identifiers(values, what)
end

--- `relationship:replace(value)`: replaces the linkage. Servers may refuse that for to-many
-- relationships (kind `forbidden`); then use add and remove.
-- @param value  a resource or identifier, an array of them, or harnest.null
-- @return the linkage, or true if the server sends none; a job for 202; or nil and an error
-- Raises a usage error for other values.
function methods:replace(value)
  return send(self, "PATCH", linkage.of(value, "replace"))
end

--- `relationship:add(values)`: adds members to a to-many relationship. Existing members are not
-- added again. Returns as replace.
-- @param values  a resource or identifier, or an array of them
function methods:add(values)
  return send(self, "POST", members("add", values))
end

--- `relationship:remove(values)`: removes members from a to-many relationship. The server ignores
-- those that are not members. Returns as replace.
-- @param values  a resource or identifier, or an array of them
function methods:remove(values)
  return send(self, "DELETE", members("remove", values))
end

metatable.__tostring = function(self)
  return "harnest.relationship: " .. inside_of(self).name
end

--- Reads a resource's related resources, from the relationship's related link or from
-- `/type/id/name`. JSON:API 1.1, 6.1.
-- @param client    the client
-- @param resource  a resource or identifier
-- @param name      string: the relationship's name
-- @param ...       queries, merged
-- @return a resource or nil (to-one), an iterator (to-many); or nil and an error
function relationship.related(client, resource, name, ...)
  resource = core.unwrap_view(resource)
  if not target.is_resource(resource) then
    core.usage_error("related: resource: expected a resource or an identifier, got "
      .. (target.is_link(resource) and "a link" or core.describe(resource)))
  end
  check_name("related", name)
  local query = call.query(...)
  local what = "related: resource"
  local link = target.relationship_link(client, resource, name, "related", what)
  local iterator, is_list, err
  if link then
    iterator, is_list, err = listing.open(client, query, {}, what, link)
  else
    iterator, is_list, err = listing.open(client, query, {}, what,
      target.of_type_and_id(resource, what, name))
  end
  if not iterator then
    return nil, err
  elseif is_list then
    return listing.for_loop(iterator)
  end
  return listing.only(iterator)
end

return relationship
