--- Many resources by their ids, several requests at once.

local core = require "harnest.core"
local call = require "harnest.call"
local etag = require "harnest.etag"
local linkage = require "harnest.linkage"

-- So many requests are under way at once, at most; the client's max_connections may hold some of them back.
local AHEAD = 8

--- Iterates over resources in the order of their ids: `for id, resource, err in api:get_many("contracts", {1, 2}) do`.
-- @param place  a type or path
-- @param ids    array of strings or whole numbers
-- @param ...    queries (include, fields), merged
-- @return an iterator; for each id the resource (nil where the server answers null), or nil and an error
return function(client, place, ids, ...)
  if type(ids) ~= "table" then
    core.usage_error("get_many: ids: expected an array, got " .. type(ids))
  elseif #ids == 0 and next(ids) ~= nil then
    core.usage_error "get_many: ids: expected an array, got a table of names"
  end
  local query, calls, position, begun = call.query(...), {}, 0, 0
  for i = 1, #ids do
    linkage.id_text(ids[i], ("get_many: ids[%d]"):format(i))
    core.url(client, query, place, ids[i]) -- raises now for what is no id
  end
  local function cancel(asked)
    core.call_cancel(asked)
    for _, other in pairs(calls) do
      core.call_cancel(other)
    end
  end
  return function()
    position = position + 1
    while begun < math.min(#ids, position + AHEAD - 1) do
      begun = begun + 1
      calls[begun] = call.begin(client, { expects = "resource" }, query, place, ids[begun])
    end
    local asked = calls[position]
    if not asked then
      return nil
    end
    calls[position] = nil
    local document, answer = call.finish(client, asked, cancel)
    if not document then
      return ids[position], nil, answer
    elseif document.data == core.null then
      return ids[position]
    end
    return ids[position], etag.keep(document.data, answer)
  end
end
