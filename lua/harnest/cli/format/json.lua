--- JSON: one array of all resources, or one resource; and NDJSON, one resource a line.

local harnest = require "harnest"
local writer = require "harnest.cli.writer"

local json = {}

--- Returns a row as an object with its columns in their order.
local function object_of(columns, values)
  local members = {}
  for i = 1, #columns do
    local value = values[i]
    if value == nil then
      value = harnest.null
    end
    members[i] = harnest.encode(columns[i]) .. ":" .. harnest.encode(value)
  end
  return "{" .. table.concat(members, ",") .. "}"
end

--- Makes a format whose `item(text)` writes the JSON of one item.
local function make(item, finish)
  local format, columns = {}, nil

  function format.begin(names)
    columns = names
  end

  --- Goes on in an output that has begun with these columns.
  function format.resume(names)
    columns = names
  end

  --- Writes a row, whose values are in an array.
  function format.row(values)
    item(object_of(columns, values))
  end

  --- Writes a resource or another value.
  function format.value(value)
    item(harnest.encode(value))
  end

  format.finish = finish
  return format
end

function json.ndjson()
  return make(function(text)
    writer.write(text, "\n")
  end, function() end)
end

--- One array.
function json.array()
  local before = "[\n"
  local format = make(function(text)
    writer.write(before, text)
    before = ",\n"
  end, function()
    writer.write(before == "[\n" and "[]\n" or "\n]\n")
  end)
  local resume = format.resume

  --- Goes on after this number of items.
  function format.resume(names, count)
    resume(names)
    if count > 0 then
      before = ",\n"
    end
  end

  return format
end

--- One value alone, indented.
function json.single()
  local format = {}

  function format.value(value)
    writer.write(harnest.encode(value, { indent = 2 }), "\n")
  end

  function format.finish() end

  return format
end

return json
