--- Arrays that stay arrays when they are empty: tables with a metatable that JSON encoders use.

local core = require "harnest.core"

-- lua-cjson's own metatable is used if it has one, so that lua-cjson encodes our empty arrays as
-- arrays.
local has_cjson, cjson = pcall(require, "cjson")
local metatable = has_cjson and cjson.array_mt or { __name = "harnest.array" }
core.set_array_metatable(metatable)

-- Shows the number of items. lua-cjson's own metatable is left as it is.
if not (has_cjson and cjson.array_mt) then
  metatable.__tostring = function(self)
    local count = type(self) == "table" and core.array_length(self)
    return count and ("harnest.array: %d item%s"):format(count, count == 1 and "" or "s") or "harnest.array"
  end
end

-- Metatables and values that mark an array: always ("array"), or only if it is empty ("empty").
-- OpenResty's cjson has these marks; Debian's does not.
local marks = { [metatable] = "array" }
if has_cjson then
  local meanings = { array_mt = "array", empty_array_mt = "empty", empty_array = "empty" }
  for name, meaning in pairs(meanings) do
    local mark = cjson[name]
    if mark ~= nil then
      marks[mark] = meaning
    end
  end
end
core.set_array_marks(marks)

local array = {}

--- Marks a table as an array, so that JSON encoders write it as [] if it is empty.
-- @param t  table without a metatable, or nil for a new one
-- @return the same table
-- Raises a usage error for any other value.
function array.new(t)
  if t ~= nil and type(t) ~= "table" then
    core.usage_error("harnest.array: expected a table, got " .. core.describe(t))
  end
  local own = t and getmetatable(t)
  if own and not marks[own] then
    core.usage_error(("harnest.array: expected a plain table, got one with a metatable (%s)")
      :format(type(own) == "table" and type(rawget(own, "__name")) == "string"
        and rawget(own, "__name") or "without a name"))
  end
  t = t or {}
  if not pcall(setmetatable, t, metatable) then
    core.usage_error "harnest.array: expected a plain table, got one with a protected metatable"
  end
  return t
end

--- Returns whether a value is an array: a table with an array's metatable or mark, a table with an
-- item at 1, or a view of an array.
function array.is(t)
  return type(t) == "table" and (marks[getmetatable(t)] ~= nil or rawget(t, 1) ~= nil)
    or core.shows_array(t)
end

--- Returns a new empty table for an empty array, which PHP sends for an empty object; else the value
-- itself.
-- @param t  any value
function array.as_object(t)
  if array.is(t) and next(core.unwrap_view(t)) == nil then
    return {}
  end
  return t
end

return array
