--- Writes a collection as CSV (RFC 4180) to standard output, with the named columns.
--   lua examples/export_csv.lua contracts id title status owner.name > contracts.csv
-- Needs HARNEST_URL (or HARNEST_COMPANY) and HARNEST_TOKEN. Memory use does not grow with the list.
-- Exits with 1 if it cannot write all rows, or if no resource has one of the columns.

local harnest = require "harnest"

local type_name = arg[1]
local columns = { (table.unpack or unpack)(arg, 2) } -- luacheck: ignore
if not type_name or #columns == 0 then
  io.stderr:write "usage: lua export_csv.lua TYPE COLUMN...\n"
  os.exit(2)
end

local function fail(message)
  io.stderr:write("export_csv: ", message, "\n")
  os.exit(1)
end

--- Ends the program if a call of the io library failed: the disk may be full.
local function must(done, reason)
  if not done then
    fail("cannot write: " .. tostring(reason))
  end
end

local api = harnest.new {}
must(io.write(table.concat(columns, ","), "\r\n"))
local query = { page = { size = 100 }, lines = { format = "csv", block = 65536 } }
local rows = api:rows(type_name, columns, query)
local text, err = rows:next()
while text do
  must(io.write(text))
  text, err = rows:next()
end
if err then
  fail(tostring(err))
end
api:close()
must(io.stdout:flush()) -- the last rows are written here
