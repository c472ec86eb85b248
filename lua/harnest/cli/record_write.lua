--- Sends records as creates and updates.

local failure = require "harnest.cli.failure"
local resource_path = require "harnest.cli.resource_path"

local record_write = {}

--- Whether a record is sent as an update: it has an id, unless --create says that these are new.
function record_write.is_update(record, options)
  return record.id ~= nil and not options.create
end

--- Returns the type of a record.
-- @param options  table: type (a type or path), new_type
-- Raises a usage error if it is another one than the command says, or unknown.
function record_write.type_of(record, options)
  local stated = not resource_path.is(options.type) and options.type or options.new_type
    or options.type:match "^/?([^/?]+)$"
  if stated and record.type ~= nil and record.type ~= stated then
    failure.usage('type: expected "%s", got "%s"', stated, tostring(record.type))
  end
  return stated or record.type
    or failure.usage("option --type: expected, since %s does not say which type the resources have", options.type)
end

local function write(api, options, record, key)
  local data = {
    type = record_write.type_of(record, options),
    attributes = record.attributes,
    relationships = record.relationships,
    idempotency_key = key,
  }
  if record_write.is_update(record, options) then
    return api:update({ type = data.type, id = record.id }, data)
  end
  data.id = record.id
  return api:create(options.type, data)
end

--- Calls a method of the client. What it raises for wrong data becomes an error of kind "input".
-- @return its result; or nil and an error
function record_write.attempt(fn, ...)
  local done, result, err = pcall(fn, ...)
  if done then
    return result, err
  end
  err = failure.object(result)
  if err.kind ~= "usage" then
    error(result, 0)
  end
  return nil, failure.new("input", "%s", err.message)
end

--- Returns the results of a write, after the job if the server makes it one.
-- @param api     the client
-- @param id      string or nil: the resource's id, if it was known before
-- @param result  what the write returned: the result, or nil
-- @param err     its error
-- @return the resource's id (nil if the server did not say it); or nil and an error
function record_write.finish(api, id, result, err)
  if type(result) == "table" and result.accepted then
    result, err = api:wait(result)
    if err and not err.status then
      err.outcome_unknown = true -- the poll failed, not the write
    end
  end
  if result == nil and err then
    return nil, err
  end
  return type(result) == "table" and result.id or id, nil
end

--- Sends a record and waits for its job, if the server makes it one.
-- @param api      the client
-- @param options  table: type, new_type, create
-- @param record   table {id, type, attributes, relationships}
-- @param key      string or nil: the Idempotency-Key
-- @return as record_write.finish
function record_write.send(api, options, record, key)
  return record_write.finish(api, record.id, record_write.attempt(write, api, options, record, key))
end

return record_write
