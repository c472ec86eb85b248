--- Values of columns as text.

local harnest = require "harnest"

local cell = {}

--- Returns a value as text: numbers to the last digit, containers as JSON; nil for null and for a
-- missing value.
function cell.text(value)
  local kind = type(value)
  if kind == "string" then
    return value
  elseif value == nil or value == harnest.null then
    return nil
  elseif kind == "boolean" then
    return tostring(value)
  end
  return harnest.encode(value)
end

local escapes = { ["\n"] = " ", ["\r"] = " ", ["\t"] = " " }

--- Returns a text on one line, without characters that a terminal obeys: white space is collapsed,
-- control characters are shown as in JSON.
function cell.plain(text)
  text = text:gsub("[\n\r\t]", escapes):gsub(" +", " ")
  text = text:gsub("[%z\1-\31\127]", function(character)
    return ("\\u%04x"):format(character:byte())
  end)
  -- the controls U+0080 to U+009F
  return (text:gsub("\194([\128-\159])", function(character)
    return ("\\u%04x"):format(character:byte())
  end))
end

return cell
