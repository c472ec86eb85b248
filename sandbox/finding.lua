-- Looks up the parts of a URL in schema and store. Raises a 404 if there is nothing.

local problem = require "sandbox.problem"
local store = require "sandbox.store"
local types = require "sandbox.schema"

local finding = {}

function finding.type(name)
  return types[name] or problem.raise(404, "no such type: " .. name)
end

function finding.row(type, id)
  local row = store.find(type, { store.id(tostring(id)) })[1]
  return row or problem.raise(404, "no such resource: " .. type.name .. "/" .. id)
end

function finding.relationship(type, name)
  return type.relationship[name] or problem.raise(404, type.name .. " has no relationship: " .. name)
end

return finding
