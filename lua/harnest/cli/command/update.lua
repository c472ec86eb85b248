--- harnest update TYPE ID FIELD…

local failure = require "harnest.cli.failure"
local fields = require "harnest.cli.fields"
local resource_path = require "harnest.cli.resource_path"
local settings = require "harnest.cli.settings"
local type_hint = require "harnest.cli.type_hint"
local write_result = require "harnest.cli.write_result"

return function(options)
  local resource, texts = resource_path.target(options, options.fields)
  local attributes, relationships = fields.attributes(texts), fields.relationships(options.relationship)
  if not attributes and not relationships then
    if options.id and options.id:find "[:=@]" then
      failure.usage('ID: expected the id of a resource before its fields, got "%s"', options.id)
    end
    failure.usage "FIELD: expected at least one field or option -r, got none"
  end
  write_result.check(options)
  local api = settings.client(options)
  local result, err = api:update(resource, {
    attributes = attributes,
    relationships = relationships,
    if_match = options.if_match,
    idempotency_key = options.idempotency_key,
  }, write_result.query(options))
  type_hint.add(err, attributes, "%s:=%s")
  write_result.show(options, "updated", api, result, err)
end
