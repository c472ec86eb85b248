-- ETags, and the conditions that requests make by them. A tag is "STATE.ANSWER": the first half tells the resource's
-- state, by which If-Match goes; the whole one also tells this answer's text (which fields, what is included), by
-- which If-None-Match goes.

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

-- The ETag of an answer with this resource
function conditions.tag(type, row, answer)
  return '"' .. state_of(type, row) .. "." .. ngx.md5(answer):sub(1, 8) .. '"'
end

-- Whether a header with a list of tags names one for which `fits` holds; tags that nginx weakened (gzip does) count
local function names(header, fits)
  if header:find("^%s*%*%s*$") then return true end
  for tag in header:gmatch('"([^"]*)"') do
    if fits(tag) then return true end
  end
  return false
end

-- Ends the request with a 412 where its If-Match names other states than the resource's
function conditions.check(request, type, row)
  if not request.if_match then return end
  local state = state_of(type, row)
  if not names(request.if_match, function(tag) return tag:match("^[^.]*") == state end) then
    problem.raise(412, "the resource has changed", { code = "state_changed", source = { header = "If-Match" } })
  end
end

-- Whether the client has this very answer already
function conditions.is_known(request, tag)
  if not request.if_none_match then return false end
  return names(request.if_none_match, function(known) return '"' .. known .. '"' == tag end)
end

return conditions
