--- harnest sync TYPE FILE
--
-- First reads all resources of the server and makes a plan, since changes would shift the pages that
-- are still to come. Then makes the changes.

local harnest = require "harnest"
local exact_json = require "harnest.cli.exact_json"
local failure = require "harnest.cli.failure"
local outcomes = require "harnest.cli.outcomes"
local pool = require "harnest.cli.pool"
local preview = require "harnest.cli.preview"
local query_options = require "harnest.cli.query_options"
local record_write = require "harnest.cli.record_write"
local records = require "harnest.cli.records"
local settings = require "harnest.cli.settings"
local type_hint = require "harnest.cli.type_hint"

--- Reads the file.
-- @return an array of records with their `line`, a table from id to record, and what `line` counts
-- Raises a usage error for a record that cannot be read, for an id that comes twice, and with --delete
-- if no record has an id.
local function read_file(options)
  local all, by_id = {}, {}
  local next_record, unit = records.open(options.file, {
    format = options.format,
    json = options.json,
    relationships = options.relationships,
    null = options.null,
    empty_is_null = options.null == nil,
  })
  for line, _, record, problem in next_record do
    if not record then
      failure.usage("FILE: %s %d: %s", unit, line, problem)
    elseif record.id and by_id[record.id] then
      failure.usage("FILE: %s %d: the id %s is in %s %d already", unit, line, record.id, unit, by_id[record.id].line)
    elseif record.type == nil then
      record.type = record_write.type_of(record, options)
    else
      record_write.type_of(record, options)
    end
    record.line = line
    all[#all + 1] = record
    if record.id then
      by_id[record.id] = record
    end
  end
  if options.delete and next(by_id) == nil then
    failure.usage("FILE: expected resources%s; --delete would delete everything",
      #all == 0 and ", got none" or (" with ids, got %d without"):format(#all))
  end
  return all, by_id, unit
end

--- Returns a copy of the old members with those of the new ones.
-- @param is_deep  whether the members of objects are merged as well
local function merged(old, new, is_deep)
  local all = {}
  for name, value in pairs(old or {}) do
    all[name] = value
  end
  for name, value in pairs(new or {}) do
    local was = all[name]
    local are_objects = is_deep and type(value) == "table" and type(was) == "table"
      and not harnest.is_array(value) and not harnest.is_array(was)
    all[name] = are_objects and merged(was, value, true) or value
  end
  return all
end

--- Returns the values of a line of CSV as the server has them: a text in the place of a number, a
-- boolean or another value is JSON, and null in the place of nothing is left out.
-- @param is_unquoted  whether null may stand for an empty text
local function typed(old, new, is_unquoted)
  local values = {}
  for name, value in pairs(new) do
    local was = old and old[name]
    if value == harnest.null and was == nil then
      value = nil
    elseif value == harnest.null and was == "" and is_unquoted then
      value = was
    elseif type(value) == "string" and was ~= nil and was ~= harnest.null and type(was) ~= "string" then
      local decoded = exact_json.decode(value)
      value = decoded == nil and value or decoded
    elseif type(value) == "table" and not harnest.is_array(value) and type(was) == "table" then
      value = typed(was, value, is_unquoted)
    end
    values[name] = value
  end
  return values
end

--- Returns the smallest update that gives a resource what a record has; nil if there is nothing to
-- change. What the record does not have stays.
local function update_of(resource, record)
  local attributes = record.attributes
  if record.is_partial then
    attributes = typed(resource.attributes, attributes, record.is_unquoted)
  end
  return harnest.changes(resource, {
    type = resource.type,
    id = resource.id,
    attributes = merged(resource.attributes, attributes, record.is_partial),
    relationships = record.relationships,
  })
end

--- Returns the same. What it raises for wrong data becomes a usage error that names the line.
-- @param unit  string: what lines count
local function placed_update_of(resource, record, unit)
  local data, err = record_write.attempt(update_of, resource, record)
  if err then
    failure.usage("FILE: %s %d: %s", unit, record.line, err.message)
  end
  return data
end

--- Returns the plan: an array of {result, record, data, resource, cells}, and the numbers of resources that
-- are equal, and that only the server has, and what lines count.
local function plan(api, options)
  local all, by_id, unit = read_file(options)
  local steps, found, equal, extra = {}, {}, 0, 0
  for resource in api:list(options.type, query_options.query(options)) do
    local record = by_id[resource.id]
    local data = record and placed_update_of(resource, record, unit)
    if record then
      found[resource.id] = true
    end
    if data then
      steps[#steps + 1] = { result = "updated", line = record.line, resource = resource:ref(), data = data,
        cells = record.is_partial and record.attributes }
    elseif record then
      equal = equal + 1
    elseif options.delete then
      steps[#steps + 1] = { result = "deleted", resource = resource:ref() }
    else
      extra = extra + 1
    end
  end
  for _, record in ipairs(all) do
    if not record.id or not found[record.id] then
      steps[#steps + 1] = { result = "created", line = record.line, record = record,
        cells = record.is_partial and record.attributes }
    end
  end
  return steps, equal, extra, unit
end

--- Makes a change.
-- @return the resource's id; or nil and an error
local function make(api, options, step)
  if step.record then
    return record_write.send(api, { type = options.type, new_type = options.new_type, create = true }, step.record)
  elseif step.data then
    return record_write.finish(api, step.resource.id,
      record_write.attempt(api.update, api, step.resource, step.data))
  end
  return record_write.finish(api, step.resource.id, api:delete(step.resource))
end

--- Returns a function that makes a change and adds its result.
local function maker(api, options, results)
  return function(step)
    local id, err = make(api, options, step)
    type_hint.add(err, step.cells, "--json %s")
    local known = step.resource and step.resource.id or step.record and step.record.id
    if not err then
      results:done { line = step.line, id = id, result = step.result }
    elseif preview.was_shown(err) then
      results:shown()
    else
      results:fail({ line = step.line, id = known }, err)
      if outcomes.ends_all(err, step.record ~= nil) then
        error(err, 0)
      end
    end
  end
end

--- Returns a function that returns the items of an array one by one.
local function each_of(items)
  local position = 0
  return function()
    position = position + 1
    return items[position]
  end
end

return function(options)
  local concurrency = preview.is_on(options) and 1 or options.concurrency or 1
  local reading, client_options = settings.sending_client(options, { max_connections = math.max(concurrency, 8) })
  local steps, equal, extra, unit = plan(reading, options)
  local api = reading
  if preview.is_on(options) then
    api = settings.showing_client(reading, options, client_options)
  end
  local results = outcomes.new(options, unit)
  results:run("changes", "", function()
    pool.run(api, concurrency, each_of(steps), maker(api, options, results))
  end)
  failure.note("%d to change, %d equal%s", #steps, equal,
    extra > 0 and (", %d only on the server; --delete deletes them"):format(extra) or "")
  results:check("changes", "; the output says why")
end
