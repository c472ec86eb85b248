--- Where a resource or a relationship is: its link, or its type and id.

local core = require "harnest.core"
local linkage = require "harnest.linkage"

local target = {}

--- Returns the URL of a link: a string, or an object with href (JSON:API 1.1, 5.6); else nil.
local function href(link)
  if type(link) == "table" then
    link = rawget(link, "href")
  end
  return type(link) == "string" and link or nil
end

--- Returns the link `name` of a resource or relationship; nil unless it is under the base URL.
local function own_link(client, holder, name)
  local links = type(holder) == "table" and rawget(holder, "links")
  local link = type(links) == "table" and href(rawget(links, name))
  return link and core.is_under_base(client, link) and link or nil
end

--- Returns a link without its query if its path contains the id. Drupal adds the revision to the
-- links of resources (`?resourceVersion=id%3A7`): writes to such a link fail, and reads return the
-- old revision. If the path lacks the id, the query may name the resource.
local function without_query(link, id)
  local path = link:match "^[^?#]*"
  if path == link or id == nil then
    return link
  end
  for segment in path:gsub("^%a[%w+.-]*://[^/]*", ""):gmatch "[^/]+" do
    local text = segment:gsub("%%(%x%x)", function(digits)
      return string.char(tonumber(digits, 16))
    end)
    if text == id then
      return path
    end
  end
  return link
end

--- Returns the id of a resource as text, or nil.
-- @param what  string: the resource's name in usage errors
local function id_of(resource, what)
  local id = rawget(resource, "id")
  local is_id = type(id) == "string" or type(id) == "number" or type(id) == "cdata"
  return is_id and linkage.id_text(id, what .. ".id") or nil
end

--- Returns a link of a resource's relationship; nil unless it is under the client's base URL.
-- @param client    the client
-- @param resource  table: a resource or identifier
-- @param name      the relationship's name
-- @param which     "self" or "related"
-- @param what      string: the resource's name in usage errors, "related: resource"
-- @return the link; a "self" link without its query if its path contains the resource's id
function target.relationship_link(client, resource, name, which, what)
  local relationships = rawget(resource, "relationships")
  local link = type(relationships) == "table"
    and own_link(client, rawget(relationships, name), which) or nil
  return link and which == "self" and without_query(link, id_of(resource, what)) or link
end

--- Returns whether a value may be a resource or an identifier: a table without href.
function target.is_resource(value)
  return type(value) == "table" and rawget(value, "href") == nil
end

--- Returns whether a value is a link object: a table with href (JSON:API 1.1, 5.6.1).
function target.is_link(value)
  return type(value) == "table" and rawget(value, "href") ~= nil
end

--- Returns the type and the id of a resource, as a target.
-- @param resource  table: a resource or identifier
-- @param what      string: its name in usage errors, "get: resource"
-- @param ...       path segments to append
-- @return its type and id; then the path segments
-- Raises a usage error if it has no type and id.
function target.of_type_and_id(resource, what, ...)
  local identifier = linkage.identifier(resource, what)
  if not identifier.id then
    core.usage_error(what .. ": expected a resource with an id, got one with a lid only")
  end
  if identifier.type:find "[/?]" then
    core.usage_error(('%s.type: expected a type without / or ?, got "%s"'):format(what,
      core.excerpt(identifier.type)))
  end
  return identifier.type, identifier.id, ...
end

--- Returns where a resource is.
-- @param client    the client
-- @param resource  table: a resource or identifier
-- @param what      string: its name in usage errors, "get: resource"
-- @param ...       path segments to append
-- @return its own link, without its query if the path contains the id; or its type and id; then the
-- path segments
-- Raises a usage error if it has neither a link nor a type and id.
function target.of_resource(client, resource, what, ...)
  local link = own_link(client, resource, "self")
  link = link and without_query(link, id_of(resource, what))
  if link and not (select("#", ...) > 0 and link:find("?", 1, true)) then
    return link, ...
  end
  return target.of_type_and_id(resource, what, ...)
end

return target
