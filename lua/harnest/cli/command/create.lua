--- harnest create TYPE FIELD…

local failure = require "harnest.cli.failure"
local fields = require "harnest.cli.fields"
local resource_path = require "harnest.cli.resource_path"
local settings = require "harnest.cli.settings"
local type_hint = require "harnest.cli.type_hint"
local write_result = require "harnest.cli.write_result"

--- Returns the type of the new resource: the argument, or what the path or --type names.
local function type_of(options)
  if options.new_type then
    return options.new_type
  elseif not resource_path.is(options.type) then
    return options.type
  end
  return options.type:match "^/?([^/?]+)$"
    or failure.usage("option --type: expected, since %s does not say which type the new resource has", options.type)
end

return function(options)
  write_result.check(options)
  local api, attributes = settings.client(options), fields.attributes(options.fields)
  local result, err = api:create(options.type, {
    type = type_of(options),
    id = options.new_id,
    attributes = attributes,
    relationships = fields.relationships(options.relationship),
    idempotency_key = options.idempotency_key,
  }, write_result.query(options))
  type_hint.add(err, attributes, "%s:=%s")
  write_result.show(options, "created", api, result, err)
end
