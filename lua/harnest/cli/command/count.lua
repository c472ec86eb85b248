--- harnest count TYPE

local query_options = require "harnest.cli.query_options"
local settings = require "harnest.cli.settings"
local writer = require "harnest.cli.writer"

return function(options)
  local count, err = settings.client(options):count(options.type, query_options.query(options))
  if not count then
    error(err, 0)
  end
  writer.write(("%d\n"):format(count))
end
