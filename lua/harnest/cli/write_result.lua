--- The results of writes.

local failure = require "harnest.cli.failure"
local query_options = require "harnest.cli.query_options"
local single = require "harnest.cli.single"
local writer = require "harnest.cli.writer"

local write_result = {}

--- Raises a usage error for a format that the result of a write does not have, before it is sent.
function write_result.check(options)
  if options.output == "raw" then
    failure.usage "option --output: expected another format than raw for a write; harnest request has raw"
  end
end

--- Returns the query of a write: what the response contains.
function write_result.query(options)
  return query_options.query { include = options.include, param = options.param }
end

--- Returns the result of a write, after the job if the server makes it one.
-- @param api     the client
-- @param result  what the write returned: the result, or nil
-- @param err     its error
-- Raises the error.
function write_result.wait(api, result, err)
  if result ~= nil then
    result, err = api:wait(result)
  end
  if result == nil and err then
    error(err, 0)
  end
  return result
end

--- Writes what a write returned. If it cannot be written, the message says what was done; if the reader
-- of a pipe has gone, a note says it.
-- @param done  string: what was done, such as "created drafts/14"
-- @param fn    function that writes
function write_result.output(done, fn)
  local is_written, raised = pcall(function()
    fn()
    writer.flush()
  end)
  if is_written then
    return
  elseif raised == writer.READER_GONE then
    failure.note("%s, but the reader of the output has gone", done)
  elseif type(raised) == "table" and raised.kind == "output" then
    raised.message = done .. ", but " .. raised.message
  end
  error(raised, 0)
end

--- Writes the resource that a write returned, if it returned one. Arguments as for
-- write_result.wait, after the parsed options and what was done, such as "created".
function write_result.show(options, done, api, result, err)
  result = write_result.wait(api, result, err)
  if type(result) == "table" then
    write_result.output(("%s %s/%s"):format(done, tostring(result.type), tostring(result.id)), function()
      single.resource(result, options)
    end)
  end
end

return write_result
