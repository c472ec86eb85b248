-- Lets specs run on Windows under wine, beside a Unix shell: `spec/windows/lua` makes each Lua state
-- run this first. Commands of os.execute and io.popen go to the shell's process
-- (spec/windows/shell.lua), so that specs can start servers and look at files as on Unix. Paths of
-- Unix are valid under wine, because its current drive has the root folder.

local socket = require "socket"

local port = tonumber(os.getenv "UNIX_SHELL_PORT")

-- Runs a command. Returns the path of a file with its output if `captures`, and its exit code.
local function run(command, captures)
  local shell = assert(socket.connect("127.0.0.1", port))
  assert(shell:send(("%s %d\n%s"):format(captures and "capture" or "execute", #command, command)))
  local code = tonumber(assert(shell:receive "*l"))
  local path = assert(shell:receive "*l")
  shell:close()
  return path, code
end

local function result(code)
  return code == 0 or nil, "exit", code
end

function os.execute(command)
  if not command then
    return true
  end
  local _, code = run(command)
  return result(code)
end

local output = {}
output.__index = output

function output:read(...)
  return self.file:read(...)
end

function output:lines(...)
  return self.file:lines(...)
end

function output:close()
  self.file:close()
  os.remove(self.path)
  return result(self.code)
end

-- Windows' text mode is for the output of Lua children only, whose lines end with CR LF.
function io.popen(command)
  local path, code = run(command, true)
  local mode = command:find(os.getenv "LUA", 1, true) and "r" or "rb"
  return setmetatable({ file = assert(io.open(path, mode)), path = path, code = code }, output)
end

function os.tmpname()
  local path = run("mktemp | tr -d '\\n'", true)
  local file = assert(io.open(path, "rb"))
  local name = file:read "*a"
  file:close()
  os.remove(path)
  return name
end

-- Modules of the specs, by paths that the shell understands, too
table.insert(package.searchers or package.loaders, 2, function(name)
  if name:find "^spec%." then
    local path = name:gsub("%.", "/") .. ".lua"
    return assert(loadfile(path)), path
  end
end)

-- Modules in C that busted requires, which the specs do not need
package.preload.term = function()
  return { isatty = function() return false end }
end
package.preload.system = function()
  return { gettime = socket.gettime, monotime = socket.gettime, sleep = socket.sleep }
end
