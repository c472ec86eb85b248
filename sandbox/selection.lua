-- Converts the parameters filter and sort into SQL.

local problem = require "sandbox.problem"
local query = require "sandbox.query"
local store = require "sandbox.store"
local types = require "sandbox.schema"

local selection = {}

local function any_of(values, make)
  local conditions = {}
  for i, value in ipairs(values) do conditions[i] = make(value) end
  return #conditions == 0 and "0" or "(" .. table.concat(conditions, " OR ") .. ")"
end

local function list_of_ids(text)
  local ids = {}
  for i, id in ipairs(query.split(text)) do ids[i] = store.id(id) end
  return store.literals(ids)
end

local booleans = { ["1"] = "1", ["0"] = "0", ["true"] = "1", ["false"] = "0" }

local compare = {}

function compare.text(_, column, value)
  return column .. " LIKE " .. store.quote("%" .. value .. "%")
end

function compare.number(parameter, column, value)
  if not tonumber(value) or not value:find("^[%d%.eE+-]+$") then
    problem.parameter(parameter, "expected a number: " .. value)
  end
  return column .. " = " .. value
end

function compare.boolean(parameter, column, value)
  return column .. " = " .. (booleans[value] or problem.parameter(parameter, "expected true or false: " .. value))
end

local conditions_of

local function attribute_condition(attribute, parameter, value)
  local compared = compare[attribute.kind]
  if not compared or type(value) == "table" then problem.parameter(parameter, "this field does not support filters") end
  local column = "json_extract(" .. attribute.name .. ", '$')"
  return any_of(query.split(value), function(item) return compared(parameter, column, item) end)
end

local function relationship_condition(relationship, parameter, value)
  local targets
  if type(value) == "table" then
    local condition = conditions_of(types[relationship.type], value, parameter) or "1"
    targets = "SELECT id FROM " .. relationship.type .. " WHERE " .. condition
  else
    targets = list_of_ids(value)
  end
  local through = relationship.through
  if not through then return relationship.name .. " IN (" .. targets .. ")" end
  return ("id IN (SELECT %s FROM %s WHERE %s IN (%s))"):format(through.from, through.table, through.to, targets)
end

function conditions_of(type, filters, prefix)
  local conditions = {}
  for name, value in pairs(filters) do
    local parameter = prefix .. "[" .. name .. "]"
    local condition
    if name == "id" and _G.type(value) == "string" then
      condition = "id IN (" .. list_of_ids(value) .. ")"
    elseif type.attribute[name] then
      condition = attribute_condition(type.attribute[name], parameter, value)
    elseif type.relationship[name] then
      condition = relationship_condition(type.relationship[name], parameter, value)
    else
      problem.parameter(parameter, type.name .. " has no such field: " .. name)
    end
    conditions[#conditions + 1] = condition
  end
  return #conditions > 0 and table.concat(conditions, " AND ") or nil
end

-- Returns the SQL condition for `filter`, as query.parse returns it; nil for an empty one.
function selection.where(type, filter)
  if type.generated and next(filter) then problem.parameter("filter", type.name .. " does not support filters") end
  return conditions_of(type, filter, "filter")
end

-- Returns the SQL order for `sort`, an array of names; the id breaks ties. `more` is passed to the
-- error.
function selection.order(type, sort, more)
  local terms = {}
  for _, name in ipairs(sort or {}) do
    local attribute = type.attribute[name]
    if name:sub(1, 1) == "-" then
      problem.parameter("sort", "descending order is not supported: " .. name, more)
    elseif name == "id" then
      terms[#terms + 1] = "id"
    elseif attribute and attribute.kind ~= "json" and not type.generated then
      terms[#terms + 1] = "json_extract(" .. name .. ", '$')"
    else
      problem.parameter("sort", type.name .. " cannot be sorted by " .. name, more)
    end
  end
  terms[#terms + 1] = "id"
  return table.concat(terms, ", ")
end

return selection
