--- Resources in the place of a type and an id.

local core = require "harnest.core"
local linkage = require "harnest.linkage"

local target = {}

-- The text of a link: a string, or an object with href.
local function href(link)
  if type(link) == "table" then
    link = rawget(link, "href")
  end
  return type(link) == "string" and link or nil
end

--- The link `name` among the links of a resource or relationship, if it lies under the client's base URL.
local function own_link(client, holder, name)
  local links = type(holder) == "table" and rawget(holder, "links")
  local link = type(links) == "table" and href(rawget(links, name))
  return link and core.is_under_base(client, link) and link or nil
end

--- The link `which` (self, related) of a resource's relationship, if it lies under the client's base URL.
function target.relationship_link(client, resource, name, which)
  local relationships = rawget(resource, "relationships")
  return type(relationships) == "table" and own_link(client, rawget(relationships, name), which) or nil
end

--- Whether a value names one resource by itself: a resource, an identifier.
function target.is_resource(value)
  return type(value) == "table" and rawget(value, "href") == nil
end

--- Whether a value is a link object, as documents have them.
function target.is_link(value)
  return type(value) == "table" and rawget(value, "href") ~= nil
end

--- Where a resource is: its own link, else its type and id, each with what is to stand behind it.
function target.of_resource(client, resource, ...)
  local link = own_link(client, resource, "self")
  if link then
    return link, ...
  end
  local identifier = linkage.identifier(resource, "target")
  if not identifier.id then
    core.usage_error "target: expected a resource with an id, got one with a lid only"
  end
  if identifier.type:find "[/?]" then
    core.usage_error('target: "' .. identifier.type .. '" is no type that can stand in a URL\'s path')
  end
  return identifier.type, identifier.id, ...
end

return target
