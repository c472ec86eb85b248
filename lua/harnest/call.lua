--- One request: begun, waited for and read.

local core = require "harnest.core"
local listing = require "harnest.listing"
local scheduler = require "harnest.scheduler"

local call = {}

--- Merges query tables: `call.query(a, b, …)` returns one checked query.
call.query = core.query

--- Begins a request. Raises a usage error if the caller cannot wait for it.
-- @param client  the client
-- @param order   table: what core.call takes; this function adds the URL
-- @param query   a merged query
-- @param what    string: the method and the target's name in usage errors, "get: type"
-- @param target  a type, path or link
-- @param ...     path segments to append to it
-- @return the call, for call.finish
function call.begin(client, order, query, what, target, ...)
  if query.view and order.expects == "written" then
    core.usage_error "query.view: expected in reads only; writes return plain resources"
  end
  listing.refuse_row_options(query)
  local url, refused, bare_url = core.url(client, query, what, core.unwrap_view(target), ...)
  order.url, order.refused, order.view = url or bare_url, refused, query.view
  order.cancelled = scheduler.check_caller(client)
  return core.call(client, order)
end

--- Waits for a call that call.begin returned.
-- @param client   the client
-- @param pending  the call
-- @param cancel   function: called with the call if the loop ends the caller's coroutine
--                 (default: cancels the call)
-- @return the document (true for a response without a body) and a table with the response's other
-- parts (status, url, …); or nil and an error
function call.finish(client, pending, cancel)
  scheduler.wait_until(client, core.call_done, pending, cancel or core.call_cancel)
  return core.call_result(pending)
end

--- Begins a request and waits for it. Arguments as for call.begin, returns as call.finish.
function call.ask(client, ...)
  return call.finish(client, call.begin(client, ...))
end

return call
