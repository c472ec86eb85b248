--- One call to the server: asked, waited for, and read.

local core = require "harnest.core"
local scheduler = require "harnest.scheduler"

local call = {}

--- The queries of one call, merged.
call.query = core.query

--- Begins a call. Raises where it could not be waited for.
-- @param client  the client
-- @param order   what core.call takes but the URL; it is filled in
-- @param query   a merged query
-- @param target  a type, path or link
-- @param ...     path segments to put behind it
function call.begin(client, order, query, target, ...)
  if query.view and order.expects == "written" then
    core.usage_error "query.view: expected in a query that reads; what a write brings is a plain resource"
  end
  local url, refused, bare_url = core.url(client, query, core.unwrap_view(target), ...)
  order.url, order.refused, order.view = url or bare_url, refused, query.view
  scheduler.check_caller(client)
  return core.call(client, order)
end

--- Waits for a call that was begun.
-- @param cancel  what to do where the caller's coroutine is ended for good, if not to cancel just this call
-- @return the document (true for an answer without a body) and a table of what came beside it; or nil and an error
function call.finish(client, asked, cancel)
  scheduler.wait_until(client, core.call_done, asked, cancel or core.call_cancel)
  return core.call_result(asked)
end

--- Begins a call, and waits for it.
function call.ask(client, ...)
  return call.finish(client, call.begin(client, ...))
end

return call
