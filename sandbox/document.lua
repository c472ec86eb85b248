-- Writes JSON:API documents as text. The attributes of a row are JSON text already, so no value is
-- decoded.

local json = require "cjson"
local problem = require "sandbox.problem"
local query = require "sandbox.query"
local store = require "sandbox.store"
local types = require "sandbox.schema"

local document = {}

-- Checks the paths of `include` against the schema. Returns them as a tree:
-- {signers = {company = {}}}.
function document.include_tree(type, paths)
  local tree = {}
  for _, path in ipairs(paths or {}) do
    local branch, at = tree, type
    for name in path:gmatch("[^.]+") do
      local relationship = at.relationship[name]
      if not relationship then problem.parameter("include", "no such relationship: " .. path) end
      branch[name] = branch[name] or {}
      branch, at = branch[name], types[relationship.type]
    end
  end
  return tree
end

-- Checks the parameters `fields`. Returns a table from type name to the set of fields.
function document.fieldsets(fields)
  local sets = {}
  for name, value in pairs(fields) do
    local type, parameter = types[name], "fields[" .. name .. "]"
    if not type then problem.parameter(parameter, "no such type: " .. name) end
    sets[name] = {}
    for _, field in ipairs(query.split(value)) do
      if not (type.attribute[field] or type.relationship[field]) then
        problem.parameter(parameter, name .. " has no such field: " .. field)
      end
      sets[name][field] = true
    end
  end
  return sets
end

-- The resources of one document, without duplicates. An entry is
-- {type, row, many = {relationship name = target ids}}.
local function new_set()
  return { entries = {}, known = {} }
end

local function load_targets(relationship, entries)
  local ids = {}
  for i, entry in ipairs(entries) do ids[i] = entry.row.id end
  local targets = store.targets(relationship, ids)
  for _, entry in ipairs(entries) do entry.many[relationship.name] = targets[entry.row.id] end
end

local function add_rows(set, type, rows)
  local added = {}
  for i, row in ipairs(rows) do
    local entry = { type = type, row = row, many = {} }
    set.entries[#set.entries + 1] = entry
    set.known[type.name .. row.id] = entry
    added[i] = entry
  end
  for _, relationship in ipairs(type.relationships) do
    if relationship.inline then load_targets(relationship, added) end
  end
  return added
end

local function targets_of(entry, relationship)
  if relationship.many then return entry.many[relationship.name] end
  return { entry.row[relationship.name] }
end

local function follow(set, entries, type, tree)
  for name, branch in pairs(tree) do
    local relationship = type.relationship[name]
    if relationship.many and not relationship.inline then load_targets(relationship, entries) end
    local reached, missing, seen = {}, {}, {}
    for _, entry in ipairs(entries) do
      for _, id in ipairs(targets_of(entry, relationship)) do
        if not seen[id] then
          seen[id] = true
          local known = set.known[relationship.type .. id]
          if known then reached[#reached + 1] = known else missing[#missing + 1] = id end
        end
      end
    end
    local target_type = types[relationship.type]
    for _, entry in ipairs(add_rows(set, target_type, store.find(target_type, missing))) do
      reached[#reached + 1] = entry
    end
    follow(set, reached, target_type, branch)
  end
end

function document.url(request, type, id)
  return request.base .. "/" .. type.name .. "/" .. id
end

function document.identifier(type_name, id)
  return '{"type":"' .. type_name .. '","id":"' .. id .. '"}'
end

function document.identifiers(type_name, ids)
  local list = {}
  for i, id in ipairs(ids) do list[i] = document.identifier(type_name, id) end
  return "[" .. table.concat(list, ",") .. "]"
end

local function write_relationship(out, entry, relationship, request)
  local n = #out
  out[n + 1] = '"' .. relationship.name .. '":{'
  if not relationship.many then
    local id = entry.row[relationship.name]
    out[n + 2] = '"data":'
    out[n + 3] = id and document.identifier(relationship.type, id) or "null"
  elseif entry.many[relationship.name] then
    out[n + 2] = '"data":'
    out[n + 3] = document.identifiers(relationship.type, entry.many[relationship.name])
  else
    local url = document.url(request, entry.type, entry.row.id)
    out[n + 2] = '"links":' .. json.encode {
      self = url .. "/relationships/" .. relationship.name,
      related = url .. "/" .. relationship.name,
    }
  end
  out[#out + 1] = "}"
end

-- Writes one member ("attributes" or "relationships") with the `fields` that are in the set
-- `wanted`, or all if it is nil.
local function write_member(out, name, fields, wanted, write)
  local before
  for i, field in ipairs(fields) do
    if not wanted or wanted[field.name] then
      out[#out + 1] = before or (',"' .. name .. '":{')
      before = ","
      write(i, field)
    end
  end
  if before then out[#out + 1] = "}" end
end

-- `is_single`: the response has only this primary resource
local function write_resource(out, entry, request, extra, is_single)
  local type, row = entry.type, entry.row
  local wanted = request.fieldsets[type.name]
  local id = request.knobs.numeric_ids and _G.type(row.id) == "number" and row.id or '"' .. row.id .. '"'
  out[#out + 1] = '{"type":"' .. type.name .. '","id":' .. id
  write_member(out, "attributes", type.attributes, wanted, function(i, attribute)
    out[#out + 1] = '"' .. attribute.name .. '":'
    out[#out + 1] = row[i]
  end)
  write_member(out, "relationships", type.relationships, wanted, function(_, relationship)
    write_relationship(out, entry, relationship, request)
  end)
  if is_single and (not wanted or request.method ~= "GET") then
    out[#out + 1] = ',"links":' .. json.encode { self = document.url(request, type, row.id) }
  end
  if extra then out[#out + 1] = "," .. extra end
  out[#out + 1] = "}"
end

local function write_resources(out, entries, first, last, request, extra)
  for i = first, last do
    if i > first then out[#out + 1] = "," end
    write_resource(out, entries[i], request, extra and extra(i))
  end
end

local function write_included(out, entries, first, request)
  out[#out + 1] = ',"included":['
  write_resources(out, entries, first, #entries, request)
  out[#out + 1] = "]"
end

-- Returns the members "data" and "included" for these rows as JSON text. `options.extra(i)` may
-- return further JSON members for the i-th resource.
function document.resources(request, type, rows, options)
  local set = new_set()
  local tree = document.include_tree(type, request.query.include)
  request.fieldsets = document.fieldsets(request.query.fields)
  follow(set, add_rows(set, type, rows), type, tree)
  local out = { '"data":' }
  if options.single then
    if rows[1] then write_resource(out, set.entries[1], request, nil, true) else out[2] = "null" end
  else
    out[2] = "["
    write_resources(out, set.entries, 1, #rows, request, options.extra)
    out[#out + 1] = "]"
  end
  if request.query.include then write_included(out, set.entries, #rows + 1, request) end
  return table.concat(out)
end

-- Returns the member "data" with the linkage to `ids`, and "included" if the request includes this
-- relationship.
function document.linkage(request, type, relationship, ids)
  local tree = document.include_tree(type, request.query.include)
  request.fieldsets = document.fieldsets(request.query.fields)
  local data = relationship.many and document.identifiers(relationship.type, ids)
    or ids[1] and document.identifier(relationship.type, ids[1]) or "null"
  local out = { '"data":' .. data }
  if not request.query.include then return out[1] end
  local set, target_type = new_set(), types[relationship.type]
  for name, branch in pairs(tree) do
    if name ~= relationship.name then problem.parameter("include", "paths must begin with " .. relationship.name) end
    follow(set, add_rows(set, target_type, store.find(target_type, ids)), target_type, branch)
  end
  write_included(out, set.entries, 1, request)
  return table.concat(out)
end

return document
