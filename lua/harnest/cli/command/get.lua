--- harnest get TYPE ID

local harnest = require "harnest"
local failure = require "harnest.cli.failure"
local document = require "harnest.cli.format.document"
local output = require "harnest.cli.output"
local path = require "harnest.cli.path"
local query_options = require "harnest.cli.query_options"
local resource_path = require "harnest.cli.resource_path"
local settings = require "harnest.cli.settings"
local single = require "harnest.cli.single"

--- Requests a resource; null if there is none.
local function read(api, options, query)
  local resource, err
  if not options.id and not resource_path.is(options.type) then
    failure.usage("ID: expected the id of a resource, or a path in the place of TYPE, got nothing")
  elseif options.id then
    resource, err = api:get(options.type, options.id, query)
  else
    resource, err = api:get(options.type, query)
  end
  if err then
    error(err, 0)
  end
  return resource == nil and harnest.null or resource
end

--- Requests and writes a whole document.
local function write_document(api, options, query)
  local contents, err = api:fetch(options.id and path(options.type, options.id) or options.type, query)
  if not contents then
    error(err, 0)
  end
  document.write(contents)
end

return function(options)
  local name = output.name(options, false)
  local api, query = settings.client(options), query_options.query(options)
  if options.document then
    write_document(api, options, query)
    return
  elseif name == "raw" then
    output.write_raw(api, options.id and path(options.type, options.id) or options.type, query)
    return
  end
  single.resource(read(api, options, query), options)
end
