-- Handles writes of resources. Each runs in a transaction; an error rolls it back.

local answers = require "sandbox.answers"
local body = require "sandbox.body"
local conditions = require "sandbox.conditions"
local document = require "sandbox.document"
local edit = require "sandbox.edit"
local finding = require "sandbox.finding"
local linkage = require "sandbox.linkage"
local problem = require "sandbox.problem"
local store = require "sandbox.store"
local validation = require "sandbox.validation"

local writing = {}

function writing.type(name)
  local type = finding.type(name)
  if not type.writable then problem.raise(403, name .. " cannot be written", { code = "type_readonly" }) end
  return type
end

local function chosen_id(request, type, text, pointer)
  local allowed = type.client_ids
  if request.knobs.client_ids then allowed = request.knobs.client_ids == "allow" end
  if not allowed then problem.at(pointer, 403, "client_id_refused", type.name .. " get their ids from the server") end
  if #text > 100 or not text:find("^%w[%w._~:-]*$") then
    problem.at(pointer, 422, "id_invalid", "an id may have letters, digits and ._~:-")
  end
  local id = store.id(text)
  if store.find(type, { id })[1] then problem.at(pointer, 409, "id_taken", "the id already exists: " .. text) end
  return id
end

local function read_relationships(request, type, resource, pointer, lids, faults)
  local targets = {}
  pointer = pointer .. "/relationships"
  for _, name in ipairs(resource.relationships.names) do
    local node, relationship = resource.relationships.members[name], type.relationship[name]
    local at = problem.pointer(pointer, name)
    if not relationship then
      faults:add(at, 422, "relationship_unknown", type.name .. " has no relationship: " .. name)
    elseif not node:member "data" then
      faults:add(at, 422, "data_missing", name .. ' has no member "data"')
    else
      if relationship.many then writing.check_replacing(request, resource, at) end
      targets[relationship] = linkage.read(relationship, node:member "data", at .. "/data", lids, faults)
    end
  end
  return targets
end

-- Raises a 403 if the request replaces a to-many relationship and the knob replace/refuse is set.
function writing.check_replacing(request, resource, pointer)
  if request.knobs.refuse_replacing and not resource.is_new then
    problem.at(pointer, 403, "replacing_refused", "replacing a to-many relationship is not supported")
  end
end

local function set_relationships(id, targets)
  for relationship, ids in pairs(targets) do edit.replace_targets(id, relationship, ids) end
end

-- Creates the resource in `node`, which is at `pointer`. Returns the id, and whether the client
-- chose it.
function writing.add(request, type, node, pointer, lids)
  local resource = body.resource(node, pointer)
  resource.is_new = true
  if resource.type ~= type.name then
    problem.at(pointer .. "/type", 409, "type_conflict", "the type must be " .. type.name)
  end
  local id = resource.id and chosen_id(request, type, resource.id, pointer .. "/id") or edit.next_id(type)
  local faults = problem.list()
  edit.insert(type, id, validation.attributes(type, resource, pointer, faults, true))
  if resource.lid then lids:name(type.name, resource.lid, id, pointer .. "/lid") end
  local targets = read_relationships(request, type, resource, pointer, lids, faults)
  faults:raise()
  set_relationships(id, targets)
  return id, resource.id ~= nil
end

-- Updates a resource with the members of `node`.
function writing.change(request, type, id, node, pointer, lids)
  local resource = body.resource(node, pointer)
  if resource.type ~= type.name then
    problem.at(pointer .. "/type", 409, "type_conflict", "the type must be " .. type.name)
  end
  if linkage.id(resource, lids, pointer) ~= id then
    problem.at(pointer .. "/id", 409, "id_conflict", "the id must be " .. id)
  end
  local faults = problem.list()
  local texts = validation.attributes(type, resource, pointer, faults, false)
  local targets = read_relationships(request, type, resource, pointer, lids, faults)
  faults:raise()
  edit.update(type, id, texts)
  set_relationships(id, targets)
end

-- Returns the row of a URL. Raises if there is none or if the conditions of the request fail.
function writing.found(request, type, id)
  local row = finding.row(type, id)
  conditions.check(request, type, row)
  return row
end

-- POST /TYPE
function writing.create(request, type_name)
  local type = writing.type(type_name)
  local node = body.data(body.document(request), "")
  local id, was_sent = writing.add(request, type, node, "/data", linkage.lids())
  local reply = answers.resource(request, 201, type, store.find(type, { id })[1])
  reply.headers.Location, reply.as_sent = document.url(request, type, id), was_sent
  return reply
end

-- PATCH /TYPE/ID
function writing.update(request, type_name, id)
  local type = writing.type(type_name)
  local row = writing.found(request, type, id)
  writing.change(request, type, row.id, body.data(body.document(request), ""), "/data", linkage.lids())
  return answers.resource(request, 200, type, store.find(type, { row.id })[1])
end

-- DELETE /TYPE/ID
function writing.delete(request, type_name, id)
  local type = writing.type(type_name)
  edit.delete(type, writing.found(request, type, id).id)
  return { status = 204, body = "" }
end

return writing
