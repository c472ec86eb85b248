--- harnest link TYPE ID NAME TYPE/ID…

local linking = require "harnest.cli.linking"

return function(options)
  linking.run(options, "add", linking.identifiers)
end
