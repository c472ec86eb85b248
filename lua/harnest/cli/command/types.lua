--- harnest types

local names = require "harnest.cli.names"
local output = require "harnest.cli.output"
local settings = require "harnest.cli.settings"
local writer = require "harnest.cli.writer"

return function(options)
  local types, err = settings.client(options):types()
  if not types then
    error(err, 0)
  end
  names.keep_types(options, types)
  local name = options.output or "ids" -- one name a line, also on a terminal
  if name == "ids" then
    for _, link in ipairs(types) do
      writer.write(link.name, "\n")
    end
    return
  end
  local format = output.format(name, options, true)
  format.begin { "name", "href" }
  for _, link in ipairs(types) do
    format.row { link.name, link.href }
  end
  format.finish()
end
