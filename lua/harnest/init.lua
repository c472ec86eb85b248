--- harnest: a client for JSON:API servers, such as the Harnest API. docs/API.md is the reference.
-- A function of a deferred module is documented in that module.

local core = require "harnest.load_core"
local array = require "harnest.array"
local client = require "harnest.client"
local deferred = require "harnest.deferred"
local listing = require "harnest.listing"

local harnest = {
  VERSION = core.VERSION,
  null = core.null,
  query = core.query,
  uuid = core.uuid,
  basic = core.basic,
  array = array.new,
  is_array = array.is,
  changes = deferred.call "diff",
  etag = deferred.call("etag", "of"),
  encode = deferred.call("json_text", "encode"),
  decode = deferred.call("json_text", "decode"),
}

--- Makes a client.
-- @param options  table; docs/API.md lists the options
-- @return the client
-- Raises a usage error, with the option's name, for a wrong option.
function harnest.new(options)
  if rawequal(options, harnest) then
    core.usage_error("harnest.new: expected a table of options, got the module itself; "
      .. "call it as harnest.new { ... }")
  end
  return client.new(options)
end

core.error_methods.details = deferred.call "error_details"

local api = core.methods

api.with = client.with
api.close = client.close
core.client_metatable.__close = client.close

--- Iterates over resources:
-- `for resource, page in api:list("contracts", {filter = {status = 1}}) do`.
-- @param place  a type, path or link
-- @param ...    queries, merged
-- @return an iterator; in a `for` loop it raises the error object if a request fails
function api:list(place, ...)
  return listing.of(self, core.query(...), {}, "list: type", place)
end

--- Iterates over pages: `for page in api:pages("contracts") do`.
-- A page has data, included, meta, links, number, total and last, and the other top-level members
-- of its document. Arguments and returns as for api:list.
function api:pages(place, ...)
  return listing.of(self, core.query(...), { pages = true }, "pages: type", place)
end

api.all = deferred.call("reading", "all")
api.first = deferred.call("reading", "first")
api.count = deferred.call "count"
api.get = deferred.call("reading", "get")
api.fetch = deferred.call("reading", "fetch")
api.related = deferred.method("relationship", "related")
api.request = deferred.method "raw_request"
api.create = deferred.method("write", "create")
api.update = deferred.method("write", "update")
api.delete = deferred.method("write", "delete")
api.atomic = deferred.method "atomic"
api.wait = deferred.method("job", "wait")
api.get_many = deferred.method "get_many"
api.describe = deferred.method "describe"
api.rows = deferred.method "rows"
api.types = deferred.method "types"
api.parallel = deferred.method "parallel"
api.spawn = deferred.call("stepping", "spawn")
api.step = deferred.call("stepping", "step")
api.relationship = deferred.method("relationship", "new")
api.collection = deferred.call("collection", "of")
api.discard_cassette = deferred.method("cassette", "discard")
api.cassette_report = deferred.method("cassette", "report")

return harnest
