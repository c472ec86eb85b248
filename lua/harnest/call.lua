--- One call to the server: asked, waited for, and read.

local core = require "harnest.core"
local wait = require "harnest.wait"

local call = {}

local not_yet = { "concurrency" }

--- The queries of one call, merged. Those keys that are not built yet are refused rather than passed over.
function call.query(...)
  local query = core.query(...)
  for _, key in ipairs(not_yet) do
    if query[key] then
      core.mistake(("query.%s: not available in harnest %s"):format(key, core.VERSION))
    end
  end
  return query
end

--- Begins a call.
-- @param client  the client
-- @param order   what core.call takes but the URL; it is filled in
-- @param query   a merged query
-- @param target  a type, path or link
-- @param ...     path segments to put behind it
function call.begin(client, order, query, target, ...)
  if query.view and order.expects == "written" then
    core.mistake "query.view: expected in a query that reads; what a write brings is a plain resource"
  end
  local url, refused, bare_url = core.url(client, query, core.plain(target), ...)
  order.url, order.refused, order.view = url or bare_url, refused, query.view
  return core.call(client, order)
end

--- Waits for a call that was begun.
-- @return the document (true for an answer without a body) and a table of what came beside it; or nil and an error
function call.finish(client, asked)
  wait.until_ready(client, core.call_done, asked)
  return core.call_result(asked)
end

--- Begins a call, and waits for it.
function call.ask(client, ...)
  return call.finish(client, call.begin(client, ...))
end

return call
