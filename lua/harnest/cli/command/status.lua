--- harnest status

local settings = require "harnest.cli.settings"
local writer = require "harnest.cli.writer"

return function(options)
  local facts = settings.resolve(options)
  local api = settings.client(options)
  writer.write("server   ", (tostring(api):gsub("^harnest%.client: ", "")), "\n")
  writer.write("profile  ", facts.profile or "none", "\n")
  writer.write("config   ", facts.path, "\n")
  writer.write("token    ", facts.token_source, "\n")
end
