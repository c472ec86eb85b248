--- Arrays that stay arrays when they are empty: tables with a metatable that writers of JSON know.

local core = require "harnest.core"

-- Where lua-cjson knows arrays by a metatable it is used, so that it writes our empty arrays as such.
local has_cjson, cjson = pcall(require, "cjson")
local metatable = has_cjson and cjson.array_mt or { __name = "harnest.array" }
core.set_array_metatable(metatable)

-- What stands for an array, and when: always, or where it is empty. Debian's cjson knows nothing of the kind,
-- OpenResty's does.
local marks = { [metatable] = "array" }
if has_cjson then
  for name, meaning in pairs { array_mt = "array", empty_array_mt = "empty", empty_array = "empty" } do
    local mark = cjson[name]
    if mark ~= nil then
      marks[mark] = meaning
    end
  end
end
core.set_array_marks(marks)

local array = {}

--- Makes a table an array for every writer of JSON that knows the metatable, which matters when it is empty.
-- @param t  table (default: a new one)
-- @return the same table
function array.new(t)
  if t ~= nil and type(t) ~= "table" then
    core.usage_error("harnest.array: expected a table, got " .. type(t))
  end
  local own = t and getmetatable(t)
  if own and not marks[own] then
    core.usage_error(("harnest.array: expected a plain table, got one with a metatable (%s)"):format(
      type(own) == "table" and rawget(own, "__name") or "without a name"))
  end
  return setmetatable(t or {}, metatable)
end

--- Whether a table is an array: made by harnest.array or read as one, marked as cjson does, or with an item at 1; or a
-- view of an array.
function array.is(t)
  return type(t) == "table" and (marks[getmetatable(t)] ~= nil or t[1] ~= nil) or core.shows_array(t)
end

return array
