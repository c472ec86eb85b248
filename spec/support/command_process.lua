-- The process of command.lua: runs the command for each request, so that Lua, libcurl and the
-- library are loaded once. It exits when its control connection closes.
--   command_process.lua CONTROL_PORT FOLDER
-- A request is one line, {arguments, removed, variables, stdout, stderr}; its answer is the exit
-- status.

local dir = require "pl.dir"
local process = require "posix_process"
local socket = require "socket"
local literal = dofile(arg[2] .. "literal.lua")

local control = assert(socket.connect("127.0.0.1", tonumber(arg[1])))
control:setoption("tcp-nodelay", true)

-- The modules of the command are compiled once and loaded for each request, since they keep its
-- state.
local loaded_for_each = {}
for _, path in ipairs(dir.getallfiles("lua/harnest/cli", "*.lua")) do
  local name = path:match("^lua/(.*)%.lua$"):gsub("/", ".")
  package.preload[name] = assert(loadfile(path))
  loaded_for_each[#loaded_for_each + 1] = name
end

local LEAKS = 23 -- the exit status of a process in which LeakSanitizer has found leaks

local function run(request)
  for _, name in ipairs(request.removed) do process.setenv(name, nil) end
  for name, value in pairs(request.variables) do process.setenv(name, value) end
  process.reopen(request.stdout, 1)
  process.reopen(request.stderr, 2)
  for _, name in ipairs(loaded_for_each) do package.loaded[name] = nil end
  request.arguments[0] = "bin/harnest"
  local status = require "harnest.cli.main"(request.arguments)
  io.stdout:flush()
  io.stderr:flush()
  -- what ends with the state of a Lua that exits
  collectgarbage()
  collectgarbage()
  local leaks = process.has_leaks()
  for name in pairs(request.variables) do process.setenv(name, nil) end
  return leaks and LEAKS or status
end

for line in function() return (control:receive "*l") end do
  control:send(run(literal.read(line)) .. "\n")
end
