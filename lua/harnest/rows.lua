--- Rows: the values of named columns, straight from the pages of a list.

local core = require "harnest.core"
local call = require "harnest.call"
local linkage = require "harnest.linkage"
local listing = require "harnest.listing"

-- Columns that begin with these are no fields, which `fields` could name.
local NO_FIELDS = { id = true, type = true, meta = true, links = true }

--- Limits the fields of a type to those that columns begin with, unless the query names them.
-- @param query    a merged query, which is changed
-- @param place    the type
-- @param columns  array of strings
-- Raises a usage error if `place` is no type.
local function limit_fields(query, place, columns)
  if type(place) ~= "string" or place:find "[/?]" then
    core.usage_error "query.sparse: expected with a type; for a path or link, name the type's fields in query.fields"
  end
  local fields = query.fields or {}
  query.fields = fields
  if fields[place] then
    return
  end
  local names, known = {}, {}
  for i = 1, linkage.length(columns) do
    local name = rawget(columns, i):match "^[^.]+"
    if not NO_FIELDS[name] and not known[name] then
      known[name] = true
      names[#names + 1] = name
    end
  end
  fields[place] = names
end

--- Iterates over rows: `for id, title in api:rows("contracts", {"id", "title"}) do`.
-- @param client   the client
-- @param place    a type, path or link
-- @param columns  array of strings: paths of names, joined by dots
-- @param ...      queries, merged
-- @return an iterator, as api:list returns it
-- Raises a usage error for columns that are no paths.
local function rows(client, place, columns, ...)
  local order = { columns = core.columns(columns) }
  local query = call.query(...)
  if query.view then
    core.usage_error "query.view: expected in other calls; the values of rows are plain"
  end
  order.include = query.include == nil
  order.missing = query.missing == "nil"
  order.null = query.null ~= nil
  order.sparse = query.sparse
  order.lines = query.lines
  if query.sparse then
    limit_fields(query, place, columns)
  end
  return listing.of(client, query, order, "rows: type", place)
end

return rows
