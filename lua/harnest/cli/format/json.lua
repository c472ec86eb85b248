--- JSON: one array of all resources, or one resource; and NDJSON, one resource a line.

local harnest = require "harnest"
local writer = require "harnest.cli.writer"

local json = {}

--- Returns the JSON of a row: an object with its columns in their order.
-- @param names   array of the JSON texts of the columns
-- @param values  array; nil is null
local function object_of(names, values)
  local members = {}
  for i = 1, #names do
    local value = values[i]
    if value == nil then
      value = harnest.null
    end
    members[i] = names[i] .. ":" .. harnest.encode(value)
  end
  return "{" .. table.concat(members, ",") .. "}"
end

--- Makes a format whose `item(text)` writes the JSON of one item.
local function make(item, finish)
  local format, names = {}, {}

  function format.begin(columns)
    for i = 1, #columns do
      names[i] = harnest.encode(columns[i])
    end
  end

  --- Writes a row, whose values are in an array.
  function format.row(values)
    item(object_of(names, values))
  end

  --- Writes a resource or another value.
  function format.value(value)
    item(harnest.encode(value))
  end

  format.finish, format.pause = finish, writer.flush
  return format
end

function json.ndjson()
  return make(function(text)
    writer.write(text, "\n")
  end, function() end)
end

--- One array. An item is written when the next one comes, with the comma between them, so that the
-- output always ends with a whole line.
function json.array()
  local last
  return make(function(text)
    writer.write(last and last .. ",\n" or "[\n")
    last = text
  end, function()
    writer.write(last and last .. "\n]\n" or "[]\n")
  end)
end

--- One array, of which `count` items were written before. Each item is written at once.
function json.array_after(count)
  local before = count > 0 and ",\n" or "[\n"
  return make(function(text)
    writer.write(before, text)
    before = ",\n"
  end, function()
    writer.write(before == "[\n" and "[]\n" or "\n]\n")
  end)
end

--- One value alone, indented.
function json.single()
  local format = { pause = writer.flush }

  function format.value(value)
    writer.write(harnest.encode(value, { indent = 2 }), "\n")
  end

  function format.finish() end

  return format
end

return json
