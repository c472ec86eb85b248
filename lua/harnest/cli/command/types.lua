--- harnest types

local names = require "harnest.cli.names"
local output = require "harnest.cli.output"
local settings = require "harnest.cli.settings"
local writer = require "harnest.cli.writer"

--- Writes the names, one a line.
local function write_names(types)
  for _, link in ipairs(types) do
    writer.write(link.name, "\n")
  end
end

--- Writes a row for each type.
local function write_rows(types, format)
  format.begin { "name", "href" }
  for _, link in ipairs(types) do
    format.row { link.name, link.href }
  end
  format.finish()
end

return function(options)
  local name = options.output or "ids" -- also on a terminal
  local format = name ~= "ids" and output.format(name, options, true)
  local types, err = settings.client(options):types()
  if not types then
    error(err, 0)
  end
  names.keep_types(options, types)
  if format then
    write_rows(types, format)
  else
    write_names(types)
  end
end
