--- ETags of resources (RFC 9110, 8.8.3). They are kept beside the resources, whose tables hold only
-- JSON:API members.

local core = require "harnest.core"

local etag = {}

local etags = setmetatable({}, { __mode = "k" })

--- Records the response's ETag for the single resource that the response contains.
-- @param resource  a resource or view
-- @param answer    the response's table
-- @return the resource
function etag.keep(resource, answer)
  etags[resource] = answer.etag
  return resource
end

--- Returns the ETag of a resource, for `if_match` in a write; nil if the server sent none.
-- Raises a usage error if the value is not a resource.
function etag.of(resource)
  if type(core.unwrap_view(resource)) ~= "table" then
    core.usage_error("harnest.etag: expected a resource, got " .. core.describe(resource))
  end
  return etags[resource]
end

local views = core.view_methods
local view_table = views.table

--- `view:table()`: returns the plain resource, with the view's ETag.
function views.table(view)
  local resource = view_table(view)
  etags[resource] = etags[resource] or etags[view]
  return resource
end

return etag
