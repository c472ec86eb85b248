--- harnest: a client for JSON:API servers, such as the Harnest API. docs/API.md is the reference.

local core = require "harnest.load_core"
local array = require "harnest.array"
local atomic = require "harnest.atomic"
local call = require "harnest.call"
local callbacks = require "harnest.callbacks"
local collection = require "harnest.collection"
local debug_lines = require "harnest.debug_lines"
local describe = require "harnest.describe"
local diff = require "harnest.diff"
require "harnest.error_details"
local etag = require "harnest.etag"
local get_many = require "harnest.get_many"
local job = require "harnest.job"
local listing = require "harnest.listing"
local loop = require "harnest.loop"
local parallel = require "harnest.parallel"
local raw_request = require "harnest.raw_request"
local relationship = require "harnest.relationship"
local rows = require "harnest.rows"
local scheduler = require "harnest.scheduler"
local store = require "harnest.store"
local target = require "harnest.target"
local types = require "harnest.types"
local write = require "harnest.write"

local harnest = {
  VERSION = core.VERSION,
  null = core.null,
  query = core.query,
  uuid = core.uuid,
  basic = core.basic,
  array = array.new,
  is_array = array.is,
  changes = diff,
  etag = etag.of,
}

--- Encodes a value as JSON, without loss.
-- @param value    any value that JSON can represent
-- @param options  table or nil: `indent`, a whole number of spaces a level from 0 (the default: one
--                 line without spaces) to 16
-- @return a string
-- Raises a usage error, with the value's path, for one that JSON cannot represent, and for a wrong
-- option.
function harnest.encode(value, options)
  if options == nil then
    return core.encode(value, "plain", "harnest.encode: value")
  elseif type(options) ~= "table" then
    core.usage_error("harnest.encode: options: expected a table, got " .. core.describe(options))
  end
  core.check_members(options, "encode", "harnest.encode: option ")
  return core.encode(value, "plain", "harnest.encode: value", rawget(options, "indent"))
end

--- Decodes JSON, without loss of nulls or empty arrays. As with lua-cjson, integers that Lua cannot
-- represent become the nearest float: those beyond 64 bits, and without integers those beyond 2^53.
-- @param text  string
-- @return the value; or nil and a message if the string is not JSON
-- Raises a usage error if `text` is not a string.
function harnest.decode(text)
  if type(text) ~= "string" then
    core.usage_error("harnest.decode: text: expected a string, got " .. core.describe(text))
  end
  return core.decode(text)
end

--- Raises a usage error for an option `operations` that is no path of the client's server.
local function check_operations(client)
  local operations = core.settings(client).operations
  local url, refused = core.url(client, {}, "option operations", operations or "/operations")
  if not url then
    core.usage_error("option operations: expected a path below the base URL, got one refused: "
      .. refused)
  end
end

--- Returns the loop that the options name, false for none, or nil if they do not say.
local function named_loop(options)
  local named = type(options) == "table" and rawget(options, "loop")
  if named == false and type(options) == "table" then
    return false
  end
  return named and loop.find(named) or nil
end

--- Sets the function that gets the client's trace events, if there is one.
local function prepare_trace(settings)
  settings.on_event = settings.debug
    and debug_lines.trace(settings.debug, settings.trace, settings.trace_detail) or settings.trace
end

--- Makes a client.
-- @param options  table; docs/API.md lists the options
-- @return the client
-- Raises a usage error, with the option's name, for a wrong option.
function harnest.new(options)
  if rawequal(options, harnest) then
    core.usage_error("harnest.new: expected a table of options, got the module itself; "
      .. "call it as harnest.new { ... }")
  end
  local client = core.client(options, named_loop(options))
  local settings = core.settings(client)
  store.check(settings.store)
  callbacks.prepare(settings)
  prepare_trace(settings)
  check_operations(client)
  return client
end

local api = core.methods

--- Makes a client like this one but for some options: `api:with{timeout = 2}:get("contracts", 1)`.
-- It shares connections, limits, retry budget, cache and token with this client, unless an option
-- says otherwise; closing it cancels its own calls only.
-- @param options  table: options as for harnest.new; `headers` are merged
-- @return the client
-- Raises a usage error, with the option's name, for a wrong option, and if this client is closed.
function api:with(options)
  local client = core.derive(options, named_loop(options), self)
  store.check(core.settings(client).store)
  if rawget(options, "token") ~= nil or rawget(options, "authorization") ~= nil then
    callbacks.prepare(core.settings(client))
  end
  if rawget(options, "trace") or rawget(options, "trace_detail") or rawget(options, "debug") ~= nil then
    prepare_trace(core.settings(client))
  end
  if rawget(options, "operations") or rawget(options, "url") or rawget(options, "company") then
    check_operations(client)
  end
  return client
end

local close_client = api.close

--- Closes the client: running requests fail with kind `cancelled`, and connections are closed.
-- Idempotent. Lua 5.4 also calls it for `<close>` variables.
-- Raises what a coroutine raises that waited for the client, if harnest resumes it. With
-- loop = "manual", raises what tasks of this client have raised and nothing has asked for or raised
-- again.
function api:close()
  local settings = core.settings(self)
  local manual = settings.loop
  settings.is_closed = true -- tasks that end by a call that this cancels have not failed
  close_client(self)
  if scheduler.in_use then
    scheduler.drive_now()
  end
  if manual and manual.raise_failed and not core.in_finalizer() then
    manual.raise_failed(settings)
  end
end

core.client_metatable.__close = api.close

--- Iterates over resources:
-- `for resource, page in api:list("contracts", {filter = {status = 1}}) do`.
-- @param place  a type, path or link
-- @param ...    queries, merged
-- @return an iterator; in a `for` loop it raises the error object if a request fails
function api:list(place, ...)
  return listing.of(self, call.query(...), {}, "list: type", place)
end

--- Iterates over pages: `for page in api:pages("contracts") do`.
-- A page has data, included, meta, links, number, total and last, and the other top-level members
-- of its document. Arguments and returns as for api:list.
function api:pages(place, ...)
  return listing.of(self, call.query(...), { pages = true }, "pages: type", place)
end

--- Reads all resources. Arguments as for api:list.
-- @return an array of resources; or nil and an error, whose `partial` is an array of the resources
-- before the error
function api:all(place, ...)
  return listing.collect((listing.of(self, call.query(...), { whole = true }, "all: type", place)))
end

--- Reads the first resource. Arguments as for api:list.
-- @return the resource; nil if there is none; or nil and an error
function api:first(place, ...)
  local query = call.query({ limit = 1 }, ...)
  query.limit = 1
  local is_type = type(place) == "string" and not place:find "[/?]"
  if is_type and core.dialect(self) == "harnest" and not query.page and not query.exact then
    query.page = { size = 1 }
  end
  return listing.only((listing.of(self, query, { whole = true }, "first: type", place)))
end

--- Counts resources: from the server's total if it sends one, else page by page. Arguments as for
-- api:list.
-- @return a whole number; or nil and an error
function api:count(place, ...)
  local query = call.query(...)
  local order = { pages = true, whole = true, prefetch = 0, concurrency = 1 }
  local pages = listing.of(self, query, order, "count: type", place)
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

--- Reads one resource: `api:get("contracts", 1)`.
-- @param place  a type, followed by an id (string or whole number); or a resource, path or link
-- @param ...    queries, merged
-- @return the resource; nil if `data` is null; or nil and an error
function api:get(place, ...)
  local document, answer
  local order = { expects = "resource" }
  place = core.unwrap_view(place)
  local is_whole = type(place) == "table" or type(place) == "string" and place:find "/"
  if target.is_resource(place) then
    document, answer = call.ask(self, order, call.query(...), "get: resource",
      target.of_resource(self, place, "get: resource"))
  elseif is_whole and (type((...)) == "table" or (...) == nil) then
    document, answer = call.ask(self, order, call.query(...), "get: link", place)
  else
    local query = call.query(select(2, ...))
    document, answer = call.ask(self, order, query, "get: type", place, (...))
  end
  if not document then
    return nil, answer
  elseif document.data == core.null then
    return nil
  end
  return etag.keep(document.data, answer)
end

--- Wraps a method so that it checks the client before its arguments.
local function of_client(method)
  return function(self, ...)
    core.check_client(self)
    return method(self, ...)
  end
end

--- Reads a resource's related resources, from the relationship's related link or from
-- `/type/id/name`. JSON:API 1.1, 6.1.
-- @param resource  a resource or identifier
-- @param name      string: the relationship's name
-- @param ...       queries, merged
-- @return a resource or nil (to-one), an iterator (to-many); or nil and an error
api.related = of_client(relationship.related)

--- Reads a whole document from any endpoint.
-- @param place  a type, path or link
-- @param ...    queries, merged
-- @return a table {data, included, meta, links, jsonapi, …}; true if the response has no body; or
-- nil and an error
function api:fetch(place, ...)
  local document, err = call.ask(self, {}, call.query(...), "fetch: path", place)
  if not document then
    return nil, err
  end
  return document == true or core.document_table(document)
end

--- Sends any request, for custom actions.
-- @param order  table: method (default "GET"), path (a path or link), query, body (a document,
--               which is encoded as JSON), headers
-- @return the document as api:fetch returns it, and {status, headers}; or nil and an error
api.request = of_client(raw_request)

api.create = of_client(write.create)
api.update = of_client(write.update)
api.delete = of_client(write.delete)
api.atomic = of_client(atomic)
api.wait = of_client(job.wait)
api.get_many = of_client(get_many)
api.describe = of_client(describe)
api.rows = of_client(rows)
api.types = of_client(types)
api.parallel = of_client(parallel)

--- Begins a coroutine of the client's manual loop. api:step resumes it.
-- @param fn  function without arguments
-- @return a task; see harnest.task
-- Raises a usage error unless the client has loop = "manual".
function api:spawn(fn)
  local settings = core.settings(self)
  local manual = settings.loop
  if not manual or not manual.step then
    core.usage_error 'spawn: expected a client with loop = "manual"'
  elseif type(fn) ~= "function" then
    core.usage_error("spawn: expected a function, got " .. core.describe(fn))
  end
  return manual.spawn(fn, nil, settings)
end

--- Advances the running requests. With loop = "manual" it also resumes coroutines, and raises what
-- tasks raised in the step before, unless the script has asked for their results.
-- @param seconds  number: how long to wait if requests run and nothing is ready (default 0)
-- @param budget   number, with loop = "manual": seconds after which no more coroutines are resumed
--                 in this step (default: no limit)
-- @return the number of running calls; with loop = "manual" plus the number of coroutines to resume
-- and of errors that the next step can raise
function api:step(seconds, budget)
  local manual = core.settings(self).loop
  for name, value in pairs { seconds = seconds or 0, budget = budget or 0 } do
    if type(value) ~= "number" or value < 0 or value ~= value then
      core.usage_error(("step: %s: expected a number of seconds, 0 or more, got %s"):format(name,
        core.describe(value)))
    end
  end
  if manual and manual.step then
    manual.step(seconds or 0, budget)
    return core.pending_count(self) + manual.due()
  elseif not core.is_open(self) then
    core.usage_error "this client is closed"
  else
    core.step(self, core.is_busy(self) and seconds or 0)
    scheduler.notify()
  end
  return core.pending_count(self)
end

--- Makes a relationship object; see harnest.relationship.
-- @param ...  type, id and the relationship's name; or a resource and the name
api.relationship = of_client(relationship.new)

--- Makes a collection over a type, path or link; see harnest.collection.
function api:collection(place)
  core.url(self, {}, "collection: type", core.unwrap_view(place)) -- raises if it makes no URL
  return collection.new(self, place)
end

return harnest
