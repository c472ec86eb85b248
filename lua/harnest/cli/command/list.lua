--- harnest list TYPE

local output = require "harnest.cli.output"
local source = require "harnest.cli.source"

return function(options)
  if options.checkpoint then
    require "harnest.cli.checkpointed_output"(options, output.name(options, true))
  else
    source.run(options, options.type)
  end
end
