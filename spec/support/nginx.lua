-- An nginx with its Lua module, unprivileged, in a new folder, on a free loopback port.
--
--   local host = require "spec.support.nginx".start { server = "location / { … }", http = "…", main = "…" }
--   host:get("/path")      status and body of an answer
--
-- `listen` adds parameters to the directive of that name: "reuseport" spreads connections over the workers.
-- The texts may contain @DIR@, @PORT@ and @OTHER@, another free port (host.other_port).
-- Its Lua has the paths of the calling Lua, and the environment variables that specs need; a table
-- `env` may override them.

local socket = require "socket"
local text_file = require "spec.support.text_file"

local nginx = {}

local methods = {}
local class = { __index = methods }

local NGINX = "PATH=$PATH:/usr/sbin:/sbin nginx "

local passed = {
  "PATH", "LUA", "HARNEST_URL", "HARNEST_TOKEN", "HARNEST_TLS_URL", "SANDBOX_CA_FILE", "SANDBOX_URL",
  "SANDBOX_BADTLS_URL", "SANDBOX_TOKEN_READONLY", "SANDBOX_TOKEN_EXPIRED", "SANDBOX_ACCESS_LOG", "SANDBOX_DIR",
}

local template = [[
@USER@
load_module "@MODULES@/ndk_http_module.so";
load_module "@MODULES@/ngx_http_lua_module.so";
daemon on;
pid "@DIR@/nginx.pid";
error_log "@DIR@/error.log" notice;
@ENV@
env TMPDIR=@DIR@/tmp;
@MAIN@
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path "@DIR@/body";
  proxy_temp_path "@DIR@/proxy";
  fastcgi_temp_path "@DIR@/fastcgi";
  uwsgi_temp_path "@DIR@/uwsgi";
  scgi_temp_path "@DIR@/scgi";
  @HTTP@
  server {
    listen 127.0.0.1:@PORT@ @LISTEN@;
    @SERVER@
  }
}
]]

local function output(command)
  local process = assert(io.popen(command))
  local text = process:read "*a"
  process:close()
  return text
end

local function free_port()
  local listener = assert(socket.bind("127.0.0.1", 0))
  local _, port = listener:getsockname()
  listener:close()
  return tonumber(port)
end

local function read(path)
  local file = io.open(path)
  if not file then return "" end
  local text = file:read "*a"
  file:close()
  return text
end

local function run(self, more)
  local result = os.execute((NGINX .. "-p '%s' -c '%s/nginx.conf' -e '%s/error.log' %s >'%s/out' 2>&1"):format(
    self.prefix or self.dir, self.dir, self.dir, more or "", self.dir))
  return result == true or result == 0
end

-- Writes the configuration with the options main, http and server
function methods:configure(options)
  local env = {}
  for i, name in ipairs(passed) do
    local value = options.env and options.env[name]
    env[i] = ("env %s%s;"):format(name, value and "=" .. value or "")
  end
  local values = {
    DIR = self.dir, PORT = self.port, ENV = table.concat(env, "\n"),
    OTHER = self.other_port, LISTEN = options.listen or "",
    USER = output "id -u" == "0\n" and "user root;" or "",
    MODULES = output(NGINX .. "-V 2>&1 | tr ' ' '\\n' | sed -n 's/^--modules-path=//p'"):match "%S+",
  }
  for name, text in pairs { MAIN = options.main or "", HTTP = options.http or "", SERVER = options.server or "" } do
    values[name] = text:gsub("@(%u+)@", values)
  end
  local text = template
  if options.file then
    text = read(options.file)
    for _, pair in ipairs(options.replace) do text = text:gsub(pair[1]:gsub("%p", "%%%0"), pair[2]) end
    self.prefix = output(("dirname $(realpath '%s')"):format(options.file)):match "%S+"
  end
  text_file.write(self.dir .. "/nginx.conf", (text:gsub("@(%u+)@", values)))
end

-- Ends nginx when the process that started it has exited
local function watch(self)
  os.execute(("( while kill -0 %d; do sleep 0.5; done; kill `cat '%s/nginx.pid'` && rm -rf '%s' ) >/dev/null 2>&1 &")
    :format(tonumber((output "echo $PPID")), self.dir, self.dir))
end

-- Starts nginx: {url, port, other_port, dir}. Instead of the options above, `file` may name a configuration,
-- whose folder is the prefix, and `replace` pairs of texts to replace in it (the new ones may
-- contain @DIR@ and @PORT@).
function nginx.start(options)
  local self = setmetatable({ dir = output "mktemp -d":match "%S+" }, class)
  os.execute(("mkdir '%s/tmp'"):format(self.dir))
  for _ = 1, 5 do
    self.port, self.other_port = free_port(), free_port()
    self:configure(options)
    if run(self) then
      self.url = "http://127.0.0.1:" .. self.port
      -- the started process exits before the daemon has written its process id
      self.master = nginx.wait(function() return tonumber(read(self.dir .. "/nginx.pid")) end)
      watch(self)
      return self
    end
  end
  error("nginx did not start: " .. read(self.dir .. "/out"), 0)
end

-- Reloads the configuration, with new workers
function methods:reload()
  assert(run(self, "-s reload"), "nginx did not reload")
end

-- The ids of its worker processes, including those that are shutting down
function methods:workers()
  local workers = {}
  for pid in output(("pgrep -P %d"):format(self.master)):gmatch "%d+" do workers[#workers + 1] = tonumber(pid) end
  return workers
end

-- The number of open descriptors of a process
function methods.descriptors(_, pid)
  return tonumber((output(("ls /proc/%d/fd | wc -l"):format(pid))))
end

-- The resident memory of a process in kilobytes
function methods.memory(_, pid)
  return tonumber(read(("/proc/%d/status"):format(pid)):match "VmRSS:%s*(%d+)")
end

-- Sends a request and returns the connection, without reading the response
function methods:ask(path)
  local connection = assert(socket.connect("127.0.0.1", self.port))
  connection:settimeout(20)
  connection:send(("GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n"):format(path))
  return connection
end

-- Sends a request. Returns the status and body of the response
function methods:get(path)
  local connection = self:ask(path)
  local answer = connection:receive "*a" or ""
  connection:close()
  return tonumber(answer:match "^HTTP/1%.%d (%d+)"), answer:match "\r\n\r\n(.*)$"
end

-- The lines in its error log since the last call, except notices
function methods:complaints()
  local text, found = read(self.dir .. "/error.log"), {}
  for line in text:sub((self.logged or 0) + 1):gmatch "[^\n]+" do
    if not line:find "%[notice%]" then found[#found + 1] = line end
  end
  self.logged = #text
  return found
end

-- Waits at most five seconds until `fn` returns a true value, and returns it
function nginx.wait(fn)
  local deadline = socket.gettime() + 5
  while true do
    local value = fn()
    if value or socket.gettime() > deadline then return value end
    socket.sleep(0.01)
  end
end

-- Whether a process with this id runs
function methods.exists(pid)
  local state = read(("/proc/%d/stat"):format(pid)):match "%) (%a)"
  return state ~= nil and state ~= "Z"
end

-- The names of files in its folder for temporary files
function methods:temporary()
  return output(("ls '%s/tmp'"):format(self.dir))
end

-- Shuts it down gracefully
function methods:quit()
  os.execute(("kill -QUIT %d 2>/dev/null"):format(self.master))
end

function methods:stop()
  self:quit()
  local ended = nginx.wait(function() return not self.exists(self.master) end)
  if not ended then os.execute(("kill -TERM %d"):format(self.master)) end
  os.execute(("rm -rf '%s'"):format(self.dir))
end

return nginx
