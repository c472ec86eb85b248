--- harnest related TYPE ID NAME

local path = require "harnest.cli.path"
local source = require "harnest.cli.source"

return function(options)
  source.run(options, path(options.type, options.id, options.name))
end
