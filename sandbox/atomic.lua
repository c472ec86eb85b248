-- The extension for atomic operations (https://jsonapi.org/ext/atomic): several writes in one
-- request; all are applied or none.

local body = require "sandbox.body"
local document = require "sandbox.document"
local edit = require "sandbox.edit"
local finding = require "sandbox.finding"
local linkage = require "sandbox.linkage"
local negotiation = require "sandbox.negotiation"
local problem = require "sandbox.problem"
local query = require "sandbox.query"
local relationships = require "sandbox.relationships"
local store = require "sandbox.store"
local writing = require "sandbox.writing"

local atomic = {}

-- Calls `act`. Sets `pointer` as the source of its errors that have no source.
local function at(pointer, act, ...)
  local ok, result = pcall(act, ...)
  if ok then return result end
  for _, fault in ipairs(type(result) == "table" and result.errors or {}) do
    fault.source = fault.source or { pointer = pointer }
  end
  error(result, 0)
end

-- Returns the target of a ref: {type, id, relationship}; relationship may be nil.
local function by_ref(node, pointer, lids)
  local identity = body.identity(node, pointer)
  local target = { type = finding.type(identity.type), id = linkage.id(identity, lids, pointer) }
  local name = body.text(node, "relationship", pointer)
  target.relationship = name and finding.relationship(target.type, name)
  return target
end

-- Returns the target of an href: a full URL of this sandbox, or a path with or without the part
-- before /v1/api. An href may also name a collection; then id is nil.
local function by_href(request, text, pointer)
  local origin, path = text:match("^(%w+://[^/]+)(.*)$")
  if origin and origin ~= request.base:match("^%w+://[^/]+") then
    problem.at(pointer, 422, "href_foreign", "href leads to another host: " .. text)
  end
  local parts = {}
  path = (path or text):gsub("[?#].*$", ""):gsub("^.-/v1/api", "")
  for part in path:gmatch("[^/]+") do parts[#parts + 1] = query.unescape(part) end
  local target = { type = finding.type(parts[1] or ""), id = parts[2] and store.id(parts[2]) }
  if #parts == 4 and parts[3] == "relationships" then
    target.relationship = finding.relationship(target.type, parts[4])
  elseif #parts > 2 then
    problem.raise(404, "no resource at this URL: " .. text)
  end
  return target
end

local function target_of(request, operation, pointer, lids)
  local ref, href = operation:member "ref", body.text(operation, "href", pointer)
  if ref and href then problem.at(pointer, 400, "target_ambiguous", "an operation must not have both ref and href") end
  if ref then return at(pointer .. "/ref", by_ref, ref, pointer .. "/ref", lids) end
  if href then return at(pointer .. "/href", by_href, request, href, pointer .. "/href") end
  return {}
end

-- Returns the result of an operation as JSON text, in the form of the knob answer/KIND. `data` is
-- its JSON; `as_sent` as in answers.lua.
local function result_of(request, as_sent, data)
  local kind = request.knobs.answer
  if kind == "meta" then return '{"meta":{"done":true}}' end
  if as_sent and (kind == "none" or kind == "bare") then return "{}" end
  return "{" .. data .. "}"
end

local function resource_result(request, type, id, as_sent)
  local rows = store.find(type, { id })
  return result_of(request, as_sent, document.resources(request, type, rows, { single = true }))
end

local function type_of_data(data, pointer)
  local identity = body.identity(data, pointer)
  return at(pointer .. "/type", writing.type, identity.type), identity
end

local actions = {}

function actions.add(request, operation, target, pointer, lids)
  if target.id then problem.at(pointer, 400, "target_invalid", "the target of add must be a collection") end
  local data = body.data(operation, pointer)
  local type = target.type and writing.type(target.type.name) or type_of_data(data, pointer .. "/data")
  local id, was_sent = writing.add(request, type, data, pointer .. "/data", lids)
  return resource_result(request, type, id, was_sent)
end

function actions.update(request, operation, target, pointer, lids)
  local data = body.data(operation, pointer)
  local type, id = target.type, target.id
  if type then
    writing.type(type.name)
  else
    local identity
    type, identity = type_of_data(data, pointer .. "/data")
    id = linkage.id(identity, lids, pointer .. "/data")
  end
  if not id then problem.at(pointer, 400, "target_invalid", "the target of update must be one resource") end
  finding.row(type, id)
  writing.change(request, type, id, data, pointer .. "/data", lids)
  return resource_result(request, type, id, true)
end

function actions.remove(_, _, target, pointer)
  if not target.id then problem.at(pointer, 400, "target_missing", "remove needs a target") end
  local type = writing.type(target.type.name)
  edit.delete(type, finding.row(type, target.id).id)
  return "{}"
end

local methods = { add = "POST", update = "PATCH", remove = "DELETE" }

local function change_relationship(request, operation, target, method, pointer, lids)
  local type = writing.type(target.type.name)
  local id = finding.row(type, target.id).id
  local data = body.data(operation, pointer)
  relationships.change(request, id, target.relationship, method, data, pointer .. "/data", lids)
  local ids = relationships.targets(type, id, target.relationship)
  return result_of(request, true, document.linkage(request, type, target.relationship, ids))
end

-- Executes one operation and returns its result as JSON text.
local function operate(request, operation, pointer, lids)
  if operation.kind ~= "object" then
    problem.raise(400, "an operation must be an object", { code = "operation_invalid" })
  end
  local op = body.text(operation, "op", pointer)
  if not actions[op] then problem.raise(400, 'op must be "add", "update" or "remove"', { code = "op_invalid" }) end
  local target = target_of(request, operation, pointer, lids)
  if target.relationship then
    return change_relationship(request, operation, target, methods[op], pointer, lids)
  end
  return actions[op](request, operation, target, pointer, lids)
end

local function operations_of(request)
  local root = body.document(request)
  for _, name in ipairs { "data", "included", "errors" } do
    if root:member(name) then
      problem.at("/" .. name, 400, "document_invalid", name .. " is not allowed beside atomic:operations")
    end
  end
  local operations = root:member "atomic:operations"
  if not operations or not operations.items or #operations.items == 0 then
    problem.at(operations and "/atomic:operations" or "", 400, "operations_missing",
      "atomic:operations must be an array with at least one operation")
  end
  return operations.items
end

-- POST /operations
function atomic.run(request)
  if request.query.include then problem.parameter("include", "include is not supported for operations") end
  local results, lids, has_content = {}, linkage.lids(), false
  for i, operation in ipairs(operations_of(request)) do
    local pointer = "/atomic:operations/" .. i - 1
    results[i] = at(pointer, operate, request, operation, pointer, lids)
    has_content = has_content or results[i] ~= "{}"
  end
  if not has_content then return { status = 204, body = "" } end
  local headers = { ["Content-Type"] = negotiation.atomic_media_type }
  return { status = 200, headers = headers, body = '{"atomic:results":[' .. table.concat(results, ",") .. "]}" }
end

return atomic
