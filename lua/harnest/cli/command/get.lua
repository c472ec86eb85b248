--- harnest get TYPE ID

local failure = require "harnest.cli.failure"
local query_options = require "harnest.cli.query_options"
local settings = require "harnest.cli.settings"
local show = require "harnest.cli.show"

return function(options)
  local api, query = settings.client(options), query_options.query(options)
  local resource, err
  if options.id then
    resource, err = api:get(options.type, options.id, query)
  else
    resource, err = api:get(options.type, query)
  end
  if err then
    error(err, 0)
  elseif resource == nil then
    failure.usage("there is no resource at %s: data is null", options.type)
  end
  show.resource(resource, options)
end
