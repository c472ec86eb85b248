--- harnest.encode and harnest.decode: values as JSON text.

local core = require "harnest.core"

local json_text = {}

--- Encodes a value as JSON, without loss.
-- @param value    any value that JSON can represent
-- @param options  table or nil: `indent`, a whole number of spaces a level from 0 (the default: one
--                 line without spaces) to 16
-- @return a string
-- Raises a usage error, with the value's path, for one that JSON cannot represent, and for a wrong
-- option.
function json_text.encode(value, options)
  if options == nil then
    return core.encode(value, "plain", "harnest.encode: value")
  elseif type(options) ~= "table" then
    core.usage_error("harnest.encode: options: expected a table, got " .. core.describe(options))
  end
  core.check_members(options, "encode", "harnest.encode: option ")
  return core.encode(value, "plain", "harnest.encode: value", rawget(options, "indent"))
end

--- Decodes JSON, without loss of nulls or empty arrays. As with lua-cjson, integers that Lua cannot
-- represent become the nearest float: those beyond 64 bits, and without integers those beyond 2^53.
-- @param text  string
-- @return the value; or nil and a message if the string is not JSON
-- Raises a usage error if `text` is not a string.
function json_text.decode(text)
  if type(text) ~= "string" then
    core.usage_error("harnest.decode: text: expected a string, got " .. core.describe(text))
  end
  return core.decode(text)
end

return json_text
