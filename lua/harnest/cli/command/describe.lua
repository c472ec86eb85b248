--- harnest describe TYPE

local cell = require "harnest.cli.cell"
local names = require "harnest.cli.names"
local output = require "harnest.cli.output"
local query_options = require "harnest.cli.query_options"
local settings = require "harnest.cli.settings"
local writer = require "harnest.cli.writer"

return function(options)
  local name = output.name(options, false)
  local description, err = settings.client(options):describe(options.type, query_options.query(options))
  if not description then
    error(err, 0)
  end
  names.keep_description(options, options.type, description)
  if name == "table" then
    writer.write(cell.escaped(tostring(description)), "\n")
  else
    output.format(name, options, name == "ndjson").value(description)
  end
end
