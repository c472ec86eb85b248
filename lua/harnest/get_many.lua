--- Reads many resources by their ids, with concurrent requests.

local core = require "harnest.core"
local call = require "harnest.call"
local etag = require "harnest.etag"
local linkage = require "harnest.linkage"

-- The most requests that one iterator has begun at once. The client's max_connections may delay
-- some of them.
local CONCURRENCY = 8

--- Iterates over resources in the order of their ids:
-- `for id, resource, err in api:get_many("contracts", {1, 2}) do`.
-- @param client  the client
-- @param place   a type or path
-- @param ids     array of strings or whole numbers
-- @param ...     queries (include, fields, view), merged
-- @return an iterator; it returns each id with its resource (nil if the server answers null), or
-- the id, nil and an error
-- Raises a usage error for a wrong id or query.
return function(client, place, ids, ...)
  local count = core.array_length(ids)
  if not count then
    core.usage_error("get_many: ids: expected an array, got " .. core.describe(ids))
  end
  local query, calls, position, begun = call.query(...), {}, 0, 0
  for i = 1, count do
    linkage.id_text(rawget(ids, i), ("get_many: ids[%d]"):format(i))
    -- raises now for an id that no URL can contain
    core.url(client, query, "get_many: type", place, rawget(ids, i))
  end
  local function cancel(pending)
    core.call_cancel(pending)
    for _, other in pairs(calls) do
      core.call_cancel(other)
    end
  end
  return function()
    position = position + 1
    while begun < math.min(count, position + CONCURRENCY - 1) do
      begun = begun + 1
      calls[begun] = call.begin(client, { expects = "resource" }, query, "get_many: type", place,
        rawget(ids, begun))
    end
    local pending = calls[position]
    if not pending then
      return nil
    end
    calls[position] = nil
    local document, answer = call.finish(client, pending, cancel)
    if not document then
      return rawget(ids, position), nil, answer
    elseif document.data == core.null then
      return rawget(ids, position)
    end
    return rawget(ids, position), etag.keep(document.data, answer)
  end
end
