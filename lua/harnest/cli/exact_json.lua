--- JSON that users write: no digit of a number is lost unnoticed.

local harnest = require "harnest"

local exact_json = {}

local ALWAYS_KEPT = 15 -- significant digits that every float keeps

--- Returns a number's significant digits and the exponent of the first one, as text that is equal
-- for equal numbers.
local function canonical(literal)
  local sign, whole, fraction, exponent = literal:match "^(%-?)(%d*)%.?(%d*)[eE]?([+-]?%d*)$"
  local digits = whole .. fraction
  local zeros, rest = digits:match "^(0*)(%d*)$"
  local first = #whole - #zeros + (tonumber(exponent) or 0)
  rest = rest:gsub("0+$", "")
  if rest == "" then
    return "0"
  end
  return sign .. rest .. "e" .. ("%d"):format(first)
end

--- Returns the first number of a JSON text that Lua's numbers cannot hold; nil if there is none.
local function lost_number(text)
  local bare = text:gsub("\\.", ""):gsub('"[^"]*"', "")
  for literal in bare:gmatch "%-?%d[%d.eE+-]*" do
    if #literal > ALWAYS_KEPT or literal:find "[eE]" then
      local number = harnest.decode(literal)
      if not number or canonical(harnest.encode(number)) ~= canonical(literal) then
        return literal
      end
    end
  end
end

--- Decodes JSON.
-- @param text  string
-- @return the value; or nil and a message if the text is no JSON, or has a number with more digits
-- than Lua's numbers keep
function exact_json.decode(text)
  local value, problem = harnest.decode(text)
  if value == nil then
    return nil, problem
  end
  local lost = lost_number(text)
  if lost then
    return nil, ("the number %s has more digits than can be kept"):format(lost)
  end
  return value
end

return exact_json
