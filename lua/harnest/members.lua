--- Checks the members of a table that a script passes, as the core does for its own options.

local core = require "harnest.core"

local members = {}

--- Checks names and types of a table's members. Names with a colon may be members of extensions
-- (JSON:API 1.1, 6.3).
-- @param given   table
-- @param known   array of pairs {name, type}: type as type() has it, or "any"
-- @param prefix  string: what messages put before a member's name, such as "request: "
-- @param allows_extensions  boolean: whether unknown names with a colon are valid
-- Raises a usage error for an unknown name or a wrong type.
function members.check(given, known, prefix, allows_extensions)
  local types, names = {}, {}
  for i, pair in ipairs(known) do
    names[i], types[pair[1]] = pair[1], pair[2]
  end
  for name, value in next, given do
    local expected = types[name]
    if not expected and not (allows_extensions and tostring(name):find ":") then
      -- not by format: PUC Lua 5.1 ends a %s at a NUL, which a name may contain
      core.usage_error(prefix .. tostring(name) .. ": unknown; known are "
        .. table.concat(names, ", "))
    elseif expected and expected ~= "any" and type(value) ~= expected then
      core.usage_error(("%s%s: expected a %s, got %s"):format(prefix, name, expected, type(value)))
    end
  end
end

return members
