--- Shows single results: resources, identifiers and documents.

local harnest = require "harnest"
local output = require "harnest.cli.output"
local writer = require "harnest.cli.writer"

local show = {}

local function sorted_names(members)
  local names = {}
  for name in pairs(members or {}) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

--- Writes a resource for people: a line for each field.
local function write_fields(resource, options)
  local format = output.format("table", options, true)
  format.begin { "field", "value" }
  format.row { "id", resource.id }
  format.row { "type", resource.type }
  for _, part in ipairs { "attributes", "relationships" } do
    for _, name in ipairs(sorted_names(resource[part])) do
      format.row { name, resource[part][name] }
    end
  end
  format.finish()
end

--- Writes a value in one of the formats for single values.
local function write_value(value, name, options)
  output.format(name, options, name == "ndjson").value(value)
end

--- Writes a resource.
-- @param options  table: the parsed options
function show.resource(resource, options)
  local name = output.name(options, false)
  if name == "table" then
    write_fields(resource, options)
  elseif name == "ids" then
    writer.write(resource.id, "\n")
  else
    write_value(resource, name, options)
  end
end

--- Writes a linkage: an array of identifiers, an identifier or null.
-- @param options  table: the parsed options
function show.linkage(linkage, options)
  local name = output.name(options, false)
  if name ~= "table" and name ~= "ids" then
    write_value(linkage, name, options)
    return
  end
  local identifiers = linkage == harnest.null and {} or harnest.is_array(linkage) and linkage or { linkage }
  local format = name == "table" and output.format(name, options, true)
  if format then
    format.begin { "type", "id" }
  end
  for _, identifier in ipairs(identifiers) do
    if format then
      format.row { identifier.type, identifier.id }
    else
      writer.write(identifier.id, "\n")
    end
  end
  if format then
    format.finish()
  end
end

--- Writes any other value as JSON, indented for a terminal and by default.
-- @param options  table: the parsed options
function show.json(value, options)
  local name = output.name(options, false)
  write_value(value, name == "ndjson" and name or "json", options)
end

return show
