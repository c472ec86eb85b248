-- Reads linkage: the identifiers that a request sends for a relationship.

local body = require "sandbox.body"
local problem = require "sandbox.problem"
local store = require "sandbox.store"
local types = require "sandbox.schema"

local linkage = {}

-- The resources that a document identifies by a lid: maps type and lid to the id
local lids_methods = {}
local lids_class = { __index = lids_methods }

function linkage.lids()
  return setmetatable({}, lids_class)
end

function lids_methods:get(type_name, lid)
  return self[type_name .. "\0" .. lid]
end

function lids_methods:name(type_name, lid, id, pointer)
  if self:get(type_name, lid) then problem.at(pointer, 400, "lid_taken", "the lid is already used: " .. lid) end
  self[type_name .. "\0" .. lid] = id
end

-- Returns the id of an identifier. If it has none, returns nil, the pointer of the invalid member,
-- status, code and detail.
local function id_of(identity, lids)
  if identity.lid and not identity.id then
    local id = lids:get(identity.type, identity.lid)
    if id then return id end
    return nil, "/lid", 422, "lid_unknown", "no earlier operation defines this lid: " .. identity.lid
  end
  if identity.id then return store.id(identity.id) end
  return nil, "", 400, "id_missing", "an identifier must have an id or a lid"
end

-- Returns the id of a ref or an identifier, or raises the error.
function linkage.id(identity, lids, pointer)
  local id, member, status, code, detail = id_of(identity, lids)
  return id or problem.at(pointer .. member, status, code, detail)
end

local function read_identifier(relationship, node, pointer, lids, faults)
  local identity = body.identity(node, pointer)
  if identity.type ~= relationship.type then
    faults:add(pointer .. "/type", 409, "type_conflict", relationship.name .. " have the type " .. relationship.type)
    return nil
  end
  local id, member, status, code, detail = id_of(identity, lids)
  if not id then faults:add(pointer .. member, status, code, detail) end
  return id
end

local function check_existence(relationship, found, ids, faults)
  local exists = {}
  for _, row in ipairs(store.find(types[relationship.type], ids)) do exists[row.id] = true end
  for _, target in ipairs(found) do
    if not exists[target.id] then
      faults:add(target.pointer, 404, "related_missing", "no such resource: " .. relationship.type .. "/" .. target.id)
    end
  end
end

-- Returns the ids in `node`, the member "data" of a relationship; at most one for a to-one
-- relationship. Adds errors to `faults`. If `may_be_gone` is true, resources that do not exist are
-- accepted.
function linkage.read(relationship, node, pointer, lids, faults, may_be_gone)
  local expected = relationship.many and "array" or "object"
  if node.kind == "null" and not relationship.many then return {} end
  if node.kind ~= expected then
    faults:add(pointer, 422, "linkage_invalid", relationship.name .. " takes "
      .. (relationship.many and "an array of identifiers" or "an identifier or null"))
    return {}
  end
  local found, ids = {}, {}
  for i, item in ipairs(relationship.many and node.items or { node }) do
    local at = relationship.many and pointer .. "/" .. i - 1 or pointer
    local id = read_identifier(relationship, item, at, lids, faults)
    if id then found[#found + 1], ids[#ids + 1] = { id = id, pointer = at }, id end
  end
  if not may_be_gone then check_existence(relationship, found, ids, faults) end
  return ids
end

return linkage
