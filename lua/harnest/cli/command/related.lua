--- harnest related TYPE ID NAME

local output = require "harnest.cli.output"
local path = require "harnest.cli.path"
local query_options = require "harnest.cli.query_options"
local settings = require "harnest.cli.settings"
local source = require "harnest.cli.source"

return function(options)
  local name = output.name(options, true)
  local format = output.format(name, options, true)
  local columns = query_options.columns(options)
  local place = path(options.type, options.id, options.name)
  source.write(settings.client(options), place, query_options.query(options), columns, name, format)
end
