-- Handles GET requests: lists, resources, related resources and linkage.

local json = require "cjson"
local answers = require "sandbox.answers"
local conditions = require "sandbox.conditions"
local document = require "sandbox.document"
local finding = require "sandbox.finding"
local paging = require "sandbox.paging"
local problem = require "sandbox.problem"
local selection = require "sandbox.selection"
local store = require "sandbox.store"
local types = require "sandbox.schema"

local reading = {}

local function refuse_list_parameters(request)
  for _, name in ipairs { "sort", "filter", "page" } do
    local value = request.query[name]
    if value and next(value) then problem.parameter(name, "only lists support this parameter") end
  end
end

-- Builds the response of a list from its data and the members that a shape adds.
local function finish_list(added, data)
  local members = {}
  if not added.no_data then members[1] = data end
  if added.links then members[#members + 1] = '"links":' .. json.encode(added.links) end
  if added.meta then members[#members + 1] = '"meta":' .. json.encode(added.meta) end
  for name, value in pairs(added.top or {}) do
    members[#members + 1] = json.encode(name) .. ":" .. json.encode(value)
  end
  return { status = 200, headers = added.headers, body = "{" .. table.concat(members, ",") .. "}" }
end

local function cursor_of(page)
  return function(i)
    return '"meta":' .. json.encode { page = { cursor = paging.cursor(page.offset + i) } }
  end
end

local function list(request, type, condition)
  local where = selection.where(type, request.query.filter)
  if condition then where = where and where .. " AND " .. condition or condition end
  local unsorted = paging.profile_error(request, "unsupported-sort")
  local order = selection.order(type, request.query.sort, unsorted)
  local page = paging.page(request, store.count(type, where))
  local added = request.knobs.shape.describe(page)
  local rows = store.list(type, where, order, page.count, page.offset)
  return finish_list(added, document.resources(request, type, rows, { extra = added.cursors and cursor_of(page) }))
end

local function single(request, type, row)
  refuse_list_parameters(request)
  local reply = answers.resource(request, 200, type, row)
  if row and conditions.is_known(request, reply.headers.ETag) then reply.status, reply.body = 304, "" end
  return reply
end

-- Lists of a generated type never change. Their responses are stored, so that a benchmark does not
-- measure the sandbox.
local kept, kept_count, MOST_KEPT = {}, 0, 300

local function keep(request, type)
  local key = request.url .. "?" .. request.query_text
  if not kept[key] then
    if kept_count == MOST_KEPT then kept, kept_count = {}, 0 end
    kept[key], kept_count = list(request, type), kept_count + 1
  end
  return { status = 200, headers = kept[key].headers, body = kept[key].body }
end

function reading.collection(request, type_name)
  local type = finding.type(type_name)
  return (type.generated and keep or list)(request, type)
end

function reading.resource(request, type_name, id)
  local type = finding.type(type_name)
  return single(request, type, finding.row(type, id))
end

function reading.related(request, type_name, id, name)
  local type = finding.type(type_name)
  local row = finding.row(type, id)
  local relationship = finding.relationship(type, name)
  local target_type = types[relationship.type]
  if relationship.many then return list(request, target_type, store.is_target(relationship, row.id)) end
  return single(request, target_type, store.find(target_type, { row[name] })[1])
end

-- Linkage of a to-many relationship is paginated too.
function reading.relationship(request, type_name, id, name)
  local type = finding.type(type_name)
  local row = finding.row(type, id)
  local relationship = finding.relationship(type, name)
  if not relationship.many then
    return { status = 200, body = "{" .. document.linkage(request, type, relationship, { row[name] }) .. "}" }
  end
  local all = store.targets(relationship, { row.id })[row.id]
  local page = paging.page(request, #all)
  local ids = {}
  for i = 1, page.count do ids[i] = all[page.offset + i] end
  return finish_list(request.knobs.shape.describe(page), document.linkage(request, type, relationship, ids))
end

return reading
