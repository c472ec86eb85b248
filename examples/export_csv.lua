--- Writes a collection as CSV (RFC 4180) to standard output, with one column for each named
-- attribute.
--   lua examples/export_csv.lua contracts id title status amount > contracts.csv
-- Needs HARNEST_URL (or HARNEST_COMPANY) and HARNEST_TOKEN. Memory use does not grow with the list.

local harnest = require "harnest"

local type_name = arg[1]
local columns = { (table.unpack or unpack)(arg, 2) } -- luacheck: ignore
if not type_name or #columns == 0 then
  io.stderr:write "usage: lua export_csv.lua TYPE COLUMN...\n"
  os.exit(2)
end

local function cell(value)
  if value == nil or value == harnest.null then
    return ""
  end
  local text = type(value) == "string" and value or harnest.encode(value) -- all digits; arrays and objects as JSON
  return text:find '[",\r\n]' and '"' .. text:gsub('"', '""') .. '"' or text
end

local function write_row(values)
  local cells = {}
  for i = 1, #columns do
    cells[i] = cell(values[i])
  end
  io.write(table.concat(cells, ","), "\r\n")
end

local api = harnest.new {}
write_row(columns)
for resource in api:list(type_name, { page = { size = 100 } }) do
  local values = {}
  for i, column in ipairs(columns) do
    if column == "id" then
      values[i] = resource.id
    else
      values[i] = resource.attributes[column]
    end
  end
  write_row(values)
end
api:close()
