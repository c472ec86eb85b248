-- The databases of the sandbox: the default one, and named copies (knob copy/NAME). Each copy is
-- made from the unchanged seed at its first use. A database also has the state that outlives a
-- request: jobs, and responses by idempotency key.

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
  local settings = { "cache_size = -16000", "journal_mode = MEMORY", "synchronous = OFF", "locking_mode = EXCLUSIVE" }
  for _, setting in ipairs(settings) do
    local cursor = connection:execute("PRAGMA " .. setting)
    if type(cursor) == "userdata" then cursor:close() end
  end
  return { connection = connection, jobs = {}, answered = {} }
end

-- app.start calls this when the worker starts.
function databases.start(dir)
  folder = dir
end

-- Returns the copy with that name, or the default database if `name` is nil. A database is
-- {connection, jobs, answered}.
function databases.named(name)
  local file = name and "copy-" .. name .. ".db" or "sandbox.db"
  open[file] = open[file] or new(file)
  return open[file]
end

return databases
