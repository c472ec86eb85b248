--- harnest: a client for JSON:API servers, the Harnest API's among them.
-- The names and promises of this module are those of docs/API.md.

local core = require "harnest.core"
local action = require "harnest.raw_request"
local array = require "harnest.array"
local atomic = require "harnest.atomic"
local call = require "harnest.call"
local changes = require "harnest.diff"
local collection = require "harnest.collection"
local etag = require "harnest.etag"
local job = require "harnest.job"
local listing = require "harnest.listing"
local loop = require "harnest.loop"
local many = require "harnest.get_many"
local parallel = require "harnest.parallel"
local relationship = require "harnest.relationship"
local scheduler = require "harnest.scheduler"
local target = require "harnest.target"
local write = require "harnest.write"

local harnest = {
  VERSION = core.VERSION,
  null = core.null,
  query = core.query,
  uuid = core.uuid,
  array = array.new,
  is_array = array.is,
  changes = changes,
  etag = etag.of,
}

--- Writes a value as JSON, losing nothing. Raises for what JSON cannot hold, naming its path.
function harnest.encode(value)
  return core.encode(value)
end

--- Reads JSON, losing nothing that Lua can hold; nil and what is wrong for a text that is none.
function harnest.decode(text)
  if type(text) ~= "string" then
    core.usage_error("harnest.decode: expected a string, got " .. type(text))
  end
  return core.decode(text)
end

--- Makes a client. See docs/API.md for the options.
-- @return the client; raises for a wrong option, naming it
function harnest.new(options)
  if options == harnest then
    core.usage_error "harnest.new: expected a table of options, got the module itself; call it as harnest.new { ... }"
  end
  local named = type(options) == "table" and rawget(options, "loop") or nil
  return core.client(options, named and loop.find(named))
end

local api = core.methods

local close_client = api.close

--- Ends the client: what is under way fails with kind `cancelled`, connections are freed. Also by `<close>`.
function api:close()
  core.check_client(self)
  if scheduler.in_use then
    scheduler.close(self, close_client)
  else
    close_client(self)
  end
end

core.client_metatable.__close = api.close

--- Iterates over resources: `for resource, page in api:list("contracts", {filter = {status = 1}}) do`.
-- @param place  a type, path or link
-- @param ...    queries, merged
-- @return an iterator; in a loop it raises the error object
function api:list(place, ...)
  return listing.of(self, call.query(...), {}, place)
end

--- Iterates over pages: `for page in api:pages("contracts") do`.
-- A page has data, included, meta, links, number, total and last, and every other top-level member of its document.
function api:pages(place, ...)
  return listing.of(self, call.query(...), { pages = true }, place)
end

--- All resources in an array, or nil and an error, whose `partial` is what came before.
function api:all(place, ...)
  return listing.collect((listing.of(self, call.query(...), { whole = true }, place)))
end

--- The first resource, nil when there is none, or nil and an error.
function api:first(place, ...)
  local query = call.query({ limit = 1 }, ...)
  query.limit = 1
  local is_type = type(place) == "string" and not place:find "[/?]"
  if is_type and core.dialect(self) == "harnest" and not query.page and not query.exact then
    query.page = { size = 1 }
  end
  return listing.only((listing.of(self, query, { whole = true }, place)))
end

--- How many there are: as the server states, else counted page by page; or nil and an error.
function api:count(place, ...)
  local query = call.query(...)
  local pages = listing.of(self, query, { pages = true, whole = true, prefetch = 0, concurrency = 1 }, place)
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
-- @param place  a type, followed by an id (string or whole number); or a resource, path or link
-- @param ...    queries, merged
function api:get(place, ...)
  local document, answer
  place = core.unwrap_view(place)
  local is_whole = type(place) == "table" or type(place) == "string" and place:find "/"
  if target.is_resource(place) then
    document, answer = call.ask(self, { expects = "resource" }, call.query(...), target.of_resource(self, place))
  elseif is_whole and (type((...)) == "table" or (...) == nil) then
    document, answer = call.ask(self, { expects = "resource" }, call.query(...), place)
  else
    document, answer = call.ask(self, { expects = "resource" }, call.query(select(2, ...)), place, (...))
  end
  if not document then
    return nil, answer
  elseif document.data == core.null then
    return nil
  end
  return etag.keep(document.data, answer)
end

-- A method that looks at the client before it looks at its arguments.
local function of_client(method)
  return function(self, ...)
    core.check_client(self)
    return method(self, ...)
  end
end

--- What a relationship's related link, or `/type/id/name`, gives: a resource, nil for an empty to-one, an iterator for
-- to-many; or nil and an error. JSON:API 1.1, 6.1.
-- @param resource  a resource or identifier
-- @param name      the relationship's name
-- @param ...       queries, merged
api.related = of_client(relationship.related)

--- A whole document from any endpoint as a table {data, included, meta, links, jsonapi, …}, or nil and an error;
-- true where the answer had no body.
function api:fetch(place, ...)
  local document, err = call.ask(self, {}, call.query(...), place)
  if not document or document == true then
    return document, err
  end
  return core.document_table(document)
end

--- Any request, for custom actions.
-- @param order  table: method (default GET), path (or link), query, body (a document, encoded as JSON:API), headers
-- @return the document as api:fetch gives it, and {status, headers}; or nil and an error
api.request = of_client(action)

api.create = of_client(write.create)
api.update = of_client(write.update)
api.delete = of_client(write.delete)
api.atomic = of_client(atomic)
api.wait = of_client(job.wait)
api.get_many = of_client(many)
api.parallel = of_client(parallel)

--- Begins a coroutine of the client's manual loop, which api:step lets go on.
-- @param fn  a function
function api:spawn(fn)
  local manual = core.settings(self).loop
  if not manual or not manual.step then
    core.usage_error 'spawn: expected a client with loop = "manual"'
  elseif type(fn) ~= "function" then
    core.usage_error("spawn: expected a function, got " .. type(fn))
  end
  manual.spawn(fn)
end

--- Does what is ready. With loop = "manual" it also lets coroutines go on, and raises what one of them raised.
-- @param seconds  how long to wait for something to do (default 0)
-- @param budget   with loop = "manual": seconds after which coroutines are left for the next step (default: none)
-- @return how many calls are under way; with loop = "manual" and how many coroutines can go on
function api:step(seconds, budget)
  local manual = core.settings(self).loop
  for name, value in pairs { seconds = seconds or 0, budget = budget or 0 } do
    if type(value) ~= "number" or value < 0 or value ~= value then
      core.usage_error(("step: %s: expected a number of seconds, 0 or more, got %s"):format(name, tostring(value)))
    end
  end
  if manual and manual.step then
    manual.step(seconds or 0, budget)
    return core.pending_count(self) + manual.due()
  else
    core.step(self, seconds or 0)
    scheduler.notify()
  end
  return core.pending_count(self)
end

--- A relationship by its own URL: see harnest.relationship.
-- @param ...  type, id and the relationship's name; or a resource and the name
api.relationship = of_client(relationship.new)

--- An immutable scope over a type, path or link: see harnest.collection.
function api:collection(place)
  core.url(self, {}, core.unwrap_view(place)) -- raises now for what is none
  return collection.new(self, place)
end

return harnest
