--- `err:details()`: an error object as several lines, for logs and terminals.

local core = require "harnest.core"

--- Returns a value as one line of text.
local function line_of(value)
  return (tostring(value):gsub("%c", " "))
end

--- Returns the error as several lines: its message, a line for each of the server's error objects,
-- the request id, the attempts and the seconds that the call took, as far as it has them. Values of
-- the server are shortened as in messages.
-- @return a string without a line feed at its end
return function(err)
  if type(err) ~= "table" then
    core.usage_error("details: expected an error object, got " .. core.describe(err)
      .. "; methods are called as err:name(...)")
  end
  local lines = { line_of(err) }
  local function add(label, value)
    if value ~= nil then
      lines[#lines + 1] = "  " .. line_of(label .. tostring(value))
    end
  end
  for _, object in ipairs(type(err.errors) == "table" and err.errors or {}) do
    add("", type(object) == "table" and core.error_line(object) or "no reason given")
  end
  add("request id: ", err.request_id)
  add("attempts: ", err.attempts)
  add("seconds: ", type(err.seconds) == "number" and ("%.3f"):format(err.seconds) or nil)
  return table.concat(lines, "\n")
end
