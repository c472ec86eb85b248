--- harnest: a client for JSON:API servers, the Harnest API's among them.
-- The names and promises of this module are those of docs/API.md.

local core = require "harnest.core"
local array = require "harnest.array"
local changes = require "harnest.changes"
local collection = require "harnest.collection"
local listing = require "harnest.listing"
local wait = require "harnest.wait"

local harnest = {
  VERSION = core.VERSION,
  null = core.null,
  query = core.query,
  uuid = core.uuid,
  array = array.new,
  is_array = array.is,
  changes = changes,
}

--- Makes a client. See docs/API.md for the options.
-- @return the client; raises for a wrong option, naming it
function harnest.new(options)
  return core.client(options)
end

local api = core.methods

local not_yet = { "concurrency", "exact", "view" }

--- The queries of one call, merged. Those keys that are not built yet are refused rather than passed over.
local function merge(...)
  local query = core.query(...)
  for _, key in ipairs(not_yet) do
    if query[key] then
      error(("query.%s: not available in harnest %s"):format(key, core.VERSION), 3)
    end
  end
  return query
end

--- Asks once and waits: a document, true when the answer had no body, or nil and an error.
local function ask(client, order, query, target, ...)
  local url, refused, bare_url = core.url(client, query, target, ...)
  order.url, order.refused = url or bare_url, refused
  local call = core.call(client, order)
  wait.blocking(client, core.call_done, call)
  return core.call_result(call)
end

--- Begins the listing of a target; `more` has what its query does not say.
local function begin(client, target, query, more)
  local url, refused, bare_url = core.url(client, query, target)
  more.url, more.refused = url or bare_url, refused
  more.limit, more.after = query.limit, query.after
  return listing.begin(client, more)
end

--- Iterates over resources: `for resource, page in api:list("contracts", {filter = {status = 1}}) do`.
-- @param target  a type, path or link
-- @param ...     queries, merged
-- @return an iterator; in a loop it raises the error object
function api:list(target, ...)
  return begin(self, target, merge(...), {})
end

--- Iterates over pages: `for page in api:pages("contracts") do`.
-- A page has data, included, meta, links, number, total and last, and every other top-level member of its document.
function api:pages(target, ...)
  return begin(self, target, merge(...), { pages = true })
end

--- All resources in an array, or nil and an error, whose `partial` is what came before.
function api:all(target, ...)
  local iterator = begin(self, target, merge(...), { whole = true })
  local all = harnest.array {}
  while true do
    local resource, err = iterator:next()
    if resource == nil then
      if err then
        err.partial = all
        return nil, err
      end
      return all
    end
    all[#all + 1] = resource
  end
end

--- The first resource, nil when there is none, or nil and an error.
function api:first(target, ...)
  local query = merge({ limit = 1 }, ...)
  query.limit = 1
  if core.dialect(self) == "harnest" and not query.page then
    query.page = { size = 1 }
  end
  local iterator = begin(self, target, query, { whole = true })
  local resource, page_or_err = iterator:next()
  iterator:close()
  if resource == nil then
    return nil, page_or_err
  end
  return resource
end

--- How many there are: as the server states, else counted page by page; or nil and an error.
function api:count(target, ...)
  local query = merge(...)
  local pages = begin(self, target, query, { pages = true, whole = true, prefetch = 0 })
  local count = 0
  while true do
    local page, err = pages:next()
    if page == nil then
      if err then
        return nil, err
      end
      return count
    end
    if page.total and not query.after then
      pages:close()
      return math.min(page.total, query.limit or page.total)
    end
    count = count + #page
  end
end

--- One resource, or nil and an error; nil alone where the server answers that there is none (`data` is null).
-- @param target  a type; or a path or link, and then no id
-- @param id      string or whole number
-- @param ...     queries, merged
function api:get(target, id, ...)
  local is_path = type(target) == "table" or type(target) == "string" and target:find "/"
  local document, err
  if is_path and (id == nil or type(id) == "table") then
    document, err = ask(self, { resource = true }, merge(id, ...), target)
  else
    document, err = ask(self, { resource = true }, merge(...), target, id)
  end
  if not document then
    return nil, err
  end
  if document.data ~= core.null then
    return document.data
  end
end

--- A whole document from any endpoint as a table {data, included, meta, links, jsonapi, …}, or nil and an error;
-- true where the answer had no body.
function api:fetch(target, ...)
  local document, err = ask(self, {}, merge(...), target)
  if not document or document == true then
    return document, err
  end
  return core.document_table(document)
end

--- An immutable scope over a type, path or link: see harnest.collection.
function api:collection(target)
  return collection.new(self, target)
end

return harnest
