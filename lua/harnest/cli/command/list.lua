--- harnest list TYPE

local output = require "harnest.cli.output"
local query_options = require "harnest.cli.query_options"
local settings = require "harnest.cli.settings"
local source = require "harnest.cli.source"

return function(options)
  local name = output.name(options, true)
  if options.checkpoint then
    require "harnest.cli.checkpointed_output"(options, name)
    return
  end
  local format = output.format(name, options, true)
  local columns = query_options.columns(options)
  source.write(settings.client(options), options.type, query_options.query(options), columns, name, format)
end
