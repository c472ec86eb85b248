-- Content negotiation: the media types of requests and responses, with the parameters ext and
-- profile.

local problem = require "sandbox.problem"

local negotiation = {}

local MEDIA_TYPE = "application/vnd.api+json"
local ATOMIC = "https://jsonapi.org/ext/atomic"
local known = { [ATOMIC] = true } -- extensions, by URI

negotiation.media_type = MEDIA_TYPE
negotiation.atomic_media_type = MEDIA_TYPE .. '; ext="' .. ATOMIC .. '"'

-- Returns the extensions in media type parameters (";a=b;c=d"), or nil if JSON:API does not allow
-- the parameters. `also` is one further parameter that is allowed.
local function extensions_of(text, also)
  local extensions = {}
  for name, value in text:gmatch(";%s*([%w-]+)%s*=%s*(%b\"\")") do
    if name == "ext" then
      for uri in value:sub(2, -2):gmatch("%S+") do
        if not known[uri] then return nil end
        extensions[uri] = true
      end
    elseif name ~= "profile" then
      return nil
    end
  end
  for name in text:gsub("%b\"\"", '""'):gmatch(";%s*([%w-]+)") do
    if name ~= "ext" and name ~= "profile" and name ~= also then return nil end
  end
  return extensions
end

local function is_accepted(media_type, parameters, extension)
  if media_type == "*/*" or media_type == "application/*" then return true end
  local extensions = media_type == MEDIA_TYPE and extensions_of(parameters, "q")
  return extensions and (not extension or extensions[extension])
end

local function check_accept(extension)
  local accept = ngx.var.http_accept
  if not accept then return end
  local ranges = accept:gsub('%b""', function(quoted) return (quoted:gsub(",", "%%2C")) end)
  for range in (ranges .. ","):gmatch("%s*(.-)%s*,") do
    local media_type, parameters = range:match("^([^;%s]+)%s*(.*)$")
    local refused = parameters and parameters:find(";%s*q%s*=%s*0%.?0*%s*$")
    if media_type and not refused and is_accepted(media_type, parameters, extension) then return end
  end
  problem.raise(406, "the server sends only " .. MEDIA_TYPE .. (extension and ' with ext="' .. extension .. '"' or "")
    .. " with no parameters but ext and profile", { source = { header = "Accept" } })
end

local function check_content_type(extension)
  local media_type, parameters = (ngx.var.http_content_type or ""):match("^([^;%s]+)%s*(.*)$")
  local extensions = media_type == MEDIA_TYPE and extensions_of(parameters)
  if not extensions or extension and not extensions[extension] then
    problem.raise(415, "Content-Type must be " .. MEDIA_TYPE .. (extension and ' with ext="' .. extension .. '"' or ""),
      { source = { header = "Content-Type" } })
  end
end

-- Checks Accept and Content-Type. Atomic operations need their extension in both.
function negotiation.check(request)
  local extension = request.is_atomic and ATOMIC or nil
  check_accept(extension)
  if request.body ~= "" or extension then check_content_type(extension) end
  if extension then request.media_type = negotiation.atomic_media_type end
end

return negotiation
