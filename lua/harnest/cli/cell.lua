--- Values of columns as text, and text of servers on a terminal.

local harnest = require "harnest"

local cell = {}

local number_type = math.type or function() end

--- Returns a value as text: numbers to the last digit, containers as JSON; nil for null and for a
-- missing value.
function cell.text(value)
  local kind = type(value)
  if kind == "string" then
    return value
  elseif number_type(value) == "integer" then
    return tostring(value)
  elseif value == nil or value == harnest.null then
    return nil
  elseif kind == "boolean" then
    return tostring(value)
  end
  return harnest.encode(value)
end

local function escape(character)
  return ("\\u%04x"):format(character:byte(-1))
end

--- Returns a text without characters that a terminal obeys, except line ends and tabs: control
-- characters (U+0000 to U+001F, U+007F to U+009F) and those that change the direction of text are
-- shown as in JSON.
function cell.escaped(text)
  if not text:find "[%z\1-\8\11-\31\127-\255]" then
    return text
  end
  return (text:gsub("[%z\1-\8\11-\31\127]", escape):gsub("\194[\128-\159]", escape):gsub("\226\128[\170-\174]",
    function(sequence)
      return ("\\u%04x"):format(0x2000 + sequence:byte(3) % 64)
    end):gsub("\226\129[\166-\169]", function(sequence)
    return ("\\u%04x"):format(0x2040 + sequence:byte(3) % 64)
  end))
end

--- Returns the same on one line: white space is collapsed.
function cell.plain(text)
  return cell.escaped((text:gsub("[\n\r\t ]+", " ")))
end

return cell
