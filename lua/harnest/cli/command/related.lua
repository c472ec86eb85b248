--- harnest related TYPE ID NAME

local output = require "harnest.cli.output"
local path = require "harnest.cli.path"
local query_options = require "harnest.cli.query_options"
local settings = require "harnest.cli.settings"
local source = require "harnest.cli.source"

return function(options)
  local name = output.name(options, true)
  local api, query = settings.client(options), query_options.query(options)
  local place = path(options.type, options.id, options.name)
  if name == "raw" then
    output.write_raw(api, place, query)
    return
  end
  local format = output.format(name, options, true)
  source.write(api, place, query, query_options.columns(options), name, format)
end
