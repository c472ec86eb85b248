--- harnest delete TYPE ID…

local failure = require "harnest.cli.failure"
local preview = require "harnest.cli.preview"
local resource_path = require "harnest.cli.resource_path"
local settings = require "harnest.cli.settings"

-- Errors of one resource, after which the others are deleted.
local goes_on = { not_found = true, forbidden = true, conflict = true, invalid = true, bad_request = true }

--- Returns the resources that the arguments name.
local function resources_of(options)
  local resources = {}
  if resource_path.is(options.type) then
    resources[1] = resource_path.resource(options.type, "TYPE")
  elseif #options.ids == 0 then
    failure.usage("ID: expected at least one id, or a path in the place of TYPE, got nothing")
  end
  for i, id in ipairs(options.ids) do
    if resources[1] and resources[1].links then
      resources[i + 1] = resource_path.resource(id, "ID")
    else
      resources[i] = { type = options.type, id = id }
    end
  end
  return resources
end

local function check_single(options, resources)
  for _, name in ipairs { "if_match", "idempotency_key" } do
    if options[name] and #resources > 1 then
      failure.usage("option --%s: expected with one resource only, got %d", name:gsub("_", "-"), #resources)
    end
  end
end

return function(options)
  local resources, failed = resources_of(options), nil
  check_single(options, resources)
  local api = settings.client(options)
  local order = { if_match = options.if_match, idempotency_key = options.idempotency_key }
  for _, resource in ipairs(resources) do
    local result, err = api:delete(resource, order)
    if result ~= nil then
      result, err = api:wait(result)
    end
    if result == nil and not preview.was_shown(err) then
      if not goes_on[err.kind] or #resources == 1 then
        error(err, 0)
      end
      failure.report(err, options)
      failed = failed or err
    end
  end
  if failed then
    failed.is_reported = true
    error(failed, 0)
  end
end
