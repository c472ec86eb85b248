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
  local api, query, place = settings.client(options), query_options.query(options), options.type
  if name == "raw" then
    output.write_raw(api, place, query)
    return
  end
  local format = output.format(name, options, true)
  source.write(api, place, query, query_options.columns(options), name, format)
end
