--- Calls that read and return what was read: all resources of a list, the first, one, a document.

local core = require "harnest.core"
local call = require "harnest.call"
local etag = require "harnest.etag"
local listing = require "harnest.listing"
local target = require "harnest.target"

local reading = {}

--- Reads all resources. Arguments as for api:list.
-- @return an array of resources; or nil and an error, whose `partial` is an array of the resources
-- before the error
function reading.all(client, place, ...)
  return listing.collect((listing.of(client, call.query(...), { whole = true }, "all: type", place)))
end

--- Reads the first resource. Arguments as for api:list.
-- @return the resource; nil if there is none; or nil and an error
function reading.first(client, place, ...)
  local query = call.query({ limit = 1 }, ...)
  query.limit = 1
  local is_type = type(place) == "string" and not place:find "[/?]"
  if is_type and core.dialect(client) == "harnest" and not query.page and not query.exact then
    query.page = { size = 1 }
  end
  return listing.only((listing.of(client, query, { whole = true }, "first: type", place)))
end

--- Reads one resource: `api:get("contracts", 1)`.
-- @param place  a type, followed by an id (string or whole number); or a resource, path or link
-- @param ...    queries, merged
-- @return the resource; nil if `data` is null; or nil and an error
function reading.get(client, place, ...)
  local document, answer
  local order = { expects = "resource" }
  place = core.unwrap_view(place)
  local is_whole = type(place) == "table" or type(place) == "string" and place:find "/"
  if target.is_resource(place) then
    document, answer = call.ask(client, order, call.query(...), "get: resource",
      target.of_resource(client, place, "get: resource"))
  elseif is_whole and (type((...)) == "table" or (...) == nil) then
    document, answer = call.ask(client, order, call.query(...), "get: link", place)
  else
    local query = call.query(select(2, ...))
    document, answer = call.ask(client, order, query, "get: type", place, (...))
  end
  if not document then
    return nil, answer
  elseif document.data == core.null then
    return nil
  end
  return etag.keep(document.data, answer)
end

--- Reads a whole document from any endpoint.
-- @param place  a type, path or link
-- @param ...    queries, merged
-- @return a table {data, included, meta, links, jsonapi, …}; true if the response has no body; or
-- nil and an error
function reading.fetch(client, place, ...)
  local document, err = call.ask(client, {}, call.query(...), "fetch: path", place)
  if not document then
    return nil, err
  end
  return document == true or core.document_table(document)
end

return reading
