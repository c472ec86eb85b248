-- The databases that requests work on: one that is there from the start, and named copies (the knob copy/NAME), each
-- made of the untouched seed when first asked for. A database also keeps what has to be remembered between requests.

local sqlite = require "luasql.sqlite3"

local databases = {}

local folder
local open = {} -- by file name

local function copy_file(from, to)
  local source = assert(io.open(from, "rb"))
  local target = assert(io.open(to, "wb"))
  assert(target:write(source:read "*a"))
  assert(target:close())
  source:close()
end

local function new(file)
  copy_file(folder .. "/seed.db", folder .. "/" .. file)
  local connection = assert(sqlite.sqlite3():connect(folder .. "/" .. file))
  for _, setting in ipairs { "cache_size = -16000", "journal_mode = MEMORY", "synchronous = OFF" } do
    local cursor = connection:execute("PRAGMA " .. setting)
    if type(cursor) == "userdata" then cursor:close() end
  end
  return { connection = connection, jobs = {}, answered = {} }
end

-- Called when the worker starts
function databases.start(dir)
  folder = dir
end

-- The database of that name, or the plain one: {connection, jobs, answered}
function databases.named(name)
  local file = name and "copy-" .. name .. ".db" or "sandbox.db"
  open[file] = open[file] or new(file)
  return open[file]
end

return databases
