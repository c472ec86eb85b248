--- Values for people: tables, fields, indented JSON.

local harnest = require "harnest"
local cell = require "harnest.cli.cell"
local failure = require "harnest.cli.failure"
local output = require "harnest.cli.output"
local source = require "harnest.cli.source"
local writer = require "harnest.cli.writer"

local show = {}

local MOST = 20 -- resources of an iterator

--- Returns the names of an object's members, sorted; none if it is no object.
function show.names(object)
  local names = {}
  for name in pairs(type(object) == "table" and object or {}) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

--- Writes a resource: a line for each field.
function show.resource(resource, options)
  local format = output.format("table", options, true)
  format.begin { "field", "value" }
  format.row { "id", resource.id }
  format.row { "type", resource.type }
  for _, part in ipairs { "attributes", "relationships" } do
    for _, name in ipairs(show.names(resource[part])) do
      local value = resource[part][name]
      if part == "relationships" and type(value) == "table" and value.data ~= nil then
        value = value.data
      end
      format.row { name, value }
    end
  end
  format.finish()
end

local function is_resource(value)
  return type(value) == "table" and type(value.type) == "string" and value.id ~= nil
end

--- Writes resources: a row for each.
function show.resources(resources, options)
  local names = source.columns_of(resources)
  table.insert(names, 2, "type")
  local format = output.format("table", options, true)
  format.begin(names)
  for _, resource in ipairs(resources) do
    local values = { resource.id, resource.type }
    local attributes = source.attributes_of(resource)
    for i = 3, #names do
      values[i] = attributes[names[i]]
    end
    format.row(values)
  end
  format.finish()
end

--- Whether a value is an iterator over resources.
local function is_iterator(value)
  return tostring(value):find "^harnest%.listing" ~= nil
end

--- Writes the first resources of an iterator. Returns an error object if it fails.
local function show_iterator(iterator, options)
  local resources = {}
  local resource, err = iterator:next() -- err is the page of a resource
  while resource and #resources < MOST do
    resources[#resources + 1] = resource
    resource, err = iterator:next()
  end
  iterator:close()
  if not err or #resources > 0 then
    show.resources(resources, options)
  end
  if resource then
    writer.write(("more than these %d; api:all gives all\n"):format(MOST))
    return nil
  end
  return err
end

--- Whether a table has a text of its own, as descriptions have.
local function has_text(value)
  local metatable = getmetatable(value)
  return type(metatable) == "table" and metatable.__tostring and not harnest.is_array(value)
end

--- Writes any value. Returns an error object if an iterator fails.
function show.value(value, options)
  local kind = type(value)
  if is_resource(value) then
    show.resource(value, options)
  elseif kind == "table" and is_resource(value[1]) then
    show.resources(value, options)
  elseif is_iterator(value) then
    return show_iterator(value, options)
  elseif value == harnest.null then
    writer.write "null\n"
  elseif kind == "table" and value.kind and value.message then
    failure.report(value, options)
  elseif kind == "table" and not has_text(value) then
    local encoded, text = pcall(harnest.encode, value, { indent = 2 })
    writer.write(encoded and text or tostring(value), "\n")
  else
    writer.write(cell.escaped(tostring(value)), "\n")
  end
end

return show
