--- The ETags that resources came with (RFC 9110, 8.8.3), kept beside them: a resource itself has no place for one.

local core = require "harnest.core"

local etag = {}

local etags = setmetatable({}, { __mode = "k" })

--- Notes the ETag of an answer for the one resource that it brought.
-- @return the resource
function etag.keep(resource, answer)
  etags[resource] = answer.headers.etag
  return resource
end

--- The ETag that a resource came with, nil without one: for `if_match` in a write.
function etag.of(resource)
  local found = etags[resource]
  if found == nil and type(resource) ~= "table" and core.unwrap_view(resource) == resource then
    core.usage_error("harnest.etag: expected a resource, got " .. type(resource))
  end
  return found
end

local views = core.view_methods
local plain = views.table

--- `view:table()`: the plain resource, which has the view's ETag.
function views.table(view)
  local resource = plain(view)
  etags[resource] = etags[resource] or etags[view]
  return resource
end

return etag
