--- harnest complete [--divided] -- WORD…: candidates for the last word, for the shells' scripts.

local complete = require "harnest.cli.complete"
local writer = require "harnest.cli.writer"

return function(options)
  for _, candidate in ipairs(complete(options.words, options.divided)) do
    writer.write(candidate, "\n")
  end
end
