-- Handles writes to relationship URLs: replacing, adding and removing linkage.

local body = require "sandbox.body"
local document = require "sandbox.document"
local edit = require "sandbox.edit"
local finding = require "sandbox.finding"
local linkage = require "sandbox.linkage"
local problem = require "sandbox.problem"
local store = require "sandbox.store"
local writing = require "sandbox.writing"

local relationships = {}

-- The change that each method makes
local changes = {
  PATCH = edit.replace_targets,
  POST = edit.add_targets,
  DELETE = edit.remove_targets,
}

-- Changes the linkage of the resource `id` as `method` says. `data` is the node at `pointer`.
function relationships.change(request, id, relationship, method, data, pointer, lids)
  if not relationship.many and method ~= "PATCH" then
    problem.raise(403, relationship.name .. " is a to-one relationship and can only be replaced", { code = "to_one" })
  end
  if relationship.many and method == "PATCH" then writing.check_replacing(request, {}, pointer) end
  local faults = problem.list()
  local targets = linkage.read(relationship, data, pointer, lids, faults, method == "DELETE")
  faults:raise()
  changes[method](id, relationship, targets)
end

-- Returns all targets, without pagination.
function relationships.targets(type, id, relationship)
  if relationship.many then return store.targets(relationship, { id })[id] end
  return { store.find(type, { id })[1][relationship.name] }
end

-- PATCH, POST and DELETE /TYPE/ID/relationships/NAME
function relationships.write(request, type_name, id, name)
  local type = writing.type(type_name)
  local row = writing.found(request, type, id)
  local relationship = finding.relationship(type, name)
  local data = body.data(body.document(request), "")
  relationships.change(request, row.id, relationship, request.method, data, "/data", linkage.lids())
  local targets = relationships.targets(type, row.id, relationship)
  return { status = 200, body = "{" .. document.linkage(request, type, relationship, targets) .. "}" }
end

return relationships
