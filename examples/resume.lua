--- Processes a list in portions: each run takes the next resources and stores a cursor in a file.
--   lua examples/resume.lua contracts 100 /var/tmp/contracts.cursor
-- Needs HARNEST_URL (or HARNEST_COMPANY) and HARNEST_TOKEN. After the end of the list, a run finds
-- resources that were added since.

local harnest = require "harnest"

local type_name, portion, path = arg[1], tonumber(arg[2]), arg[3]
if not (type_name and portion and path) then
  io.stderr:write "usage: lua resume.lua TYPE HOW_MANY CURSOR_FILE\n"
  os.exit(2)
end

local function read_cursor()
  local file = io.open(path)
  if not file then
    return nil
  end
  local cursor = file:read "*l"
  file:close()
  return cursor
end

local api = harnest.new {}
local resources = api:list(type_name, { limit = portion, after = read_cursor() })
local count = 0
for resource in resources do
  print(resource.id, resource.attributes.title or "")
  count = count + 1
end

-- The file is replaced as a whole, so that a full disk or a crash does not lose the old cursor.
local temporary = path .. ".new"
local file = assert(io.open(temporary, "w"))
assert(file:write(resources:cursor(), "\n"))
assert(file:close())
assert(os.rename(temporary, path))
io.stderr:write(("%d resources\n"):format(count))
api:close()
