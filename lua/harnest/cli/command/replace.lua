--- harnest replace TYPE ID NAME TYPE/ID…

local harnest = require "harnest"
local linking = require "harnest.cli.linking"

--- With --many the linkage is an array whatever the number of targets.
local function read_many(texts)
  return #texts == 0 and harnest.array {} or linking.identifiers(texts)
end

return function(options)
  linking.run(options, "replace", options.many and read_many or linking.linkage)
end
