--- harnest status

local cassette = require "harnest.cli.cassette"
local output = require "harnest.cli.output"
local settings = require "harnest.cli.settings"

return function(options)
  local facts = settings.resolve(options)
  local api = settings.client(options)
  local server = tostring(api):gsub("^harnest%.client: ", "")
  local members = { "server", "profile", "config", "token", "cassette" }
  local values = { server, facts.profile or "none", facts.path, facts.token_source, cassette.state(api) }
  local name = options.output or "table"
  local format = output.format(name == "ids" and "table" or name, options, true)
  if name == "table" then
    format.begin { "fact", "value" }
    for i, member in ipairs(members) do
      format.row { member, values[i] }
    end
  else
    format.begin(members)
    format.row(values)
  end
  format.finish()
end
