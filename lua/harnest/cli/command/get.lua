--- harnest get TYPE ID

local failure = require "harnest.cli.failure"
local output = require "harnest.cli.output"
local query_options = require "harnest.cli.query_options"
local settings = require "harnest.cli.settings"
local writer = require "harnest.cli.writer"

--- Writes a resource for people: a line for each field.
local function write_fields(resource, options)
  local format = output.format("table", options, true)
  format.begin { "field", "value" }
  format.row { "id", resource.id }
  format.row { "type", resource.type }
  for _, part in ipairs { "attributes", "relationships" } do
    local names = {}
    for name in pairs(resource[part] or {}) do
      names[#names + 1] = name
    end
    table.sort(names)
    for _, name in ipairs(names) do
      format.row { name, resource[part][name] }
    end
  end
  format.finish()
end

return function(options)
  local name = output.name(options, false)
  local api, query = settings.client(options), query_options.query(options)
  local resource, err
  if options.id then
    resource, err = api:get(options.type, options.id, query)
  else
    resource, err = api:get(options.type, query)
  end
  if err then
    error(err, 0)
  elseif resource == nil then
    failure.usage("there is no resource at %s: data is null", options.type)
  elseif name == "table" then
    write_fields(resource, options)
  elseif name == "ids" then
    writer.write(resource.id, "\n")
  elseif name == "ndjson" then
    output.format(name, options, true).value(resource)
  else
    output.format(name, options, false).value(resource)
  end
end
