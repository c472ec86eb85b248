--- Shows single results: resources, linkage and other values.

local harnest = require "harnest"
local cell = require "harnest.cli.cell"
local output = require "harnest.cli.output"
local writer = require "harnest.cli.writer"

local show = {}

--- Returns the names of an object's members, sorted; none if it is no object.
local function names_of(object)
  local names = {}
  for name in pairs(type(object) == "table" and object or {}) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

--- Writes a resource for people: a line for each field.
local function write_fields(resource, format)
  format.begin { "field", "value" }
  format.row { "id", resource.id }
  format.row { "type", resource.type }
  for _, part in ipairs { "attributes", "relationships" } do
    for _, name in ipairs(names_of(resource[part])) do
      local value = resource[part][name]
      if part == "relationships" and type(value) == "table" and value.data ~= nil then
        value = value.data
      end
      format.row { name, value }
    end
  end
  format.finish()
end

--- Writes a resource as a row of its attributes.
local function write_row(resource, format)
  local columns, values = { "id" }, { resource.id }
  for i, name in ipairs(names_of(resource.attributes)) do
    columns[i + 1], values[i + 1] = name, resource.attributes[name]
  end
  format.begin(columns)
  format.row(values)
  format.finish()
end

--- Writes a resource, or null.
-- @param options  table: the parsed options
function show.resource(resource, options)
  local name = output.name(options, false)
  if name == "json" then
    output.format(name, options, false).value(resource)
  elseif resource == harnest.null then
    return -- an empty relationship: no rows
  elseif name == "table" then
    write_fields(resource, output.format(name, options, false))
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
function show.linkage(linkage, options)
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
function show.json(value, options)
  local name = output.name(options, false) == "ndjson" and "ndjson" or "json"
  output.format(name, options, name == "ndjson").value(value)
end

return show
