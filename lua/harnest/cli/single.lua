--- Writes single results: resources, linkage and other values.

local harnest = require "harnest"
local cell = require "harnest.cli.cell"
local output = require "harnest.cli.output"
local show = require "harnest.cli.show"
local writer = require "harnest.cli.writer"

local single = {}

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

--- Writes a resource, or null.
-- @param options  table: the parsed options
function single.resource(resource, options)
  local name = output.name(options, false)
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

--- Writes a linkage: an array of identifiers, an identifier or null.
-- @param options  table: the parsed options
function single.linkage(linkage, options)
  local name = output.name(options, false)
  if name == "json" then
    output.format(name, options, false).value(linkage)
    return
  end
  local identifiers = linkage == harnest.null and {} or harnest.is_array(linkage) and linkage or { linkage }
  local format = output.format(name, options, true)
  if format then
    format.begin { "type", "id" }
  end
  for _, identifier in ipairs(identifiers) do
    if format then
      format.row { identifier.type, identifier.id }
    else
      writer.write(cell.text(identifier.id) or "", "\n")
    end
  end
  if format then
    format.finish()
  end
end

--- Writes any other value as JSON: on one line with --output ndjson, otherwise indented.
-- @param options  table: the parsed options
function single.json(value, options)
  local name = output.name(options, false) == "ndjson" and "ndjson" or "json"
  output.format(name, options, name == "ndjson").value(value)
end

return single
