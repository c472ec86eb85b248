--- harnest get TYPE ID

local harnest = require "harnest"
local cell = require "harnest.cli.cell"
local document = require "harnest.cli.format.document"
local output = require "harnest.cli.output"
local path = require "harnest.cli.path"
local query_options = require "harnest.cli.query_options"
local settings = require "harnest.cli.settings"
local show = require "harnest.cli.show"
local writer = require "harnest.cli.writer"

--- Writes a resource as a row of its attributes.
local function write_row(resource, format)
  local columns, values = { "id" }, { resource.id }
  for i, name in ipairs(show.names(resource.attributes)) do
    columns[i + 1], values[i + 1] = name, resource.attributes[name]
  end
  format.begin(columns)
  format.row(values)
  format.finish()
end

--- Requests a resource; null if there is none.
local function read(api, options, query)
  local resource, err
  if options.id then
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
  local resource = read(api, options, query)
  if name == "json" then
    output.format(name, options, false).value(resource)
  elseif resource == harnest.null then
    return -- an empty relationship: no rows
  elseif name == "table" then
    show.resource(resource, options)
  elseif name == "ids" then
    writer.write(cell.text(resource.id) or "", "\n")
  elseif name == "ndjson" then
    output.format(name, options, true).value(resource)
  else
    write_row(resource, output.format(name, options, false))
  end
end
