--- Shapes of responses: which members they have, and of which types. Values do not count.

local array = require "harnest.array"
local core = require "harnest.core"

local cassette_shape = {}

--- Returns the name of a value's type in JSON; "null" says nothing about the shape.
local function type_of(value)
  if core.is_null(value) then
    return "null"
  elseif type(value) == "table" then
    return array.is(value) and "array" or "object"
  end
  return type(value)
end

--- Returns the part of a path for an item: items of different types of resources have different shapes.
local function item_name(item)
  local resource_type = type(item) == "table" and rawget(item, "type")
  return type(resource_type) == "string" and "[" .. resource_type .. "]" or "[]"
end

--- Notes the types of a value and of all within it, under their paths. `within` is the entry of the
-- container, nil for none.
local function note(shape, path, value, within, is_item)
  local name = type_of(value)
  local entry = shape[path] or { types = {}, within = within, is_item = is_item }
  shape[path] = entry
  entry.types[name] = true
  if name == "array" then
    for _, item in ipairs(value) do
      note(shape, path .. item_name(item), item, path, true)
    end
  elseif name == "object" then
    for member, inner in pairs(value) do
      note(shape, (path == "" and "" or path .. ".") .. member, inner, path, false)
    end
  end
end

--- Returns the types in a set but "null", sorted, as text.
local function types_text(types)
  local names = {}
  for name in pairs(types) do
    if name ~= "null" then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return table.concat(names, " or ")
end

--- Returns whether there is an object at a path.
local function has_object(shape, path)
  return shape[path] ~= nil and shape[path].types.object == true
end

--- Returns what differs at a path. Items of arrays may lack in one of the two, since lists differ.
local function difference_at(path, recorded, live)
  local before, now = recorded[path], live[path]
  local any = before or now
  if before and now then
    local was, is = types_text(before.types), types_text(now.types)
    return was ~= "" and is ~= "" and was ~= is
      and ("%s was %s, is %s"):format(path == "" and "the body" or path, was, is) or nil
  elseif any.is_item or not (has_object(recorded, any.within) and has_object(live, any.within)) then
    return nil
  elseif before then
    return types_text(before.types) ~= "" and path .. " is missing" or nil
  end
  return path .. " is new"
end

--- Compares the shapes of two bodies.
local function compare_bodies(found, recorded, live)
  local before, now, paths = {}, {}, {}
  note(before, "", recorded, nil, false)
  note(now, "", live, nil, false)
  for path in pairs(before) do
    paths[#paths + 1] = path
  end
  for path in pairs(now) do
    if not before[path] then
      paths[#paths + 1] = path
    end
  end
  table.sort(paths)
  for _, path in ipairs(paths) do
    found[#found + 1] = difference_at(path, before, now)
  end
end

--- Returns how an interaction ended, as text.
local function outcome(interaction)
  return interaction.response and "status " .. interaction.response.status
    or "failure " .. tostring(interaction.failure.kind)
end

--- Compares the outcomes of two interactions.
-- @param recorded  table: the interaction of the file
-- @param live      table: that of the server now
-- @return array of texts, such as "data[contracts].attributes.title was string, is number"
function cassette_shape.differences(recorded, live)
  local found = {}
  local was, is = outcome(recorded), outcome(live)
  if was ~= is then
    found[1] = ("was %s, is %s"):format(was, is)
    return found
  end
  local before, now = (recorded.response or {}).body, (live.response or {}).body
  if before ~= nil and now ~= nil then
    compare_bodies(found, before, now)
  elseif before ~= nil or now ~= nil then
    found[1] = before ~= nil and "the body is missing, or no JSON" or "there was no JSON body, is one"
  end
  return found
end

return cassette_shape
