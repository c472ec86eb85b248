--- harnest types

local settings = require "harnest.cli.settings"
local writer = require "harnest.cli.writer"

return function(options)
  local types, err = settings.client(options):types()
  if not types then
    error(err, 0)
  end
  for _, link in ipairs(types) do
    writer.write(link.name, "\n")
  end
end
