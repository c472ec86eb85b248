-- Fortune, an independent JSON:API server (fortune/server.js). `make spec-server` installs it if
-- npm exists; otherwise available() reports that its specs are skipped. It runs in a child process,
-- which exits with this one.
--
--   local server = require "spec.support.fortune".start()      -- its records are new
--   harnest.new { url = server.url }
--   server:stop()

local socket = require "socket"

local fortune = {}

local methods = {}
local class = { __index = methods }

local root = debug.getinfo(1, "S").source:match("^@(.*)spec/support/fortune%.lua$") or "./"
if root == "" then root = "./" end

local function read(path)
  local file = io.open(path, "r")
  if not file then return nil end
  local text = file:read "*a"
  file:close()
  return text
end

local function has_command(name)
  local status = os.execute("command -v " .. name .. " >/dev/null")
  return status == true or status == 0
end

-- Whether it can be started. Raises if FORTUNE=required and it cannot.
function fortune.available()
  local missing
  if not has_command "node" or not has_command "npm" then
    missing = "no npm"
  elseif not read(root .. "build/fortune/node_modules/.package-lock.json") then
    missing = "no server installed (make spec-server)"
  else
    return true
  end
  local message = missing .. ": the specs against an independent server were not run"
  if os.getenv "FORTUNE" == "required" then error(message, 0) end
  io.stderr:write("SKIPPED: ", message, "\n")
  return false
end

-- Starts a server: {url = "http://127.0.0.1:PORT/api"}
function fortune.start()
  local output = os.tmpname()
  -- it exits when its standard input ends with this process; a memory checker is for this process
  -- only
  local input = assert(io.popen(("exec env -u LD_PRELOAD node '%sspec/support/fortune/server.js' "
    .. "'%sbuild/fortune' >'%s' 2>&1"):format(root, root, output), "w"))
  local deadline = socket.gettime() + 30
  local port
  repeat
    socket.sleep(0.02)
    port = read(output):match "^(%d+)\n"
  until port or socket.gettime() > deadline
  local text = read(output)
  os.remove(output)
  if not port then
    input:close()
    error("the independent server did not start: " .. text, 0)
  end
  return setmetatable({ input = input, url = ("http://127.0.0.1:%s/api"):format(port) }, class)
end

-- The ids of resources or identifiers, with a space between them
function fortune.ids_of(resources)
  local ids = {}
  for i, resource in ipairs(resources) do ids[i] = resource.id end
  return table.concat(ids, " ")
end

function methods:stop()
  if self.input then
    self.input:close()
    self.input = nil
  end
end

return fortune
