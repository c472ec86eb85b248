--- Resources that a path names in the place of a type and an id, such as /contracts/1.

local failure = require "harnest.cli.failure"

local resource_path = {}

--- Whether an argument is a path.
function resource_path.is(text)
  return text:find("/", 1, true) ~= nil
end

local function decoded(segment)
  return (segment:gsub("%%(%x%x)", function(digits)
    return string.char(tonumber(digits, 16))
  end))
end

--- Returns the resource at a path, whose last two segments are its type and its id.
-- @param text  string
-- @param what  string: the argument's name, for messages
-- Raises a usage error for a path with fewer segments.
function resource_path.resource(text, what)
  local type_name, id = text:match "([^/]+)/([^/]+)$"
  if not type_name or text:find("?", 1, true) then
    failure.usage('%s: expected a path that ends in TYPE/ID, such as /contracts/1, got "%s"', what, text)
  end
  return { type = decoded(type_name), id = decoded(id), links = { self = text } }
end

--- Returns the resource that the arguments TYPE and ID name, and the arguments after them. If TYPE
-- is a path, it names the resource alone, and ID is the first of the further arguments.
-- @param options  table: type, id (string or nil)
-- @param rest     array of strings: the further arguments
function resource_path.target(options, rest)
  local more = {}
  if resource_path.is(options.type) then
    more[1] = options.id
  elseif not options.id then
    failure.usage("ID: expected the id of a resource, or a path in the place of TYPE, got nothing")
  end
  for _, argument in ipairs(rest) do
    more[#more + 1] = argument
  end
  if resource_path.is(options.type) then
    return resource_path.resource(options.type, "TYPE"), more
  end
  return { type = options.type, id = options.id }, more
end

return resource_path
