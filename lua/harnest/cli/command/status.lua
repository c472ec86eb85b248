--- harnest status

local output = require "harnest.cli.output"
local settings = require "harnest.cli.settings"

return function(options)
  local facts = settings.resolve(options)
  local server = tostring(settings.client(options)):gsub("^harnest%.client: ", "")
  local members = { "server", "profile", "config", "token" }
  local values = { server, facts.profile or "none", facts.path, facts.token_source }
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
