-- ETags and conditional requests. A tag is "STATE.RESPONSE". The first half is a hash of the
-- resource's state; If-Match compares it. The second half is a hash of the response text, which
-- depends on fields and include; If-None-Match compares the whole tag.

local problem = require "sandbox.problem"
local store = require "sandbox.store"

local conditions = {}

local function state_of(type, row)
  local parts = { type.name, row.id }
  for i in ipairs(type.attributes) do parts[#parts + 1] = row[i] end
  for _, relationship in ipairs(type.relationships) do
    if not relationship.many then
      parts[#parts + 1] = row[relationship.name] or ""
    elseif relationship.inline then
      parts[#parts + 1] = table.concat(store.targets(relationship, { row.id })[row.id], ",")
    end
  end
  return ngx.md5(table.concat(parts, "\n"))
end

-- Returns the ETag of a response with this resource.
function conditions.tag(type, row, answer)
  return '"' .. state_of(type, row) .. "." .. ngx.md5(answer):sub(1, 8) .. '"'
end

-- Returns whether a list of tags in a header has one for which `fits` is true. Weak tags count too,
-- because gzip in nginx weakens them.
local function names(header, fits)
  if header:find("^%s*%*%s*$") then return true end
  for tag in header:gmatch('"([^"]*)"') do
    if fits(tag) then return true end
  end
  return false
end

-- Raises a 412 if If-Match does not contain the state of the resource.
function conditions.check(request, type, row)
  if not request.if_match then return end
  local state = state_of(type, row)
  if not names(request.if_match, function(tag) return tag:match("^[^.]*") == state end) then
    problem.raise(412, "the resource has changed", { code = "state_changed", source = { header = "If-Match" } })
  end
end

-- Returns whether If-None-Match contains this tag.
function conditions.is_known(request, tag)
  if not request.if_none_match then return false end
  return names(request.if_none_match, function(known) return '"' .. known .. '"' == tag end)
end

return conditions
