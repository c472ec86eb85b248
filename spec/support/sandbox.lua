-- The sandbox for specs: one for the process, started at first use; it exits with the process. If
-- the environment names a running one (SANDBOX_DIR and the other lines of sandbox/start), that one
-- is used; its URL may be in SANDBOX_URL instead, so that no spec uses a server by accident.

local socket = require "socket"

local sandbox = {}

local methods = {}
local class = { __index = methods }

local STARTED = socket.gettime()

local root = debug.getinfo(1, "S").source:match("^@(.*)spec/support/sandbox%.lua$") or "./"
if root == "" then root = "./" end

local fields = {
  url = "SANDBOX_URL", tls_url = "HARNEST_TLS_URL", bad_tls_url = "SANDBOX_BADTLS_URL", ca_file = "SANDBOX_CA_FILE",
  token = "HARNEST_TOKEN", token_readonly = "SANDBOX_TOKEN_READONLY", token_expired = "SANDBOX_TOKEN_EXPIRED",
  access_log = "SANDBOX_ACCESS_LOG", dir = "SANDBOX_DIR",
}

-- What sandbox/start calls these; spec/run_file renames them
local names_of_start = { SANDBOX_URL = "HARNEST_URL", SANDBOX_CA_FILE = "HARNEST_CA_FILE" }

local function described(lookup)
  local self = setmetatable({ marked = 0 }, class)
  for field, variable in pairs(fields) do
    self[field] = lookup(variable) or names_of_start[variable] and lookup(names_of_start[variable]) or nil
    if not self[field] then return nil end
  end
  return self
end

-- Sends a request that is not logged. The sandbox is single-threaded, so all requests before are in
-- the log afterwards.
local function ping(self)
  local host, port = self.url:match("^http://([^:/]+):(%d+)")
  local connection = socket.connect(host, tonumber(port))
  if not connection then return false end
  connection:send("GET /sandbox/ping HTTP/1.1\r\nHost: " .. host .. "\r\nConnection: close\r\n\r\n")
  local line = connection:receive "*l"
  connection:close()
  return line ~= nil
end

-- `like`: the running sandbox whose data and certificates it gets; nil: its own
local function start(like)
  local more = like and (" --like '%s'"):format(like.dir) or ""
  local process = assert(io.popen("'" .. root .. "sandbox/start' --parent $PPID" .. more))
  local lines = process:read "*a"
  process:close()
  local values = {}
  for name, value in lines:gmatch("export ([%w_]+)=([^\n]*)") do values[name] = value end
  return described(function(variable) return values[variable] end) or error("the sandbox did not start: " .. lines, 0)
end

local running

-- The running sandbox: {url, tls_url, bad_tls_url, ca_file, token, token_readonly, token_expired,
-- dir, access_log}
function sandbox.get()
  if not running then
    local given = described(os.getenv)
    running = given and ping(given) and given or start()
    running:mark()
  end
  return running
end

-- Starts another sandbox, which can be killed or restarted, until it is stopped
function sandbox.own()
  local self = start(sandbox.get())
  self:mark()
  return self
end

local function with_knobs(url, ...)
  local knobs = table.concat({ ... }, "/")
  return (url:gsub("/v1/api$", function(path) return (knobs == "" and "" or "/" .. knobs) .. path end))
end

local names = 0

-- A name that is unique in this sandbox, since copies of the database and counted failures live as
-- long as the sandbox
function sandbox.unique()
  names = names + 1
  return ("%.0f-%d"):format(STARTED * 1e6, names)
end

-- The base URL of a new copy of the database, with knobs, and the copy's name
function methods:copy(...)
  local name = sandbox.unique()
  return self:at("copy/" .. name, ...), name
end

-- The base URL with knobs before its path: sb:at("max/50", "shape/links")
function methods:at(...)
  return with_knobs(self.url, ...)
end

-- The same over TLS and HTTP/2
function methods:tls_at(...)
  return with_knobs(self.tls_url, ...)
end

-- The base URL for lists in a page shape of sandbox/shapes.lua
function methods:shape(name)
  return self:at("shape/" .. name)
end

-- Kills it and starts it again: before this returns, or after this many seconds
function methods:restart(seconds)
  local command = ("'%ssandbox/restart' '%s' %s"):format(root, self.dir, seconds and seconds .. " &" or "")
  local result = os.execute(command)
  assert(result == true or result == 0, "the sandbox did not start again")
  while seconds and ping(self) do socket.sleep(0.005) end
end

function methods:stop()
  os.execute(("'%ssandbox/stop' '%s'"):format(root, self.dir))
end

local function read_from(path, position)
  local file = assert(io.open(path, "rb"))
  file:seek("set", position)
  local text = file:read "*a"
  local size = file:seek "end"
  file:close()
  return text, size
end

-- Resets the log for `requests`
function methods:mark()
  ping(self)
  local _, size = read_from(self.access_log, self.marked)
  self.marked = size
end

-- The requests answered since the last mark, in order: {time, status, connection, protocol, method,
-- uri}; `pattern` picks by URI
function methods:requests(pattern)
  ping(self)
  local requests = {}
  for time, status, connection, protocol, method, uri in
    read_from(self.access_log, self.marked):gmatch("([^\t\n]*)\t(%d+)\t(%d+)\t([^\t]*)\t([^\t]*)\t([^\n]*)\n")
  do
    if not pattern or uri:find(pattern) then
      requests[#requests + 1] = {
        time = tonumber(time), status = tonumber(status), connection = tonumber(connection), protocol = protocol,
        method = method, uri = uri,
      }
    end
  end
  return requests
end

return sandbox
